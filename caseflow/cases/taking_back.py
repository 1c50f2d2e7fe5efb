"""An officer takes an act back while nobody has opened the case where it went.

Nothing is deleted: the case goes back by an act of its own. It is offered only where nothing else hangs on what was
done: no letter, no place, no signature, no return to the applicant, no task of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow.cases import deadlines
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, deadline, member, proposal
from caseflow.cases.move import Move
from caseflow.cases.task_models import link
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.records.models import read_log
from caseflow.words import Message, Refused
from caseflow.workflow import running
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.retracing import can_go_back

ACT = "take_back"
ACTION = Action(id=ACT, title=Text(zh="收回", en="Take back"))


def reasons(
    tx: Connection, definition: Definition, row: Mapping[Any, Any], actor: Actor, roles: frozenset[str]
) -> list[Message]:
    """What keeps a person from taking back the act by which a case came where it stands.

    One reason (``taking_back.nothing``) says that there is no such act of this person.
    """
    return _asked(tx, definition, row, actor, roles)[1]


def _asked(
    tx: Connection, definition: Definition, row: Mapping[Any, Any], actor: Actor, roles: frozenset[str]
) -> tuple[Row[Any] | None, list[Message]]:
    """The entry that would be taken back, and what is against it."""
    nothing = [Message("taking_back.nothing")]
    if not definition.states[row["state"]].may_be_taken_back:
        return None, nothing
    entries = journal.entries(tx, row["id"])
    last = _last_move(entries)
    if last is None or last.person_id != actor.person_id or last.role not in roles:
        return None, nothing
    action = definition.action(last.from_state, last.act)
    if action is None or last.body.get("host") or not can_go_back(definition, last.from_state, action, row["state"]):
        return None, nothing
    return last, list(_against(tx, row, last, entries))


def go_back(move: Move, roles: frozenset[str]) -> str:
    """Check and undo; returns the state to which the case goes back. ``move.role`` is set to the role of the act.

    Raises:
        Refused: the person has nothing to take back here, or somebody has opened it since.
    """
    if move.actor is None:
        raise Refused(Message("taking_back.nothing"))
    last, against = _asked(move.tx, move.definition, move.case, move.actor, roles)
    if last is None or against:
        raise Refused(*against)
    move.role = last.role
    move.notes |= {"taken_back": last.seq, "act": last.act}
    _reopen(move.tx, move.ground, move.definition, last)
    for row in deadlines.open_deadlines(move.tx, move.case["id"]):
        if row["clock"] == move.case["state"] or _begun_by(move.definition, row, last):
            deadlines.close(move.tx, row, "void", move.at)
    return str(last.from_state)


def _begun_by(definition: Definition, row: Mapping[str, Any], last: Row[Any]) -> bool:
    """Whether a clock over several states runs only since the case came here."""
    rule = running.clocks(definition).get(row["clock"])
    return rule is not None and rule.state is None and not rule.covers(last.from_state)


def _against(tx: Connection, row: Mapping[Any, Any], last: Row[Any], entries: Iterable[Row[Any]]) -> Iterator[Message]:
    others = sa.select(read_log.c.id).where(
        read_log.c.case_id == row["id"], read_log.c.at >= last.at, read_log.c.person_id != last.person_id
    )
    acted = any(one.person_id is not None for one in entries if one.seq > last.seq)
    if acted or tx.execute(others.limit(1)).first() is not None:
        yield Message("taking_back.opened")
    inside = sa.select(member.c.id).where(member.c.case_id == row["id"], member.c.status == "in")
    linked = sa.select(link.c.id).where(link.c.to_id == row["id"])
    dropped = sa.select(proposal.c.id).where(
        proposal.c.case_id == row["id"], proposal.c.status == "void", proposal.c.closed_at == last.at
    )
    if any(tx.execute(one.limit(1)).first() is not None for one in (inside, linked, dropped)):
        yield Message("taking_back.hangs_on_it")


def _last_move(entries: Iterable[Row[Any]]) -> Row[Any] | None:
    """The entry by which a case came where it stands."""
    moved = [one for one in entries if one.from_state != one.to_state]
    return moved[-1] if moved and moved[-1].from_state is not None and "phase" not in moved[-1].body else None


def _reopen(tx: Connection, ground: Ground, definition: Definition, last: Row[Any]) -> None:
    """Let the clocks run on that ended with the act, as if they had never stopped."""
    names = [one.name for one in running.clocks(definition).values() if last.from_state in one.runs_in]
    ended = sa.select(deadline).where(
        deadline.c.case_id == last.case_id, deadline.c.clock.in_(names), deadline.c.closed_at == last.at
    )
    for row in tx.execute(ended).mappings().all():
        deadlines.reopen(tx, ground, definition, row)


def may_take_back(
    tx: Connection, definition: Definition, case_id: int, actor: Actor, roles: frozenset[str]
) -> list[Message] | None:
    """For the page: what is against it; nothing at all where there is nothing of this person to take back."""
    row = tx.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()
    against = reasons(tx, definition, row, actor, roles)
    return None if any(one.key == "taking_back.nothing" for one in against) else against
