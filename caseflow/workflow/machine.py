"""The moves of a definition, kept by ``transitions``; the only file that knows it.

One machine per definition. Every name that reaches it has passed the grammar of ids and carries a prefix with a
blank, so that it can be no attribute and no dotted path; no callback is ever given, no case is ever registered.
"""

from __future__ import annotations

from transitions import Machine, MachineError

from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import ORIGIN
from caseflow.workflow.kept import kept


class _Place:
    """What the machine moves: a state and nothing else, thrown away afterwards."""

    __slots__ = ("here",)

    def __init__(self, here: str) -> None:
        self.here = here


def target(
    definition: Definition, state: str, action: str, origin: str | None = None, decided: str | None = None
) -> str:
    """The state to which ``action`` leads from ``state``; the same state where it moves nothing.

    ``origin`` is the state that a return remembered, ``decided`` the one that a decision says. Raises ``Refused`` for a move that is not in the definition.
    """
    meant = definition.action(state, action) if state in definition.states else None
    name = f"do {action}"
    if meant is not None and (meant.to == ORIGIN or meant.route is not None):
        name += f" to {decided if meant.route is not None else origin}"
    event = _machine(definition).events.get(name)
    place = _Place(state)
    try:
        if meant is not None and event is not None and event.trigger(place):
            return place.here
    except MachineError:
        pass
    raise Refused(Message("workflow.not_offered_here"))


@kept
def _machine(definition: Definition) -> Machine:
    machine = Machine(
        model=None,
        model_attribute="here",
        states=list(definition.states),
        initial=definition.first_state,
        auto_transitions=False,
        send_event=True,
    )
    back = {
        action.resume
        for state in definition.states
        for action in definition.actions_in(state)
        if action.resume is not None
    }
    for state in definition.states:
        for action in definition.actions_in(state):
            if action.to == ORIGIN:
                for origin in sorted(back):
                    machine.add_transition(f"do {action.id} to {origin}", state, origin)
            elif action.route is not None:
                for way in action.leads_to:
                    machine.add_transition(f"do {action.id} to {way}", state, way)
            elif action.to is None:
                machine.add_transition(f"do {action.id}", state, None)
            else:
                machine.add_transition(f"do {action.id}", state, action.to)
    return machine
