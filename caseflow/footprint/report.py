"""A study's whole report as plain JSON: what the command line prints and a stored result keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from caseflow.footprint.calculation import Result, calculate, compare
from caseflow.footprint.findings import Finding, review
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study, read

DEFAULT_TOLERANCE = Decimal(5)
"""Percent."""


def report(study: Study, shelf: Shelf, tolerance: Decimal = DEFAULT_TOLERANCE) -> tuple[Result, dict[str, Any]]:
    """The result of a study, and it with comparison and findings as plain JSON."""
    result = calculate(study, shelf)
    found = review(study, result, shelf, tolerance)
    return result, {
        "result": result.as_json(),
        "result_hash": result.hash,
        "comparison": compare(study.declared, result.total, tolerance).as_json(),
        "findings": [finding.as_json() for finding in found],
        "status": status(found),
    }


def status(findings: tuple[Finding, ...]) -> str:
    """``blocked``, ``doubtful`` or ``clear``: the gravest finding in a word."""
    severities = {finding.severity for finding in findings}
    return "blocked" if "block" in severities else "doubtful" if "warning" in severities else "clear"


def footprint_report(study: Any, shelf: Shelf, tolerance: Decimal = DEFAULT_TOLERANCE) -> dict[str, Any]:
    """The report of a study given as plain JSON. Raises :class:`~caseflow.words.Refused` where it cannot be read."""
    found = read(study)
    return {"study": found.as_json(), **report(found, shelf, tolerance)[1]}
