"""When a limit ends, and day by day how that was counted.

The first day is not counted. Limits in working days skip every day off; limits in days, months and years run
through and, unless their basis says otherwise, roll forward from a day of rest (Civil Code, articles 201 to 203).
A month ends on the same number of the later month, or on its last day. Dates are local; a due date runs to 24:00.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from caseflow.words import Message
from caseflow.workflow.days.holidays import DAY, Calendar
from caseflow.workflow.days.ledger import COUNTED, DayEntry, Kind, Run, Unit, day_text, runs

Roll = Literal["rest_days", "statutory_holidays", "none"]
"""From which days a limit in days, months or years rolls forward: every day off; only the days that the law names,
as a basis that says 法定节假日 may be read; or none."""
Pause = tuple[date, date]
"""First and last day that do not count: the day on which the clock stops, the day on which it starts again."""
Standing = Literal["normal", "soon", "near", "overdue"]

_PERIOD = re.compile(r"([1-9]\d{0,3}) (workday|day|month|year)s?")
_SOON, _NEAR = 5, 2


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time: ``n`` of a unit."""

    n: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Limit:
        """``10 workdays``, ``15 days``, ``12 months``, ``1 year``.

        Raises:
            ValueError: for anything else.
        """
        found = _PERIOD.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a limit such as '10 workdays', '15 days', '12 months' or '1 year'")
        (unit,) = (unit for unit in get_args(Unit) if unit == f"{found[2]}s")
        return cls(int(found[1]), unit)

    def __str__(self) -> str:
        return f"{self.n} {self.unit if self.n > 1 else self.unit[:-1]}"

    def message(self) -> Message:
        return _plural(f"workdays.limit.{self.unit}", self.n)


