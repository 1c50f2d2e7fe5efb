"""A footprint that came as PACT 3 JSON: read, its identities recomputed, and made a factor of one's own.

Published example files break the specification that they illustrate, so a breach is a finding and no refusal;
refused is only what lacks a figure that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caseflow.footprint import units
from caseflow.footprint.checks.exchanged import identities
from caseflow.footprint.exchange_rules import CARBON, UNITS, decimal_of, moment_of, validate
from caseflow.footprint.finding import Finding, figure, finding
from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.own import OwnFactor, read_own
from caseflow.footprint.plain import Part, decimal_text
from caseflow.words import Message, Refused

PLACE = "exchange"
VALID_YEARS = 3
"""From the end of the reference period, where no period of validity is given."""
_NEEDED = ("declaredUnitAmount", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions")
_GEOGRAPHY = ("geographyCountrySubdivision", "geographyCountry")
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_CARBON_IN_CO2 = Decimal(12) / Decimal(44)
_SLACK = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A product footprint from elsewhere. ``numbers``: kgCO2e (and other figures) per declared unit, by property.

    ``unit``: ours for the declared unit of measurement, empty where there is none; ``amount``: how many of it one
    declared unit is. ``valid_until``: the last day on which it may be used.
    """

    id: str
    company: str
    product: str
    unit: str
    amount: Decimal
    period_from: date
    period_to: date
    valid_until: date
    potentials: tuple[str, ...]
    region: str
    numbers: Mapping[str, Decimal]
    findings: tuple[Finding, ...]

    def own_factor(self, id: str = "") -> OwnFactor:  # noqa: A002 -- the word of the data
        """A factor of one's own from it, shared between lines if it gets an ``id``.

        What land use adds and what biomass took up stay apart, as ISO 14067 wants them; without them the value is the
        footprint without uptake. Raises :class:`~caseflow.words.Refused` where its unit is none of ours.
        """
        if not self.unit:
            raise Refused(Message("footprint.exchange_unit"))
        uptake = self._each("biogenicCO2Uptake")
        land_use = self._each("landUseChangeGhgEmissions")
        value = self._each("pcfExcludingBiogenicUptake") + uptake
        body: dict[str, Any] = {
            "name": self.product,
            "value": decimal_text(value),
            "unit": self.unit,
            "kind": "footprint",
            "source": f"PACT {self.id} {self.company}"[:500],
            "evidence": f"PACT {self.id}",
            "origin": "exchange",
            "supplier": self.company,
            "reach": "cradle_to_gate",
            "year": self.period_to.year,
            "valid_until": self.valid_until.isoformat(),
            "region": self.region,
        }
        if id:
            body["id"] = id
        if len(self.potentials) == 1 and self.potentials[0] in GWP_SETS:
            body["gwp_set"] = self.potentials[0]
            apart = {"CO2_land_use": land_use, "CO2_uptake": -uptake}
            if any(apart.values()):
                rest = value - uptake - land_use
                amounts = {"CO2e": rest, **apart}
                body["gases"] = {gas: decimal_text(amount) for gas, amount in amounts.items() if amount}
        if (share := self.numbers.get("primaryDataShare")) is not None and 0 <= share <= 100:
            body["primary_share"] = decimal_text(share)
        part = Part(body, PLACE)
        own = read_own(part, shared=bool(id))
        part.refuse_if_wrong()
        return own

    def _each(self, name: str) -> Decimal:
        """A figure per one of ``unit``; to 15 digits, more than anybody declares."""
        exact = self.numbers.get(name, Decimal(0)) / self.amount
        return Decimal(f"{exact:.15g}")

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "company": self.company,
            "product": self.product,
            "unit": self.unit,
            "amount": decimal_text(self.amount),
            "period": {"from": self.period_from.isoformat(), "to": self.period_to.isoformat()},
            "valid_until": self.valid_until.isoformat(),
            "numbers": {name: decimal_text(value) for name, value in self.numbers.items()},
            "findings": [one.as_json() for one in self.findings],
        }


def read_exchange(data: Any) -> Exchange:
    """A ProductFootprint as parsed JSON, or the ``data`` of an answer that holds one.

    Raises:
        Refused: a figure, the unit or the period that any use of it needs is missing or no figure.
    """
    body = data.get("data", data) if isinstance(data, Mapping) else data
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    carbon = body.get("pcf") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(carbon, Mapping):
        raise Refused(Message("footprint.exchange_none"))
    properties = {one.name for one in CARBON}
    numbers = {
        name: value
        for name, given in carbon.items()
        if name in properties and not isinstance(given, bool) and (value := decimal_of(given)) is not None
    }
    breaches = validate(body)
    begins, ends = (moment_of(carbon.get(f"referencePeriod{one}")) for one in ("Start", "End"))
    wanted = {f"pcf.{name}" for name in _NEEDED if name not in numbers}
    if numbers.get("declaredUnitAmount", Decimal(1)) <= 0:
        wanted.add("pcf.declaredUnitAmount")
    measure = carbon.get("declaredUnitOfMeasurement")
    if not isinstance(measure, str) or measure not in UNITS:
        wanted.add("pcf.declaredUnitOfMeasurement")
    if begins is None or ends is None or begins >= ends:
        wanted |= {"pcf.referencePeriodStart", "pcf.referencePeriodEnd"}
    if wanted or begins is None or ends is None:
        raise Refused(*(one for one in breaches if one.values["path"] in wanted))
    unit = UNITS[str(measure)]
    last = (ends - timedelta(seconds=1)).date()  # the end itself is outside
    until = moment_of(body.get("validityPeriodEnd"))
    found = tuple(_doubts(body, numbers, breaches))
    return Exchange(
        id=str(body.get("id", ""))[:60],
        company=str(body.get("companyName", ""))[:400],
        product=str(body.get("productNameCompany", ""))[:400],
        unit=unit,
        amount=numbers["declaredUnitAmount"],
        period_from=begins.date(),
        period_to=last,
        valid_until=until.date() if until else _years_after(last),
        potentials=_texts(carbon.get("ipccCharacterizationFactors")),
        region=next((text for name in _GEOGRAPHY if _CODE.fullmatch(text := str(carbon.get(name)))), ""),
        numbers=numbers,
        findings=found,
    )


def _doubts(
    body: Mapping[str, Any], numbers: Mapping[str, Decimal], breaches: tuple[Message, ...]
) -> Iterator[Finding]:
    for one in breaches:
        path = f"{PLACE}.{one.values['path']}"
        yield Finding(f"R17-rule:{path}", one, "warning", path)
    version = str(body.get("specVersion", ""))
    if not version.startswith("3."):
        yield finding("R17-version", "warning", "exchange_version", PLACE, got=version[:20], expected="3")
    if body.get("status") == "Deprecated":
        yield finding("R17-status", "warning", "exchange_deprecated", PLACE)
    yield from identities(numbers, PLACE)
    uptake, content = numbers.get("biogenicCO2Uptake"), numbers.get("biogenicCarbonContent")
    if uptake is not None and content is not None:
        held = -uptake * _CARBON_IN_CO2
        if abs(held - content) > max(_SLACK * abs(content), Decimal("0.005")):
            yield finding("R17-carbon", "warning", "exchange_carbon", PLACE, expected=figure(held), got=figure(content))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + VALID_YEARS)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + VALID_YEARS, day=28)


def declared_unit(unit: str) -> tuple[str, Decimal] | None:
    """The unit of measurement of the specification for one of ours, and how many of it one is; None where there is none."""
    for name, ours in UNITS.items():
        ratio = units.ratio(unit, ours) if ours else None
        if ratio is not None:
            return name, Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return None
