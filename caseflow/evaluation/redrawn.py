"""The order of the cases in every draw of experts: published scores, minimums and tie-breaks, all draws at once.

It follows :mod:`~caseflow.evaluation.sheets` and :mod:`~caseflow.evaluation.ranking` figure by figure, in whole numbers:
an expert who falls twice gives two sheets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.ranking import TieBreak
from caseflow.evaluation.scoring import Mark, Points, Rule, exact
from caseflow.evaluation.sheets import OF_TOTALS, Criterion, Scheme, Sheet

_CELLS = 2_000_000
"""About so many totals are weighed at once."""
_SAFE = 2**62

Whole = NDArray[Any]
"""Integers: of the machine where they fit, of any size where they do not."""
Own = Sequence[Mapping[int, Points]]
"""Of each case by expert."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ranking asks besides the score. ``given``: figures by case that do not come from its sheets."""

    scheme: Scheme
    ties: tuple[TieBreak, ...]
    sheets: Mapping[int, Mapping[int, Sheet]]
    """By case and expert; all have marks."""
    given: Mapping[int, Mapping[str, Mark]]


@dataclass(frozen=True, slots=True)
class _Laid:
    """Values of each case in rising order, in units; where a case has fewer than the widest, none is ``there``."""

    values: Whole
    columns: Whole
    there: Whole
    unit: int

    def often(self, multiplicities: Whole) -> Whole:
        """How often the expert behind each value falls: ``[draw, case, value]``."""
        found: Whole = multiplicities[:, self.columns] * self.there
        return found


