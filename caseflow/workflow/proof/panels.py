"""What a panel scores, says and is asked, and how its cases are assigned: all of it in its place and within its limits."""

from __future__ import annotations

from decimal import Decimal

from caseflow.workflow.panel import Criterion, Example, Panel
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import State
from caseflow.workflow.report import Report

ASSIGNS, ASSIGNED, ASKS = "assign_members", "members_assigned", "ask_outlier"
DRAWS, SCORES = "draw_experts", "score_member"
TALKS = frozenset({ASKS, "answer_outlier", "change_score", "draft_opinion", "remark", "sign_panel"})
"""Effects by which a panel discusses and gives its opinion."""
_SITS = TALKS | {SCORES, "answer_seat", "declare_interest", "sign_pledges"}
"""Effects of what those who sit on a panel do with its cases."""


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
    for state in report.definition.states.values():
        _meets(report, state)


def _meets(report: Report, state: State) -> None:
    """Nobody talks of scores while somebody may still give one; who was drawn or is to act is asked by the state."""
    definition = report.definition
    done = [(action, call) for action in definition.actions_in(state.id) for call in action.then]
    for panel in definition.panels:
        scoring = next((action for action, call in done if (call.name, call.argument) == (SCORES, panel)), None)
        talking = next((action for action, call in done if call.name in TALKS and call.argument == panel), None)
        if scoring is not None and talking is not None:
            names = {"name": state.id, "score": scoring.id, "say": talking.id}
            report.say("scores_and_discusses", ("states", state.id), level="warning", **names)
        for action, call in done:
            if call.argument != panel:
                continue
            by_panel = definition.panels[panel].role in definition.by(state.id, action)
            if call.name in _SITS and by_panel and state.panel != panel:
                report.say("panel_unnamed", ("states", state.id), name=state.id, panel=panel, act=action.id)
                break
            for name in (action.leads_to or (state.id,)) if call.name == DRAWS else ():
                after = definition.states.get(name)
                if after is not None and not after.final and after.panel != panel:
                    report.say("no_panel_after_draw", ("states", after.id), name=after.id, panel=panel, act=action.id)


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
        _example(report, panel, example, (*place, "examples", example.id, "marks"))
    if panel.aggregate.minimum is not None:
        full = sum((one.maximum * Decimal(one.weight) for one in panel.rubric.values() if not one.apart), Decimal(0))
        if Decimal(panel.aggregate.minimum) > full:
            at: Place = (*place, "aggregate", "minimum")
            report.say("minimum_beyond", at, minimum=panel.aggregate.minimum, maximum=f"{full.normalize():f}")


def _example(report: Report, panel: Panel, example: Example, place: Place) -> None:
    """Experts can try themselves on it: each mark can be given, and the marks come to a total."""
    marked = [panel.rubric[name] for name in example.marks if name in panel.rubric]
    for criterion in marked:
        mark = example.marks[criterion.id]
        if not 0 <= mark <= criterion.maximum:
            report.say("example_mark_beyond", (*place, criterion.id), mark=mark, maximum=criterion.maximum)
    if all(criterion.apart for criterion in marked):
        report.say("example_without_total", place)


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
