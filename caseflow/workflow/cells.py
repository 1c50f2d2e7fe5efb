"""The cells of a decision table: what a cell takes, and the values that tell every cell of a column apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from caseflow.workflow.decisions import Cell, Scalar
from caseflow.workflow.parameters import PREFIX

Kind = Literal["integer", "decimal", "date", "boolean", "choice", "text"]
Value = Fraction | str | bool
Settings = Mapping[str, Fraction]
ORDERED = ("integer", "decimal", "date")
ANY = "-"
OTHER = "\0"
"""Stands for every text that no cell names."""

_NUMBER = r"-?\d{1,15}(?:\.\d{1,9})?"
_DAY = r"\d{4}-\d{2}-\d{2}"
_NAME = r"parameter\.[a-z][a-z0-9_]{0,59}"
_BOUND = rf"(?:{_DAY}|{_NUMBER}\s*\*\s*{_NAME}|{_NAME}|{_NUMBER})"
_COMPARED = re.compile(rf"(<=|>=|!=|<|>)?\s*({_BOUND})", re.ASCII)
_RANGE = re.compile(rf"([\[(])\s*({_BOUND})\s*,\s*({_BOUND})\s*([\])])", re.ASCII)


class Unreadable(ValueError):
    """A cell that says nothing about values of its kind."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A number or day; with a parameter, so many times its value."""

    factor: Fraction
    parameter: str | None = None

    def at(self, settings: Settings) -> Fraction:
        return self.factor if self.parameter is None else self.factor * settings[self.parameter]


@dataclass(frozen=True, slots=True)
class Span:
    """The values between two bounds; none means without end."""

    low: Bound | None
    high: Bound | None
    low_in: bool = True
    high_in: bool = True

    def takes(self, value: Value, settings: Settings) -> bool:
        if not isinstance(value, Fraction):
            return False
        low = self.low.at(settings) if self.low is not None else None
        high = self.high.at(settings) if self.high is not None else None
        if low is not None and (value < low or (value == low and not self.low_in)):
            return False
        return high is None or value < high or (value == high and self.high_in)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or with ``other`` everything else."""

    word: str | bool
    other: bool = False

    def takes(self, value: Value, settings: Settings) -> bool:
        return (value == self.word) is not self.other


Test = Span | Word
Tests = tuple[Test, ...] | None
"""A value fits where one of them takes it; none takes every value."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that an input can have."""

    kind: Kind
    low: Fraction | None = None
    high: Fraction | None = None
    step: Fraction | None = None
    """The distance of neighbours; none for decimals without a fixed number of places."""
    words: tuple[str, ...] = ()


def fits(tests: Tests, value: Value, settings: Settings) -> bool:
    return tests is None or any(test.takes(value, settings) for test in tests)


def read(cell: Cell, domain: Domain) -> Tests:
    """What a cell takes. Raises ``Unreadable``."""
    if cell == ANY and not isinstance(cell, bool):
        return None
    if isinstance(cell, tuple):
        if not cell:
            raise Unreadable
        return tuple(test for part in cell for test in _one(part, domain))
    return _one(cell, domain)


def bounds(tests: Tests) -> list[Bound]:
    """The bounds that a cell names."""
    spans = [test for test in tests or () if isinstance(test, Span)]
    return list(dict.fromkeys(one for span in spans for one in (span.low, span.high) if one is not None))


def witnesses(domain: Domain, column: Iterable[Tests], settings: Settings) -> list[Value]:
    """One value for each part into which the cells of a column cut the domain: all its values fit the same cells."""
    cells = list(column)
    if domain.kind == "boolean":
        return [True, False]
    if domain.kind == "choice":
        return list(domain.words)
    if domain.kind == "text":
        named = [test.word for tests in cells for test in tests or () if isinstance(test, Word)]
        return [*dict.fromkeys(str(word) for word in named), OTHER]
    cuts = sorted({bound.at(settings) for tests in cells for bound in bounds(tests)})
    return [value for value in _cut(cuts, domain) if _inside(value, domain)]


def _cut(cuts: list[Fraction], domain: Domain) -> Iterable[Fraction]:
    """The cuts themselves and a value in each space between them and at both ends."""
    ends = [edge for edge in (domain.low, domain.high) if edge is not None]
    points = sorted({*cuts, *ends})
    step = domain.step
    if not points:
        return [Fraction(0)]
    found = [point for point in points if step is None or (point / step).denominator == 1]
    room = step or Fraction(1)
    found += [_down(points[0] - room, step), _up(points[-1] + room, step)]
    for low, high in pairwise(points):
        middle = (low + high) / 2 if step is None else _up_past(low, step)
        if low < middle < high:
            found.append(middle)
    return sorted(set(found))


def _up_past(low: Fraction, step: Fraction) -> Fraction:
    """The first value on the grid that is greater."""
    return (low // step + 1) * step


def _up(value: Fraction, step: Fraction | None) -> Fraction:
    return value if step is None else (value // step) * step


def _down(value: Fraction, step: Fraction | None) -> Fraction:
    return value if step is None else -((-value) // step) * step


def _inside(value: Fraction, domain: Domain) -> bool:
    return (domain.low is None or value >= domain.low) and (domain.high is None or value <= domain.high)


def _one(cell: Scalar, domain: Domain) -> tuple[Test, ...]:
    if domain.kind == "boolean":
        if not isinstance(cell, bool):
            raise Unreadable
        return (Word(cell),)
    if isinstance(cell, bool):
        raise Unreadable
    if domain.kind not in ORDERED:
        return (_word(str(cell), domain),)
    text = str(cell).strip()
    if found := _RANGE.fullmatch(text):
        low, high = _bound(found[2], domain), _bound(found[3], domain)
        return (Span(low, high, found[1] == "[", found[4] == "]"),)
    if found := _COMPARED.fullmatch(text):
        return _compared(found[1] or "", _bound(found[2], domain))
    raise Unreadable


def _compared(sign: str, bound: Bound) -> tuple[Test, ...]:
    if sign == "!=":
        return Span(None, bound, high_in=False), Span(bound, None, low_in=False)
    if sign in ("<", "<="):
        return (Span(None, bound, high_in=sign == "<="),)
    if sign in (">", ">="):
        return (Span(bound, None, low_in=sign == ">="),)
    return (Span(bound, bound),)


def _word(text: str, domain: Domain) -> Word:
    other = text.startswith("!=")
    word = text.removeprefix("!=").strip()
    if not word or (domain.kind == "choice" and word not in domain.words):
        raise Unreadable
    return Word(word, other)


def _bound(text: str, domain: Domain) -> Bound:
    factor, _, name = text.partition("*")
    if PREFIX in text:
        number = Fraction(factor.strip()) if name else Fraction(1)
        return Bound(number, (name or factor).strip().removeprefix(PREFIX))
    if (domain.kind == "date") != (re.fullmatch(_DAY, text) is not None):
        raise Unreadable
    if domain.kind == "date":
        try:
            return Bound(Fraction(date.fromisoformat(text).toordinal()))
        except ValueError as error:
            raise Unreadable from error
    if domain.kind == "integer" and "." in text:
        raise Unreadable
    return Bound(Fraction(text))
