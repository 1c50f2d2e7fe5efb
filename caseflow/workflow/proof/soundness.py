"""Can every case reach an end, by whom, and does what must always hold hold on every way."""

from __future__ import annotations

from decimal import Decimal

from caseflow.workflow.days.periods import days
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import ORIGIN, moves
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, Calculates, State
from caseflow.workflow.proof import always, liveness
from caseflow.workflow.report import Report, paths
from caseflow.workflow.running import Running, clocks

MAX_STATES = 500
OF_FOOTPRINT = ("footprint_gate", "recalculate")
"""What may be named only where some state calculates the footprint."""


def check(report: Report) -> None:
    definition = report.definition
    if len(definition.states) > MAX_STATES:
        report.say("too_many_states", ("states",), limit=MAX_STATES, size=len(definition.states))
        return
    if not definition.states:
        report.say("no_states", ("states",))
        return
    for state in definition.states.values():
        _state(report, state)
    for one in clocks(definition).values():
        _clock(report, one)
    for place, at, action in report.actions():
        _action(report, place, at, action)
    _gates(report)
    _kinds(report)
    if any(found.rule == "unknown_state" for found in report.findings):
        return
    _ways(report)
    always.check(report)
    liveness.check(report)


def leads_on(definition: Definition, state: State) -> bool:
    """Whether some action of the state, or one offered anywhere, leads elsewhere."""
    return any(set(action.leads_to) - {state.id} for action in definition.actions_in(state.id))


def _state(report: Report, state: State) -> None:
    definition = report.definition
    place: Place = ("states", state.id)
    own = [action for action in state.actions.values() if set(action.leads_to) - {state.id}]
    if state.final:
        if own:
            report.say("final_with_actions", place)
        if state.retention is None:
            report.say("final_without_retention", place)
        if state.outcome is None:
            report.say("final_without_outcome", place)
        for key in ("holder", "clock", "publicity", "edits", "duties"):
            if getattr(state, key):
                report.say("final_with", (*place, key), key=key)
    else:
        if not own:
            report.say("dead_end", place, name=state.id)
        for key in ("retention", "outcome"):
            if getattr(state, key) is not None:
                report.say("only_final", (*place, key), key=key)
    for number, what in enumerate(state.edits):
        if what == "footprint" and not definition.footprint:
            report.say("no_footprint", (*place, "edits", number))
        if what == "dossier" and not definition.dossier:
            report.say("no_dossier", (*place, "edits", number))
    if state.edits and state.holder is None:
        report.say("edits_without_holder", (*place, "edits"))
    if state.calculates:
        _calculates(report, state.calculates, (*place, "calculates"))
    holder = definition.roles.get(state.holder) if state.holder else None
    seen = definition.kind == "application" and not state.private and state.public is None
    if seen and holder is not None and holder.sees != "own_organisation":
        report.say("public_missing", place, name=state.id)
    _publicity(report, state, place)
    for number, mover in enumerate(state.moved_by):
        if not any(mover in action.moved_by for action in state.actions.values()):
            report.say("moved_by_nothing", (*place, "moved_by", number), name=mover)


def _calculates(report: Report, rule: Calculates, place: Place) -> None:
    if not report.definition.footprint:
        report.say("no_footprint", place)
    known = report.vocabulary
    for number, check_ in enumerate(rule.blocks or ()):
        report.known("unknown_check", check_, known.checks, (*place, "blocks", number))
    for name, bound in rule.thresholds.items():
        at = (*place, "thresholds", name)
        if (
            report.known("unknown_threshold", name, known.thresholds, at)
            and known.thresholds[name]
            and Decimal(str(bound)) % 1
        ):
            report.say("threshold_not_whole", at, name=name)


def _gates(report: Report) -> None:
    """A gate asks for a footprint by the rule of a state that calculates it."""
    if any(state.calculates for state in report.definition.states.values()):
        return
    for place, _, action in report.actions():
        for key, calls in (("needs", action.needs), ("then", action.then)):
            for number, call in enumerate(calls):
                if isinstance(call, Call) and call.name in OF_FOOTPRINT:
                    report.say("gate_without_rule", (*place, key, number), name=call.name)


def _clock(report: Report, one: Running) -> None:
    clock, place = one.clock, one.place
    known = report.definition.states
    if not any(known[name].holder for name in one.runs_in if name in known):
        report.say("clock_without_holder", place)
    if clock.limit is None and clock.not_after is None:
        report.say("clock_unbounded", place)
    if clock.limit is not None and clock.warn is not None and days(clock.warn) >= days(clock.limit):
        report.say("warning_too_late", (*place, "warn"), warn=clock.warn, limit=clock.limit)
    if clock.not_after and report.definition.rounds != "required":
        report.say("no_rounds", (*place, "not_after"))
    if set(one.runs_in) & set(clock.pauses_in):
        report.say("pauses_in_itself", (*place, "pauses_in"))


