"""Whether a decision table says exactly one thing of all values that can occur.

Each column is cut where its cells begin and end; one value stands for each part, so that a finite number of rows
is looked at and the answer is exact. A parameter in a cell is tried wherever it could change the order of the cuts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any

from caseflow.workflow import cells, fields
from caseflow.workflow.cells import Bound, Domain, Settings, Tests, Value
from caseflow.workflow.deciding import Table, dated, domain_of, plain, shown, title_of
from caseflow.workflow.decisions import MAX_INPUTS, Decision
from caseflow.workflow.form import Field
from caseflow.workflow.parameters import Parameter, canonical, measured
from caseflow.workflow.problems import Place, nearest
from caseflow.workflow.report import CASE_PATHS, Report, paths

MOST_STEPS = 10_000
"""Of all settings of the parameters together; beyond it a table counts as not decided."""
MOST_SETTINGS = 100
OUTPUTS = ("choice", "boolean", "integer", "decimal", "date", "text")
RESERVED = ("row", "inputs")
"""What is kept beside the outputs of a decision."""


@dataclass(slots=True)
class Survey:
    """What was found under one setting of the parameters."""

    gap: tuple[Value, ...] | None = None
    overlap: tuple[tuple[int, int], tuple[Value, ...]] | None = None
    reached: int = 0
    """The rows that some values fit, as bits."""
    first: int = 0
    """The rows that are the first to fit for some values."""
    decided: bool = True
    steps: int = 0
    most: int = MOST_STEPS
    seen: set[tuple[int, int]] = field(default_factory=set)


def check(report: Report) -> None:
    stores = {action.store or action.id for _, _, action in report.actions()}
    for decision in report.definition.decisions.values():
        place: Place = ("decisions", decision.id)
        if decision.id in stores or decision.id in ("dossier", *CASE_PATHS):
            report.say("store_reserved", place, name=decision.id)
        before = len(report.findings)
        _columns(report, decision, place)
        _outputs(report, decision, place)
        rows = _rows(report, decision, place)
        if len(report.findings) == before and rows is not None:
            _coverage(report, rows, place)


def _columns(report: Report, decision: Decision, place: Place) -> None:
    if len(decision.inputs) > MAX_INPUTS:
        report.say("decision_too_wide", (*place, "inputs"), limit=MAX_INPUTS)
    for column in decision.inputs.values():
        at: Place = (*place, "inputs", column.id)
        if (column.value is None) is (column.check is None):
            report.say("input_shape", at)
        elif column.value is not None:
            known = paths(report.definition)
            if column.value not in known:
                report.say("unknown_path", (*at, "value"), nearest(column.value, known), name=column.value)
            elif domain_of(report.definition, column) is None:
                report.say("input_type", (*at, "value"), path=column.value)
            elif known[column.value].personal:
                report.say("personal_shown", (*at, "value"), path=column.value)


def _outputs(report: Report, decision: Decision, place: Place) -> None:
    for name, output in decision.outputs.items():
        at: Place = (*place, "outputs", name)
        if output.type not in OUTPUTS or output.personal:
            report.say("output_type", at, types=list(OUTPUTS))
        if name in RESERVED:
            report.say("store_reserved", at, name=name)
    for number, row in enumerate(decision.rows):
        _then(report, decision, row.then, (*place, "rows", number, "then"))
    if decision.default is not None:
        _then(report, decision, decision.default, (*place, "default"))


def _then(report: Report, decision: Decision, then: Mapping[str, Any], place: Place) -> None:
    for name, value in then.items():
        if report.known("unknown_output", name, decision.outputs, (*place, name)):
            output = decision.outputs[name]
            _, wrong = fields.clean(output, value)
            if wrong or not _is_typed(output, value):
                report.say("output_value", (*place, name), value=str(value), name=name)
    for name in decision.outputs:
        if name not in then:
            report.say("output_missing", place, name=name)


def _is_typed(output: Field, value: Any) -> bool:
    if output.type == "boolean":
        return isinstance(value, bool)
    if output.type == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _rows(report: Report, decision: Decision, place: Place) -> Table | None:
    """The table with its cells read; nothing where some cannot be."""
    domains = {one.id: domain_of(report.definition, one) for one in decision.inputs.values()}
    known = {name: domain for name, domain in domains.items() if domain is not None}
    rows, whole = [], True
    for number, row in enumerate(decision.rows):
        read: dict[str, Tests] = {}
        for name, cell in row.when.items():
            at: Place = (*place, "rows", number, "when", name)
            if not report.known("unknown_input", name, decision.inputs, at) or name not in known:
                whole = False
                continue
            try:
                read[name] = cells.read(cell, known[name])
            except cells.Unreadable:
                hint = nearest(str(cell), known[name].words)
                report.say("cell_unreadable", at, hint, cell=str(cell), kind=known[name].kind)
                whole = False
            else:
                whole = _parameters(report, read[name], known[name], at) and whole
        rows.append(read)
    return Table(decision, known, tuple(rows)) if whole and len(known) == len(domains) else None


def _parameters(report: Report, tests: Tests, domain: Domain, at: Place) -> bool:
    whole = True
    for name in (bound.parameter for bound in cells.bounds(tests) if bound.parameter is not None):
        if not report.known("unknown_parameter", name, report.definition.parameters, at):
            whole = False
            continue
        kind = report.definition.parameters[name].type
        if kind not in (("date",) if domain.kind == "date" else ("integer", "decimal")):
            report.say("parameter_kind", at, name=name, type=kind)
            whole = False
    return whole


def _coverage(report: Report, table: Table, place: Place) -> None:
    decision = table.decision
    reached = first = 0
    tried = list(_settings(report, table))
    undecided, steps = not tried, 0
    for settings in tried:
        found = survey(table, settings, MOST_STEPS - steps)
        steps += found.steps
        reached, first = reached | found.reached, first | found.first
        undecided = undecided or not found.decided
        if found.gap is not None and decision.default is None and decision.hit != "collect":
            report.say("decision_gap", place, example=_example(report, table, found.gap, settings))
            return
        if found.overlap is not None and decision.hit == "unique":
            rows = [number + 1 for number in found.overlap[0]]
            example = _example(report, table, found.overlap[1], settings)
            report.say("decision_overlap", (*place, "rows", rows[1] - 1), rows=rows, example=example)
            return
    if undecided:
        report.say("decision_not_decided", place, level="warning")
        return
    for number in range(len(decision.rows)):
        if not reached >> number & 1:
            report.say("row_unreachable", (*place, "rows", number), row=number + 1)
        elif decision.hit == "first" and not first >> number & 1:
            report.say("row_shadowed", (*place, "rows", number), level="warning", row=number + 1)


def survey(table: Table, settings: Settings, most: int = MOST_STEPS) -> Survey:
    """What a table leaves open and says twice, under one setting of its parameters; in at most so many steps."""
    columns: list[list[tuple[int, Value]]] = []
    for name, domain in table.domains.items():
        column = [row.get(name) for row in table.rows]
        masks: dict[int, Value] = {}
        for value in cells.witnesses(domain, column, settings):
            mask = sum(1 << number for number, tests in enumerate(column) if cells.fits(tests, value, settings))
            masks.setdefault(mask, value)
        columns.append(list(masks.items()))
    found = Survey(most=most, steps=len(table.rows) * sum(map(len, columns)) // 50)
    if all(columns):
        _walk(found, columns, (1 << len(table.rows)) - 1, ())
    return found


def _walk(found: Survey, columns: list[list[tuple[int, Value]]], mask: int, path: tuple[Value, ...]) -> None:
    here = (len(path), mask)
    if here in found.seen:
        return
    found.seen.add(here)
    found.steps += 1
    if found.steps > found.most:
        found.decided = False
        return
    rest = columns[len(path) :]
    if mask == 0:
        found.gap = found.gap or (*path, *(column[0][1] for column in rest))
        return
    if not rest:
        lowest = mask & -mask
        found.reached |= mask
        found.first |= lowest
        if mask != lowest and found.overlap is None:
            other = (mask ^ lowest) & -(mask ^ lowest)
            found.overlap = ((lowest.bit_length() - 1, other.bit_length() - 1), path)
        return
    for taken, value in rest[0]:
        _walk(found, columns, mask & taken, (*path, value))


def _settings(report: Report, table: Table) -> Iterator[Settings]:
    """Every order in which the cuts can stand, with values of the parameters that bring it about; none if too many."""
    columns = [[bound for row in table.rows for bound in cells.bounds(row.get(name))] for name in table.domains]
    used = {bound.parameter for column in columns for bound in column if bound.parameter is not None}
    named = [report.definition.parameters[name] for name in sorted(used)]
    steps = [domain.step for domain in table.domains.values()]
    edges = [[edge for edge in (domain.low, domain.high) if edge is not None] for domain in table.domains.values()]
    tried: list[dict[str, Fraction]] = [{}]
    for parameter in named:
        ranges = {one.id: _range(one) for one in named}
        grown = []
        for known in tried:
            cuts = {
                point
                for column, step, ends in zip(columns, steps, edges, strict=True)
                for point in _critical(parameter.id, column, step, ends, known, ranges)
            }
            grown += [{**known, parameter.id: value} for value in _values(parameter, cuts)]
            if len(grown) > MOST_SETTINGS:
                return
        tried = grown
    yield from tried


def _critical(
    name: str, column: list[Bound], step: Fraction | None, ends: list[Fraction], known: Settings,
    ranges: Mapping[str, tuple[Fraction, Fraction]],
) -> Iterator[Fraction]:  # fmt: skip
    """The values of a parameter at which one of its bounds meets another bound of the column."""
    factors = {bound.factor for bound in column if bound.parameter == name and bound.factor}
    others = list(ends)
    for bound in column:
        if bound.parameter is None:
            others.append(bound.factor)
        elif bound.parameter in known:
            others.append(bound.at(known))
        elif bound.parameter != name:
            others += [bound.factor * edge for edge in ranges[bound.parameter]]
    for factor in factors:
        for other in others:
            yield other / factor
            if step is not None:
                yield from ((other - step) / factor, (other + step) / factor)
        yield Fraction(0)


def _range(parameter: Parameter) -> tuple[Fraction, Fraction]:
    """The least and the greatest value that a parameter can have."""
    found = []
    for bound in (parameter.minimum, parameter.maximum):
        said = canonical(parameter, parameter.default if bound is None or parameter.fixed else bound)
        value = measured(parameter, said) if said is not None else None
        found.append(value if value is not None else Fraction(0))
    return found[0], found[1]


def _values(parameter: Parameter, cuts: set[Fraction]) -> list[Fraction]:
    low, high = _range(parameter)
    points = sorted({low, high, *(cut for cut in cuts if low <= cut <= high)})
    found = [*points, *((a + b) / 2 for a, b in pairwise(points))]
    if parameter.type != "decimal":
        whole = {Fraction(part) for value in found for part in (floor(value), ceil(value))}
        found = [value for value in whole if low <= value <= high]
    return sorted(set(found))


def _example(report: Report, table: Table, values: tuple[Value, ...], settings: Settings) -> dict[str, str]:
    """Values that show what is wrong, in the words of the inputs."""
    definition = report.definition
    said = []
    for name, value in zip(table.domains, values, strict=True):
        column = table.decision.inputs[name]
        title, shown_value = title_of(definition, column), shown(definition, column, value)
        said.append({key: f"{title[key]} = {shown_value[key]}" for key in title})
    for name, setting in settings.items():
        parameter = definition.parameters[name]
        text = dated(setting) if parameter.type == "date" else plain(setting)
        said.append({"zh": f"{parameter.title.zh} = {text}", "en": f"{parameter.title.en} = {text}"})
    return {"zh": "，".join(one["zh"] for one in said), "en": ", ".join(one["en"] for one in said)}
