"""Clocks of a case: started, paused, met. Every deadline keeps the ledger of how it was counted.

A clock never decides anything: when it runs out somebody is told. Timers are rows beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline, round_, round_deadline, timer
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.workflow import workdays
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Clock

PUBLICITY = "publicity:"
"""Before the state's id in the name of a publicity clock."""

IS_OPEN = sa.or_(
    deadline.c.status == "running",
    deadline.c.status == "paused",
    sa.and_(deadline.c.status == "breached", deadline.c.closed_at.is_(None)),
)
"""A clock that has run out stays open until the case goes on."""

_OPEN = Statement(
    sa.select(deadline).where(deadline.c.case_id == sa.bindparam("case_id"), IS_OPEN).order_by(deadline.c.due_on)
)
_NEW = Statement(deadline.insert().returning(deadline.c.id))
_CHANGE = Statement(deadline.update().where(deadline.c.id == sa.bindparam("on_id")))
_SILENCE = Statement(
    timer.update()
    .where(timer.c.deadline_id == sa.bindparam("on_deadline"), timer.c.status == "waiting")
    .values(status="void")
)
_SET = Statement(timer.insert().inline())


def move(step: Move, row: Mapping[str, Any], target: str) -> date | None:
    """Close, pause or resume what runs as the case goes to ``target``; returns the earliest date still due.

    The clock of a state counts on while the case stays or comes back from where it pauses. One that has run out is
    not paused: whoever sends the case back after the last day gains no new days.
    """
    tx, definition, at = step.tx, step.definition, step.at
    today = clock.local_date(at)
    due: list[date] = []
    resumed = False
    for running in open_deadlines(tx, row["id"]):
        rule = definition.states[running["clock"]].clock if running["clock"] in definition.states else None
        breached = running["status"] == "breached"
        if running["clock"] == target:
            due.append(_resume(step, running, today) if running["status"] == "paused" else running["due_on"])
            resumed = True
        elif rule is not None and target in rule.pauses_in:
            if not breached:
                _pause(tx, running, today)
        else:
            status = "breached" if breached else "met"
            _CHANGE.run(tx, {"on_id": running["id"], "status": status, "closed_at": at})
            if not breached:
                _SILENCE.run(tx, {"on_deadline": running["id"]})
    started = start(tx, step.ground, definition, row, target, at, step, runs=resumed)
    due += [started] if started is not None else []
    return min(due, default=None)


def start(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    row: Mapping[Any, Any],
    state_id: str,
    at: datetime,
    step: Move | None = None,
    *,
    runs: bool = False,
) -> date | None:
    """Start the clock of a state (unless it ``runs``) and its publicity; returns the earliest date due."""
    state = definition.states[state_id]
    due: list[date] = []
    if state.clock is not None and not runs:
        cut = _cut(tx, row, state.clock)
        first = clock.local_date(at)
        limit, warn_at = state.clock.limit or "", state.clock.warn
        if limit or cut is not None:
            due.append(_insert(tx, ground, definition, row["id"], state_id, first, limit, cut, warn_at, "breach"))
    if state.publicity is not None and step is not None:
        posted = date.fromisoformat(step.value(state.publicity.posted_on))
        ends = f"act:{state.publicity.ends}"
        name = f"{PUBLICITY}{state_id}"
        due.append(_insert(tx, ground, definition, row["id"], name, posted, state.publicity.period, None, None, ends))
    return min(due, default=None)


def recount(tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any]) -> tuple[date, date] | None:
    """Count an open deadline again after the calendar or its round changed; old and new date where they differ.

    One that had run out runs again where the new date is still to come.
    """
    counted = _count(tx, ground, definition, row["started_on"], row["limit"], row["pauses"], row["not_after"])
    due = counted.due
    if due == row["due_on"] and counted.provisional == row["provisional"]:
        return None
    again = row["status"] == "breached" and due >= clock.today()
    status = "running" if again else row["status"]
    changed = {"due_on": due, "ledger": counted.ledger, "provisional": counted.provisional, "status": status}
    _CHANGE.run(tx, {"on_id": row["id"], **changed})
    if due == row["due_on"]:
        return None
    _SILENCE.run(tx, {"on_deadline": row["id"]})
    if status == "running":
        name = row["clock"]
        state = definition.states[name.removeprefix(PUBLICITY)]
        if name.startswith(PUBLICITY) and state.publicity is not None:
            _timers(tx, ground, definition, row["case_id"], row["id"], due, None, f"act:{state.publicity.ends}")
        else:
            warn = state.clock.warn if state.clock is not None else None
            _timers(tx, ground, definition, row["case_id"], row["id"], due, warn, "breach")
    return row["due_on"], due


def earliest(tx: Connection, case_id: int) -> date | None:
    """By when something of a case is due first."""
    return min((row["due_on"] for row in open_deadlines(tx, case_id) if row["status"] != "paused"), default=None)


