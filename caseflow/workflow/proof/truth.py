"""Conditions whose truth can be decided: single values (and the sizes of lists) compared with what is written or with
each other, joined by and, or, not.

Whatever else stands in a condition (sums, loops over lists) leaves it undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from caseflow.workflow.proof.truth_reading import Compared, Tree, Undecided, Value

MOST = 1024
"""Combinations of values that are looked at; beyond it a condition counts as not decided."""
OTHER = "\x00"
"""Stands for any text that a condition does not name."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What a value can be: the words of a choice, or numbers between two bounds in steps."""

    kind: str
    words: tuple[str, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None
    step: Fraction | None = None


def names(tree: Tree) -> Iterator[str]:
    """Every value that a condition names."""
    for one in _compared(tree):
        yield from (name for name in (one.name, one.other) if name is not None)


class Truth(NamedTuple):
    """Whether a condition holds of some values that can be answered, and whether it holds of all."""

    ever: bool
    always: bool


def truth(tree: Tree, domains: Mapping[str, Domain]) -> Truth:
    """What the condition can be; a value that is missing is no truth.

    Raises ``Undecided`` where the combinations are too many.
    """
    return _truth(tree, tuple((name, domains[name]) for name in dict.fromkeys(names(tree))))


@lru_cache(maxsize=2048)
def _truth(tree: Tree, used: tuple[tuple[str, Domain], ...]) -> Truth:
    """The same over the domains of the values that the condition names: many questions share a condition."""
    seen: set[bool] = set()
    for one in _each(tree, dict(used)):
        seen.add(one is True)
        if len(seen) > 1:
            break
    return Truth(True in seen, False not in seen)


def _each(tree: Tree, domains: Mapping[str, Domain]) -> Iterator[bool | None]:
    compared = list(_compared(tree))
    columns = [_witnesses(name, domains, compared) for name in domains]
    size = 1
    for column in columns:
        size *= len(column)
    if size > MOST:
        raise Undecided
    for row in product(*columns):
        yield _holds(tree, dict(zip(domains, row, strict=True)))


def _compared(tree: Tree) -> Iterator[Compared]:
    if isinstance(tree, Compared):
        yield tree
    else:
        for part in tree.parts:
            yield from _compared(part)


def _witnesses(name: str, domains: Mapping[str, Domain], compared: list[Compared]) -> list[Value]:
    """One value for each part into which the comparisons cut what can be answered.

    Values that are compared with each other share their cuts, with room between them for every order.
    """
    domain = domains[name]
    near = _compared_with(name, compared)
    if len(near) > 1 and (domain.kind in ("boolean", "text") or any(domains[one].step != domain.step for one in near)):
        raise Undecided
    said = [one for one in compared if {one.name, one.other} & near]
    asked: list[Value] = [None] if any(one.sign == "has" for one in compared if one.name == name) else []
    written = [value for one in said for value in one.values]
    if domain.kind == "boolean":
        return [True, False, *asked]
    if domain.kind == "text":
        words = domain.words or (*dict.fromkeys(str(value) for value in written), OTHER)
        return [*words, *asked]
    bounds = (bound for other in near for bound in (domains[other].low, domains[other].high))
    cuts = {value for value in (*written, *bounds) if isinstance(value, Fraction)} or {Fraction(0)}
    room = len({one for pair in compared for one in (pair.name, pair.other) if one is not None})
    step = domain.step or _gap(cuts) / room
    points = {cut + step * number for cut in cuts for number in range(-room, room + 1)}
    return [*(point for point in sorted(points) if _inside(point, domain)), *asked]


def _compared_with(name: str, compared: list[Compared]) -> set[str]:
    """A value and all with which it is compared, be it by way of others."""
    near = {name}
    pairs = [(one.name, one.other) for one in compared if one.other is not None]
    while more := {each for pair in pairs if near & set(pair) for each in pair} - near:
        near |= more
    return near


def _inside(point: Fraction, domain: Domain) -> bool:
    """Whether this can be answered."""
    low = domain.low is None or point >= domain.low
    high = domain.high is None or point <= domain.high
    return low and high and (domain.step is None or _stands_on(point, domain.step))


def _stands_on(point: Fraction, step: Fraction) -> bool:
    """Whether it is a multiple, without the quotient: that would be reduced first."""
    return point.numerator * step.denominator % (point.denominator * step.numerator) == 0


def _gap(cuts: set[Fraction]) -> Fraction:
    """Less than half of the least distance between two cuts."""
    ordered = sorted(cuts)
    gaps = [after - before for before, after in pairwise(ordered)]
    return min([*gaps, Fraction(1)]) / 3


def _holds(tree: Tree, values: Mapping[str, Value]) -> bool | None:
    """The truth of a tree, ``None`` where a missing value leaves it open."""
    if isinstance(tree, Compared):
        return _compare(tree, values[tree.name], values[tree.other] if tree.other is not None else None)
    if tree.sign in ("true", "false"):
        return tree.sign == "true"
    found = [_holds(part, values) for part in tree.parts]
    if tree.sign == "!":
        return None if found[0] is None else not found[0]
    decisive = tree.sign == "||"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _compare(one: Compared, value: Value, other: Value) -> bool | None:
    if one.sign == "has":
        return value is not None
    if one.sign == "in":
        return None if value is None else value in one.values
    against = other if one.other is not None else one.values[0]
    return None if value is None or against is None else _SIGNS[one.sign](value, against)


def _less(one: Value, other: Value) -> bool:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one < other
    raise Undecided


_SIGNS: dict[str, Callable[[Value, Value], bool]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": _less,
    ">": lambda one, other: _less(other, one),
    "<=": lambda one, other: not _less(other, one),
    ">=": lambda one, other: not _less(one, other),
}
