"""A study's whole report as plain JSON: what the command line prints and a stored result keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from caseflow.footprint import scenarios
from caseflow.footprint.calculation import calculate
from caseflow.footprint.context import Context
from caseflow.footprint.finding import Finding
from caseflow.footprint.findings import ALONE, DEFAULTS, review
from caseflow.footprint.gate import gate
from caseflow.footprint.model import Undefined, model
from caseflow.footprint.montecarlo import simulate
from caseflow.footprint.propagation import propagate
from caseflow.footprint.results import Result, compare
from caseflow.footprint.sensitivity import tornado
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study, read
from caseflow.footprint.thresholds import Thresholds

DEFAULT_TOLERANCE = Decimal(5)
"""Percent."""
_MOST_SHOWN = 20
"""Contributions and bars that a report keeps; the rest are smaller."""


def report(
    study: Study,
    shelf: Shelf,
    tolerance: Decimal = DEFAULT_TOLERANCE,
    thresholds: Thresholds = DEFAULTS,
    context: Context = ALONE,
    *,
    blocks: Collection[str] | None = None,
    accepted: Mapping[str, str] | None = None,
    draws: int = 0,
    seed: int = 0,
) -> tuple[Result, dict[str, Any]]:
    """The result of a study, and it with comparison, findings, gate, other allocations and uncertainty as plain JSON.

    ``tolerance`` in percent; ``blocks`` and ``accepted``: see :func:`~caseflow.footprint.gate.gate`; ``draws`` and
    ``seed``: see :func:`uncertainty`.
    """
    result = calculate(study, shelf)
    others = scenarios.alternatives(study, shelf, result)
    found = review(study, result, shelf, tolerance, thresholds, context, others)
    stages = {
        stage.id: compare(study.declared_stages[stage.id], stage.total, tolerance).as_json()
        for stage in result.stages
        if stage.id in study.declared_stages
    }
    return result, {
        "result": result.as_json(),
        "result_hash": result.hash,
        "comparison": compare(study.declared, result.total, tolerance).as_json(),
        "stages": stages,
        "alternatives": [one.as_json() for one in others],
        "scenarios": [one.as_json() for one in scenarios.outcomes(study, shelf, result)],
        "findings": [one.as_json() for one in found],
        "status": status(found),
        "gate": gate(found, blocks=blocks, accepted=accepted).as_json(),
        "uncertainty": uncertainty(study, shelf, draws, seed),
    }


def uncertainty(study: Study, shelf: Shelf, draws: int = 0, seed: int = 0) -> dict[str, Any] | None:
    """Spread by formula, tornado, and (where ``draws`` are asked for) Monte Carlo; None where nothing is uncertain.

    What has no total (a loop that feeds on itself at the end of a spread, a root of a negative draw) is left out.
    """
    uncertain = model(study, shelf)
    if not uncertain.variables or not uncertain.terms:
        return None
    found: dict[str, Any] = {"formula": None, "tornado": [], "simulation": None}
    with suppress(Undefined):
        found["formula"] = propagate(uncertain).as_json()
        found["formula"]["contributions"] = found["formula"]["contributions"][:_MOST_SHOWN]
    with suppress(Undefined):
        found["tornado"] = [bar.as_json() for bar in tornado(uncertain)[:_MOST_SHOWN]]
    with suppress(Undefined):
        found["simulation"] = simulate(uncertain, draws, seed).as_json() if draws else None
    return found


def status(findings: tuple[Finding, ...]) -> str:
    """``blocked``, ``doubtful`` or ``clear``: the gravest finding in a word."""
    severities = {one.severity for one in findings}
    return "blocked" if "block" in severities else "doubtful" if "warning" in severities else "clear"


def footprint_report(study: Any, shelf: Shelf, tolerance: Decimal = DEFAULT_TOLERANCE) -> dict[str, Any]:
    """The report of a study given as plain JSON. Raises :class:`~caseflow.words.Refused` where it cannot be read."""
    found = read(study)
    return {"study": found.as_json(), **report(found, shelf, tolerance)[1]}
