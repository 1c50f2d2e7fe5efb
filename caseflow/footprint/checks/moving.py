"""R14: t·km is t x km, and the way is one that goods go."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from caseflow.footprint import units
from caseflow.footprint.finding import Finding, at, figure, finding
from caseflow.footprint.line import Line
from caseflow.footprint.thresholds import Thresholds
from caseflow.words import Message


def transports(line: Line, thresholds: Thresholds) -> Iterator[Finding]:
    moved = line.transport
    if moved is None:
        return
    ratio = units.ratio(line.unit, "t·km")
    stated = Fraction(line.amount) * ratio if ratio else None
    product = moved.tonne_kilometres
    if stated is not None and abs(stated - product) > abs(product) * Fraction(thresholds.freight) / 100:
        values: dict[str, object] = {
            "line": line.name,
            "got": figure(float(stated)),
            "expected": figure(float(product)),
        }
        yield finding("R14", "block", "freight_differs", at(line), **values)
    limit: Decimal = getattr(thresholds, f"{moved.mode}_km")
    if moved.kilometres > Fraction(limit):
        values = {
            "line": line.name,
            "mode": Message(f"footprint.mode.{moved.mode}"),
            "got": f"{figure(float(moved.kilometres))} km",
            "expected": f"≤{limit} km",
        }
        yield finding("R14-distance", "warning", "distance_long", at(line), **values)
    if moved.mode == "road" and not moved.empty_return:
        yield finding("R14-return", "info", "empty_return", at(line), line=line.name)
