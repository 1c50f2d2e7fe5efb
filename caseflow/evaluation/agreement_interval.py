"""How sure Krippendorff's alpha is: its interval over further samples of pairs like those at hand."""

from __future__ import annotations

import numpy as np

from caseflow.evaluation.agreement import Level, meetings
from caseflow.evaluation.table import Floats

DRAWS = 2_000
_CELLS = 2_000_000
"""About so many pairs are drawn at once."""
_PER_DISTANCE = 25
"""More pairs than so many for each two values that met are not drawn."""
_LOWEST = -1.0


def interval(
    values: Floats, level: Level, *, draws: int = DRAWS, seed: int = 0, inside: float = 0.95
) -> tuple[float, float] | None:
    """The ends between which a share ``inside`` of the alphas of ``draws`` samples lies; None where there is no alpha.

    After A. F. Hayes and K. Krippendorff, Answering the Call for a Standard Reliability Measure for Coding Data,
    Communication Methods and Measures 1 (2007) 77-89: pairs of marks are drawn with the chances with which they were
    observed, as many as there are; the expected disagreement stays. How many at most, and that a sample without
    variation counts as 0, after Krippendorff's Algorithm for bootstrapping a distribution of alpha (2006, revised
    2011). The same seed gives the same ends on every machine.
    """
    met = meetings(values, level)
    if met is None or met.expected <= 0:
        return None
    chances = met.coincidences.ravel() / met.pairable
    there = chances > 0
    upto = np.cumsum(chances[there])
    cost = met.distance.ravel()[there] / met.expected
    pairs = min(met.pairs, _PER_DISTANCE * int(there.sum()))
    stream = np.random.PCG64(seed)
    step = max(1, _CELLS // pairs)
    found = []
    for start in range(0, draws, step):
        count = min(step, draws - start)
        # Raw words, because numpy keeps these alike from version to version.
        uniform = (stream.random_raw(count * pairs) >> np.uint64(11)) * 2.0**-53
        drawn = np.minimum(np.searchsorted(upto, uniform, "right"), len(upto) - 1)
        found.append(1 - cost[drawn].reshape(count, pairs).mean(axis=1))
    alphas = np.sort(np.maximum(np.concatenate(found), _LOWEST))
    same = np.diag(met.coincidences) / met.pairable
    unvaried = min(round(draws * float((same**pairs).sum())), int((alphas == 1).sum()))
    if unvaried:
        alphas[-unvaried:] = 0
        alphas.sort()
    low, high = (alphas[min(draws - 1, int(share * draws))] for share in ((1 - inside) / 2, (1 + inside) / 2))
    return float(low), float(high)
