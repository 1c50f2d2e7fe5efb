"""How each expert marks beside the others: for the chair, in the discussion. Never while scoring: it tells their marks.

None of it changes a score. A strict expert is no bad expert, and who differs from the others may be the one who read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from caseflow.evaluation.distributions import t_quantile
from caseflow.evaluation.scoring import Mark, Points, exact, median
from caseflow.evaluation.sheets import Scheme, Sheet
from caseflow.evaluation.table import Floats, Table, number, table, totals


@dataclass(frozen=True, slots=True)
class Outlier:
    """A total far from the others' for the same case. ``deviation``: points above their median, or below it."""

    case: int
    expert: int
    total: Points
    median: Fraction
    deviation: Fraction


@dataclass(frozen=True, slots=True)
class Profile:
    """One expert. Points of the total; None where the sheets do not say."""

    expert: int
    sheets: int
    abstained: int
    severity: float | None
    """Own totals less the mean of the others' for the same cases, on average: below 0 stricter, above 0 milder."""
    severity_low: float | None
    """With ``severity_high`` its interval: if 0 lies within, the difference may be chance."""
    severity_high: float | None
    spread: float | None
    """Standard deviation of own totals."""
    others_spread: float | None
    """The same of the others over the same cases: a far smaller own one uses little of the scale."""
    correlation: float | None
    """Own totals with the mean of the others': near 0 or below, this expert orders the cases otherwise."""
    lowest_marks: int
    """Marks of 0."""
    highest_marks: int
    """Marks at the maximum of their criterion."""
    marks: int
    outliers: int


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Experts in rising order; outliers with the furthest first."""

    profiles: tuple[Profile, ...]
    outliers: tuple[Outlier, ...]
    distance: Mark
    level: float


def outliers(given: Mapping[int, Mapping[int, Points]], distance: Mark) -> tuple[Outlier, ...]:
    """Totals more than ``distance`` points from the median of at least two other experts, furthest first."""
    found = []
    for case, own in given.items():
        for expert, points in own.items():
            others = [one for other, one in own.items() if other != expert]
            if len(others) >= 2:
                middle = median(others)
                if abs(points - middle) > exact(distance):
                    found.append(Outlier(case, expert, points, middle, points - middle))
    return tuple(sorted(found, key=lambda one: (-abs(one.deviation), one.case, one.expert)))


def diagnose(sheets: Mapping[int, Sequence[Sheet]], scheme: Scheme, distance: Mark, level: float = 0.95) -> Diagnostics:
    """Every expert beside the others over the sheets by case. ``distance``: see ``outliers``.

    Raises ValueError for a wrong mark.
    """
    given = totals(sheets, scheme)
    found = table(given)
    far = outliers(given, distance)
    others = _others(found)
    spreads = _others_spread(found)
    profiles = []
    for expert in sorted({sheet.expert for case in sheets.values() for sheet in case}):
        own = [sheet for case in sheets.values() for sheet in case if sheet.expert == expert]
        marked = [
            (sheet.marks[one.id], one.maximum) for sheet in own for one in scheme.criteria if one.id in sheet.marks
        ]
        at = found.experts.index(expert) if expert in found.experts else None
        severity, low, high, spread, together = _beside(found, others, at, level)
        profiles.append(
            Profile(
                expert,
                sheets=sum(sheet.abstained is None for sheet in own),
                abstained=sum(sheet.abstained is not None for sheet in own),
                severity=severity,
                severity_low=low,
                severity_high=high,
                spread=spread,
                others_spread=None if at is None else number(spreads[at]),
                correlation=together,
                lowest_marks=sum(mark == 0 for mark, _ in marked),
                highest_marks=sum(mark == most for mark, most in marked),
                marks=len(marked),
                outliers=sum(one.expert == expert for one in far),
            )
        )
    return Diagnostics(tuple(profiles), far, distance, level)


def _others(found: Table) -> Floats:
    """For each case and expert, the mean of the others' totals; not-a-number where there is none."""
    there = found.there
    values = np.where(there, found.values, 0.0)
    rest, count = values.sum(axis=1)[:, None] - values, there.sum(axis=1)[:, None] - there
    return np.where(there & (count > 0), rest / np.maximum(count, 1), np.nan)


def _others_spread(found: Table) -> Floats:
    """For each expert, the root of the mean variance of every other expert over the cases both marked."""
    there = found.there.astype(np.float64)
    middle = np.nanmean(found.values) if there.any() else 0.0
    values = np.where(found.there, found.values - middle, 0.0)
    count, sums, squares = there.T @ there, there.T @ values, there.T @ values**2
    known = (count >= 2) & ~np.eye(len(count), dtype=bool)
    variance = np.where(known, (squares - sums**2 / np.maximum(count, 1)) / np.maximum(count - 1, 1), 0.0)
    many = known.sum(axis=1)
    return np.where(many > 0, np.sqrt(np.maximum(variance.sum(axis=1), 0) / np.maximum(many, 1)), np.nan)


def _beside(
    found: Table, others: Floats, at: int | None, level: float
) -> tuple[float | None, float | None, float | None, float | None, float | None]:
    """Severity with its interval, own spread, and correlation with the others, of the expert in a column."""
    if at is None:
        return None, None, None, None, None
    own = found.values[found.there[:, at], at]
    spread = float(own.std(ddof=1)) if len(own) > 1 else None
    both = ~np.isnan(others[:, at])
    mine, theirs = found.values[both, at], others[both, at]
    count = len(mine)
    if not count:
        return None, None, None, spread, None
    gaps = mine - theirs
    severity = float(gaps.mean())
    if count < 2:
        return severity, None, None, spread, None
    reach = t_quantile((1 + level) / 2, count - 1) * float(gaps.std(ddof=1)) / count**0.5
    varies = count > 2 and bool(np.ptp(mine) > 0) and bool(np.ptp(theirs) > 0)
    together = float(np.corrcoef(mine, theirs)[0, 1]) if varies else None
    return severity, severity - reach, severity + reach, spread, together
