"""What is not known exactly: the distribution of a figure, its moments, quantiles and draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from caseflow.footprint import pedigree
from caseflow.footprint.pedigree import MATRICES, Matrix
from caseflow.footprint.plain import Part, decimal_text

Floats = NDArray[np.float64]

Distribution = Literal["lognormal", "normal", "triangular", "uniform"]
DISTRIBUTIONS: tuple[Distribution, ...] = ("lognormal", "normal", "triangular", "uniform")

_LARGEST_SIGMA = Decimal(3)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure is distributed, as it was stated.

    ``lognormal``: the figure is the median; ``sigma`` of the logarithm, or the 95 % factor ``gsd2``, or pedigree
    scores with a ``basic`` 95 % factor. ``normal``: ``sd`` in the figure's unit, or ``cv`` relative to it.
    ``triangular``: from ``low`` to ``high``, the figure is the mode. ``uniform``: from ``low`` to ``high``.
    """

    distribution: Distribution
    sigma: Decimal | None = None
    gsd2: Decimal | None = None
    sd: Decimal | None = None
    cv: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    pedigree: tuple[int, ...] = ()
    basic: Decimal | None = None
    matrix: Matrix = "original"

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"distribution": self.distribution}
        for name in ("sigma", "gsd2", "sd", "cv", "low", "high", "basic"):
            value = getattr(self, name)
            if value is not None:
                body[name] = decimal_text(value)
        if self.pedigree:
            body |= {"pedigree": list(self.pedigree), "matrix": self.matrix}
        return body

    def law(self, figure: float) -> Law:
        """The distribution of ``figure`` itself, ready to be drawn from."""
        if self.distribution == "lognormal":
            return Law("lognormal", figure, self._log_sigma())
        if self.distribution == "normal":
            return Law("normal", figure, float(self.sd) if self.sd is not None else abs(figure) * float(self.cv or 0))
        return Law(self.distribution, figure, 0.0, float(self.low or 0), float(self.high or 0))

    def _log_sigma(self) -> float:
        if self.pedigree:
            return pedigree.sigma(self.pedigree, float(self.basic or 1), self.matrix)
        if self.sigma is not None:
            return float(self.sigma)
        return math.log(float(self.gsd2 or 1)) / 2


@dataclass(frozen=True, slots=True)
class Law:
    """A distribution in figures. ``scale``: sigma of the logarithm (lognormal) or standard deviation (normal)."""

    distribution: Distribution
    figure: float
    scale: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def mean(self) -> float:
        if self.distribution == "lognormal":
            return self.figure * math.exp(self.scale**2 / 2)
        if self.distribution == "triangular":
            return (self.low + self.figure + self.high) / 3
        return (self.low + self.high) / 2 if self.distribution == "uniform" else self.figure

    @property
    def variance(self) -> float:
        if self.distribution == "lognormal":
            return self.mean**2 * math.expm1(self.scale**2)
        if self.distribution == "normal":
            return self.scale**2
        a, b, c = self.low, self.high, self.figure
        if self.distribution == "uniform":
            return (b - a) ** 2 / 12
        return (a * a + b * b + c * c - a * b - a * c - b * c) / 18

    def quantile(self, probability: float) -> float:
        if self.distribution in ("lognormal", "normal"):
            z = NormalDist().inv_cdf(probability)
            if self.distribution == "normal":
                return self.figure + z * self.scale
            # Below zero, the larger multiple is the smaller figure.
            return self.figure * math.exp((z if self.figure >= 0 else -z) * self.scale)
        width = self.high - self.low
        if self.distribution == "uniform" or not width:
            return self.low + probability * width
        turn = (self.figure - self.low) / width
        if probability < turn:
            return self.low + math.sqrt(probability * width * (self.figure - self.low))
        return self.high - math.sqrt((1 - probability) * width * (self.high - self.figure))


