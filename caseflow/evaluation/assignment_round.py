"""What a whole round of assignments is made from: cases, experts, rules, weights, and what is asked to be kept.

Fit is a whole number per case and expert, so that a total is exact and two totals can be compared to the last unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FULL = 100
"""The fit of an expert who brings all that a case asks for."""
_MOST_FIT = 1000
_MOST_WEIGHT = 100

Pair = tuple[str, str]
"""The id of a case and that of an expert."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case to be read. ``groups``: by kind (an applicant, a region) the name of the group to which it belongs."""

    id: str
    wanted: int
    """Experts that it needs, no more and no fewer."""
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expert:
    """Somebody who reads between ``least`` and ``most`` cases of the round."""

    id: str
    least: int
    most: int
    employer: str = ""
    """Two experts of one employer are told by it; empty: none known."""
    tags: frozenset[str] = frozenset()
    carried: int = 0
    """Cases that still lie with the expert from elsewhere; they count in the balance, not in the limits."""


@dataclass(frozen=True, slots=True)
class Cap:
    """Of the experts of each case at most this share, rounded down, bear the tag."""

    tag: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Separation:
    """Cases of one group of a kind are spread over many experts.

    ``price`` is paid for every two cases of one group that the same expert reads.
    """

    kind: str
    per_expert: int | None = None
    """Most cases of one group that one expert reads."""
    per_pair: int | None = None
    """Most cases of one group that the same two experts read together."""
    price: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    per_employer: int | None = 1
    """Most experts of one employer at one case; None: any number."""
    caps: tuple[Cap, ...] = ()
    separations: tuple[Separation, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """What a unit of fit is worth beside what load costs: the squares of the loads of all experts, summed."""

    fit: int = 1
    balance: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """One row of ``fit`` per case and one column per expert, in their order; all of it whole numbers from 0.

    ``fixed`` assignments are kept whatever they cost. ``seed`` decides between assignments of equal value.
    """

    cases: tuple[Case, ...]
    experts: tuple[Expert, ...]
    fit: Sequence[Sequence[int]]
    conflicts: frozenset[Pair] = frozenset()
    fixed: frozenset[Pair] = frozenset()
    rules: Rules = field(default_factory=Rules)
    weights: Weights = field(default_factory=Weights)
    seed: str = ""


def fit_of(needs: Mapping[str, int], offers: Mapping[str, int]) -> int:
    """How much of what a case asks for an expert brings, 0 to 100, rounded half up.

    Both are levels by field, from 0; beyond what is needed nothing is gained. A case that asks for nothing fits all.
    """
    asked = sum(needs.values())
    if asked <= 0:
        return FULL
    met = sum(min(level, max(offers.get(name, 0), 0)) for name, level in needs.items())
    return int((Decimal(FULL * met) / asked).to_integral_value(ROUND_HALF_UP))


def check(asked: Round) -> None:
    """Refuses a round that cannot be meant, with every reason in one sentence each.

    Raises:
        ValueError: an id stands twice or is unknown, a figure is negative or too large, the table of fit has gaps.
    """
    wrong = [*_ids(asked), *_figures(asked), *_rules(asked.rules)]
    if wrong:
        raise ValueError("; ".join(wrong))


def _ids(asked: Round) -> list[str]:
    cases, experts = [one.id for one in asked.cases], [one.id for one in asked.experts]
    wrong = [f"case {name} stands twice" for name, times in Counter(cases).items() if times > 1]
    wrong += [f"expert {name} stands twice" for name, times in Counter(experts).items() if times > 1]
    known_cases, known_experts = set(cases), set(experts)
    for what, pairs in (("conflict", asked.conflicts), ("fixed", asked.fixed)):
        wrong += [f"{what}: no case {case}" for case, _ in sorted(pairs) if case not in known_cases]
        wrong += [f"{what}: no expert {expert}" for _, expert in sorted(pairs) if expert not in known_experts]
    return wrong


def _figures(asked: Round) -> list[str]:
    wrong = [f"case {one.id}: wanted {one.wanted}" for one in asked.cases if one.wanted < 0]
    wrong += [
        f"expert {one.id}: least {one.least}, most {one.most}, carried {one.carried}"
        for one in asked.experts
        if not 0 <= one.least <= one.most or one.carried < 0
    ]
    if len(asked.fit) != len(asked.cases) or any(len(row) != len(asked.experts) for row in asked.fit):
        wrong.append(f"fit: not {len(asked.cases)} rows of {len(asked.experts)}")
    elif any(not 0 <= one <= _MOST_FIT for row in asked.fit for one in row):
        wrong.append(f"fit: a figure below 0 or above {_MOST_FIT}")
    for name, weight in (("fit", asked.weights.fit), ("balance", asked.weights.balance)):
        if not 0 <= weight <= _MOST_WEIGHT:
            wrong.append(f"weight of {name}: {weight} is below 0 or above {_MOST_WEIGHT}")
    return wrong


def _rules(rules: Rules) -> list[str]:
    wrong = [f"cap of {one.tag}: share {one.share}" for one in rules.caps if not 0 <= one.share <= 1]
    for one in rules.separations:
        limits = [limit for limit in (one.per_expert, one.per_pair) if limit is not None]
        if min([*limits, one.price]) < 0 or one.price > _MOST_WEIGHT:
            wrong.append(f"separation of {one.kind}: {limits}, price {one.price}")
    if rules.per_employer is not None and rules.per_employer < 1:
        wrong.append(f"per employer: {rules.per_employer}")
    return wrong
