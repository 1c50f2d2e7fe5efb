"""From the five scores of a pedigree matrix and a basic uncertainty to the spread of a lognormal distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Literal

Matrix = Literal["original", "empirical", "variances"]
MATRICES: tuple[Matrix, ...] = ("original", "empirical", "variances")
"""``original``: the 95 % factors of Weidema. ``empirical``: those of Ciroth et al. 2016 (doi 10.1007/s11367-013-0670-5).
``variances``: the original ones as variances rounded the way ecoinvent 3 stores them."""

INDICATORS = ("reliability", "completeness", "temporal", "geographical", "technology")
"""The order in which the scores (1 best, 5 worst) are given."""

_FACTORS: MappingProxyType[str, tuple[tuple[float, ...], ...]] = MappingProxyType(
    {
        "original": (
            (1, 1.05, 1.1, 1.2, 1.5),
            (1, 1.02, 1.05, 1.1, 1.2),
            (1, 1.03, 1.1, 1.2, 1.5),
            (1, 1.01, 1.02, 1.05, 1.1),
            (1, 1.05, 1.2, 1.5, 2.0),
        ),
        "empirical": (
            (1, 1.54, 1.61, 1.69, 1.69),
            (1, 1.03, 1.04, 1.08, 1.08),
            (1, 1.03, 1.1, 1.19, 1.29),
            (1, 1.04, 1.08, 1.11, 1.11),
            (1, 1.18, 1.65, 2.08, 2.8),
        ),
    }
)
_VARIANCES = (
    (0, 0.0006, 0.002, 0.008, 0.04),
    (0, 0.0001, 0.0006, 0.002, 0.008),
    (0, 0.0002, 0.002, 0.008, 0.04),
    (0, 2.5e-05, 0.0001, 0.0006, 0.002),
    (0, 0.0006, 0.008, 0.04, 0.12),
)


def added_variance(scores: Sequence[int], matrix: Matrix) -> float:
    """What the five scores add to the variance of the logarithm. Raises ValueError for anything but 1 to 5."""
    if len(scores) != len(INDICATORS) or not all(1 <= score <= 5 for score in scores):
        raise ValueError(f"five scores from 1 to 5 are needed, not {scores}")
    if matrix == "variances":
        return math.fsum(row[score - 1] for row, score in zip(_VARIANCES, scores, strict=True))
    return math.fsum((math.log(row[score - 1]) / 2) ** 2 for row, score in zip(_FACTORS[matrix], scores, strict=True))


def sigma(scores: Sequence[int], basic: float = 1.0, matrix: Matrix = "original") -> float:
    """The standard deviation of the logarithm. ``basic``: basic uncertainty as a 95 % factor (1.05 is about ±5 %)."""
    return math.sqrt((math.log(basic) / 2) ** 2 + added_variance(scores, matrix))


def gsd2(sigma: float) -> float:
    """The squared geometric standard deviation: 95 % of the values lie between median / GSD² and median x GSD²."""
    return math.exp(2 * sigma)