@dataclass(frozen=True, slots=True)
class Count:
    """When a limit ends and how that was found. An office plans by ``nominal``, a party may rely on ``due``."""

    calendar: str
    start: date
    limit: Limit
    roll: Roll
    pauses: tuple[Pause, ...]
    extensions: tuple[Limit, ...]
    nominal: date
    """The last counted day, before it rolls."""
    due: date
    """The last day on which there is still time, to 24:00."""
    ledger: tuple[DayEntry, ...]
    provisional: bool
    """A year it depends on has no notice yet: it is counted again when the notice comes."""
    notices: tuple[str, ...]
    """The notices of the years it depends on."""

    def runs(self) -> tuple[Run, ...]:
        return tuple(runs(self.ledger))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON to store: all that ``recount`` needs, and the ledger by runs of alike days."""
        return {
            "calendar": self.calendar,
            "start": self.start.isoformat(),
            "limit": str(self.limit),
            "roll": self.roll,
            "pauses": [[first.isoformat(), last.isoformat()] for first, last in self.pauses],
            "extensions": [str(limit) for limit in self.extensions],
            "nominal": self.nominal.isoformat(),
            "due": self.due.isoformat(),
            "provisional": self.provisional,
            "notices": list(self.notices),
            "ledger": [run.as_json() for run in self.runs()],
        }


@dataclass(frozen=True, slots=True)
class Remaining:
    """How a due date stands today. ``workdays`` left after today, or passed since the due date."""

    workdays: int
    standing: Standing
    message: Message


def count(
    calendar: Calendar,
    start: date,
    limit: Limit,
    *,
    roll: Roll = "rest_days",
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Limit] = (),
) -> Count:
    """Count ``limit`` from ``start``, which is not itself counted; extensions follow where it ends before rolling.

    Raises:
        ValueError: if a pause ends before it begins.
        OverflowError: if the end lies past the year 9998.
    """
    for first, last in pauses:
        if last < first:
            raise ValueError(f"a pause cannot run from {first} to {last}")
    ledger: list[DayEntry] = []
    day, n = start, 0
    previous = limit.unit
    for part in (limit, *extensions):
        n = n if part.unit == previous else 0
        walk = _by_months if part.unit in ("months", "years") else _by_days
        ledger += walk(calendar, day, part, n, pauses)
        day, n, previous = ledger[-1].date, n + part.n, part.unit
    nominal = day
    while _is_rest(calendar, day, roll if previous != "workdays" else "none") or (
        day > nominal and _paused(day, pauses)
    ):
        day += DAY
        ledger.append(DayEntry(day, "paused" if _paused(day, pauses) else "rolled", n, previous))
    asked = _years_asked(start, nominal, day, (limit, *extensions), roll)
    return Count(
        calendar.id, start, limit, roll, tuple(pauses), tuple(extensions), nominal, day, tuple(ledger),
        any(calendar.provisional(year) for year in asked),
        tuple(notice for year in asked if (notice := calendar.notice(year))),
    )  # fmt: skip


def extend(calendar: Calendar, counted: Count, by: Limit) -> Count:
    """The same count with one more extension."""
    return count(
        calendar, counted.start, counted.limit, roll=counted.roll, pauses=counted.pauses,
        extensions=(*counted.extensions, by),
    )  # fmt: skip


def recount(calendar: Calendar, stored: Mapping[str, Any], *, pauses: Sequence[Pause] | None = None) -> Count:
    """Count again what ``Count.as_json`` stored: by a calendar whose notice has come, or with other pauses."""
    was = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in stored["pauses"]]
    return count(
        calendar,
        date.fromisoformat(stored["start"]),
        Limit.parse(stored["limit"]),
        roll=stored["roll"],
        pauses=was if pauses is None else pauses,
        extensions=[Limit.parse(text) for text in stored["extensions"]],
    )


def workdays_between(calendar: Calendar, after: date, until: date) -> int:
    """Working days after one date up to and including another; negative when they stand the other way round."""
    if until < after:
        return -workdays_between(calendar, until, after)
    whole = sum(calendar.workdays_in(year) for year in range(after.year, until.year))
    return whole + calendar.worked_by(until) - calendar.worked_by(after)


def before(calendar: Calendar, day: date, limit: Limit) -> date:
    """The last date at which ``limit`` is still left until ``day``: when to warn, or by when to give notice."""
    if limit.unit == "workdays":
        left = limit.n
        while left:
            left -= calendar.is_workday(day)
            day -= DAY
        return day
    if limit.unit == "days":
        return day - DAY * limit.n
    return _months_later(day, -limit.n * (12 if limit.unit == "years" else 1))


def remaining(calendar: Calendar, due: date, today: date, *, at: str = "24:00") -> Remaining:
    """What is left until ``due`` as a sentence: 正常, then five and two working days before the end, then 超期."""
    left = workdays_between(calendar, today, due)
    values = {"due": day_text(due), "at": at}
    if today > due:
        return Remaining(-left, "overdue", _plural("workdays.overdue", -left, **values))
    standing: Standing = "near" if left <= _NEAR else "soon" if left <= _SOON else "normal"
    if today == due:
        return Remaining(left, standing, Message("workdays.due_today", values))
    return Remaining(left, standing, _plural("workdays.remaining", left, **values))


def _by_days(calendar: Calendar, day: date, limit: Limit, n: int, pauses: Sequence[Pause]) -> Iterator[DayEntry]:
    end = n + limit.n
    while n < end:
        day += DAY
        kind, name = _kind(calendar, day, limit.unit, pauses)
        n += kind in COUNTED
        yield DayEntry(day, kind, n, limit.unit, name)


def _kind(calendar: Calendar, day: date, unit: Unit, pauses: Sequence[Pause]) -> tuple[Kind, Mapping[str, str] | None]:
    if _paused(day, pauses):
        return "paused", None
    if unit == "days":
        return "counted", None
    if calendar.is_made_up(day):
        return "made_up", None
    if calendar.is_workday(day):
        return "counted", None
    holiday = calendar.holiday(day)
    return ("holiday", holiday.name) if holiday else ("weekend", None)


def _by_months(calendar: Calendar, start: date, limit: Limit, n: int, pauses: Sequence[Pause]) -> list[DayEntry]:
    months = 12 if limit.unit == "years" else 1
    ends = [_months_later(start, months * (k + 1)) for k in range(limit.n)]
    entries = [DayEntry(end, "counted", n + k + 1, limit.unit) for k, end in enumerate(ends)]
    day, reached = ends[-1], n + limit.n
    lost = sorted(
        {first + DAY * k for first, last in pauses for k in range((last - first).days + 1)
         if start < first + DAY * k <= day}
    )  # fmt: skip
    entries += [DayEntry(gone, "paused", n + sum(end < gone for end in ends), limit.unit) for gone in lost]
    entries.sort(key=lambda entry: (entry.date, entry.kind))
    owed = len(lost)
    while owed:
        day += DAY
        paused = _paused(day, pauses)
        owed -= not paused
        entries.append(DayEntry(day, "paused" if paused else "carried", reached, limit.unit))
    return entries


def _is_rest(calendar: Calendar, day: date, roll: Roll) -> bool:
    if roll == "rest_days":
        return not calendar.is_workday(day)
    return roll == "statutory_holidays" and calendar.is_statutory(day)


def _paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(first <= day <= last for first, last in pauses)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        raise OverflowError(f"{months} months from {day} lie outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _years_asked(start: date, nominal: date, due: date, limits: Sequence[Limit], roll: Roll) -> range:
    """The years whose days off decide: all of a limit in working days, else only those where the end rolls."""
    if any(limit.unit == "workdays" for limit in limits):
        return range((start + DAY).year, due.year + 1)
    return range(0) if roll == "none" else range(nominal.year, due.year + 1)


def _plural(key: str, n: int, **values: Any) -> Message:
    return Message(f"{key}.one" if n == 1 else key, {"n": n, **values})
