"""From a frozen study to a frozen result that carries its lines. Same input, same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from caseflow.footprint import units
from caseflow.footprint.factors import Factor
from caseflow.footprint.plain import Pair, canonical, decimal_text, digest
from caseflow.footprint.rounding import apportion, rounded
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Line, Study
from caseflow.words import Message

METHOD = "lines-1"
"""The version of this method. Each line is amount x unit ratio x factor, divided by the output, in exact fractions
and rounded once to a double; every total is the exact sum (``math.fsum``) of its lines' doubles, rounded once."""

SHARE_DIGITS = 1


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line with everything its figure came from.

    ``converted``: the whole amount in the factor's unit. ``kg``: kgCO2e per functional unit, or None with the
    ``problem`` that keeps the line from being counted. ``share``: of the total, None where it has no meaning.
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

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
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
class Result:
    """What a study comes to, in kgCO2e per functional unit.

    ``complete`` is False where a line could not be counted. ``credits``: the part of ``total`` from lines with a
    negative figure. ``primary_share``, ``traceable_share``: the parts of the absolute sum that rest on primary data,
    and on a meter whose certificate was valid through the period. ``releases``: hash by id of each release used.
    """

    method: str
    study_hash: str
    releases: dict[str, str]
    unit: dict[str, str]
    total: float
    complete: bool
    credits: float
    primary_share: float | None
    traceable_share: float | None
    stages: tuple[StageResult, ...]
    lines: tuple[LineResult, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "study_hash": self.study_hash,
            "releases": self.releases,
            "unit": self.unit,
            "total": self.total,
            "complete": self.complete,
            "credits": self.credits,
            "primary_share": self.primary_share,
            "traceable_share": self.traceable_share,
            "stages": [stage.as_json() for stage in self.stages],
            "lines": [line.as_json() for line in self.lines],
        }

    @property
    def canonical(self) -> str:
        return canonical(self.as_json())

    @property
    def hash(self) -> str:
        return digest(self.as_json())


@dataclass(frozen=True, slots=True)
class Weight:
    """What a line is multiplied by: an official factor or the applicant's own, on equal terms."""

    value: Decimal
    unit: str
    kind: str
    source: str
    name: Pair | None
    official: Factor | None


def weight(line: Line, shelf: Shelf) -> Weight | None:
    """The factor that a line quotes; None where the shelf does not have it."""
    if line.own:
        return Weight(line.own.value, line.own.unit, line.own.kind, line.own.source, None, None)
    factor = shelf.factors.get(line.factor)
    if factor is None:
        return None
    return Weight(factor.value, factor.unit, factor.kind, factor.source, factor.name, factor)


def calculate(study: Study, shelf: Shelf) -> Result:
    """The footprint of a study. A line that cannot be counted is kept with its problem and counts nothing."""
    scale = study.scale
    lines = [_line(line, study, shelf, scale) for line in study.lines]
    figures = [line.kg for line in lines if line.kg is not None]
    total = math.fsum(figures)
    lines = [_with_share(line, total) for line in lines]
    absolute = math.fsum(abs(one) for one in figures)
    used = {line.factor.split("/", 1)[0] for line in study.lines if shelf.factors.get(line.factor)}
    return Result(
        method=METHOD,
        study_hash=study.hash,
        releases={release.id: release.hash for release in shelf.factors.releases if release.id in used},
        unit=study.unit.as_json(),
        total=total,
        complete=len(figures) == len(lines),
        credits=math.fsum(one for one in figures if one < 0),
        primary_share=_part(absolute, [line.kg for line in lines if line.primary]),
        traceable_share=_part(absolute, [line.kg for line in lines if line.traceable]),
        stages=_stages(lines, shelf.scheme(study.stages)),
        lines=tuple(lines),
    )


def _line(line: Line, study: Study, shelf: Shelf, scale: Fraction) -> LineResult:
    found = weight(line, shelf)
    ratio = units.ratio(line.unit, found.unit) if found else None
    converted: float | None = None
    kg: float | None = None
    problem: Message | None = None
    if found is None:
        problem = Message("footprint.factor_unknown", {"line": line.id, "factor": line.factor})
    elif ratio is None:
        problem = Message("footprint.not_convertible", {"line": line.id, "unit": line.unit, "other": found.unit})
    else:
        exact = Fraction(line.amount) * ratio
        converted = float(exact)
        kg = float(exact * scale * Fraction(found.value))
    co2_alone = found is not None and found.kind in ("co2", "combustion")
    return LineResult(
        id=line.id,
        stage=line.stage,
        name=line.name,
        amount=line.amount,
        unit=line.unit,
        factor=line.factor,
        factor_name=found.name if found else None,
        factor_value=found.value if found else None,
        factor_unit=f"{'kgCO2' if co2_alone else 'kgCO2e'}/{found.unit}" if found else "",
        kind=found.kind if found else "",
        source=found.source if found else "",
        converted=converted,
        kg=kg,
        share=None,
        primary=line.primary,
        traceable=bool(line.meter and line.certificate and line.valid_until and line.valid_until >= study.period_to),
        problem=problem,
    )


def _with_share(line: LineResult, total: float) -> LineResult:
    if line.kg is None or total <= 0:
        return line
    return replace(line, share=line.kg / total)


def _part(absolute: float, figures: Sequence[float | None]) -> float | None:
    return math.fsum(abs(one) for one in figures if one is not None) / absolute if absolute else None


def _stages(lines: Sequence[LineResult], scheme: Scheme | None) -> tuple[StageResult, ...]:
    """Every stage of the scheme in its order, empty ones too, then stages that only lines know."""
    known = {stage.id: (stage.title, stage.maps_to) for stage in scheme.stages} if scheme else {}
    for line in lines:
        known.setdefault(line.stage, (Pair(line.stage, line.stage), ""))
    by_stage: dict[str, list[LineResult]] = {id_: [] for id_ in known}
    for line in lines:
        by_stage[line.stage].append(line)
    totals = {id_: math.fsum(line.kg for line in found if line.kg is not None) for id_, found in by_stage.items()}
    whole = sum((Fraction(total) for total in totals.values()), Fraction(0))
    shares = [Fraction(total) / whole for total in totals.values()] if whole > 0 else None
    shown = apportion([share * 100 for share in shares], SHARE_DIGITS) if shares else None
    return tuple(
        StageResult(
            id=id_,
            title=title,
            maps_to=maps_to,
            total=totals[id_],
            share=float(shares[position]) if shares else None,
            shown=shown[position] if shown else None,
            lines=len(by_stage[id_]),
        )
        for position, (id_, (title, maps_to)) in enumerate(known.items())
    )


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
