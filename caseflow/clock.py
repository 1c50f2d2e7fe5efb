"""The one place that asks what time it is.

Moments are aware UTC; legal dates are local dates in Asia/Shanghai that end at 24:00.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta(0))
_still: ContextVar[datetime | None] = ContextVar("still", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _still.get() or datetime.now(UTC) + _shift.get()


def today() -> date:
    """The present date where the law is applied."""
    return local_date(now())


def local_date(moment: datetime) -> date:
    """The date in Asia/Shanghai at an aware ``moment``."""
    return moment.astimezone(SHANGHAI).date()


def at_local(day: date, at: time = time(0)) -> datetime:
    """The UTC moment of a local date and time of day."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 of a local date, in UTC: the moment at which a deadline of that day has passed."""
    return at_local(day + timedelta(days=1))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock start from ``moment`` inside the block (the demo, and tests of long waits)."""
    shifted, runs = _shift.set(moment - datetime.now(UTC)), _still.set(None)
    try:
        yield
    finally:
        _still.reset(runs)
        _shift.reset(shifted)


@contextmanager
def still(moment: datetime) -> Iterator[None]:
    """Let the clock stand at ``moment`` inside the block, however long it takes (what is to repeat itself to the second)."""
    token = _still.set(moment)
    try:
        yield
    finally:
        _still.reset(token)