def open_deadlines(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    """The clocks of a case that run, stand still, or have run out while the case stayed; the one due first comes first."""
    return _OPEN.rows(tx, {"case_id": case_id})


def of_case(tx: Connection, case_id: int) -> list[RowMapping]:
    """Every deadline of a case, oldest first, with its ledger."""
    return list(tx.execute(sa.select(deadline).where(deadline.c.case_id == case_id).order_by(deadline.c.id)).mappings())


def round_closes(tx: Connection, row: Mapping[Any, Any], which: str) -> datetime | None:
    """When the case's round closes: for the province, or for the bureau in charge where it set its own date."""
    if row["round_id"] is None:
        return None
    if which == "municipal_closes" and row["prefecture_id"] is not None:
        own = tx.scalar(
            sa.select(round_deadline.c.closes_at).where(
                round_deadline.c.round_id == row["round_id"], round_deadline.c.organisation_id == row["prefecture_id"]
            )
        )
        if own is not None:
            closes: datetime = own
            return closes
    last: datetime | None = tx.scalar(sa.select(round_.c.closes_at).where(round_.c.id == row["round_id"]))
    return last


def _cut(tx: Connection, row: Mapping[Any, Any], rule: Clock) -> date | None:
    if rule.not_after is None:
        return None
    closes = round_closes(tx, row, rule.not_after)
    # 24:00 belongs to the day that it ends.
    return clock.local_date(closes - timedelta(microseconds=1)) if closes is not None else None


def _insert(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    case_id: int,
    name: str,
    first: date,
    limit: str,
    cut: date | None,
    warn: str | None,
    final_kind: str,
) -> date:
    counted = _count(tx, ground, definition, first, limit, [], cut)
    due = counted.due
    made = {
        "case_id": case_id,
        "clock": name,
        "started_on": first,
        "limit": limit,
        "not_after": cut,
        "pauses": [],
        "due_on": due,
        "ledger": counted.ledger,
        "provisional": counted.provisional,
        "status": "running",
    }
    number = _NEW.scalar(tx, made)
    _timers(tx, ground, definition, case_id, number, due, warn, final_kind)
    return due


def _pause(tx: Connection, row: Mapping[str, Any], today: date) -> None:
    if row["status"] == "running":
        _CHANGE.run(tx, {"on_id": row["id"], "status": "paused", "paused_since": today})
        _SILENCE.run(tx, {"on_deadline": row["id"]})


def _resume(step: Move, row: Mapping[str, Any], today: date) -> date:
    pauses = [*row["pauses"], [row["paused_since"].isoformat(), today.isoformat()]]
    counted = _count(step.tx, step.ground, step.definition, row["started_on"], row["limit"], pauses, row["not_after"])
    due = counted.due
    changed = {
        "status": "running",
        "paused_since": None,
        "pauses": pauses,
        "due_on": due,
        "ledger": counted.ledger,
        "provisional": counted.provisional,
    }
    _CHANGE.run(step.tx, {"on_id": row["id"], **changed})
    rule = step.definition.states[row["clock"]].clock
    _timers(
        step.tx, step.ground, step.definition, row["case_id"], row["id"], due, rule.warn if rule else None, "breach"
    )
    return due


def _timers(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    case_id: int,
    deadline_id: int,
    due: date,
    warn: str | None,
    final_kind: str,
) -> None:
    rows = [{"kind": final_kind, "due_at": clock.end_of(due)}]
    if warn is not None:
        warned = workdays.before(ground.calendars[definition.calendar], due, workdays.Limit.parse(warn))
        rows.append({"kind": "warn", "due_at": clock.at_local(warned)})
    stamp = clock.now().timestamp()
    made = {"case_id": case_id, "deadline_id": deadline_id, "status": "waiting"}
    _SET.run_all(tx, [{**row, **made, "key": f"{deadline_id}/{row['kind']}/{due}/{stamp}"} for row in rows])


@dataclass(frozen=True, slots=True)
class _Counted:
    """When a clock runs out, with the ledger to be stored."""

    due: date
    ledger: dict[str, Any]
    provisional: bool


def _count(
    tx: Connection, ground: Ground, definition: Definition, first: date, limit: str, pauses: Any, cut: date | None
) -> _Counted:
    """Count a limit, cut short by the closing date of the round; without a limit that date alone bounds the clock."""
    if not limit and cut is not None:
        return _Counted(cut, {}, provisional=False)
    spans = [(date.fromisoformat(a), date.fromisoformat(b)) for a, b in pauses]
    calendar = ground.calendar_now(tx, definition.calendar)
    counted = workdays.count(calendar, first, workdays.Limit.parse(limit), pauses=spans)
    due = counted.due if cut is None else min(counted.due, cut)
    return _Counted(due, counted.as_json(), counted.provisional)
