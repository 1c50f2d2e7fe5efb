"""Acts whose way a decision says: every answer of the decision has a way, and each way is a state."""

from __future__ import annotations

from caseflow.workflow.decisions import Decision
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import BY_DECISION, Action, Route
from caseflow.workflow.report import Report


def check(report: Report) -> None:
    if BY_DECISION in report.definition.states:
        report.say("reserved_id", ("states", BY_DECISION), name=BY_DECISION)
    for place, _, action in report.actions():
        if action.route is not None:
            _route(report, action, action.route, (*place, "route"))


def decision_of(definition_decisions: dict[str, Decision], route: Route) -> tuple[Decision | None, str]:
    """The decision by which a route goes, and the id of its output."""
    name, _, output = route.by.partition(".")
    return definition_decisions.get(name), output


def _route(report: Report, action: Action, route: Route, place: Place) -> None:
    definition = report.definition
    if action.to != BY_DECISION:
        report.say("route_and_to", place)
    for name, state in route.ways.items():
        report.known("unknown_state", state, definition.states, (*place, "ways", name))
    decision, name = decision_of(definition.decisions, route)
    at: Place = (*place, "by")
    if decision is None:
        report.known("unknown_decision", route.by.partition(".")[0], definition.decisions, at)
        return
    if not report.known("unknown_output", name, decision.outputs, at):
        return
    output = decision.outputs[name]
    if output.type != "choice" or decision.hit == "collect":
        report.say("route_undecided", at, name=route.by)
        return
    for way in route.ways:
        report.known("unknown_choice", way, output.choices, (*place, "ways", way))
    for choice in output.choices:
        if choice not in route.ways:
            report.say("choice_without_way", (*place, "ways"), name=choice)
