"""What names a row of the register of time limits says what the row says."""

from __future__ import annotations

from caseflow.workflow.proof.timer_uses import uses
from caseflow.workflow.report import Report


def check(report: Report) -> None:
    known = report.vocabulary.timers
    for use in uses(report.definition):
        place = (*use.place, "timer")
        if report.known("unknown_timer", use.key, known, place) and not use.agrees(known[use.key]):
            listed = ", ".join(use.expected(known[use.key])) or "–"
            report.say("timer_differs", place, name=use.key, value=use.written, expected=listed)
