"""A frozen result: what a study comes to, with everything that each figure came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from caseflow.footprint.plain import Pair, canonical, decimal_text, digest
from caseflow.footprint.quality import Weighted
from caseflow.footprint.rounding import rounded
from caseflow.words import Message


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line with everything its figure came from.

    ``converted``: the whole amount in the factor's unit. ``kg``: kgCO2e per functional unit, or None with the
    ``problem`` that keeps the line from being counted; ``gases``: the same by gas. ``share``: of the total, None where
    it has no meaning.
    """

    id: str
    stage: str
    name: str
    amount: Decimal
    unit: str
    factor: str
    factor_name: Pair | None
    factor_value: Decimal | None
    factor_unit: str
    kind: str
    source: str
    converted: float | None
    kg: float | None
    share: float | None
    primary: bool
    traceable: bool
    problem: Message | None = None
    process: str = ""
    part: str = "fossil"
    gases: dict[str, float] = field(default_factory=dict)
    gwp_set: str = ""
    """The potentials that the factor's CO2e keeps; empty where they are the study's."""
    rating: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "process": self.process,
            "stage": self.stage,
            "name": self.name,
            "amount": decimal_text(self.amount),
            "unit": self.unit,
            "factor": self.factor,
            "factor_name": self.factor_name.as_json() if self.factor_name else None,
            "factor_value": None if self.factor_value is None else decimal_text(self.factor_value),
            "factor_unit": self.factor_unit,
            "kind": self.kind,
            "source": self.source,
            "converted": self.converted,
            "kg": self.kg,
            "share": self.share,
            "part": self.part,
            "gases": self.gases,
            "gwp_set": self.gwp_set,
            "rating": self.rating,
            "primary": self.primary,
            "traceable": self.traceable,
            "problem": self.problem.as_json() if self.problem else None,
        }


@dataclass(frozen=True, slots=True)
class StageResult:
    """A stage's kgCO2e per functional unit. ``shown`` are percentages that add up to exactly 100.0."""

    id: str
    title: Pair
    maps_to: str
    total: float
    share: float | None
    shown: Decimal | None
    lines: int

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title.as_json(),
            "maps_to": self.maps_to,
            "total": self.total,
            "share": self.share,
            "shown": None if self.shown is None else str(self.shown),
            "lines": self.lines,
        }


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """A process as the maker of one product: how much of it is needed, and what it emits itself and brings with it.

    ``direct``: kgCO2e per functional unit of its own lines. ``intensity``: kgCO2e that stand behind one ``unit`` of
    its product, everything upstream included. ``share``: of the process in the allocation.
    """

    process: str
    product: str
    unit: str
    share: float
    scaling: float
    direct: float
    intensity: float

    def as_json(self) -> dict[str, Any]:
        return {
            "process": self.process,
            "product": self.product,
            "unit": self.unit,
            "share": self.share,
            "scaling": self.scaling,
            "direct": self.direct,
            "intensity": self.intensity,
        }


@dataclass(frozen=True, slots=True)
class Link:
    """kgCO2e per functional unit that a product carries from its maker to its user (``""``: the functional unit)."""

    source: str
    target: str
    product: str
    kg: float

    def as_json(self) -> dict[str, Any]:
        return {"source": self.source, "target": self.target, "product": self.product, "kg": self.kg}


@dataclass(frozen=True, slots=True)
class Result:
    """What a study comes to, in kgCO2e per functional unit.

    ``complete`` is False where a line could not be counted. ``parts``: fossil, biogenic, uptake (negative), land use
    and aircraft; ``gases``: by gas; both add up to ``total``. ``credits``: the part of ``total`` from avoided burdens.
    ``primary_share``, ``traceable_share``: the parts of the absolute sum that rest on primary data, and on a meter
    whose certificate was valid through the period. ``releases``: hash by id of each release used. ``input_hash``
    covers all that the figures follow from.
    """

    method: str
    study_hash: str
    input_hash: str
    releases: dict[str, str]
    gwp_set: str
    unit: dict[str, str]
    total: float
    complete: bool
    credits: float
    parts: dict[str, float]
    gases: dict[str, float]
    primary_share: float | None
    traceable_share: float | None
    quality: Weighted
    stages: tuple[StageResult, ...]
    lines: tuple[LineResult, ...]
    processes: tuple[ProcessResult, ...] = ()
    links: tuple[Link, ...] = ()
    problems: tuple[Message, ...] = ()
    """Why the foreground system could not be solved."""
    delayed: float | None = None
    """The part of ``total`` that lines state for more than ten years after the product is brought into use (ISO 14067:
    counted in full, the time stated); None where no line does."""

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "study_hash": self.study_hash,
            "input_hash": self.input_hash,
            "releases": self.releases,
            "gwp_set": self.gwp_set,
            "unit": self.unit,
            "total": self.total,
            "complete": self.complete,
            "credits": self.credits,
            "parts": self.parts,
            "gases": self.gases,
            "primary_share": self.primary_share,
            "traceable_share": self.traceable_share,
            "quality": self.quality.as_json(),
            "stages": [stage.as_json() for stage in self.stages],
            "lines": [line.as_json() for line in self.lines],
            "processes": [process.as_json() for process in self.processes],
            "links": [link.as_json() for link in self.links],
            "problems": [problem.as_json() for problem in self.problems],
            **({} if self.delayed is None else {"delayed": self.delayed}),
        }

    @property
    def canonical(self) -> str:
        return canonical(self.as_json())

    @property
    def hash(self) -> str:
        return digest(self.as_json())


@dataclass(frozen=True, slots=True)
class Comparison:
    """The declared figure beside the recomputed one, both kgCO2e per functional unit.

    ``deviation``: (declared - recomputed) / recomputed in percent, to 0.0001; None without a declared figure, or where
    the recomputed one is zero. ``over``: the deviation is larger than ``tolerance`` percent.
    """

    declared: Decimal | None
    recomputed: float
    tolerance: Decimal
    deviation: Decimal | None
    over: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "declared": None if self.declared is None else decimal_text(self.declared),
            "recomputed": self.recomputed,
            "tolerance": decimal_text(self.tolerance),
            "deviation": None if self.deviation is None else decimal_text(self.deviation),
            "over": self.over,
        }


def compare(declared: Decimal | None, recomputed: float, tolerance: Decimal) -> Comparison:
    """Declared against recomputed; ``tolerance`` in percent (``Decimal(5)`` is 5 %), the bound itself is within."""
    if declared is None:
        return Comparison(None, recomputed, tolerance, None, over=False)
    if recomputed == 0:
        return Comparison(declared, recomputed, tolerance, None, over=declared != 0)
    exact = (Fraction(declared) - Fraction(recomputed)) / abs(Fraction(recomputed)) * 100
    deviation = rounded(exact, 4)
    return Comparison(declared, recomputed, tolerance, deviation, over=abs(deviation) > tolerance)
