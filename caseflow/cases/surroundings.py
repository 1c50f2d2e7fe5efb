"""What stands around a case: its round with the closing times that hold for it, and the codes of its offices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.models import round_, round_deadline
from caseflow.people.models import organisation


def round_closes(tx: Connection, row: Mapping[Any, Any], which: str) -> datetime | None:
    """When the case's round closes: for the authority, or for the bureau in charge where it set its own date."""
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


def last_day(closes: datetime) -> date:
    """The day on which something closes: 24:00 belongs to the day that it ends."""
    return clock.local_date(closes - timedelta(microseconds=1))


def round_of(tx: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """What conditions read of the round: its code and its days; nothing where the case is in none."""
    found = tx.execute(sa.select(round_.c.code, round_.c.opens_at).where(round_.c.id == row["round_id"])).first()
    if found is None:
        return {}
    days = {which: round_closes(tx, row, which) for which in ("municipal_closes", "closes")}
    return {
        "code": found.code,
        "opens": clock.local_date(found.opens_at),
        **{which: last_day(closes) for which, closes in days.items() if closes is not None},
    }


def code_of(tx: Connection, organisation_id: int | None) -> str | None:
    """The code of an office; an applicant has none."""
    found: str | None = tx.scalar(sa.select(organisation.c.code).where(organisation.c.id == organisation_id))
    return found
