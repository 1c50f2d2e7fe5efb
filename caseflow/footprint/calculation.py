"""From a frozen study to a frozen result that carries its lines. Same input, same bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from caseflow.footprint import gases
from caseflow.footprint.gases import PARTS, part_of
from caseflow.footprint.line import Line, in_unit
from caseflow.footprint.network import Network, network
from caseflow.footprint.plain import Pair, digest
from caseflow.footprint.quality import weighted
from caseflow.footprint.results import LineResult, Link, ProcessResult, Result, StageResult
from caseflow.footprint.rounding import apportion
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.solve import Singular, exact_scaling
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.footprint.weights import Weight, quoted, weight
from caseflow.words import Message, Refused

METHOD = "footprint-2"
"""The version of this method. Each line is amount x unit ratio x factor x what share of it falls on the functional unit
(for a process: its scaling, the double nearest to the exact solution), in exact fractions and rounded once to a
double; every total is the exact sum (``math.fsum``) of its lines' doubles, rounded once."""

SHARE_DIGITS = 1
_LARGEST_SCALING = 1e60
"""Of a process: beyond it a figure is a slip of a unit, and its products would leave the range of a double."""
DELAY_YEARS = 10
"""What is set free later than this after the product is brought into use is shown apart (ISO 14067)."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A foreground system with the scaling of each column; or the problems that keep it from having one."""

    network: Network | None
    scaling: tuple[float, ...] = ()
    problems: tuple[Message, ...] = ()


def solve(study: Study) -> Solved:
    """The foreground system of a study; an empty one where it has no processes."""
    if not study.processes:
        return Solved(None)
    try:
        system = network(study)
    except Refused as refused:
        return Solved(None, problems=refused.reasons)
    rows, columns = [entry.row for entry in system.entries], [entry.column for entry in system.entries]
    demand = {system.demand: system.demand_amount}
    try:
        scaling = exact_scaling(len(system.products), rows, columns, system.values(), demand)
    except Singular:
        names = [column.process.name for column in system.columns]
        return Solved(None, problems=(Message("footprint.system_singular", {"processes": names[:20]}),))
    largest = max(range(len(scaling)), key=lambda column: abs(scaling[column]))
    if abs(scaling[largest]) > _LARGEST_SCALING:
        values = {"process": system.columns[largest].process.name, "got": f"{scaling[largest]:.3g}"}
        return Solved(None, problems=(Message("footprint.system_boundless", values),))
    return Solved(system, tuple(scaling))


def calculate(study: Study, shelf: Shelf) -> Result:
    """The footprint of a study. A line that cannot be counted is kept with its problem and counts nothing."""
    solved = solve(study)
    lines = [_line(line, study, shelf, solved) for line in study.activity]
    figures = [line.kg for line in lines if line.kg is not None]
    total = math.fsum(figures)
    lines = [_with_share(line, total) for line in lines]
    absolute = math.fsum(abs(one) for one in figures)
    used = {line.factor.split("/", 1)[0] for line in study.activity if shelf.factors.get(line.factor)}
    releases = {release.id: release.hash for release in shelf.factors.releases if release.id in used}
    scheme = shelf.scheme(study.stages)
    processes, links = _flows(study, solved, lines)
    late = {line.id for line in study.activity if line.after_years is not None and line.after_years > DELAY_YEARS}
    is_credit = {line.id for line in study.activity if line.credit}
    return Result(
        method=METHOD,
        study_hash=study.hash,
        input_hash=input_hash(study, releases, scheme),
        releases=releases,
        gwp_set=study.gwp_set,
        unit=study.unit.as_json(),
        total=total,
        complete=len(figures) == len(lines) and not solved.problems,
        credits=math.fsum(line.kg for line in lines if line.kg is not None and line.id in is_credit),
        parts=_by_part(lines),
        gases=_by_gas(lines),
        primary_share=_part(absolute, [line.kg for line in lines if line.primary]),
        traceable_share=_part(absolute, [line.kg for line in lines if line.traceable]),
        quality=weighted((line.rating, line.kg) for line in lines if line.kg is not None),
        stages=_stages(lines, scheme),
        lines=tuple(lines),
        processes=processes,
        links=links,
        problems=solved.problems,
        delayed=math.fsum(line.kg for line in lines if line.kg is not None and line.id in late) if late else None,
    )


def total(study: Study, shelf: Shelf) -> float:
    """The total of :func:`calculate` alone: for the many variations of one study."""
    solved = solve(study)
    return math.fsum(kg for line in study.activity if (kg := _line(line, study, shelf, solved).kg) is not None)


def input_hash(study: Study, releases: Mapping[str, str], scheme: Scheme | None) -> str:
    """Of all that a result follows from: study, factor releases, stages, warming potentials, method."""
    stands_on = {
        "method": METHOD,
        "study": study.hash,
        "releases": dict(releases),
        "stages": scheme.hash if scheme else "",
        "potentials": gases.TABLE_HASH,
    }
    return digest(stands_on)


