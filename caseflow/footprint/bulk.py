"""A new factor release: which studies it touches, what they come to, and who must look again.

A sparse product over all studies finds the candidates. It sums in another order, so what is stored is computed exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from caseflow.footprint import calculation
from caseflow.footprint.calculation import calculate
from caseflow.footprint.factors import Factor, Release
from caseflow.footprint.line import in_unit
from caseflow.footprint.quoting import requoted
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.weights import Weight, weight

Floats = NDArray[np.float64]
Column = tuple[str, int]
"""An official factor's reference, and the year of the activity: the year decides what takes the factor's place."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Many studies as a matrix: rows are studies, columns factors, cells the amounts per functional unit.

    ``base``: what does not hang on official factors, kgCO2e.
    """

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    matrix: Any
    base: Floats

    def totals(self, factors: Floats) -> Floats:
        """The totals of all studies for a value of each column, in kgCO2e."""
        found: Floats = self.matrix @ factors
        found += self.base
        return found

    def touched(self, changed: Sequence[int]) -> NDArray[np.intp]:
        """The rows in which any of these columns stands."""
        marks = np.zeros(len(self.columns))
        marks[list(changed)] = 1.0
        pattern = scipy.sparse.csr_array(
            (np.ones_like(self.matrix.data), self.matrix.indices, self.matrix.indptr), shape=self.matrix.shape
        )
        return np.flatnonzero(pattern @ marks)


def ledger(studies: Iterable[tuple[str, Study]], shelf: Shelf) -> Ledger:
    """The ledger of named studies."""
    names: list[str] = []
    columns: dict[Column, int] = {}
    rows: list[int] = []
    places: list[int] = []
    cells: list[float] = []
    base: list[float] = []
    for name, study in studies:
        solved = calculation.solve(study)
        rest = 0.0
        for line in study.activity:
            found = weight(line, study, shelf)
            ratio = in_unit(line, found.unit) if isinstance(found, Weight) else None
            if not isinstance(found, Weight) or ratio is None:
                continue
            amount = float(line.amount * ratio.numerator / ratio.denominator)
            amount *= float(calculation.portion(line, study, solved))
            if found.official is None or not found.value:
                rest += amount * float(found.total)
                continue
            place = columns.setdefault((found.ref, study.period_to.year), len(columns))
            rows.append(len(names))
            places.append(place)
            cells.append(amount * float(found.total) / float(found.value))
        names.append(name)
        base.append(rest)
    shape = (len(names), len(columns))
    matrix = scipy.sparse.csr_array((np.array(cells), (np.array(rows, int), np.array(places, int))), shape=shape)
    return Ledger(tuple(names), tuple(columns), matrix, np.array(base))


def values(columns: Sequence[Column], shelf: Shelf) -> Floats:
    """The value of each column's factor; nothing for one that the shelf does not have."""
    found = (shelf.factors.get(ref) for ref, _ in columns)
    return np.array([float(factor.value) if factor else 0.0 for factor in found])


def successor(factor: Factor, year: int, release: Release) -> Factor | None:
    """The factor of a new release that takes the place of ``factor`` for activity in ``year``; None: it stays.

    Either the release supersedes the factor's own, or it has the same thing for a year nearer to the activity.
    """
    same = [
        one for one in release.factors
        if one.series == factor.series and one.region == factor.region and one.kind == factor.kind
        and one.ref != factor.ref
    ]  # fmt: skip
    if factor.release in release.supersedes:
        return next((one for one in same if one.year == factor.year), None)
    nearer = [one for one in same if factor.year < one.year <= year]
    return max(nearer, key=lambda one: one.year, default=None)


def renewed(study: Study, shelf: Shelf, release: Release) -> Study:
    """The study with every factor replaced that the release takes the place of; itself where nothing is touched."""

    def change(ref: str) -> str:
        factor = shelf.factors.get(ref)
        following = successor(factor, study.period_to.year, release) if factor else None
        return following.ref if following else ref

    return requoted(study, change)


@dataclass(frozen=True, slots=True)
class Change:
    """A study before and after a release. ``percent``: of the total before; None where that is zero.

    ``level``: ``review`` it again, ``notify`` its holder, or only ``note`` it.
    """

    name: str
    before: float
    after: float
    percent: float | None
    level: Literal["review", "notify", "note"]
    result: Result

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "percent": self.percent,
            "level": self.level,
            "result_hash": self.result.hash,
        }


NOTIFY, REVIEW = Decimal(5), Decimal(10)
"""Percent of change from which a holder is told, and from which a study is reviewed again."""


def recompute(
    studies: Mapping[str, Study],
    shelf: Shelf,
    release: Release,
    *,
    notify: Decimal = NOTIFY,
    review: Decimal = REVIEW,
    book: Ledger | None = None,
) -> tuple[Change, ...]:
    """Every study that a release on the shelf touches, recomputed exactly; the largest change first.

    ``shelf`` has the release already; ``book``: the studies' ledger, where it is at hand.
    """
    book = book or ledger(studies.items(), shelf)
    changed = [
        number
        for number, (ref, year) in enumerate(book.columns)
        if (factor := shelf.factors.get(ref)) and successor(factor, year, release)
    ]
    found = []
    for row in book.touched(changed):
        name = book.names[row]
        before = calculate(studies[name], shelf).total
        result = calculate(renewed(studies[name], shelf, release), shelf)
        percent = (result.total - before) / abs(before) * 100 if before else None
        size = abs(percent) if percent is not None else float(review)
        level: Literal["review", "notify", "note"] = (
            "review" if size >= review else "notify" if size >= notify else "note"
        )
        found.append(Change(name, before, result.total, percent, level, result))
    return tuple(sorted(found, key=lambda one: (-abs(one.percent or 0.0), one.name)))
