"""Acts explained: who may do them, what stands against them, what they bring with them, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from flask import g

from caseflow.cases import guards, settings
from caseflow.cases.lines import organisation_name
from caseflow.cases.registry import EFFECTS, GUARDS, WARNINGS
from caseflow.cases.view import Offer, View
from caseflow.web import drawing
from caseflow.web.why_words import sentence
from caseflow.words import Message
from caseflow.workflow.deciding import shown_cell, title_of
from caseflow.workflow.definition import Definition, Role
from caseflow.workflow.drawing.picture import Sight, targets
from caseflow.workflow.parts import Check, Condition
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action
from caseflow.workflow.spans import rests_on_answers

Lines = Callable[[Place], str]
"""``file:line`` of a place; empty where that is not told."""
_OUTSIDE = ("none", "dossier", "letter", "duty", "role", "involve")
Naming = Callable[[Iterable[str]], str]
"""Roles in words, with the office in which they are held where that is known."""
Standing = Literal["open", "closed", "others", "system", "joint"]


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence with its ground; ``holds``: whether it is fulfilled now, where that can be said."""

    text: str
    basis: str = ""
    line: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the decision that says where an act leads."""

    cells: tuple[str, ...]
    target: str
    basis: str


@dataclass(frozen=True, slots=True)
class Route:
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """An act where the case stands."""

    id: str
    title: str
    standing: Standing
    who: str
    against: tuple[str, ...]
    needs: tuple[Said, ...]
    rules: tuple[Said, ...]
    brings: tuple[str, ...]
    leads: tuple[str, ...]
    route: Route | None
    basis: str
    line: str


def here(view: View, sight: Sight, lines: Lines, who: Naming) -> list[Explained]:
    """Every act of the present state that the reader has, or may know of; those open first."""
    offers = {offer.action.id: offer for offer in view.offers()}
    found = [
        _explained(view, sight, lines, who, action, offers.get(action.id))
        for action in view.definition.actions_in(view.row["state"])
        if action.id in offers or sight.knows(view.row["state"], action)
    ]
    order = ("open", "closed", "others", "joint", "system")
    return sorted(found, key=lambda one: order.index(one.standing))


def elsewhere(view: View, sight: Sight) -> list[tuple[str, list[str]]]:
    """The acts that are not offered where the case stands, with the states in which they are."""
    offered = {action.id for action in view.definition.actions_in(view.row["state"])}
    found: dict[str, tuple[str, list[str]]] = {}
    for state in view.definition.states.values():
        for action in view.definition.actions_in(state.id):
            if action.id not in offered and sight.knows(state.id, action):
                states = found.setdefault(action.id, (drawing.named(action.title), []))[1]
                name = drawing.named(sight.name(state.id))
                states += [name] if name not in states else []
    return list(found.values())


def naming(view: View) -> Naming:
    """How roles are named on the pages of this case."""
    number = view.row["prefecture_id"]
    bureau = drawing.named(organisation_name(view.tx, number)) if number is not None else ""

    def said(role: Role) -> str:
        if role.sees == "own_prefecture" and bureau:
            return drawing.t("why.role_of", role=drawing.named(role.title), office=bureau)
        return drawing.named(role.title)

    def who(roles: Iterable[str]) -> str:
        known = view.definition.roles
        return ("、" if g.language == "zh" else ", ").join(said(known[role]) for role in roles if role in known)

    return who


def _explained(
    view: View, sight: Sight, lines: Lines, who: Naming, action: Action, offer: Offer | None
) -> Explained:  # fmt: skip
    definition, state = view.definition, view.row["state"]
    place = place_of(definition, state, action)
    inside = sight.whole or offer is not None
    against = [drawing.say(one) for one in offer.reasons] if offer is not None else _not_yours(view, action)
    return Explained(
        action.id,
        drawing.named(action.title),
        _standing(action, offer),
        who(definition.by(state, action)),
        tuple(against),
        tuple(_needs(view, action, offer, place, lines)) if inside else (),
        tuple(_rules(view, action, place, lines)),
        tuple(dict.fromkeys(_brings(view, action))) if inside else (),
        tuple(dict.fromkeys(drawing.named(sight.name(one)) for one in targets(definition, state, action))),
        _route(definition, sight, action) if sight.whole and action.route is not None else None,
        action.basis or "",
        lines(place),
    )


def place_of(definition: Definition, state: str, action: Action) -> Place:
    """Where an act of a state stands in its definition."""
    own = action.id in definition.states[state].actions
    return ("states", state, "actions", action.id) if own else ("anywhere", action.id)


def _standing(action: Action, offer: Offer | None) -> Standing:
    if offer is not None:
        return "closed" if offer.reasons else "open"
    return "system" if action.system else "joint" if action.moved_by else "others"


def _brings(view: View, action: Action) -> Iterator[str]:
    """What an act writes besides; applicants read what reaches them, not how an office counts and tells its own."""
    for call in action.then:
        argument = EFFECTS[call.name].argument
        if view.is_staff or argument in _OUTSIDE:
            yield sentence(view.definition, "then", argument, call)


def _not_yours(view: View, action: Action) -> list[str]:
    """The sentence with which the act would be refused to this reader."""
    if action.system:
        return [drawing.t("why.by_system")]
    if action.moved_by:
        titles = [view.ground.current(view.tx, one).definition.title for one in action.moved_by]
        return [drawing.t("why.by_joint", what=[{"zh": one.zh, "en": one.en} for one in titles])]
    roles = [_pair(view.definition.roles[one].title) for one in view.definition.by(view.row["state"], action)]
    return [drawing.say(Message("act.not_yours", {"action": _pair(action.title), "roles": roles}))]


def _needs(view: View, action: Action, offer: Offer | None, place: Place, lines: Lines) -> Iterator[Said]:
    """Every condition, and for the reader's own acts whether it holds now."""
    for number, need in enumerate(action.needs):
        holds = None
        if offer is not None and not _of_answers(need, action):
            holds = not guards.objections(view.move(action, offer.role), need)
        yield Said(_need(view.definition, need), need.basis or "", lines((*place, "needs", number)), holds)
    for number, call in enumerate(action.warns if view.is_staff else ()):
        said = sentence(view.definition, "warns", WARNINGS[call.name].argument, call)
        yield Said(drawing.t("why.warned", said=said), call.basis or "", lines((*place, "warns", number)))