def orders(
    totals: Mapping[int, Mapping[int, Points]],
    experts: Sequence[int],
    multiplicities: Whole,
    rule: Rule,
    asked: Asked | None,
) -> Iterator[tuple[Whole, Whole]]:
    """``[draw, case]`` for some draws at a time: whether an expert of the case fell, and a number by which cases are
    ranked, the highest first; -1 where a case takes no place.

    Raises ValueError for a tie-break by a figure that there is not.
    """
    column = {expert: at for at, expert in enumerate(experts)}
    own = [totals[case] for case in totals]
    laid = _lay(own, column, rule)
    step = max(1, _CELLS // laid.there.size)
    for start in range(0, len(multiplicities), step):
        drawn = multiplicities[start : start + step]
        score = _published(laid, laid.often(drawn), rule)
        order = score
        if asked is not None:
            cases = _Cases(list(totals), column, rule, asked, laid, drawn)
            order = np.where(cases.below(score), -1, _dense(score))
            for one in asked.ties:
                figure = _dense(cases.figure(one.figure))
                figure = figure if one.prefer == "higher" else figure.max() - figure
                order = np.where(order < 0, -1, _dense(order * (figure.max() + 1) + figure))
        yield score >= 0, order


@dataclass(frozen=True)
class _Cases:
    """The cases of one group in some draws."""

    keys: list[int]
    column: Mapping[int, int]
    rule: Rule
    asked: Asked
    laid: _Laid
    drawn: Whole

    def below(self, score: Whole) -> Whole:
        """Where a published figure lies below its minimum, or there is no score."""
        found: Whole = score < 0
        if self.asked.scheme.pass_mark is not None:
            found = found | (score < self._least(self.asked.scheme.pass_mark))
        for one in self.asked.scheme.criteria:
            if one.minimum is not None:
                figure = self._criterion(one)
                found = found | ((figure >= 0) & (figure < self._least(one.minimum)))
        return found

    def figure(self, name: str) -> Whole:
        """See ``Scored.figure``. A case that has none in a draw comes after all that have one."""
        if any(name in self.asked.given.get(case, {}) for case in self.keys):
            if not all(name in self.asked.given.get(case, {}) for case in self.keys):
                raise ValueError(f"no figure {name}")
            values = [exact(self.asked.given[case][name]) for case in self.keys]
            unit = math.lcm(*(one.denominator for one in values))
            return np.broadcast_to(np.array([int(one * unit) for one in values]), (len(self.drawn), len(values)))
        for one in self.asked.scheme.criteria:
            if name == f"criterion.{one.id}":
                return self._criterion(one)
        if name == "unrounded":
            return _quotient(*_weighed(self.laid, self.often, self.rule))
        if name not in OF_TOTALS:
            raise ValueError(f"no figure {name}")
        return self._of_totals(name)

    def _of_totals(self, name: str) -> Whole:
        often = self.often
        if name in ("mean", "median"):
            plain = Rule("median" if name == "median" else "mean", 0, 0, 1, 1, 0)
            return _quotient(*_weighed(self.laid, often, plain))
        fell = often > 0
        places = np.arange(often.shape[2])
        rows = np.arange(len(self.keys))
        low = self.laid.values[rows, np.where(fell, places, often.shape[2] - 1).min(axis=2)]
        high = self.laid.values[rows, np.where(fell, places, 0).max(axis=2)]
        found: Whole = {"highest": high, "lowest": low, "range": high - low}[name]
        return found

    def _least(self, mark: Mark) -> int:
        """The lowest published figure that is not below the mark, in units of its last place."""
        scale: int = 10**self.rule.decimals
        return math.ceil(exact(mark) * scale)

    def _criterion(self, one: Criterion) -> Whole:
        marks = [
            {
                expert: exact(sheet.marks[one.id])
                for expert, sheet in self.asked.sheets[case].items()
                if one.id in sheet.marks
            }
            for case in self.keys
        ]
        if one.independent or self.rule.method != "trimmed_mean":
            laid = _lay(marks, self.column, self.rule)
            return _published(laid, laid.often(self.drawn), self.rule)
        return self._shared(marks)

    def _shared(self, marks: Own) -> Whole:
        """Over the experts whose totals count; where a part of equal totals is dropped, their experts share that."""
        whole, counted, parts = self._shares
        most_fell = int(whole.max(initial=1))
        unit = math.lcm(*(mark.denominator for own in marks for mark in own.values()))
        most = 1 + max((int(mark) for own in marks for mark in own.values()), default=0)
        limit = 3 * most * unit * parts * most_fell * 10**self.rule.decimals
        names = {at: expert for expert, at in self.column.items()}
        worth = np.zeros(self.laid.values.shape, dtype=np.int64 if limit < _SAFE else object)
        for row, at in zip(*np.nonzero(self.laid.there), strict=True):
            worth[row, at] = int(marks[row][names[int(self.laid.columns[row, at])]] * unit)
        return _rounded((whole * worth).sum(axis=2), counted * (parts * unit), counted, self.rule)

    @cached_property
    def _shares(self) -> tuple[Whole, Whole, int]:
        """How much of each expert counts, in parts of a total; how many totals count; how many parts make a total."""
        often = self.often
        kept = _kept(often, self.rule)
        alike = (self.laid.values[:, :, None] == self.laid.values[:, None, :]) & (self.laid.there[:, :, None] > 0)
        parts = math.lcm(*range(1, int(often.sum(axis=2).max(initial=1)) + 1))
        kind: Any = np.int64 if parts * len(self.column) ** 2 < _SAFE else object
        together, remain = (_summed(one, alike) for one in (often, kept))
        share = remain.astype(kind) * parts // np.maximum(together, 1)
        return often * share, kept.sum(axis=2), parts

    @cached_property
    def often(self) -> Whole:
        return self.laid.often(self.drawn)


def _summed(values: Whole, alike: Whole) -> Whole:
    """In the place of each value the sum of all that stand with it; floats hold such small numbers exactly."""
    found: Whole = np.matmul(values.transpose(1, 0, 2).astype(np.float64), alike.astype(np.float64))
    return found.transpose(1, 0, 2).astype(np.int64)


def _lay(own: Own, column: Mapping[int, int], rule: Rule) -> _Laid:
    widest = max(1, *map(len, own))
    unit = math.lcm(*(value.denominator for each in own for value in each.values()))
    most = 1 + max((int(value) for each in own for value in each.values()), default=0)
    kind: Any = np.int64 if 3 * most * unit * len(column) * 10**rule.decimals < _SAFE else object
    values, columns = np.zeros((len(own), widest), dtype=kind), np.zeros((len(own), widest), dtype=np.int64)
    there = np.zeros((len(own), widest), dtype=np.int64)
    for row, each in enumerate(own):
        for at, (expert, value) in enumerate(sorted(each.items(), key=lambda pair: pair[1])):
            values[row, at], columns[row, at], there[row, at] = int(value * unit), column[expert], 1
    return _Laid(values, columns, there, unit)


def _published(laid: _Laid, often: Whole, rule: Rule) -> Whole:
    """In units of the last place, -1 where nobody who marked it fell."""
    together, of = _weighed(laid, often, rule)
    return _rounded(together, of, often.sum(axis=2), rule)


def _weighed(laid: _Laid, often: Whole, rule: Rule) -> tuple[Whole, Whole]:
    """Numerator and denominator of what values come to, each taken as often as it fell."""
    kept = _kept(often, rule)
    return (kept * laid.values).sum(axis=2), np.maximum(kept.sum(axis=2), 1) * laid.unit


def _kept(often: Whole, rule: Rule) -> Whole:
    """How many of each value count; of the median the one or two in the middle, an only one twice."""
    upto = often.cumsum(axis=2)
    count = upto[:, :, -1]
    if rule.method == "median":
        below, above = ((count - 1) // 2)[:, :, None], (count // 2)[:, :, None]
        return _holds(upto, often, below) + _holds(upto, often, above)
    trimmed = (count >= rule.trim_from) if rule.method == "trimmed_mean" else np.zeros_like(count, dtype=bool)
    low = np.where(trimmed, rule.drop_low, 0)[:, :, None]
    high = np.where(trimmed, count - rule.drop_high, count)[:, :, None]
    kept: Whole = np.minimum(np.maximum(upto, low), high) - np.minimum(np.maximum(upto - often, low), high)
    return kept


def _rounded(together: Whole, of: Whole, count: Whole, rule: Rule) -> Whole:
    """A half is rounded up, as when published."""
    safe = np.maximum(of, 1)
    found: Whole = np.where(count > 0, (2 * together * 10**rule.decimals + safe) // (2 * safe), -1).astype(np.int64)
    return found


def _holds(upto: Whole, often: Whole, position: Whole) -> Whole:
    """1 for the value that stands at a position, else 0."""
    return np.asarray((upto - often <= position) & (position < upto)).astype(np.int64)


def _quotient(together: Whole, of: Whole) -> Whole:
    """Whole numbers that stand to each other as the quotients do."""
    common = math.lcm(*map(int, np.unique(of)))
    if int(together.max(initial=0)) * common >= _SAFE:
        together, of = together.astype(object), of.astype(object)
    found: Whole = together * (common // of)
    return found


def _dense(figures: Whole) -> Whole:
    """0, 1, 2 … in the place of the figures, in their order."""
    return np.unique(figures, return_inverse=True)[1].reshape(figures.shape)
