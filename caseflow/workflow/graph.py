"""The ways through a procedure: from where an action leads to where, and the shortest way to a spot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept

ORIGIN = "origin"


class Spot(NamedTuple):
    """A state, and where ``origin`` leads back to from there."""

    state: str
    origin: str | None = None


class Step(NamedTuple):
    """An action done at a spot, and the spot to which it leads."""

    at: Spot
    action: str
    to: Spot


Way = tuple[Step, ...]


def entrances(definition: Definition) -> tuple[str, ...]:
    """The states in which a case may begin: the first, those in which a role records one, that of the imported."""
    found = recorded(definition)
    if definition.imports is not None and definition.imports.in_ in definition.states:
        found = (*found, definition.imports.in_)
    return tuple(dict.fromkeys(found))


def recorded(definition: Definition) -> tuple[str, ...]:
    """The states in which somebody opens a case: the first, those in which a role opens it for another, that of the
    public form.
    """
    opened = [role.opens for role in definition.roles.values()]
    if definition.public_form is not None:
        opened.append(definition.public_form.state)
    return (definition.first_state, *(state for state in opened if state in definition.states))


@kept
def moves(definition: Definition) -> dict[Spot, tuple[Step, ...]]:
    """Every spot that can be reached from where cases begin, with the steps that lead on from it."""
    found: dict[Spot, tuple[Step, ...]] = {}
    waiting = deque(Spot(state) for state in entrances(definition))
    while waiting:
        spot = waiting.popleft()
        if spot in found:
            continue
        found[spot] = tuple(_steps(definition, spot))
        waiting.extend(step.to for step in found[spot] if step.to not in found)
    return found


@kept
def starts(definition: Definition) -> tuple[Spot, ...]:
    """Where ways begin that are to be proved. An imported case counts as having come there in the usual way, so its
    state is no start of its own, unless no way leads there.
    """
    usual = tuple(dict.fromkeys(Spot(state) for state in recorded(definition)))
    rest = tuple(Spot(state) for state in entrances(definition))
    known = moves(definition)
    passed, waiting = {spot.state for spot in usual}, deque(usual)
    seen = set(usual)
    while waiting:
        for step in known[waiting.popleft()]:
            passed.add(step.to.state)
            if step.to not in seen:
                seen.add(step.to)
                waiting.append(step.to)
    return (*usual, *(spot for spot in rest if spot.state not in passed))


def way(
    definition: Definition, arrived: Callable[[Step], bool], *, barred: Callable[[Step], bool] | None = None,
    begin: Iterable[Spot] | None = None,
) -> Way | None:  # fmt: skip
    """The shortest way from one of ``starts`` (or of ``begin``) whose last step fulfils ``arrived``.

    A step that is ``barred`` is not taken. Nothing where there is no such way.
    """
    known = moves(definition)
    waiting = deque(starts(definition) if begin is None else begin)
    before: dict[Spot, Step | None] = dict.fromkeys(waiting)
    while waiting:
        spot = waiting.popleft()
        for step in known.get(spot, ()):
            if barred is not None and barred(step):
                continue
            if arrived(step):
                return (*_back(before, spot), step)
            if step.to not in before:
                before[step.to] = step
                waiting.append(step.to)
    return None


def told(taken: Way) -> str:
    """A way as one line: ``drafting —submit→ review —approve→ published``."""
    return "".join([taken[0].at.state, *(f" —{step.action}→ {step.to.state}" for step in taken)]) if taken else ""


def _steps(definition: Definition, spot: Spot) -> Iterator[Step]:
    for action in definition.actions_in(spot.state):
        origin = action.resume or spot.origin
        for way in action.leads_to or (spot.state,):
            target = spot.origin if way == ORIGIN else way
            if target in definition.states:
                yield Step(spot, action.id, Spot(target, None if way == ORIGIN else origin))


def _back(before: dict[Spot, Step | None], spot: Spot) -> Way:
    taken: list[Step] = []
    while (step := before[spot]) is not None:
        taken.append(step)
        spot = step.at
    return tuple(reversed(taken))


@kept
def action_ids(definition: Definition) -> tuple[str, ...]:
    """Every action of a definition once, in the order of its states; those offered anywhere last."""
    own = (action.id for state in definition.states.values() for action in state.actions.values())
    return tuple(dict.fromkeys((*own, *definition.anywhere)))
