"""Time limits counted by hand on a calendar of paper: in an ordinary week, across Spring Festival, across National Day.

Days off: 2026-02-15 to 02-23 (14 and 28 February are worked), 2026-09-25 to 09-27, 2026-10-01 to 10-07 (20 September
and 10 October are worked), 2026-04-04 to 04-06, 2026-05-01 to 05-05 (9 May is worked). The first day is not counted; a
limit in days, months or years that ends on a day off moves on to the next working day.
"""

from __future__ import annotations

from datetime import date

Counted = tuple[tuple[date, date], ...]
"""First day (not counted) and last day of a limit."""


def days(*pairs: str) -> Counted:
    """``2026-03-10 2026-03-12`` as the first and the last day."""
    return tuple(
        (date.fromisoformat(first), date.fromisoformat(last)) for first, last in (one.split() for one in pairs)
    )


BY_HAND: dict[str, Counted] = {
    "2 workdays": days("2026-03-10 2026-03-12", "2026-02-13 2026-02-24", "2026-09-30 2026-10-09"),
    "3 workdays": days("2026-03-10 2026-03-13", "2026-02-13 2026-02-25", "2026-09-30 2026-10-10"),
    "5 workdays": days(
        "2026-03-10 2026-03-17",
        "2026-02-13 2026-02-27",
        "2026-09-30 2026-10-13",
        "2026-09-18 2026-09-24",
        "2026-04-28 2026-05-08",
        "2025-09-26 2025-10-10",
    ),
    "7 workdays": days("2026-03-10 2026-03-19", "2026-02-13 2026-03-02", "2026-09-24 2026-10-12"),
    "10 workdays": days("2026-03-10 2026-03-24", "2026-02-13 2026-03-05", "2026-09-30 2026-10-20"),
    "15 workdays": days("2026-03-10 2026-03-31", "2025-01-20 2025-02-14", "2026-09-30 2026-10-27"),
    "20 workdays": days(
        "2026-03-10 2026-04-08", "2026-02-13 2026-03-19", "2026-09-30 2026-11-03", "2026-11-20 2026-12-18"
    ),
    "30 workdays": days("2026-03-10 2026-04-22", "2026-02-13 2026-04-02", "2026-09-30 2026-11-17"),
    "45 workdays": days("2026-03-10 2026-05-15", "2026-02-13 2026-04-24", "2026-09-30 2026-12-08"),
    "15 days": days("2026-03-10 2026-03-25", "2026-02-05 2026-02-24", "2026-09-18 2026-10-08", "2026-06-20 2026-07-06"),
    "30 days": days("2026-03-10 2026-04-09", "2026-01-20 2026-02-24", "2026-09-03 2026-10-08", "2026-08-27 2026-09-28"),
    "60 days": days("2026-03-10 2026-05-09", "2025-12-20 2026-02-24", "2026-08-04 2026-10-08"),
    "90 days": days("2026-03-10 2026-06-08", "2025-11-20 2026-02-24", "2026-07-08 2026-10-08"),
    "3 months": days("2026-03-10 2026-06-10", "2025-11-17 2026-02-24", "2026-07-02 2026-10-08"),
    "6 months": days("2026-03-10 2026-09-10", "2025-08-18 2026-02-24", "2026-04-02 2026-10-08"),
    "9 months": days("2026-03-10 2026-12-10", "2025-05-17 2026-02-24", "2026-01-02 2026-10-08"),
    "1 year": days("2025-03-10 2026-03-10", "2025-02-16 2026-02-24", "2025-10-02 2026-10-08"),
    "2 years": days("2024-03-11 2026-03-11", "2024-02-17 2026-02-24", "2024-10-05 2026-10-08"),
    "3 years": days("2023-03-10 2026-03-10", "2023-02-18 2026-02-24", "2023-10-05 2026-10-08"),
}
"""Those of 2025-09-26, 2025-01-20, 2026-02-05, 02-13 (5), 04-28, 06-20, 07-08, 08-27, 09-18 (5), 09-24, 09-30 (15) and
11-20 stand in the facts of the project as published vectors."""
WITHOUT_MOVING: dict[str, Counted] = {
    "1 day": days("2026-03-10 2026-03-11", "2026-02-14 2026-02-15", "2026-09-30 2026-10-01"),
    "30 days": days("2026-03-10 2026-04-09", "2026-01-20 2026-02-19", "2026-09-03 2026-10-03"),
}
"""Where the end stays on a day off: a time in hours, and the day on which an announcement counts as served."""


def by_hand(limit: str, *, moves: bool = True) -> Counted:
    """The first and last days of a limit.

    Raises:
        KeyError: nobody has counted it yet.
    """
    number, _, unit = limit.partition(" ")
    known = BY_HAND if moves else WITHOUT_MOVING
    found = known.get(limit) or known.get(f"{number} {unit.removesuffix('s')}")
    if found is None:
        raise KeyError(f"{limit}: count it by hand and write it down")
    return found
