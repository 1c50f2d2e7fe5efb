"""An activity line: how much of something, in which stage, weighed by which factor, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, cast

from caseflow.footprint import gases, own, units
from caseflow.footprint.gases import PARTS, FootprintPart
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.parameters import computed, read_formula
from caseflow.footprint.plain import Part, decimal_text
from caseflow.footprint.quality import Quality, from_pedigree, read_quality
from caseflow.footprint.supply import Supply, Transport, read_supply, read_transport
from caseflow.footprint.uncertainty import Spread, read_spread

SLACK = Decimal("1e-9")
"""Stated shares may miss one by this much; they are then scaled to one."""

MOST_YEARS = 1000

DataType = Literal["measured", "calculated", "estimated", "secondary"]
DATA_TYPES: tuple[DataType, ...] = ("measured", "calculated", "estimated", "secondary")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one unit of a line is in another unit, by a figure of its own: a heat value, a density, a price."""

    value: Decimal
    unit: str
    source: str = ""

    def as_json(self) -> dict[str, str]:
        body = {"value": decimal_text(self.value), "unit": self.unit}
        return {**body, "source": self.source} if self.source else body


@dataclass(frozen=True, slots=True)
class Line:
    """One activity.

    ``factor`` (``release/factor``, or ``own/id`` of the study), ``own`` (a factor of the line itself) or ``gas`` (the
    amount is an emission of this gas): exactly one of them is given. ``primary``: measured or collected by the
    applicant. ``credit``: a negative amount is meant (avoided burden). ``amount`` follows from ``formula`` or from
    ``transport`` where one of these is given. ``declared``: kgCO2e per functional unit that the applicant states.
    """

    id: str
    stage: str
    name: str
    amount: Decimal
    unit: str
    factor: str = ""
    own: OwnFactor | None = None
    data_source: str = ""
    primary: bool = False
    credit: bool = False
    meter: str = ""
    certificate: str = ""
    valid_until: date | None = None
    gas: str = ""
    formula: str = ""
    transport: Transport | None = None
    conversion: Conversion | None = None
    part: FootprintPart | Literal[""] = ""
    carrier: str = ""
    """The energy carrier (``electricity``, ``steam``, ``natural-gas``), where it is one: see R08."""
    supply: Supply | None = None
    spread: Spread | None = None
    quality: Quality | None = None
    data_type: DataType | Literal[""] = ""
    evidence: str = ""
    supplier: str = ""
    region: str = ""
    year: int | None = None
    proxy: str = ""
    """Why a factor for something else stands in."""
    declared: Decimal | None = None
    after_years: Decimal | None = None
    """Of an emission or removal in use or at the end of life: how long after the product is brought into use."""
    process: str = ""
    """The process of the foreground system that it belongs to."""
    only: str = ""
    """The one product of its process that it serves (allocation by subdivision)."""
    shares: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    """Of its own, by product of its process (a physical cause), in place of those of the process."""
    specification: str = ""
    """Which grade or model of the material was used."""
    recycled_percent: Decimal | None = None
    """Percent of its mass that is recycled material; stated, not calculated with."""

    def share_of(self, product: str, otherwise: Fraction) -> Fraction:
        """The share that falls on a product of its process; ``otherwise``: that of the process."""
        return share_of(product, self.only, self.shares, otherwise)

    @property
    def rating(self) -> Quality | None:
        """Its quality scores, stated or taken from the pedigree of its uncertainty."""
        if self.quality:
            return self.quality
        return from_pedigree(self.spread.pedigree) if self.spread and self.spread.pedigree else None

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "stage": self.stage,
            "name": self.name,
            "unit": self.unit,
            "primary": self.primary,
        }
        if not self.formula and self.amount != _moved(self.transport, self.unit):
            body["amount"] = decimal_text(self.amount)
        body |= {name: text for name in _TEXTS if (text := getattr(self, name))}
        for name in ("own", "transport", "conversion", "supply", "quality"):
            if (value := getattr(self, name)) is not None:
                body[name] = value.as_json()
        if self.credit:
            body["credit"] = True
        if self.valid_until:
            body["valid_until"] = self.valid_until.isoformat()
        if self.spread:
            body["uncertainty"] = self.spread.as_json()
        if self.year is not None:
            body["year"] = self.year
        for name in ("declared", "after_years"):
            if (figure := getattr(self, name)) is not None:
                body[name] = decimal_text(figure)
        if self.shares:
            body["shares"] = {product: decimal_text(value) for product, value in self.shares.items()}
        if self.recycled_percent is not None:
            body["recycled_percent"] = decimal_text(self.recycled_percent)
        return body


_TEXTS = (
    "factor", "data_source", "meter", "certificate", "gas", "formula", "part", "carrier", "data_type", "evidence",
    "supplier", "region", "proxy", "only", "specification",
)  # fmt: skip


