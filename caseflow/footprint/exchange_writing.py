"""A study going out as a PACT 3.0.3 ProductFootprint."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from caseflow.footprint import units
from caseflow.footprint.calculation import calculate
from caseflow.footprint.exchange import declared_unit
from caseflow.footprint.exchange_rules import SPEC_VERSION, STANDARDS, validate
from caseflow.footprint.gases import FootprintPart, part_of
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.quality import Quality
from caseflow.footprint.results import LineResult, Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.footprint.weights import Weight, weight
from caseflow.words import Message, Refused

REACH = "cradle_to_gate"
"""The boundary of what is exchanged: what happens after the gate is the next one's to count."""
_WEIGHTLESS = ("kWh", "t·km", "h")
"""Units of products that have no mass."""
_BIOGENIC_CO2 = ("CO2_biogenic", "CO2")
_STANDARD_WORDS = {"14067": "ISO14067", "24067": "ISO14067", "14083": "ISO14083", "PAS 2050": "PAS2050", "PEF": "PEF"}


@dataclass(frozen=True, slots=True)
class Sender:
    """What a study does not know: the sender's and the product's names as URNs, and the moment of creation."""

    company_ids: Sequence[str]
    product_ids: Sequence[str]
    created: datetime
    packaging: bool | None = None
    """Whether packaging is counted."""
    preceding: Sequence[str] = ()
    """Ids of the footprints that this one takes the place of."""


def write_exchange(study: Study, shelf: Shelf, sender: Sender) -> dict[str, Any]:
    """The study, recomputed, as plain JSON. The ``id`` follows from the result: another result is another footprint.

    Stages after the gate are left out and named in ``comment``. Figures are those of the lines, added up after they
    are written, so that the identities hold to the last digit.

    Raises:
        Refused: the result is not complete, the boundary does not reach from cradle to gate, the unit is none of the
            specification's, or something that it asks for is missing.
    """
    result = calculate(study, shelf)
    scheme = shelf.scheme(study.stages)
    lines, beyond = _inside(study, result, scheme)
    unit = declared_unit(study.unit.unit)
    problems = [] if result.complete else [Message("footprint.exchange_incomplete")]
    if unit is None:
        problems.append(Message("footprint.exchange_unit"))
    mass = _mass(study)
    for path, value in (("mass", mass), ("carbon_content.fossil", study.carbon_content.get("fossil"))):
        if value is None:
            problems.append(Message("footprint.missing", {"path": path}))
    if not study.maker:
        problems.append(Message("footprint.missing", {"path": "maker"}))
    if problems or unit is None or scheme is None or mass is None:
        raise Refused(*problems)
    name, size = unit
    carbon: dict[str, Any] = {
        "declaredUnitOfMeasurement": name,
        "declaredUnitAmount": decimal_text(study.unit.quantity * size),
        "productMassPerDeclaredUnit": decimal_text(mass),
        "referencePeriodStart": _moment(study.period_from),
        "referencePeriodEnd": _moment(study.period_to + timedelta(days=1)),
        "boundaryProcessesDescription": _described(lines, scheme),
        **_figures(lines),
        "fossilCarbonContent": decimal_text(study.carbon_content["fossil"]),
        "ipccCharacterizationFactors": sorted({_report(one) for one in (study.gwp_set, *_potentials(lines))}),
        "crossSectoralStandards": _standards(study),
        "ccsTechnologicalCO2CaptureIncluded": False,
        **_exempted(study),
    }
    if study.region[:6].isdigit():
        carbon["geographyCountry"] = "CN"
    if "biogenic" in study.carbon_content:
        carbon["biogenicCarbonContent"] = decimal_text(study.carbon_content["biogenic"])
    if sender.packaging is not None:
        carbon["packagingEmissionsIncluded"] = sender.packaging
    if study.pcr:
        rule = {"operator": "Other", "otherOperatorName": study.pcr, "ruleNames": [study.pcr]}
        carbon["productOrSectorSpecificRules"] = [rule]
    reasons = [one.allocation.justification for one in study.processes if one.allocation]
    if any(reasons):
        carbon["allocationRulesDescription"] = "; ".join(one for one in reasons if one)
    if result.releases:
        found = [(shelf.factors.release(id_), id_) for id_ in result.releases]
        carbon["secondaryEmissionFactorSources"] = [
            {"name": release.title.en if release else id_, "version": id_} for release, id_ in found
        ]
    if quality := _quality(study, shelf, lines):
        carbon["dqi"] = quality
    body: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{result.hash}{sender.company_ids}{sender.product_ids}")),
        "specVersion": SPEC_VERSION,
        "created": sender.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": "Active",
        "companyName": study.maker,
        "companyIds": list(sender.company_ids),
        "productDescription": study.unit.description or study.product,
        "productIds": list(sender.product_ids),
        "productNameCompany": " ".join(one for one in (study.product, study.model) if one),
        "comment": _comment(result, beyond, scheme),
        "pcf": carbon,
    }
    if sender.preceding:
        body["precedingPfIds"] = list(sender.preceding)
    if breaches := validate(body):
        raise Refused(*breaches)
    return body


