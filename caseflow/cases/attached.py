"""The files that are part of what a person may read of a case, each with the question that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseflow.cases import dossier, paths, said, service, settled, show, signing, tasks
from caseflow.cases.models import task
from caseflow.cases.view import View
from caseflow.records import journal


@dataclass(frozen=True, slots=True)
class Attached:
    """One file: what it answers, and the section or act in which that was asked."""

    file_id: int
    label: show.Pair
    under: show.Pair


def to(view: View) -> list[Attached]:
    """Frozen answers, own drafts, answers of acts; each file once, in the order of the dossier and the procedure."""
    found: dict[int, Attached] = {}
    for one in (*_in_dossier(view), *_in_acts(view)):
        found.setdefault(one.file_id, one)
    return list(found.values())


def readable(view: View) -> set[int]:
    """The same with the files of letters, of acts that wait for signatures, and of acts that asked the own organisation
    for something: everything that the person may open.
    """
    found = {one.file_id for one in to(view)} | _asked(view)
    for pending in signing.waiting(view.tx, view.row["id"]):
        action = view.definition.action(view.row["state"], pending["action"])
        own = pending["organisation_id"] == view.actor.organisation_id
        if action is not None and (view.concerned(pending) if view.is_staff else own):
            found.update(paths.file_ids(action.asks, signing.answers(view.ground, pending)))
    for row in view.letters():
        found.update(number for key in ("pdf_file_id", "docx_file_id", "formal_file_id") if (number := row[key]))
    return found | service.file_ids(view.tx, [row["id"] for row in view.letters()])


def _asked(view: View) -> set[int]:
    """Files among the answers of the acts by which the own organisation came to owe something."""
    asking = view.tx.scalars(
        sa.select(task.c.entry).where(
            task.c.case_id == view.row["id"],
            task.c.kind.startswith(tasks.DUTY),
            task.c.organisation_id == view.actor.organisation_id,
            task.c.entry.is_not(None),
        )
    ).all()
    if not asking:
        return set()
    entries = {row.seq: row for row in journal.entries(view.tx, view.row["id"])}
    known = dossier.facts(view.tx, view.ground, view.row)
    every = [said.in_entry(view.definition, entries[seq], entries, known) for seq in asking if seq in entries]
    return {number for one in every if one is not None for number in paths.file_ids(one[0].asks, one[1])}


def _in_dossier(view: View) -> Iterator[Attached]:
    values = view.dossier()
    for section in view.sections():
        for question in section.fields.values():
            for number in paths.file_ids({question.id: question}, values.get(section.id, {})):
                yield Attached(number, show.pair(question.label), show.pair(section.title))


def _in_acts(view: View) -> Iterator[Attached]:
    """Files among the answers of acts; an office also reads those that the applicant gave."""
    known = view.facts()
    every = dossier.facts(view.tx, view.ground, view.row) if view.is_staff else known
    outside = {role.id for role in view.definition.roles.values() if role.sees == "own_organisation"}
    for state in view.definition.states:
        for action in view.definition.actions_in(state):
            store = action.store or action.id
            given = known.get(store) or (every.get(store) if outside & set(view.definition.by(state, action)) else None)
            for one in paths.given(action, given):
                for question in action.asks.values():
                    for number in paths.file_ids({question.id: question}, one):
                        yield Attached(number, show.pair(question.label), show.pair(action.title))
    yield from _in_duties(view, known)


def _in_duties(view: View, known: Mapping[str, Any]) -> Iterator[Attached]:
    """Files among the answers of each organisation to what it was asked."""
    for state in view.definition.states.values():
        for duty in state.duties.values():
            action = view.definition.action(state.id, duty.action)
            asks = action.asks if action is not None else {}
            for given in known.get(f"{settled.STORE}{duty.id}", {}).values():
                for question in asks.values():
                    for number in paths.file_ids({question.id: question}, given):
                        yield Attached(number, show.pair(question.label), show.pair(duty.title))