def read_line(
    part: Part, values: Mapping[str, Decimal], *, stage: str = "", process: str = "", products: tuple[str, ...] = ()
) -> Line:
    """A line from plain data. ``values``: the study's parameters; ``stage``: what a line of a process may leave out."""
    formula, tree = read_formula(part)
    transport = read_transport(part.part("transport")) if part.has("transport") else None
    ways = [name for name in ("amount", "formula", "transport") if part.has(name)]
    unit = "t·km" if "transport" in ways and not part.has("unit") else part.unit()
    moved = _moved(transport, unit)
    if moved is not None:
        amount = part.number("amount") if "amount" in ways else moved  # R14 compares the two
    elif tree is not None:
        amount = computed(part, tree, values)
    else:
        amount = Decimal(1) if formula or "transport" in ways else part.number("amount")
    if "formula" in ways and len(ways) > 1:
        part.problem("footprint.value_and_formula", "formula")
    if transport is not None and moved is None and units.unit(unit):
        part.problem("footprint.not_freight", "unit", got=unit)
    spread = read_spread(part.part("uncertainty"), amount) if part.has("uncertainty") else None
    if formula and spread:
        part.problem("footprint.spread_of_formula", "uncertainty")
    line = Line(
        id=part.id(),
        stage=stage if stage and not part.has("stage") else part.id("stage"),
        name=part.text("name"),
        amount=amount,
        unit=unit,
        factor=part.text("factor", 161, optional=True),
        own=own.read_own(part.part("own")) if part.has("own") else None,
        gas=_read_gas(part),
        formula=formula,
        transport=transport,
        conversion=_read_conversion(part.part("conversion")) if part.has("conversion") else None,
        data_source=part.text("data_source", 2000, optional=True),
        primary=part.flag("primary"),
        credit=part.flag("credit"),
        meter=part.text("meter", 100, optional=True),
        certificate=part.text("certificate", 100, optional=True),
        valid_until=part.optional_day("valid_until"),
        part=cast("FootprintPart", part.choice("part", PARTS, default="")),
        carrier=part.optional_id("carrier"),
        supply=read_supply(part.part("supply")) if part.has("supply") else None,
        spread=spread,
        quality=read_quality(part.part("quality")) if part.has("quality") else None,
        data_type=cast("DataType", part.choice("data_type", DATA_TYPES, default="")),
        evidence=part.text("evidence", 500, optional=True),
        supplier=part.text("supplier", optional=True),
        region=part.optional_id("region"),
        year=part.integer("year", 1990, 2100) if part.has("year") else None,
        proxy=part.text("proxy", 2000, optional=True),
        declared=part.optional_number("declared"),
        after_years=part.optional_number("after_years"),
        process=process,
        only=part.choice("only", products, default="") if process else "",
        shares=read_shares(part, products) if process else MappingProxyType({}),
        specification=part.text("specification", optional=True),
        recycled_percent=part.percent("recycled_percent"),
    )
    _check(part, line)
    part.close()
    return line


def _check(part: Part, line: Line) -> None:
    if sum((bool(line.factor), line.own is not None, bool(line.gas))) != 1:
        part.problem("footprint.one_factor", "factor")
    if line.after_years is not None and not 0 <= line.after_years <= MOST_YEARS:
        got = decimal_text(line.after_years)
        part.problem("footprint.not_in_range", "after_years", low=0, high=MOST_YEARS, got=got)
    if line.gas and units.unit(line.unit) and units.ratio(line.unit, "kg") is None:
        part.problem("footprint.gas_unit", "unit", got=line.unit)


def share_of(product: str, only: str, shares: Mapping[str, Decimal], otherwise: Fraction) -> Fraction:
    """What of a thing falls on a product: all or nothing, its own share, or ``otherwise``."""
    if only:
        return Fraction(int(product == only))
    if not shares:
        return otherwise
    return Fraction(shares.get(product, Decimal(0))) / sum((Fraction(one) for one in shares.values()), Fraction(0))


def read_shares(part: Part, products: tuple[str, ...]) -> MappingProxyType[str, Decimal]:
    """Shares by product that add up to one within a billionth."""
    shares = part.numbers("shares")
    for product, share in shares.items():
        if product not in products or share < 0:
            part.problem("footprint.not_offered", f"shares.{product}", got=product, choices=list(products))
    whole = sum(shares.values(), Decimal(0))
    if shares and abs(whole - 1) > SLACK:
        part.problem("footprint.shares_sum", "shares", got=decimal_text(whole))
    if shares and part.has("only"):
        part.problem("footprint.shares_or_only", "shares")
    return MappingProxyType(shares)


def _moved(transport: Transport | None, unit: str) -> Decimal | None:
    """Mass x distance in ``unit``, where it is a unit of freight."""
    ratio = units.ratio("t·km", unit)
    if transport is None or ratio is None:
        return None
    exact = transport.tonne_kilometres * ratio
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _read_gas(part: Part) -> str:
    if not part.has("gas"):
        return ""
    text = part.text("gas", 40)
    found = gases.gas(text)
    if text and found is None:
        part.problem("footprint.gas_unknown", "gas", got=text, choices=list(gases.GASES))
    return found or ""


def _read_conversion(part: Part) -> Conversion:
    found = Conversion(part.positive("value"), part.unit(), part.text("source", 2000, optional=True))
    part.close()
    return found


def in_unit(line: Line, unit: str) -> Fraction | None:
    """How many ``unit`` one unit of the line is, by the list of units or by the line's own conversion; else None."""
    direct = units.ratio(line.unit, unit)
    if direct is not None or line.conversion is None:
        return direct
    rest = units.ratio(line.conversion.unit, unit)
    return None if rest is None else Fraction(line.conversion.value) * rest
