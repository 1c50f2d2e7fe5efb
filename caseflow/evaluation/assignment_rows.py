"""A round as arrays: gains, limits and the classes that its rules speak of, and the exact value of an assignment.

Case, class of experts at the case, expert within a group of cases, expert, in this order, are the nodes of a flow
network; its matrix is totally unimodular while the classes at a case lie within one another (Hoffman and Kruskal 1956),
so that the linear relaxation has whole solutions and the duals of whole prices are whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from caseflow.evaluation.assignment_round import Round

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Knot = tuple[int, int, int, int]
"""A grouping, one of its groups, and two experts who share too many of its cases."""

LOTS = 4096
"""Each pair draws a lot from 0 below this number; the lower sum of lots wins among equals."""
_ROOM = 8
"""All lots together stay below this part of one unit of value."""


@dataclass(frozen=True, slots=True)
class Family:
    """At each case at most ``most`` experts of one class; class -1 is bound by nothing."""

    name: str
    """The tag that the class bears; empty where the classes are employers."""
    classes: Ints
    most: Ints
    """By case."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """With each expert at most so many cases of one group, at a price for every two; group -1 is bound by nothing."""

    kind: str
    names: tuple[str, ...]
    groups: Ints
    most: int | None
    per_pair: int | None
    price: int


class Core:
    """The arrays of a round. Every value within is a whole number, multiplied by ``scale`` and less its lot."""

    def __init__(self, asked: Round) -> None:
        self.asked = asked
        self.cases, self.experts = len(asked.cases), len(asked.experts)
        self.shape = self.cases, self.experts
        self.wanted = np.array([one.wanted for one in asked.cases], dtype=np.int64)
        self.least = np.array([one.least for one in asked.experts], dtype=np.int64)
        self.most = np.array([one.most for one in asked.experts], dtype=np.int64)
        self.carried = np.array([one.carried for one in asked.experts], dtype=np.int64)
        self.fit = np.array(asked.fit, dtype=np.int64).reshape(self.shape)
        self.fixed = self._flags(asked.fixed)
        self.conflicts = self._flags(asked.conflicts)
        self.open: Flags = ~self.conflicts | self.fixed
        for one in (self.fixed, self.conflicts, self.open):
            one.setflags(write=False)
        places = max(1, int(self.wanted.sum()), int(self.fixed.sum()))
        self.scale = 1 << (_ROOM * places * LOTS - 1).bit_length()
        self.families = tuple(self._families())
        self.groupings = tuple(self._groupings())

    def _flags(self, pairs: frozenset[tuple[str, str]]) -> Flags:
        found = np.zeros(self.shape, dtype=np.bool_)
        case_at = {one.id: at for at, one in enumerate(self.asked.cases)}
        expert_at = {one.id: at for at, one in enumerate(self.asked.experts)}
        for case, expert in pairs:
            found[case_at[case], expert_at[expert]] = True
        return found

    @cached_property
    def gain(self) -> Ints:
        """What each pair adds, scaled and less its lot."""
        return self.fit * (self.asked.weights.fit * self.scale) - self.lots

    @cached_property
    def lots(self) -> Ints:
        """By seed and ids alone, so that no lot changes when a case or an expert comes or goes."""
        found = np.empty(self.shape, dtype=np.int64)
        names = [f"\n{one.id}".encode() for one in self.asked.experts]
        for at, case in enumerate(self.asked.cases):
            begun = hashlib.blake2b(f"{self.asked.seed}\n{case.id}".encode(), digest_size=4)
            for place, name in enumerate(names):
                drawn = begun.copy()
                drawn.update(name)
                found[at, place] = int.from_bytes(drawn.digest(), "big") % LOTS
        return found

    def _families(self) -> list[Family]:
        found = []
        if self.asked.rules.per_employer is not None:
            most = np.full(self.cases, self.asked.rules.per_employer, dtype=np.int64)
            found.append(Family("", _numbered([one.employer for one in self.asked.experts])[0], most))
        for cap in self.asked.rules.caps:
            classes = np.array([0 if cap.tag in one.tags else -1 for one in self.asked.experts], dtype=np.int64)
            most = np.array([int(cap.share * one.wanted) for one in self.asked.cases], dtype=np.int64)
            found.append(Family(cap.tag, classes, most))
        return found

    def _groupings(self) -> list[Grouping]:
        found = []
        for one in self.asked.rules.separations:
            groups, names = _numbered([case.groups.get(one.kind, "") for case in self.asked.cases])
            found.append(Grouping(one.kind, names, groups, one.per_expert, one.per_pair, one.price))
        return found

    def employer(self, number: int) -> str:
        """The employer whose class has this number."""
        return _numbered([one.employer for one in self.asked.experts])[1][number]

    def in_classes(self, given: Flags, family: Family) -> Ints:
        """How many experts of each class each case has: cases x classes."""
        return _summed(given.T, family.classes).T

    def in_groups(self, given: Flags, grouping: Grouping) -> Ints:
        """How many cases of each group each expert has: groups x experts."""
        return _summed(given, grouping.groups)

    def together(self, given: Flags, grouping: Grouping, group: int) -> Ints:
        """How many cases of a group each two experts share: experts x experts, nothing on the diagonal and below it."""
        own = given[grouping.groups == group].astype(np.int64)
        return np.triu(own.T @ own, 1)

    def knots(self, given: Flags) -> list[Knot]:
        """The twos of experts who read more cases of one group together than a separation allows."""
        found: list[Knot] = []
        for at, grouping in enumerate(self.groupings):
            if grouping.per_pair is None:
                continue
            for group in range(len(grouping.names)):
                ones, others = np.nonzero(self.together(given, grouping, group) > grouping.per_pair)
                found += [(at, group, int(one), int(other)) for one, other in zip(ones, others, strict=True)]
        return found

    def knots_and_next(self, given: Flags) -> list[Knot]:
        """The knots, and the twos who come next: at the limit in the group of a knot, with one of its experts."""
        found = self.knots(given)
        tied: dict[tuple[int, int], set[int]] = {}
        for at, group, one, other in found:
            tied.setdefault((at, group), set()).update((one, other))
        more = set(found)
        for (at, group), experts in tied.items():
            grouping = self.groupings[at]
            ones, others = np.nonzero(np.triu(self.together(given, grouping, group) == grouping.per_pair, 1))
            twos = [(int(one), int(other)) for one, other in zip(ones, others, strict=True)]
            more |= {(at, group, *two) for two in twos if experts.intersection(two)}
        return sorted(more)

    def value(self, given: Flags) -> int:
        """The exact value, unscaled, of an assignment (cases x experts)."""
        fit, balance, separation = self.parts(given)
        return fit - balance - separation

    def parts(self, given: Flags) -> tuple[int, int, int]:
        """Weighted fit, and what balance and separation take from it."""
        loads = given.sum(axis=0) + self.carried
        squares = int((loads**2).sum() - (self.carried**2).sum())
        apart = 0
        for grouping in self.groupings:
            held = self.in_groups(given, grouping)
            apart += grouping.price * int((held * (held - 1) // 2).sum())
        return self.asked.weights.fit * int(self.fit[given].sum()), self.asked.weights.balance * squares, apart

    def scaled(self, given: Flags) -> int:
        """The value that is maximised: scaled, and less the lots."""
        return self.value(given) * self.scale - int(self.lots[given].sum())

    def unscaled(self, bound: int) -> int:
        """The greatest value that an assignment can have whose scaled value is at most ``bound``."""
        return (bound + self.scale // _ROOM) // self.scale


def _numbered(names: list[str]) -> tuple[Ints, tuple[str, ...]]:
    """The names in their order, each by its number; the empty name is -1."""
    known = sorted({name for name in names if name})
    number = {name: at for at, name in enumerate(known)}
    return np.array([number.get(name, -1) for name in names], dtype=np.int64), tuple(known)


def _summed(given: Flags, classes: Ints) -> Ints:
    """The rows of each class summed."""
    found = np.zeros((int(classes.max(initial=-1)) + 1, given.shape[1]), dtype=np.int64)
    known = classes >= 0
    np.add.at(found, classes[known], given[known].astype(np.int64))
    return found
