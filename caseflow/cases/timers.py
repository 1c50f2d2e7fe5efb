"""Timers that have come due: claimed and fired in one transaction, so exactly once however many workers run."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.models import timer

_DUE = (
    sa.select(timer)
    .where(timer.c.status == "waiting", timer.c.due_at <= sa.bindparam("now"))
    .order_by(timer.c.due_at, timer.c.id)
    .limit(sa.bindparam("most"))
)
_CLAIM = (
    timer.update()
    .where(timer.c.id == sa.bindparam("on_id"), timer.c.status == "waiting")
    .values(status="fired", fired_at=sa.bindparam("now"))
)


def due(tx: Connection, now: datetime, most: int = 100) -> list[RowMapping]:
    """The timers whose moment has passed, in order."""
    return list(tx.execute(_DUE, {"now": now, "most": most}).mappings())


def claim(tx: Connection, timer_id: int, now: datetime) -> bool:
    """Take a timer; false where another worker has it. Rolled back with the transaction that fires it."""
    return tx.execute(_CLAIM, {"on_id": timer_id, "now": now}).rowcount == 1
