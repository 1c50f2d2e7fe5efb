"""Factor releases: what an authority published, with its document, never edited once it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NewType, TypeAlias, cast

from caseflow.footprint import fuels, gases, units
from caseflow.footprint.fuels import Fuel
from caseflow.footprint.gases import GWP_SETS, PARTS, FootprintPart, GwpSet
from caseflow.footprint.plain import Pair, Part, decimal_text, digest
from caseflow.footprint.quality import Quality, read_quality
from caseflow.footprint.uncertainty import Spread, read_spread

Kind = Literal["footprint", "co2", "combustion", "transport", "spend"]
KINDS: tuple[Kind, ...] = ("footprint", "co2", "combustion", "transport", "spend")
"""``footprint``: life-cycle kgCO2e per unit, upstream included. ``co2``: the CO2 emitted for an average kWh at the
power plants, kgCO2. ``combustion``: the CO2 of burning a unit of fuel, kgCO2. ``transport``: direct kgCO2e of
moving goods. ``spend``: kgCO2e for money spent, from input-output tables. The first two of electricity differ by
about a tenth and must never stand for one another: they are different types."""

Evidence = Literal["read", "secondary", "memory"]
EVIDENCE: tuple[Evidence, ...] = ("read", "secondary", "memory")
"""How the figure came here: read in the document itself, in a copy or quotation of it, or from memory."""

Reach = Literal["cradle_to_gate", "cradle_to_grave", "gate_to_gate", "direct"]
REACHES: tuple[Reach, ...] = ("cradle_to_gate", "cradle_to_grave", "gate_to_gate", "direct")
"""What a factor covers of the life cycle; ``direct``: only what happens where the thing is used."""

KgCO2 = NewType("KgCO2", Fraction)
"""Kilograms of carbon dioxide alone."""
KgCO2e = NewType("KgCO2e", Fraction)
"""Kilograms of carbon dioxide equivalent."""

_MOST_FACTORS = 20_000


@dataclass(frozen=True, slots=True)
class Factor:
    """Kilograms of CO2 or CO2e for one ``unit`` of something; ``series`` names that something through the years.

    ``gases``: kilograms of each gas per unit, where they are known; such a factor can be weighed with any set of
    warming potentials, one given as CO2e alone only with its own ``gwp_set``. ``part``: where its CO2e belongs.
    """

    id: str
    release: str
    name: Pair
    series: str
    kind: Kind
    value: Decimal
    unit: str
    region: str
    year: int
    source: str
    evidence: Evidence
    gwp_set: GwpSet | Literal[""] = ""
    due: str = ""
    """``series/region`` of the footprint factor that a product footprint needs in place of this one."""
    fuel: Fuel | None = None
    reach: Reach | Literal[""] = ""
    gases: tuple[tuple[str, Decimal], ...] = ()
    part: FootprintPart = "fossil"
    spread: Spread | None = None
    quality: Quality | None = None

    @property
    def ref(self) -> str:
        """``release/factor``: what a study line quotes; it names the same number for ever."""
        return f"{self.release}/{self.id}"

    @property
    def numerator(self) -> str:
        """The unit above the line: ``kgCO2`` where only carbon dioxide is counted, else ``kgCO2e``."""
        return "kgCO2" if self.kind in ("co2", "combustion") else "kgCO2e"

    @property
    def unit_text(self) -> str:
        return f"{self.numerator}/{self.unit}"

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "name": self.name.as_json(),
            "series": self.series,
            "kind": self.kind,
            "value": decimal_text(self.value),
            "unit": self.unit,
            "region": self.region,
            "year": self.year,
            "source": self.source,
            "evidence": self.evidence,
        }
        for name in ("gwp_set", "due", "reach"):
            if text := getattr(self, name):
                body[name] = text
        if self.fuel:
            body["fuel"] = self.fuel.as_json()
        if self.gases:
            body["gases"] = {gas: decimal_text(amount) for gas, amount in self.gases}
        if self.part != "fossil":
            body["part"] = self.part
        if self.spread:
            body["uncertainty"] = self.spread.as_json()
        if self.quality:
            body["quality"] = self.quality.as_json()
        return body


@dataclass(frozen=True, slots=True)
class FootprintFactor(Factor):
    """Life-cycle kgCO2e per unit."""


@dataclass(frozen=True, slots=True)
class CombustionFactor(Factor):
    """kgCO2 of burning a unit of fuel; carbon dioxide warms by 1, so it counts as CO2e of that gas."""


@dataclass(frozen=True, slots=True)
class TransportFactor(Factor):
    """Direct kgCO2e of moving goods."""


@dataclass(frozen=True, slots=True)
class SpendFactor(Factor):
    """kgCO2e for money spent."""


@dataclass(frozen=True, slots=True)
class Co2Factor(Factor):
    """kgCO2 emitted at power plants for an average kWh. It has no place in a footprint, and no way into one."""

    def emitted(self, amount: Fraction) -> KgCO2:
        """The CO2 of ``amount`` units: what an inventory of an organisation counts."""
        return KgCO2(amount * Fraction(self.value))


Weighing: TypeAlias = FootprintFactor | CombustionFactor | TransportFactor | SpendFactor
"""What may weigh a line of a footprint."""


def weighed(factor: Weighing, amount: Fraction) -> KgCO2e:
    """The kgCO2e of ``amount`` units at the factor's own value."""
    return KgCO2e(amount * Fraction(factor.value))


