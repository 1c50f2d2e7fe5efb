"""What PACT 3.0.3 asks of a ProductFootprint: its properties, their forms, and what they may say together.

After the public specification (wbcsd/data-exchange-protocol, ``spec/v3/openapi.yaml``). Properties that it does not
know are left alone; one that is null counts as absent.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from caseflow.footprint.plain import number
from caseflow.words import Message

SPEC_VERSION = "3.0.3"
UNITS: Mapping[str, str] = {
    "liter": "L",
    "kilogram": "kg",
    "cubic meter": "m3",
    "kilowatt hour": "kWh",
    "megajoule": "MJ",
    "ton kilometer": "t·km",
    "square meter": "m2",
    "piece": "piece",
    "hour": "h",
    "megabit second": "",
}
"""The declared units of measurement with ours; the last is none of ours."""
STANDARDS = (
    "ISO14067", "ISO14083", "ISO14040-44", "GHGP-Product", "PEF", "PACT-1.0", "PACT-2.0", "PACT-3.0", "PAS2050",
)  # fmt: skip
_REGIONS = (
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe",
)  # fmt: skip
_GEOGRAPHY = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_CAPTURED = ("ccsTechnologicalCO2Capture", "technologicalCO2Removals", "technologicalCO2CaptureOrigin")

_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")

Form = Callable[[Any], Message | None]
"""What is wrong with a value, or nothing."""


def _message(key: str, **values: Any) -> Message:
    return Message(f"footprint.{key}", values)


def decimal_of(value: Any) -> Decimal | None:
    """The figure of a property, whether it came as a text (as it should) or as a number."""
    return number(value)


def moment_of(value: Any) -> datetime | None:
    """The moment of a property; None where it is none, or says no offset."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def _text(value: Any) -> Message | None:
    return None if isinstance(value, str) and value.strip() else _message("exchange_text")


def _free(value: Any) -> Message | None:
    return None if isinstance(value, str) else _message("exchange_text")


def _flag(value: Any) -> Message | None:
    return None if isinstance(value, bool) else _message("exchange_flag")


def _uuid(value: Any) -> Message | None:
    try:
        uuid.UUID(value)
    except (TypeError, ValueError, AttributeError):
        return _message("exchange_form", got=str(value)[:60], form="UUID")
    return None


def _moment(value: Any) -> Message | None:
    return None if moment_of(value) else _message("exchange_form", got=str(value)[:60], form="2024-12-31T00:00:00Z")


def _pattern(form: str, pattern: str) -> Form:
    compiled = re.compile(pattern)

    def check(value: Any) -> Message | None:
        right = isinstance(value, str) and compiled.fullmatch(value)
        return None if right else _message("exchange_form", got=str(value)[:60], form=form)

    return check


def _one_of(choices: Sequence[str]) -> Form:
    def check(value: Any) -> Message | None:
        return None if value in choices else _message("exchange_choice", got=str(value)[:60], choices=list(choices))

    return check


def _decimal(low: str | None = None, high: str | None = None, *, above: bool = False) -> Form:
    def check(value: Any) -> Message | None:
        found = decimal_of(value)
        if found is None:
            return _message("exchange_form", got=str(value)[:60], form="12.34")
        if (low is not None and (found < Decimal(low) or (above and found == Decimal(low)))) or (
            high is not None and found > Decimal(high)
        ):
            bounds = ("(" if above else "[") + f"{low or '-∞'}, {high or '∞'}]"
            return _message("exchange_range", got=str(found), bounds=bounds)
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            return _message("exchange_number")
        return None

    return check


def _list(each: Form) -> Form:
    def check(value: Any) -> Message | None:
        if not isinstance(value, list) or not value:
            return _message("exchange_list")
        if any(one in value[:at] for at, one in enumerate(value)):
            return _message("exchange_twice")
        return next((wrong for one in value if (wrong := each(one))), None)

    return check


def _object(*needed: str) -> Form:
    def check(value: Any) -> Message | None:
        if not isinstance(value, Mapping):
            return _message("exchange_object")
        return next((wrong for name in needed if (wrong := _text(value.get(name)))), None)

    return check


def _rule(value: Any) -> Message | None:
    if not isinstance(value, Mapping):
        return _message("exchange_object")
    wrong = _one_of(("PEF", "EPD International", "Other"))(value.get("operator")) or _list(_text)(
        value.get("ruleNames")
    )
    return wrong or (_text(value.get("otherOperatorName")) if value.get("operator") == "Other" else None)


def _quality(value: Any) -> Message | None:
    if not isinstance(value, Mapping):
        return _message("exchange_object")
    names = ("technologicalDQR", "geographicalDQR", "temporalDQR")
    return next((wrong for name in names if (wrong := _decimal("1", "5")(value.get(name)))), None)


_URN = _pattern("urn:…", r"[uU][rR][nN]:\S+")
_MORE, _LESS = _decimal("0"), _decimal(high="0")


@dataclass(frozen=True, slots=True)
class Property:
    """A property and its form."""

    name: str
    form: Form
    required: bool = False


