"""A holiday notice is out: the year is entered, and every open clock that it changes is counted again, with an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import recounting
from caseflow.cases.ground import Ground
from caseflow.cases.recounting import Moved
from caseflow.config import Settings
from caseflow.records import calendars
from caseflow.words import Message, Refused


def enter(
    tx: Connection,
    ground: Ground,
    settings: Settings,
    calendar: str,
    year: int,
    entry: Mapping[str, Any],
    by: int | None,
) -> list[Moved]:
    """Keep the notice of a year and count the open clocks of the calendar again; returns those that changed.

    ``entry`` has ``notice``, ``holidays`` and ``worked`` as the shipped calendars have. Other processes read the
    new year when they count next: nothing is kept in ``ground`` that a rollback would have to undo.

    Raises:
        Refused: no such calendar, or everything that is wrong with the entry.
    """
    if calendar not in ground.calendars:
        known = ", ".join(sorted(ground.calendars))
        raise Refused(Message("calendar.unknown", {"calendar": calendar, "known": known}))
    try:
        found = calendars.enter(tx, calendar, year, entry, by)
    except ValueError as faults:
        raise Refused(*(Message("calendar.fault", {"fault": line}) for line in str(faults).splitlines())) from None
    inside = ground.apart()
    stored = calendars.history(tx, calendar)[0].id
    notice = found.notice or str(year)
    return [
        moved
        for case_id in list(recounting.open_cases(tx, inside, calendar))
        for moved in recounting.recount(tx, inside, case_id, reason=notice, request_key=f"calendar/{stored}/{case_id}")
    ]
