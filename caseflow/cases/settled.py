"""Whether what organisations owe is settled: by all, by any, by a number of them, or by their votes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, dossier, standing_for, tasks, telling, voting
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline, task
from caseflow.cases.move import Move
from caseflow.cases.registry import GUARDS, guard
from caseflow.people import accounts
from caseflow.people.models import organisation
from caseflow.words import Message
from caseflow.workflow.beside import Vote
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action, Duty

STORE = "duty_"
"""Before the duty's id: where the answers are kept, by organisation where each of a kind owes it, else by entry."""
SUPERSEDED = "superseded"
"""The outcome of a task that was no longer needed when enough others had answered."""


@guard(GUARDS, "duty")
def duty_done(move: Move, duty_id: str) -> list[Message]:
    """As many as its rule asks for have done this duty, and what their answers stand for has not changed since."""
    duty = duty_of(move.definition, move.case["state"], duty_id)
    asked = standing_for.asked(move.tx, move.case["id"], duty_id)
    stale = standing_for.stale(move.tx, move.ground, move.case, duty, asked) if duty.signs else []
    earlier = {tasks.owner_of(row) for row in asked if row["reply"] == "void"}
    silent = [tasks.owner_of(row) for row in asked if row["status"] == "open"]
    changed = [*(tasks.owner_of(row) for row in stale), *(one for one in silent if one in earlier)]
    names = _names(move.tx, [*silent, *changed])
    against: list[Message] = []
    if duty.counts != "all":
        against += _short_of(tally_of(move.tx, move.ground, move.case, duty), duty)
    elif waiting := _of(names, (one for one in silent if one not in earlier)):
        against += move.refuse("guards.duty_open", who=waiting)
    if outdated := _of(names, changed):
        against += move.refuse("guards.duty_outdated", who=outdated)
    return against


@guard(GUARDS, "duty")
def vote_not_passed(move: Move, duty_id: str) -> list[Message]:
    """The vote under this duty is over and was not carried: lost, tied, or without its quorum."""
    duty = duty_of(move.definition, move.case["state"], duty_id)
    found = tally_of(move.tx, move.ground, move.case, duty)
    if found.status in ("lost", "tied", "no_quorum"):
        return []
    key = "guards.vote_passed" if found.status == "passed" else "guards.vote_open"
    return [result(key, found, duty)]


def tally_of(tx: Connection, ground: Ground, row: Mapping[Any, Any], duty: Duty) -> voting.Tally:
    """How a duty of a case stands by its rule. What was answered before it was asked again counts for nothing."""
    asked = standing_for.asked(tx, row["id"], duty.id)
    void = {one["id"] for one in standing_for.stale(tx, ground, row, duty, asked)} if duty.signs else set()
    last = list({tasks.owner_of(one): one for one in asked}.values())
    given = [one for one in last if one["reply"] == "given" and one["id"] not in void]
    silent = [one for one in last if one["status"] == "open"]
    today = clock.today()
    over = all(one["due_on"] is not None and one["due_on"] < today for one in silent) and not void
    votes = _votes(tx, ground, row, duty, given) if isinstance(duty.counts, Vote) and last else {}
    return voting.tally(duty, len(last), len(given), votes, over=over and bool(last))


def _votes(
    tx: Connection, ground: Ground, row: Mapping[Any, Any], duty: Duty, given: Iterable[Mapping[str, Any]]
) -> Mapping[str, int]:
    """The sums of what counts."""
    if not isinstance(duty.counts, Vote) or duty.counts.secret:
        return voting.box_of(tx, row["id"], duty.id)
    kept = dossier.facts(tx, ground, row).get(f"{STORE}{duty.id}", {})
    under = [one["organisation_id"] if duty.each is not None else one["answered_in"] for one in given]
    return voting.counted(duty.counts, [kept.get(str(one), {}) for one in under])


def close_rest(move: Move, duty: Duty) -> None:
    """Let those go who owe what others have settled; tells them."""
    if not tally_of(move.tx, move.ground, move.row, duty).settled:
        return
    closed = {"status": "void", "outcome": SUPERSEDED, "closed_at": move.at}
    for one in standing_for.asked(move.tx, move.case["id"], duty.id):
        if one["status"] != "open":
            continue
        move.tx.execute(task.update().where(task.c.id == one["id"], task.c.status == "open").values(closed))
        running = sa.select(deadline).where(deadline.c.task_id == one["id"], deadline.c.closed_at.is_(None))
        for row in move.tx.execute(running).mappings().all():
            deadlines.close(move.tx, {**row}, "void", move.at)
        alone = one["organisation_id"] is None
        who = {"person": one["person_id"]} if alone else {"organisation": one["organisation_id"]}
        move.notes.setdefault(SUPERSEDED, []).append({"duty": duty.id, **who})
        values = {"number": move.row["number"] or "", "title": move.row["title"], "duty": title(duty)}
        notice = Message("inbox.duty_superseded", values)
        by_role = {**one, "role": duty.role, "person_id": one["person_id"] if alone else None}
        telling.tell_owing(move.tx, move.row, by_role, notice, key=f"{move.request_key}/{duty.id}/rest")


def settles_secretly(definition: Definition, state: str, action: Action) -> bool:
    """Whether nothing may be kept of what somebody answers in an act: it is a secret vote."""
    named = [call.argument for call in action.then if call.name == "close_duty"]
    return any(voting.is_secret(duty_of(definition, state, str(one))) for one in named)


def duty_of(definition: Definition, state: str, duty_id: str) -> Duty:
    """A duty by its id: that of the state, else of whichever state has it."""
    here = definition.states[state].duties.get(duty_id)
    return here or next(one.duties[duty_id] for one in definition.states.values() if duty_id in one.duties)


def title(duty: Duty) -> dict[str, str]:
    """What is owed, in both languages."""
    return {"zh": duty.title.zh, "en": duty.title.en}


def result(key: str, found: voting.Tally, duty: Duty) -> Message:
    """A sentence about how a duty stands, with all its numbers."""
    values = {name: getattr(found, name) for name in ("asked", "given", "needed", "yes", "no", "abstained", "quorum")}
    return Message(key, {**values, "duty": title(duty)})


def _short_of(found: voting.Tally, duty: Duty) -> list[Message]:
    if found.status in ("met", "passed"):
        return []
    if not isinstance(duty.counts, Vote):
        return [result("guards.duty_too_few", found, duty)]
    return [result(f"guards.vote_{found.status}", found, duty)]


def _names(tx: Connection, owners: Iterable[tasks.Owner]) -> dict[tasks.Owner, dict[str, str]]:
    known = list(owners)
    if not known:
        return {}
    ids = [one.organisation_id for one in known if one.organisation_id is not None]
    rows = tx.execute(
        sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.name_en).where(organisation.c.id.in_(ids))
    )
    offices = {row.id: {"zh": row.name_zh, "en": row.name_en or row.name_zh} for row in rows}
    people = accounts.names(tx, [one.person_id for one in known])
    return {
        one: offices[one.organisation_id] if one.organisation_id is not None else _same(people[one.person_id or 0])
        for one in known
    }


def _same(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


def _of(names: Mapping[tasks.Owner, dict[str, str]], owners: Iterable[tasks.Owner]) -> list[dict[str, str]]:
    return [names[one] for one in dict.fromkeys(owners)]