def portion(line: Line, study: Study, solved: Solved) -> Fraction:
    """What share of a line's amount falls on one functional unit."""
    if not line.process:
        return study.scale
    if solved.network is None:
        return Fraction(0)
    shares = solved.network.columns_of(line)
    return sum((share * Fraction(solved.scaling[column]) for column, share in shares), Fraction(0))


def _line(line: Line, study: Study, shelf: Shelf, solved: Solved) -> LineResult:
    found = weight(line, study, shelf)
    problem = found if isinstance(found, Message) else None
    factor = found if isinstance(found, Weight) else None
    ratio = in_unit(line, factor.unit) if factor else None
    if line.process and solved.network is None:
        problem = problem or Message("footprint.system_unsolved", {"line": line.id})
    elif factor and ratio is None:
        problem = Message("footprint.not_convertible", {"line": line.id, "unit": line.unit, "other": factor.unit})
    by_gas: dict[str, float] = {}
    kg: float | None = None
    if problem is None and factor and ratio is not None:
        exact = Fraction(line.amount) * ratio * portion(line, study, solved)
        by_gas = {gas: float(exact * each) for gas, each in factor.gases.items()}
        kg = float(exact * factor.total)
    named = quoted(line, study, shelf)
    rating = line.rating or (factor.quality if factor else None)
    return LineResult(
        id=line.id,
        process=line.process,
        stage=line.stage,
        name=line.name,
        amount=line.amount,
        unit=line.unit,
        factor=line.factor,
        factor_name=factor.name if factor else None,
        factor_value=factor.value if factor else named.value if named else None,
        factor_unit=factor.unit_text if factor else "",
        kind=factor.kind if factor else named.kind if named else "",
        source=factor.source if factor else named.source if named else "",
        converted=None if ratio is None else float(Fraction(line.amount) * ratio),
        kg=kg,
        share=None,
        part=line.part or (factor.part if factor else "fossil"),
        gases=by_gas,
        gwp_set=factor.gwp_set if factor else "",
        rating=rating.rating if rating else None,
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


def _by_part(lines: Sequence[LineResult]) -> dict[str, float]:
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    for line in lines:
        for gas, kg in line.gases.items():
            found[part_of(gas, line.part)].append(kg)  # type: ignore[arg-type]  # a line's part is one of them
    return {part: math.fsum(kgs) for part, kgs in found.items()}


def _by_gas(lines: Sequence[LineResult]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for line in lines:
        for gas, kg in line.gases.items():
            found.setdefault(gas, []).append(kg)
    return {gas: math.fsum(found[gas]) for gas in sorted(found)}


def _flows(
    study: Study, solved: Solved, lines: Sequence[LineResult]
) -> tuple[tuple[ProcessResult, ...], tuple[Link, ...]]:
    """What each process emits itself, what stands behind its product, and what its inputs carry to it."""
    system = solved.network
    if system is None:
        return (), ()
    own: list[list[float]] = [[] for _ in system.columns]
    for line, result in zip(study.activity, lines, strict=True):
        if line.process and result.kg:
            falls = [(column, float(share) * solved.scaling[column]) for column, share in system.columns_of(line)]
            whole = math.fsum(part for _, part in falls)
            for column, part in falls:
                own[column].append(result.kg * part / whole if whole else 0.0)
    direct = [math.fsum(kgs) for kgs in own]
    rows, columns = [entry.row for entry in system.entries], [entry.column for entry in system.entries]
    values = system.values()
    each = {
        number: Fraction(kg) / Fraction(scale)
        for number, (kg, scale) in enumerate(zip(direct, solved.scaling, strict=True))
        if scale
    }
    # The transposed system: the same columns make up, row by row, what stands behind one unit of each product.
    intensity = exact_scaling(len(system.products), columns, rows, values, each)
    makers = {column.product: column.process.id for column in system.columns}
    processes = tuple(
        ProcessResult(
            process=column.process.id,
            product=column.product,
            unit=system.units[number],
            share=float(column.share),
            scaling=solved.scaling[number],
            direct=direct[number],
            intensity=intensity[number],
        )
        for number, column in enumerate(system.columns)
    )
    carried: dict[tuple[str, str, str], list[float]] = {}
    for entry, value in zip(system.entries, values, strict=True):
        if entry.row != entry.column:
            product, user = system.products[entry.row], system.columns[entry.column].process.id
            kg = -float(value) * solved.scaling[entry.column] * intensity[entry.row]
            carried.setdefault((makers[product], user, product), []).append(kg)
    wanted = system.products[system.demand]
    carried[makers[wanted], "", wanted] = [float(system.demand_amount) * intensity[system.demand]]
    return processes, tuple(Link(*ends, math.fsum(kgs)) for ends, kgs in carried.items())


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
