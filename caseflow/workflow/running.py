"""The clocks of a procedure under one view: that of a state runs in this state alone, a long one in several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Text
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Clock, State

LONG = "clock:"
"""Before the id of a clock over several states, in the name of what runs; the clock of a state has the state's id."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock with where it runs and waits."""

    name: str
    clock: Clock
    title: Text
    runs_in: tuple[str, ...]
    state: State | None
    """The state whose own clock it is."""
    place: Place

    @property
    def label(self) -> str:
        """The id by which the file calls it."""
        return self.name.removeprefix(LONG)

    def waits_in(self, state: str) -> bool:
        return state in self.clock.pauses_in and state not in self.runs_in

    def covers(self, state: str) -> bool:
        """Whether it is open while a case stands in a state: running, or waiting there."""
        return state in self.runs_in or state in self.clock.pauses_in


@kept
def clocks(definition: Definition) -> Mapping[str, Running]:
    """Every clock of states by its name, those of duties and publicities aside."""
    found = {
        state.id: Running(state.id, state.clock, state.title, (state.id,), state, ("states", state.id, "clock"))
        for state in definition.states.values()
        if state.clock is not None
    }
    for one in definition.clocks.values():
        name = f"{LONG}{one.id}"
        found[name] = Running(name, one, one.title, one.in_, None, ("clocks", one.id))
    return found


def named(definition: Definition, written: str | None, state: str) -> str:
    """The name of the clock that an effect means: that of the present state, of a state, or one over several."""
    if written is None:
        return state
    return f"{LONG}{written}" if written in definition.clocks else written


def in_state(definition: Definition, state: str) -> tuple[Running, ...]:
    """The clocks that run in a state, its own first."""
    return tuple(one for one in clocks(definition).values() if state in one.runs_in)