FOOTPRINT = (
    Property("id", _uuid, required=True),
    Property("specVersion", _pattern("3.0.3", r"\d+\.\d+\.\d+(-\d{8})?"), required=True),
    Property("precedingPfIds", _list(_uuid)),
    Property("created", _moment, required=True),
    Property("status", _one_of(("Active", "Deprecated")), required=True),
    Property("validityPeriodStart", _moment),
    Property("validityPeriodEnd", _moment),
    Property("companyName", _text, required=True),
    Property("companyIds", _list(_URN), required=True),
    Property("productDescription", _free, required=True),
    Property("productIds", _list(_URN), required=True),
    Property("productClassifications", _list(_URN)),
    Property("productNameCompany", _text, required=True),
    Property("comment", _free),
    Property("pcf", _object(), required=True),
)
CARBON = (
    Property("declaredUnitOfMeasurement", _one_of(tuple(UNITS)), required=True),
    Property("declaredUnitAmount", _decimal("0", above=True), required=True),
    Property("productMassPerDeclaredUnit", _MORE, required=True),
    Property("referencePeriodStart", _moment, required=True),
    Property("referencePeriodEnd", _moment, required=True),
    Property("geographyRegionOrSubregion", _one_of(_REGIONS)),
    Property("geographyCountry", _pattern("CN", r"[A-Z]{2}")),
    Property("geographyCountrySubdivision", _pattern("CN-SX", r"[A-Z]{2}-[A-Z0-9]{1,3}")),
    Property("boundaryProcessesDescription", _free),
    Property("pcfExcludingBiogenicUptake", _decimal(), required=True),
    Property("pcfIncludingBiogenicUptake", _decimal(), required=True),
    Property("fossilCarbonContent", _MORE, required=True),
    *(Property(name, _MORE) for name in ("biogenicCarbonContent", "recycledCarbonContent", "ccuCarbonContent")),
    Property("fossilGhgEmissions", _MORE, required=True),
    *(
        Property(name, _MORE)
        for name in (
            "landUseChangeGhgEmissions", "landCarbonLeakage", "landManagementFossilGhgEmissions",
            "landManagementBiogenicCO2Emissions", "biogenicNonCO2Emissions", "landAreaOccupation",
            "aircraftGhgEmissions", "packagingGhgEmissions", "packagingBiogenicCarbonContent",
            "outboundLogisticsGhgEmissions",
        )
    ),
    *(Property(name, _LESS) for name in ("landManagementBiogenicCO2Removals", "biogenicCO2Uptake", _CAPTURED[0])),
    Property("technologicalCO2Removals", _decimal()),  # versions of the specification differ in its sign
    Property("technologicalCO2CaptureOrigin", _free),
    Property("packagingEmissionsIncluded", _flag),
    Property("ccsTechnologicalCO2CaptureIncluded", _flag),
    Property("ccuCalculationApproach", _one_of(("Cut-off", "Credit"))),
    Property("ccuCreditCertification", _text),
    Property("ipccCharacterizationFactors", _list(_pattern("AR6", r"AR\d+")), required=True),
    Property("crossSectoralStandards", _list(_text), required=True),
    Property("productOrSectorSpecificRules", _list(_rule)),
    Property("exemptedEmissionsPercent", _decimal("0", "100"), required=True),
    Property("exemptedEmissionsDescription", _free),
    Property("allocationRulesDescription", _free),
    Property("secondaryEmissionFactorSources", _list(_object("name", "version"))),
    Property("primaryDataShare", _decimal("0", "100")),
    Property("dqi", _quality),
    Property("verification", _object()),
)  # fmt: skip


def validate(data: Any) -> tuple[Message, ...]:
    """Every breach of the specification, with the property (``path``) and what is wrong with it (``what``)."""
    if not isinstance(data, Mapping):
        return (_breach("/", _message("exchange_object")),)
    found = list(_check(data, FOOTPRINT, ""))
    carbon = data.get("pcf")
    if isinstance(carbon, Mapping):
        found += _check(carbon, CARBON, "pcf.")
        found += _together(carbon)
    return tuple(found)


def _check(body: Mapping[str, Any], properties: Sequence[Property], start: str) -> Iterator[Message]:
    for one in properties:
        value = body.get(one.name)
        if value is None:
            if one.required:
                yield _breach(start + one.name, _message("exchange_absent"))
        elif wrong := one.form(value):
            yield _breach(start + one.name, wrong)


def _together(carbon: Mapping[str, Any]) -> Iterator[Message]:
    places = [name for name in _GEOGRAPHY if carbon.get(name) is not None]
    if len(places) > 1:
        yield _breach(f"pcf.{places[1]}", _message("exchange_places", names=places))
    begins, ends = (moment_of(carbon.get(f"referencePeriod{one}")) for one in ("Start", "End"))
    if begins and ends and begins >= ends:
        yield _breach("pcf.referencePeriodEnd", _message("exchange_backwards"))
    for flag, names in (
        ("packagingEmissionsIncluded", ("packagingGhgEmissions",)),
        ("ccsTechnologicalCO2CaptureIncluded", _CAPTURED),
    ):
        for name in names:
            if carbon.get(flag) is False and carbon.get(name) is not None:
                yield _breach(f"pcf.{name}", _message("exchange_denied", name=flag))


def _breach(path: str, what: Message) -> Message:
    return _message("exchange_breach", path=path, what=what)