def _inside(study: Study, result: Result, scheme: Scheme | None) -> tuple[list[LineResult], list[LineResult]]:
    """The lines from cradle to gate, and those beyond. Raises Refused where the study does not cover the way."""
    gate = scheme.boundary(REACH) if scheme else None
    own = scheme.boundary(study.boundary) if scheme else None
    if scheme is None or gate is None or own is None or not set(gate.stages) <= set(own.stages):
        raise Refused(Message("footprint.exchange_boundary"))
    stages = {stage.id for stage in scheme.inside(gate)}
    inside = [line for line in result.lines if line.stage in stages]
    return inside, [line for line in result.lines if line.stage not in stages]


def _mass(study: Study) -> Decimal | None:
    """kg of product in one functional unit; zero for a product without mass."""
    for quantity in (study.mass, study.unit):
        ratio = units.ratio(quantity.unit, "kg") if quantity else None
        if quantity is not None and ratio is not None:
            return quantity.quantity * Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return Decimal(0) if any(units.ratio(study.unit.unit, one) for one in _WEIGHTLESS) else None


def _figures(lines: Sequence[LineResult]) -> dict[str, str]:
    """The parts of the footprint by property, and their two sums.

    Biogenic CO2 that was taken up and set free again inside the boundary cancels out; what is left is in the product.
    """
    parts: dict[str, list[float]] = {}
    for line in lines:
        for gas, kg in line.gases.items():
            part = part_of(gas, _part(line))
            is_carbon = part == "biogenic" and gas in _BIOGENIC_CO2
            parts.setdefault("released" if is_carbon else part, []).append(kg)
    sums = {part: Decimal(repr(math.fsum(kgs))) for part, kgs in parts.items()}
    zero = Decimal(0)
    aircraft = sums.get("aircraft", zero)
    kept = sums.get("uptake", zero) + sums.get("released", zero)
    if kept > 0:
        raise Refused(Message("footprint.exchange_released", {"got": decimal_text(kept)}))
    fossil = sums.get("fossil", zero) + aircraft
    without = fossil + sums.get("land_use", zero) + sums.get("biogenic", zero)
    rows = {
        "pcfExcludingBiogenicUptake": without,
        "pcfIncludingBiogenicUptake": without + kept,
        "fossilGhgEmissions": fossil,
        "landUseChangeGhgEmissions": sums.get("land_use", zero),
        "biogenicNonCO2Emissions": sums.get("biogenic", zero),
        "biogenicCO2Uptake": kept,
        "aircraftGhgEmissions": aircraft,
    }
    absolute = math.fsum(abs(line.kg) for line in lines if line.kg is not None)
    primary = math.fsum(abs(line.kg) for line in lines if line.kg is not None and line.primary)
    share = {"primaryDataShare": f"{primary / absolute * 100:.4f}"} if absolute else {}
    return {name: decimal_text(value) for name, value in rows.items()} | share


def _part(line: LineResult) -> FootprintPart:
    return line.part  # type: ignore[return-value]  # a line's part is one of them


def _potentials(lines: Sequence[LineResult]) -> set[str]:
    return {line.gwp_set for line in lines if line.gwp_set}


def _report(gwp_set: str) -> str:
    return gwp_set.partition("_")[0]


def _standards(study: Study) -> list[str]:
    found = {name for word, name in _STANDARD_WORDS.items() if word in study.standard} or {"ISO14067"}
    return [one for one in STANDARDS if one in found]


def _exempted(study: Study) -> dict[str, str]:
    cut = sum((one.footprint_percent for one in study.cutoffs if one.footprint_percent is not None), Decimal(0))
    reasons = [f"{one.item}: {one.reason}" for one in study.cutoffs]
    return {"exemptedEmissionsPercent": decimal_text(cut), "exemptedEmissionsDescription": "; ".join(reasons)}


def _described(lines: Sequence[LineResult], scheme: Scheme) -> str:
    named = {stage.id: stage.title.en for stage in scheme.stages}
    by_stage: dict[str, list[str]] = {}
    for line in lines:
        by_stage.setdefault(named.get(line.stage, line.stage), []).append(line.name)
    return "; ".join(f"{stage}: {', '.join(names)}" for stage, names in by_stage.items())


def _quality(study: Study, shelf: Shelf, lines: Sequence[LineResult]) -> dict[str, str]:
    """Weighted by the absolute contributions; nothing unless every line is rated."""
    ratings = {line.id: _rating(line.rating, weight(line, study, shelf)) for line in study.activity}
    counted = [(ratings[line.id], abs(line.kg)) for line in lines if line.kg]
    rated = [(quality, kg) for quality, kg in counted if quality is not None]
    whole = math.fsum(kg for _, kg in rated)
    if not whole or len(rated) < len(counted):
        return {}
    return {
        name: f"{math.fsum(getattr(quality, one) * kg for quality, kg in rated) / whole:.2f}"
        for name, one in (("technologicalDQR", "technology"), ("geographicalDQR", "geography"), ("temporalDQR", "time"))
    }


def _rating(own: Quality | None, found: Weight | Message) -> Quality | None:
    return own or (found.quality if isinstance(found, Weight) else None)


def _comment(result: Result, beyond: Sequence[LineResult], scheme: Scheme) -> str:
    text = f"Method {result.method}, input {result.input_hash}"
    stages = dict.fromkeys(line.stage for line in beyond)
    if not stages:
        return text
    names = [found.title.en if (found := scheme.stage(one)) else one for one in stages]
    return f"{text}; after the gate and not included: {', '.join(names)}"


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
