"""Figures as they are shown. Nothing is computed from a rounded figure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def rounded(value: float | Fraction | Decimal, digits: int) -> Decimal:
    """A figure for display: ``digits`` after the point, halves away from zero."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**digits + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    return Decimal(whole if exact >= 0 else -whole).scaleb(-digits)


def apportion(values: Sequence[float | Fraction], digits: int, target: Decimal | None = None) -> tuple[Decimal, ...]:
    """The values rounded to ``digits`` so that they add up to exactly their rounded sum (largest remainder).

    No value moves by a whole last digit or more; of equal remainders the earlier value is rounded up. ``target``: what
    they add up to instead, where their sum was shown before as the next figure below or above it.
    """
    scaled = [Fraction(value) * 10**digits for value in values]
    floors = [one.numerator // one.denominator for one in scaled]
    wanted = int(rounded(sum(scaled, Fraction(0)), 0) if target is None else target.scaleb(digits))
    order = sorted(range(len(scaled)), key=lambda position: floors[position] - scaled[position])
    for position in order[: wanted - sum(floors)]:
        floors[position] += 1
    return tuple(Decimal(one).scaleb(-digits) for one in floors)


def last_digit(value: Decimal) -> Fraction:
    """One in the last written place of a figure."""
    exponent = value.as_tuple().exponent
    return Fraction(10) ** (exponent if isinstance(exponent, int) else 0)
