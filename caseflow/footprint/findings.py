"""What a reviewer should look at: every check of a study and its recomputed result."""

from __future__ import annotations

from decimal import Decimal

from caseflow.footprint import calculation, scenarios
from caseflow.footprint.checks import (
    balance,
    choice,
    coverage,
    declared,
    double,
    elsewhere,
    evidence,
    moving,
    sharing,
)
from caseflow.footprint.context import Context
from caseflow.footprint.finding import SEVERITIES, Finding
from caseflow.footprint.results import Result
from caseflow.footprint.scenarios import Alternative
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds

DEFAULTS = Thresholds()
ALONE = Context()


def review(
    study: Study,
    result: Result,
    shelf: Shelf,
    tolerance: Decimal,
    thresholds: Thresholds = DEFAULTS,
    context: Context = ALONE,
    others: tuple[Alternative, ...] | None = None,
) -> tuple[Finding, ...]:
    """Every finding about a study and its recomputed ``result``; the gravest first, then in the study's order.

    ``tolerance``: percent by which the declared figure may differ from the recomputed one. ``context``: what is known
    beyond the study. ``others``: what other allocations give, where that was computed already.
    """
    if others is None:
        others = scenarios.alternatives(study, shelf, result)
    scheme = shelf.scheme(study.stages)
    boundary = scheme.boundary(study.boundary) if scheme else None
    found = [
        *declared.declared(study, result, tolerance, thresholds),
        *declared.sums(study, result),
        *coverage.stages(study, shelf),
        *coverage.required(study, shelf, context.required),
    ]
    for line in study.activity:
        found += choice.kinds(line, study, shelf)
        found += choice.ages(line, study, shelf, thresholds)
        found += choice.validity(line, study, shelf)
        found += choice.parameters(line, study, shelf, thresholds)
        found += choice.potentials(line, study, shelf)
        found += choice.proxies(line, study, shelf)
        found += moving.transports(line, thresholds)
        found += evidence.meters(line, study)
    found += elsewhere.outliers(study, result, calculation.solve(study), context, thresholds)
    found += double.twice(study)
    found += double.overlaps(study, shelf)
    found += balance.balances(study, thresholds)
    found += balance.biogenic(study, result, thresholds, boundary.stages if boundary else ())
    found += coverage.cutoffs(study, thresholds)
    found += sharing.allocations(study, others, thresholds)
    found += evidence.own_factors(study, shelf)
    found += evidence.large_lines(study, result, thresholds)
    found += evidence.ratings(result, thresholds)
    found += elsewhere.seen_before(study, context, thresholds)
    return tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity)))
