"""A study: the product, what one unit of it is, and the activity lines of its life cycle. A frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from caseflow.footprint import units
from caseflow.footprint.factors import GWP_SETS, KINDS, Kind
from caseflow.footprint.plain import Part, decimal_text, digest

MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount and its unit; the functional or declared unit adds what it is."""

    quantity: Decimal
    unit: str
    description: str = ""

    def as_json(self) -> dict[str, str]:
        body = {"quantity": decimal_text(self.quantity), "unit": self.unit}
        return {**body, "description": self.description} if self.description else body


@dataclass(frozen=True, slots=True)
class OwnFactor:
    """A factor that the applicant brings: ``value`` in kgCO2e (or, for the CO2 kinds, kgCO2) per ``unit``."""

    value: Decimal
    unit: str
    kind: Kind = "footprint"
    source: str = ""
    year: int | None = None
    evidence: str = ""

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"value": decimal_text(self.value), "unit": self.unit, "kind": self.kind}
        if self.source:
            body["source"] = self.source
        if self.year is not None:
            body["year"] = self.year
        if self.evidence:
            body["evidence"] = self.evidence
        return body


@dataclass(frozen=True, slots=True)
class Line:
    """One activity: how much of something, in which stage, and by which factor it is weighed.

    ``factor`` is ``release/factor`` and ``own`` the applicant's own factor: exactly one of them is given.
    ``primary``: measured or collected by the applicant. ``credit``: a negative amount is meant (avoided burden).
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

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "stage": self.stage,
            "name": self.name,
            "amount": decimal_text(self.amount),
            "unit": self.unit,
            "primary": self.primary,
        }
        texts = {
            "factor": self.factor,
            "data_source": self.data_source,
            "meter": self.meter,
            "certificate": self.certificate,
        }
        body.update({name: text for name, text in texts.items() if text})
        if self.own:
            body["own"] = self.own.as_json()
        if self.credit:
            body["credit"] = True
        if self.valid_until:
            body["valid_until"] = self.valid_until.isoformat()
        return body


@dataclass(frozen=True, slots=True)
class Omission:
    """A stage that the study leaves out, and why."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Study:
    """What is declared and everything it is recomputed from.

    ``unit``: the functional or declared unit. ``output``: how much product the lines stand for (a year's
    production, say); without it they stand for one functional unit. ``declared``: kgCO2e per functional unit.
    """

    product: str
    unit: Quantity
    boundary: str
    period_from: date
    period_to: date
    standard: str
    gwp_set: str
    stages: str
    lines: tuple[Line, ...]
    declared: Decimal | None = None
    declared_stages: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    output: Quantity | None = None
    model: str = ""
    omitted: tuple[Omission, ...] = ()

    @property
    def scale(self) -> Fraction:
        """What share of the lines' amounts falls on one functional unit, exactly."""
        if self.output is None:
            return Fraction(1)
        converted = units.ratio(self.unit.unit, self.output.unit)
        if converted is None:  # read() refuses such a study; one made by hand is told here
            raise ValueError(f"{self.unit.unit} cannot be converted to {self.output.unit}")
        return Fraction(self.unit.quantity) * converted / Fraction(self.output.quantity)

    @property
    def hash(self) -> str:
        return digest(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; :func:`read` gives the same study back."""
        body: dict[str, Any] = {
            "product": self.product,
            "functional_unit": self.unit.as_json(),
            "boundary": self.boundary,
            "period": {"from": self.period_from.isoformat(), "to": self.period_to.isoformat()},
            "standard": self.standard,
            "gwp_set": self.gwp_set,
            "stages": self.stages,
            "lines": [line.as_json() for line in self.lines],
        }
        if self.model:
            body["model"] = self.model
        if self.output:
            body["output"] = self.output.as_json()
        if self.declared is not None:
            body["declared"] = decimal_text(self.declared)
        if self.declared_stages:
            body["declared_stages"] = {stage: decimal_text(value) for stage, value in self.declared_stages.items()}
        if self.omitted:
            body["omitted"] = [{"stage": one.stage, "reason": one.reason} for one in self.omitted]
        return body


def read(data: Any) -> Study:
    """A study from plain data. Raises :class:`~caseflow.words.Refused` with every problem and its path at once.

    What can be computed but is doubtful (a stage nobody knows, a unit that does not fit its factor, a negative
    amount) is read and left to the reviewer's findings.
    """
    part = Part(data)
    unit = _read_quantity(part.part("functional_unit"))
    output = _read_quantity(part.part("output")) if part.has("output") else None
    if output and units.unit(unit.unit) and units.unit(output.unit) and units.ratio(unit.unit, output.unit) is None:
        part.problem("footprint.output_unit", "output.unit", unit=output.unit, other=unit.unit)
    period = part.part("period")
    begins, ends = period.day("from"), period.day("to")
    if begins > ends:
        period.problem("footprint.period_backwards", "to", begins=begins.isoformat(), ends=ends.isoformat())
    period.close()
    study = Study(
        product=part.text("product"),
        model=part.text("model", optional=True),
        unit=unit,
        output=output,
        boundary=part.id("boundary"),
        period_from=begins,
        period_to=ends,
        standard=part.text("standard"),
        gwp_set=part.choice("gwp_set", GWP_SETS),
        stages=part.id("stages"),
        declared=part.optional_number("declared"),
        declared_stages=MappingProxyType(part.numbers("declared_stages")),
        omitted=tuple(_read_omission(one) for one in part.parts("omitted", 50, least=0)),
        lines=tuple(_read_line(one) for one in part.parts("lines", MOST_LINES)),
    )
    first: dict[str, int] = {}
    for position, line in enumerate(study.lines):
        if line.id in first:
            part.problem("footprint.twice", f"lines[{position}].id", got=line.id)
        first.setdefault(line.id, position)
    part.close()
    part.refuse_if_wrong()
    return study


def _read_quantity(part: Part) -> Quantity:
    quantity = Quantity(part.positive("quantity"), _read_unit(part), part.text("description", 2000, optional=True))
    part.close()
    return quantity


def _read_unit(part: Part) -> str:
    """The id of the unit, whichever of its spellings was given."""
    text = part.text("unit", 20)
    found = units.unit(text)
    if text and found is None:
        part.problem("footprint.unit_unknown", "unit", got=text, choices=list(units.UNITS))
    return found.id if found else text


def _read_omission(part: Part) -> Omission:
    omission = Omission(part.id("stage"), part.text("reason", 2000))
    part.close()
    return omission


def _read_line(part: Part) -> Line:
    line = Line(
        id=part.id(),
        stage=part.id("stage"),
        name=part.text("name"),
        amount=part.number("amount"),
        unit=_read_unit(part),
        factor=part.text("factor", 161, optional=True),
        own=_read_own(part.part("own")) if part.has("own") else None,
        data_source=part.text("data_source", 2000, optional=True),
        primary=part.flag("primary"),
        credit=part.flag("credit"),
        meter=part.text("meter", 100, optional=True),
        certificate=part.text("certificate", 100, optional=True),
        valid_until=part.optional_day("valid_until"),
    )
    if bool(line.factor) == (line.own is not None):
        part.problem("footprint.one_factor", "factor")
    part.close()
    return line


def _read_own(part: Part) -> OwnFactor:
    own = OwnFactor(
        value=part.positive("value"),
        unit=_read_unit(part),
        kind=part.choice("kind", KINDS, default="footprint"),  # type: ignore[arg-type]  # choice() checked it
        source=part.text("source", 2000, optional=True),
        year=part.integer("year", 1990, 2100) if part.has("year") else None,
        evidence=part.text("evidence", 500, optional=True),
    )
    part.close()
    return own
