"""What the scores would be had every expert been equally strict: a second figure beside the published one.

The model is additive: total = case + expert + error. It never replaces a score; it says where strictness may have
decided. What it gives rests on the assumption that an expert is as strict with one case as with the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from caseflow.evaluation.distributions import t_quantile
from caseflow.evaluation.scoring import Mark
from caseflow.evaluation.table import Floats, Table, table

Model = Literal["least_squares", "empirical_bayes"]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One case: the published score and, beside it, the mean of its totals and the same with experts' effects removed.

    Points of the total. ``low`` and ``high`` bound ``adjusted``. With least squares, cases of different ``component``
    share no chain of experts and must not be compared.
    """

    case: int
    score: Decimal | None
    mean: float
    adjusted: float
    low: float
    high: float
    sheets: int
    component: int


@dataclass(frozen=True, slots=True)
class Effect:
    """How many points more than the others an expert gives; below 0 is stricter. ``error``: its standard error."""

    expert: int
    effect: float
    error: float
    sheets: int
    component: int


@dataclass(frozen=True, slots=True)
class Normalised:
    """The model, its cases and experts in rising order, and how much of the spread is whose (variances)."""

    model: Model
    level: float
    cases: tuple[Adjusted, ...]
    experts: tuple[Effect, ...]
    error_variance: float
    expert_variance: float
    """0 where experts differ no more than error explains: then nothing is adjusted under empirical Bayes."""
    freedom: int
    components: int


def normalise(
    totals: Mapping[int, Mapping[int, Mark]],
    scores: Mapping[int, Decimal | None],
    model: Model = "empirical_bayes",
    level: float = 0.95,
) -> Normalised:
    """Totals by case and expert, and the published scores, to scores adjusted for the experts' strictness.

    ``least_squares``: experts' effects as they come, adding up to 0 within a component (the intrablock analysis of an
    incomplete block design). ``empirical_bayes``: experts are drawn from one population; effects shrink towards 0 the
    fewer sheets stand behind them (mixed model equations, variances by Henderson's third method: S. R. Searle,
    G. Casella, C. E. McCulloch, Variance Components, 1992, 5.5 and 7.6). Cases without a total are left out.

    Raises ValueError where the sheets leave nothing to estimate the error from.
    """
    found = table({case: given for case, given in totals.items() if given})
    there = found.there.astype(np.float64)
    sheets, load = there.sum(axis=1), there.sum(axis=0)
    middle = np.nanmean(found.values) if found.values.size else 0.0
    values = np.where(found.there, found.values - middle, 0.0)
    means = values.sum(axis=1) / np.maximum(sheets, 1)
    share = there / np.maximum(sheets, 1)[:, None]
    information = np.diag(load) - there.T @ share
    right = values.sum(axis=0) - there.T @ means
    component = _components(found)
    parts = len(set(component[1]))
    freedom = int(sheets.sum()) - len(found.cases) - (len(found.experts) - parts)
    if freedom < 1:
        raise ValueError("too few sheets to tell strictness from error")
    effects, _ = _effects(information, right, 0.0, math.inf)
    left = np.where(found.there, values - means[:, None] + (share @ effects)[:, None] - effects[None, :], 0.0)
    error = float((left**2).sum()) / freedom
    spread = _expert_variance(right, effects, information, error, len(found.experts) - parts)
    effects, covariance = _effects(information, right, error, math.inf if model == "least_squares" else spread)
    adjusted = means - share @ effects
    variance = error / sheets + ((share @ covariance) * share).sum(axis=1)
    reach = t_quantile((1 + level) / 2, freedom) * np.sqrt(variance)
    cases = tuple(
        Adjusted(case, scores.get(case), float(means[at] + middle), float(adjusted[at] + middle),
                 float(adjusted[at] + middle - reach[at]), float(adjusted[at] + middle + reach[at]), int(sheets[at]),
                 component[0][at])
        for at, case in enumerate(found.cases)
    )  # fmt: skip
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    experts = tuple(
        Effect(expert, float(effects[at]), float(errors[at]), int(load[at]), component[1][at])
        for at, expert in enumerate(found.experts)
    )
    return Normalised(model, level, cases, experts, error, spread, freedom, parts)


def _expert_variance(right: Floats, effects: Floats, information: Floats, error: float, rank: int) -> float:
    """Henderson's third method: what the experts explain beyond the cases, less what error would."""
    trace = float(np.trace(information))
    return max(0.0, (float(right @ effects) - rank * error) / trace) if trace > 0 else 0.0


def _effects(information: Floats, right: Floats, error: float, spread: float) -> tuple[Floats, Floats]:
    """The experts' effects and the covariance of what they are off by. ``spread``: infinite where nothing shrinks.

    Where no sheet joins two parts of the panel, only the spread says how far apart they may lie. How strict the whole
    panel is against all other experts is left out: it moves every case alike.
    """
    if spread == 0:
        return np.zeros_like(right), np.zeros_like(information)
    weights, vectors = np.linalg.eigh(information)
    loose = weights < 1e-9 * max(1.0, float(weights.max()))
    shrinkage = error / spread
    kept = np.where(loose, 0.0, 1 / np.where(loose, 1.0, weights + shrinkage))
    effects = vectors @ (kept * (vectors.T @ right))
    apart = vectors - vectors.mean(axis=0)
    variances = np.where(loose, 0.0 if math.isinf(spread) else spread, error * kept)
    return effects, (apart * variances) @ apart.T


def _components(found: Table) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which cases and which experts hang together through sheets: a number from 0 for each."""
    cases, experts = [-1] * len(found.cases), [-1] * len(found.experts)
    by_case = [np.nonzero(row)[0].tolist() for row in found.there]
    by_expert = [np.nonzero(column)[0].tolist() for column in found.there.T]
    part = 0
    for start in range(len(experts)):
        if experts[start] >= 0:
            continue
        open_, experts[start] = [start], part
        while open_:
            for case in by_expert[open_.pop()]:
                if cases[case] < 0:
                    cases[case] = part
                    fresh = [expert for expert in by_case[case] if experts[expert] < 0]
                    for expert in fresh:
                        experts[expert] = part
                    open_ += fresh
        part += 1
    return tuple(cases), tuple(experts)
