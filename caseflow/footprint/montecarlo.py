"""Monte Carlo: one draw for each uncertain figure, all totals at once, and the same numbers for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from caseflow.footprint.model import Model
from caseflow.footprint.uncertainty import Floats, Laws

PERCENTILES = (2.5, 5.0, 25.0, 50.0, 75.0, 95.0, 97.5)
MOST_DRAWS = 1_000_000
_BINS = 40
_CELLS = 32_000_000
"""About so many figures of a foreground system are drawn at once: each round solves all its draws together."""
_CACHED = 120_000
"""The same for a sum of lines, which is quickest where its figures stay close to the processor."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What many draws come to, in kgCO2e per functional unit.

    ``static``: the total of the stated figures, which is the one that is declared; the mean of skewed figures lies
    elsewhere. ``histogram``: counts between ``edges``. The seed and the number of draws repeat it.
    """

    draws: int
    seed: int
    static: float
    mean: float
    sd: float
    percentiles: tuple[tuple[float, float], ...]
    histogram: tuple[int, ...]
    edges: tuple[float, ...]

    @property
    def cv(self) -> float | None:
        return self.sd / abs(self.mean) if self.mean else None

    def as_json(self) -> dict[str, Any]:
        return {
            "draws": self.draws,
            "seed": self.seed,
            "static": self.static,
            "mean": self.mean,
            "sd": self.sd,
            "cv": self.cv,
            "percentiles": {f"{percent:g}": value for percent, value in self.percentiles},
            "histogram": list(self.histogram),
            "edges": list(self.edges),
        }


def simulate(model: Model, draws: int, seed: int) -> Simulation:
    """Draw every variable ``draws`` times. Raises ValueError for less than two draws or too many."""
    if not 2 <= draws <= MOST_DRAWS:
        raise ValueError(f"between 2 and {MOST_DRAWS} draws")
    totals = sample(model, draws, seed)
    static = float(model.evaluate(model.figures[:, None])[0])
    found = np.percentile(totals, PERCENTILES)
    counts, edges = np.histogram(totals, _BINS)
    return Simulation(
        draws=draws,
        seed=seed,
        static=static,
        mean=float(totals.mean()),
        sd=float(totals.std(ddof=1)),
        percentiles=tuple(zip(PERCENTILES, found.tolist(), strict=True)),
        histogram=tuple(counts.tolist()),
        edges=tuple(edges.tolist()),
    )


def sample(model: Model, draws: int, seed: int) -> Floats:
    """The totals of the draws.

    Each variable has a stream of its own, spawned from the one seed in the order of the variables' ids: neither the
    order of the lines nor the size of the rounds changes a number.
    """
    streams = [
        np.random.Generator(np.random.SFC64(child))
        for child in np.random.SeedSequence(seed).spawn(len(model.variables))
    ]
    totals = np.empty(draws)
    laws = Laws([variable.law for variable in model.variables])
    cells = _CACHED if model.is_separable() else _CELLS
    step = min(draws, max(64, cells // max(1, len(model.variables))))
    values = np.empty((len(model.variables), step))
    for begin in range(0, draws, step):
        part = values[:, : min(step, draws - begin)]
        laws.draw(streams, part)
        totals[begin : begin + part.shape[1]] = model.evaluate(part)
    return totals
