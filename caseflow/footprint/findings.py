"""What a reviewer should look at: each doubt about a study with its line, its figures and its weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from caseflow.footprint.calculation import Comparison, Result, Weight, compare, weight
from caseflow.footprint.factors import Factor
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.rounding import rounded
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Line, Study
from caseflow.words import Message

Severity = Literal["info", "warning", "block"]
"""``block`` says that the figure cannot stand as it is; what follows from it, the workflow says."""

_OLD_YEARS = 3
_TOO_OLD_YEARS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt. ``id`` is the check and where it struck (``R05:lines.grid``), stable from one recomputation to the
    next, so an answer given to it stays with it; ``path`` is the place in the study.
    """

    id: str
    message: Message
    severity: Severity
    path: str

    @property
    def check(self) -> str:
        """The check's number, R01 to R18."""
        return self.id.split(":", 1)[0].split("-", 1)[0]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "message": self.message.as_json(), "severity": self.severity, "path": self.path}


def review(study: Study, result: Result, shelf: Shelf, tolerance: Decimal) -> tuple[Finding, ...]:
    """Every finding about a study and its recomputed ``result``; the gravest first, then in the study's order.

    ``tolerance``: percent by which the declared figure may differ from the recomputed one.
    """
    found = [
        *_deviation(study, compare(study.declared, result.total, tolerance)),
        *_declared_stages(study),
        *_stages(study, shelf),
        *_uncounted(result),
    ]
    for line in study.lines:
        found.extend(_amount(line))
        weighed = weight(line, shelf)
        if weighed:
            found.extend(_kind(line, weighed, study, shelf))
            found.extend(_age(line, weighed, study, shelf))
        found.extend(_own_source(line))
        found.extend(_meter(line, study))
    found.extend(_twice(study))
    order: dict[Severity, int] = {"block": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def _finding(check: str, severity: Severity, key: str, path: str, **values: Any) -> Finding:
    return Finding(f"{check}:{path}", Message(f"footprint.{key}", values), severity, path)


def _path(line: Line) -> str:
    return f"lines.{line.id}"


def _deviation(study: Study, comparison: Comparison) -> Iterator[Finding]:
    """R01: declared against recomputed."""
    if comparison.declared is None:
        yield _finding("R01", "warning", "undeclared", "declared", recomputed=_figure(comparison.recomputed))
        return
    values = {
        "declared": decimal_text(comparison.declared),
        "recomputed": _figure(comparison.recomputed),
        "tolerance": decimal_text(comparison.tolerance),
    }
    if comparison.deviation is None:
        if comparison.over:
            yield _finding("R01", "block", "recomputed_zero", "declared", **values)
        return
    values["deviation"] = f"{rounded(comparison.deviation, 2):+f}"
    if comparison.over:
        yield _finding("R01", "block", "deviation_over", "declared", **values)
    elif abs(comparison.deviation) * 10 > comparison.tolerance:
        yield _finding("R01", "warning", "deviation_within", "declared", **values)


def _declared_stages(study: Study) -> Iterator[Finding]:
    """R02: the declared stages add up to the declared total, to its last written digit for each stage."""
    if not study.declared_stages or study.declared is None:
        return
    total = sum(study.declared_stages.values(), Decimal(0))
    exponent = study.declared.as_tuple().exponent
    slack = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) * len(study.declared_stages)
    if abs(total - study.declared) > slack:
        values = {"declared": decimal_text(study.declared), "sum": decimal_text(total)}
        yield _finding("R02", "block", "declared_sum", "declared_stages", **values)