def _publicity(report: Report, state: State, place: Place) -> None:
    shown = state.publicity
    if shown is None:
        return
    ends = state.actions.get(shown.ends)
    if ends is not None and not ends.system:
        report.say("ends_not_system", (*place, "publicity", "ends"), name=shown.ends)
    field = paths(report.definition).get(shown.posted_on)
    if field is not None and field.type != "date":
        report.say("posted_on_no_date", (*place, "publicity", "posted_on"), path=shown.posted_on, type=field.type)
    if state.clock and state.clock.limit and days(state.clock.limit) < days(shown.period):
        report.say("clock_too_short", (*place, "clock", "limit"), limit=state.clock.limit, period=shown.period)


def _action(report: Report, place: Place, at: State | None, action: Action) -> None:
    definition = report.definition
    holder = at.holder if at is not None else None
    if not (action.by or action.system or action.moved_by) and (at is None or holder is None):
        report.say("nobody_acts", place, name=action.id)
    if action.system:
        awaited = at is not None and action.id in {at.when_undone, *(rule.do for rule in at.when_linked)}
        if not awaited and (at is None or at.publicity is None or at.publicity.ends != action.id):
            report.say("system_without_timer", (*place, "system"), name=action.id)
        for key in ("asks", "sign_off", "by", "moved_by"):
            if getattr(action, key):
                report.say("system_asks", (*place, key), key=key)
    if action.beyond == "sign_off" and not action.sign_off:
        report.say("beyond_without_signers", (*place, "beyond"))
    if action.beyond == "sign_off" and action.at_most is None:
        report.say("beyond_without_limit", (*place, "beyond"))
    if len(set(action.sign_off)) < len(action.sign_off):
        report.say("signer_twice", (*place, "sign_off"))
    actors = set(action.by or ((holder,) if holder else ()))
    for number, signer in enumerate(action.sign_off):
        if signer in actors:
            report.say("signs_own", (*place, "sign_off", number), name=signer)
    if action.unlocks:
        if not any(field.type == "field_comments" for field in action.asks.values()):
            report.say("unlocks_without_comments", (*place, "unlocks"))
        target = definition.states.get(action.to or "")
        if target is not None and "unlocked" not in target.edits:
            report.say("unlocks_nothing", (*place, "unlocks"), name=target.id)
    if action.to == ORIGIN and at is not None:
        spots = [spot for spot in moves(definition) if spot.state == at.id]
        if any(spot.origin is None for spot in spots):
            report.say("origin_without_resume", (*place, "to"), name=at.id)
    if action.resume and not any(other.to == ORIGIN for _, _, other in report.actions()):
        report.say("resume_without_return", (*place, "resume"))
    if action.resume and action.to is None:
        report.say("resume_without_move", (*place, "resume"))


def _kinds(report: Report) -> None:
    definition = report.definition
    if definition.kind == "collective" and definition.members is None:
        report.say("collective_without_members", ("kind",))
    if definition.kind == "application" and definition.members is not None:
        report.say("members_without_collective", ("members",))
    if definition.public_form is None and not any(role.opens for role in definition.roles.values()):
        report.say("nobody_opens", ("roles",))
    if not any(state.final for state in definition.states.values()):
        report.say("no_final_state", ("states",))
    if definition.states[definition.first_state].final:
        report.say("first_is_final", ("states", definition.first_state))
    if definition.members and "round" in definition.members.same and definition.rounds != "required":
        report.say("no_rounds", ("members", "same"))


def _ways(report: Report) -> None:
    """Every state is reached; from every spot that is reached some end is reached."""
    definition = report.definition
    known = moves(definition)
    reached = {spot.state for spot in known}
    for state in definition.states:
        if state not in reached:
            report.say("unreachable", ("states", state), name=state)
    if not any(state.final for state in definition.states.values()):
        return
    ending = {spot for spot in known if definition.states[spot.state].final}
    growing = True
    while growing:
        more = {spot for spot in known if spot not in ending and any(step.to in ending for step in known[spot])}
        ending |= more
        growing = bool(more)
    lost = dict.fromkeys(spot.state for spot in known if spot not in ending)
    for name in lost:
        if leads_on(definition, definition.states[name]):
            report.say("no_end", ("states", name), name=name)
