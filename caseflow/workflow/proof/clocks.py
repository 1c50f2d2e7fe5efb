"""What is done to a clock while it runs: that it is extended and stopped by the right word, with a ground, and runs on;
and that one over several states has states to run in, begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from caseflow.workflow.beside import Extends, Stops
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import moves
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, LongClock, State
from caseflow.workflow.report import Report
from caseflow.workflow.running import Running, clocks, named

EXTEND, STOP, RESUME = "extend_clock", "stop_clock", "resume_clock"


def check(report: Report) -> None:
    for clock in report.definition.clocks.values():
        _where(report, clock)
    known = clocks(report.definition)
    for one in known.values():
        _extended(report, one)
        _stopped(report, one)
    for at, action, call in _calls(report.definition):
        meant = known.get(_meant(report, at, call))
        if call.name != EXTEND and (meant is None or not meant.covers(at.id)):
            report.say("clock_may_not_stop", _of(report, at, action), name=at.id)


def names(report: Report) -> None:
    """What a clock over several states names is there."""
    definition = report.definition
    for clock in definition.clocks.values():
        place: Place = ("clocks", clock.id)
        for key, listed in (("in", clock.in_), ("pauses_in", clock.pauses_in)):
            for number, state in enumerate(listed):
                report.known("unknown_state", state, definition.states, (*place, key, number))
        for number, role in enumerate(clock.breach.notify):
            report.known("unknown_role", role, definition.roles, (*place, "breach", "notify", number))
        states = [definition.states[name] for name in clock.in_ if name in definition.states]
        everywhere = [duty for duty in states[0].duties if all(duty in one.duties for one in states)] if states else []
        report.known("unknown_duty", clock.breach.opens, everywhere, (*place, "breach", "opens"))
        if clock.id in definition.states or any(clock.id in state.duties for state in definition.states.values()):
            report.say("clock_name_taken", place, name=clock.id)


def _where(report: Report, clock: LongClock) -> None:
    """It ends, as no end of the procedure lies in it; and where a date starts it, that can be said in time."""
    definition, place = report.definition, ("clocks", clock.id)
    for key, listed in (("in", clock.in_), ("pauses_in", clock.pauses_in)):
        for number, name in enumerate(listed):
            if name in definition.states and definition.states[name].final:
                report.say("clock_never_ends", (*place, key, number), name=clock.id, state=name)
    if clock.starts is not None and not _said_in_time(definition, clock, clock.starts):
        report.say("clock_never_starts", (*place, "starts"), name=clock.id, path=clock.starts)


def _said_in_time(definition: Definition, clock: LongClock, path: str) -> bool:
    """Whether an act that says the date is offered where the clock runs, or on a way there."""
    store = path.partition(".")[0]
    saying = {
        state.id
        for state in definition.states.values()
        for action in definition.actions_in(state.id)
        if (action.store or action.id) == store
    }
    if not saying:
        return True  # of the dossier, of a letter that is served: how they come to be is asked elsewhere
    after: dict[str, set[str]] = {}
    for spot, steps in moves(definition).items():
        after.setdefault(spot.state, set()).update(step.to.state for step in steps)
    waiting = list(saying)
    while waiting:
        for state in after.get(waiting.pop(), set()) - saying:
            saying.add(state)
            waiting.append(state)
    return not saying.isdisjoint(clock.in_)


def _extended(report: Report, one: Running) -> None:
    grounds, place = one.clock.extends, (*one.place, "extends")
    if not grounds:
        return
    acts = list(_acts(report, one, EXTEND))
    if not acts:
        report.say("clock_never_extended", place, name=one.label)
    for number, rule in enumerate(grounds):
        at = (*place, number) if len(grounds) > 1 else place
        report.known("unknown_role", rule.by, report.definition.roles, (*at, "by"))
        if acts and len(grounds) > 1 and not any(_has_word(report, state, action, rule.by) for state, action in acts):
            report.say("clock_word_missing", (*at, "by"), action=acts[0][1].id, role=rule.by)
    for state, action in acts:
        _granted(report, state, action, grounds, place)


def _stopped(report: Report, one: Running) -> None:
    rule, place = one.clock.stops, (*one.place, "stops")
    stops, resumes = (list(_acts(report, one, name)) for name in (STOP, RESUME))
    if rule is None:
        for at, action in (*stops, *resumes):
            report.say("clock_may_not_stop", _of(report, at, action), name=one.label)
        return
    report.known("unknown_role", rule.by, report.definition.roles, (*place, "by"))
    if not stops:
        report.say("clock_never_stopped", place, name=one.label)
    elif not any(at.id in one.runs_in for at, _ in resumes):
        report.say("clock_never_resumed", place, name=one.label)
    for at, action in stops:
        _granted(report, at, action, (rule,), place)
    for at, action in (*stops, *resumes):
        if action.to is not None and (one.state is not None or not all(map(one.covers, action.leads_to))):
            report.say("clock_left", _of(report, at, action), action=action.id)


def _granted(report: Report, at: State, action: Action, grounds: tuple[Extends | Stops, ...], place: Place) -> None:
    """The act is done or signed by a role that the clock names, and asks for its ground."""
    if not any(_has_word(report, at, action, one.by) for one in grounds):
        report.say("clock_word_missing", (*place, "by"), action=action.id, role=grounds[0].by)
    if not any(one.required and one.type in ("text", "long_text") for one in action.asks.values()):
        report.say("clock_ground_missing", _of(report, at, action), action=action.id)


def _has_word(report: Report, at: State, action: Action, role: str) -> bool:
    """Whether a role does an act, or always signs it."""
    signed = role in action.sign_off and not (action.at_most is not None and action.beyond == "sign_off")
    return signed or role in report.definition.by(at.id, action)


def _acts(report: Report, one: Running, name: str) -> Iterator[tuple[State, Action]]:
    """The acts that do this to a clock, each with the state in which it is offered."""
    for at, action, call in _calls(report.definition):
        if call.name == name and _meant(report, at, call) == one.name:
            yield at, action


def _meant(report: Report, at: State, call: Call) -> str:
    """The name of the clock that an effect means in a state."""
    return named(report.definition, call.argument if isinstance(call.argument, str) else None, at.id)


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