_CLASSES: dict[str, type[Factor]] = {
    "footprint": FootprintFactor,
    "co2": Co2Factor,
    "combustion": CombustionFactor,
    "transport": TransportFactor,
    "spend": SpendFactor,
}


@dataclass(frozen=True, slots=True)
class Release:
    """A published table of factors, with the document that published it and the hash of its content."""

    id: str
    title: Pair
    authority: str
    document: str
    url: str
    published: date | None
    """The day the document was issued, where it is known."""
    factors: tuple[Factor, ...]
    sha256: str = ""
    """Of the document itself, where it was read."""
    valid_from: date | None = None
    valid_to: date | None = None
    supersedes: tuple[str, ...] = ()
    """Ids of the releases that this one takes the place of; one without factors takes them out of use."""
    hash: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "title": self.title.as_json(),
            "authority": self.authority,
            "document": self.document,
            "url": self.url,
            "published": self.published.isoformat() if self.published else None,
            "factors": [factor.as_json() for factor in self.factors],
        }
        if self.sha256:
            body["sha256"] = self.sha256
        for name in ("valid_from", "valid_to"):
            if day := getattr(self, name):
                body[name] = day.isoformat()
        if self.supersedes:
            body["supersedes"] = list(self.supersedes)
        return body


def read_release(data: Any, name: str = "") -> Release:
    """A release from plain data (a parsed YAML or JSON file; ``name`` prefixes the paths in messages).

    Region, year, kind, unit, series, source and evidence may stand once in ``common`` for all factors. Every factor
    that gives fuel parameters or gases is recomputed from them. Raises :class:`~caseflow.words.Refused` with every
    problem at once.
    """
    part = Part(data, name)
    release = part.id()
    title = part.pair("title")
    authority, document = part.id("authority"), part.text("document")
    url, published = part.text("url", 500, optional=True), part.optional_day("published")
    common = part.raw("common") if part.has("common") else {}
    if not isinstance(common, dict):
        part.problem("footprint.not_a_mapping", "common")
        common = {}
    factors = []
    seen: set[str] = set()
    supersedes = part.ids("supersedes")
    for item in part.parts("factors", _MOST_FACTORS, least=0 if supersedes else 1):
        factor = read_factor(item, release, common)
        if factor.id in seen:
            item.problem("footprint.twice", "id", got=factor.id)
        seen.add(factor.id)
        factors.append(factor)
    found = Release(
        release,
        title,
        authority,
        document,
        url,
        published,
        tuple(factors),
        sha256=part.text("sha256", 64, optional=True),
        valid_from=part.optional_day("valid_from"),
        valid_to=part.optional_day("valid_to"),
        supersedes=supersedes,
    )
    part.close()
    part.refuse_if_wrong()
    return replace(found, hash=digest(found.as_json()))


def read_factor(given: Part, release: str, common: dict[str, Any]) -> Factor:
    """One factor of a release; what it does not say itself is taken from ``common``."""
    part = given.over(common)
    kind = cast("Kind", part.choice("kind", KINDS))
    amounts = gases.read_amounts(part) or gases.read_co2e(part, part.choice("gwp_set", GWP_SETS, default=""))
    value = part.number("value") if amounts else part.positive("value")
    factor = _CLASSES.get(kind, Factor)(
        id=part.id(),
        release=release,
        name=part.pair("name"),
        series=part.id("series"),
        kind=kind,
        value=value,
        unit=part.choice("unit", tuple(units.UNITS)),
        region=part.id("region"),
        year=part.integer("year", 1990, 2100),
        source=part.text("source"),
        evidence=cast("Evidence", part.choice("evidence", EVIDENCE)),
        gwp_set=cast("GwpSet", part.choice("gwp_set", GWP_SETS, default="")),
        due=part.text("due", 161, optional=True),
        fuel=fuels.read_fuel(part.part("fuel")) if part.has("fuel") else None,
        reach=cast("Reach", part.choice("reach", REACHES, default="")),
        gases=amounts,
        part=cast("FootprintPart", part.choice("part", PARTS, default="fossil")),
        spread=read_spread(part.part("uncertainty"), value) if part.has("uncertainty") else None,
        quality=read_quality(part.part("quality")) if part.has("quality") else None,
    )
    part.close()
    if factor.fuel:
        fuels.check_factor(part, factor.value, factor.unit, factor.fuel)
    gases.check_amounts(part, factor.value, factor.gases, factor.gwp_set)
    return factor
