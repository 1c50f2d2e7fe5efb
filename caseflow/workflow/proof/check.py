"""Is a definition sound: every name known, every part consistent, every case able to reach an end.

Receives the vocabulary of guards, warnings and effects; knows neither files nor rows. What is found carries the
place in the definition, so that ``reader`` can name the line.
"""

from __future__ import annotations

from caseflow.workflow import bounds, retracing, rights, rules
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Finding
from caseflow.workflow.proof import (
    answers,
    clocks,
    coverage,
    deciding_guards,
    duties,
    imports,
    linking,
    lots,
    names,
    panels,
    papers,
    public_forms,
    questions,
    register_checks,
    roles,
    routes,
    sense,
    serving,
    soundness,
    span_checks,
    timed,
)
from caseflow.workflow.report import Report
from caseflow.workflow.vocabulary import Vocabulary


def check(definition: Definition, vocabulary: Vocabulary) -> list[Finding]:
    """Every finding about one definition, errors and warnings, in the order of the checks."""
    report = Report(definition, vocabulary)
    if not names.own_ids(report):
        return report.findings
    for room in (names, roles, bounds, questions, answers, imports, papers, lots, panels, routes, rights, coverage):
        room.check(report)
    bounds.at_ends(report, _timed)
    register_checks.check(report)
    linking.check(report)
    public_forms.check(report)
    retracing.check(report)
    clocks.check(report)
    timed.check(report)
    span_checks.check(report)
    report.findings += rules.check(definition)
    if not any(found.level == "error" for found in report.findings):
        deciding_guards.check(report)
    sense.check(report)
    return report.findings


def notes(definition: Definition) -> list[Finding]:
    """What could not be decided about a definition that was checked; nothing is wrong with it."""
    return deciding_guards.undecided(definition)


def _timed(report: Report) -> None:
    """What compares periods and numbers sees them as they are set, not the names of parameters."""
    duties.check(report)
    serving.check(report)
    soundness.check(report)
    sense.timed(report)
