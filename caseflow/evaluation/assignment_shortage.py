"""Why a round cannot be assigned, as sentences: which cases and limits stand in the way, and by how much."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.assignment_rows import Core, Flags, Knot
from caseflow.evaluation.assignment_solver import Relaxed, relax, search
from caseflow.words import Message

_MOST_KNOTS = 2_000
_HALF = 0.5


def kept_against(core: Core) -> list[Message]:
    """What the assignments already made are against; no other assignment can heal it."""
    cases, experts = core.asked.cases, core.asked.experts
    found = [
        Message("assignment.kept_conflict", {"case": case, "expert": expert})
        for case, expert in sorted(core.asked.fixed & core.asked.conflicts)
    ]
    for at, number in enumerate(core.fixed.sum(axis=1).tolist()):
        if number > cases[at].wanted:
            values = {"case": cases[at].id, "kept": number, "wanted": cases[at].wanted}
            found.append(Message("assignment.kept_wanted", values))
    for at, number in enumerate(core.fixed.sum(axis=0).tolist()):
        if number > experts[at].most:
            values = {"expert": experts[at].id, "kept": number, "most": experts[at].most}
            found.append(Message("assignment.kept_most", values))
    for family in core.families:
        held = core.in_classes(core.fixed, family)
        for at, of in zip(*np.nonzero(held > family.most[:, None]), strict=True):
            values = {"case": cases[at].id, "kept": int(held[at, of]), "most": int(family.most[at])}
            if family.name:
                found.append(Message("assignment.kept_tag", {**values, "tag": family.name}))
            else:
                found.append(Message("assignment.kept_employer", {**values, "employer": core.employer(int(of))}))
    return [*found, *_kept_together(core)]


def _kept_together(core: Core) -> list[Message]:
    experts, found = core.asked.experts, []
    for grouping in core.groupings:
        if grouping.most is not None:
            held = core.in_groups(core.fixed, grouping)
            for of, at in zip(*np.nonzero(held > grouping.most), strict=True):
                values = {"expert": experts[at].id, "group": grouping.names[of], "kept": int(held[of, at])}
                found.append(Message("assignment.kept_group", {**values, "most": grouping.most}))
        if grouping.per_pair is None:
            continue
        for of, group in enumerate(grouping.names):
            shared = core.together(core.fixed, grouping, of)
            for one, other in zip(*np.nonzero(shared > grouping.per_pair), strict=True):
                values = {"experts": [experts[one].id, experts[other].id], "group": group}
                values |= {"kept": int(shared[one, other]), "most": grouping.per_pair}
                found.append(Message("assignment.kept_pair", values))
    return found


def lacking(core: Core, nodes: int) -> list[Message]:
    """The least that is missing: experts at cases, cases at experts, and what makes it so. Empty: nothing is missing."""
    relaxed = relax(core, elastic=True)
    if relaxed is None:
        return []
    short: NDArray[np.float64] = relaxed.lacking
    knots: list[Knot] = []
    if short.sum() <= _HALF:
        short, knots = _whole(core, nodes)
    elif not relaxed.whole:
        short = search(core, core.open, (), elastic=True, nodes=nodes).lacking
    cases, experts = core.asked.cases, core.asked.experts
    amounts = np.rint(short).astype(np.int64)
    if not len(amounts):
        return []
    found = []
    for case, missing in zip(cases, amounts[: core.cases].tolist(), strict=True):
        if missing:
            values = {"case": case.id, "wanted": case.wanted, "missing": missing}
            found.append(Message("assignment.case_short", values))
    for expert, missing in zip(experts, amounts[core.cases : core.cases + core.experts].tolist(), strict=True):
        if missing:
            values = {"expert": expert.id, "least": expert.least, "missing": missing}
            found.append(Message("assignment.expert_short", values))
    for (at, group, one, other), over in zip(knots, amounts[core.cases + core.experts :].tolist(), strict=True):
        if over:
            rule = core.groupings[at]
            values = {"experts": [experts[one].id, experts[other].id], "group": rule.names[group]}
            found.append(Message("assignment.pair_over", {**values, "most": rule.per_pair, "over": over}))
    return [*found, *_narrow(core, relaxed)]


def _whole(core: Core, nodes: int) -> tuple[NDArray[np.float64], list[Knot]]:
    """What is missing when experts cannot be divided and twos of them not be joined too often."""
    knots: list[Knot] = []
    while True:
        found = search(core, core.open, knots, elastic=True, nodes=nodes)
        new = [] if found.given is None else [one for one in core.knots(found.given) if one not in knots]
        if not new or len(knots) > _MOST_KNOTS:
            return found.lacking, knots
        knots = sorted({*knots, *new})


def _narrow(core: Core, relaxed: Relaxed) -> list[Message]:
    """The narrow place: the cases that together ask for more than is there, and what keeps others from helping.

    By the duals of the smallest shortage: one more expert for any of these cases is one missing more.
    """
    experts = core.asked.experts
    prices = relaxed.prices
    of_cases, of_experts = prices[: core.cases], prices[core.cases : core.cases + core.experts]
    short, idle = relaxed.lacking[: core.cases], relaxed.lacking[core.cases :]
    found = []
    if short.sum() > _HALF:
        asking = of_cases < -_HALF
        wanted = int(core.wanted[asking].sum())
        full = [one.id for one, price in zip(experts, of_experts, strict=True) if price > _HALF]
        values = {"cases": _cases(core, asking), "wanted": wanted, "available": wanted - round(float(short.sum()))}
        found.append(Message("assignment.narrow", values))
        if full:
            found.append(Message("assignment.full", {"experts": full}))
    if idle.sum() > _HALF:
        waiting = of_experts < -_HALF
        least = int(core.least[waiting].sum())
        values = {"experts": [one.id for one, is_in in zip(experts, waiting, strict=True) if is_in], "least": least}
        found.append(Message("assignment.idle", {**values, "available": least - round(float(idle.sum()))}))
    return [*found, *_rules_in_the_way(core, relaxed)]


def _rules_in_the_way(core: Core, relaxed: Relaxed) -> list[Message]:
    found = []
    known = np.append(relaxed.prices, 0)
    for family, numbers in zip(core.families, relaxed.program.family_rows, strict=True):
        binding = known[numbers] > _HALF
        for of in np.nonzero(binding.any(axis=0))[0]:
            cases = _cases(core, binding[:, of])
            if family.name:
                found.append(Message("assignment.tag_in_the_way", {"tag": family.name, "cases": cases}))
            else:
                who = core.employer(int(of))
                found.append(Message("assignment.employer_in_the_way", {"employer": who, "cases": cases}))
    for grouping, numbers in zip(core.groupings, relaxed.program.grouping_rows, strict=True):
        binding = known[numbers] > _HALF
        for of in np.nonzero(binding.any(axis=1))[0]:
            experts = [one.id for one, is_in in zip(core.asked.experts, binding[of], strict=True) if is_in]
            values = {"group": grouping.names[of], "most": grouping.most, "experts": experts}
            found.append(Message("assignment.group_in_the_way", values))
    return found


def _cases(core: Core, flags: Flags) -> list[str]:
    return [one.id for one, is_in in zip(core.asked.cases, flags, strict=True) if is_in]
