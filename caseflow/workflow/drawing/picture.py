"""What a diagram of a procedure shows, before anything has a place: its states and moves as one reader may know them.

States that a reader knows under one name are one box. What the reader may not know is not in the picture, so nothing
that draws it, tells it in words or links from it can give it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from caseflow.words import Language, pick, render, text
from caseflow.workflow import running
from caseflow.workflow.bounds import default_of
from caseflow.workflow.days.workdays import Limit
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import ORIGIN, Spot, entrances, moves, recorded
from caseflow.workflow.procedure import Action, State

BadgeKind = Literal["clock", "paused", "late", "publicity", "panel", "duty", "begins"]


@dataclass(frozen=True, slots=True)
class Sight:
    """Through whose eyes a procedure is looked at."""

    name: Callable[[str], Any]
    """The ``{zh, en}`` name of a state."""
    knows: Callable[[str, Action], bool]
    """Whether the reader may know that an action is done in a state."""
    roles: frozenset[str] | None = None
    """The roles of which the reader may know what they owe; none: of all."""

    @property
    def whole(self) -> bool:
        return self.roles is None


@dataclass(frozen=True, slots=True)
class Badge:
    kind: BadgeKind
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """One box: a state, or all states that bear one name for the reader."""

    id: str
    states: tuple[str, ...]
    title: str
    holder: str
    badges: tuple[Badge, ...]
    final: bool
    wanted: bool
    begins: bool


@dataclass(frozen=True, slots=True)
class Move:
    """All ways from one box to another. ``labels`` are the actions that the reader may know of."""

    source: str
    target: str
    labels: tuple[str, ...]
    back: bool
    """It leads to what comes earlier."""


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    language: Language
    nodes: tuple[Node, ...]
    moves: tuple[Move, ...]
    anywhere: tuple[str, ...]
    """What is offered in every state, with where it leads."""

    def node(self, state: str) -> Node:
        """The box in which a state stands."""
        return next(node for node in self.nodes if state in node.states)

    def after(self, state: str) -> tuple[Move, ...]:
        """The ways out of the box of a state, ways back last."""
        node = self.node(state).id
        return tuple(sorted((one for one in self.moves if one.source == node), key=lambda one: one.back))


@dataclass(frozen=True, slots=True)
class Heat:
    """How much is in a box: 0 (nothing) to 4, and the figures in words."""

    level: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """What one case, or many, add to the picture of their procedure; boxes by their ids."""

    current: str | None = None
    visits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """When the case came: its number in the order, and the date."""
    gone: frozenset[tuple[str, str]] = frozenset()
    """The moves that were made."""
    ahead: frozenset[str] = frozenset()
    """Where it may go next."""
    badges: Mapping[str, tuple[Badge, ...]] = field(default_factory=dict)
    """How clocks stand now, instead of how long they are."""
    heat: Mapping[str, Heat] = field(default_factory=dict)


def whole(definition: Definition) -> Sight:
    """Everything, under the names that the offices use."""
    return Sight(lambda state: definition.states[state].title, lambda _state, _action: True)


def picture(definition: Definition, language: Language = "zh", sight: Sight | None = None) -> Picture:
    """The boxes in the order of the file, and the ways between them."""
    sight = sight or whole(definition)
    groups: dict[str, list[State]] = {}
    for state in definition.states.values():
        groups.setdefault(pick(sight.name(state.id), language) if not sight.whole else state.id, []).append(state)
    nodes = tuple(_node(definition, tuple(states), language, sight) for states in groups.values())
    box = {state: node.id for node in nodes for state in node.states}
    return Picture(
        pick(definition.title, language),
        language,
        nodes,
        tuple(_moves(definition, language, sight, box)),
        tuple(_anywhere(definition, language, sight)),
    )


def walked(seen: Picture, ways: Iterable[tuple[str, str]]) -> Overlay:
    """The way of a case: the states to which it came, each with the date in words; the last is where it stands."""
    visits: dict[str, list[str]] = {}
    gone: set[tuple[str, str]] = set()
    at, number = None, 0
    for state, day in ways:
        node = seen.node(state).id
        if node == at:
            continue
        number += 1
        visits.setdefault(node, []).append(f"{number} · {day}" if day else str(number))
        if at is not None:
            gone.add((at, node))
        at = node
    ahead = frozenset(move.target for move in seen.moves if move.source == at)
    return Overlay(at, {node: tuple(days) for node, days in visits.items()}, frozenset(gone), ahead)


def exits(definition: Definition, state: str, origin: str | None) -> list[tuple[Action, str]]:
    """The ways out of a state by acts of its own, a return to where it came from alone."""
    own = definition.states[state].actions
    steps = moves(definition).get(Spot(state, origin)) or moves(definition).get(Spot(state), ())
    return [(own[step.action], step.to.state) for step in steps if step.action in own and step.to.state != state]


def limit_of(definition: Definition, state: State) -> str | None:
    """How long the publicity of a state, or else its holder, has; nothing where no period is set."""
    if state.publicity is not None:
        return default_of(definition, state.publicity.period)
    limit = state.clock.limit if state.clock is not None else None
    return default_of(definition, limit) if limit is not None else None


def period(written: str, language: Language) -> str:
    """A period in words."""
    return render(Limit.parse(written).message(), language)


def _node(definition: Definition, states: tuple[State, ...], language: Language, sight: Sight) -> Node:
    first = states[0]
    holders = {state.holder for state in states}
    holder = next(iter(holders)) if len(holders) == 1 else None
    badges: dict[Badge, None] = {}
    for state in states:
        badges |= dict.fromkeys(_badges(definition, state, language, sight, alone=len(states) == 1))
    begins = entrances(definition)
    return Node(
        first.id,
        tuple(state.id for state in states),
        pick(sight.name(first.id), language),
        pick(definition.roles[holder].title, language) if holder in definition.roles else "",
        tuple(badges),
        all(state.final for state in states),
        any(state.final and state.outcome == "positive" for state in states),
        any(state.id in begins for state in states) if sight.whole else definition.first_state in
        {state.id for state in states},
    )  # fmt: skip


def _badges(
    definition: Definition, state: State, language: Language, sight: Sight, *, alone: bool
) -> Iterator[Badge]:  # fmt: skip
    """What marks a state: how long there is, what is shown to the public, who scores, what others owe, who begins."""
    limit = limit_of(definition, state)
    if limit is not None and (sight.whole or alone or state.publicity is not None):
        yield Badge("publicity" if state.publicity else "clock", period(limit, language))
    for one in running.in_state(definition, state.id):
        if one.state is None and one.clock.limit is not None and (sight.whole or alone):
            long = period(default_of(definition, one.clock.limit), language)
            yield Badge("clock", f"{pick(one.title, language)} {long}")
    if sight.whole and state.panel in definition.panels:
        panel = definition.panels[str(state.panel)]
        yield Badge("panel", text("diagram.panel", language, title=pick(panel.title, language), n=panel.size))
    owed = [
        pick(duty.title, language) for duty in state.duties.values() if sight.roles is None or duty.role in sight.roles
    ]
    if owed:
        comma = "、" if language == "zh" else ", "
        yield Badge("duty", text("workflow.drawn_duties", language, duties=comma.join(owed)))
    if sight.whole:
        yield from (Badge("begins", said) for said in beginning(definition, state.id, language))


def beginning(definition: Definition, name: str, language: Language) -> list[str]:
    """Which cases begin in a state, besides those that begin at the first as usual."""
    said = []
    if name != definition.first_state and name in recorded(definition):
        roles = [pick(role.title, language) for role in definition.roles.values() if role.opens == name]
        said.append(text("workflow.drawn_recorded", language, roles=("、" if language == "zh" else ", ").join(roles)))
    if definition.imports is not None and definition.imports.in_ == name:
        said.append(text("workflow.drawn_imported", language))
    return said


def targets(definition: Definition, state: str, action: Action) -> list[str]:
    """The states to which an action of a state may lead, a return to each from which it may have come."""
    found: list[str] = []
    for target in action.leads_to:
        if target == ORIGIN:
            found += sorted({spot.origin or "" for spot in moves(definition) if spot.state == state})
        else:
            found.append(target)
    return [one for one in dict.fromkeys(found) if one in definition.states]


def _moves(definition: Definition, language: Language, sight: Sight, box: Mapping[str, str]) -> Iterator[Move]:
    order = list(dict.fromkeys(box.values()))
    found: dict[tuple[str, str], list[str]] = {}
    for state in definition.states.values():
        for action in state.actions.values():
            for target in targets(definition, state.id, action):
                if box[target] != box[state.id]:
                    labels = found.setdefault((box[state.id], box[target]), [])
                    labels += [pick(action.title, language)] if sight.knows(state.id, action) else []
    for (source, target), labels in found.items():
        yield Move(source, target, tuple(dict.fromkeys(labels)), order.index(target) < order.index(source))


def _anywhere(definition: Definition, language: Language, sight: Sight) -> Iterator[str]:
    for action in definition.anywhere.values():
        if not any(
            sight.knows(state.id, action)
            for state in definition.states.values()
            if not state.final and state.id not in action.not_in
        ):
            continue
        title = pick(action.title, language)
        if action.to in definition.states:
            title += " → " + pick(sight.name(str(action.to)), language)
        yield title
