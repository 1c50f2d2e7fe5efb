"""Fuels: the combustion factor that follows from heat value, carbon content and oxidation, and what is plausible."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from caseflow.footprint import units
from caseflow.footprint.plain import Part, decimal_text
from caseflow.footprint.rounding import last_digit

CO2_PER_C = Fraction(44, 12)
"""Kilograms of carbon dioxide for a kilogram of carbon."""

# Wider than any fuel in use, narrower than a slip of the decimal point: hydrogen-rich gases and peat lie inside,
# ten times a default does not. Heat in GJ per t, per 10^4 m3 (blast furnace gas to LPG vapour) and per m3 of liquid.
_CARBON_BAND = (Decimal("0.007"), Decimal("0.080"))  # tC/GJ; blast furnace gas 0.0708
_OXIDATION_BAND = (Decimal("0.80"), Decimal(1))
_HEAT_BANDS = {
    "mass": ("t", Decimal(3), Decimal(125)),
    "normal_volume": ("万Nm3", Decimal(25), Decimal(1200)),
    "volume": ("万m3", Decimal(25), Decimal(450_000)),
}


@dataclass(frozen=True, slots=True)
class Fuel:
    """The parameters from which a combustion factor follows.

    ``heat``: net calorific value, GJ per ``heat_unit``; ``carbon``: carbon content, tC/GJ; ``oxidation``: share
    of the carbon that burns, 0 to 1.
    """

    heat: Decimal
    heat_unit: str
    carbon: Decimal
    oxidation: Decimal

    def as_json(self) -> dict[str, str]:
        return {
            "heat": decimal_text(self.heat),
            "heat_unit": self.heat_unit,
            "carbon": decimal_text(self.carbon),
            "oxidation": decimal_text(self.oxidation),
        }


def read_fuel(part: Part) -> Fuel:
    fuel = Fuel(
        heat=part.positive("heat"),
        heat_unit=part.choice("heat_unit", tuple(units.UNITS)),
        carbon=part.positive("carbon"),
        oxidation=part.positive("oxidation"),
    )
    if fuel.oxidation > 1:
        part.problem("footprint.not_in_range", "oxidation", low=0, high=1, got=decimal_text(fuel.oxidation))
    part.close()
    return fuel


def combustion(fuel: Fuel, unit: str) -> Fraction | None:
    """kgCO2 for one ``unit`` of a fuel: heat value x carbon content x oxidation x 44/12 (GB/T 32150), exactly.

    None where ``unit`` and the unit of the heat value measure different things.
    """
    per_unit = units.ratio(unit, fuel.heat_unit)
    if per_unit is None:
        return None
    return per_unit * Fraction(fuel.heat) * Fraction(fuel.carbon) * Fraction(fuel.oxidation) * CO2_PER_C * 1000


def check_factor(part: Part, value: Decimal, unit: str, fuel: Fuel) -> None:
    """A published table exists whose heat values cannot give its factors, so each is checked to its last digit."""
    expected = combustion(fuel, unit)
    if expected is None:
        if units.unit(unit) is None or units.unit(fuel.heat_unit) is None:
            return  # said already
        part.problem("footprint.fuel_unit", "unit", unit=unit, heat_unit=fuel.heat_unit)
        return
    if abs(expected - Fraction(value)) > last_digit(value):
        shown = f"{float(expected):.6g}"
        part.problem("footprint.fuel_value", "value", got=decimal_text(value), expected=shown)


@dataclass(frozen=True, slots=True)
class Implausible:
    """A fuel parameter outside every fuel in use: most often a slip of the decimal point or of the unit."""

    parameter: str
    value: Decimal
    low: Decimal
    high: Decimal


def implausible(fuel: Fuel) -> tuple[Implausible, ...]:
    """The parameters of a fuel that no fuel has."""
    found = []
    measured = units.unit(fuel.heat_unit)
    band = _HEAT_BANDS.get(measured.dimension) if measured else None
    if band:
        unit, low, high = band
        ratio = units.ratio(unit, fuel.heat_unit) or Fraction(1)
        heat = Fraction(fuel.heat) * ratio
        if not low <= heat <= high:
            found.append(Implausible("heat", fuel.heat, low, high))
    for name, value, (low, high) in (
        ("carbon", fuel.carbon, _CARBON_BAND),
        ("oxidation", fuel.oxidation, _OXIDATION_BAND),
    ):
        if not low <= value <= high:
            found.append(Implausible(name, value, low, high))
    return tuple(found)
