"""Decisions on a case: what a table says of its values, kept with the row that hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseflow.cases import settings
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow import deciding
from caseflow.workflow.deciding import Decided
from caseflow.workflow.procedure import Action, Route


def _against(move: Move, decision_id: str) -> list[Message]:
    found = said(move, decision_id)
    return [found] if isinstance(found, Message) else []


@effect(EFFECTS, "decision", alters=True, against=_against)
def decide(move: Move, decision_id: str) -> None:
    """Let a decision table decide, and keep what it says with the row that hit."""
    keep(move, decision_id)


@guard(GUARDS, "decision")
def decided(move: Move, decision_id: str) -> list[Message]:
    """The decision table has decided on this case."""
    if decision_id in move.facts:
        return []
    title = move.definition.decisions[decision_id].title
    return move.refuse("deciding.not_decided", name={"zh": title.zh, "en": title.en})


@guard(GUARDS, "decision")
def decided_here(move: Move, decision_id: str) -> list[Message]:
    """The decision table has decided since the case came to its present state: what it said before counts no more."""
    if against := decided(move, decision_id):
        return against
    if journal.since_arrival(move.tx, move.case["id"], "decided", decision_id):
        return []
    title = move.definition.decisions[decision_id].title
    return move.refuse("deciding.not_decided_here", name={"zh": title.zh, "en": title.en})


def said(move: Move, decision_id: str) -> Decided | Message:
    """What the table says of the case as it stands with this act, or the reason why it says nothing."""
    values = _values(move, decision_id)
    return values if isinstance(values, Message) else _said(move, decision_id, values, _in_force(move))


def keep(move: Move, decision_id: str) -> Decided:
    """Keep the outputs, the rows that hit and the values on which they rest, in the case and in the journal.

    Raises:
        Refused: the table says nothing.
    """
    values, in_force = _values(move, decision_id), _in_force(move)
    found = values if isinstance(values, Message) else _said(move, decision_id, values, in_force)
    if isinstance(found, Message):
        raise Refused(found)
    told = {**found.outputs, "row": list(found.rows)}
    move.decided[decision_id] = {**told, "inputs": values, "parameters": in_force}
    move.changes["facts"] = {**move.row["facts"], decision_id: move.decided[decision_id]}
    move.notes.setdefault("decided", {})[decision_id] = told
    return found


def _in_force(move: Move) -> dict[str, str]:
    return settings.of_case(move.tx, move.definition, move.case)


def _said(move: Move, decision_id: str, values: Mapping[str, Any], in_force: Mapping[str, str]) -> Decided | Message:
    return deciding.decide(move.definition, decision_id, values, deciding.settings_of(move.definition, in_force))


def way(move: Move, route: Route) -> str:
    """The state to which a decision leads.

    Raises:
        Refused: the table says nothing.
    """
    decision_id, _, output = route.by.partition(".")
    return route.ways[keep(move, decision_id).outputs[output]]


def reasons(move: Move, action: Action, *, before_asking: bool) -> list[Message]:
    """What keeps a decision from saying where an act leads; what rests on the answers is asked once they are given."""
    if action.route is None:
        return []
    decision_id = action.route.by.partition(".")[0]
    columns = move.definition.decisions[decision_id].inputs.values()
    own = any((one.value or "").partition(".")[0] == move.store for one in columns)
    # A condition may rest on anything, the answers of this act among it.
    if before_asking and (own or any(one.check for one in columns)):
        return []
    return _against(move, decision_id)


def shown(definition: Any, facts: Mapping[str, Any], decision_id: str) -> Decided | None:
    """What a decision said of a case, told again from what was kept; nothing where it has not decided."""
    kept = facts.get(decision_id)
    if not isinstance(kept, Mapping) or "inputs" not in kept:
        return None
    found = deciding.decide(
        definition, decision_id, kept["inputs"], deciding.settings_of(definition, kept.get("parameters", {}))
    )
    return found if isinstance(found, Decided) else None


def _values(move: Move, decision_id: str) -> dict[str, Any] | Message:
    """The value of each input, or why a condition among them cannot be told."""
    found: dict[str, Any] = {}
    for column in move.definition.decisions[decision_id].inputs.values():
        if column.value is not None:
            found[column.id] = _value(move, column.value)
            continue
        place = ("decisions", decision_id, "inputs", column.id)
        answer = move.loaded.rules.says(place, column.check or "", move.values())
        if isinstance(answer, Message):
            return answer
        found[column.id] = answer
    return found


def _value(move: Move, path: str) -> Any:
    """The value of an input. What a host says of a member counts with the very act that copies it."""
    found = move.value(path)
    store, _, name = path.partition(".")
    copied = found is None and store == move.store and any(call.name == "copy_given" for call in move.action.then)
    return move.given.get(name) if copied else found
