"""Factors that an enterprise brings: measured itself, given by a supplier, or taken from elsewhere, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from caseflow.footprint import fuels, gases, units
from caseflow.footprint.factors import KINDS, REACHES, Kind, Reach
from caseflow.footprint.fuels import Fuel
from caseflow.footprint.gases import GWP_SETS, PARTS, FootprintPart, GwpSet
from caseflow.footprint.plain import Part, decimal_text
from caseflow.footprint.quality import Quality, read_quality
from caseflow.footprint.uncertainty import Spread, read_spread

Origin = Literal["measured", "supplier", "exchange", "literature"]
ORIGINS: tuple[Origin, ...] = ("measured", "supplier", "exchange", "literature")
"""``measured`` by the enterprise, given by a ``supplier``, taken from a PACT ``exchange`` file, or from ``literature``."""

OWN = "own"
"""The name before the slash in a line's reference to a factor of the study itself (``own/steam``)."""


@dataclass(frozen=True, slots=True)
class OwnFactor:
    """A factor that the applicant brings: ``value`` in kgCO2e (or, for the CO2 kinds, kgCO2) per ``unit``.

    ``evidence``: what proves it (a file, its hash or its number). ``primary_share``: percent of it that rests on the
    supplier's primary data. ``valid_until``: after that day a supplier's footprint is out of date.
    """

    value: Decimal
    unit: str
    kind: Kind = "footprint"
    source: str = ""
    year: int | None = None
    evidence: str = ""
    id: str = ""
    """Given where several lines share the factor."""
    name: str = ""
    origin: Origin | Literal[""] = ""
    supplier: str = ""
    region: str = ""
    series: str = ""
    """The series of official factors that it takes the place of."""
    reach: Reach | Literal[""] = ""
    gwp_set: GwpSet | Literal[""] = ""
    gases: tuple[tuple[str, Decimal], ...] = ()
    part: FootprintPart = "fossil"
    fuel: Fuel | None = None
    valid_until: date | None = None
    primary_share: Decimal | None = None
    spread: Spread | None = None
    quality: Quality | None = None

    @property
    def ref(self) -> str:
        """``own/id`` of a shared one, empty for a factor that stands in its line."""
        return f"{OWN}/{self.id}" if self.id else ""

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"value": decimal_text(self.value), "unit": self.unit, "kind": self.kind}
        names = ("id", "name", "source", "evidence", "origin", "supplier", "region", "series", "reach", "gwp_set")
        body |= {name: text for name in names if (text := getattr(self, name))}
        if self.year is not None:
            body["year"] = self.year
        if self.gases:
            body["gases"] = {gas: decimal_text(amount) for gas, amount in self.gases}
        if self.part != "fossil":
            body["part"] = self.part
        if self.fuel:
            body["fuel"] = self.fuel.as_json()
        if self.valid_until:
            body["valid_until"] = self.valid_until.isoformat()
        if self.primary_share is not None:
            body["primary_share"] = decimal_text(self.primary_share)
        if self.spread:
            body["uncertainty"] = self.spread.as_json()
        if self.quality:
            body["quality"] = self.quality.as_json()
        return body


def read_own(part: Part, *, shared: bool = False) -> OwnFactor:
    """An own factor from plain data; a ``shared`` one has an id and a name. Its parameters and gases must give it."""
    amounts = gases.read_amounts(part) or gases.read_co2e(part, part.choice("gwp_set", GWP_SETS, default=""))
    value = part.number("value") if amounts else part.positive("value")
    own = OwnFactor(
        value=value,
        unit=part.unit(),
        kind=cast("Kind", part.choice("kind", KINDS, default="footprint")),
        source=part.text("source", 2000, optional=True),
        year=part.integer("year", 1990, 2100) if part.has("year") else None,
        evidence=part.text("evidence", 500, optional=True),
        id=part.id() if shared else "",
        name=part.text("name", optional=not shared),
        origin=cast("Origin", part.choice("origin", ORIGINS, default="")),
        supplier=part.text("supplier", optional=True),
        region=part.optional_id("region"),
        series=part.optional_id("series"),
        reach=cast("Reach", part.choice("reach", REACHES, default="")),
        gwp_set=cast("GwpSet", part.choice("gwp_set", GWP_SETS, default="")),
        gases=amounts,
        part=cast("FootprintPart", part.choice("part", PARTS, default="fossil")),
        fuel=fuels.read_fuel(part.part("fuel")) if part.has("fuel") else None,
        valid_until=part.optional_day("valid_until"),
        primary_share=part.percent("primary_share"),
        spread=read_spread(part.part("uncertainty"), value) if part.has("uncertainty") else None,
        quality=read_quality(part.part("quality")) if part.has("quality") else None,
    )
    part.close()
    if own.fuel and units.unit(own.unit):
        fuels.check_factor(part, own.value, own.unit, own.fuel)
    gases.check_amounts(part, own.value, own.gases, own.gwp_set)
    return own
