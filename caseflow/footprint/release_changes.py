"""What a new release changes, and whether its electricity average is one that its own generation types can give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from caseflow.footprint import units
from caseflow.footprint.factors import Release


@dataclass(frozen=True, slots=True)
class FactorChange:
    """A series in a region, in two releases. ``percent``: from the old value to the new one."""

    series: str
    region: str
    status: Literal["new", "gone", "changed", "same"]
    old: Decimal | None
    new: Decimal | None
    percent: float | None


def differences(old: Release, new: Release) -> tuple[FactorChange, ...]:
    """By series and region, sorted: the largest change first, then what is new, gone, the same."""
    before = {(one.series, one.region, one.kind): one for one in old.factors}
    after = {(one.series, one.region, one.kind): one for one in new.factors}
    found = []
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        ratio = units.ratio(other.unit, one.unit) if one and other else None
        percent: float | None = None
        status: Literal["new", "gone", "changed", "same"] = "new" if one is None else "gone"
        if one and other and ratio is not None:
            value = other.value * ratio.denominator / ratio.numerator
            percent = float((value - one.value) / one.value * 100)
            status = "changed" if value != one.value else "same"
        elif one and other:
            status = "changed"
        found.append(
            FactorChange(key[0], key[1], status, one.value if one else None, other.value if other else None, percent)
        )
    order = ("changed", "new", "gone", "same")
    return tuple(
        sorted(found, key=lambda one: (order.index(one.status), -abs(one.percent or 0.0), one.series, one.region))
    )


def rebuilt_average(shares: Mapping[str, float], by_type: Mapping[str, float], grid: float) -> float:
    """The average factor of electricity from generation types (shares sum to 1 or 100) and the grid, without losses.

    A published average lies within a few percent of it; one that does not deserves a second look. Raises KeyError for
    a type without a factor.
    """
    whole = sum(shares.values())
    return sum(share / whole * by_type[kind] for kind, share in shares.items()) + grid
