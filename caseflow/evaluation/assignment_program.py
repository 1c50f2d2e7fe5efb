"""The linear program of a round over some of its pairs: columns, rows, and what duals say of the pairs left out.

Columns: pairs; steps of load and of cases of one group, each dearer than the one before; what is lacking (elastic);
and for two experts who share a group too often one column per case of it. Rows: cases, experts, classes at a case,
groups with an expert, those two experts. All costs are to be made least, as HiGHS wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.assignment_rows import Core, Flags, Ints, Knot

Floats = NDArray[np.float64]
_DIGITS = 24
_DEARER = 1_000
"""What an expert missing costs beside one case too many that two share, so that the rule in the way is told."""


class Tie(NamedTuple):
    """The rows of a knot: one for each case that both may read, and that of the limit."""

    cases: Ints
    one: int
    other: int
    each: Ints
    limit: int


@dataclass(frozen=True, slots=True)
class Program:
    """Coefficients as triples; the first ``equal`` rows are equations, all others upper limits."""

    costs: Ints
    low: Floats
    high: Floats
    rows: Ints
    columns: Ints
    values: Floats
    limits: Ints
    equal: int
    pair_cases: Ints
    pair_experts: Ints
    step_rows: Ints
    """The row of each step; the columns of the steps follow those of the pairs."""
    family_rows: tuple[Ints, ...]
    """By case and class the row, or -1."""
    grouping_rows: tuple[Ints, ...]
    """By group and expert the row, or -1."""
    ties: tuple[Tie, ...]
    """In the order of the knots."""
    lacking: slice
    """Columns of what cases, experts and knots lack, in this order; empty unless elastic."""
    paid: int
    """What is paid whatever is chosen: the loads up to the least of each expert."""

    @property
    def unit(self) -> float:
        """A power of two by which the costs are divided for the solver, so that no digit is lost."""
        largest = int(np.abs(self.costs).max(initial=1))
        return float(1 << max(0, largest.bit_length() - _DIGITS))


class Builder:
    """Blocks of columns and rows, one after the other."""

    def __init__(self) -> None:
        self.costs: list[Ints] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.limits: list[Ints] = []
        self.entries: list[tuple[Ints, Ints, Floats]] = []
        self.width = self.height = 0

    def columns(self, costs: Ints, low: Floats, high: Floats) -> Ints:
        self.costs.append(costs)
        self.low.append(low)
        self.high.append(high)
        self.width += len(costs)
        return np.arange(self.width - len(costs), self.width)

    def rows(self, limits: Ints) -> Ints:
        self.limits.append(limits)
        self.height += len(limits)
        return np.arange(self.height - len(limits), self.height)

    def enter(self, rows: Ints, columns: Ints, value: float) -> None:
        self.entries.append((rows, columns, np.full(len(rows), value)))


def program(core: Core, chosen: Flags, knots: Sequence[Knot], *, elastic: bool) -> Program:
    """The program over the chosen pairs. ``elastic``: only what is lacking costs, one for each expert at a case."""
    build = Builder()
    cases, experts = np.nonzero(chosen)
    must = core.fixed[cases, experts].astype(np.float64)
    gains = np.zeros(len(cases), dtype=np.int64) if elastic else core.gain[cases, experts]
    pairs = build.columns(-gains, must, np.ones(len(cases)))
    case_rows = build.rows(core.wanted)
    expert_rows = build.rows(core.least)
    build.enter(case_rows[cases], pairs, 1)
    build.enter(expert_rows[experts], pairs, 1)
    price = 0 if elastic else core.scale
    steps = [_load_steps(core, build, price * core.asked.weights.balance)]
    family_rows = []
    for family in core.families:
        held = core.in_classes(chosen, family)
        limit = np.broadcast_to(family.most[:, None], held.shape)
        numbers = _placed(build, held > limit, limit)
        own = family.classes[experts]
        _enter_known(build, numbers, cases[own >= 0], own[own >= 0], pairs[own >= 0])
        family_rows.append(numbers)
    grouping_rows = []
    for grouping in core.groupings:
        held = core.in_groups(chosen, grouping)
        most = held if grouping.most is None else np.full_like(held, grouping.most)
        stepped = bool(grouping.price) and not elastic
        free = np.minimum(most, 1) if stepped else most
        numbers = _placed(build, held > free, free)
        own = grouping.groups[cases]
        _enter_known(build, numbers, own[own >= 0], experts[own >= 0], pairs[own >= 0])
        if stepped:
            beyond = held + 1 if grouping.most is None else np.minimum(held + 1, most)
            steps.append(_group_steps(build, numbers, beyond, price * grouping.price))
        grouping_rows.append(numbers)
    lacking = build.width
    if elastic:
        dear = _DEARER if knots else 1
        short = build.columns(
            np.full(core.cases, dear, dtype=np.int64), np.zeros(core.cases), core.wanted.astype(np.float64)
        )
        build.enter(case_rows, short, 1)
        idle = build.columns(
            np.ones(core.experts, dtype=np.int64), np.zeros(core.experts), core.least.astype(np.float64)
        )
        build.enter(expert_rows, idle, 1)
        over = build.columns(np.ones(len(knots), dtype=np.int64), np.zeros(len(knots)), np.full(len(knots), np.inf))
    ends = build.width
    number = np.full(core.shape, -1, dtype=np.int64)
    number[cases, experts] = pairs
    ties = [_tie(core, build, knot, number) for knot in knots]
    if elastic:
        build.enter(np.array([one.limit for one in ties], dtype=np.int64), over, -1)
    build.columns(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1))  # HiGHS wants one, even of a round of nothing
    least = core.carried * core.least * 2 + core.least**2
    return Program(
        costs=np.concatenate(build.costs),
        low=np.concatenate(build.low),
        high=np.concatenate(build.high),
        rows=np.concatenate([one[0] for one in build.entries]),
        columns=np.concatenate([one[1] for one in build.entries]),
        values=np.concatenate([one[2] for one in build.entries]),
        limits=np.concatenate(build.limits),
        equal=core.cases + core.experts,
        pair_cases=cases,
        pair_experts=experts,
        step_rows=np.concatenate(steps),
        family_rows=tuple(family_rows),
        grouping_rows=tuple(grouping_rows),
        ties=tuple(ties),
        lacking=slice(lacking, ends),
        paid=int(least.sum()) * price * core.asked.weights.balance,
    )


def _load_steps(core: Core, build: Builder, price: int) -> Ints:
    """A column for each case that an expert takes beyond the least: the n-th adds 2n - 1 to the square of the load."""
    room = core.most - core.least
    experts = np.repeat(np.arange(core.experts), room)
    nth = np.arange(len(experts)) - np.repeat(np.cumsum(room) - room, room) + 1
    loads = core.carried[experts] + core.least[experts] + nth
    columns = build.columns(price * (2 * loads - 1), np.zeros(len(loads)), np.ones(len(loads)))
    rows = core.cases + experts
    build.enter(rows, columns, -1)
    return rows


def _group_steps(build: Builder, numbers: Ints, held: Ints, price: int) -> Ints:
    """The n-th case of a group with one expert makes n - 1 new twos; the first is free.

    There is one step more than there are chosen pairs, so that the price of the row is no more than that of the next
    step and the bound holds for all those that are left out.
    """
    groups, experts = np.nonzero(numbers >= 0)
    rows = numbers[groups, experts]
    room = np.maximum(held[groups, experts] - 1, 0)
    repeated = np.repeat(rows, room)
    nth = np.arange(len(repeated)) - np.repeat(np.cumsum(room) - room, room) + 1
    columns = build.columns(price * nth, np.zeros(len(nth)), np.ones(len(nth)))
    build.enter(repeated, columns, -1)
    return repeated


def _placed(build: Builder, where: Flags, limits: Ints) -> Ints:
    """A row for each place where a limit could bind; the number of each, or -1."""
    numbers = np.full(where.shape, -1, dtype=np.int64)
    numbers[where] = build.rows(limits[where])
    return numbers


def _enter_known(build: Builder, numbers: Ints, first: Ints, second: Ints, columns: Ints) -> None:
    rows = numbers[first, second]
    build.enter(rows[rows >= 0], columns[rows >= 0], 1)


def _tie(core: Core, build: Builder, knot: Knot, number: Ints) -> Tie:
    """One column per case that both may read, 1 when both do; their sum is limited."""
    at, group, one, other = knot
    grouping = core.groupings[at]
    members = np.nonzero((grouping.groups == group) & (number[:, one] >= 0) & (number[:, other] >= 0))[0]
    both = build.columns(np.zeros(len(members), dtype=np.int64), np.zeros(len(members)), np.ones(len(members)))
    each = build.rows(np.ones(len(members), dtype=np.int64))
    build.enter(each, number[members, one], 1)
    build.enter(each, number[members, other], 1)
    build.enter(each, both, -1)
    limit = build.rows(np.array([grouping.per_pair or 0], dtype=np.int64))
    build.enter(np.repeat(limit, len(members)), both, 1)
    return Tie(members, one, other, each, int(limit[0]))


def reduced(core: Core, found: Program, prices: Ints, gains: Ints) -> Ints:
    """What each pair of the round adds beyond the prices of its rows: cases x experts, those left out as well."""
    left: Ints = gains - prices[: core.cases, None] - prices[None, core.cases : core.cases + core.experts]
    known = np.append(prices, 0)  # the last stands for rows that are not there
    for family, numbers in zip(core.families, found.family_rows, strict=True):
        bound = family.classes >= 0
        left[:, bound] -= known[numbers][:, family.classes[bound]]
    for grouping, numbers in zip(core.groupings, found.grouping_rows, strict=True):
        bound = grouping.groups >= 0
        left[bound, :] -= known[numbers][grouping.groups[bound], :]
    for tie in found.ties:
        left[tie.cases, tie.one] -= prices[tie.each]
        left[tie.cases, tie.other] -= prices[tie.each]
    return left


def bound_of(core: Core, found: Program, prices: Ints, left: Ints) -> int:
    """What no assignment exceeds, by weak duality, in whole numbers: true for any prices that are not negative at limits.

    ``left``: what :func:`reduced` gives for the gains of the round.
    """
    steps = prices[found.step_rows] - found.costs[len(found.pair_cases) : len(found.pair_cases) + len(found.step_rows)]
    most = int((prices * found.limits).sum()) + int(np.maximum(steps, 0).sum())
    most += sum(int(np.maximum(prices[tie.each] - prices[tie.limit], 0).sum()) for tie in found.ties)
    free = core.open & ~core.fixed
    return most + int(np.maximum(left[free], 0).sum()) + int(left[core.fixed].sum()) - found.paid
