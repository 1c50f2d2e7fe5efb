"""How a case comes to be: opened by somebody whose role opens it, or entered as it stood before the system existed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, dossier, entry, numbers, standing, tasks
from caseflow.cases.entry import NotHere, Outcome
from caseflow.cases.ground import Ground
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message, Refused


def open_case(
    tx: Connection,
    ground: Ground,
    actor: Actor,
    workflow: str,
    *,
    round_id: int | None = None,
    title: str = "",
    subject: str = "",
    prefecture_id: int | None = None,
    request_key: str,
) -> Outcome:
    """Open a case of the newest version of ``workflow`` for the organisation the actor acts for."""
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        return entry.again(tx, earlier)
    loaded = ground.current(tx, workflow)
    definition = loaded.definition
    opener = standing.opening_role(definition, actor)
    if opener is None or actor.organisation_id is None:
        raise NotHere
    if definition.rounds == "required" and round_id is None:
        raise Refused(Message("act.round_required"))
    at = clock.now()
    name = title or actor.organisation_name["zh"]
    row: dict[str, Any] = {
        "number": None,
        "receipt_code": numbers.receipt_code(),
        "workflow": workflow,
        "definition_id": loaded.id,
        "authority_id": actor.authority_id,
        "round_id": round_id,
        "organisation_id": actor.organisation_id,
        "prefecture_id": prefecture_id if prefecture_id is not None else actor.prefecture_id,
        "title": name,
        "title_key": numbers.sort_key(name),
        "subject": subject,
    }
    if definition.kind == "collective":
        row["number"] = numbers.next_number(tx, definition, actor.authority_id, at)
    state = definition.first_state
    made = entry.create(tx, loaded, row, state, actor, opener, at, request_key)
    due_on = deadlines.start(tx, ground, definition, made, state, at)
    tasks.enter(tx, definition, made, state, at, due_on)
    entry.note_due(tx, made["id"], due_on)
    return Outcome(made["id"], "open", state, row["number"], 1)


def import_case(
    tx: Connection,
    ground: Ground,
    actor: Actor,
    workflow: str,
    state: str,
    values: Mapping[str, Any],
    *,
    organisation_id: int,
    prefecture_id: int | None,
    round_id: int | None,
    request_key: str,
) -> Outcome:
    """Enter a case that was handled before the system existed, where it stands now; journalled as imported.

    ``values`` is its dossier. Only somebody whose role reaches the whole authority may do it.
    """
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        return entry.again(tx, earlier)
    loaded = ground.current(tx, workflow)
    definition = loaded.definition
    roles = [role.id for role in definition.roles.values() if role.sees == "own_authority" and actor.holds(role.id)]
    if not roles or state not in definition.states:
        raise NotHere
    at = clock.now()
    named = {path: _at(values, path) for path in (definition.case_title, definition.case_subject) if path}
    name = str(named.get(definition.case_title or "") or "")
    row: dict[str, Any] = {
        "number": numbers.next_number(tx, definition, actor.authority_id, at),
        "receipt_code": numbers.receipt_code(),
        "workflow": workflow,
        "definition_id": loaded.id,
        "authority_id": actor.authority_id,
        "round_id": round_id,
        "organisation_id": organisation_id,
        "prefecture_id": prefecture_id,
        "title": name,
        "title_key": numbers.sort_key(name),
        "subject": str(named.get(definition.case_subject or "") or ""),
    }
    made = entry.create(tx, loaded, row, state, actor, roles[0], at, request_key, act="imported")
    dossier.lay_down(tx, ground, definition, made["id"], values, at, actor.person_id)
    due_on = deadlines.start(tx, ground, definition, made, state, at)
    if not definition.states[state].final:
        tasks.enter(tx, definition, made, state, at, due_on)
    entry.note_due(tx, made["id"], due_on)
    return Outcome(made["id"], "imported", state, row["number"], 1)


def _at(values: Mapping[str, Any], path: str) -> Any:
    """The value at a path ``dossier.section.field``."""
    _, section, name = path.split(".")
    return values.get(section, {}).get(name)
