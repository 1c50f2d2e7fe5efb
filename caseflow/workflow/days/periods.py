"""How long a period lasts at about: to compare one with another, never to count by."""

from __future__ import annotations

_DAYS = {"workday": 7 / 5, "day": 1.0, "month": 30.4, "year": 365.0}


def days(period: str) -> float:
    """The length of ``10 workdays`` or ``3 months`` in calendar days."""
    number, unit = period.split()
    return int(number) * _DAYS[unit.removesuffix("s")]
