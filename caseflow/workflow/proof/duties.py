"""What organisations owe beside the holder of a state: by whom it is opened, settled, and by when."""

from __future__ import annotations

from collections.abc import Iterator

from caseflow.workflow.days.periods import days
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, Duty, State
from caseflow.workflow.proof import votes
from caseflow.workflow.report import Report, paths
from caseflow.workflow.running import in_state

OPENS, CLOSES, SEATS = "open_duty", "close_duty", "seat_experts"


def check(report: Report) -> None:
    for state in report.definition.states.values():
        for duty in state.duties.values():
            place: Place = ("states", state.id, "duties", duty.id)
            _owed(report, state, duty, place)
            _opened(report, state, duty, place)
            _timed(report, duty, place)
            _signed(report, duty, place)
            _personal(report, state, duty, place)
            votes.check(report, state, duty, place)
    for place, at, action in report.actions():
        for number, call in _calls(action, OPENS):
            _opening(report, at, action, call, (*place, "then", number, OPENS))


def _owed(report: Report, state: State, duty: Duty, place: Place) -> None:
    definition = report.definition
    known = report.known("unknown_role", duty.role, definition.roles, (*place, "role"))
    offered = {action.id: action for action in definition.actions_in(state.id)}
    if report.known("unknown_action", duty.action, offered, (*place, "action")):
        action = offered[duty.action]
        if known and duty.role not in definition.by(state.id, action):
            report.say("duty_not_theirs", (*place, "action"), role=duty.role, name=action.id)
        if all(call.argument != duty.id for _, call in _calls(action, CLOSES)):
            report.say("duty_never_closed", (*place, "action"), action=action.id, name=duty.id)
    report.known("unknown_kind", duty.each, report.vocabulary.kinds, (*place, "each"))
    for number, role in enumerate(duty.breach.notify):
        report.known("unknown_role", role, definition.roles, (*place, "breach", "notify", number))
    report.known("unknown_duty", duty.breach.opens, state.duties, (*place, "breach", "opens"))


def _personal(report: Report, state: State, duty: Duty, place: Place) -> None:
    """Persons who owe it one by one hold its role, or sit on a panel of that role; each answers alone and for himself."""
    if duty.each_person is None:
        return
    definition, at = report.definition, (*place, "each_person")
    panel = definition.panels.get(duty.each_person)
    if report.known("unknown_voters", duty.each_person, [*definition.roles, *definition.panels], at):
        role = panel.role if panel is not None else duty.each_person
        if role != duty.role:
            report.say("voters_of_other_role", at, name=duty.each_person, role=duty.role)
        elif panel is None and definition.roles[role].sees == "assigned":
            report.say("voters_unowned", at, name=role)
    if any(
        call.argument == duty.each_person for one in definition.actions_in(state.id) for _, call in _calls(one, SEATS)
    ):
        report.say("voters_seated_anew", at, name=duty.each_person)
    action = definition.action(state.id, duty.action)
    wrong = [key for key, there in (("each", duty.each), ("signs", duty.signs)) if there]
    if action is not None and action.sign_off:
        wrong.append("sign_off")
    if wrong:
        report.say("person_with", at, names=wrong)


def _opened(report: Report, state: State, duty: Duty, place: Place) -> None:
    """By entry into the state or by an act in it; the act's questions say of whom, and by when."""
    opening = [action for action in state.actions.values() if _opens(action, duty)]
    late = _owed_late(report, state, duty)
    if duty.on_entry:
        if opening or late:
            at = (*place, "each" if duty.each is not None else "each_person")
            report.say("duty_opened_twice", at, name=duty.id, action=opening[0].id if opening else "breach")
        for key in ("asked", "due"):
            if getattr(duty, key) is not None:
                report.say("each_with", (*place, key), key=key)
        return
    if not opening and not late:
        report.say("duty_never_opened", place, name=duty.id)
    for key, name, wanted in (("asked", duty.asked, "organisation"), ("due", duty.due, "date")):
        for action in opening:
            if report.known("unknown_question", name, action.asks, (*place, key)) and name is not None:
                found = action.asks[name].type
                if found != wanted:
                    report.say("question_type", (*place, key), name=name, type=found, wanted=wanted)
    role = report.definition.roles.get(duty.role)
    if duty.asked is None and role is not None and role.sees == "assigned":
        report.say("duty_unowned", (*place, "role"), name=duty.role)


def _owed_late(report: Report, state: State, duty: Duty) -> bool:
    """Whether it is owed once another clock of its state has run out."""
    late = [
        *(one.clock.breach for one in in_state(report.definition, state.id)),
        *(one.breach for one in state.duties.values() if one is not duty),
    ]
    return any(breach.opens == duty.id for breach in late)


def _timed(report: Report, duty: Duty, place: Place) -> None:
    if duty.limit is not None and duty.due is not None:
        report.say("limit_and_due", (*place, "due"))
    if duty.warn is not None and duty.limit is None and duty.due is None:
        report.say("warning_of_nothing", (*place, "warn"))
    if duty.warn is not None and duty.limit is not None and days(duty.warn) >= days(duty.limit):
        report.say("warning_too_late", (*place, "warn"), warn=duty.warn, limit=duty.limit)


def _signed(report: Report, duty: Duty, place: Place) -> None:
    known = paths(report.definition)
    for number, path in enumerate(duty.signs):
        if path != "members":
            report.known("unknown_path", path, [*known, "members"], (*place, "signs", number))
        elif report.definition.members is None:
            report.say("members_outside_collective", (*place, "signs", number), name=path)


def _opening(report: Report, at: State | None, action: Action, call: Call, place: Place) -> None:
    """A duty is opened where it stands, by an act that stays there: who leaves owes nothing any more."""
    if not isinstance(call.argument, str):
        return
    elsewhere = any(call.argument in state.duties for state in report.definition.states.values())
    if elsewhere and (at is None or call.argument not in at.duties):
        report.say("duty_elsewhere", place, name=call.argument)
    elif action.to is not None:
        report.say("duty_left", place, name=call.argument)


def _opens(action: Action, duty: Duty) -> bool:
    return any(call.argument == duty.id for _, call in _calls(action, OPENS))


def _calls(action: Action, name: str) -> Iterator[tuple[int, Call]]:
    return ((number, call) for number, call in enumerate(action.then) if call.name == name)
