"""The ways through a procedure: from where an action leads to where, and the shortest way to a spot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
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


@kept
def moves(definition: Definition) -> dict[Spot, tuple[Step, ...]]:
    """Every spot that can be reached from the first state, with the steps that lead on from it."""
    start = Spot(definition.first_state)
    found: dict[Spot, tuple[Step, ...]] = {}
    waiting = deque([start])
    while waiting:
        spot = waiting.popleft()
        if spot in found:
            continue
        found[spot] = tuple(_steps(definition, spot))
        waiting.extend(step.to for step in found[spot] if step.to not in found)
    return found


def way(
    definition: Definition, arrived: Callable[[Step], bool], *, barred: Callable[[Step], bool] | None = None,
    start: Spot | None = None,
) -> Way | None:  # fmt: skip
    """The shortest way from the first state (or ``start``) whose last step fulfils ``arrived``.

    A step that is ``barred`` is not taken. Nothing where there is no such way.
    """
    known = moves(definition)
    first = start or Spot(definition.first_state)
    before: dict[Spot, Step | None] = {first: None}
    waiting = deque([first])
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
        target = spot.origin if action.to == ORIGIN else action.to or spot.state
        if target in definition.states:
            yield Step(spot, action.id, Spot(target, None if action.to == ORIGIN else origin))


def _back(before: dict[Spot, Step | None], spot: Spot) -> Way:
    taken: list[Step] = []
    while (step := before[spot]) is not None:
        taken.append(step)
        spot = step.at
    return tuple(reversed(taken))
