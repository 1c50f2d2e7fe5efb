"""Is a definition sound: every name known, every part consistent, every case able to reach an end.

Receives the vocabulary of guards, warnings and effects; knows neither files nor rows. What is found carries the
place in the definition, so that ``reader`` can name the line.
"""

from __future__ import annotations

from caseflow.workflow import answers, duties, imports, names, papers, questions, roles, rules, soundness
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Finding
from caseflow.workflow.report import Report
from caseflow.workflow.vocabulary import Vocabulary


def check(definition: Definition, vocabulary: Vocabulary) -> list[Finding]:
    """Every finding about one definition, errors and warnings, in the order of the checks."""
    report = Report(definition, vocabulary)
    if not names.own_ids(report):
        return report.findings
    for room in (names, roles, duties, questions, answers, imports, papers):
        room.check(report)
    soundness.check(report)
    report.findings += rules.check(definition)
    return report.findings