def _need(definition: Definition, need: Condition) -> str:
    if isinstance(need, Check):
        return drawing.t("why.check", said=_pair(need.message))
    return sentence(definition, "needs", GUARDS[need.name].argument, need)


def _of_answers(need: Condition, action: Action) -> bool:
    if isinstance(need, Check):
        return "asks." in need.check
    return GUARDS[need.name].of_answers or rests_on_answers(need, action.store or action.id)


def _rules(view: View, action: Action, place: Place, lines: Lines) -> Iterator[Said]:
    """What holds of an act besides its conditions: who signs, how often, who may not."""
    definition = view.definition
    limit = settings.number(view.tx, definition, view.row, action.at_most)
    if limit is not None:
        yield Said(drawing.t(f"why.at_most_{action.beyond}", n=limit), line=lines((*place, "at_most")))
    if action.sign_off and (limit is None or action.beyond == "refuse"):
        roles = [_pair(definition.roles[one].title) for one in action.sign_off if one in definition.roles]
        yield Said(drawing.t("why.sign_off", roles=roles), line=lines((*place, "sign_off")))
    if action.not_by:
        known = {one.id: one.title for state in definition.states for one in definition.actions_in(state)}
        acts = [_pair(known[one]) for one in action.not_by if one in known]
        yield Said(drawing.t("why.not_by", acts=acts), line=lines((*place, "not_by")))
    for number, rule in enumerate(definition.never_both):
        if set(rule.roles) & set(definition.by(view.row["state"], action)):
            roles = [_pair(definition.roles[one].title) for one in rule.roles]
            yield Said(drawing.t("why.never_both", roles=roles), rule.basis, lines(("never_both", number)))
    if action.irreversible:
        yield Said(drawing.t("why.irreversible"), line=lines((*place, "irreversible")))


def _route(definition: Definition, sight: Sight, action: Action) -> Route | None:
    """The rows of the decision that says where an act leads."""
    if action.route is None:
        return None
    name, _, output = action.route.by.partition(".")
    decision = definition.decisions[name]
    rows = [
        Row(
            tuple(drawing.named(shown_cell(definition, column, row.when.get(column.id)))
                  for column in decision.inputs.values()),
            drawing.named(sight.name(action.route.ways[str(row.then[output])])),
            row.basis or decision.basis,
        )
        for row in decision.rows if str(row.then.get(output)) in action.route.ways
    ]  # fmt: skip
    columns = tuple(drawing.named(title_of(definition, one)) for one in decision.inputs.values())
    return Route(drawing.named(decision.title), columns, tuple(rows))


def _pair(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
