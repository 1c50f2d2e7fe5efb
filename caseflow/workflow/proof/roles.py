"""Who may begin, help, look and set: what the roles of a definition promise must be kept by its states and acts."""

from __future__ import annotations

from caseflow.workflow.definition import Role
from caseflow.workflow.form import FieldType
from caseflow.workflow.graph import recorded
from caseflow.workflow.many import ADDRESSEES
from caseflow.workflow.parties import Involved, Recorded, involves
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import Report, paths

ENDS = "end_involvement"
HOLDERS: tuple[FieldType, ...] = ("organisation", "credit_code")
"""What may name an organisation."""


def check(report: Report) -> None:
    definition = report.definition
    given = {involves(call) for _, _, action in report.actions() for call in action.then}
    for role in definition.roles.values():
        place: Place = ("roles", role.id)
        _assists(report, role, place)
        _opens(report, role, place)
        if role.sees == "involved" and role.id not in given:
            report.say("never_involved", (*place, "sees"), name=role.id)
    for place, _, action in report.actions():
        _involves(report, action, place)
    _addressed(report)
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
        name = call.argument if call.name == ENDS and isinstance(call.argument, str) else involves(call)
        role = report.definition.roles.get(name or "")
        if role is not None and role.sees != "involved":
            report.say("involves_unseen", (*place, "then", number, call.name), name=role.id)


def argument(report: Report, call: Call, place: Place) -> None:
    """The argument of ``involve`` and ``record_organisation``: roles and paths that are there, and fit."""
    involved, recorded = Involved.read(call), Recorded.read(call)
    if involved is None and recorded is None:
        report.say("argument_wrong", place, name=call.name, kind=call.name)
        return
    known = paths(report.definition)
    wanted: list[tuple[str, str | None, tuple[FieldType, ...]]] = []
    if involved is not None:
        report.known("unknown_role", involved.role, report.definition.roles, place)
        wanted = [("of", involved.of, HOLDERS)]
    if recorded is not None:
        wanted = [("code", recorded.code, HOLDERS[1:]), ("name", recorded.name, ("text",))]
        wanted += [("region", recorded.region, ("region", "text"))]
    for key, path, types in wanted:
        at = (*place, key)
        if path is None or (key == "of" and path == HOLDERS[0]) or not report.known("unknown_path", path, known, at):
            continue
        if known[path].type not in types:
            report.say("question_type", at, name=path, type=known[path].type, wanted=list(types))
        elif known[path].personal:
            report.say("register_personal", at, path=path)


def _addressed(report: Report) -> None:
    """A letter goes to the applicant, to an office, or to a role that is given a part in the case."""
    roles = report.definition.roles
    for letter in report.definition.letters.values():
        at: Place = ("letters", letter.id, "to")
        if letter.to in ADDRESSEES or not report.known("unknown_role", letter.to, [*roles, *ADDRESSEES], at):
            continue
        if roles[letter.to].sees != "involved" or roles[letter.to].assists is not None:
            report.say("letter_to_no_part", at, name=letter.to)


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
