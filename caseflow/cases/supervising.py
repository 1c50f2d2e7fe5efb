"""A higher office demands of one below it that a case is dealt with by a day (督办), is answered, and closes the matter.

Nothing moves by it. The words are sealed beside the journal entries of these acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import desk_acts, filing, standing, tasks, telling, timers
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.cases.task_models import supervision
from caseflow.people import organisations
from caseflow.people.models import OFFICES, organisation
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

DEMAND, ANSWER, CLOSE = "supervision_demand", "supervision_answer", "supervision_close"
ACTS = {
    DEMAND: Action(id=DEMAND, title=Text(zh="督办", en="Supervise")),
    ANSWER: Action(id=ANSWER, title=Text(zh="督办反馈", en="Answer the supervision")),
    CLOSE: Action(id=CLOSE, title=Text(zh="办结督办", en="Close the supervision")),
}
"""The engine's own acts between offices on any case."""
OVERDUE = Action(id="supervision_overdue", title=Text(zh="督办超期", en="Supervision overdue"))
TIMER = "supervision:"
"""Before the number of a supervision, in the kind of its timer."""
MOST_TEXT = 500
_WIDE = ("own_authority", "own_prefecture")
_ABOVE = organisation.alias("above")


def run(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Do one of these acts: ``{organisation, due_on, text}`` to demand, ``{supervision, text}`` to answer or to close.

    Returns what the journal keeps. ``move.role`` is set to the role in which it is done.

    Raises:
        Refused: every reason; the office stands no higher, nothing is open, or words are missing.
    """
    role = acting_role(move.definition, roles)
    if move.actor is None or role is None or move.actor.organisation_kind not in OFFICES:
        raise Refused(Message("supervising.offices_only"))
    move.role = role
    text = str(posted.get("text") or "").strip()
    body = _DO[move.action.id](move, move.actor, posted, text)
    return {**body, "answers": desk_acts.keep_note(move, text)} if text else body


def acting_role(definition: Definition, roles: frozenset[str]) -> str | None:
    """The role in which an office acts here: the one that looks furthest."""
    found = [role for sees in (*_WIDE, "involved") for role in sorted(roles) if definition.roles[role].sees == sees]
    return found[0] if found else None


def targets(tx: Connection, case_id: int, actor: Actor) -> list[int]:
    """The offices below the actor's own that owe something in a case now and of which nothing is demanded yet."""
    if actor.organisation_id is None:
        return []
    below = set(organisations.subtree(tx, actor.organisation_id)) - {actor.organisation_id}
    owing = [row["organisation_id"] for row in tasks.open_tasks(tx, case_id) if row["organisation_id"] in below]
    offices = sa.select(organisation.c.id).where(organisation.c.id.in_(owing), organisation.c.kind.in_(OFFICES))
    open_ = {row["organisation_id"] for row in of_case(tx, case_id) if _is_open_by(row, actor)}
    return [one for one in dict.fromkeys(owing) if one in set(tx.scalars(offices)) - open_]


def may_demand(definition: Definition, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles looks as far as those do who supervise."""
    return any(definition.roles[role].sees in _WIDE for role in roles)


def may_answer(row: Mapping[str, Any], actor: Actor) -> bool:
    """Whether it is the actor's office that is to answer."""
    return bool(row["status"] == "open" and row["organisation_id"] == actor.organisation_id)


def may_close(row: Mapping[str, Any], actor: Actor) -> bool:
    """Whether it is the actor's office that supervises."""
    return _is_open_by(row, actor)


def of_case(tx: Connection, case_id: int, reader: Actor | None = None) -> list[dict[str, Any]]:
    """Every supervision of a case (of which ``reader`` may know), oldest first."""
    where = [supervision.c.case_id == case_id, *([readable(tx, reader)] if reader is not None else [])]
    rows = tx.execute(sa.select(supervision).where(*where).order_by(supervision.c.id))
    return [dict(row) for row in rows.mappings()]


def readable(tx: Connection, actor: Actor) -> sa.ColumnElement[bool]:
    """Those that the actor's office may read: in which it, or an office below it, supervises or is supervised."""
    own = organisations.subtree(tx, actor.organisation_id) if actor.organisation_id is not None else []
    offices = actor.organisation_kind in OFFICES
    either = sa.or_(supervision.c.by_id.in_(own), supervision.c.organisation_id.in_(own))
    return either if offices else sa.false()


def known(
    tx: Connection, ground: Ground, actor: Actor, *, status: str = "", overdue: bool = False, mine: bool = False
) -> sa.Select[Any]:
    """The supervised cases that the actor may know of: the one query of the list, its counts, its sheet and the desk.

    Args:
        overdue: only those still open after their day.
        mine: only those that the own office is to answer.
    """
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    where = [standing.visible(actor, definitions), readable(tx, actor)]
    where += [supervision.c.status == status] if status else []
    where += [supervision.c.status == "open", supervision.c.due_on < clock.today()] if overdue else []
    where += [supervision.c.organisation_id == actor.organisation_id, supervision.c.status == "open"] if mine else []
    return (
        sa.select(
            case,
            *(one.label(f"supervision_{one.name}") for one in supervision.c if one.name != "case_id"),
            organisation.c.name_zh.label("to_zh"), organisation.c.name_en.label("to_en"),
            _ABOVE.c.name_zh.label("by_zh"), _ABOVE.c.name_en.label("by_en"),
        )
        .join(case, case.c.id == supervision.c.case_id)
        .join(organisation, organisation.c.id == supervision.c.organisation_id)
        .join(_ABOVE, _ABOVE.c.id == supervision.c.by_id)
        .where(*where)
        .order_by(supervision.c.status.desc(), supervision.c.due_on, supervision.c.id)
    )  # fmt: skip


def waiting_cases(tx: Connection, ground: Ground, actor: Actor) -> list[dict[str, Any]]:
    """The supervised cases that the actor's office is to answer, due first."""
    if actor.organisation_kind not in OFFICES:
        return []
    return [dict(row) for row in tx.execute(known(tx, ground, actor, mine=True)).mappings()]


def answers(tx: Connection, case_id: int) -> dict[int, list[Any]]:
    """The journal entries that answer, by the number of the supervision."""
    found: dict[int, list[Any]] = {}
    for entry in journal.entries(tx, case_id):
        if entry.act == ANSWER:
            found.setdefault(entry.body["supervision"], []).append(entry)
    return found


def run_out(move: Move, number: int) -> bool:
    """The day has passed: tell both offices; false where the matter was closed before."""
    row = next((one for one in of_case(move.tx, move.case["id"]) if one["id"] == number), None)
    if row is None or row["status"] != "open":
        return False
    for organisation_id, role in ((row["organisation_id"], None), (row["by_id"], row["role"])):
        _tell(move, "inbox.supervision_overdue", row, organisation_id, role)
    move.notes |= {"supervision": number, "organisation": row["organisation_id"]}
    return True


def _demand(move: Move, actor: Actor, posted: Mapping[str, Any], text: str) -> dict[str, Any]:
    to, due_on = filing.number_in(posted.get("organisation")), filing.day_in(posted.get("due_on"))
    may = may_demand(move.definition, frozenset({move.role}))
    against = []
    if not may or to not in targets(move.tx, move.case["id"], actor):
        against.append(Message("supervising.not_below", {"input": "organisation"}))
    if due_on is None or due_on < clock.local_date(move.at):
        against.append(Message("supervising.day_missing", {"input": "due_on"}))
    against += _amiss(text, needed="supervising.demand_missing")
    if against or due_on is None:
        raise Refused(*against)
    row = {
        "case_id": move.case["id"], "by_id": actor.organisation_id, "organisation_id": to, "role": move.role,
        "person_id": actor.person_id, "entry": move.case["seq"] + 1, "due_on": due_on, "status": "open", "answers": 0,
        "opened_at": move.at,
    }  # fmt: skip
    made = move.tx.execute(supervision.insert().values(row).returning(supervision.c.id)).scalar_one()
    timers.put_alone(move.tx, move.case["id"], f"{TIMER}{made}", f"{TIMER}{made}/{due_on}", clock.end_of(due_on))
    _tell(move, "inbox.supervised", row, to, None)
    return {"supervision": made, "organisation": to, "due_on": due_on.isoformat()}


def _answer(move: Move, actor: Actor, posted: Mapping[str, Any], text: str) -> dict[str, Any]:
    row = _found(move, posted)
    against = [] if may_answer(row, actor) else [Message("supervising.not_yours")]
    against += _amiss(text, needed="supervising.answer_missing")
    if against:
        raise Refused(*against)
    _change(move, row, answers=supervision.c.answers + 1, answered_at=move.at)
    _tell(move, "inbox.supervision_answered", row, row["by_id"], row["role"])
    return {"supervision": row["id"], "organisation": row["by_id"]}


def _close(move: Move, actor: Actor, posted: Mapping[str, Any], text: str) -> dict[str, Any]:
    row = _found(move, posted)
    against = [] if may_close(row, actor) else [Message("supervising.not_yours")]
    if against := [*against, *_amiss(text)]:
        raise Refused(*against)
    _change(move, row, status="closed", closed_at=move.at, closing_entry=move.case["seq"] + 1)
    _tell(move, "inbox.supervision_closed", row, row["organisation_id"], None)
    return {"supervision": row["id"], "organisation": row["organisation_id"]}


def _found(move: Move, posted: Mapping[str, Any]) -> dict[str, Any]:
    number = filing.number_in(posted.get("supervision"))
    found = next((one for one in of_case(move.tx, move.case["id"]) if one["id"] == number), None)
    if found is None:
        raise Refused(Message("supervising.not_yours"))
    return found


def _change(move: Move, row: Mapping[str, Any], **values: Any) -> None:
    open_ = supervision.update().where(supervision.c.id == row["id"], supervision.c.status == "open")
    if move.tx.execute(open_.values(**values)).rowcount != 1:
        raise Refused(Message("supervising.not_yours"))


def _amiss(text: str, *, needed: str = "") -> list[Message]:
    if len(text) > MOST_TEXT:
        return [Message("supervising.too_long", {"limit": MOST_TEXT, "input": "text"})]
    return [Message(needed, {"input": "text"})] if needed and not text else []


def _is_open_by(row: Mapping[str, Any], actor: Actor) -> bool:
    return bool(row["status"] == "open" and row["by_id"] == actor.organisation_id)


def _tell(move: Move, key: str, row: Mapping[str, Any], organisation_id: int, role: str | None) -> None:
    due: date = row["due_on"]
    values = {
        "number": move.case["number"] or "", "title": move.case["title"], "due": due.isoformat(),
        "by": move.actor.organisation_name if move.actor is not None else {"zh": "", "en": ""},
    }  # fmt: skip
    telling.tell_organisation(
        move.tx, move.case, organisation_id, Message(key, values), role=role, key=move.request_key, kind="desk"
    )


_DO = {DEMAND: _demand, ANSWER: _answer, CLOSE: _close}
