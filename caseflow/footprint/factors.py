"""Factor releases: what an authority published, with its document, never edited once it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, cast

from caseflow.footprint import units
from caseflow.footprint.plain import Pair, Part, decimal_text, digest

Kind = Literal["footprint", "co2", "combustion", "transport"]
KINDS: tuple[Kind, ...] = ("footprint", "co2", "combustion", "transport")
"""``footprint``: life-cycle kgCO2e per unit, upstream included. ``co2``: the CO2 emitted for an average kWh at the
power plants, kgCO2. ``combustion``: the CO2 of burning a unit of fuel, kgCO2. ``transport``: direct kgCO2e of
moving goods. The first two of electricity differ by about a tenth and must never stand for one another."""

Evidence = Literal["read", "secondary", "memory"]
EVIDENCE: tuple[Evidence, ...] = ("read", "secondary", "memory")
"""How the figure came here: read in the document itself, in a copy or quotation of it, or from memory."""

GWP_SETS = ("AR4", "AR5", "AR5_with_feedback", "AR6")
"""Global warming potentials over 100 years, by IPCC report."""

_MOST_FACTORS = 20_000
_CO2_PER_C = Fraction(44, 12)


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


@dataclass(frozen=True, slots=True)
class Factor:
    """Kilograms of CO2 or CO2e for one ``unit`` of something; ``series`` names that something through the years."""

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
    gwp_set: str = ""
    due: str = ""
    """``series/region`` of the footprint factor that a product footprint needs in place of this one."""
    fuel: Fuel | None = None

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
        if self.gwp_set:
            body["gwp_set"] = self.gwp_set
        if self.due:
            body["due"] = self.due
        if self.fuel:
            body["fuel"] = self.fuel.as_json()
        return body


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
    hash: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title.as_json(),
            "authority": self.authority,
            "document": self.document,
            "url": self.url,
            "published": self.published.isoformat() if self.published else None,
            "factors": [factor.as_json() for factor in self.factors],
        }


def read_release(data: Any, name: str = "") -> Release:
    """A release from plain data (a parsed YAML or JSON file; ``name`` prefixes the paths in messages).

    Region, year, kind, unit, series, source and evidence may stand once in ``common`` for all factors. Every
    combustion factor that gives its fuel parameters is recomputed from them. Raises
    :class:`~caseflow.words.Refused` with every problem at once.
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
    for item in part.parts("factors", _MOST_FACTORS):
        factor = _read_factor(item, release, common)
        if factor.id in seen:
            item.problem("footprint.twice", "id", got=factor.id)
        seen.add(factor.id)
        factors.append(factor)
    part.close()
    part.refuse_if_wrong()
    found = Release(release, title, authority, document, url, published, tuple(factors))
    return replace(found, hash=digest(found.as_json()))


def _read_factor(given: Part, release: str, common: dict[str, Any]) -> Factor:
    part = given.over(common)
    factor = Factor(
        id=part.id(),
        release=release,
        name=part.pair("name"),
        series=part.id("series"),
        kind=cast("Kind", part.choice("kind", KINDS)),
        value=part.positive("value"),
        unit=part.choice("unit", tuple(units.UNITS)),
        region=part.id("region"),
        year=part.integer("year", 1990, 2100),
        source=part.text("source"),
        evidence=cast("Evidence", part.choice("evidence", EVIDENCE)),
        gwp_set=part.choice("gwp_set", GWP_SETS, default=""),
        due=part.text("due", 161, optional=True),
        fuel=_read_fuel(part.part("fuel")) if part.has("fuel") else None,
    )
    part.close()
    if factor.fuel:
        _recompute(part, factor, factor.fuel)
    return factor


def _read_fuel(part: Part) -> Fuel:
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
    return per_unit * Fraction(fuel.heat) * Fraction(fuel.carbon) * Fraction(fuel.oxidation) * _CO2_PER_C * 1000


def _recompute(part: Part, factor: Factor, fuel: Fuel) -> None:
    """A published table exists whose heat values cannot give its factors, so each is checked to its last digit."""
    expected = combustion(fuel, factor.unit)
    if expected is None:
        if units.unit(factor.unit) is None or units.unit(fuel.heat_unit) is None:
            return  # said already
        part.problem("footprint.fuel_unit", "unit", unit=factor.unit, heat_unit=fuel.heat_unit)
        return
    exponent = factor.value.as_tuple().exponent
    last_digit = Fraction(10) ** (exponent if isinstance(exponent, int) else 0)
    if abs(expected - Fraction(factor.value)) > last_digit:
        shown = f"{float(expected):.6g}"
        part.problem("footprint.fuel_value", "value", got=decimal_text(factor.value), expected=shown)


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of several releases, found by reference and by series."""

    releases: tuple[Release, ...]
    _by_ref: MappingProxyType[str, Factor] = field(init=False, repr=False, compare=False)
    _by_series: MappingProxyType[tuple[str, str], tuple[Factor, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_series: dict[tuple[str, str], list[Factor]] = {}
        for release in self.releases:
            for factor in release.factors:
                by_series.setdefault((factor.series, factor.region), []).append(factor)
        object.__setattr__(
            self,
            "_by_ref",
            MappingProxyType({factor.ref: factor for release in self.releases for factor in release.factors}),
        )
        object.__setattr__(
            self,
            "_by_series",
            MappingProxyType({key: tuple(sorted(found, key=lambda one: one.year)) for key, found in by_series.items()}),
        )

    def get(self, ref: str) -> Factor | None:
        """The factor that ``release/factor`` names."""
        return self._by_ref.get(ref)

    def release(self, id: str) -> Release | None:  # noqa: A002 -- the word of the data
        return next((release for release in self.releases if release.id == id), None)

    def series(self, series: str, region: str) -> tuple[Factor, ...]:
        """Every year of a series in a region, oldest first."""
        return self._by_series.get((series, region), ())

    def best(self, series: str, region: str, year: int) -> Factor | None:
        """The factor of a series for activity in ``year``: the latest not after it, else the earliest there is."""
        found = self.series(series, region)
        return next((factor for factor in reversed(found) if factor.year <= year), found[0] if found else None)

    def search(self, text: str = "", *, kind: str = "", region: str = "", year: int | None = None) -> list[Factor]:
        """Factors whose Chinese or English name or series holds ``text``, newest first, then in release order."""
        wanted = text.casefold().strip()
        found = [
            factor
            for factor in self._by_ref.values()
            if (not wanted or wanted in f"{factor.name.zh}\n{factor.name.en}\n{factor.series}".casefold())
            and (not kind or factor.kind == kind)
            and (not region or factor.region == region)
            and (year is None or factor.year == year)
        ]
        return sorted(found, key=lambda factor: -factor.year)
