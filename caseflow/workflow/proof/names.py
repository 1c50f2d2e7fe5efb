"""Every name that a definition mentions must exist, and take the argument that is given to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from caseflow.workflow.definition import Definition, Step
from caseflow.workflow.form import Field
from caseflow.workflow.graph import ORIGIN, action_ids
from caseflow.workflow.parts import Call, Named
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import BY_DECISION, Action, State
from caseflow.workflow.proof import (
    clocks,
    consequence_checks,
    linking,
    lookup_checks,
    publishing_checks,
    register_checks,
    roles,
    sampling_checks,
)
from caseflow.workflow.proof.walking import inside
from caseflow.workflow.report import CASE_PATHS, ENGINE_ACTS, Report, paths
from caseflow.workflow.running import LONG
from caseflow.workflow.vocabulary import Entry

GIVEN = (
    "dossier", "round", "state", "facts", "recorded", "bureau", "members", "holds", "footprint", "credit_record", "twin",
    "entries", "filed",
)  # fmt: skip
"""What a test of a definition may take as given."""


_SHAPES = {linking.OPENS: linking.shape_of_opening, linking.LINKED: linking.shape_of_asking}
"""Arguments of which ``linking`` knows more."""


def check(report: Report) -> None:
    definition = report.definition
    for state in definition.states.values():
        _state(report, state)
    clocks.names(report)
    for place, at, action in report.actions():
        _action(report, place, at, action)
    for place, field in report.questions():
        report.known("unknown_panel", field.panel, definition.panels, (*place, "panel"))
    known = paths(definition)
    for role in definition.roles.values():
        for number, path in enumerate(role.hides):
            _path(report, path, known, ("roles", role.id, "hides", number), sections=True)
    for key in ("case_title", "case_subject"):
        _path(report, getattr(definition, key), known, (key,))
    for quota in definition.quotas.values():
        place = ("quotas", quota.id)
        report.known("unknown_role", quota.set_by, definition.roles, (*place, "set_by"))
        for number, path in enumerate(quota.per):
            _path(report, path, known, (*place, "per", number))
    for panel in definition.panels.values():
        place = ("panels", panel.id)
        report.known("unknown_role", panel.role, definition.roles, (*place, "role"))
        if definition.kind == "application":
            for number, path in enumerate(panel.match):
                _path(report, path, known, (*place, "match", number))
            _path(report, panel.rank_within, known, (*place, "rank_within"))
    _tests(report)
    _reserved(report)


def _state(report: Report, state: State) -> None:
    definition = report.definition
    place: Place = ("states", state.id)
    report.known("unknown_role", state.holder, definition.roles, (*place, "holder"))
    report.known("unknown_stage", state.stage, definition.stages, (*place, "stage"))
    report.known("unknown_panel", state.panel, definition.panels, (*place, "panel"))
    if state.clock:
        for number, paused in enumerate(state.clock.pauses_in):
            report.known("unknown_state", paused, definition.states, (*place, "clock", "pauses_in", number))
        for number, role in enumerate(state.clock.breach.notify):
            report.known("unknown_role", role, definition.roles, (*place, "clock", "breach", "notify", number))
        report.known("unknown_duty", state.clock.breach.opens, state.duties, (*place, "clock", "breach", "opens"))
    if state.publicity:
        report.known("unknown_action", state.publicity.ends, state.actions, (*place, "publicity", "ends"))
        _path(report, state.publicity.posted_on, paths(definition), (*place, "publicity", "posted_on"))


def _action(report: Report, place: Place, at: State | None, action: Action) -> None:
    definition = report.definition
    states = [*definition.states, ORIGIN, *([BY_DECISION] if action.route is not None else [])]
    report.known("unknown_state", action.to, states, (*place, "to"))
    report.known("unknown_state", action.resume, definition.states, (*place, "resume"))
    for key in ("by", "sign_off"):
        for number, role in enumerate(getattr(action, key)):
            report.known("unknown_role", role, definition.roles, (*place, key, number))
    for number, state in enumerate(action.not_in):
        report.known("unknown_state", state, definition.states, (*place, "not_in", number))
    if action.not_in and at is not None:
        report.say("not_in_own", (*place, "not_in"))
    if action.id in ENGINE_ACTS:
        report.say("engine_action", place, name=action.id)
    if at is not None and action.id in definition.anywhere:
        report.say("action_twice", place, name=action.id)
    vocabulary = report.vocabulary
    for number, condition in enumerate(action.needs):
        if isinstance(condition, Call):
            # A guard may ask for a duty of an earlier state.
            here = None if condition.name in ("duty_done", "vote_not_passed") else at
            _call(report, "unknown_guard", condition, vocabulary.guards, (*place, "needs", number), here)
        elif condition.basis is None:
            report.say("check_without_basis", (*place, "needs", number))
    for number, call in enumerate(action.warns):
        _call(report, "unknown_warning", call, vocabulary.warnings, (*place, "warns", number), at)
    for number, call in enumerate(action.then):
        _call(report, "unknown_effect", call, vocabulary.effects, (*place, "then", number), at)


def _call(report: Report, rule: str, call: Call, entries: Mapping[str, Entry], place: Place, at: State | None) -> None:
    if not report.known(rule, call.name, entries, place):
        return
    entry = entries[call.name]
    at_argument = (*place, call.name)
    if call.argument is None:
        if entry.argument != "none" and not entry.optional:
            report.say("argument_missing", place, name=call.name, kind=entry.argument)
        if entry.argument == "clock" and at is not None and at.clock is None:
            report.say("no_clock", place, name=at.id)
    elif entry.argument == "none":
        report.say("argument_unwanted", at_argument, name=call.name)
    else:
        _argument(report, entry, call.argument, at_argument, at)


def _argument(report: Report, entry: Entry, argument: Any, place: Place, at: State | None) -> None:
    definition = report.definition
    duties = [duty for state in definition.states.values() for duty in state.duties]
    named: dict[str, Collection[str]] = {
        "quota": definition.quotas,
        "letter": definition.letters,
        "duty": at.duties if at is not None and at.duties else duties,
        "action": action_ids(report.definition),
        "state": definition.states,
        "panel": definition.panels,
        "role": definition.roles,
        "section": definition.dossier,
        "table": definition.tables,
        "decision": definition.decisions,
        "clock": [*definition.states, *_long(definition), *(f"duty:{duty}" for duty in duties)],
    }
    kind = entry.argument
    if kind in named:
        if not isinstance(argument, str):
            report.say("argument_wrong", place, name=entry.name, kind=kind)
        else:
            report.known(f"unknown_{kind}", argument, named[kind], place)
            if argument in named[kind] and kind == "clock" and not _runs(definition, argument):
                report.say("no_clock", place, name=argument)
    elif kind == "dossier":
        if argument != "dossier":
            report.say("argument_wrong", place, "dossier", name=entry.name, kind=kind)
    elif kind == "path":
        if not isinstance(argument, str):
            report.say("argument_wrong", place, name=entry.name, kind=kind)
        else:
            _path(report, argument, paths(definition), place)
    elif kind == "paths":
        if not isinstance(argument, dict) or not all(isinstance(path, str) for path in argument.values()):
            report.say("argument_wrong", place, name=entry.name, kind=kind)
        else:
            for key, path in argument.items():
                _path(report, path, paths(definition), (*place, key))
    elif kind == "notify":
        _notify(report, entry, argument, place)
    elif kind in _SHAPES:
        if not _SHAPES[kind](argument):
            report.say("argument_wrong", place, name=entry.name, kind=kind)
    elif kind == "members":
        _members(report, entry, argument, place)
    elif kind == "register":
        register_checks.argument(report, entry, argument, place)
    elif kind == "lookup":
        lookup_checks.argument(report, Call(name=entry.name, argument=argument), place)
    elif kind in ("listed", "for_entries", "undone"):
        consequence_checks.argument(report, entry, argument, place)
    elif kind in ("involve", "record"):
        roles.argument(report, Call(name=entry.name, argument=argument), place)
    elif kind == "factor":
        publishing_checks.argument(report, Call(name=entry.name, argument=argument), place)
    elif kind == "sample":
        sampling_checks.argument(report, Call(name=entry.name, argument=argument), place)
    elif (kind == "text" and not isinstance(argument, str)) or (
        kind == "number" and (not isinstance(argument, int) or isinstance(argument, bool))
    ):
        report.say("argument_wrong", place, name=entry.name, kind=kind)


def _long(definition: Definition) -> list[str]:
    """The names of the clocks over several states, with and without the word before them."""
    return [name for one in definition.clocks for name in (one, f"{LONG}{one}")]


def _runs(definition: Definition, clock: str) -> bool:
    """Whether a state or duty has a clock, or it is one over several states."""
    if clock in _long(definition):
        return True
    if not clock.startswith("duty:"):
        return definition.states[clock].clock is not None
    found = (state.duties.get(clock.removeprefix("duty:")) for state in definition.states.values())
    return any(duty is not None and bool(duty.limit or duty.due) for duty in found)


def _notify(report: Report, entry: Entry, argument: Any, place: Place) -> None:
    shape = isinstance(argument, dict) and set(argument) == {"role", "text"}
    said = argument["text"] if shape else None
    if not shape or not isinstance(said, dict) or set(said) != {"zh", "en"}:
        report.say("argument_wrong", place, name=entry.name, kind="notify")
    else:
        report.known("unknown_role", str(argument["role"]), report.definition.roles, (*place, "role"))


def _members(report: Report, entry: Entry, argument: Any, place: Place) -> None:
    if report.definition.members is None:
        report.say("members_outside_collective", place, name=entry.name)
    if isinstance(argument, str):
        return
    if isinstance(argument, dict) and set(argument) == {"act", "only_in"} and isinstance(argument["act"], str):
        return
    if (
        not isinstance(argument, dict)
        or set(argument) - {"only_in"} != {"by", "acts"}
        or not isinstance(argument["acts"], dict)
    ):
        report.say("argument_wrong", place, name=entry.name, kind="members")
        return
    known = paths(report.definition)
    path = str(argument["by"])
    if path not in known:
        _path(report, path, known, (*place, "by"))
    elif known[path].choices:
        for value in argument["acts"]:
            report.known("unknown_choice", value, known[path].choices, (*place, "acts", value))
        for choice in known[path].choices:
            if choice not in argument["acts"]:
                report.say("choice_without_act", (*place, "acts"), name=choice)


def _path(
    report: Report, path: str | None, known: Mapping[str, Field], place: Place, *, sections: bool = False
) -> None:
    if path is None or path in known or path in CASE_PATHS:
        return
    if sections and path.removeprefix("dossier.") in report.definition.dossier:
        return
    report.known("unknown_path", path, [*known, *CASE_PATHS], place)


def _tests(report: Report) -> None:
    definition = report.definition
    actions = [*action_ids(report.definition), *ENGINE_ACTS]
    clocked = [
        *definition.states,
        *definition.clocks,
        *(duty for state in definition.states.values() for duty in state.duties),
    ]
    asked: dict[str | None, list[str]] = {}
    for _, _, action in report.actions():
        asked.setdefault(action.id, []).extend(action.asks)
    for number, test in enumerate(definition.tests):
        at_given: Place = ("tests", number, "given")
        for key, value in test.given.items():
            report.known("unknown_given", key, GIVEN, (*at_given, key))
            if key in ("state", "recorded") and isinstance(value, str):
                names = definition.states if key == "state" else definition.roles
                report.known("unknown_state" if key == "state" else "unknown_role", value, names, (*at_given, key))
            if key == "entries":
                lookup_checks.given(report, value, (*at_given, key))
            if key == "dossier" and isinstance(value, dict):
                for path in value:
                    _path(report, path, paths(definition), (*at_given, key, path))
        for at, step in enumerate(test.steps):
            place = ("tests", number, "steps", at)
            report.known("unknown_role", step.as_, definition.roles, (*place, "as"))
            report.known("unknown_action", step.do, actions, (*place, "do"))
            report.known("unknown_state", step.state, definition.states, (*place, "state"))
            if step.do is None and step.after is None and step.offered is None and not step.hidden:
                report.say("step_does_nothing", place)
            if step.refused and step.state:
                report.say("step_both", place)
            _expected(report, step, place, clocked, asked.get(step.do, []))


def _expected(report: Report, step: Step, place: Place, clocked: list[str], asked: list[str]) -> None:
    """What a step of a test says of papers, people, ceilings, clocks and acts: those that have a clock, and what its
    act asks.
    """
    definition = report.definition
    named: tuple[tuple[str, str, Iterable[str], Collection[str]], ...] = (
        ("issued", "unknown_letter", step.issued or (), definition.letters),
        ("told", "unknown_role", step.told or (), definition.roles),
        ("warned", "unknown_warning", step.warned or (), report.vocabulary.warnings),
        ("offered", "unknown_action", step.offered or (), action_ids(definition)),
        ("places", "unknown_quota", step.places, definition.quotas),
        ("due", "unknown_state", step.due if isinstance(step.due, dict) else (), clocked),
        ("requires", "unknown_path", (path.split(".")[0] for path in step.requires), asked),
    )
    for key, rule, listed, known in named:
        for number, name in enumerate(listed):
            report.known(rule, name, known, (*place, key, name if key in ("places", "due") else number))
    for number, path in enumerate(step.hidden):
        _path(report, path, paths(definition), (*place, "hidden", number))


def own_ids(report: Report) -> bool:
    """An id that is written out must be the key under which the part stands."""
    for place, part in inside(report.definition):
        if isinstance(part, Named) and part.id != place[-1]:
            report.say("other_id", (*place, "id"), name=part.id, key=place[-1])
    return not report.findings


def _reserved(report: Report) -> None:
    for place, field in report.questions():
        if field.id in ("true", "false", "null", "in"):
            report.say("reserved_id", place, name=field.id)
