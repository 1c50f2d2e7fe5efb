"""R09: what goes in comes out, by mass and by carbon."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from caseflow.footprint import units
from caseflow.footprint.declarations import Balance
from caseflow.footprint.finding import Finding, Severity, figure, finding
from caseflow.footprint.fuels import CO2_PER_C
from caseflow.footprint.results import Result
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds

_WHOLE_LIFE = "end_of_life"
"""The stage of the standard after which nothing of a product is left."""


def balances(study: Study, thresholds: Thresholds) -> Iterator[Finding]:
    """The mass balance, and the carbon balance where every row states its carbon."""
    if not study.balance:
        return
    yield from _balanced(study.balance, "mass", thresholds)
    if all(row.carbon is not None for row in study.balance):
        yield from _balanced(study.balance, "carbon", thresholds)


def _balanced(rows: tuple[Balance, ...], what: str, thresholds: Thresholds) -> Iterator[Finding]:
    put_in = sum((_kilograms(row, what) for row in rows if row.role == "input"), Fraction(0))
    come_out = sum((_kilograms(row, what) for row in rows if row.role != "input"), Fraction(0))
    if not put_in:
        if what == "mass":
            yield finding("R09", "warning", "balance_empty", "balance")
        return
    gap = (come_out - put_in) / put_in * 100
    severity: Severity | None = None
    if abs(gap) > Fraction(thresholds.balance_block):
        severity = "block"
    elif abs(gap) > Fraction(thresholds.balance_warn):
        severity = "warning"
    if severity:
        values = {"expected": figure(float(put_in)), "got": figure(float(come_out)), "gap": f"{float(gap):+.1f}"}
        yield finding(f"R09-{what}", severity, f"balance_{what}", "balance", **values)


def _kilograms(row: Balance, what: str) -> Fraction:
    mass = Fraction(row.mass) * (units.ratio(row.unit, "kg") or Fraction(0))
    return mass if what == "mass" else mass * Fraction(row.carbon or Decimal(0)) / 100


def biogenic(study: Study, result: Result, thresholds: Thresholds, stages: tuple[str, ...]) -> Iterator[Finding]:
    """Biogenic carbon dioxide: what was taken up is in the product (x 44/12) or was given off again.

    ``stages``: of the standard, inside the boundary. Over a whole life nothing is left in the product.
    """
    uptake = -result.gases.get("CO2_uptake", 0.0)
    released = result.gases.get("CO2_biogenic", 0.0)
    stated = study.carbon_content.get("biogenic")
    if not uptake and not stated:
        return
    kept = 0.0 if _WHOLE_LIFE in stages else float(Fraction(stated or Decimal(0)) * CO2_PER_C)
    expected = kept + released
    size = max(abs(uptake), abs(expected))
    if size and abs(uptake - expected) > size * float(thresholds.balance_warn) / 100:
        values = {"expected": figure(expected), "got": figure(uptake)}
        key = "biogenic_whole_life" if _WHOLE_LIFE in stages else "biogenic_content"
        yield finding("R09-biogenic", "warning", key, "carbon_content", **values)
