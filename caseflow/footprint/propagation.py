"""Uncertainty without drawing: exact moments where factors and amounts only multiply and add, else to first order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from caseflow.footprint.model import Model, Separable
from caseflow.footprint.uncertainty import Floats

_STEP = 1e-30
"""Of the imaginary part: the derivative by it has no error of difference."""
_COLUMNS = 256


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one uncertain figure adds to the variance; ``share`` of the sum of all of them, 0 to 1."""

    variable: str
    variance: float
    share: float

    def as_json(self) -> dict[str, Any]:
        return {"variable": self.variable, "variance": self.variance, "share": self.share}


@dataclass(frozen=True, slots=True)
class Propagation:
    """Mean and spread of the total in kgCO2e. ``exact``: moments are exact; ``first_order``: by derivatives.

    ``low``, ``high``: where 95 % of the values lie, for a lognormal (or, near zero, normal) of these moments.
    """

    method: Literal["exact", "first_order"]
    mean: float
    sd: float
    low: float
    high: float
    contributions: tuple[Contribution, ...]
    """The largest first."""

    @property
    def cv(self) -> float | None:
        return self.sd / abs(self.mean) if self.mean else None

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "mean": self.mean,
            "sd": self.sd,
            "cv": self.cv,
            "low": self.low,
            "high": self.high,
            "contributions": [one.as_json() for one in self.contributions],
        }


def propagate(model: Model) -> Propagation:
    """Mean, standard deviation and who they come from."""
    variances = np.array([variable.law.variance for variable in model.variables])
    if model.is_separable():
        means = np.array([variable.law.mean for variable in model.variables])
        mean, variance = product_moments(model.separable(), means, variances)
        parts = _slopes(model, means) ** 2 * variances
    else:
        parts = gradient(model) ** 2 * variances
        mean, variance = float(model.evaluate(model.figures[:, None])[0]), math.fsum(parts.tolist())
    sd = math.sqrt(variance)
    low, high = interval(mean, sd)
    names = [variable.id for variable in model.variables]
    method: Literal["exact", "first_order"] = "exact" if model.is_separable() else "first_order"
    return Propagation(method, mean, sd, low, high, _shared(names, parts))


def product_moments(form: Separable, means: Floats, variances: Floats) -> tuple[float, float]:
    """Exact mean and variance of the sum of weights times sums of amounts, all independent."""
    size = len(form.base)
    amount_mean = form.base + np.bincount(form.owner, form.coefficients * means[form.amounts], size)
    amount_variance = np.bincount(form.owner, form.coefficients**2 * variances[form.amounts], size)
    weight_mean, weight_variance = np.ones(size), np.zeros(size)
    weight_mean[1:], weight_variance[1:] = means[form.weights], variances[form.weights]
    mean = float(weight_mean @ amount_mean)
    variance = float(weight_variance @ (amount_variance + amount_mean**2) + (weight_mean**2) @ amount_variance)
    return mean, variance


def gradient(model: Model) -> Floats:
    """The derivative of the total by each variable at the stated figures, to the last digit (complex step)."""
    return _slopes(model, model.figures)


def interval(mean: float, sd: float, probability: float = 0.95) -> tuple[float, float]:
    """Where the middle of the values lies, for a lognormal of this mean and deviation; a normal where it crosses zero."""
    z = NormalDist().inv_cdf((1 + probability) / 2)
    if mean <= 0 or sd >= mean:
        return mean - z * sd, mean + z * sd
    sigma = math.sqrt(math.log1p((sd / mean) ** 2))
    middle = math.log(mean) - sigma**2 / 2
    return math.exp(middle - z * sigma), math.exp(middle + z * sigma)


def _slopes(model: Model, figures: Floats) -> Floats:
    found = np.empty(len(figures))
    for begin in range(0, len(figures), _COLUMNS):
        part = range(begin, min(begin + _COLUMNS, len(figures)))
        values: NDArray[np.complex128] = np.repeat(figures[:, None].astype(complex), len(part), axis=1)
        steps = np.array([(abs(figures[number]) or 1.0) * _STEP for number in part])
        values[list(part), range(len(part))] += 1j * steps
        found[begin : begin + len(part)] = model.evaluate(values).imag / steps
    return found


def _shared(names: Sequence[str], parts: Floats) -> tuple[Contribution, ...]:
    whole = math.fsum(parts.tolist())
    found = [
        Contribution(name, part, part / whole if whole else 0.0)
        for name, part in zip(names, parts.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.variance, one.variable)))
