"""The figures of a stored result as they are printed: rounded once, so that every part, table and picture adds up.

The total is rounded; the stages are rounded so that they add up to it, the lines so that they add up to their stage.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from caseflow.footprint.rounding import apportion, rounded

SIGNIFICANT = 5
"""Digits of the total that are shown."""
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the total in kgCO2e per functional unit: ``shown`` is printed, ``exact`` says how long its bar is."""

    id: str
    name: str
    shown: Decimal
    exact: float
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A result in printed figures. Lines that could not be counted are not among them."""

    digits: int
    total: Decimal
    stages: tuple[Part, ...]
    lines: tuple[Part, ...]
    """In the order of the stages."""

    def of_stage(self, stage: str) -> list[Part]:
        return [line for line in self.lines if line.stage == stage]

    def ranked(self) -> list[Part]:
        """The lines, the largest first whatever their sign."""
        return sorted(self.lines, key=lambda line: (-abs(line.exact), line.id))


def shown(result: Mapping[str, Any], pick: Callable[[Any], str], digits: int | None = None) -> Shown:
    """The printed figures of ``body["result"]`` of any method; ``pick`` takes the side of a ``{zh, en}`` pair.

    ``digits`` after the point; as many as the total needs unless given.
    """
    counted = [line for line in result["lines"] if line["kg"] is not None]
    if digits is None:
        figures = [result["total"], *(stage["total"] for stage in result["stages"])]
        digits = digits_of(figures if any(figures) else [line["kg"] for line in counted])
    total = rounded(result["total"], digits)
    totals = [stage["total"] for stage in result["stages"]]
    stages = tuple(
        Part(stage["id"], pick(stage["title"]), figure, stage["total"])
        for stage, figure in zip(result["stages"], apportion(totals, digits, total), strict=True)
    )
    lines: list[Part] = []
    for stage in stages:
        inside = [line for line in counted if line["stage"] == stage.id]
        printed = apportion([line["kg"] for line in inside], digits, stage.shown)
        lines += [
            Part(line["id"], line["name"], figure, line["kg"], stage.id)
            for line, figure in zip(inside, printed, strict=True)
        ]
    return Shown(digits, total, stages, tuple(lines))


def divided(figures: Mapping[str, float], found: Shown) -> dict[str, Decimal]:
    """Another division of the same total (by part, by gas), printed so that it adds up to the printed total."""
    return dict(zip(figures, apportion(list(figures.values()), found.digits, found.total), strict=True))


def digits_of(figures: Iterable[float]) -> int:
    """How many digits after the point show the first of these that is not zero with SIGNIFICANT digits."""
    first = next((abs(one) for one in figures if one), 0.0)
    if not first:
        return 2
    return min(MOST_DIGITS, max(0, SIGNIFICANT - 1 - math.floor(math.log10(first))))


def percentages(parts: Sequence[Part]) -> list[Decimal | None]:
    """The share of each part in the sum of all, to a tenth, adding up to exactly 100; none where there is no such sum."""
    whole = sum((Fraction(part.exact) for part in parts), Fraction(0))
    if whole <= 0:
        return [None] * len(parts)
    return list(apportion([Fraction(part.exact) / whole * 100 for part in parts], 1))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the ranking of sources: the part, and how much of the absolute sum it and all before it make up."""

    part: Part
    cumulated: float
    """0 to 1."""


def ranking(found: Shown) -> list[Ranked]:
    """Every line, the largest first whatever its sign, with the cumulated share of the absolute sum."""
    parts = found.ranked()
    whole = math.fsum(abs(part.exact) for part in parts)
    sums = [math.fsum(abs(part.exact) for part in parts[: at + 1]) for at in range(len(parts))] if whole else []
    return [Ranked(part, sums[at] / whole if whole else 0.0) for at, part in enumerate(parts)]


def lumped(parts: Sequence[Part], most: int, name: Callable[[int], str], least: float = 0.0) -> list[Part]:
    """The parts, those beyond ``most`` and those below ``least`` joined into a last one, which is called ``name(n)``."""
    kept = [part for at, part in enumerate(parts) if at < most and abs(part.exact) >= least]
    rest = [part for part in parts if part not in kept]
    if len(rest) < 2:
        return list(parts)
    joined = Part(
        "",
        name(len(rest)),
        sum((part.shown for part in rest), Decimal(0)),
        math.fsum(part.exact for part in rest),
        rest[0].stage,
    )
    return [*kept, joined]
