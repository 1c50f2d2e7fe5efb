"""The bounds of the reviewer's checks. Each has a default; a workflow or a program may give others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from caseflow.footprint.plain import Part


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Percent where nothing else is said. The defaults are the program's own unless a source is named."""

    agreement: Decimal = Decimal("0.5")
    """R01: up to here a deviation is only noted. The tolerance itself is an argument of the review."""
    old_years: int = 3
    too_old_years: int = 5
    fuel_ratio: Decimal = Decimal(3)
    """R06: an own factor so many times over or under the official one of its series."""
    outlier: Decimal = Decimal("3.5")
    """R07: robust z-score (Iglewicz and Hoaglin)."""
    peers: int = 5
    """R07: the fewest other products to compare with."""
    balance_warn: Decimal = Decimal(2)
    balance_block: Decimal = Decimal(5)
    cutoff_mass: Decimal = Decimal(1)
    """R10: of one ordinary material; of a rare one a tenth; of all together ``cutoff_total`` (Chinese templates)."""
    cutoff_rare: Decimal = Decimal("0.1")
    cutoff_total: Decimal = Decimal(5)
    allocation_shift: Decimal = Decimal(10)
    """R11: a change by which the choice of allocation needs a sensitivity analysis."""
    large_line: Decimal = Decimal(10)
    """R12: share of the total above which a line must be measured."""
    rating: Decimal = Decimal(3)
    """R12: worst weighted data quality rating."""
    primary: Decimal | None = None
    """R12: smallest share of primary data, where one is asked for."""
    road_km: Decimal = Decimal(4000)
    rail_km: Decimal = Decimal(8000)
    inland_water_km: Decimal = Decimal(3500)
    sea_km: Decimal = Decimal(30000)
    air_km: Decimal = Decimal(20000)
    pipeline_km: Decimal = Decimal(10000)
    """R14: the longest way that is plausible by each mode."""
    freight: Decimal = Decimal(1)
    """R14: by how much t·km may differ from t x km."""
    repeated_lines: int = 5
    """R16: the fewest equal amounts that are a repetition."""


def read_thresholds(data: Mapping[str, Any]) -> Thresholds:
    """Thresholds from plain data; what is not given keeps its default. Raises Refused with every problem."""
    part = Part(data, "thresholds")
    given: dict[str, Any] = {}
    for field in fields(Thresholds):
        if part.has(field.name):
            whole = isinstance(field.default, int)
            given[field.name] = part.integer(field.name, 0, 1000) if whole else part.number(field.name)
    part.close()
    part.refuse_if_wrong()
    return Thresholds(**given)
