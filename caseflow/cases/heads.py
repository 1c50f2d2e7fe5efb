"""What each case remembers of its journal, so that a cut-off end is noticed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.models import case


def of_all(tx: Connection) -> dict[int, tuple[int, str]]:
    """Number and hash of the last entry of every case, as its own row has it."""
    return {row.id: (row.seq, row.last_hash) for row in tx.execute(sa.select(case.c.id, case.c.seq, case.c.last_hash))}


def entries(tx: Connection) -> int:
    """How many acts the journals of all cases should hold."""
    return tx.scalar(sa.select(sa.func.coalesce(sa.func.sum(case.c.seq), 0))) or 0
