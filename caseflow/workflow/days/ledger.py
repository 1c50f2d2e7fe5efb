"""How a count of days is written down: day by day, and by runs of days that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from caseflow.words import Message
from caseflow.workflow.days.holidays import DAY

Unit = Literal["workdays", "days", "months", "years"]
Kind = Literal["counted", "made_up", "weekend", "holiday", "paused", "carried", "rolled"]
"""``made_up``: counted, a weekend day worked. ``carried``: a day given back for a pause in a limit of months.
``rolled``: a day on to which the end moved."""
COUNTED: frozenset[Kind] = frozenset({"counted", "made_up"})


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One line of a ledger: what a day was, and how many units were counted by its end."""

    date: date
    kind: Kind
    n: int
    unit: Unit
    name: Mapping[str, str] | None = None
    """The holiday, as ``{zh, en}``."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days that follow each other and are alike: the readable and stored form of a ledger."""

    first: date
    last: date
    kind: Kind
    n: int
    unit: Unit
    name: Mapping[str, str] | None = None

    def as_json(self) -> list[Any]:
        line = [self.first.isoformat(), self.last.isoformat(), self.kind, self.n, self.unit]
        return [*line, dict(self.name)] if self.name else line

    def message(self) -> Message:
        """The line as a sentence: when, and what was counted or why not."""
        when = day_text(self.first)
        if self.last > self.first:
            when = Message("workdays.range", {"first": when, "last": day_text(self.last)})
        length = (self.last - self.first).days + 1
        if self.kind in COUNTED and length > 1:
            count = Message(f"workdays.nths.{self.unit}", {"first": self.n - length + 1, "n": self.n})
        else:
            count = Message(f"workdays.nth.{self.unit}", {"n": self.n})
        return Message(f"workdays.run.{self.kind}", {"when": when, "count": count, "name": self.name or ""})


def runs(ledger: Iterable[DayEntry]) -> Iterator[Run]:
    """The ledger by stretches of days that are alike."""
    run: Run | None = None
    for entry in ledger:
        alike = run is not None and (entry.kind, entry.unit, entry.name) == (run.kind, run.unit, run.name)
        if run is not None and alike and entry.date == run.last + DAY:
            run = Run(run.first, entry.date, run.kind, entry.n, run.unit, run.name)
            continue
        if run is not None:
            yield run
        run = Run(entry.date, entry.date, entry.kind, entry.n, entry.unit, entry.name)
    if run is not None:
        yield run


def runs_from_json(ledger: Iterable[Sequence[Any]]) -> tuple[Run, ...]:
    """The ledger that ``Count.as_json`` stored."""
    return tuple(Run(date.fromisoformat(line[0]), date.fromisoformat(line[1]), *line[2:]) for line in ledger)


def day_text(day: date) -> Message:
    """A date as it is written: 2026年6月12日, 12 June 2026."""
    return Message(f"workdays.date.{day.month}", {"year": day.year, "day": day.day})
