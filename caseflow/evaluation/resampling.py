"""What places cases would take before other panels like this one: experts drawn again from the panel.

Every draw takes as many experts as a group has, each as often as it falls, and scores every case by the same rule.
Small panels are counted out: all draws with their chances (126 for five experts), so that no chance is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.scoring import Points, Rule

_CELLS = 2_000_000
"""About so many totals are weighed at once."""
_SAFE = 2**62
MOST_DRAWS = 1_000_000

Whole = NDArray[Any]
"""Integers: of the machine where they fit, of any size where they do not."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one group was drawn again. ``exact``: all ``draws`` there are, each with its chance; the seed plays no part."""

    group: str
    experts: int
    draws: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The places of one case. ``low`` to ``high`` holds ``level`` of the draws; shares run from 0 to 1."""

    low: int | None
    """None, as all but ``ranked``, where none of its own experts ever fell."""
    high: int | None
    inside: float | None
    """Share of the draws inside the line; ``on``: tied over it. None where the group has no quota."""
    on: float | None
    ranked: float
    """Share of the draws in which at least one of its own experts fell."""


def resample(
    totals: Mapping[int, Mapping[int, Points]],
    rule: Rule,
    groups: Mapping[int, str],
    quotas: Mapping[str, int],
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[dict[int, Spread], tuple[Sampling, ...]]:
    """Totals of the ranked cases by case and expert, to the places they take in the draws.

    Equal scores share the better place: tie-breaks, minimums and the least number of sheets are not asked. The seed
    repeats it on every machine and version. Raises ValueError for no draw, more than
    ``MOST_DRAWS``, or no level between 0 and 1.
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
        places = [_places(part) for part in _scores([totals[case] for case in cases], experts, multiplicities, rule)]
        first, last = (np.concatenate(side) for side in zip(*places, strict=True))
        for at, case in enumerate(cases):
            found[case] = _spread(first[:, at], last[:, at], weights, quotas.get(group), level)
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


def _scores(
    cases: list[Mapping[int, Points]], experts: list[int], multiplicities: Whole, rule: Rule
) -> Iterator[Whole]:
    """``[draw, case]``: the published score in units of its last place, -1 where none of its experts fell."""
    column = {expert: at for at, expert in enumerate(experts)}
    widest = max(map(len, cases))
    unit = math.lcm(*(total.denominator for own in cases for total in own.values()))
    most = 1 + max(int(total) for own in cases for total in own.values())
    kind: Any = np.int64 if 3 * most * unit * len(experts) * 10**rule.decimals < _SAFE else object
    values, columns = np.zeros((len(cases), widest), dtype=kind), np.zeros((len(cases), widest), dtype=np.int64)
    there = np.zeros((len(cases), widest), dtype=np.int64)
    for row, own in enumerate(cases):
        for at, (expert, total) in enumerate(sorted(own.items(), key=lambda pair: pair[1])):
            values[row, at], columns[row, at], there[row, at] = int(total * unit), column[expert], 1
    step = max(1, _CELLS // there.size)
    for start in range(0, len(multiplicities), step):
        often = multiplicities[start : start + step][:, columns] * there
        yield _weighed(values, often, unit, rule)


def _weighed(values: Whole, often: Whole, unit: int, rule: Rule) -> Whole:
    """Scores of totals in rising order, each taken as often as it fell. A half is rounded up, as when published."""
    upto = often.cumsum(axis=2)
    count = upto[:, :, -1]
    if rule.method == "median":
        below, above = ((count - 1) // 2)[:, :, None], (count // 2)[:, :, None]
        kept = _holds(upto, often, below) + _holds(upto, often, above)
    else:
        trimmed = (count >= rule.trim_from) if rule.method == "trimmed_mean" else np.zeros_like(count, dtype=bool)
        low = np.where(trimmed, rule.drop_low, 0)[:, :, None]
        high = np.where(trimmed, count - rule.drop_high, count)[:, :, None]
        kept = np.minimum(np.maximum(upto, low), high) - np.minimum(np.maximum(upto - often, low), high)
    together, of = (kept * values).sum(axis=2), np.maximum(kept.sum(axis=2), 1) * unit
    return np.where(count > 0, (2 * together * 10**rule.decimals + of) // (2 * of), -1).astype(np.int64)


def _holds(upto: Whole, often: Whole, position: Whole) -> Whole:
    """1 for the total that stands at a position, else 0."""
    return np.asarray((upto - often <= position) & (position < upto)).astype(np.int64)


def _places(scores: Whole) -> tuple[Whole, Whole]:
    """First and last place of every case in every draw, equal scores sharing them; 0 where it is not ranked."""
    draws, cases = scores.shape
    apart = np.arange(draws)[:, None] * (int(scores.max()) + 2)  # one search for all draws: each lies above the last
    ordered, wanted = (np.sort(scores, axis=1) + apart).ravel(), (scores + apart).ravel()
    upto = (np.arange(1, draws + 1) * cases)[:, None]
    first = upto - np.searchsorted(ordered, wanted, "right").reshape(scores.shape) + 1
    last = upto - np.searchsorted(ordered, wanted, "left").reshape(scores.shape)
    ranked = scores >= 0
    return np.where(ranked, first, 0), np.where(ranked, last, 0)


def _spread(first: Whole, last: Whole, weights: NDArray[np.float64], quota: int | None, level: float) -> Spread:
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
        inside = float(weights[(first > 0) & (last <= quota)].sum()) / ranked
        on = float(weights[(first <= quota) & (last > quota)].sum()) / ranked
    return Spread(low, high, inside, on, ranked / float(weights.sum()))