def _stages(study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R03: every stage inside the boundary has a line, or is left out with a reason."""
    scheme = shelf.scheme(study.stages)
    if scheme is None:
        yield _finding("R03", "block", "scheme_unknown", "stages", got=study.stages)
        return
    known = {stage.id for stage in scheme.stages}
    for line in study.lines:
        if line.stage not in known:
            yield _finding("R03-stage", "block", "stage_unknown", _path(line), line=line.name, got=line.stage)
    boundary = scheme.boundary(study.boundary)
    if boundary is None:
        yield _finding("R03", "block", "boundary_unknown", "boundary", got=study.boundary)
        return
    filled = {line.stage for line in study.lines}
    reasons = {one.stage: one.reason for one in study.omitted}
    for stage in scheme.inside(boundary):
        if stage.id in filled:
            continue
        path, title = f"stages.{stage.id}", stage.title.as_json()
        if stage.id in reasons:
            yield _finding("R03", "info", "stage_omitted", path, stage=title, reason=reasons[stage.id])
        else:
            values = {"stage": title, "boundary": boundary.title.as_json()}
            yield _finding("R03", "block", "stage_missing", path, **values)


def _uncounted(result: Result) -> Iterator[Finding]:
    """R02: a line that is not amount times factor, because there is no factor or no conversion."""
    for line in result.lines:
        if line.problem:
            path = f"lines.{line.id}"
            yield Finding(f"R02-line:{path}", line.problem, "block", path)


def _amount(line: Line) -> Iterator[Finding]:
    """R02: an amount of zero, or below zero where no credit is declared."""
    amount = decimal_text(line.amount)
    if line.amount == 0:
        yield _finding("R02-amount", "warning", "amount_zero", _path(line), line=line.name)
    elif line.amount < 0 and not line.credit:
        yield _finding("R02-amount", "block", "amount_negative", _path(line), line=line.name, amount=amount)
    elif line.amount < 0:
        yield _finding("R02-amount", "info", "amount_credit", _path(line), line=line.name, amount=amount)


def _kind(line: Line, weighed: Weight, study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R04: a CO2 factor stands where a life-cycle factor is due; R13: another set of warming potentials."""
    if weighed.kind == "co2":
        due = _due(weighed.official, study, shelf)
        values = {"line": line.name, "got": f"{decimal_text(weighed.value)} kgCO2/{weighed.unit}"}
        if due:
            values |= {"expected": f"{decimal_text(due.value)} {due.unit_text}", "factor": due.ref}
            yield _finding("R04", "block", "co2_factor_instead", _path(line), **values)
        else:
            yield _finding("R04", "block", "co2_factor", _path(line), **values)
    elif weighed.kind == "combustion":
        yield _finding("R04", "info", "combustion_alone", _path(line), line=line.name)
    if weighed.official and weighed.official.gwp_set not in ("", study.gwp_set):
        values = {"line": line.name, "got": weighed.official.gwp_set, "expected": study.gwp_set}
        yield _finding("R13", "warning", "gwp_mixed", _path(line), **values)


def _due(factor: Factor | None, study: Study, shelf: Shelf) -> Factor | None:
    if factor is None or not factor.due:
        return None
    series, _, region = factor.due.partition("/")
    return shelf.factors.best(series, region, study.period_to.year)


def _age(line: Line, weighed: Weight, study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R05: a newer factor for the period was published, or the factor is more than three (five) years older than it."""
    ends = study.period_to.year
    factor = weighed.official
    year = factor.year if factor else line.own.year if line.own else None
    if year is None:
        return
    # R04 has said what is due in place of a CO2 factor; a newer one of the wrong kind is no advice.
    newer = shelf.factors.best(factor.series, factor.region, ends) if factor and factor.kind != "co2" else None
    if factor and newer and newer.year > factor.year:
        values = {
            "line": line.name,
            "got": f"{decimal_text(factor.value)} ({factor.year})",
            "expected": f"{decimal_text(newer.value)} ({newer.year})",
            "factor": newer.ref,
        }
        yield _finding("R05-newer", "warning", "factor_superseded", _path(line), **values)
    age = ends - year
    if age > _OLD_YEARS:
        severity: Severity = "block" if age > _TOO_OLD_YEARS else "warning"
        limit = _TOO_OLD_YEARS if age > _TOO_OLD_YEARS else _OLD_YEARS
        values = {"line": line.name, "year": str(year), "age": str(age), "limit": str(limit)}
        yield _finding("R05", severity, "factor_old", _path(line), **values)


def _own_source(line: Line) -> Iterator[Finding]:
    """R12: a factor of the applicant's own names where it comes from."""
    if line.own is None:
        return
    if not line.own.source:
        yield _finding("R12", "block", "own_without_source", _path(line), line=line.name)
    else:
        values = {"line": line.name, "source": line.own.source}
        yield _finding("R12", "info", "own_factor", _path(line), **values)


def _meter(line: Line, study: Study) -> Iterator[Finding]:
    """R18: the meter's certificate covers the whole period."""
    if not line.meter:
        return
    values = {"line": line.name, "meter": line.meter}
    if not line.certificate:
        yield _finding("R18", "warning", "meter_uncertified", _path(line), **values)
    elif line.valid_until is None:
        yield _finding("R18", "warning", "meter_no_date", _path(line), **values)
    elif line.valid_until < study.period_to:
        values |= {"until": line.valid_until.isoformat(), "needed": study.period_to.isoformat()}
        yield _finding("R18", "block", "meter_expired", _path(line), **values)


def _twice(study: Study) -> Iterator[Finding]:
    """R08: one meter read into two lines, or the same line written twice."""
    by_meter: dict[str, Line] = {}
    by_content: dict[tuple[str, ...], Line] = {}
    for line in study.lines:
        first = by_meter.setdefault(line.meter.casefold(), line) if line.meter else line
        if first is not line:
            values = {"line": line.name, "other": first.name, "meter": line.meter}
            yield _finding("R08-meter", "block", "meter_twice", _path(line), **values)
        weighed = line.factor or (f"{decimal_text(line.own.value)}/{line.own.unit}" if line.own else "")
        content = (line.stage, line.name.casefold(), decimal_text(line.amount), line.unit, weighed)
        same = by_content.setdefault(content, line)
        if same is not line:
            values = {"line": line.name, "first": same.id, "second": line.id}
            yield _finding("R08", "warning", "line_twice", _path(line), **values)


def _figure(value: float) -> str:
    """A figure for a sentence: six significant digits, without an exponent."""
    return decimal_text(Decimal(f"{value:.6g}"))
