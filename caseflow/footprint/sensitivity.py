"""Which figure moves the result: perturbation multipliers, and a tornado of what is not known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from caseflow.footprint.model import Model, model
from caseflow.footprint.propagation import gradient
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study

_LOW, _HIGH = 0.025, 0.975
_COLUMNS = 512


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A percent more of the figure is so many percent more of the total."""

    variable: str
    value: float
    multiplier: float

    def as_json(self) -> dict[str, Any]:
        return {"variable": self.variable, "value": self.value, "multiplier": self.multiplier}


@dataclass(frozen=True, slots=True)
class Bar:
    """The totals with one figure at its 2.5th and its 97.5th percentile, all others as stated."""

    variable: str
    low: float
    high: float

    @property
    def width(self) -> float:
        return abs(self.high - self.low)

    def as_json(self) -> dict[str, Any]:
        return {"variable": self.variable, "low": self.low, "high": self.high}


def multipliers(study: Study, shelf: Shelf) -> tuple[Multiplier, ...]:
    """For every parameter, factor, line and flow of a study, the largest effect first; none where the total is zero."""
    whole = model(study, shelf, every=True)
    figures = whole.figures
    if not len(figures):
        return ()
    total = float(whole.evaluate(figures[:, None])[0])
    if not total:
        return ()
    found = [
        Multiplier(variable.id, variable.law.figure, slope * variable.law.figure / total)
        for variable, slope in zip(whole.variables, gradient(whole).tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.multiplier), one.variable)))


def tornado(uncertain: Model) -> tuple[Bar, ...]:
    """The widest bar first."""
    figures = uncertain.figures
    found: list[Bar] = []
    for begin in range(0, len(figures), _COLUMNS):
        part = range(begin, min(begin + _COLUMNS, len(figures)))
        totals = []
        for probability in (_LOW, _HIGH):
            values = np.repeat(figures[:, None], len(part), axis=1)
            values[list(part), range(len(part))] = [uncertain.variables[one].law.quantile(probability) for one in part]
            totals.append(uncertain.evaluate(values).tolist())
        found += [
            Bar(uncertain.variables[number].id, low, high)
            for number, low, high in zip(part, totals[0], totals[1], strict=True)
        ]
    return tuple(sorted(found, key=lambda one: (-one.width, one.variable)))
