"""What a line is multiplied by: an official factor, an own factor or the warming potential of a gas, on equal terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import cast

from caseflow.footprint import gases
from caseflow.footprint.factors import Co2Factor, Factor, Weighing
from caseflow.footprint.gases import UNSPECIFIED, FootprintPart, GwpSet, NoPotential
from caseflow.footprint.line import Line
from caseflow.footprint.own import OWN, OwnFactor
from caseflow.footprint.plain import Pair, decimal_text
from caseflow.footprint.quality import Quality
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.uncertainty import Spread
from caseflow.words import Message

CO2_KINDS = ("co2", "combustion")
"""Kinds that count carbon dioxide alone."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A factor as a line uses it. ``gases``: kgCO2e of each gas per ``unit``, by the study's warming potentials.

    ``ref`` names the factor through the study: lines with the same one share one draw and one column.
    """

    ref: str
    value: Decimal
    unit: str
    kind: str
    source: str
    name: Pair | None
    part: FootprintPart
    gases: Mapping[str, Fraction]
    official: Factor | None = None
    own: OwnFactor | None = None
    spread: Spread | None = None

    @property
    def total(self) -> Fraction:
        """kgCO2e per unit."""
        return sum(self.gases.values(), Fraction(0))

    @property
    def unit_text(self) -> str:
        return f"{'kgCO2' if self.kind in CO2_KINDS else 'kgCO2e'}/{self.unit}"

    @property
    def gwp_set(self) -> str:
        """The potentials that its CO2e was made with and keeps; empty where it follows the study's."""
        quoted = self.official or self.own
        return "" if quoted is None or quoted.gases else quoted.gwp_set

    @property
    def quality(self) -> Quality | None:
        quoted = self.official or self.own
        return quoted.quality if quoted else None


def quoted(line: Line, study: Study, shelf: Shelf) -> Factor | OwnFactor | None:
    """The factor that a line quotes, of whatever kind; None where nobody has it, or for an emission of a gas."""
    if line.own:
        return line.own
    if line.factor.startswith(f"{OWN}/"):
        return study.own_factor(line.factor)
    return shelf.factors.get(line.factor)


def weight(line: Line, study: Study, shelf: Shelf) -> Weight | Message:
    """What weighs a line; or why nothing may: the factor does not exist, or is of a kind that has no place here."""
    if line.gas:
        return _of_gas(line, study.gwp_set)
    found = quoted(line, study, shelf)
    if found is None:
        values = {"line": line.id, "factor": line.factor}
        if near := shelf.factors.near(line.factor):
            return Message("footprint.factor_unknown_near", {**values, "near": near})
        return Message("footprint.factor_unknown", values)
    try:
        if isinstance(found, OwnFactor):
            return _of_own(line, found, study.gwp_set)
        if isinstance(found, Co2Factor):
            return _refused(line, found.value, found.unit)
        return of_factor(cast("Weighing", found), study.gwp_set)
    except NoPotential as error:
        values = {"line": line.id, "gas": error.gas, "gwp_set": error.gwp_set}
        return Message("footprint.line_without_potential", values)


def of_factor(factor: Weighing, gwp_set: GwpSet) -> Weight:
    """An official factor as a weight. A CO2 factor of electricity is of another type and cannot come here."""
    return Weight(
        ref=factor.ref,
        value=factor.value,
        unit=factor.unit,
        kind=factor.kind,
        source=factor.source,
        name=factor.name,
        part=factor.part,
        gases=_inventory(factor.gases, factor.value, factor.kind, gwp_set),
        official=factor,
        spread=factor.spread,
    )


def _of_own(line: Line, own: OwnFactor, gwp_set: GwpSet) -> Weight | Message:
    if own.kind == "co2":
        return _refused(line, own.value, own.unit)
    return Weight(
        ref=own.ref or f"line/{line.id}",
        value=own.value,
        unit=own.unit,
        kind=own.kind,
        source=own.source,
        name=Pair(own.name, own.name) if own.name else None,
        part=own.part,
        gases=_inventory(own.gases, own.value, own.kind, gwp_set),
        own=own,
        spread=own.spread,
    )


def _of_gas(line: Line, gwp_set: GwpSet) -> Weight | Message:
    try:
        potential = gases.gwp(line.gas, gwp_set)
    except NoPotential as error:
        values = {"line": line.id, "gas": error.gas, "gwp_set": error.gwp_set}
        return Message("footprint.line_without_potential", values)
    return Weight(
        ref=f"gas/{line.gas}",
        value=Decimal(potential.numerator) / Decimal(potential.denominator),
        unit="kg",
        kind="gas",
        source=f"IPCC {gwp_set}",
        name=Pair(line.gas, line.gas),
        part="fossil",
        gases=MappingProxyType({line.gas: potential}),
    )


def _inventory(
    amounts: tuple[tuple[str, Decimal], ...], value: Decimal, kind: str, gwp_set: GwpSet
) -> Mapping[str, Fraction]:
    if amounts:
        return MappingProxyType(gases.characterise({gas: Fraction(amount) for gas, amount in amounts}, gwp_set))
    return MappingProxyType({"CO2" if kind in CO2_KINDS else UNSPECIFIED: Fraction(value)})


def _refused(line: Line, value: Decimal, unit: str) -> Message:
    return Message("footprint.kind_refused", {"line": line.id, "got": f"{decimal_text(value)} kgCO2/{unit}"})
