"""R01: declared against recomputed. R02: every figure adds up."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from caseflow.footprint.finding import Finding, at, figure, finding
from caseflow.footprint.line import Line
from caseflow.footprint.network import wastes
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.results import Result, compare
from caseflow.footprint.rounding import last_digit, rounded
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds
from caseflow.words import Message

_SAME = 1e-9
"""Relative; sums of the same lines in another order differ less."""
_OFFSET = re.compile(
    r"碳抵消|抵消量|抵消额|碳信用|碳中和|核证(自愿)?减排|CCER|carbon offset|\boffsets?\b|carbon credit|\b(VCS|VERs|CERs)\b",
    re.IGNORECASE,
)
"""What is bought outside the life cycle of the product: it has no place in its footprint (ISO 14067)."""


def declared(study: Study, result: Result, tolerance: Decimal, thresholds: Thresholds) -> Iterator[Finding]:
    """R01 of the total, of the stages and of the lines for which a figure is declared."""
    if not result.complete and study.declared is not None:
        values = {"expected": figure(result.total), "got": decimal_text(study.declared)}
        yield finding("R01", "info", "not_comparable", "declared", **values)
        return
    if study.declared is None:
        yield finding("R01", "warning", "undeclared", "declared", recomputed=figure(result.total))
    else:
        yield from _compared("R01", "declared", study.declared, result.total, tolerance, thresholds)
    for stage in result.stages:
        if stage.id in study.declared_stages:
            got, path = study.declared_stages[stage.id], f"declared_stages.{stage.id}"
            yield from _compared("R01-stage", path, got, stage.total, tolerance, thresholds, stage.title.as_json())
    for line, recomputed in zip(study.activity, result.lines, strict=True):
        if line.declared is not None and recomputed.kg is not None:
            name = {"zh": line.name, "en": line.name}
            yield from _compared("R01-line", at(line), line.declared, recomputed.kg, tolerance, thresholds, name)
    for part, got in study.declared_parts.items():
        if part in result.parts:
            recomputed_part = result.parts[part]
            title = Message(f"footprint.part.{part}")
            path = f"declared_parts.{part}"
            yield from _compared("R01-part", path, got, recomputed_part, tolerance, thresholds, title)


def _compared(
    check: str,
    path: str,
    got: Decimal,
    expected: float,
    tolerance: Decimal,
    thresholds: Thresholds,
    of: object = None,
) -> Iterator[Finding]:
    comparison = compare(got, expected, tolerance)
    of_part = "" if of is None else "_of"
    values = {
        "declared": decimal_text(got),
        "recomputed": figure(expected),
        "tolerance": decimal_text(tolerance),
        "expected": figure(expected),
        "got": decimal_text(got),
        "of": of,
    }
    if comparison.deviation is None:
        if comparison.over:
            yield finding(check, "block", f"recomputed_zero{of_part}", path, **values)
        return
    values["deviation"] = f"{rounded(comparison.deviation, 2):+f}"
    # What only the last written digit of the declared figure hides is no deviation.
    written = abs(Fraction(got) - Fraction(expected)) <= last_digit(got)
    if comparison.over:
        yield finding(check, "block", f"deviation_over{of_part}", path, **values)
    elif abs(comparison.deviation) > min(thresholds.agreement, tolerance):
        yield finding(check, "warning", f"deviation_within{of_part}", path, **values)
    elif not written:
        yield finding(check, "info", f"deviation_small{of_part}", path, **values)


def sums(study: Study, result: Result) -> Iterator[Finding]:
    """R02: declared stages and parts add up to the declared total, and so do the recomputed ones."""
    yield from _declared_sum(study, study.declared_stages, "declared_stages", "declared_sum")
    yield from _declared_sum(study, study.declared_parts, "declared_parts", "declared_parts_sum")
    for path, figures in (
        ("stages", [stage.total for stage in result.stages]),
        ("parts", list(result.parts.values())),
        ("gases", list(result.gases.values())),
    ):
        total = math.fsum(figures)
        size = math.fsum(abs(line.kg) for line in result.lines if line.kg is not None)
        if abs(total - result.total) > _SAME * size:
            values = {"expected": figure(result.total), "got": figure(total), "of": path}
            yield finding("R02-identity", "block", "identity_broken", path, **values)
    for problem in result.problems:
        yield Finding(f"R02-system:{_place(problem)}", problem, "block", "processes")
    yield from _backwards(study, result)
    for line in result.lines:
        # R04 tells of a factor of the wrong kind, and the system's own problems were just told.
        if line.problem and line.problem.key not in ("footprint.kind_refused", "footprint.system_unsolved"):
            path = f"lines.{line.id}"
            yield Finding(f"R02-line:{path}", line.problem, "block", path)
    for one in study.activity:
        yield from _amount(one)


def _backwards(study: Study, result: Result) -> Iterator[Finding]:
    """A process that runs backwards, where nothing is spared: a loop takes more of a product than it gives."""
    treated = wastes(study)
    spared = any(flow.role == "avoided" for process in study.processes for flow in process.outputs)
    if spared or any(flow.product in treated for process in study.processes for flow in process.inputs):
        return
    for one in result.processes:
        if one.scaling < 0:
            values = {"process": one.process, "product": one.product, "got": figure(one.scaling)}
            yield finding("R02-backwards", "block", "process_backwards", f"processes.{one.process}", **values)


def _declared_sum(study: Study, parts: Mapping[str, Decimal], path: str, key: str) -> Iterator[Finding]:
    if not parts or study.declared is None:
        return
    total = sum(parts.values(), Decimal(0))
    if abs(Fraction(total - study.declared)) > last_digit(study.declared) * len(parts):
        values = {"declared": decimal_text(study.declared), "sum": decimal_text(total)}
        yield finding("R02", "block", key, path, **values, expected=values["declared"], got=values["sum"])


def _place(problem: Message) -> str:
    """What tells one problem of the system from another."""
    return "/".join(str(problem.values[name]) for name in ("process", "product") if name in problem.values) or "system"


def _words(line: Line) -> str:
    return " ".join((line.name, line.data_source, line.factor, line.own.source if line.own else ""))


def _amount(line: Line) -> Iterator[Finding]:
    """An amount of zero, or below zero where no credit is declared."""
    amount = decimal_text(line.amount)
    if line.amount == 0:
        yield finding("R02-amount", "warning", "amount_zero", at(line), line=line.name)
    elif (line.amount < 0 or line.gas == "CO2_uptake") and _OFFSET.search(_words(line)):
        yield finding("R02-offset", "block", "offset_counted", at(line), line=line.name, got=amount)
    elif line.amount < 0 and line.credit and line.gas:
        yield finding("R02-offset", "warning", "removal_counted", at(line), line=line.name, got=amount)
    elif line.amount < 0 and not line.credit:
        yield finding("R02-amount", "block", "amount_negative", at(line), line=line.name, amount=amount)
    elif line.amount < 0:
        yield finding("R02-amount", "info", "amount_credit", at(line), line=line.name, amount=amount)
