"""What was said in the acts of a case, as far as one reader may know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.engine import Row

from caseflow.cases import settled
from caseflow.workflow.decisions import Input
from caseflow.workflow.definition import Definition
from caseflow.workflow.lookups import Lookup
from caseflow.workflow.procedure import Action, Duty
from caseflow.workflow.sampling import Sample

OPENS = "open_duty"


def of_roles(
    definition: Definition,
    known: Mapping[str, Any],
    roles: frozenset[str],
    given: Iterable[Mapping[str, Any]],
    own: int,
) -> dict[str, Any]:
    """The answers of acts of these roles, and the answers to what they asked others for.

    Of a duty that several organisations answer, the own one (``own``) reads its own answers alone; who asked reads
    all. ``given`` are the answers to duties as ``duties.replies`` finds them.
    """
    found = {
        action.store or action.id: known.get(action.store or action.id)
        for state, action in _acts(definition)
        if roles.intersection(definition.by(state, action))
    }
    for state, own_act in _acts(definition):
        if roles.intersection(definition.by(state, own_act)):
            found |= {name: known.get(name) for name in [*decided_by(own_act), *kept_by(own_act)]}
    entries = {str(one["entry"]) for one in given if one["organisation_id"] == own}
    for state_id, duty in _duties(definition):
        store = f"{settled.STORE}{duty.id}"
        action = definition.action(state_id, duty.action)
        if action is None:
            continue
        asked_for = action.store or action.id
        if roles & asking(definition, state_id, duty):
            found |= {store: known.get(store), asked_for: known.get(asked_for)}
        elif duty.role in roles:
            mine = {str(own)} if duty.each is not None else entries
            answers = {key: said for key, said in known.get(store, {}).items() if key in mine}
            gathered = {key: said for key, said in known.get(asked_for, {}).items() if key in entries}
            last = answers[max(answers, key=int)] if answers else None
            found |= {store: answers or None, asked_for: gathered or None if action.appends else last}
    return {store: values for store, values in found.items() if values is not None}


def in_entry(
    definition: Definition, entry: Row[Any], entries: Mapping[int, Row[Any]], known: Mapping[str, Any]
) -> tuple[Action, Mapping[str, Any]] | None:
    """The act of an entry of the journal and what it said; ``entries`` are all of the case by their numbers.

    Of acts that keep their last answers alone: nothing once another of its kind has followed.
    """
    action = definition.action(entry.from_state, entry.act) if entry.from_state else None
    if action is None:
        return None
    if not action.appends and any(seq > entry.seq and one.act == entry.act for seq, one in entries.items()):
        return None
    stored = known.get(action.store or action.id) or {}
    return action, stored.get(str(entry.seq), {}) if action.appends else stored


def of_applicant(definition: Definition, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the applicant said in acts of its own turn: the bureau that guides it reads that.

    What it said while the authority held the case, in answer to the authority, is not among it.
    """
    own = {role.id for role in definition.roles.values() if role.sees == "own_organisation"}
    found: dict[str, Any] = {}
    for state_id, action in _acts(definition):
        store, turn = action.store or action.id, definition.states[state_id].holder in own
        if known.get(store) is not None and turn and own & set(definition.by(state_id, action)):
            found[store] = known[store]
    return found


def without_hidden(definition: Definition, known: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """The answers without those that the reader may not see, or that were to replace a part of the dossier hidden so."""
    found = dict(known)
    for _, action in _acts(definition) if hidden else ():
        store = action.store or action.id
        covered = {
            one.id
            for one in action.asks.values()
            if is_hidden(f"{store}.{one.id}", hidden) or (one.amends is not None and is_hidden(one.amends, hidden))
        }
        if covered and isinstance(found.get(store), Mapping):
            entries = action.appends and all(isinstance(entry, Mapping) for entry in found[store].values())
            found[store] = (
                {number: _without(entry, covered) for number, entry in found[store].items()}
                if entries
                else _without(found[store], covered)
            )
    for decision in definition.decisions.values() if hidden else ():
        stored = found.get(decision.id)
        if isinstance(stored, Mapping) and any(_rests_on(one, hidden) for one in decision.inputs.values()):
            found[decision.id] = _without(stored, {"inputs"})
    return found


def _rests_on(column: Input, hidden: frozenset[str]) -> bool:
    """Whether an input tells something hidden; a condition may read anything, so it counts as one that does."""
    return column.value is None or is_hidden(column.value, hidden)


def _without(answers: Mapping[str, Any], covered: set[str]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in covered}


def is_hidden(path: str, hidden: frozenset[str]) -> bool:
    """Whether a place of the dossier is among those hidden, or inside one."""
    return any(path == one or path.startswith(f"{one}.") for one in hidden)


def comments(definition: Definition, known: Mapping[str, Any], unlocked: list[str]) -> dict[str, str]:
    """What the last return said of each field that is open for correction."""
    for _, action in _acts(definition):
        for question in action.asks.values():
            said = known.get(action.store or action.id, {}).get(question.id)
            if question.type == "field_comments" and isinstance(said, dict) and set(unlocked) & set(said):
                return said
    return {}


def _acts(definition: Definition) -> list[tuple[str, Action]]:
    return [(state, action) for state in definition.states for action in definition.actions_in(state)]


def _duties(definition: Definition) -> list[tuple[str, Duty]]:
    return [(state.id, duty) for state in definition.states.values() for duty in state.duties.values()]


def decided_by(action: Action) -> list[str]:
    """The decision tables that an act asks."""
    named = [str(call.argument) for call in action.then if call.name == "decide"]
    return [*named, action.route.by.partition(".")[0]] if action.route is not None else named


def kept_by(action: Action) -> list[str]:
    """The stores in which an act keeps entries of registers and samples."""
    meant = [Lookup.read(call) or Sample.read(call) for call in action.then]
    return [one.into for one in meant if one is not None and one.into is not None]


def asking(definition: Definition, state_id: str, duty: Duty) -> frozenset[str]:
    """The roles that hold the state of a duty, or ask for it."""
    holder = definition.states[state_id].holder
    holders = {holder} if holder is not None else set()
    opening = [
        action
        for action in definition.actions_in(state_id)
        if any(call.name == OPENS and call.argument == duty.id for call in action.then)
    ]
    return frozenset(role for action in opening for role in definition.by(state_id, action)) | holders
