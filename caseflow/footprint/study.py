"""A study: the product, what one unit of it is, and everything that its footprint is computed from. A frozen value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, cast

from caseflow.footprint import declarations, units
from caseflow.footprint.declarations import Balance, CutOff, Omission
from caseflow.footprint.gases import GWP_SETS, GwpSet
from caseflow.footprint.line import Line, read_line
from caseflow.footprint.own import OwnFactor, read_own
from caseflow.footprint.parameters import MOST_PARAMETERS, Parameter, read_parameters, values_of
from caseflow.footprint.plain import Part, decimal_text, digest
from caseflow.footprint.process import MOST_PROCESSES, Process, read_process
from caseflow.footprint.recycling import MOST_MATERIALS, Material, read_material
from caseflow.footprint.variants import MOST_VARIANTS, Variant, check_variant, read_variant

MOST_LINES = 5_000
MOST_OWN_FACTORS = 500
MOST_FLOWS = 20_000

UnitType = Literal["functional", "declared"]
UNIT_TYPES: tuple[UnitType, ...] = ("functional", "declared")


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
class Reference:
    """The product of the foreground system that fulfils the functional unit; ``flow``: how much of it, if not the same."""

    product: str
    flow: Quantity | None = None

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"product": self.product}
        return {**body, "flow": self.flow.as_json()} if self.flow else body


@dataclass(frozen=True, slots=True)
class Study:
    """What is declared and everything it is recomputed from.

    ``unit``: the functional or declared unit. ``output``: how much product the lines stand for (a year's
    production, say); without it they stand for one functional unit. ``declared``: kgCO2e per functional unit.
    ``processes`` with a ``reference``: a foreground system, for loops, co-products and intermediate products.
    """

    product: str
    unit: Quantity
    boundary: str
    period_from: date
    period_to: date
    standard: str
    gwp_set: GwpSet
    stages: str
    lines: tuple[Line, ...] = ()
    declared: Decimal | None = None
    declared_stages: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    output: Quantity | None = None
    model: str = ""
    omitted: tuple[Omission, ...] = ()
    unit_type: UnitType = "functional"
    product_code: str = ""
    maker: str = ""
    pcr: str = ""
    region: str = ""
    """GB/T 2260 code of where the product is made."""
    mass: Quantity | None = None
    """Of the product in one functional unit."""
    parameters: tuple[Parameter, ...] = ()
    """In the order in which they are computed."""
    factors: tuple[OwnFactor, ...] = ()
    """Own factors that lines share (``own/id``)."""
    processes: tuple[Process, ...] = ()
    reference: Reference | None = None
    recycling: tuple[Material, ...] = ()
    """Materials by the circular footprint formula."""
    scenarios: tuple[Variant, ...] = ()
    """Other use profiles, ends of life or choices whose totals are wanted beside the declared one."""
    cutoffs: tuple[CutOff, ...] = ()
    balance: tuple[Balance, ...] = ()
    carbon_content: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    """kg of ``biogenic`` and ``fossil`` carbon in one functional unit of the product."""
    declared_parts: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    """kgCO2e per functional unit by part (fossil, biogenic, uptake, land_use, aircraft)."""
    sensitivity: str = ""
    """What the sensitivity analysis found, where one is needed (R11)."""

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
    def activity(self) -> Iterator[Line]:
        """Every line: those of the study, of its materials, then those of its processes."""
        yield from self.lines
        for material in self.recycling:
            yield from material.activity
        for process in self.processes:
            yield from process.activity

    @property
    def hash(self) -> str:
        return digest(self.as_json())

    def own_factor(self, ref: str) -> OwnFactor | None:
        """The shared factor that ``own/id`` names."""
        id_ = ref.partition("/")[2]
        return next((own for own in self.factors if own.id == id_), None)

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
        names = ("model", "product_code", "maker", "pcr", "region", "sensitivity")
        body |= {name: text for name in names if (text := getattr(self, name))}
        if self.unit_type != "functional":
            body["unit_type"] = self.unit_type
        body |= {name: one.as_json() for name in ("output", "mass", "reference") if (one := getattr(self, name))}
        if self.declared is not None:
            body["declared"] = decimal_text(self.declared)
        for name in ("declared_stages", "declared_parts", "carbon_content"):
            if values := getattr(self, name):
                body[name] = {key: decimal_text(value) for key, value in values.items()}
        for name in ("parameters", "factors", "processes", "recycling", "scenarios", "cutoffs", "balance", "omitted"):
            if many := getattr(self, name):
                body[name] = [one.as_json() for one in many]
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
    parameters = read_parameters(list(part.parts("parameters", MOST_PARAMETERS, least=0)))
    values = values_of(parameters)
    processes = tuple(read_process(one, values, MOST_LINES) for one in part.parts("processes", MOST_PROCESSES, least=0))
    materials = tuple(read_material(one, values) for one in part.parts("recycling", MOST_MATERIALS, least=0))
    least = 0 if processes or materials else 1
    study = Study(
        product=part.text("product"),
        model=part.text("model", optional=True),
        unit=unit,
        output=output,
        boundary=part.id("boundary"),
        period_from=begins,
        period_to=ends,
        standard=part.text("standard"),
        gwp_set=cast("GwpSet", part.choice("gwp_set", GWP_SETS)),
        stages=part.id("stages"),
        declared=part.optional_number("declared"),
        declared_stages=MappingProxyType(part.numbers("declared_stages")),
        omitted=tuple(declarations.read_omission(one) for one in part.parts("omitted", 50, least=0)),
        lines=tuple(read_line(one, values) for one in part.parts("lines", MOST_LINES, least=least)),
        unit_type=cast("UnitType", part.choice("unit_type", UNIT_TYPES, default="functional")),
        product_code=part.optional_id("product_code"),
        maker=part.text("maker", optional=True),
        pcr=part.text("pcr", optional=True),
        region=part.optional_id("region"),
        mass=_read_quantity(part.part("mass")) if part.has("mass") else None,
        parameters=parameters,
        factors=tuple(read_own(one, shared=True) for one in part.parts("factors", MOST_OWN_FACTORS, least=0)),
        processes=processes,
        reference=_read_reference(part.part("reference")) if part.has("reference") else None,
        recycling=materials,
        scenarios=tuple(read_variant(one) for one in part.parts("scenarios", MOST_VARIANTS, least=0)),
        cutoffs=tuple(declarations.read_cutoff(one) for one in part.parts("cutoffs", 200, least=0)),
        balance=tuple(declarations.read_balance(one) for one in part.parts("balance", 500, least=0)),
        carbon_content=MappingProxyType(part.numbers("carbon_content")),
        declared_parts=MappingProxyType(part.numbers("declared_parts")),
        sensitivity=part.text("sensitivity", 4000, optional=True),
    )
    _check_ids(part, study, processes)
    part.close()
    part.refuse_if_wrong()
    return study


def _check_ids(part: Part, study: Study, processes: tuple[Process, ...]) -> None:
    if processes and study.reference is None:
        part.problem("footprint.missing", "reference")
    lists: Mapping[str, list[str]] = {
        "lines": [line.id for line in study.lines],
        "factors": [own.id for own in study.factors],
        "processes": [process.id for process in processes],
        "recycling": [one.id for one in study.recycling],
        "scenarios": [one.id for one in study.scenarios],
    }
    for name, ids in lists.items():
        first: set[str] = set()
        for position, id_ in enumerate(ids):
            if id_ in first:
                part.problem("footprint.twice", f"{name}[{position}].id", got=id_)
            first.add(id_)
    seen = set(lists["lines"])
    for position, material in enumerate(study.recycling):
        for line in material.activity:
            if line.id in seen:
                part.problem("footprint.twice", f"recycling[{position}].id", got=line.id)
            seen.add(line.id)
    for position, process in enumerate(processes):
        for line in process.activity:
            if line.id in seen:
                part.problem("footprint.twice", f"processes[{position}].lines", got=line.id)
            seen.add(line.id)
    changeable = [line.id for line in study.lines] + [line.id for one in processes for line in one.lines]
    for position, variant in enumerate(study.scenarios):
        check_variant(part, position, variant, {one.name: one.formula for one in study.parameters}, changeable)
    flows = sum(len(process.outputs) + len(process.inputs) for process in processes)
    if flows > MOST_FLOWS:
        part.problem("footprint.wrong_count", "processes", least=1, most=MOST_FLOWS, got=flows)
    if len(seen) > MOST_LINES:
        part.problem("footprint.wrong_count", "lines", least=1, most=MOST_LINES, got=len(seen))


def _read_quantity(part: Part) -> Quantity:
    quantity = Quantity(part.positive("quantity"), part.unit(), part.text("description", 2000, optional=True))
    part.close()
    return quantity


def _read_reference(part: Part) -> Reference:
    found = Reference(part.id("product"), _read_quantity(part.part("flow")) if part.has("flow") else None)
    part.close()
    return found
