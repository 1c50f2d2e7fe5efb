"""What organisations owe beside the holder of a state: opinions asked for, reports called for, and their answers.

An answer stands for what was before its organisation when it was given. Where that changes it counts no longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, dossier, entry, involving, settled, standing_for, stopping, tasks, telling, voting
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline, reply, task
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.cases.tasks import Owner
from caseflow.db import Statement
from caseflow.words import Message, Refused
from caseflow.workflow.beside import Vote
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action, Duty

MEMBER_LEFT = Action(id="member_left", title=Text(zh="办件退出", en="A case has left"))

_OWED = (
    sa.select(task.c.id)
    .where(task.c.case_id == sa.bindparam("case_id"), task.c.kind == sa.bindparam("kind"), task.c.status == "open")
    .order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id)
    .limit(1)
)
_EARLIEST = Statement(_OWED.where(task.c.organisation_id == sa.bindparam("organisation_id")))
_OF_PERSON = Statement(_OWED.where(task.c.organisation_id.is_(None), task.c.person_id == sa.bindparam("person_id")))
_DONE = Statement(task.update().where(task.c.id == sa.bindparam("on_task"), task.c.status == "open"))
_REPLY = Statement(reply.insert().inline())
_CLOCK = Statement(
    sa.select(deadline).where(deadline.c.task_id == sa.bindparam("task_id"), deadline.c.closed_at.is_(None))
)


def enter(
    tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any], state_id: str, at: datetime
) -> None:
    """Open what each organisation of a kind, or each person of a role or panel, owes in a state that the case has entered."""
    for duty in definition.states[state_id].duties.values():
        if duty.on_entry and voting.is_secret(duty):
            voting.open_box(tx, row["id"], duty.id, at)
        if duty.each is not None:
            for office in tasks.owing(tx, row["authority_id"], duty.each):
                _open(tx, ground, definition, row, state_id, duty, Owner(office), at)
        if duty.each_person is not None:
            for person_id in tasks.people(tx, definition, row, duty.each_person):
                _open(tx, ground, definition, row, state_id, duty, Owner(person_id=person_id), at)


def _open(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    row: Mapping[Any, Any],
    state_id: str,
    duty: Duty,
    owner: Owner,
    at: datetime,
    *,
    entry_seq: int | None = None,
    until: date | None = None,
) -> None:
    number = tasks.open_one(tx, row["id"], f"{tasks.DUTY}{duty.id}", duty.role, owner, at, entry_seq)
    if duty.limit is None and until is None:
        return
    name = f"{deadlines.DUTY}{state_id}.{duty.id}"
    limit = duty.limit or "" if until is None else ""
    made = deadlines.made_of(row["id"], name, clock.local_date(at), limit, until)
    due = deadlines.insert(tx, ground, definition, deadlines.rule_of(definition, name), {**made, "task_id": number})
    tasks.set_due(tx, number, due)


def _not_to_be_asked(move: Move, duty_id: str) -> list[Message]:
    duty = settled.duty_of(move.definition, move.case["state"], duty_id)
    against = [] if _asked(move, duty) is not None else move.refuse("duties.nobody", duty=settled.title(duty))
    until = move.answers.get(duty.due) if duty.due is not None else None
    if until is not None and date.fromisoformat(until) < clock.local_date(move.at):
        against += move.refuse("duties.day_past")
    return against


@effect(EFFECTS, "duty", against=_not_to_be_asked)
def open_duty(move: Move, duty_id: str) -> None:
    """Ask the organisation named in the form (else the one in the duty's role) for what the duty says, by its date."""
    duty = settled.duty_of(move.definition, move.case["state"], duty_id)
    owner = _asked(move, duty)
    if owner is None:
        raise Refused(*_not_to_be_asked(move, duty_id))
    if move.definition.roles[duty.role].sees == "involved":
        involving.give(move, duty.role, owner)  # who is asked sees what about
    until = move.answers.get(duty.due) if duty.due is not None else None
    _open(
        move.tx, move.ground, move.definition, move.case, move.case["state"], duty, Owner(owner), move.at,
        entry_seq=move.case["seq"] + 1, until=date.fromisoformat(until) if until is not None else None,
    )  # fmt: skip
    stopping.suspend(move, duty.id)
    move.notes.setdefault("asked", []).append({"duty": duty.id, "organisation": owner})
    values = {"number": move.row["number"] or "", "title": move.row["title"], "duty": settled.title(duty)}
    notice = Message("inbox.duty_opened", values)
    telling.tell_organisation(
        move.tx, move.row, owner, notice, role=duty.role, key=f"{move.request_key}/{duty.id}", kind="desk"
    )


def open_late(move: Move, duty_id: str) -> None:
    """A clock has run out: the role of a duty owes it from now on, if it answers for the case and does not owe it yet."""
    duty = settled.duty_of(move.definition, move.case["state"], duty_id)
    owner = tasks.organisation_of(move.tx, move.definition, move.case, duty.role)
    owed = {"case_id": move.case["id"], "kind": f"{tasks.DUTY}{duty_id}", "organisation_id": owner}
    if owner is not None and _EARLIEST.first(move.tx, owed) is None:
        open_duty(move, duty_id)


def _asked(move: Move, duty: Duty) -> int | None:
    """The organisation that the opening act asks."""
    one = move.answers.get(duty.asked) if duty.asked is not None else None
    return int(one) if one else tasks.organisation_of(move.tx, move.definition, move.case, duty.role)


def _owes_nothing(move: Move, duty_id: str) -> list[Message]:
    duty = settled.duty_of(move.definition, move.case["state"], duty_id)
    if _earliest(move, duty) is not None:
        # Once its sums may be read, one more vote would be told by their difference.
        ended = voting.is_secret(duty) and settled.tally_of(move.tx, move.ground, move.case, duty).settled
        return move.refuse("duties.vote_over", duty=settled.title(duty)) if ended else []
    asked = standing_for.asked(move.tx, move.case["id"], duty_id) if duty.signs else []
    outdated = standing_for.stale(move.tx, move.ground, move.row, duty, asked) if asked else []
    own = any(one["organisation_id"] == _owner(move) for one in outdated)
    return [] if own else move.refuse("act.duty_not_yours")


@effect(EFFECTS, "duty", against=_owes_nothing)
def close_duty(move: Move, duty_id: str) -> None:
    """The own organisation (or person) has done the earliest of what it owed; its answers are kept beside those of the others."""
    duty = settled.duty_of(move.definition, move.case["state"], duty_id)
    owner, number = _owner(move), _earliest(move, duty)
    if number is None and duty.signs:
        _renewed(move, duty)
        number = _earliest(move, duty)
    done = {"status": "done", "outcome": move.action.id, "closed_at": move.at}
    if owner is None or number is None or _DONE.run(move.tx, {"on_task": number, **done}) != 1:
        raise Refused(*move.refuse("act.duty_not_yours"))
    for row in _CLOCK.rows(move.tx, {"task_id": number}):
        deadlines.close(move.tx, row, "met", move.at)
    seq = move.case["seq"] + 1
    if isinstance(duty.counts, Vote) and duty.counts.secret:
        voting.cast(move.tx, move.case["id"], duty_id, voting.kind_of(duty.counts, move.answers))
    else:
        _keep(move, duty, str(owner if duty.each is not None else seq))
    given = {"case_id": move.case["id"], "duty": duty_id, "organisation_id": owner, "task_id": number, "entry": seq}
    stands_for = standing_for.hash_of(move.tx, move.ground, move.row, duty) if duty.signs else None
    _REPLY.run(move.tx, {**given, "stands_for": stands_for, "status": "given", "at": move.at})
    if duty.closes_rest:
        settled.close_rest(move, duty)
    stopping.unsuspend(move, duty.id)


def _keep(move: Move, duty: Duty, under: str) -> None:
    """Keep an answer beside those of the others."""
    store, facts = f"{settled.STORE}{duty.id}", move.row["facts"]
    kept = dossier.keep_facts(
        move.tx, move.ground, {**move.case, "facts": facts}, store, move.action.asks, move.answers, under=under
    )
    move.changes["facts"] = {**facts, store: {**facts.get(store, {}), under: kept}}


def _owner(move: Move) -> int | None:
    """The organisation that acts; of an act signed elsewhere, the one whose role proposed it."""
    if move.actor is not None and move.actor.holds(move.role):
        return move.actor.organisation_id
    return tasks.organisation_of(move.tx, move.definition, move.case, move.role)


def _earliest(move: Move, duty: Duty) -> int | None:
    """The task that the acting organisation, or person, has still to do under a duty, the one due first."""
    where = {"case_id": move.case["id"], "kind": f"{tasks.DUTY}{duty.id}"}
    if duty.each_person is not None:
        own = move.actor.person_id if move.actor is not None else None
        found: int | None = _OF_PERSON.scalar(move.tx, {**where, "person_id": own})
    else:
        found = _EARLIEST.scalar(move.tx, {**where, "organisation_id": _owner(move)})
    return found


def renew(move: Move) -> None:
    """Ask again, where the case stays and this act has changed what was signed. Asks nothing where nothing is."""
    duties = [one for one in move.definition.states[move.case["state"]].duties.values() if one.signs]
    for duty in duties:
        again = _renewed(move, duty)
        if again:
            move.notes.setdefault("outdated", []).append({"duty": duty.id, "organisations": again})


def without(move: Move, host_ids: Iterable[int]) -> Iterator[Move]:
    """A case has left procedures over many cases: what was signed there with it among the others is asked for again.

    Yields what is to be entered there. Where somebody else acts on such a procedure at this moment it is left to its
    own next act, and to each organisation, which may answer again all the same.
    """
    for host_id in host_ids:
        row = entry.locked_if_free(move.tx, host_id)
        if row is None:
            continue
        loaded = move.ground.definition(move.tx, row["definition_id"])
        key = f"{move.request_key}/without/{host_id}"
        host = Move(move.tx, move.ground, loaded, row, MEMBER_LEFT, move.actor, move.role, move.at, key)
        renew(host)
        if host.notes:
            yield host


def _renewed(move: Move, duty: Duty) -> list[int]:
    """The organisations whose answers to one duty became void and who are asked anew."""
    asked = standing_for.asked(move.tx, move.case["id"], duty.id)
    again = standing_for.stale(move.tx, move.ground, move.row, duty, asked)
    for one in again:
        move.tx.execute(reply.update().where(reply.c.id == one["reply_id"]).values(status="void"))
        owner = one["organisation_id"]
        _open(
            move.tx, move.ground, move.definition, move.row, move.case["state"], duty, Owner(owner), move.at,
            entry_seq=one["entry"], until=_still(one["due_on"], move.at) if duty.due is not None else None,
        )  # fmt: skip
        values = {"number": move.row["number"] or "", "title": move.row["title"], "duty": settled.title(duty)}
        notice = Message("inbox.duty_again", values)
        telling.tell_organisation(
            move.tx, move.row, owner, notice, role=duty.role, key=f"{move.request_key}/{duty.id}", kind="desk"
        )
    return [int(one["organisation_id"]) for one in again]


def _still(due_on: date | None, at: datetime) -> date | None:
    """The day asked for at first, unless it has passed."""
    return due_on if due_on is not None and due_on >= clock.local_date(at) else None


def replies(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    """Every answer to a duty of a case, oldest first; void ones too."""
    rows = tx.execute(sa.select(reply).where(reply.c.case_id == case_id).order_by(reply.c.id)).mappings()
    return [dict(row) for row in rows]
