"""What places cases would take before other panels like this one: experts drawn again from the panel.

Every draw takes as many experts as a group has, each as often as it falls, and scores and ranks every case by the same
rules. Small panels are counted out: all draws with their chances (126 for five experts), so that no chance is left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.redrawn import Asked, Whole, orders
from caseflow.evaluation.scoring import Points, Rule

MOST_DRAWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one group was drawn again. ``exact``: all ``draws`` there are, each with its chance; the seed plays no part."""

    group: str
    experts: int
    draws: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The places of one case. ``low`` to ``high`` holds ``level`` of the draws with a place; shares run from 0 to 1."""

    low: int | None
    """None, as all but ``ranked``, where it never took a place."""
    high: int | None
    inside: float | None
    """Of the draws in which an own expert fell, the share inside the line; ``on``: tied over it. None without a quota."""
    on: float | None
    ranked: float
    """Share of the draws in which it took a place: an own expert fell, and no minimum was missed."""


def resample(
    totals: Mapping[int, Mapping[int, Points]],
    rule: Rule,
    groups: Mapping[int, str],
    quotas: Mapping[str, int],
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
    asked: Asked | None = None,
) -> tuple[dict[int, Spread], tuple[Sampling, ...]]:
    """Totals by case and expert, to the places that the cases take in the draws.

    ``asked``: minimums and tie-breaks of the ranking; without it equal scores share a place, as in the first method. The
    least number of sheets is not asked. The seed repeats it on every machine and version. Raises ValueError for no
    draw, more than ``MOST_DRAWS``, no level between 0 and 1, or a tie-break by a figure that there is not.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise ValueError(f"between 1 and {MOST_DRAWS} draws")
    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    stream = np.random.PCG64(seed)
    found: dict[int, Spread] = {}
    samplings = []
    for group in sorted({groups[case] for case, own in totals.items() if own}):
        cases = sorted(case for case, own in totals.items() if own and groups[case] == group)
        experts = sorted({expert for case in cases for expert in totals[case]})
        multiplicities, weights = _draws(len(experts), draws, stream)
        samplings.append(Sampling(group, len(experts), len(weights), exact=_all(len(experts)) <= draws))
        own = {case: totals[case] for case in cases}
        parts = [(fell, *_places(order)) for fell, order in orders(own, experts, multiplicities, rule, asked)]
        fell, first, last = (np.concatenate(side) for side in zip(*parts, strict=True))
        for at, case in enumerate(cases):
            found[case] = _spread(fell[:, at], first[:, at], last[:, at], weights, quotas.get(group), level)
    return found, tuple(samplings)


def _all(experts: int) -> int:
    return math.comb(2 * experts - 1, experts)


def _draws(experts: int, draws: int, stream: np.random.PCG64) -> tuple[Whole, NDArray[np.float64]]:
    """How often each expert falls in each draw, and the weight of the draw."""
    if _all(experts) <= draws:
        chosen = np.array(list(combinations_with_replacement(range(experts), experts)))
    else:  # raw words, because numpy keeps these alike from version to version; their remainder is even to 1e-16
        chosen = (stream.random_raw(draws * experts) % experts).astype(np.int64).reshape(draws, experts)
    counts = np.zeros((len(chosen), experts), dtype=np.int64)
    np.add.at(counts, (np.arange(len(chosen))[:, None], chosen), 1)
    if _all(experts) > draws:
        return counts, np.ones(len(counts))
    ways = [math.factorial(experts) // math.prod(map(math.factorial, row)) for row in counts.tolist()]
    return counts, np.array(ways, dtype=np.float64)


def _places(scores: Whole) -> tuple[Whole, Whole]:
    """First and last place of every case in every draw, equal ones sharing them; 0 where it is not ranked."""
    draws, cases = scores.shape
    apart = np.arange(draws)[:, None] * (int(scores.max()) + 2)  # one search for all draws: each lies above the last
    ordered, wanted = (np.sort(scores, axis=1) + apart).ravel(), (scores + apart).ravel()
    upto = (np.arange(1, draws + 1) * cases)[:, None]
    first = upto - np.searchsorted(ordered, wanted, "right").reshape(scores.shape) + 1
    last = upto - np.searchsorted(ordered, wanted, "left").reshape(scores.shape)
    ranked = scores >= 0
    return np.where(ranked, first, 0), np.where(ranked, last, 0)


def _spread(
    fell: Whole, first: Whole, last: Whole, weights: NDArray[np.float64], quota: int | None, level: float
) -> Spread:
    counts = np.bincount(first, weights)
    counts[0] = 0
    ranked = float(counts.sum())
    if not ranked:
        return Spread(None, None, None, None, 0.0)
    upto = np.cumsum(counts)
    low, high = (
        int(np.searchsorted(upto, share * ranked * (1 - 1e-12))) for share in ((1 - level) / 2, (1 + level) / 2)
    )
    inside = on = None
    if quota is not None:
        scored = float(weights[fell].sum())
        inside = float(weights[(first > 0) & (last <= quota)].sum()) / scored
        on = float(weights[(first <= quota) & (last > quota)].sum()) / scored
    return Spread(low, high, inside, on, ranked / float(weights.sum()))
