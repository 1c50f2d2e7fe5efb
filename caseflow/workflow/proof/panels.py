"""What a panel scores and how its cases are assigned: every criterion known, every figure within its limits."""

from __future__ import annotations

from decimal import Decimal

from caseflow.workflow.panel import Criterion, Panel
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.report import Report

ASSIGNS, ASSIGNED, ASKS = "assign_members", "members_assigned", "ask_outlier"


def check(report: Report) -> None:
    calls = [
        ((*place, key, number), call)
        for place, _, action in report.actions()
        for key, listed in (("needs", action.needs), ("then", action.then))
        for number, call in enumerate(listed)
        if isinstance(call, Call)
    ]
    for place, call in calls:
        meant = report.definition.panels.get(str(call.argument))
        if call.name in (ASSIGNS, ASSIGNED) and meant is not None and meant.assign is None:
            report.say("assign_without_rule", place, name=call.name, panel=meant.id)
    for panel in report.definition.panels.values():
        done = {call.name for _, call in calls if call.argument == panel.id}
        at: Place = ("panels", panel.id)
        if panel.assign is not None and ASSIGNS not in done:
            report.say("assign_never_done", (*at, "assign"), name=ASSIGNS)
        if panel.outlier is not None and ASKS not in done:
            report.say("outlier_never_asked", (*at, "outlier"), level="warning", name=ASKS)
        _assign(report, panel, at)
        _criteria(report, panel, at)
        for criterion in panel.rubric.values():
            _figures(report, criterion, (*at, "rubric", criterion.id))


def _assign(report: Report, panel: Panel, place: Place) -> None:
    rule = panel.assign
    if rule is None:
        return
    at: Place = (*place, "assign")
    if rule.each > panel.size:
        report.say("assign_beyond_panel", (*at, "each"), each=rule.each, size=panel.size)
    if rule.least > rule.most:
        report.say("assign_least_over_most", (*at, "least"), least=rule.least, most=rule.most)
    wanted = panel.aggregate.min_scores
    if rule.each < wanted <= panel.size:
        report.say("assign_too_few_scores", (*at, "each"), each=rule.each, wanted=wanted)


def _criteria(report: Report, panel: Panel, place: Place) -> None:
    """Whatever names a criterion names one of the rubric."""
    for number, name in enumerate(panel.aggregate.ties):
        report.known("unknown_criterion", name, panel.rubric, (*place, "aggregate", "ties", number))
    for example in panel.examples.values():
        for name in example.marks:
            report.known("unknown_criterion", name, panel.rubric, (*place, "examples", example.id, "marks", name))
    if panel.aggregate.minimum is not None:
        full = sum((one.maximum * Decimal(one.weight) for one in panel.rubric.values() if not one.apart), Decimal(0))
        if Decimal(panel.aggregate.minimum) > full:
            at: Place = (*place, "aggregate", "minimum")
            report.say("minimum_beyond", at, minimum=panel.aggregate.minimum, maximum=f"{full.normalize():f}")


def _figures(report: Report, criterion: Criterion, place: Place) -> None:
    """The anchors say of every mark once what it means."""
    if criterion.minimum is not None and criterion.minimum > criterion.maximum:
        report.say("minimum_beyond", (*place, "minimum"), minimum=criterion.minimum, maximum=criterion.maximum)
    if not criterion.anchors:
        return
    at: Place = (*place, "anchors")
    marks = [mark for one in criterion.anchors for mark in range(one.from_, min(one.to, criterion.maximum) + 1)]
    for number, one in enumerate(criterion.anchors):
        if not one.from_ <= one.to <= criterion.maximum:
            report.say("anchor_beyond", (*at, number), start=one.from_, to=one.to, maximum=criterion.maximum)
    twice = sorted({mark for mark in marks if marks.count(mark) > 1})
    if twice:
        report.say("anchors_overlap", at, mark=twice[0])
    left = sorted(set(range(criterion.maximum + 1)) - set(marks))
    if left:
        report.say("anchors_gap", at, mark=left[0])
