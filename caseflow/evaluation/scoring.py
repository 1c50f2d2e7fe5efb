"""From totals to a score. Pure: numbers in, numbers out, every figure exact until it is rounded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Mark = int | Decimal | Fraction
"""Points. Never a float: 0.1 + 0.2 would not be 0.3."""
Points = int | Fraction
"""Points that were added up: whole numbers stay whole."""
Method = Literal["mean", "trimmed_mean", "median"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How the totals of a panel become one score. Raises ValueError where it could leave no total to count."""

    method: Method
    drop_high: int
    """How many of the highest totals a trimmed mean leaves out; ``drop_low`` of the lowest."""
    drop_low: int
    trim_from: int
    """With fewer totals than this none is dropped."""
    min_scores: int
    decimals: int

    def __post_init__(self) -> None:
        if min(self.drop_high, self.drop_low, self.decimals) < 0 or self.min_scores < 1:
            raise ValueError("a rule drops no negative number of totals and needs at least one")
        if self.method == "trimmed_mean" and self.trim_from <= self.drop_high + self.drop_low:
            raise ValueError(f"with trim_from {self.trim_from} the rule may drop every total")


@dataclass(frozen=True, slots=True)
class Aggregated:
    """One score, and how it came about."""

    score: Decimal | None
    """None where there are fewer totals than the rule needs."""
    used: tuple[Mark, ...]
    dropped: tuple[Mark, ...]
    unrounded: Fraction | None = None


def exact(mark: Mark) -> Fraction:
    """The same number as a fraction. Raises ValueError for a float or what is no finite number."""
    if isinstance(mark, Fraction):
        return mark
    given: object = mark
    if isinstance(given, int) or (isinstance(given, Decimal) and given.is_finite()):
        return Fraction(given)
    raise ValueError(f"{mark!r} is no exact mark")


def times(mark: Mark, weight: Mark) -> Points:
    """The weighted mark. Whole numbers, which most are, take the quick way."""
    if isinstance(mark, int) and isinstance(weight, int):
        return mark * weight
    return exact(mark) * exact(weight)


def half_up(value: Fraction, decimals: int) -> Decimal:
    """The figure that is published: ``decimals`` after the point, a half away from zero."""
    above, below = 2 * abs(value.numerator) * 10**decimals, 2 * value.denominator
    whole = (above + value.denominator) // below
    return Decimal(whole if value.numerator >= 0 else -whole).scaleb(-decimals)


def span(count: int, rule: Rule) -> tuple[int, int]:
    """Of ``count`` totals in rising order: the first position that counts, and the one after the last."""
    if rule.method == "trimmed_mean" and count >= rule.trim_from:
        return rule.drop_low, count - rule.drop_high
    return 0, count


def rising(marks: Iterable[Mark]) -> list[Mark]:
    """The marks in rising order. Python compares no Decimal with a Fraction."""
    found = list(marks)
    return sorted(found) if all(isinstance(mark, int) for mark in found) else sorted(found, key=exact)


def median(values: Iterable[Mark]) -> Fraction:
    """The middle value, or the mean of the middle two. Raises ValueError where there is none."""
    ordered = rising(values)
    if not ordered:
        raise ValueError("no value has no median")
    return (exact(ordered[(len(ordered) - 1) // 2]) + exact(ordered[len(ordered) // 2])) / 2


def mean(values: Sequence[Mark]) -> Fraction:
    """The exact mean. Raises ValueError where there is no value."""
    if not values:
        raise ValueError("no value has no mean")
    whole = [value for value in values if isinstance(value, int)]
    rest = sum((exact(value) for value in values if not isinstance(value, int)), Fraction(0))
    return (Fraction(sum(whole)) + rest) / len(values) if rest else Fraction(sum(whole), len(values))


def aggregate(totals: Iterable[Mark], rule: Rule) -> Aggregated:
    """The score of one case from the total of each expert, rounded half up."""
    ordered = rising(totals)
    if len(ordered) < rule.min_scores:
        return Aggregated(None, tuple(ordered), ())
    first, end = span(len(ordered), rule)
    used = ordered[first:end]
    middle = median(used) if rule.method == "median" else mean(used)
    dropped = ordered[:first] + ordered[end:]
    return Aggregated(half_up(middle, rule.decimals), tuple(used), tuple(dropped), middle)
