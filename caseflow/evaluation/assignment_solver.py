"""HiGHS on the program of a round: the relaxation by column generation, and whole solutions where it is not whole.

The only file of the room that knows scipy. Huangfu and Hall, "Parallelizing the dual revised simplex method",
Math. Prog. Comp. 10 (2018): HiGHS. Nothing is random and no clock is read: the same round gives the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from caseflow.evaluation.assignment_program import Floats, Program, bound_of, program, reduced
from caseflow.evaluation.assignment_rows import Core, Flags, Ints, Knot

DIRECT = 20_000
"""Up to so many pairs all are columns from the start."""
_FIRST = 12
"""Else so many of the best experts of each case more than it wants, and the best cases of each expert."""
_TURNS = 60
_FADING = 0.95
_MORE = 8
"""In each later turn so many more of each case and of each expert."""
_WHOLE = 1e-6
PARTS = 1 << 20
"""Into so many parts the prices of an elastic program are divided."""
_ROUNDED = 64
_INFEASIBLE = 2
_HALF = 0.6
"""Of one unit of value: a gap below it leaves no better value, whatever the lots are."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the relaxation over all pairs of the round."""

    share: Floats
    """Cases x experts, 0 to 1."""
    bound: int
    """Scaled value that nothing exceeds; of an elastic program nothing is said."""
    left: Ints
    """What each pair adds beyond the prices; of an elastic program times PARTS."""
    prices: Floats
    lacking: Floats
    program: Program

    @property
    def whole(self) -> bool:
        return bool((np.minimum(self.share, 1 - self.share) < _WHOLE).all())


@dataclass(frozen=True, slots=True)
class Searched:
    """The end of a search for a whole solution: what was found (None: there is none), and the bound of the search."""

    given: Flags | None
    bound: int
    lacking: Floats
    ended: bool
    """The search was not cut off."""


def relax(core: Core, knots: Sequence[Knot] = (), *, elastic: bool = False) -> Relaxed | None:
    """None where the rows, those of ``knots`` among them, cannot be met even by parts of experts."""
    gains = np.zeros(core.shape, dtype=np.int64) if elastic else core.gain
    chosen = core.open.copy() if core.cases * core.experts <= DIRECT else _first(core)
    while True:
        found = program(core, chosen, knots, elastic=elastic)
        answer = _linear(found)
        if answer.status == _INFEASIBLE:
            if bool((chosen == core.open).all()):
                return None
            if knots:
                chosen = core.open.copy()
                continue
            helped = relax(core, elastic=True)
            if helped is None or helped.lacking.sum() > _WHOLE:
                return None
            chosen |= helped.share > 0
            continue
        raw = -np.concatenate([answer.eqlin.marginals, answer.ineqlin.marginals])
        prices = np.rint(raw * (PARTS if elastic else found.unit)).astype(np.int64)
        prices[found.equal :] = np.maximum(prices[found.equal :], 0)
        left = reduced(core, found, prices, gains)
        new = core.open & ~chosen & (left > (_ROUNDED if elastic else 0))
        if new.any():
            chosen = chosen | (new & _best(np.where(new, left, 0), _MORE))
            continue
        share = np.zeros(core.shape)
        share[found.pair_cases, found.pair_experts] = answer.x[: len(found.pair_cases)]
        bound = 0 if elastic else bound_of(core, found, prices, left)
        return Relaxed(share, bound, left, raw, answer.x[found.lacking], found)


def search(
    core: Core, chosen: Flags, knots: Sequence[Knot], *, elastic: bool = False, nodes: int, near: int = 0
) -> Searched:
    """The best whole solution over the chosen pairs, its value proven to the unit.

    ``near``: what the value is about, scaled; without it the lots are decided to the last as well.
    """
    found = program(core, chosen, knots, elastic=elastic)
    unit, pairs = found.unit, len(found.pair_cases)
    kinds = np.zeros(len(found.costs))
    kinds[:pairs] = 1
    if elastic:
        kinds[found.lacking] = 1
    rows = _matrix(found)
    low = np.where(np.arange(len(found.limits)) < found.equal, found.limits, -np.inf)
    answer = scipy.optimize.milp(
        found.costs / unit,
        integrality=kinds,
        bounds=scipy.optimize.Bounds(found.low, found.high),
        constraints=scipy.optimize.LinearConstraint(rows, low, found.limits.astype(np.float64)),
        options={
            "node_limit": nodes,
            "mip_rel_gap": core.scale * _HALF / max(abs(near + found.paid), core.scale) if near else 0.0,
        },
    )
    if answer.x is None:
        return Searched(None, 0, np.zeros(0), answer.status == _INFEASIBLE)
    given = np.zeros(core.shape, dtype=np.bool_)
    given[found.pair_cases, found.pair_experts] = answer.x[:pairs] > 0.5
    bound = -int(np.floor(answer.mip_dual_bound * unit)) - found.paid
    return Searched(given, bound, answer.x[found.lacking], answer.status == 0)


def _linear(found: Program) -> Any:
    matrix = _matrix(found)
    return scipy.optimize.linprog(
        found.costs / found.unit,
        A_eq=matrix[: found.equal],
        b_eq=found.limits[: found.equal],
        A_ub=matrix[found.equal :],
        b_ub=found.limits[found.equal :],
        bounds=np.column_stack([found.low, found.high]),
        method="highs-ds",
    )


def _matrix(found: Program) -> Any:
    shape = len(found.limits), len(found.costs)
    return scipy.sparse.csr_array(scipy.sparse.coo_array((found.values, (found.rows, found.columns)), shape=shape))


def _first(core: Core) -> Flags:
    """The pairs that look best once the experts most sought have become dear: prices move until the loads fit.

    Only where to begin: what is left out here and matters is found by the duals afterwards.
    """
    gains = np.where(core.open, core.gain / core.scale, -np.inf)
    wanted = core.wanted.astype(np.float64)
    places = max(float(wanted.sum()), 1.0)
    usual = max(places / max(core.experts, 1), 1.0)
    smooth, beyond = np.full(core.experts, usual), np.zeros(core.experts)
    step = float(gains[core.open].std()) / usual if core.open.any() else 0.0
    readers = min(int(core.wanted.max(initial=0)), core.experts - 1)
    for turn in range(_TURNS):
        dear = 2 * core.asked.weights.balance * (smooth + core.carried) + beyond
        best = np.argpartition(dear - gains, readers, axis=1)[:, :readers]
        loads = np.bincount(best.ravel(), minlength=core.experts).astype(np.float64)
        aside = loads - np.clip(loads, core.least, core.most)
        beyond = np.where(aside == 0, beyond * _FADING, beyond) + step / (1 + turn / _TURNS * 8) * aside
        smooth += (loads - smooth) / (2 + turn / 4)
    left = gains - dear
    lowest = np.where(core.open, left, np.iinfo(np.int64).min // 2**10)
    chosen = _top(lowest, _FIRST + readers, 1) | _top(lowest, int(core.most.max(initial=0)), 0)
    return (chosen | core.fixed) & core.open


def _best(left: Ints, number: int) -> Flags:
    """The highest of each case and of each expert."""
    return _top(left, number, 1) | _top(left, number, 0)


def _top(table: Ints, number: int, axis: int) -> Flags:
    """The highest along an axis, the earlier among equals."""
    order = np.argsort(-(table.astype(np.float64)), axis=axis, kind="stable")
    found = np.zeros(table.shape, dtype=np.bool_)
    np.put_along_axis(
        found, np.take(order, np.arange(min(number, table.shape[axis])), axis=axis), values=True, axis=axis
    )
    return found
