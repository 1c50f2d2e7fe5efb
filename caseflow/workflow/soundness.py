"""Can every case reach an end, by whom, and does what must always hold hold on every way."""

from __future__ import annotations

from caseflow.workflow.definition import Always, Definition
from caseflow.workflow.graph import ORIGIN, Spot, Step, Way, entrances, moves, starts, told, way
from caseflow.workflow.names import all_actions
from caseflow.workflow.periods import days
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import Report, paths

MAX_STATES = 500


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
    for place, at, action in report.actions():
        _action(report, place, at, action)
    _kinds(report)
    if any(found.rule == "unknown_state" for found in report.findings):
        return
    _ways(report)
    for number, rule in enumerate(definition.always):
        _always(report, rule, ("always", number))
    for quota in definition.quotas.values():
        if quota.over == "block":
            _settled(report, quota.id)


def leads_on(definition: Definition, state: State) -> bool:
    """Whether some action of the state, or one offered anywhere, leads elsewhere."""
    return any(action.to not in (None, state.id) for action in definition.actions_in(state.id))


def _state(report: Report, state: State) -> None:
    definition = report.definition
    place: Place = ("states", state.id)
    own = [action for action in state.actions.values() if action.to not in (None, state.id)]
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
    if state.calculates and not definition.footprint:
        report.say("no_footprint", (*place, "calculates"))
    holder = definition.roles.get(state.holder) if state.holder else None
    seen = definition.kind == "application" and not state.private and state.public is None
    if seen and holder is not None and holder.sees != "own_organisation":
        report.say("public_missing", place, name=state.id)
    _clock(report, state, place)
    _publicity(report, state, place)
    for number, mover in enumerate(state.moved_by):
        if not any(mover in action.moved_by for action in state.actions.values()):
            report.say("moved_by_nothing", (*place, "moved_by", number), name=mover)


def _clock(report: Report, state: State, place: Place) -> None:
    clock = state.clock
    if clock is None:
        return
    if state.holder is None:
        report.say("clock_without_holder", (*place, "clock"))
    if clock.limit is None and clock.not_after is None:
        report.say("clock_unbounded", (*place, "clock"))
    if clock.limit is not None and clock.warn is not None and days(clock.warn) >= days(clock.limit):
        report.say("warning_too_late", (*place, "clock", "warn"), warn=clock.warn, limit=clock.limit)
    if clock.not_after and report.definition.rounds != "required":
        report.say("no_rounds", (*place, "clock", "not_after"))
    if state.id in clock.pauses_in:
        report.say("pauses_in_itself", (*place, "clock", "pauses_in"))


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
        if at is None or at.publicity is None or at.publicity.ends != action.id:
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
    if not any(role.opens for role in definition.roles.values()):
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


def _always(report: Report, rule: Always, place: Place) -> None:
    names = [*report.definition.states, *all_actions(report)]
    one = rule.at_most_once is not None
    if one == (rule.never is not None) or (rule.never is None) != (rule.before is None):
        report.say("always_shape", place)
        return
    if rule.at_most_once is not None:
        if report.known("unknown_action", rule.at_most_once, all_actions(report), (*place, "at_most_once")):
            _once(report, rule.at_most_once, place)
        return
    never, before = rule.never or "", rule.before or ""
    if not report.known("unknown_action", never, names, (*place, "never")):
        return
    if not report.known("unknown_action", before, names, (*place, "before")):
        return
    begin = [spot for spot in starts(report.definition) if spot.state != before]
    if never == before or any(spot.state == never for spot in begin):
        report.say("always_broken", place, never=never, before=before, way=never)
        return
    taken = way(
        report.definition, lambda step: _meets(step, never), barred=lambda step: _meets(step, before), begin=begin
    )
    if taken:
        report.say("always_broken", place, never=never, before=before, way=told(taken))


def _once(report: Report, action: str, place: Place) -> None:
    definition = report.definition
    bounded = [a for _, _, a in report.actions() if a.id == action]
    if all(each.at_most == 1 and each.beyond == "refuse" for each in bounded):
        return
    for done in (step for steps in moves(definition).values() for step in steps if step.action == action):
        again = way(definition, lambda step: step.action == action, begin=[done.to])
        if again:
            first = way(definition, done.__eq__) or (done,)
            report.say("more_than_once", place, name=action, way=told((*first, *again)))
            return


def _meets(step: Step, name: str) -> bool:
    return name in (step.action, step.to.state)


def _settled(report: Report, quota: str) -> None:
    """A place that is held must be released or committed before an end; the shortest way on which it is not."""
    definition = report.definition
    known = moves(definition)

    def after(held: bool, step: Step) -> bool:
        action = definition.action(step.at.state, step.action)
        for call in action.then if action else ():
            if call.argument == quota:
                held = {"hold": True, "commit": False, "release": False}.get(call.name, held)
        return held

    before: dict[tuple[Spot, bool], Way] = {(Spot(state), False): () for state in entrances(definition)}
    waiting = list(before)
    for spot, held in waiting:
        if held and definition.states[spot.state].final:
            taken = told(before[spot, held])
            report.say("place_kept", ("quotas", quota), level="warning", quota=quota, state=spot.state, way=taken)
            return
        for step in known.get(spot, ()):
            reached = (step.to, after(held, step))
            if reached not in before:
                before[reached] = (*before[spot, held], step)
                waiting.append(reached)
