"""R12: data quality and evidence. R18: the meters were certified while they were read."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from caseflow.footprint.finding import Finding, at, finding
from caseflow.footprint.line import Line
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.quality import weighted
from caseflow.footprint.results import LineResult, Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds
from caseflow.footprint.weights import quoted

_PROVEN = ("measured", "supplier", "exchange")


def own_factors(study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R12: a factor of the applicant's own names where it comes from, and what proves it."""
    for line in study.activity:
        own = quoted(line, study, shelf)
        if not isinstance(own, OwnFactor):
            continue
        if not own.source:
            yield finding("R12", "block", "own_without_source", at(line), line=line.name)
        else:
            yield finding("R12", "info", "own_factor", at(line), line=line.name, source=own.source)
        if own.origin in _PROVEN and not own.evidence:
            yield finding("R12-proof", "warning", "own_without_evidence", at(line), line=line.name)


def large_lines(study: Study, result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """R12: what makes much of the result is measured, with evidence."""
    for line, found in zip(study.activity, result.lines, strict=True):
        if found.share is None or abs(found.share) * 100 <= thresholds.large_line:
            continue
        yield from _large(line, found)


def _large(line: Line, found: LineResult) -> Iterator[Finding]:
    values = {"line": line.name, "got": f"{abs(found.share or 0) * 100:.1f}%"}
    if line.data_type == "estimated":
        yield finding("R12-large", "warning", "large_estimated", at(line), **values)
    elif not line.primary:
        yield finding("R12-large", "warning", "large_secondary", at(line), **values)
    elif not line.evidence and not line.data_source:
        yield finding("R12-large", "info", "large_unproven", at(line), **values)


def ratings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """R12: the weighted rating of the whole and of each stage, and the share of primary data."""
    limit = float(thresholds.rating)
    if result.quality.rating is not None and result.quality.rating > limit:
        values = {"got": f"{result.quality.rating:.2f}", "expected": f"≤{limit:g}"}
        yield finding("R12-rating", "warning", "quality_poor", "quality", **values)
    for stage in result.stages:
        mine = weighted((one.rating, one.kg) for one in result.lines if one.stage == stage.id and one.kg is not None)
        if mine.rating is not None and mine.rating > limit:
            values = {"got": f"{mine.rating:.2f}", "expected": f"≤{limit:g}"}
            title = stage.title.as_json()
            yield finding("R12-rating", "info", "quality_poor_stage", f"stages.{stage.id}", **values, stage=title)
    wanted = thresholds.primary
    if wanted is not None and result.primary_share is not None and Decimal(result.primary_share) * 100 < wanted:
        values = {"got": f"{result.primary_share * 100:.1f}%", "expected": f"≥{wanted}%"}
        yield finding("R12-primary", "warning", "primary_low", "primary_share", **values)


def meters(line: Line, study: Study) -> Iterator[Finding]:
    """R18: the meter's certificate covers the whole period."""
    if not line.meter:
        return
    values = {"line": line.name, "meter": line.meter}
    if not line.certificate:
        yield finding("R18", "warning", "meter_uncertified", at(line), **values)
    elif line.valid_until is None:
        yield finding("R18", "warning", "meter_no_date", at(line), **values)
    elif line.valid_until < study.period_to:
        until, needed = line.valid_until.isoformat(), study.period_to.isoformat()
        values |= {"until": until, "needed": needed}
        yield finding("R18", "block", "meter_expired", at(line), **values, got=until, expected=f"≥{needed}")
