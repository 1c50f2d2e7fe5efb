"""Timers: rows beside a clock, claimed and fired in one transaction, so exactly once however many workers run."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import settings
from caseflow.cases.ground import Ground
from caseflow.cases.models import timer
from caseflow.db import Statement
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every timer."""

_DUE = (
    sa.select(timer)
    .where(
        timer.c.status == "waiting",
        timer.c.due_at <= sa.bindparam("now"),
        sa.or_(
            timer.c.due_at > sa.bindparam("after_at"),
            sa.and_(timer.c.due_at == sa.bindparam("after_at"), timer.c.id > sa.bindparam("after_id")),
        ),
    )
    .order_by(timer.c.due_at, timer.c.id)
    .limit(sa.bindparam("most"))
)
_CLAIM = (
    timer.update()
    .where(timer.c.id == sa.bindparam("on_id"), timer.c.status == "waiting")
    .values(status="fired", fired_at=sa.bindparam("now"))
)
_SILENCE = Statement(
    timer.update()
    .where(timer.c.deadline_id == sa.bindparam("on_deadline"), timer.c.status == "waiting")
    .values(status="void")
)
_SET = Statement(timer.insert().inline())


def put(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    row: dict[str, int],
    due_on: date,
    warn: str | None,
    final_kind: str,
) -> None:
    """Set the timers of a clock: at the end of its last day, and ``warn`` before it.

    ``row`` names the case (``case_id``) and the clock (``deadline_id``).
    """
    rows = [{"kind": final_kind, "due_at": clock.end_of(due_on)}]
    if warn is not None:
        ahead = workdays.Limit.parse(settings.period(tx, definition, row["case_id"], warn))
        warned = workdays.before(ground.calendars[definition.calendar], due_on, ahead)
        rows.append({"kind": "warn", "due_at": clock.at_local(warned)})
    stamp = clock.now().timestamp()
    made = {**row, "status": "waiting"}
    _SET.run_all(tx, [{**one, **made, "key": f"{row['deadline_id']}/{one['kind']}/{due_on}/{stamp}"} for one in rows])


def put_alone(tx: Connection, case_id: int, kind: str, key: str, due_at: datetime) -> None:
    """Set a timer that belongs to no clock; whoever fires it finds out whether it still counts."""
    _SET.run(tx, {"case_id": case_id, "kind": kind, "key": key, "due_at": due_at, "status": "waiting"})


def silence(tx: Connection, deadline_id: int) -> None:
    """Let the timers of a clock go."""
    _SILENCE.run(tx, {"on_deadline": deadline_id})


def due(tx: Connection, now: datetime, most: int = 100, after: RowMapping | None = None) -> list[RowMapping]:
    """The timers whose moment has passed, in order; those behind ``after``, so that one that is refused holds up none."""
    behind = (after["due_at"], after["id"]) if after is not None else (EARLIEST, 0)
    bound = {"now": now, "most": most, "after_at": behind[0], "after_id": behind[1]}
    return list(tx.execute(_DUE, bound).mappings())


def claim(tx: Connection, timer_id: int, now: datetime) -> bool:
    """Take a timer; false where another worker has it. Rolled back with the transaction that fires it."""
    return tx.execute(_CLAIM, {"on_id": timer_id, "now": now}).rowcount == 1
