"""What comes next on a case: the ways out of where it stands, who goes them and by when, and how it may end."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from caseflow.cases.view import View
from caseflow.web import drawing, sights
from caseflow.web.why_acts import Naming
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing.picture import Sight, limit_of, period
from caseflow.workflow.graph import Spot, moves, way
from caseflow.workflow.procedure import Action


@dataclass(frozen=True, slots=True)
class Step:
    """One way on."""

    acts: tuple[str, ...]
    """What is done; empty where the reader may know only that it leads there."""
    who: str
    target: str
    then_with: str
    """Whose turn it is there, and how long there is for it."""


@dataclass(frozen=True, slots=True)
class Ahead:
    steps: tuple[Step, ...]
    road: tuple[tuple[str, str], ...]
    """The shortest way to the wanted end: each state with how long there is for it."""
    ends: tuple[str, ...]
    """How the case may still end."""


def of_case(view: View, sight: Sight, who: Naming) -> Ahead:
    """What may come next, as far as the reader may know."""
    definition, here = view.definition, view.row["state"]
    if view.state.final:
        return Ahead((), (), ())
    states = sights.standing_in(view)
    begin = [Spot(here, view.row["origin"])] if states == [here] else [Spot(state) for state in states]
    known = moves(definition)
    reached: dict[Spot, None] = {}
    waiting = list(begin)
    while waiting:
        spot = waiting.pop()
        if spot not in reached:
            reached[spot] = None
            waiting += [step.to for step in known.get(spot, ())]
    finals = {spot.state for spot in reached if definition.states[spot.state].final}
    ends = [name for name, state in definition.states.items() if name in finals and state.outcome == "positive"]
    ends += [name for name in definition.states if name in finals and name not in ends]
    return Ahead(_steps(view, sight, who), _road(view, sight, begin), _names(sight, ends))


def _steps(view: View, sight: Sight, who: Naming) -> tuple[Step, ...]:
    definition, here = view.definition, view.row["state"]
    found: dict[str, tuple[list[str], list[str], str]] = {}
    for action, target in sights.ahead(view):
        name = drawing.named(sight.name(target))
        if name == drawing.named(sight.name(here)):
            continue
        acts, roles, _ = found.setdefault(name, ([], [], target))
        if sight.knows(_home(definition, here, action), action):
            acts.append(drawing.named(action.title))
            roles += definition.by(here, action) if not (action.system or action.moved_by) else []
    return tuple(
        Step(tuple(dict.fromkeys(acts)), who(dict.fromkeys(roles)), name, _arriving(view, sight, target))
        for name, (acts, roles, target) in found.items()
    )


def _arriving(view: View, sight: Sight, target: str) -> str:
    """Whose turn it is in a state, and for how long."""
    state = view.definition.states[target]
    if state.final or state.holder is None:
        return ""
    limit = limit_of(view.definition, state) if sight.whole or state.publicity is not None else None
    then = drawing.named(view.definition.roles[state.holder].title)
    return drawing.t("why.then_with_limit", who=then, limit=period(limit, g.language)) if limit else then


def _home(definition: Definition, here: str, action: Action) -> str:
    """The state to which an action belongs: the present one, or another of the same name."""
    if definition.states[here].actions.get(action.id) is action:
        return here
    return next(state.id for state in definition.states.values() if state.actions.get(action.id) is action)


def _road(view: View, sight: Sight, begin: list[Spot]) -> tuple[tuple[str, str], ...]:
    """The states of the shortest way to a wanted end, those of one name once."""
    states = view.definition.states
    taken = way(view.definition, lambda step: states[step.to.state].outcome == "positive", begin=begin[:1])
    road: list[tuple[str, str]] = []
    for step in taken or ():
        state = states[step.to.state]
        name = drawing.named(sight.name(state.id))
        limit = limit_of(view.definition, state) if sight.whole or state.publicity is not None else None
        if name != drawing.named(sight.name(view.row["state"])) and name not in [one for one, _ in road]:
            road.append((name, period(limit, g.language) if limit else ""))
    return tuple(road)


def _names(sight: Sight, states: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(drawing.named(sight.name(state)) for state in states))
