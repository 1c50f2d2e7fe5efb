"""Rows that belong together: sure links merge, doubtful ones are reported, contradictions merge nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol, TypeVar

from caseflow.words import Message


class _Row(Protocol):
    @property
    def id(self) -> str: ...


RowT = TypeVar("RowT", bound=_Row)


@dataclass(frozen=True, slots=True)
class Link:
    """What two rows have in common; ``left < right``."""

    left: str
    right: str
    why: Message
    certain: bool = False
    by_number: bool = False
    """The number that nobody shares is the same: this goes before every contradiction of weaker evidence."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two rows that may be one; nothing was merged for it."""

    left: str
    right: str
    why: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """One person or organisation with all its rows; its id is the smallest of theirs."""

    id: str
    rows: tuple[str, ...]
    why: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """All identities by id, and the doubts that an officer has to settle."""

    identities: tuple[Identity, ...]
    doubts: tuple[Doubt, ...]

    def of(self) -> dict[str, str]:
        """The identity of each row."""
        return {row: one.id for one in self.identities for row in one.rows}

    def doubtful(self) -> tuple[tuple[str, str], ...]:
        """The pairs of identities between which there is a doubt."""
        of = self.of()
        return tuple(sorted({_pair(of[one.left], of[one.right]) for one in self.doubts}))


def linked(keyed: Iterable[tuple[str, RowT]]) -> Iterator[tuple[str, tuple[RowT, RowT]]]:
    """Every pair of rows that have a key in common, without the empty key."""
    groups: dict[str, dict[str, RowT]] = defaultdict(dict)
    for key, row in keyed:
        if key:
            groups[key][row.id] = row
    for key in sorted(groups):
        rows = [groups[key][id_] for id_ in sorted(groups[key])]
        for left, right in combinations(rows, 2):
            yield key, (left, right)


def settle(
    ids: Sequence[str],
    numbers: Mapping[str, str],
    links: Iterable[Link],
    same: Iterable[tuple[str, str]],
    different: Iterable[tuple[str, str]],
) -> Resolution:
    """Merge what is certain, in two rounds: by number, then by everything else.

    A group of the second round that would hold two numbers, or two rows that were found different, is not merged at
    all: which of its links is wrong cannot be known, so each is reported.

    Raises:
        ValueError: an id stands twice, a decision names an unknown row, or decides a pair both ways.
    """
    one_person, two_persons = {_pair(*one) for one in same}, {_pair(*one) for one in different}
    if len(set(ids)) != len(ids):
        raise ValueError("a row stands twice")
    if unknown := {id_ for one in one_person | two_persons for id_ in one} - set(ids):
        raise ValueError(f"no such row: {', '.join(sorted(unknown))}")
    if both := one_person & two_persons:
        raise ValueError(f"decided both ways: {sorted(both)}")
    found = [link for link in links if _pair(link.left, link.right) not in two_persons]
    found += [Link(*one, Message("identity.decided"), certain=True) for one in sorted(one_person)]
    alone = {id_: id_ for id_ in ids}
    strong = [link for link in found if link.certain and link.by_number]
    first = _checked(_groups(ids, strong), alone, numbers, two_persons)
    final = _checked(_groups(ids, [link for link in found if link.certain]), first, numbers, two_persons)
    apart = {_pair(final[left], final[right]) for left, right in two_persons}
    return Resolution(_identities(final, found), _doubts(final, found, apart))


def _checked(
    groups: Mapping[str, str], weaker: Mapping[str, str], numbers: Mapping[str, str], two: set[tuple[str, str]]
) -> dict[str, str]:
    """The groups, and in the place of each that contradicts itself those of the weaker grouping."""
    final: dict[str, str] = {}
    for members in _members(groups).values():
        chosen = groups if _sound(members, numbers, two) else weaker
        final |= {id_: chosen[id_] for id_ in members}
    return final


def _sound(members: Sequence[str], numbers: Mapping[str, str], two: set[tuple[str, str]]) -> bool:
    inside = set(members)
    return len({numbers[one] for one in members if one in numbers}) <= 1 and not any(
        left in inside and right in inside for left, right in two
    )


def _groups(ids: Iterable[str], links: Iterable[Link]) -> dict[str, str]:
    """For each id the smallest id that it hangs together with."""
    above = {id_: id_ for id_ in ids}

    def top(id_: str) -> str:
        while above[id_] != id_:
            above[id_] = above[above[id_]]
            id_ = above[id_]
        return id_

    for link in links:
        low, high = sorted((top(link.left), top(link.right)))
        above[high] = low
    return {id_: top(id_) for id_ in above}


def _members(groups: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(groups):
        found[groups[id_]].append(id_)
    return found


def _identities(final: Mapping[str, str], links: Iterable[Link]) -> tuple[Identity, ...]:
    why: dict[str, list[Message]] = defaultdict(list)
    for link in links:
        if link.certain and final[link.left] == final[link.right] and link.why not in why[final[link.left]]:
            why[final[link.left]].append(link.why)
    return tuple(Identity(id_, tuple(rows), tuple(why[id_])) for id_, rows in sorted(_members(final).items()))


def _doubts(final: Mapping[str, str], links: Iterable[Link], apart: set[tuple[str, str]]) -> tuple[Doubt, ...]:
    """Links between identities that nobody found different; certain ones too, where their group contradicted itself."""
    why: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for link in links:
        both = _pair(final[link.left], final[link.right])
        if both[0] != both[1] and both not in apart:
            listed = why[(link.left, link.right)]
            if link.certain and not listed:
                listed.append(Message("identity.contradiction"))
            listed.append(link.why)
    return tuple(Doubt(left, right, tuple(listed)) for (left, right), listed in sorted(why.items()))


def _pair(left: str, right: str) -> tuple[str, str]:
    return (left, right) if left < right else (right, left)
