"""Every situation that a case can come into, as far as a question needs to know it, and the shortest way to each.

A situation is a state, where a return leads back to, what has happened already, which places are held, the status of
the case's own entries, and how often acts that are bounded were done. What answers decide is left open: both ways are
followed. So what is proved holds whatever is answered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import Spot, Step, Way, moves
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call
from caseflow.workflow.procedure import Action
from caseflow.workflow.promises import ENDED, Happening
from caseflow.workflow.register_ways import leaves_entry, lets_pass
from caseflow.workflow.registers import STEPS, WRITES, RegisterCall

MOST = 20_000
"""Situations that are looked at for one question; beyond it the question counts as not decided."""
PLACES = {"hold": True, "commit": False, "release": False}
"""Effects after which a place is held, or no longer."""


_NOTHING: frozenset[int] = frozenset()


class Memory(NamedTuple):
    """What is remembered of the way so far."""

    happened: frozenset[int] = frozenset()
    """The numbers of the happenings that are watched."""
    held: frozenset[str] = frozenset()
    entries: tuple[str | None, ...] = ()
    done: tuple[int, ...] = ()


class Scene(NamedTuple):
    spot: Spot
    memory: Memory


@dataclass(frozen=True, slots=True)
class Watch:
    """What a question needs to know of the way."""

    happenings: tuple[Happening, ...] = ()
    quotas: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    bounded: tuple[tuple[str, int], ...] = ()
    """Acts that can be done only so often, with the bound."""
    anew: bool = False
    """Whether, when the first happening comes, the others must happen once more."""


@dataclass(slots=True)
class Explored:
    """The scenes in the order of their distance, each with the step that led there first."""

    before: dict[Scene, tuple[Scene, Step] | None] = field(default_factory=dict)
    after: dict[Scene, list[Scene]] = field(default_factory=dict)
    decided: bool = True
    wrong: Way | None = None

    def way(self, scene: Scene) -> Way:
        """The shortest way to a scene."""
        taken: list[Step] = []
        while (found := self.before[scene]) is not None:
            scene, step = found
            taken.append(step)
        return tuple(reversed(taken))


Endings = tuple[tuple[int, str], ...]
"""The numbers of the happenings that are the end of a publicity, each with its state."""
Question = Callable[[Scene, Step, frozenset[int]], bool]
"""Whether a step from a scene is wrong; the last are the happenings of this very step."""


def explore(
    definition: Definition, watch: Watch, begin: Iterable[Spot], wrong: Question | None = None, most: int = MOST
) -> Explored:
    """Follow every way from where cases begin; stops at the first step that is ``wrong``, which is a nearest one."""
    first = Memory(frozenset(), frozenset(), (None,) * len(watch.registers), (0,) * len(watch.bounded))
    found = Explored()
    for spot in begin:
        entered = {number for number, one in enumerate(watch.happenings) if one == spot.state}
        found.before[Scene(spot, first._replace(happened=frozenset(entered)))] = None
    waiting = deque(found.before)
    endings = tuple(_endings(watch))
    known: dict[Spot, list[tuple[Step, Action, frozenset[int]]]] = {}
    bare = not (watch.bounded or watch.registers or watch.quotas or endings)
    while waiting:
        scene = waiting.popleft()
        if scene.spot not in known:
            known[scene.spot] = list(_steps(definition, watch, scene.spot))
        beyond: list[Scene] = []
        for step, action, now in known[scene.spot]:
            quiet = bare and not now
            memory = scene.memory if quiet else _after(watch, endings, scene.memory, step, action, now)
            if memory is None:
                continue
            if wrong is not None and wrong(scene, step, now):
                found.wrong = (*found.way(scene), step)
                return found
            reached = Scene(step.to, memory)
            if not beyond:
                found.after[scene] = beyond
            beyond.append(reached)
            if reached not in found.before:
                if len(found.before) >= most:
                    found.decided = False
                    return found
                found.before[reached] = (scene, step)
                waiting.append(reached)
    return found


def _steps(definition: Definition, watch: Watch, spot: Spot) -> Iterator[tuple[Step, Action, frozenset[int]]]:
    """The steps from a spot, each with its act and the numbers of the happenings that it is."""
    watched = tuple(enumerate(watch.happenings))
    for step, action in taken(definition).get(spot, ()):
        now = [number for number, one in watched if _happens(definition, step, action, one)]
        yield step, action, frozenset(now) if now else _NOTHING


@kept
def taken(definition: Definition) -> Mapping[Spot, tuple[tuple[Step, Action], ...]]:
    """By spot the steps that lead on from it, each with its act."""
    return {
        spot: tuple(
            (step, action) for step in steps if (action := definition.action(step.at.state, step.action)) is not None
        )
        for spot, steps in moves(definition).items()
    }


def _happens(definition: Definition, step: Step, action: Action, what: Happening) -> bool:
    """Whether a step does its act, enters a state, ends a publicity or has an effect."""
    if isinstance(what, str):
        return what == step.action or (what == step.to.state and what != step.at.state)
    for name, said in what.items():
        if _ends(definition, step, action, said) if name == ENDED else has_effect(action, name, said):
            return True
    return False


def has_effect(action: Action, name: str, said: str) -> bool:
    """Whether an act does something to a quota, letter, register or duty."""
    return any(call.name == name and _meant(call) == said for call in action.then)


def bounded_acts(definition: Definition) -> tuple[tuple[str, int], ...]:
    """The acts that are refused after a number of times."""
    every = [*definition.anywhere.values(), *(a for s in definition.states.values() for a in s.actions.values())]
    found = {one.id: one.at_most for one in every if isinstance(one.at_most, int) and one.beyond == "refuse"}
    return tuple(sorted((name, bound) for name, bound in found.items()))


def _meant(call: Call) -> object:
    """The quota, letter or register that a call names."""
    if call.name in WRITES:
        meant = RegisterCall.read(call.argument)
        return meant.register_ if meant is not None else None
    return call.argument


def _ends(definition: Definition, step: Step, action: Action, state: str) -> bool:
    """By the act of the system, or by one that is refused before the publicity is over."""
    if step.at.state != state:
        return False
    shown = definition.states[state].publicity
    asks = any(isinstance(need, Call) and need.name == "publicity_over" for need in action.needs)
    return (shown is not None and shown.ends == action.id) or asks


def _after(
    watch: Watch, endings: Endings, memory: Memory, step: Step, action: Action, now: frozenset[int]
) -> Memory | None:
    """What is remembered after a step in which this happens; nothing where its own conditions refuse it."""
    happened, held, entries, done = memory
    for number, (name, bound) in enumerate(watch.bounded):
        if name == action.id:
            if done[number] >= bound:
                return None
            done = (*done[:number], done[number] + 1, *done[number + 1 :])
    for number, register in enumerate(watch.registers):
        if not lets_pass(action, register, entries[number]):
            return None
        entries = (*entries[:number], leaves_entry(action, register, entries[number])[0], *entries[number + 1 :])
    for call in action.then if watch.quotas else ():
        if call.name in PLACES and call.argument in watch.quotas:
            held = held | {call.argument} if PLACES[call.name] else held - {call.argument}
    happened = _happened(watch, endings, happened, step, now)
    found = (happened, held, entries, done)
    return memory if found == memory else Memory(*found)


def _happened(
    watch: Watch, endings: Endings, before: frozenset[int], step: Step, now: frozenset[int]
) -> frozenset[int]:
    """What has happened after a step; a publicity that is shown anew has not ended."""
    if watch.anew and 0 in now:
        return now
    if endings:
        before = before - {number for number, one in endings if step.to.state == one != step.at.state}
    return before | now if now else before


def _endings(watch: Watch) -> Iterator[tuple[int, str]]:
    for number, one in enumerate(watch.happenings):
        if isinstance(one, dict) and ENDED in one:
            yield number, one[ENDED]


def statuses() -> tuple[str, ...]:
    """What a condition may say of the case's own entry."""
    return tuple(dict.fromkeys(["valid", *(after for _, after in STEPS.values())]))
