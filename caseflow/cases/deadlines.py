"""Clocks of a case: started, paused, met. Every deadline keeps the ledger of how it was counted.

A clock never decides anything: when it runs out somebody is told. Timers are rows beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline, round_, round_deadline, timer
from caseflow.cases.move import Move
from caseflow.workflow import workdays
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Clock

PUBLICITY = "publicity:"
"""Before the state's id in the name of a publicity clock."""

_OPEN = sa.select(deadline).where(
    deadline.c.case_id == sa.bindparam("case_id"), deadline.c.status.in_(["running", "paused"])
)
_CLOSE = (
    deadline.update()
    .where(deadline.c.id == sa.bindparam("on_id"))
    .values(status=sa.bindparam("as_status"), closed_at=sa.bindparam("at"))
)
_SILENCE = (
    timer.update()
    .where(timer.c.deadline_id == sa.bindparam("on_deadline"), timer.c.status == "waiting")
    .values(status="void")
)


def move(step: Move, row: Mapping[str, Any], target: str) -> date | None:
    """Close, pause or resume what runs as the case goes to ``target``; returns the earliest date still due."""
    tx, definition, at = step.tx, step.definition, step.at
    today = clock.local_date(at)
    due: list[date] = []
    resumed = False
    for running in tx.execute(_OPEN, {"case_id": row["id"]}).mappings().all():
        rule = definition.states[running["clock"]].clock if running["clock"] in definition.states else None
        if running["clock"] == target and running["status"] == "paused":
            due.append(_resume(step, running, today))
            resumed = True
        elif rule is not None and target in rule.pauses_in:
            _pause(tx, running, today)
        else:
            tx.execute(_CLOSE, {"on_id": running["id"], "as_status": "met", "at": at})
            tx.execute(_SILENCE, {"on_deadline": running["id"]})
    if not resumed:
        started = start(tx, step.ground, definition, row, target, at, step)
        due += [started] if started is not None else []
    return min(due, default=None)


def start(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    row: Mapping[str, Any],
    state_id: str,
    at: datetime,
    step: Move | None = None,
) -> date | None:
    """Start the clock of a state, and its publicity; returns the earliest date due."""
    state = definition.states[state_id]
    due: list[date] = []
    if state.clock is not None:
        cut = _cut(tx, row, state.clock)
        first = clock.local_date(at)
        warn_at = state.clock.warn
        due.append(
            _insert(tx, ground, definition, row["id"], state_id, first, state.clock.limit, cut, warn_at, "breach")
        )
    if state.publicity is not None and step is not None:
        posted = date.fromisoformat(step.value(state.publicity.posted_on))
        ends = f"act:{state.publicity.ends}"
        name = f"{PUBLICITY}{state_id}"
        due.append(_insert(tx, ground, definition, row["id"], name, posted, state.publicity.period, None, None, ends))
    return min(due, default=None)


def recount(tx: Connection, ground: Ground, definition: Definition, row: RowMapping) -> tuple[date, date] | None:
    """Count an open deadline again after the calendar changed; old and new date where they differ."""
    counted = _count(ground, definition, row["started_on"], row["limit"], row["pauses"])
    due = _earlier(counted.due, row["not_after"])
    if due == row["due_on"] and counted.provisional == row["provisional"]:
        return None
    tx.execute(
        deadline.update()
        .where(deadline.c.id == row["id"])
        .values(due_on=due, ledger=counted.as_json(), provisional=counted.provisional)
    )
    waiting = tx.execute(
        sa.select(timer).where(timer.c.deadline_id == row["id"], timer.c.status == "waiting")
    ).mappings()
    final = [one["kind"] for one in waiting if one["kind"] != "warn"]
    tx.execute(_SILENCE, {"on_deadline": row["id"]})
    if final and row["status"] == "running":
        state = definition.states.get(row["clock"])
        warn = state.clock.warn if state is not None and state.clock is not None else None
        _timers(tx, ground, definition, row["case_id"], row["id"], due, warn, final[0])
    return (row["due_on"], due) if due != row["due_on"] else None


def open_deadlines(tx: Connection, case_id: int) -> list[RowMapping]:
    return list(tx.execute(_OPEN.order_by(deadline.c.due_on), {"case_id": case_id}).mappings())


def of_case(tx: Connection, case_id: int) -> list[RowMapping]:
    """Every deadline of a case, oldest first, with its ledger."""
    return list(tx.execute(sa.select(deadline).where(deadline.c.case_id == case_id).order_by(deadline.c.id)).mappings())


def round_closes(tx: Connection, row: Mapping[str, Any], which: str) -> datetime | None:
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
            return own
    return tx.scalar(sa.select(round_.c.closes_at).where(round_.c.id == row["round_id"]))


def _cut(tx: Connection, row: Mapping[str, Any], rule: Clock) -> date | None:
    if rule.not_after is None:
        return None
    closes = round_closes(tx, row, rule.not_after)
    return (
        clock.local_date(closes - timedelta(microseconds=1)) if closes is not None else None
    )  # 24:00 is of the day before


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
    counted = _count(ground, definition, first, limit, [])
    due = _earlier(counted.due, cut)
    number = tx.execute(
        deadline.insert()
        .values(
            case_id=case_id,
            clock=name,
            started_on=first,
            limit=limit,
            not_after=cut,
            pauses=[],
            due_on=due,
            ledger=counted.as_json(),
            provisional=counted.provisional,
            status="running",
        )
        .returning(deadline.c.id)
    ).scalar_one()
    _timers(tx, ground, definition, case_id, number, due, warn, final_kind)
    return due


def _pause(tx: Connection, row: RowMapping, today: date) -> None:
    if row["status"] == "running":
        tx.execute(deadline.update().where(deadline.c.id == row["id"]).values(status="paused", paused_since=today))
        tx.execute(_SILENCE, {"on_deadline": row["id"]})


def _resume(step: Move, row: RowMapping, today: date) -> date:
    pauses = [*row["pauses"], [row["paused_since"].isoformat(), today.isoformat()]]
    counted = _count(step.ground, step.definition, row["started_on"], row["limit"], pauses)
    due = _earlier(counted.due, row["not_after"])
    step.tx.execute(
        deadline.update()
        .where(deadline.c.id == row["id"])
        .values(
            status="running",
            paused_since=None,
            pauses=pauses,
            due_on=due,
            ledger=counted.as_json(),
            provisional=counted.provisional,
        )
    )
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
        warned = workdays.before(ground.calendar(definition), due, workdays.Limit.parse(warn))
        rows.append({"kind": "warn", "due_at": clock.at_local(warned)})
    stamp = clock.now().timestamp()
    tx.execute(
        timer.insert(),
        [
            {
                **row,
                "case_id": case_id,
                "deadline_id": deadline_id,
                "key": f"{deadline_id}/{row['kind']}/{due}/{stamp}",
                "status": "waiting",
            }
            for row in rows
        ],
    )


def _count(ground: Ground, definition: Definition, first: date, limit: str, pauses: Any) -> workdays.Count:
    spans = [(date.fromisoformat(a), date.fromisoformat(b)) for a, b in pauses]
    return workdays.count(ground.calendar(definition), first, workdays.Limit.parse(limit), pauses=spans)


def _earlier(due: date, cut: date | None) -> date:
    return due if cut is None else min(due, cut)
