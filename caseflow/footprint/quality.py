"""Data quality ratings: scores from 1 (best) to 5, joined to one figure and weighted over a footprint."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from caseflow.footprint.plain import Part

Level = Literal["excellent", "very_good", "good", "fair", "poor"]


@dataclass(frozen=True, slots=True)
class Quality:
    """The four scores of the environmental footprint method: how well a figure fits, 1 best, 5 worst."""

    technology: int
    geography: int
    time: int
    precision: int

    @property
    def rating(self) -> float:
        """DQR = (TeR + GeR + TiR + P) / 4."""
        return (self.technology + self.geography + self.time + self.precision) / 4

    def as_json(self) -> dict[str, int]:
        return {
            "technology": self.technology,
            "geography": self.geography,
            "time": self.time,
            "precision": self.precision,
        }


def from_pedigree(scores: Sequence[int]) -> Quality:
    """Four of the five pedigree scores say the same things; completeness is not among them."""
    reliability, _, temporal, geographical, technology = scores
    return Quality(technology, geographical, temporal, reliability)


def read_quality(part: Part) -> Quality:
    quality = Quality(*(part.integer(name, 1, 5) for name in ("technology", "geography", "time", "precision")))
    part.close()
    return quality


def level(rating: float) -> Level:
    """In a word, by the scale of the environmental footprint method (<= 1.6 excellent ... > 4 poor)."""
    bounds: tuple[tuple[float, Level], ...] = ((1.6, "excellent"), (2.0, "very_good"), (3.0, "good"), (4.0, "fair"))
    return next((name for bound, name in bounds if rating <= bound), "poor")


def ilcd_rating(scores: Sequence[int]) -> float:
    """The ILCD rating of any number of scores: the worst one counts five times."""
    return (sum(scores) + 4 * max(scores)) / (len(scores) + 4)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A rating weighted by the absolute contributions, and the share of them that was rated at all."""

    rating: float | None
    covered: float

    def as_json(self) -> dict[str, Any]:
        return {
            "rating": self.rating,
            "level": None if self.rating is None else level(self.rating),
            "covered": self.covered,
        }


def weighted(rated: Iterable[tuple[float | None, float]]) -> Weighted:
    """From pairs of rating (None: not rated) and contribution."""
    pairs = [(rating, abs(contribution)) for rating, contribution in rated]
    whole = math.fsum(weight for _, weight in pairs)
    known = [(rating, weight) for rating, weight in pairs if rating is not None]
    covered = math.fsum(weight for _, weight in known)
    if not covered:
        return Weighted(None, 0.0)
    return Weighted(math.fsum(rating * weight for rating, weight in known) / covered, covered / whole)
