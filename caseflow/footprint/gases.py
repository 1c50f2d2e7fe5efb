"""Greenhouse gases, what each warms over 100 years by IPCC report, and the part of a footprint that each belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, cast

from caseflow.footprint.plain import Part, decimal_text, digest
from caseflow.footprint.rounding import last_digit

GwpSet = Literal["AR4", "AR5", "AR5_with_feedback", "AR6"]
GWP_SETS: tuple[GwpSet, ...] = ("AR4", "AR5", "AR5_with_feedback", "AR6")
"""Global warming potentials over 100 years, by IPCC report; ``with_feedback``: climate-carbon feedback included."""

FootprintPart = Literal["fossil", "biogenic", "uptake", "land_use", "aircraft"]
PARTS: tuple[FootprintPart, ...] = ("fossil", "biogenic", "uptake", "land_use", "aircraft")
"""What ISO 14067 and GB/T 24067 want shown apart. ``biogenic``: emissions; ``uptake``: removals, a negative figure."""

UNSPECIFIED = "CO2e"
"""An amount known only as CO2e. It keeps the warming potentials it was made with."""

_ORIGINS: Mapping[str, FootprintPart] = MappingProxyType(
    {
        "CO2_biogenic": "biogenic",
        "CO2_uptake": "uptake",
        "CO2_land_use": "land_use",
        "CO2_aircraft": "aircraft",
        "CH4_fossil": "fossil",
        "CH4_non_fossil": "biogenic",
    }
)

# AR4, AR5, AR5 with feedback, AR6. Sources: IPCC AR4 WG1 table 2.14; AR5 WG1 tables 8.A.1 and 8.SM.16; AR6 WG1
# tables 7.15 and 7.SM.7, as repeated in the GHG Protocol lists of 2016 and 2024. Not verified: fossil methane of AR5
# with feedback. CH4: where the origin is not known; the value of AR6 table 7.SM.7 has no split by origin.
_POTENTIALS: dict[str, tuple[str | None, str, str, str]] = {
    "CO2": ("1", "1", "1", "1"),
    "CO2_biogenic": ("1", "1", "1", "1"),
    "CO2_uptake": ("-1", "-1", "-1", "-1"),
    "CO2_land_use": ("1", "1", "1", "1"),
    "CO2_aircraft": ("1", "1", "1", "1"),
    "CO2e": ("1", "1", "1", "1"),
    "CH4": ("25", "28", "34", "27.9"),
    "CH4_fossil": ("25", "30", "36", "29.8"),
    "CH4_non_fossil": ("25", "28", "34", "27"),
    "N2O": ("298", "265", "298", "273"),
    "SF6": ("22800", "23500", "26087", "25200"),
    "NF3": ("17200", "16100", "17885", "17400"),
    "SO2F2": (None, "4090", "4732", "4630"),
    "HCFC22": ("1810", "1760", "2106", "1960"),
    "HFC23": ("14800", "12400", "13856", "14600"),
    "HFC32": ("675", "677", "817", "771"),
    "HFC125": ("3500", "3170", "3691", "3740"),
    "HFC134a": ("1430", "1300", "1549", "1530"),
    "HFC143a": ("4470", "4800", "5508", "5810"),
    "HFC152a": ("124", "138", "167", "164"),
    "HFC227ea": ("3220", "3350", "3860", "3600"),
    "HFC236fa": ("9810", "8060", "8998", "8690"),
    "HFC245fa": ("1030", "858", "1032", "962"),
    "HFC365mfc": ("794", "804", "966", "914"),
    "HFC4310mee": ("1640", "1650", "1952", "1600"),
    "CF4": ("7390", "6630", "7349", "7380"),
    "C2F6": ("12200", "11100", "12340", "12400"),
    "C3F8": ("8830", "8900", "9878", "9290"),
    "cC4F8": ("10300", "9540", "10592", "10200"),
    "C4F10": ("8860", "9200", "10213", "10000"),
    "C5F12": ("9160", "8550", "9484", "9220"),
    "C6F14": ("9300", "7910", "8780", "8620"),
}
GASES: tuple[str, ...] = tuple(_POTENTIALS)
"""Every gas by its id. ``CO2_uptake`` is an amount taken up: a positive number of kilograms counts negative."""

TABLE_HASH = digest(_POTENTIALS)
"""Of the table of warming potentials: part of what a result stands on."""

_SPELLINGS = MappingProxyType(
    {
        **{re.sub(r"[^a-z0-9]", "", gas.casefold()): gas for gas in _POTENTIALS},
        "ch4biogenic": "CH4_non_fossil",
        "ch4nonfossil": "CH4_non_fossil",
        "methane": "CH4",
        "二氧化碳": "CO2",
        "甲烷": "CH4",
        "氧化亚氮": "N2O",
        "六氟化硫": "SF6",
        "三氟化氮": "NF3",
        "r134a": "HFC134a",
        "r32": "HFC32",
        "r22": "HCFC22",
        "r125": "HFC125",
    }
)


@dataclass(frozen=True, slots=True)
class NoPotential(Exception):
    """The report names no warming potential for the gas."""

    gas: str
    gwp_set: str


def gas(text: str) -> str | None:
    """The id of the gas that a text names (``HFC-134a``, ``CH4 fossil``, ``甲烷``), or None."""
    plain = text.translate(_SUBSCRIPTS).casefold()
    return _SPELLINGS.get(re.sub(r"[\s_\-.()（）]", "", plain))


_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def gwp(gas: str, gwp_set: GwpSet) -> Fraction:
    """kgCO2e for one kilogram of ``gas``. Raises :class:`NoPotential` where the report gives none."""
    found = _POTENTIALS[gas][GWP_SETS.index(gwp_set)]
    if found is None:
        raise NoPotential(gas, gwp_set)
    return Fraction(found)


def characterise(amounts: Mapping[str, Fraction], gwp_set: GwpSet) -> dict[str, Fraction]:
    """Kilograms of each gas as kgCO2e of each gas."""
    return {name: amount * gwp(name, gwp_set) for name, amount in amounts.items()}


def part_of(gas: str, otherwise: FootprintPart) -> FootprintPart:
    """The part of the footprint that a gas belongs to: by its own origin, else ``otherwise``.

    What an aircraft emits in flight is aircraft emission whatever the gas.
    """
    return otherwise if otherwise == "aircraft" else _ORIGINS.get(gas, otherwise)


def read_amounts(part: Part) -> tuple[tuple[str, Decimal], ...]:
    """Kilograms by gas, each under its id."""
    found: dict[str, Decimal] = {}
    for text, amount in part.numbers("gases").items():
        name = gas(text)
        if name is None:
            part.problem("footprint.gas_unknown", f"gases.{text}", got=text, choices=list(GASES))
        elif name in found:
            part.problem("footprint.twice", f"gases.{text}", got=name)
        else:
            found[name] = amount
    return tuple(sorted(found.items()))


def read_co2e(part: Part, gwp_set: str) -> tuple[tuple[str, Decimal], ...]:
    """Gases that a table gives in kgCO2e by gas (``gases_co2e``), back in kilograms of each gas."""
    found: dict[str, Decimal] = {}
    for text, amount in part.numbers("gases_co2e").items():
        name = gas(text)
        if name is None or name in found:
            part.problem("footprint.gas_unknown", f"gases_co2e.{text}", got=text, choices=list(GASES))
            continue
        try:
            potential = gwp(name, cast("GwpSet", gwp_set)) if gwp_set else Fraction(1)
        except (NoPotential, ValueError):
            part.problem("footprint.gas_without_potential", "gases_co2e", gas=name, gwp_set=gwp_set)
            continue
        found[name] = amount * potential.denominator / potential.numerator
    return tuple(sorted(found.items()))


def check_amounts(part: Part, value: Decimal, amounts: tuple[tuple[str, Decimal], ...], gwp_set: str) -> None:
    """The gases add up to the value, as far as the written digits of both allow."""
    if not amounts:
        return
    if not gwp_set:
        part.problem("footprint.missing", "gwp_set")
        return
    try:
        weights = {name: gwp(name, cast("GwpSet", gwp_set)) for name, _ in amounts}
    except NoPotential as error:
        part.problem("footprint.gas_without_potential", "gases", gas=error.gas, gwp_set=error.gwp_set)
        return
    except ValueError:
        return  # an unknown set was said already
    total = sum((Fraction(amount) * weights[name] for name, amount in amounts), Fraction(0))
    slack = last_digit(value) + sum(
        (last_digit(amount) * abs(weights[name]) / 2 for name, amount in amounts), Fraction(0)
    )
    if abs(total - Fraction(value)) > slack:
        part.problem("footprint.gases_value", "value", got=decimal_text(value), expected=f"{float(total):.6g}")
