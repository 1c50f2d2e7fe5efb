"""Who may begin, help, look and set: what the roles of a definition promise must be kept by its states and acts."""

from __future__ import annotations

from caseflow.workflow.definition import Role
from caseflow.workflow.graph import recorded
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import Report

INVOLVES = "involve"
ENDS = "end_involvement"


def check(report: Report) -> None:
    definition = report.definition
    given = {call.argument for _, _, action in report.actions() for call in action.then if call.name == INVOLVES}
    for role in definition.roles.values():
        place: Place = ("roles", role.id)
        _assists(report, role, place)
        _opens(report, role, place)
        if role.sees == "involved" and role.id not in given:
            report.say("never_involved", (*place, "sees"), name=role.id)
    for place, _, action in report.actions():
        _involves(report, action, place)
    _sets(report)
    _entered(report)


def _assists(report: Report, role: Role, place: Place) -> None:
    if role.assists is None:
        return
    at: Place = (*place, "assists")
    if role.assists == role.id:
        report.say("assists_itself", at)
    elif report.known("unknown_role", role.assists, report.definition.roles, at):
        held = (state for state in report.definition.states.values() if state.holder == role.assists)
        if not any(state.edits for state in held):
            report.say("assists_nothing", at, name=role.assists)


def _opens(report: Report, role: Role, place: Place) -> None:
    """A state in which a role begins must be its own turn: nobody else could go on from there."""
    at: Place = (*place, "opens")
    if role.opens and role.sees in ("assigned", "involved"):
        report.say("assigned_opens", at)
    if not isinstance(role.opens, str) or not report.known("unknown_state", role.opens, report.definition.states, at):
        return
    state: State = report.definition.states[role.opens]
    if state.final:
        report.say("opens_final", at, name=state.id)
    elif state.holder != role.id:
        report.say("opens_not_held", at, name=state.id, role=role.id)


def _involves(report: Report, action: Action, place: Place) -> None:
    for number, call in enumerate(action.then):
        role = report.definition.roles.get(call.argument) if isinstance(call.argument, str) else None
        if call.name in (INVOLVES, ENDS) and role is not None and role.sees != "involved":
            report.say("involves_unseen", (*place, "then", number, call.name), name=role.id)


def _sets(report: Report) -> None:
    """What is set counts for the whole authority: only its own office sets and confirms it."""
    definition = report.definition
    said: list[tuple[Place, str | None]] = [
        *((("quotas", one.id, "set_by"), one.set_by) for one in definition.quotas.values()),
        *((("parameters", one.id, "set_by"), one.set_by) for one in definition.parameters.values()),
        *((("parameters", one.id, "confirmed_by"), one.confirmed_by) for one in definition.parameters.values()),
    ]
    for place, name in said:
        role = definition.roles.get(name or "")
        if role is not None and role.sees != "own_authority":
            report.say("set_outside_office", place, name=role.id)


def _entered(report: Report) -> None:
    """Every state that carries a dossier over has one, and a round into which it can be taken."""
    definition = report.definition
    for state in definition.states.values():
        at: Place = ("states", state.id, "carries_over")
        if state.carries_over and not definition.dossier:
            report.say("carries_nothing", at)
        elif state.carries_over and definition.rounds != "required":
            report.say("no_rounds", at)
    if definition.kind == "collective" and len(recorded(definition)) > 1:
        report.say("opens_for_many", ("roles",))
