"""Does every case get on: no circle of the system alone, no bound that closes the last way, no clock nobody can stop,
no place that stays taken, no question that is asked too late.
"""

from __future__ import annotations

from collections import deque
from functools import partial

from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import Spot, Step, Way, entrances, moves, starts, told, way
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import State
from caseflow.workflow.proof.exploring import Explored, Scene, Watch, bounded_acts, explore
from caseflow.workflow.proof.story import story
from caseflow.workflow.report import Report
from caseflow.workflow.rights import COMPLETE, answered_on_entry, can_type, may_stay_empty


def check(report: Report) -> None:
    definition = report.definition
    _circles(report)
    _bounds(report)
    for state in definition.states.values():
        _clock(report, state)
    for quota in definition.quotas.values():
        if quota.over == "block":
            _settled(report, quota.id)
    _skipped(report)


def _circles(report: Report) -> None:
    """A way that the system goes by itself and that comes back to where it began."""
    definition = report.definition
    own: dict[Spot, list[Step]] = {}
    for spot, steps in moves(definition).items():
        own[spot] = [step for step in steps if step.to != spot and _by_system(definition, step)]
    for spot in own:
        circle = _back_to(own, spot)
        if circle is not None:
            place: Place = ("states", spot.state)
            report.say("livelock", place, name=spot.state, way=told(circle), story=story(definition, circle))
            return


def _by_system(definition: Definition, step: Step) -> bool:
    action = definition.action(step.at.state, step.action)
    return action is not None and action.system


def _back_to(own: dict[Spot, list[Step]], spot: Spot) -> Way | None:
    """The shortest circle from a spot along these steps."""
    waiting: deque[Way] = deque((step,) for step in own[spot])
    seen = {taken[-1].to for taken in waiting}
    while waiting:
        taken = waiting.popleft()
        if taken[-1].to == spot:
            return taken
        for step in own.get(taken[-1].to, ()):
            if step.to not in seen:
                seen.add(step.to)
                waiting.append((*taken, step))
    return None


def _bounds(report: Report) -> None:
    """Once acts are used up that may be done only so often, some end must still be in reach."""
    definition = report.definition
    bounded = bounded_acts(definition)
    if not bounded:
        return
    found = explore(definition, Watch(bounded=bounded), starts(definition))
    if not found.decided:
        report.say("bounds_not_decided", ("states",), level="warning", limit=len(found.before))
        return
    ending = _ending(definition, found)
    lost_anyway = {spot for spot in moves(definition) if not _ends_from(definition, spot)}
    for scene in found.before:
        if scene not in ending and scene.spot not in lost_anyway:
            taken = found.way(scene)
            place: Place = ("states", scene.spot.state)
            told_ = story(definition, taken)
            report.say("last_way_vanishes", place, name=scene.spot.state, way=told(taken), story=told_)
            return


def _ending(definition: Definition, found: Explored) -> set[Scene]:
    """The scenes from which some end can be reached."""
    before: dict[Scene, list[Scene]] = {}
    for scene, followers in found.after.items():
        for one in followers:
            before.setdefault(one, []).append(scene)
    ending = {scene for scene in found.before if definition.states[scene.spot.state].final}
    waiting = deque(ending)
    while waiting:
        for scene in before.get(waiting.popleft(), ()):
            if scene not in ending:
                ending.add(scene)
                waiting.append(scene)
    return ending


def _ends_from(definition: Definition, spot: Spot) -> bool:
    if definition.states[spot.state].final:
        return True
    return way(definition, lambda step: definition.states[step.to.state].final, begin=[spot]) is not None


def _clock(report: Report, state: State) -> None:
    """Whoever is late must be able to do something about it."""
    if state.clock is None or state.holder is None or state.clock.soft or state.final:
        return
    definition = report.definition
    leaving = [action for action in definition.actions_in(state.id) if set(action.leads_to) - {state.id}]
    if leaving and all(action.system for action in leaving):
        report.say("clock_unstoppable", ("states", state.id, "clock"), level="warning", name=state.id)


def _settled(report: Report, quota: str) -> None:
    """A place that is held must be released or committed before an end; the shortest way on which it is not."""
    definition = report.definition

    found = explore(definition, Watch(quotas=(quota,)), (Spot(state) for state in entrances(definition)))
    for scene in found.before:
        if quota in scene.memory.held and definition.states[scene.spot.state].final:
            taken = found.way(scene)
            report.say(
                "place_kept", ("quotas", quota), level="warning", quota=quota, state=scene.spot.state,
                way=told(taken), story=story(definition, taken),
            )  # fmt: skip
            return


def _skipped(report: Report) -> None:
    """A way on which a complete dossier is asked for although nobody was able to answer a required question on it."""
    definition = report.definition
    if any(found.rule == "required_unedited" for found in report.findings):
        return
    amended = {question.amends for _, _, action in report.actions() for question in action.asks.values()}
    for section in definition.dossier.values():
        for field in section.fields.values():
            path = f"dossier.{section.id}.{field.id}"
            if not field.required or field.fixed or field.when or section.when or path in amended:
                continue
            if may_stay_empty(definition, path):
                continue
            open_in = {state.id for state in definition.states.values() if can_type(definition, state, path)}
            open_in |= answered_on_entry(definition, path)
            begin = [spot for spot in starts(definition) if spot.state not in open_in]
            taken = way(definition, partial(_asks_all, definition), barred=partial(_enters, open_in), begin=begin)
            if taken:
                at: Place = ("dossier", section.id, "fields", field.id)
                report.say("required_skipped", at, level="warning", name={"zh": field.label.zh, "en": field.label.en},
                    way=told(taken), story=story(definition, taken))  # fmt: skip
                return


def _enters(states: set[str], step: Step) -> bool:
    return step.to.state in states


def _asks_all(definition: Definition, step: Step) -> bool:
    action = definition.action(step.at.state, step.action)
    return action is not None and any(isinstance(need, Call) and need.name == COMPLETE for need in action.needs)
