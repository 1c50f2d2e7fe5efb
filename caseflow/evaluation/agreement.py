"""How far experts agree: Krippendorff's alpha and the six intraclass correlations of Shrout and Fleiss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from caseflow.evaluation.distributions import f_above, f_quantile
from caseflow.evaluation.table import Floats, number

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Form = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]


@dataclass(frozen=True, slots=True)
class Alpha:
    """1 for perfect agreement, 0 for what chance would give, below 0 for less than that.

    ``value`` is None where nothing varies: then there is nothing to agree about. Krippendorff's own marks (Content
    Analysis, 4th ed. 2019, ch. 12): from 0.800 conclusions may be drawn, from 0.667 tentative ones.
    """

    level: Level
    value: float | None
    units: int
    """Cases with at least two marks; the others are left out."""
    pairable: int
    observed: float
    expected: float


def krippendorff(values: Floats, level: Level) -> Alpha:
    """Alpha of ``values[case, expert]``, where not-a-number is no mark.

    After K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section D: any number of experts and
    values, missing marks, four levels of measurement. ``observed`` and ``expected`` are the two disagreements.
    """
    met = meetings(values, level)
    if met is None:
        return Alpha(level, None, 0, 0, 0.0, 0.0)
    value = 1 - met.observed / met.expected if met.expected > 0 else None
    return Alpha(level, value, met.units, int(met.pairable), met.observed, met.expected)


@dataclass(frozen=True, slots=True)
class Meetings:
    """How often two values met in a case (``coincidences``), how far they are apart, and what follows from both."""

    coincidences: Floats
    distance: Floats
    units: int
    pairs: int
    """Two marks of one case each."""
    pairable: float
    observed: float
    expected: float


def meetings(values: Floats, level: Level) -> Meetings | None:
    """What alpha is worked out of; nothing where no case has two marks."""
    there = ~np.isnan(values)
    paired = values[there.sum(axis=1) >= 2]
    there = ~np.isnan(paired)
    scale, codes = np.unique(paired[there], return_inverse=True)
    if not len(scale):
        return None
    counts = np.zeros((len(paired), len(scale)))
    np.add.at(counts, (np.nonzero(there)[0], codes), 1)
    per_unit = counts.sum(axis=1)
    weighted = counts / (per_unit - 1)[:, None]
    coincidences = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    frequency, pairable = counts.sum(axis=0), float(per_unit.sum())
    distance = _distance(scale, frequency, level)
    observed = float((coincidences * distance).sum()) / pairable
    expected = float((np.outer(frequency, frequency) * distance).sum()) / (pairable * (pairable - 1))
    pairs = int((per_unit * (per_unit - 1)).sum()) // 2
    return Meetings(coincidences, distance, len(paired), pairs, pairable, observed, expected)


def _distance(scale: Floats, frequency: Floats, level: Level) -> Floats:
    """The squared difference between two values of a scale."""
    own, other = scale[:, None], scale[None, :]
    if level == "nominal":
        return np.asarray(own != other, dtype=np.float64)
    if level == "interval":
        return np.asarray((own - other) ** 2)
    if level == "ratio":
        together = own + other
        shares = np.divide(own - other, together, out=np.zeros_like(together), where=together != 0)
        return np.asarray(shares**2)
    middle = np.cumsum(frequency) - frequency / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


@dataclass(frozen=True, slots=True)
class Intraclass:
    """One form: its value, the F test that it is 0, and its interval. Figures without an end are None."""

    form: Form
    value: float | None
    f: float | None
    df1: int
    df2: int
    p: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Intraclasses:
    """The six forms over the cases that every expert marked, and the mean squares they come from."""

    forms: tuple[Intraclass, ...]
    cases: int
    left_out: int
    """Cases that lack a mark: these coefficients know no missing marks (``krippendorff`` does)."""
    experts: int
    between_cases: float
    within_cases: float
    between_experts: float
    residual: float
    level: float

    def form(self, name: Form) -> Intraclass:
        return next(one for one in self.forms if one.form == name)


def shrout_fleiss(values: Floats, level: float = 0.95) -> Intraclasses:
    """ICC(1,1) to ICC(3,k) of ``values[case, expert]`` with intervals at ``level``.

    After P. E. Shrout and J. L. Fleiss, Intraclass correlations: uses in assessing rater reliability, Psychological
    Bulletin 86 (1979) 420-428: 1 other experts for each case; 2 these experts stand for others; 3 these experts alone;
    1 for one expert's mark, k for the mean of all. Raises ValueError for less than two complete cases or two experts.
    """
    complete = values[~np.isnan(values).any(axis=1)]
    cases, experts = complete.shape
    if cases < 2 or experts < 2:
        raise ValueError(f"{cases} complete cases of {experts} experts: two of each are needed")
    centred = complete - complete.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    noise = float(np.abs(complete).max()) * 1e-12  # what is left of equal marks once their mean is taken away
    between = experts * _squares(rows, noise) / (cases - 1)
    within = _squares(centred - rows[:, None], noise) / (cases * (experts - 1))
    judges = cases * _squares(columns, noise) / (experts - 1)
    rest = _squares(centred - rows[:, None] - columns[None, :], noise) / ((cases - 1) * (experts - 1))
    tail = (1 + level) / 2
    forms = (
        *_consistency(("1,1", "1,k"), between, within, experts, (cases - 1, cases * (experts - 1)), tail),
        *_absolute(between, judges, rest, (cases, experts), tail),
        *_consistency(("3,1", "3,k"), between, rest, experts, (cases - 1, (cases - 1) * (experts - 1)), tail),
    )
    return Intraclasses(forms, cases, len(values) - cases, experts, between, within, judges, rest, level)


def _consistency(
    names: tuple[Form, Form], between: float, error: float, experts: int, df: tuple[int, int], tail: float
) -> tuple[Intraclass, Intraclass]:
    """ICC(1,·) with the mean square within cases, ICC(3,·) with the residual one: their formulas are the same."""
    f = _ratio(between, error)
    ends = (f / f_quantile(tail, *df), f * f_quantile(tail, df[1], df[0]))
    one, mean = names
    single = [_ratio(between - error, between + (experts - 1) * error)]
    single += [_ratio(end - 1, end + experts - 1) for end in ends]
    stepped = [_ratio(between - error, between)] + [1 - _ratio(1, end) for end in ends]
    return _form(one, f, df, single), _form(mean, f, df, stepped)


def _absolute(
    between: float, judges: float, rest: float, shape: tuple[int, int], tail: float
) -> tuple[Intraclass, Intraclass]:
    """ICC(2,1) and ICC(2,k); the interval after Shrout and Fleiss p. 424, by Satterthwaite's degrees of freedom."""
    cases, k = shape
    df = (cases - 1, (cases - 1) * (k - 1))
    one = _ratio(between - rest, between + (k - 1) * rest + k * (judges - rest) / cases)
    mean = _ratio(between - rest, between + (judges - rest) / cases)
    f = _ratio(between, rest)
    low = high = math.nan
    if rest > 0 and between > 0 and math.isfinite(one):
        ratio = judges / rest
        first, second = k * one * ratio, cases * (1 + (k - 1) * one) - k * one
        freedom = (k - 1) * (cases - 1) * (first + second) ** 2
        freedom /= (cases - 1) * first**2 + second**2
        lower, upper = f_quantile(tail, cases - 1, freedom), f_quantile(tail, freedom, cases - 1)
        share = k * judges + (k * cases - k - cases) * rest
        low = cases * (between - lower * rest) / (lower * share + cases * between)
        high = cases * (upper * between - rest) / (share + cases * upper * between)
    stepped = [mean, *(k * end / (1 + (k - 1) * end) if 1 + (k - 1) * end > 0 else math.nan for end in (low, high))]
    return _form("2,1", f, df, [one, low, high]), _form("2,k", f, df, stepped)


def _form(name: Form, f: float, df: tuple[int, int], ends: list[float]) -> Intraclass:
    value, low, high = (number(end) for end in ends)
    if not math.isfinite(f):  # no residual is left: the value stands, a test and an interval do not
        return Intraclass(name, value, None, df[0], df[1], None, None, None)
    return Intraclass(name, value, f, df[0], df[1], f_above(f, *df), low, high)


def _squares(differences: Floats, noise: float) -> float:
    return float((np.where(np.abs(differences) > noise, differences, 0) ** 2).sum())


def _ratio(above: float, below: float) -> float:
    if below == 0:
        return math.nan if above == 0 else math.copysign(math.inf, above)
    return above / below
