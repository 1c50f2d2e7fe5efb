"""Who has read or exported whose dossier. Append-only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow import clock
from caseflow.records.models import read_log


def log(tx: Connection, person_id: int, case_id: int | None, what: str, purpose: str | None = None) -> None:
    """Note that a person has opened or taken ``what`` (a code, such as ``dossier`` or ``export``)."""
    row = {"at": clock.now(), "person_id": person_id, "case_id": case_id, "what": what, "purpose": purpose}
    tx.execute(read_log.insert().inline(), row)


def of_case(tx: Connection, case_id: int) -> list[Row[Any]]:
    """Everybody who has read a case, newest first."""
    return list(tx.execute(sa.select(read_log).where(read_log.c.case_id == case_id).order_by(read_log.c.id.desc())))
