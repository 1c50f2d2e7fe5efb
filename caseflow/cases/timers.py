"""Timers that have come due: claimed and fired in one transaction, so exactly once however many workers run."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.models import timer

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


def due(tx: Connection, now: datetime, most: int = 100, after: RowMapping | None = None) -> list[RowMapping]:
    """The timers whose moment has passed, in order; those behind ``after``, so that one that is refused holds up none."""
    behind = (after["due_at"], after["id"]) if after is not None else (EARLIEST, 0)
    bound = {"now": now, "most": most, "after_at": behind[0], "after_id": behind[1]}
    return list(tx.execute(_DUE, bound).mappings())


def claim(tx: Connection, timer_id: int, now: datetime) -> bool:
    """Take a timer; false where another worker has it. Rolled back with the transaction that fires it."""
    return tx.execute(_CLAIM, {"on_id": timer_id, "now": now}).rowcount == 1
