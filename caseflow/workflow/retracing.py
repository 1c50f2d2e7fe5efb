"""Which acts can be taken back: those on which nothing else hangs."""

from __future__ import annotations

from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import moves
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import Report

HARMLESS = ("number_case", "notify", "declare_interest")
"""Effects that may stay as they are when the case goes back."""
_KEYS = ("resume", "unlocks", "sign_off", "appends", "at_most", "moved_by", "system")


def can_go_back(definition: Definition, origin: str, action: Action, target: str) -> bool:
    """Whether a case that an act has brought from ``origin`` to ``target`` can go back as if nothing had been."""
    here, there = definition.states[origin], definition.states[target]
    if any(getattr(action, key) for key in _KEYS) or any(call.name not in HARMLESS for call in action.then):
        return False
    if here.private or here.duties or here.panel or here.publicity:
        return False
    return not (there.final or there.duties or there.panel or there.publicity or there.calculates or there.listed)


def check(report: Report) -> None:
    """A state from which acts may be taken back is reached by one that can be."""
    definition = report.definition
    for state in definition.states.values():
        if not state.may_be_taken_back:
            continue
        steps = [step for spot in moves(definition).values() for step in spot if step.to.state == state.id]
        acts = [(step.at.state, definition.action(step.at.state, step.action)) for step in steps]
        if not any(action and can_go_back(definition, origin, action, state.id) for origin, action in acts):
            report.say("never_taken_back", ("states", state.id, "may_be_taken_back"), name=state.id)
