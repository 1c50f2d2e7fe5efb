"""Working-day calendars as dated rows: each year with its notice, replaced when a newer notice comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.db import Statement, canonical
from caseflow.records.models import calendar_year
from caseflow.workflow.days.holidays import Calendar, Year, read_calendar, read_year


def seed(tx: Connection, data: Mapping[str, Any]) -> int:
    """Store the years of a shipped calendar that are not stored yet; how many were new. Imports stay."""
    name = str(data["calendar"])
    known = set(tx.scalars(sa.select(calendar_year.c.year).where(calendar_year.c.calendar == name)))
    fresh = {year: entry for year, entry in data["years"].items() if year not in known}
    for year, entry in fresh.items():
        _insert(tx, name, year, entry, None)
    return len(fresh)


def load(tx: Connection, data: Mapping[str, Any]) -> Calendar:
    """A shipped calendar with every year as it stands in the database, newest import last."""
    calendar = read_calendar(data)
    rows = tx.execute(
        sa.select(calendar_year).where(calendar_year.c.calendar == calendar.id).order_by(calendar_year.c.id)
    )
    for row in rows:
        calendar = calendar.with_year(read_year(row.year, row.body))
    return calendar


_NEWER = Statement(
    sa.select(calendar_year.c.id, calendar_year.c.year, calendar_year.c.body)
    .where(calendar_year.c.calendar == sa.bindparam("name"), calendar_year.c.id > sa.bindparam("known"))
    .order_by(calendar_year.c.id)
)


def newer(tx: Connection, calendar: Calendar, known: int) -> tuple[Calendar, int]:
    """The calendar with what was entered after the entry ``known``, perhaps by another process; and the last entry."""
    for row in _NEWER.rows(tx, {"name": calendar.id, "known": known}):
        calendar, known = calendar.with_year(read_year(row["year"], row["body"])), row["id"]
    return calendar, known


def enter(tx: Connection, calendar: str, year: int, entry: Mapping[str, Any], by: int | None) -> Year:
    """Keep the notice of a year over what stood before; the earlier entry stays as history.

    Raises:
        ValueError: with one line for every fault of ``entry``.
    """
    found = read_year(year, entry)
    _insert(tx, calendar, year, entry, by)
    return found


def history(tx: Connection, calendar: str) -> list[sa.Row[Any]]:
    """Every entry of a calendar, newest first."""
    return list(
        tx.execute(
            sa.select(calendar_year).where(calendar_year.c.calendar == calendar).order_by(calendar_year.c.id.desc())
        )
    )


def _insert(tx: Connection, calendar: str, year: int, entry: Mapping[str, Any], by: int | None) -> None:
    plain = _plain(entry)
    canonical(plain)  # what cannot be written as JSON is found here and not in the database
    tx.execute(
        calendar_year.insert().values(
            calendar=calendar,
            year=year,
            notice=entry.get("notice"),
            body=plain,
            entered_at=clock.now(),
            entered_by=by,
        )
    )


def _plain(value: Any) -> Any:
    """Dates as ISO texts, which the reader of calendars takes as well."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
