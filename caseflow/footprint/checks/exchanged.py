"""R17: the identities of a footprint that came in a PACT 3 exchange file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from caseflow.footprint.finding import Finding, figure, finding

_SUMMED = (
    "fossilGhgEmissions",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals",
    "biogenicNonCO2Emissions",
    "technologicalCO2Removals",
    "ccsTechnologicalCO2Capture",
)
"""PACT 3.0.3, CarbonFootprint: what a footprint without biogenic uptake is the sum of. What land management emits from
fossil sources is inside the fossil emissions and is not added again."""
_UPTAKE = "biogenicCO2Uptake"
_WITHOUT, _WITH = "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake"
_SLACK = Decimal("0.005")
"""Relative, beside five in the third decimal: published examples round to two or three."""


def identities(footprint: Mapping[str, Decimal], path: str) -> Iterator[Finding]:
    """What the figures of a ``CarbonFootprint`` (the numbers it gives, by their names) say of one another."""
    without, with_uptake = footprint.get(_WITHOUT), footprint.get(_WITH)
    if without is None or with_uptake is None:
        return
    uptake = footprint.get(_UPTAKE, Decimal(0))
    yield from _equal("R17-uptake", "exchange_uptake", path, without + uptake, with_uptake)
    summed = sum((footprint.get(name, Decimal(0)) for name in _SUMMED), Decimal(0))
    yield from _equal("R17-sum", "exchange_sum", path, summed, without)
    exempted = footprint.get("exemptedEmissionsPercent")
    if exempted is not None and exempted > 5:
        yield finding("R17-exempted", "warning", "exchange_exempted", path, got=f"{exempted}%", expected="≤5%")


def _equal(check: str, key: str, path: str, expected: Decimal, got: Decimal) -> Iterator[Finding]:
    if abs(expected - got) > max(_SLACK, _SLACK * abs(expected)):
        yield finding(check, "warning", key, path, expected=figure(expected), got=figure(got))