class Laws:
    """Many distributions drawn together: each from a stream of its own, shaped all at once."""

    def __init__(self, laws: Sequence[Law]) -> None:
        self._is_normal = [law.distribution in ("lognormal", "normal") for law in laws]
        self._rows = {
            name: np.array([row for row, law in enumerate(laws) if law.distribution == name], dtype=np.intp)
            for name in DISTRIBUTIONS
        }
        self._figures = np.array([law.figure for law in laws])[:, None]
        self._scales = np.array([law.scale for law in laws])[:, None]
        self._lows = np.array([law.low for law in laws])[:, None]
        self._widths = np.array([law.high - law.low for law in laws])[:, None]

    def draw(self, streams: Sequence[np.random.Generator], out: Floats) -> None:
        """Fill ``out``: a row for each law, drawn from the stream at the same place."""
        for row, stream, is_normal in zip(out, streams, self._is_normal, strict=True):
            if is_normal:
                stream.standard_normal(out=row)
            else:
                stream.random(out=row)
        for name, rows in self._rows.items():
            if len(rows) == len(out):
                self._shape(name, rows, out)
            elif len(rows):
                block = out[rows]
                self._shape(name, rows, block)
                out[rows] = block

    def _shape(self, name: Distribution, rows: NDArray[np.intp], block: Floats) -> None:
        figures, lows, widths = self._figures[rows], self._lows[rows], self._widths[rows]
        if name == "uniform":
            block *= widths
            block += lows
        elif name == "triangular":
            # Below the mode the distribution function is a rising parabola, above it a falling one.
            rising, falling = figures - lows, lows + widths - figures
            turn = np.divide(rising, widths, out=np.ones_like(widths), where=widths > 0)
            left, right = (
                lows + np.sqrt(block * widths * rising),
                lows + widths - np.sqrt((1 - block) * widths * falling),
            )
            np.copyto(block, np.where(block < turn, left, right))
        else:
            block *= self._scales[rows]
            if name == "normal":
                block += figures
            else:
                np.exp(block, out=block)
                block *= figures


def read_spread(part: Part, figure: Decimal | None) -> Spread:
    """A spread from plain data; ``figure``, where it is known, must lie inside the bounds."""
    scores = _read_scores(part)
    spread = Spread(
        distribution=cast("Distribution", part.choice("distribution", DISTRIBUTIONS, default="lognormal")),
        sigma=part.optional_number("sigma"),
        gsd2=part.optional_number("gsd2"),
        sd=part.optional_number("sd"),
        cv=part.optional_number("cv"),
        low=part.optional_number("low"),
        high=part.optional_number("high"),
        pedigree=scores,
        basic=part.optional_number("basic"),
        matrix=cast("Matrix", part.choice("matrix", MATRICES, default="original")),
    )
    part.close()
    _check(part, spread, figure)
    return spread


def _read_scores(part: Part) -> tuple[int, ...]:
    value = part.raw("pedigree")
    if value is None:
        return ()
    right = (
        isinstance(value, list | tuple)
        and len(value) == len(pedigree.INDICATORS)
        and all(isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= 5 for one in value)
    )
    if not right:
        part.problem("footprint.not_scores", "pedigree")
        return (1, 1, 1, 1, 1)
    return tuple(value)


_NEEDED: dict[str, Sequence[tuple[str, ...]]] = {
    "lognormal": (("sigma", "gsd2", "pedigree"),),
    "normal": (("sd", "cv"),),
    "triangular": (("low",), ("high",)),
    "uniform": (("low",), ("high",)),
}


def _check(part: Part, spread: Spread, figure: Decimal | None) -> None:
    allowed = {name for names in _NEEDED[spread.distribution] for name in names} if not part.problems else set()
    for names in _NEEDED.get(spread.distribution, ()):
        given = [name for name in names if part.has(name)]
        if len(given) != 1:
            part.problem("footprint.spread_needs", names[0], names=list(names))
    for name in ("sigma", "gsd2", "sd", "cv", "low", "high", "pedigree"):
        if allowed and part.has(name) and name not in allowed:
            part.problem("footprint.spread_not_this", name, distribution=spread.distribution)
    _check_sizes(part, spread)
    if spread.low is not None and spread.high is not None:
        inside = spread.distribution == "uniform" or figure is None or spread.low <= figure <= spread.high
        if spread.low > spread.high or not inside:
            part.problem("footprint.spread_bounds", "low", low=decimal_text(spread.low), high=decimal_text(spread.high))


def _check_sizes(part: Part, spread: Spread) -> None:
    for name in ("sigma", "sd", "cv"):
        value = getattr(spread, name)
        if value is not None and (value < 0 or (name == "sigma" and value > _LARGEST_SIGMA)):
            part.problem(
                "footprint.not_in_range", name, low=0, high="3" if name == "sigma" else "…", got=decimal_text(value)
            )
    for name in ("gsd2", "basic"):
        value = getattr(spread, name)
        if value is not None and not 1 <= value <= 400:
            part.problem("footprint.not_in_range", name, low=1, high=400, got=decimal_text(value))
