"""What a panel must keep, as bounds on how many of its members belong to a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from caseflow.evaluation.pool import Candidate, Rule
from caseflow.words import Message

Kind = Literal["field", "region", "employer", "officials", "case"]


@dataclass(frozen=True, slots=True)
class Limit:
    """At least ``low`` and at most ``high`` members of the panel belong to the group."""

    kind: Kind
    key: str
    group: frozenset[str]
    low: int
    high: int

    def name(self) -> Message:
        """What the limit is called, with its bounds."""
        return Message(f"draw.limit.{self.kind}", {"key": self.key, "low": self.low, "high": self.high})


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one panel, over one pool."""

    size: int
    every: tuple[Limit, ...]
    of: dict[str, tuple[int, ...]] = field(compare=False)
    """The limits to whose group each candidate belongs."""

    def broken(self, panel: Iterable[str]) -> tuple[Limit, ...]:
        """The limits that a whole panel does not keep."""
        counts = self._counts(panel)
        return tuple(one for number, one in enumerate(self.every) if not one.low <= counts[number] <= one.high)

    def kept(self, panel: Iterable[str]) -> bool:
        counts = self._counts(panel)
        return all(one.low <= count <= one.high for one, count in zip(self.every, counts, strict=True))

    def without(self, numbers: Collection[int]) -> Limits:
        """The same without some limits."""
        return limits_from(self.size, [one for number, one in enumerate(self.every) if number not in numbers])

    def loosened(self, numbers: Collection[int], by: int) -> Limits:
        """The same with some limits moved by so many members, on both sides."""
        moved = [
            replace(one, low=max(0, one.low - by), high=min(self.size, one.high + by)) if number in numbers else one
            for number, one in enumerate(self.every)
        ]
        return limits_from(self.size, moved)

    def _counts(self, panel: Iterable[str]) -> list[int]:
        counts = [0] * len(self.every)
        for one in panel:
            for number in self.of.get(one, ()):
                counts[number] += 1
        return counts


def limits_from(size: int, every: Sequence[Limit]) -> Limits:
    """The limits with the index by candidate."""
    of: dict[str, tuple[int, ...]] = {}
    for number, one in enumerate(every):
        for member in one.group:
            of[member] = (*of.get(member, ()), number)
    return Limits(size, tuple(every), of)


def limits_of(rule: Rule, pool: Sequence[Candidate], cases: Iterable[str]) -> Limits:
    """What the rule asks of a panel out of this pool; limits that no panel could break are left out."""
    asked = [*_bounds(rule, pool), *_employers(rule, pool), *_officials(rule, pool), *_cases(rule, pool, cases)]
    return limits_from(rule.size, [one for one in asked if one.low > 0 or one.high < min(rule.size, len(one.group))])


def _bounds(rule: Rule, pool: Sequence[Candidate]) -> Iterator[Limit]:
    for one in rule.fields:
        group = frozenset(person.id for person in pool if one.key in person.fields)
        yield Limit("field", one.key, group, one.at_least, _most(one.at_most, rule.size))
    for one in rule.regions:
        group = frozenset(person.id for person in pool if one.key == person.region)
        yield Limit("region", one.key, group, one.at_least, _most(one.at_most, rule.size))


def _employers(rule: Rule, pool: Sequence[Candidate]) -> Iterator[Limit]:
    if rule.per_employer is None:
        return
    counted = Counter(employer for person in pool for employer in set(person.employers))
    for employer, count in sorted(counted.items()):
        if count > rule.per_employer:
            group = frozenset(person.id for person in pool if employer in person.employers)
            yield Limit("employer", employer, group, 0, _most(rule.per_employer, rule.size))


def _officials(rule: Rule, pool: Sequence[Candidate]) -> Iterator[Limit]:
    group = frozenset(person.id for person in pool if person.official)
    yield Limit("officials", "", group, 0, rule.most_officials)


def _cases(rule: Rule, pool: Sequence[Candidate], cases: Iterable[str]) -> Iterator[Limit]:
    """So many without a conflict is the same as at most the rest with one, and those are few."""
    if rule.free_per_case is None:
        return
    for case in sorted(set(cases)):
        group = frozenset(person.id for person in pool if any(bar.case == case for bar in person.bars))
        yield Limit("case", case, group, 0, rule.size - rule.free_per_case)


def _most(at_most: int | None, size: int) -> int:
    return size if at_most is None else min(at_most, size)
