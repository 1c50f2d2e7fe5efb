"""R07: figures far from those of the same kind of product. R16: what was seen before, elsewhere or last year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median

from caseflow.footprint import units
from caseflow.footprint.calculation import Solved, portion
from caseflow.footprint.context import Context, trace
from caseflow.footprint.finding import Finding, figure, finding
from caseflow.footprint.line import Line
from caseflow.footprint.results import Result
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds

_TO_NORMAL = 0.6745
"""The median absolute deviation of a normal distribution, in standard deviations."""
_LEAST_SPREAD = 0.01
"""On the logarithm and on shares: peers that agree to a percent do not make a percent an outlier."""


def robust_z(value: float, others: Sequence[float]) -> float:
    """How far a value lies from the median of others, in robust standard deviations."""
    middle = median(others)
    spread = median(abs(other - middle) for other in others)
    return _TO_NORMAL * (value - middle) / max(spread, _LEAST_SPREAD * _TO_NORMAL)


def outliers(
    study: Study, result: Result, solved: Solved, context: Context, thresholds: Thresholds
) -> Iterator[Finding]:
    """R07: total, shares of the stages and energy per unit, each against the peers' robust spread."""
    peers = context.peers
    yield from _far("R07", "total", result.total, peers.totals, thresholds, is_log=True)
    if result.total > 0:
        shares: dict[str, float] = {}
        for stage in result.stages:
            key = stage.maps_to or stage.id
            shares[key] = shares.get(key, 0.0) + (stage.share or 0.0)
        for stage_id, share in shares.items():
            yield from _far(
                "R07-stage", f"stages.{stage_id}", share, peers.stages.get(stage_id, ()), thresholds, is_log=False
            )
    for carrier, used in usage(study, solved).items():
        yield from _far("R07-usage", f"usage.{carrier}", used, peers.usage.get(carrier, ()), thresholds, is_log=True)


def usage(study: Study, solved: Solved) -> dict[str, float]:
    """By energy carrier, how much of it one functional unit takes, in the base unit of its dimension."""
    found: dict[str, list[float]] = {}
    for line in study.activity:
        if line.carrier:
            found.setdefault(line.carrier, []).append(_base_amount(line, study, solved))
    return {carrier: math.fsum(amounts) for carrier, amounts in found.items()}


def _base_amount(line: Line, study: Study, solved: Solved) -> float:
    unit = units.unit(line.unit)
    return float(line.amount) * float(unit.size if unit else 1) * float(portion(line, study, solved))


def _far(
    check: str, path: str, value: float, others: Sequence[float], thresholds: Thresholds, *, is_log: bool
) -> Iterator[Finding]:
    known = [other for other in others if other > 0] if is_log else list(others)
    if len(known) < thresholds.peers or (is_log and value <= 0):
        return
    score = robust_z(math.log(value), [math.log(one) for one in known]) if is_log else robust_z(value, known)
    if abs(score) > thresholds.outlier:
        values = {"got": figure(value), "expected": figure(median(known)), "score": f"{score:+.1f}", "of": path}
        yield finding(check, "warning", "outlier", path, **values, peers=str(len(known)))


def seen_before(study: Study, context: Context, thresholds: Thresholds) -> Iterator[Finding]:
    """R16: the same evidence or the same amounts in another application, or the amounts of last year."""
    mine = trace(study)
    enough = len(mine.amounts) >= thresholds.repeated_lines
    for name, other in context.others.items():
        shared = sorted(mine.evidence & other.evidence)
        if shared:
            values = {"other": other.title or name, "got": shared[:5]}
            yield finding("R16", "warning", "evidence_elsewhere", f"others.{name}", **values)
        if enough and mine.amounts == other.amounts:
            values = {"other": other.title or name, "n": str(len(mine.amounts))}
            yield finding("R16-copy", "warning", "amounts_elsewhere", f"others.{name}", **values)
    if enough and context.earlier is not None and mine.amounts == context.earlier.amounts:
        yield finding("R16-year", "warning", "amounts_unchanged", "lines", n=str(len(mine.amounts)))
