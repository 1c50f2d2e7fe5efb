"""What is done to a clock while it runs: that it is extended and stopped by the right word, with a ground, and runs on."""

from __future__ import annotations

from collections.abc import Iterator

from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import Report

EXTEND, STOP, RESUME = "extend_clock", "stop_clock", "resume_clock"


def check(report: Report) -> None:
    for state in report.definition.states.values():
        _extended(report, state)
        _stopped(report, state)


def _extended(report: Report, state: State) -> None:
    rule = state.clock.extends if state.clock is not None else None
    place: Place = ("states", state.id, "clock", "extends")
    if rule is None:
        return
    report.known("unknown_role", rule.by, report.definition.roles, (*place, "by"))
    acts = list(_acts(report, state, EXTEND))
    if not acts:
        report.say("clock_never_extended", place, name=state.id)
    for at, action in acts:
        _granted(report, at, action, rule.by, place)


def _stopped(report: Report, state: State) -> None:
    rule = state.clock.stops if state.clock is not None else None
    place: Place = ("states", state.id, "clock", "stops")
    stops, resumes = (list(_acts(report, state, name)) for name in (STOP, RESUME))
    if rule is None:
        for _, action in (*stops, *resumes):
            report.say("clock_may_not_stop", _of(report, state, action), name=state.id)
        return
    report.known("unknown_role", rule.by, report.definition.roles, (*place, "by"))
    if not stops:
        report.say("clock_never_stopped", place, name=state.id)
    elif not resumes:
        report.say("clock_never_resumed", place, name=state.id)
    for at, action in stops:
        _granted(report, at, action, rule.by, place)
    for _, action in (*stops, *resumes):
        if action.to is not None:
            report.say("clock_left", _of(report, state, action), action=action.id)


def _granted(report: Report, at: State, action: Action, role: str, place: Place) -> None:
    """The act is done or signed by the role that the clock names, and asks for its ground."""
    signed = role in action.sign_off and not (action.at_most is not None and action.beyond == "sign_off")
    if role not in report.definition.by(at.id, action) and not signed:
        report.say("clock_word_missing", (*place, "by"), action=action.id, role=role)
    if not any(one.required and one.type in ("text", "long_text") for one in action.asks.values()):
        report.say("clock_ground_missing", _of(report, at, action), action=action.id)


def _acts(report: Report, state: State, name: str) -> Iterator[tuple[State, Action]]:
    """The acts that do this to the clock of a state, each with the state in which it is offered."""
    for at, action, call in _calls(report.definition):
        if call.name == name and (call.argument == state.id or (call.argument is None and at is state)):
            yield at, action


@kept
def _calls(definition: Definition) -> tuple[tuple[State, Action, Call], ...]:
    """Every effect on a clock, with its act and each state in which that is offered."""
    return tuple(
        (at, action, call)
        for at in definition.states.values()
        for action in definition.actions_in(at.id)
        for call in action.then
        if call.name in (EXTEND, STOP, RESUME)
    )


def _of(report: Report, state: State, action: Action) -> Place:
    """Where an act stands in the file."""
    if action.id in state.actions:
        return ("states", state.id, "actions", action.id)
    own = next((one for one in report.definition.states.values() if action.id in one.actions), None)
    return ("states", own.id, "actions", action.id) if own is not None else ("anywhere", action.id)
