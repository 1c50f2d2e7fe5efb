"""R03: what the boundary asks for is there. R10: what was cut off is small and has a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from caseflow.footprint.context import Requirement
from caseflow.footprint.finding import Finding, at, finding
from caseflow.footprint.network import untreated
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds
from caseflow.footprint.weights import quoted


def _ids(them: Sequence[Any]) -> list[str]:
    return [one.id for one in them]


def stages(study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R03: every stage inside the boundary has a line, or is left out with a reason."""
    scheme = shelf.scheme(study.stages)
    if scheme is None:
        yield finding("R03", "block", "scheme_unknown", "stages", got=study.stages, expected=_ids(shelf.schemes))
        return
    known = {stage.id for stage in scheme.stages}
    for line in study.activity:
        if line.stage not in known:
            yield finding(
                "R03-stage",
                "block",
                "stage_unknown",
                at(line),
                line=line.name,
                got=line.stage,
                expected=_ids(scheme.stages),
            )
    boundary = scheme.boundary(study.boundary)
    if boundary is None:
        yield finding(
            "R03", "block", "boundary_unknown", "boundary", got=study.boundary, expected=_ids(scheme.boundaries)
        )
        return
    filled = {line.stage for line in study.activity}
    reasons = {one.stage: one.reason for one in study.omitted}
    for stage in scheme.inside(boundary):
        if stage.id in filled:
            continue
        path, title = f"stages.{stage.id}", stage.title.as_json()
        if stage.id in reasons:
            yield finding("R03", "info", "stage_omitted", path, stage=title, reason=reasons[stage.id])
        else:
            yield finding("R03", "block", "stage_missing", path, stage=title, boundary=boundary.title.as_json())


def required(study: Study, shelf: Shelf, requirements: Sequence[Requirement]) -> Iterator[Finding]:
    """R03: the product has the lines that a product of its kind cannot do without; R03: each waste goes somewhere."""
    lines = [(line, quoted(line, study, shelf)) for line in study.activity]
    for one in requirements:
        is_there = any(
            line.carrier in one.carriers
            or (factor is not None and factor.series in one.series)
            or any(word in line.name or (isinstance(factor, OwnFactor) and word in factor.name) for word in one.words)
            for line, factor in lines
        )
        if not is_there:
            yield finding("R03-required", "warning", "required_missing", f"required.{one.id}", what=one.title.as_json())
    for process, flow in untreated(study):
        values = {"process": process.name, "product": flow.name or flow.product}
        yield finding("R03-waste", "warning", "waste_untreated", f"processes.{process.id}.{flow.product}", **values)


def cutoffs(study: Study, thresholds: Thresholds) -> Iterator[Finding]:
    """R10: each thing cut off is below its bound by mass, all together too, and each has a reason."""
    for number, one in enumerate(study.cutoffs):
        path = f"cutoffs[{number}]"
        limit = thresholds.cutoff_rare if one.rare else thresholds.cutoff_mass
        if not one.reason:
            yield finding("R10-reason", "warning", "cutoff_unreasoned", path, item=one.item)
        if one.mass_percent is None and one.footprint_percent is None:
            yield finding("R10-size", "warning", "cutoff_unknown", path, item=one.item)
        if one.mass_percent is not None and one.mass_percent >= limit:
            values = {
                "item": one.item,
                "got": f"{decimal_text(one.mass_percent)}%",
                "expected": f"<{decimal_text(limit)}%",
            }
            yield finding("R10", "warning", "cutoff_large", path, **values)
    for name in ("mass_percent", "footprint_percent"):
        total = sum((getattr(one, name) or Decimal(0) for one in study.cutoffs), Decimal(0))
        if total > thresholds.cutoff_total:
            values = {"got": f"{decimal_text(total)}%", "expected": f"≤{decimal_text(thresholds.cutoff_total)}%"}
            yield finding("R10-total", "block", f"cutoff_total_{name}", f"cutoffs.{name}", **values)
