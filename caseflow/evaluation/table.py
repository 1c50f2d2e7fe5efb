"""Marks as a table for statistics: one row a case, one column an expert, not-a-number where there is no mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.scoring import Mark, Points
from caseflow.evaluation.sheets import Scheme, Sheet, total

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """``values[i, j]``: points the expert ``experts[j]`` gave the case ``cases[i]``; both in rising order."""

    cases: tuple[int, ...]
    experts: tuple[int, ...]
    values: Floats

    @property
    def there(self) -> NDArray[np.bool_]:
        """Where a mark is."""
        found: NDArray[np.bool_] = ~np.isnan(self.values)
        return found


def table(marks: Mapping[int, Mapping[int, Mark]]) -> Table:
    """The table of marks by case and expert."""
    cases = tuple(sorted(marks))
    experts = tuple(sorted({expert for one in marks.values() for expert in one}))
    column = {expert: at for at, expert in enumerate(experts)}
    values = np.full((len(cases), len(experts)), np.nan)
    for row, case in enumerate(cases):
        for expert, mark in marks[case].items():
            values[row, column[expert]] = float(mark)
    return Table(cases, experts, values)


def totals(sheets: Mapping[int, Sequence[Sheet]], scheme: Scheme) -> dict[int, dict[int, Points]]:
    """The total of every expert who gave one, by case and expert. Raises ValueError for a wrong mark."""
    return {
        case: {sheet.expert: total(sheet, scheme) for sheet in found if sheet.abstained is None}
        for case, found in sheets.items()
    }


def marks(sheets: Mapping[int, Sequence[Sheet]], criterion: str) -> dict[int, dict[int, Mark]]:
    """The marks of one criterion, by case and expert."""
    return {
        case: {sheet.expert: sheet.marks[criterion] for sheet in found if criterion in sheet.marks}
        for case, found in sheets.items()
    }


def number(value: Any) -> float | None:
    """A figure as a plain float, None where it is none: JSON knows no infinity."""
    return float(value) if np.isfinite(value) else None
