"""A whole round of cases given to experts at once: the best by fit, balance and separation, and the proof that it is.

Nothing is stored and nothing is sent: every assignment is a dry run until somebody acts on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np

from caseflow.evaluation.assignment_round import Pair, Round, check
from caseflow.evaluation.assignment_rows import Core, Flags, Knot
from caseflow.evaluation.assignment_shortage import kept_against, lacking
from caseflow.evaluation.assignment_solver import DIRECT, Relaxed, relax, search
from caseflow.words import Message

NODES = 2_000
"""Of the search tree, where the relaxation is not whole."""
_TURNS = 40
"""Searches, each of which adds the twos of experts who shared a group too often in the one before."""
_NEAR = 40
"""Experts of a case who are looked at to repair it, those nearest by the prices."""
_THIRD = 0.35
_WIDE = 60_000
"""Beyond so many pairs that could still matter no search is begun and the gap is stated."""

Proof = Literal["duals", "search", "none"]


@dataclass(frozen=True, slots=True)
class Plan:
    """An assignment of a round, or why there is none."""

    assigned: frozenset[Pair]
    value: int
    fit: int
    """Weighted; ``value`` is this less ``balance`` and ``separation``."""
    balance: int
    separation: int
    bound: int
    """No assignment under the same rules has a greater value."""
    proof: Proof
    """``duals``: the bound follows from whole prices by sums that anyone can check; ``search``: HiGHS says so."""
    loads: dict[str, int]
    """Cases of the round by expert."""
    refused: tuple[Message, ...] = ()
    """What cannot be met, and by how much; then nothing is assigned."""

    @property
    def gap(self) -> int:
        """Units of value that may at most be missing to the best; 0: proven to be the best."""
        return self.bound - self.value

    @property
    def relative_gap(self) -> Decimal:
        """The gap beside the bound, rounded up to six decimals."""
        if not self.gap:
            return Decimal(0)
        return Decimal(-(-self.gap * 10**6 // max(1, abs(self.bound)))).scaleb(-6)

    def of_case(self, case: str) -> list[str]:
        return sorted(expert for one, expert in self.assigned if one == case)

    def of_expert(self, expert: str) -> list[str]:
        return sorted(case for case, one in self.assigned if one == expert)


@dataclass(slots=True)
class _Best:
    """What is known while searching."""

    bound: int
    given: Flags | None = None
    proof: Proof = "duals"
    knots: list[Knot] = field(default_factory=list)


def assign(asked: Round, nodes: int = NODES) -> Plan:
    """The best assignment of the round. Same round, same plan; ``nodes`` limits the search where one is needed.

    Raises:
        ValueError: the round cannot be meant (see :func:`~caseflow.evaluation.assignment_round.check`).
    """
    check(asked)
    core = Core(asked)
    refused = kept_against(core)
    if refused:
        return _refused(refused)
    relaxed = relax(core)
    if relaxed is None:
        return _refused(lacking(core, nodes))
    best = _Best(relaxed.bound)
    small = int(core.open.sum()) <= DIRECT
    if small:
        relaxed = _tied(core, relaxed, best)
    if relaxed.whole and not core.knots(relaxed.share > 0.5):
        best.given = relaxed.share > 0.5
    else:
        if relaxed.whole:
            best.knots = sorted({*best.knots, *core.knots(relaxed.share > 0.5)})
        if not small:  # a small one is soon searched whole
            _repair(core, relaxed, best, nodes)
        _search(core, relaxed, best, nodes)
    if best.given is None:
        return _refused(lacking(core, nodes) or (Message("assignment.not_found", {"nodes": nodes}),))
    return _plan(core, best)


def _tied(core: Core, relaxed: Relaxed, best: _Best) -> Relaxed:
    """The relaxation with the rows of the twos who share a group too often in it, until there are no new ones.

    Its bound is much nearer to the best, so that most pairs can be left out of the search.
    """
    for _ in range(_TURNS):
        new = set(core.knots_and_next(relaxed.share > 0.5)).difference(best.knots)
        knots = sorted({*best.knots, *new})
        tied = relax(core, knots) if new else None
        if tied is None or tied.bound > relaxed.bound:
            break
        best.knots, best.bound, relaxed = knots, tied.bound, tied
    return relaxed


def _repair(core: Core, relaxed: Relaxed, best: _Best, nodes: int) -> None:
    """A good assignment soon: only the cases that are in the way are given anew, all others stay."""
    given = np.asarray(relaxed.share > 0.5)
    near = core.open.copy()
    if core.experts > _NEAR:
        left = np.where(core.open, relaxed.left, np.iinfo(np.int64).min)
        near &= (left >= np.partition(left, -_NEAR, axis=1)[:, -_NEAR, None]) | (relaxed.share > 0) | core.fixed
    for _ in range(_TURNS):
        free = np.asarray((np.minimum(relaxed.share, 1 - relaxed.share) > 1e-6).any(axis=1))
        for at, group, one, other in [*best.knots, *core.knots(given)]:
            free |= (core.groupings[at].groups == group) & (given[:, one] & given[:, other])
        best.knots = sorted({*best.knots, *core.knots(given)})
        found = search(core, np.where(free[:, None], near, given), best.knots, nodes=nodes, near=relaxed.bound)
        if found.given is None:
            return
        given = found.given
        if not core.knots(given):
            best.given = given
            return


def _search(core: Core, relaxed: Relaxed, best: _Best, nodes: int) -> None:
    """The whole round: first over the pairs nearest by the prices, then over all that can still be part of better."""
    for part in (_THIRD, 1):
        lost = 0
        allowed = core.open
        if best.given is not None:
            if core.unscaled(best.bound) == core.value(best.given):
                return
            lost = core.scaled(best.given) - relaxed.bound
            allowed = core.open & ((relaxed.left >= lost) | (relaxed.share > 0) | best.given)
        if part < 1:
            near = np.quantile(relaxed.left[core.open], 1 - part)
            allowed = allowed & ((relaxed.left >= near) | (relaxed.share > 0) | core.fixed)
        if int(allowed.sum()) > _WIDE:
            return
        rest = relaxed.left[core.open & ~allowed]
        _over(core, allowed, relaxed.bound + int(rest.max(initial=np.iinfo(np.int64).min // 4)), best, nodes)


def _over(core: Core, allowed: Flags, beyond: int, best: _Best, nodes: int) -> None:
    """Search over the allowed pairs until no two experts share a group too often; others lead to ``beyond`` at most."""
    for _ in range(_TURNS):
        found = search(core, allowed, best.knots, nodes=nodes, near=best.bound)
        if found.given is None:
            return
        if max(found.bound, beyond) < best.bound:
            best.bound, best.proof = max(found.bound, beyond), "search"
        new = core.knots_and_next(found.given)
        if not new:
            if best.given is None or core.scaled(found.given) > core.scaled(best.given):
                best.given = found.given
            return
        best.knots = sorted({*best.knots, *new})


def _plan(core: Core, best: _Best) -> Plan:
    given = best.given if best.given is not None else core.fixed
    fit, balance, separation = core.parts(given)
    value = fit - balance - separation
    bound = max(value, core.unscaled(best.bound))
    cases, experts = core.asked.cases, core.asked.experts
    pairs = zip(*np.nonzero(given), strict=True)
    return Plan(
        assigned=frozenset((cases[case].id, experts[expert].id) for case, expert in pairs),
        value=value,
        fit=fit,
        balance=balance,
        separation=separation,
        bound=bound,
        proof=best.proof if bound == value else "none",
        loads={one.id: int(load) for one, load in zip(experts, given.sum(axis=0), strict=True)},
    )


def _refused(reasons: Sequence[Message]) -> Plan:
    return Plan(frozenset(), 0, 0, 0, 0, 0, "none", {}, tuple(reasons))
