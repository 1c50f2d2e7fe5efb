"""Where electricity, heat or steam comes from, by the hierarchy of ISO 14067; and how goods were moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, cast

from caseflow.footprint import units
from caseflow.footprint.plain import Part, decimal_text

Source = Literal["on_site", "direct_line", "contract", "residual", "mix"]
SOURCES: tuple[Source, ...] = ("on_site", "direct_line", "contract", "residual", "mix")
"""In their order: generated on site, taken by a direct line, bought under a tracked contract, what is left of the grid
when all contracts are taken out, the mix of the grid."""

Mode = Literal["road", "rail", "inland_water", "sea", "air", "pipeline"]
MODES: tuple[Mode, ...] = ("road", "rail", "inland_water", "sea", "air", "pipeline")


@dataclass(frozen=True, slots=True)
class Supply:
    """A supply of energy. A contract counts where its instrument (certificate) was redeemed for the same period.

    ``quantity`` in ``unit``: what the instrument stands for; all lines under it together may not be more.
    ``sold``: the attributes of energy made on site were sold to somebody else, so they are not one's own any more.
    """

    source: Source
    instrument: str = ""
    redeemed: bool = False
    begins: date | None = None
    ends: date | None = None
    region: str = ""
    sold: bool = False
    quantity: Decimal | None = None
    unit: str = ""

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"source": self.source}
        body |= {name: text for name in ("instrument", "region") if (text := getattr(self, name))}
        body |= {name: True for name in ("redeemed", "sold") if getattr(self, name)}
        if self.begins:
            body["from"] = self.begins.isoformat()
        if self.ends:
            body["to"] = self.ends.isoformat()
        if self.quantity is not None:
            body |= {"quantity": decimal_text(self.quantity), "unit": self.unit}
        return body


def read_supply(part: Part) -> Supply:
    supply = Supply(
        source=cast("Source", part.choice("source", SOURCES)),
        instrument=part.text("instrument", optional=True),
        redeemed=part.flag("redeemed"),
        begins=part.optional_day("from"),
        ends=part.optional_day("to"),
        region=part.optional_id("region"),
        sold=part.flag("sold"),
        quantity=part.positive("quantity") if part.has("quantity") else None,
        unit=part.unit() if part.has("quantity") or part.has("unit") else "",
    )
    part.close()
    return supply


@dataclass(frozen=True, slots=True)
class Transport:
    """Goods moved: mass x distance, doubled on the way where the vehicle comes back empty and that is to be counted.

    ``empty_return``: the share of the way that is driven once more empty, 0 to 1.
    """

    mode: Mode
    mass: Decimal
    mass_unit: str
    distance: Decimal
    distance_unit: str
    empty_return: Decimal = Decimal(0)

    @property
    def tonne_kilometres(self) -> Fraction:
        """Mass x distance in t·km. Raises ValueError where the units are not those of mass and distance."""
        mass, distance = units.ratio(self.mass_unit, "t"), units.ratio(self.distance_unit, "km")
        if mass is None or distance is None:
            raise ValueError(f"{self.mass_unit} x {self.distance_unit} is no freight")
        return Fraction(self.mass) * mass * Fraction(self.distance) * distance * (1 + Fraction(self.empty_return))

    @property
    def kilometres(self) -> Fraction:
        return Fraction(self.distance) * (units.ratio(self.distance_unit, "km") or Fraction(1))

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "mode": self.mode,
            "mass": decimal_text(self.mass),
            "mass_unit": self.mass_unit,
            "distance": decimal_text(self.distance),
            "distance_unit": self.distance_unit,
        }
        if self.empty_return:
            body["empty_return"] = decimal_text(self.empty_return)
        return body


def read_transport(part: Part) -> Transport | None:
    """A transport from plain data; nothing where its units are not those of mass and distance."""
    transport = Transport(
        mode=cast("Mode", part.choice("mode", MODES)),
        mass=part.positive("mass"),
        mass_unit=part.unit("mass_unit") if part.has("mass_unit") else "t",
        distance=part.positive("distance"),
        distance_unit=part.unit("distance_unit") if part.has("distance_unit") else "km",
        empty_return=part.optional_number("empty_return") or Decimal(0),
    )
    part.close()
    if not 0 <= transport.empty_return <= 1:
        part.problem("footprint.not_in_range", "empty_return", low=0, high=1, got=decimal_text(transport.empty_return))
    wrong = [
        name
        for name, unit, base in (
            ("mass_unit", transport.mass_unit, "t"),
            ("distance_unit", transport.distance_unit, "km"),
        )
        if units.unit(unit) and units.ratio(unit, base) is None
    ]
    for name in wrong:
        part.problem("footprint.not_freight", name, got=getattr(transport, name))
    return (
        None if wrong or not units.unit(transport.mass_unit) or not units.unit(transport.distance_unit) else transport
    )
