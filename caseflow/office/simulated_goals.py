"""What a simulation can take of a definition: its states, its actions, and the ways in which they branch.

A goal is a tuple: its kind, then names. ``("action", state, action)`` (the state is empty under ``anywhere``),
``("breach", clock)``, ``("sent_back", state, action, signer)`` …
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

from caseflow.cases import deadlines
from caseflow.workflow import graph, running
from caseflow.workflow.decisions import Decision
from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.procedure import Action, State

Goal = tuple[str, ...]
BRANCHES = (
    "opened", "row", "way", "choice", "return", "duty", "breach", "signed", "sent_back", "taken_back",
)  # fmt: skip
"""The kinds of branches, in the order of a report; beside them are ``state`` and ``action``."""
DEFAULT = "default"
"""The row that counts where none of a decision table fits."""
MEMBERS = "members"
"""The effect by which a procedure over many cases moves them."""


@kept
def goals(definition: Definition) -> tuple[Goal, ...]:
    """Everything that there is to take, in the order of the definition."""
    found: list[Goal] = [("opened", state) for state in graph.recorded(definition)]
    found += [("row", one.id, row) for one in definition.decisions.values() for row in _rows(one)]
    found += [("breach", one.name) for one in running.clocks(definition).values() if one.state is None]
    for state in definition.states.values():
        found += [("state", state.id), *_of_state(state)]
        for action in state.actions.values():
            found += [("action", state.id, action.id), *_of_action(definition, state.id, action)]
    for action in definition.anywhere.values():
        found += [("action", "", action.id), *_of_action(definition, "", action)]
    return tuple(dict.fromkeys(found))


def where(definition: Definition, state: str, action: str) -> str:
    """The state under which an action stands; empty for one that is offered anywhere."""
    return state if action in definition.states[state].actions else ""


def by_result(action: Action) -> Iterator[tuple[str, dict[str, str]]]:
    """The last name of the path, and the acts by its value, where members are moved by what was said of them."""
    for call in action.then:
        if call.name == MEMBERS and isinstance(call.argument, dict) and "acts" in call.argument:
            yield str(call.argument["by"]).split(".")[-1], call.argument["acts"]


def moving(action: Action) -> Iterator[str]:
    """The acts by which a procedure over many cases may move its members in an act."""
    for call in action.then:
        if call.name == MEMBERS and isinstance(call.argument, dict):
            yield from call.argument.get("acts", {"": call.argument.get("act")}).values()
        elif call.name == MEMBERS:
            yield str(call.argument)


def moved_for(definition: Definition, name: str) -> dict[str, list[str]]:
    """By what is said of a member under a name the acts by which it is moved for it, in a procedure over many."""
    found: dict[str, list[str]] = {}
    for state in definition.states.values():
        for action in state.actions.values():
            for one, acts in by_result(action):
                for value, act in acts.items() if one == name else ():
                    found.setdefault(value, []).append(act)
    return found


@kept
def opened(definition: Definition) -> Mapping[str, str]:
    """By link the workflow of the cases that acts open under it."""
    return {
        str(call.argument.get("link")): str(call.argument["workflow"])
        for state in definition.states
        for action in definition.actions_in(state)
        for call in action.then
        if call.name == "open_case" and isinstance(call.argument, dict)
    }


def waited_for(definition: Definition, opener: Definition, open_goals: Iterable[Goal]) -> list[str]:
    """The states in which cases let those of another workflow, which opened them, do what was not taken yet there."""
    links = opened(opener)
    found: list[str] = []
    for goal in open_goals if definition.workflow in links.values() else ():
        here = opener.states.get(goal[1]) if goal[0] == "action" else None
        for rule in here.when_linked if here is not None else ():
            if rule.do == goal[2] and links.get(rule.link) == definition.workflow:
                ends = [one.id for one in definition.states.values() if one.final and one.outcome == rule.reaches]
                found += [rule.reaches] if rule.reaches in definition.states else ends
    return found


def places(definition: Definition, open_goals: Iterable[Goal]) -> set[str]:
    """The states in which something is still to be taken."""
    found: set[str] = set()
    for goal in open_goals:
        if goal[0] == "breach" and goal[1] in running.clocks(definition):
            found |= {*running.clocks(definition)[goal[1]].runs_in}
        elif goal[0] == "breach":
            found.add(goal[1].removeprefix(deadlines.DUTY).split(".")[0])
        elif goal[0] not in ("row", "opened") and goal[1]:
            found.add(goal[1])
    return found & set(definition.states)


def settled(definition: Definition, open_goals: Iterable[Goal]) -> set[str]:
    """The duties that are settled by an act which is still to be taken: whoever opens one of them helps it."""
    found = set()
    for kind, state, *rest in open_goals:
        if kind == "action":
            acts = definition.states[state].actions if state else definition.anywhere
            found |= {str(call.argument) for call in acts[rest[0]].then if call.name == "close_duty"}
    return found


def distances(
    definition: Definition, targets: Iterable[str], barred: Collection[tuple[str, str]] = ()
) -> dict[str, int]:
    """By state the fewest acts to one of the targets, without those that are barred (state and act); a state from which
    none is reached is left out.
    """
    before: dict[str, set[str]] = {}
    for spot, steps in graph.moves(definition).items():
        for step in steps:
            if (spot.state, step.action) not in barred:
                before.setdefault(step.to.state, set()).add(spot.state)
    found = dict.fromkeys(targets, 0)
    waiting = deque(found)
    while waiting:
        state = waiting.popleft()
        for earlier in sorted(before.get(state, ())):
            if earlier not in found:
                found[earlier] = found[state] + 1
                waiting.append(earlier)
    return found


@kept
def home(definition: Definition) -> dict[str, int]:
    """By state the fewest acts to an end."""
    return distances(definition, [state.id for state in definition.states.values() if state.final])


def _rows(decision: Decision) -> list[str]:
    numbers = [str(number) for number in range(1, len(decision.rows) + 1)]
    return [*numbers, DEFAULT] if decision.default is not None else numbers


def _of_state(state: State) -> Iterator[Goal]:
    if state.clock is not None:
        yield "breach", state.id
    for duty in state.duties.values():
        yield "duty", state.id, duty.id
        if duty.limit is not None or duty.due is not None:
            yield "breach", f"{deadlines.DUTY}{state.id}.{duty.id}"
    if state.may_be_taken_back:
        yield "taken_back", state.id


def _of_action(definition: Definition, state: str, action: Action) -> Iterator[Goal]:
    for role in action.sign_off:
        yield "signed", state, action.id, role
        yield "sent_back", state, action.id, role
    for target in action.leads_to if action.route is not None else ():
        yield "way", state, action.id, target
    if action.to == graph.ORIGIN:
        for origin in _origins(definition, state):
            yield "return", state, action.id, origin
    for _, acts in by_result(action):
        for value in acts:
            yield "choice", state, action.id, value


def _origins(definition: Definition, state: str) -> list[str]:
    """Where ``origin`` leads back to from a state."""
    found = {spot.origin for spot in graph.moves(definition) if spot.state == state and spot.origin is not None}
    return sorted(found)
