"""Why each assignment was made, what another would cost, and what changes in a plan when the round changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from caseflow.evaluation.assignment import NODES, Plan, assign
from caseflow.evaluation.assignment_round import Pair, Round
from caseflow.evaluation.assignment_rows import Core, Flags


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for one assignment."""

    case: str
    expert: str
    fit: int
    place: int
    """Of its fit among all experts free to read the case; equal fits share a place."""
    among: int
    load: int
    most: int
    kept: bool
    """It was made before and is kept."""
    instead: str | None
    """Who could take the place, all else unchanged, at the least loss; None: nobody."""
    loss: int | None
    """Units of value that this would cost; below 0 never where the plan is proven to be the best."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What another round does to a plan."""

    plan: Plan
    added: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    cases: tuple[str, ...]
    """Those whose experts change."""
    value: int
    """By how much the value changes; only of two rounds with the same weights does it say which is better."""


def reasons(asked: Round, plan: Plan) -> list[Reason]:
    """One for each assignment, by case and expert in the order of the round."""
    core = Core(asked)
    given = flags(core, plan)
    loads = given.sum(axis=0)
    found = []
    for case, expert in zip(*np.nonzero(given), strict=True):
        fits = core.fit[case][core.open[case]]
        instead, loss = _cheapest(core, given, int(case), int(expert))
        found.append(
            Reason(
                case=asked.cases[case].id,
                expert=asked.experts[expert].id,
                fit=int(core.fit[case, expert]),
                place=1 + int((fits > core.fit[case, expert]).sum()),
                among=len(fits),
                load=int(loads[expert]),
                most=asked.experts[expert].most,
                kept=bool(core.fixed[case, expert]),
                instead=None if instead is None else asked.experts[instead].id,
                loss=loss,
            )
        )
    return found


def what_if(asked: Round, plan: Plan, changed: Round, nodes: int = NODES) -> Difference:
    """The plan of a changed round beside this one: an expert more or less, one more conflict, other weights."""
    other = assign(changed, nodes)
    added, removed = other.assigned - plan.assigned, plan.assigned - other.assigned
    order = {one.id: at for at, one in enumerate((*asked.cases, *changed.cases))}
    touched = sorted({case for case, _ in added | removed}, key=lambda case: order[case])
    return Difference(other, tuple(sorted(added)), tuple(sorted(removed)), tuple(touched), other.value - plan.value)


def with_conflicts(asked: Round, pairs: Iterable[Pair]) -> Round:
    """The round with more conflicts; what was kept of these pairs is kept no longer."""
    more = frozenset(pairs)
    return replace(asked, conflicts=asked.conflicts | more, fixed=asked.fixed - more)


def without_expert(asked: Round, expert: str) -> Round:
    """The round without one expert, and without what was kept or forbidden of theirs."""
    kept = [at for at, one in enumerate(asked.experts) if one.id != expert]
    return replace(
        asked,
        experts=tuple(asked.experts[at] for at in kept),
        fit=tuple(tuple(row[at] for at in kept) for row in asked.fit),
        conflicts=frozenset(pair for pair in asked.conflicts if pair[1] != expert),
        fixed=frozenset(pair for pair in asked.fixed if pair[1] != expert),
    )


def flags(core: Core, plan: Plan) -> Flags:
    """The assignments of a plan as cases x experts."""
    case_at = {one.id: at for at, one in enumerate(core.asked.cases)}
    expert_at = {one.id: at for at, one in enumerate(core.asked.experts)}
    found = np.zeros(core.shape, dtype=np.bool_)
    for case, expert in plan.assigned:
        found[case_at[case], expert_at[expert]] = True
    return found


def _cheapest(core: Core, given: Flags, case: int, expert: int) -> tuple[int | None, int | None]:
    """The replacement of one expert at one case that costs least and breaks no rule; the earlier among equals."""
    loads = given.sum(axis=0)
    if core.fixed[case, expert] or loads[expert] <= core.least[expert]:
        return None, None
    costs = _swap_costs(core, given, case, expert)
    free = core.open[case] & ~given[case] & (loads < core.most)
    for other in np.argsort(costs, kind="stable"):
        if free[other]:
            swapped = given.copy()
            swapped[case, expert], swapped[case, other] = False, True
            if _lawful(core, swapped, case, int(other)):
                return int(other), int(costs[other])
    return None, None


def _swap_costs(core: Core, given: Flags, case: int, expert: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """What each other expert in the place of one would cost, rules apart."""
    weights, loads = core.asked.weights, given.sum(axis=0) + core.carried
    costs = weights.fit * (core.fit[case, expert] - core.fit[case])
    costs = costs + weights.balance * (2 * loads + 1 - (2 * loads[expert] - 1))
    for grouping in core.groupings:
        group = grouping.groups[case]
        if grouping.price and group >= 0:
            held = given[grouping.groups == group].sum(axis=0)
            costs = costs + grouping.price * (held - (held[expert] - 1))
    return np.asarray(costs, dtype=np.int64)


def _lawful(core: Core, given: Flags, case: int, expert: int) -> bool:
    """Whether the limits at the case and of the expert hold."""
    for family in core.families:
        own = family.classes[expert]
        if own >= 0 and given[case][family.classes == own].sum() > family.most[case]:
            return False
    for grouping in core.groupings:
        group = grouping.groups[case]
        if group < 0:
            continue
        inside = given[grouping.groups == group]
        if grouping.most is not None and inside[:, expert].sum() > grouping.most:
            return False
        if grouping.per_pair is not None:
            shared = inside[inside[:, expert]].sum(axis=0)
            shared[expert] = 0
            if shared.max(initial=0) > grouping.per_pair:
                return False
    return True
