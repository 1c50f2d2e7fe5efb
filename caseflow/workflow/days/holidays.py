"""Which days are worked: a calendar as dated data, each year with the notice that fixed it.

A year whose notice is not out is *provisional*: weekends are off, and the statutory days known for it.
No package is asked at run time; the data stand in ``workflows/data/calendars``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

DAY = timedelta(days=1)
_LONGEST_HOLIDAY = 31


@dataclass(frozen=True, slots=True)
class Holiday:
    """One unbroken stretch of days off. ``statutory`` are those the law names; the rest are weekends and swaps."""

    zh: str
    en: str
    first: date
    last: date
    statutory: tuple[date, ...] = ()

    @property
    def name(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    def days(self) -> Iterable[date]:
        return (self.first + DAY * n for n in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class Fixed:
    """A statutory day that falls on the same date each year, from the year ``since``."""

    zh: str
    en: str
    month: int
    day: int
    since: int


@dataclass(frozen=True, slots=True)
class Year:
    """The days off of one year and the weekend days worked for them. ``notice`` is None while it is not out."""

    year: int
    notice: str | None = None
    issued: date | None = None
    source: str = ""
    """How the notice is known to the editors of the data: ``read`` or ``memory``."""
    holidays: tuple[Holiday, ...] = ()
    worked: tuple[date, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """Years of days off and made-up days. Equal data are equal calendars."""

    id: str
    zh: str
    en: str
    years: Mapping[int, Year] = field(default_factory=dict)
    fixed: tuple[Fixed, ...] = ()
    _tables: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _off(self) -> dict[date, Holiday]:
        return {day: holiday for year in self.years.values() for holiday in year.holidays for day in holiday.days()}

    @cached_property
    def _worked(self) -> frozenset[date]:
        return frozenset(day for year in self.years.values() for day in year.worked)

    def provisional(self, year: int) -> bool:
        """Whether the notice of ``year`` is not out, so that what is counted in it may change."""
        return year not in self.years or self.years[year].notice is None

    def notice(self, year: int) -> str | None:
        return self.years[year].notice if year in self.years else None

    def holiday(self, day: date) -> Holiday | None:
        """The holiday to which ``day`` belongs, if it is off for one."""
        found = self._off.get(day)
        if found is None and day.year not in self.years:
            for fixed in self.fixed:
                if (fixed.month, fixed.day) == (day.month, day.day) and day.year >= fixed.since:
                    return Holiday(fixed.zh, fixed.en, day, day, (day,))
        return found

    def is_made_up(self, day: date) -> bool:
        """Whether ``day`` is a weekend day that a notice makes a working day."""
        return day in self._worked

    def is_workday(self, day: date) -> bool:
        if day in self._worked:
            return True
        return day.weekday() < 5 and self.holiday(day) is None

    def is_statutory(self, day: date) -> bool:
        """Whether ``day`` is a day that the law itself names (not a weekend or a swapped day beside it)."""
        found = self.holiday(day)
        return found is not None and day in found.statutory

    def _table(self, year: int) -> tuple[int, ...]:
        """How many working days the year has had by the end of each of its days."""
        if year not in self._tables:
            first = date(year, 1, 1)
            length = (date(year, 12, 31) - first).days + 1
            self._tables[year] = tuple(accumulate(int(self.is_workday(first + DAY * n)) for n in range(length)))
        return self._tables[year]

    def workdays_in(self, year: int) -> int:
        return self._table(year)[-1]

    def worked_by(self, day: date) -> int:
        """Working days of the year of ``day`` up to and including it."""
        return self._table(day.year)[day.timetuple().tm_yday - 1]

    def nth_workday(self, after: date, n: int) -> date:
        """The ``n``-th working day after a date (n ≥ 1), without walking the days between."""
        year, wanted = after.year, self.worked_by(after) + n
        while wanted > self.workdays_in(year):
            wanted -= self.workdays_in(year)
            year += 1
        return date(year, 1, 1) + DAY * bisect_right(self._table(year), wanted - 1)

    def with_year(self, year: Year) -> Calendar:
        """This calendar with one year put in or replaced, as when a notice comes out."""
        return replace(self, years={**self.years, year.year: year})


def read_calendar(data: Mapping[str, Any]) -> Calendar:
    """A calendar from plain data.

    Raises:
        ValueError: with one line for every fault found.
    """
    faults = [f"unknown key {key}" for key in data if key not in {"calendar", "title", "basis", "fixed", "years"}]
    title = _title(data.get("title"), "title", faults)
    name = data.get("calendar")
    if not isinstance(name, str) or not name:
        faults.append("calendar: needs a name")
    fixed = tuple(found for item in _list(data.get("fixed"), "fixed", faults) if (found := _fixed(item, faults)))
    years: dict[int, Year] = {}
    listed = data.get("years")
    if not isinstance(listed, Mapping):
        faults.append("years: needs one entry for each year")
        listed = {}
    for number, entry in listed.items():
        if not isinstance(number, int) or not 1949 <= number <= 9998:
            faults.append(f"years: {number} is not a year")
        else:
            years[number] = _year(number, entry, faults)
    _disjoint(years.values(), faults)
    if faults:
        raise ValueError("\n".join(faults))
    return Calendar(str(name), *title, years, fixed)


def read_year(number: int, entry: Mapping[str, Any]) -> Year:
    """One year from plain data, as an office imports it when a notice comes out.

    Raises:
        ValueError: with one line for every fault found.
    """
    faults: list[str] = []
    year = _year(number, entry, faults)
    _disjoint([year], faults)
    if faults:
        raise ValueError("\n".join(faults))
    return year


def _year(number: int, entry: Any, faults: list[str]) -> Year:
    if not isinstance(entry, Mapping):
        faults.append(f"{number}: needs notice, holidays and worked")
        return Year(number)
    known = {"notice", "issued", "source", "holidays", "worked"}
    faults.extend(f"{number}: unknown key {key}" for key in entry if key not in known)
    notice, source, issued = entry.get("notice"), entry.get("source", ""), entry.get("issued")
    if notice is not None and (not isinstance(notice, str) or not notice.strip()):
        faults.append(f"{number}: the notice is a document number, or null while it is not out")
    if source not in ("", "read", "memory"):
        faults.append(f"{number}: source is read or memory, not {source}")
    holidays = [
        found
        for item in _list(entry.get("holidays"), f"{number}: holidays", faults)
        if (found := _holiday(number, item, faults))
    ]
    worked = _days(number, entry.get("worked"), "worked", faults)
    faults.extend(f"{number}: {day} is made up but is not a weekend day" for day in worked if day.weekday() < 5)
    return Year(
        number,
        notice if isinstance(notice, str) else None,
        _date(issued, f"{number}: issued", faults) if issued is not None else None,
        source if isinstance(source, str) else "",
        tuple(holidays),
        tuple(worked),
    )


def _holiday(year: int, item: Any, faults: list[str]) -> Holiday | None:
    where = f"{year}: holidays"
    if not isinstance(item, Mapping):
        faults.append(f"{where}: {item} needs zh, en, from and to")
        return None
    faults.extend(f"{where}: unknown key {key}" for key in item if key not in {"zh", "en", "from", "to", "statutory"})
    zh, en = _title(item, where, faults)
    first = _date(item.get("from"), f"{where}: {zh}: from", faults)
    last = _date(item.get("to", item.get("from")), f"{where}: {zh}: to", faults)
    statutory = _days(year, item.get("statutory"), "statutory", faults)
    if first is None or last is None:
        return None
    if not first <= last or (last - first).days >= _LONGEST_HOLIDAY:
        faults.append(f"{where}: {zh} runs from {first} to {last}")
        return None
    if not _near(year, first) or last.year != year:
        faults.append(f"{where}: {zh} ({first} to {last}) lies outside the year")
    faults.extend(f"{where}: {day} is statutory but not inside {zh}" for day in statutory if not first <= day <= last)
    return Holiday(zh, en, first, last, tuple(statutory))


def _fixed(item: Any, faults: list[str]) -> Fixed | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("day"), str):
        faults.append(f"fixed: {item} needs zh, en and day as month-day in quotes")
        return None
    zh, en = _title(item, "fixed", faults)
    since = item.get("since", 1949)
    try:
        day = date.fromisoformat(f"2024-{item['day']}")
    except ValueError:
        faults.append(f"fixed: {item['day']} is not a month and day")
        return None
    if not isinstance(since, int):
        faults.append(f"fixed: since {since} is not a year")
        return None
    return Fixed(zh, en, day.month, day.day, since)


def _disjoint(years: Iterable[Year], faults: list[str]) -> None:
    seen: dict[date, str] = {}
    for year in years:
        for day, name in [
            *((day, holiday.zh) for holiday in year.holidays for day in holiday.days()),
            *((day, "a day made up") for day in year.worked),
        ]:
            if day in seen:
                faults.append(f"{year.year}: {day} is both {seen[day]} and {name}")
            seen[day] = name


def _near(year: int, day: date) -> bool:
    # A New Year's holiday may begin in the last days of December before.
    return day.year == year or (day.year == year - 1 and day.month == 12)


def _title(value: Any, where: str, faults: list[str]) -> tuple[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(value.get(side), str) for side in ("zh", "en")):
        faults.append(f"{where}: needs zh and en")
        return "", ""
    return value["zh"], value["en"]


def _list(value: Any, where: str, faults: list[str]) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        faults.append(f"{where}: needs a list")
        return []
    return value


def _days(year: int, value: Any, where: str, faults: list[str]) -> list[date]:
    days = [_date(item, f"{year}: {where}", faults) for item in _list(value, f"{year}: {where}", faults)]
    found = [day for day in days if day is not None]
    faults.extend(f"{year}: {where}: {day} lies outside the year" for day in found if not _near(year, day))
    return found


def _date(value: Any, where: str, faults: list[str]) -> date | None:
    if isinstance(value, date) and type(value) is date:
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    faults.append(f"{where}: {value} is not a date")
    return None
