"""Files that were brought to be looked at and are kept for a day, until they are taken over or forgotten."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.records.models import file

FIELD = "footprint.import"
"""Under which such a file is recorded."""
KEPT = timedelta(hours=24)


def expire(tx: Connection) -> int:
    """Give up those whose day is over; how many. Their bytes go with the next sweep."""
    now = clock.now()
    old = sa.and_(file.c.field == FIELD, file.c.purged_at.is_(None), file.c.uploaded_at < now - KEPT)
    return tx.execute(file.update().where(old).values(purged_at=now, purge_reason="expired")).rowcount


def clear(work: Path) -> int:
    """Remove what was being read or made there when its process died, a day later; how many files. Nothing else stays there.

    A score sheet or an import that is only looked at is never kept: it lies in ``work`` for as long as it is read.
    """
    before, removed = (clock.now() - KEPT).timestamp(), 0
    for path in work.glob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed
