"""What a party to a case reads of it: the letters addressed to it once they are served, and its own answers.

A party is given a part in a case that others work on (``standing.is_party``). It may not be registered at all: then its
letters are served on paper, and nobody is told by mail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import lines, show, standing, tasks
from caseflow.cases.task_models import service
from caseflow.people.rights import Actor
from caseflow.records import inbox, journal
from caseflow.words import Message
from caseflow.workflow import running
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import ADDRESSEES, APPLICANT, AUTHORITY, PREFECTURE, Letter
from caseflow.workflow.report import SERVED
from caseflow.workflow.rights import covers


def addressees(tx: Connection, form: Letter, case_row: Mapping[Any, Any]) -> list[int]:
    """The organisations to which a letter goes: of the case, its bureau, the office, or all that have the part named;
    none where nobody is registered for it.
    """
    if form.to in ADDRESSEES:
        one = {
            APPLICANT: case_row["organisation_id"],
            PREFECTURE: case_row["prefecture_id"],
            AUTHORITY: tasks.office_of(tx, case_row["authority_id"]),
        }[form.to]
        return [one] if one is not None else []
    return standing.involved(tx, case_row["id"], form.to)


def addressee_name(tx: Connection, form: Letter, case_row: Mapping[Any, Any]) -> show.Pair:
    """To whom a letter goes, in words; left to the pen where nobody is registered for it."""
    named = [lines.organisation_name(tx, one) for one in addressees(tx, form, case_row)]
    return {"zh": "、".join(one["zh"] for one in named), "en": ", ".join(one["en"] for one in named)}


def tell(
    tx: Connection, form: Letter, case_row: Mapping[Any, Any], *, slip: str | None, number: str, once: str | None = None
) -> None:
    """Tell the addressees of a letter in their inbox that it is there. ``once``: a key under which that is said once."""
    message = Message("inbox.letter", {"letter": show.pair(form.title), "number": slip or "", "case": number})
    role = form.to if form.to not in ADDRESSEES else None
    for owner in addressees(tx, form, case_row):
        key = f"{once}@{owner}" if once is not None else None
        inbox.post(tx, message, organisation_id=owner, role=role, case_id=case_row["id"], kind="letter", once=key)


def waits_for_service(form: Letter) -> bool:
    """Whether a letter to a party is none for it before its service is recorded."""
    return form.service is not None and form.to not in ADDRESSEES


def handed_over(
    tx: Connection, definition: Definition, rows: Iterable[Mapping[Any, Any]], roles: frozenset[str]
) -> set[int]:
    """The letters among these that are addressed to these roles and have reached them."""
    to_them = [row for row in rows if definition.letters[row["kind"]].to in roles]
    waiting = [row["id"] for row in to_them if waits_for_service(definition.letters[row["kind"]])]
    served = (
        set(tx.scalars(sa.select(service.c.letter_id).where(service.c.letter_id.in_(waiting)))) if waiting else set()
    )
    return {row["id"] for row in to_them if row["id"] not in waiting or row["id"] in served}


def begun_by(definition: Definition, letters: Collection[str]) -> set[str]:
    """The clocks that the service of one of these letters starts."""
    starts = {f"{SERVED}.{letter}.on" for letter in letters}
    return {name for name, one in running.clocks(definition).items() if one.clock.starts in starts}


def out_of_sight(definition: Definition, own: frozenset[str]) -> frozenset[str]:
    """The fields of the dossier that a party does not read: all but those that it types itself (``own``)."""
    every = (f"dossier.{section.id}.{field}" for section in definition.dossier.values() for field in section.fields)
    return frozenset(path for path in every if not covers(own, path))


def own_answers(
    tx: Connection,
    definition: Definition,
    case_id: int,
    known: Mapping[str, Any],
    roles: frozenset[str],
    actor: Actor,
) -> dict[str, Any]:
    """What the own organisation has answered in acts of these roles; of several parties none reads the other's words."""
    by: dict[str, str] = {}
    own: dict[str, set[str]] = {}
    for entry in journal.entries(tx, case_id):
        action = definition.action(entry.from_state, entry.act) if entry.from_state else None
        if action is None or not roles.intersection(definition.by(entry.from_state, action)):
            continue
        store = action.store or action.id
        by[store] = "entries" if action.appends else "last"
        if entry.organisation_id == actor.organisation_id:
            own.setdefault(store, set()).add(str(entry.seq))
        elif not action.appends:
            own.pop(store, None)
    found: dict[str, Any] = {}
    for store, entries in own.items():
        given = known.get(store)
        if given is not None:
            gathered = by[store] == "entries"
            found[store] = {seq: one for seq, one in given.items() if seq in entries} if gathered else given
    return found
