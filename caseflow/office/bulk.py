"""One act for several cases: which acts several cases share, what stands against each, and what each is answered with.

Nothing is done here. Each case is one transaction of its own through the one door, with a key of its own, so that a
request sent again finds what it has done and does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import guards, signing, standing
from caseflow.cases.entry import NotHere
from caseflow.cases.ground import Ground
from caseflow.cases.view import View, load
from caseflow.people.rights import Actor
from caseflow.words import Message, catalogue
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.values import is_blank

MOST = 200
"""Cases of one request."""

_OF_ONE_CASE = frozenset({"file", "files", "table", "each_row", "case_file", "dossier_fields"})
"""Types whose answers belong to one case and cannot be given for several at once."""
_NOT_FOR_SEVERAL = frozenset({"members", "people", "score_sheet"})
"""Types whose forms are pages of their own."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that stand at the same place under the same version: only these can share an act."""

    definition: Definition
    definition_id: int
    state: str
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """An act with the cases of a group to which it is offered."""

    action: Action
    case_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One case before an act: whether it is offered there, and what stands against it before anything is asked."""

    view: View
    offered: bool
    reasons: tuple[Message, ...]
    waiting: Mapping[str, Any] | None = None
    """What waits for the signature, where the act is a signature."""

    @property
    def may(self) -> bool:
        return self.offered and not self.reasons


def views(tx: Connection, ground: Ground, actor: Actor, case_ids: Iterable[int]) -> list[View]:
    """The cases as the actor may see them, in the order given, each once; those that are not there for them are left out."""
    found = []
    for case_id in list(dict.fromkeys(case_ids))[:MOST]:
        try:
            found.append(load(tx, ground, actor, case_id))
        except NotHere:
            continue
    return found


def groups(found: Iterable[View]) -> list[Group]:
    """The cases by version and state, the largest group first."""
    gathered: dict[tuple[int, str], list[View]] = {}
    for view in found:
        gathered.setdefault((view.loaded.id, view.row["state"]), []).append(view)
    made = [Group(some[0].definition, key[0], key[1], tuple(some)) for key, some in gathered.items()]
    return sorted(made, key=lambda group: -len(group.views))


def shared(group: Group) -> list[Shared]:
    """The acts that may be done on several cases of a group at once: signatures first, then as the state gives them."""
    found = []
    signable = tuple(view.row["id"] for view in group.views if view.may_sign())
    if signable:
        found += [Shared(engine_act(name), signable) for name in signing.ACTS]
    for action in group.definition.actions_in(group.state):
        if not is_for_several(action):
            continue
        offered = tuple(view.row["id"] for view in group.views if _role(view, action) is not None)
        if offered:
            found.append(Shared(action, offered))
    return found


def is_for_several(action: Action) -> bool:
    """Whether an act is done by a person and its form fits beside others."""
    types = {question.type for question in action.asks.values()}
    return not (action.system or action.moved_by or types & _NOT_FOR_SEVERAL)


def act_of(definition: Definition, state: str, action_id: str) -> Action | None:
    """The act of this name where a group stands, if it may be done on several cases at once."""
    if action_id in signing.ACTS:
        return engine_act(action_id)
    action = definition.action(state, action_id) if state in definition.states else None
    return action if action is not None and is_for_several(action) else None


def engine_act(name: str) -> Action:
    """A signature, or sending back, as an act with a form."""
    question = Field(
        id="opinion",
        type="long_text",
        label=_words("bulk.opinion"),
        required=name == signing.SEND_BACK,
        max_characters=signing.MOST_OPINION,
    )
    style = "primary" if name == signing.SIGN else "careful"
    return Action(id=name, title=_words(f"bulk.act.{name}"), asks={question.id: question}, style=style)


def row(view: View, action: Action) -> Row:
    """How an act stands to one case."""
    if action.id in signing.ACTS:
        return Row(view, view.may_sign(), (), view.pending())
    role = _role(view, action)
    if role is None or view.definition.action(view.row["state"], action.id) is None:
        return Row(view, offered=False, reasons=(guards.not_offered(view.definition, view.row, action.id),))
    return Row(view, offered=True, reasons=tuple(guards.reasons(view.move(action, role), before_asking=True)))


def for_all(action: Action) -> list[Field]:
    """The questions that may be answered once for all cases."""
    return [one for one in action.asks.values() if one.type not in _OF_ONE_CASE and one.amends is None]


def for_each(action: Action) -> list[Field]:
    """The questions that may be answered for one case otherwise than for the others.

    A box that is ticked or not is answered for all: unticked it could mean either.
    """
    return [one for one in action.asks.values() if one.type != "boolean" or one.amends is not None]


def merged(action: Action, common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of one case: its own where it has one, else those for all; point by point where there are points."""
    found: dict[str, Any] = {}
    for question in action.asks.values():
        for_one, for_every = own.get(question.id), common.get(question.id)
        if question.type in ("checklist", "field_comments"):
            found[question.id] = _laid_over(for_every or {}, for_one or {})
        elif nothing(for_one):
            found[question.id] = for_every
        else:
            found[question.id] = for_one
    return {name: value for name, value in found.items() if value is not None}


def nothing(value: Any) -> bool:
    """Whether nothing was answered, however deep it is nested. False and 0 are answers."""
    if isinstance(value, Mapping):
        return all(nothing(one) for one in value.values())
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple):
        return all(nothing(one) for one in value)
    return is_blank(value)


def key(request_key: str, case_id: int) -> str:
    """The key of one case's part of a request."""
    return f"{request_key}/{case_id}"


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(below)
    for name, value in above.items():
        under = found.get(name)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            found[name] = _laid_over(under, value)
        elif not nothing(value):
            found[name] = value
    return found


def _role(view: View, action: Action) -> str | None:
    if action.system or action.moved_by:
        return None
    return standing.acting_role(view.definition, view.row["state"], action, view.roles, None)


def _words(name: str) -> Text:
    pair = catalogue()[name]
    return Text(zh=pair["zh"], en=pair["en"])
