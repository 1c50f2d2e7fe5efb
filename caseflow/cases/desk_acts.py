"""What is done with a task itself: taken on, handed to a colleague, given back, urged. Nothing moves by it.

Who took a task on is named beside its organisation; others of the same role may stand in all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import dossier, tasks, telling
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.people import accounts, rights
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

CLAIM, ASSIGN, HAND_BACK, URGE, HAND_OVER = "claim", "assign", "hand_back", "urge", "hand_over"
ACTS = {
    CLAIM: Action(id=CLAIM, title=Text(zh="领办", en="Take on")),
    ASSIGN: Action(id=ASSIGN, title=Text(zh="转办", en="Hand to a colleague")),
    HAND_BACK: Action(id=HAND_BACK, title=Text(zh="退回领办", en="Give back")),
    URGE: Action(id=URGE, title=Text(zh="催办", en="Urge")),
    HAND_OVER: Action(id=HAND_OVER, title=Text(zh="岗位变动交接", en="Hand over with the post")),
}
"""The engine's own acts on the tasks of any case."""
NOTES = "task_notes"
"""Under which the words beside these acts are kept, by journal entry."""
URGED = "urged"
"""Under which the journal keeps, by number, the person whose task was urged."""
MOST_NOTE = 200
_NOTE = {"note": Field(id="note", type="long_text", label=Text(zh="说明", en="Note"))}
_REACH = {"own_authority": 3, "own_prefecture": 2}
"""How wide a role looks; who is urged looks no wider."""


def run(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Do one of these acts; returns what the journal keeps. ``move.role`` is set to the role in which it is done.

    Raises:
        Refused: there is no such open task, it is not for this person, or the colleague may not do it.
    """
    if move.actor is None:
        raise Refused(Message("desk_acts.unknown"))
    note = str(posted.get("note") or "").strip()
    if len(note) > MOST_NOTE:
        raise Refused(Message("desk_acts.note_too_long", {"limit": MOST_NOTE}))
    if move.action.id == HAND_OVER:
        body = _hand_over(move, move.actor, posted, roles)
    else:
        row = _task(move, posted.get("task"))
        body = _DO[move.action.id](move, move.actor, row, posted, roles)
        body |= {"task": row["id"], "kind": row["kind"], "organisation": row["organisation_id"]}
    return {**body, "answers": keep_note(move, note)} if note else body


def notes(tx: Connection, ground: Ground, row: Mapping[Any, Any]) -> dict[int, str]:
    """The words beside these acts, by the number of their journal entry."""
    kept = dossier.facts(tx, ground, row).get(NOTES, {})
    return {int(seq): one["note"] for seq, one in kept.items() if isinstance(one["note"], str)}


def keep_note(move: Move, note: str) -> dict[str, Any]:
    """Seal the words beside an act under its journal entry; returns what the journal keeps: their salted hash."""
    known = move.case["facts"]
    kept = dossier.keep_facts(move.tx, move.ground, move.case, NOTES, _NOTE, {"note": note}, under=move.entry)
    move.changes["facts"] = {**known, NOTES: {**known.get(NOTES, {}), move.entry: kept}}
    return kept


def may_direct(definition: Definition, role: str, held: frozenset[str]) -> bool:
    """Whether somebody with these roles signs what ``role`` does, and so says who of its holders does it."""
    signers = {
        signer
        for state in definition.states
        for action in definition.actions_in(state)
        if role in definition.by(state, action)
        for signer in action.sign_off
    }
    return not signers.isdisjoint(held)


def may_urge(definition: Definition, row: Mapping[Any, Any], actor: Actor, roles: frozenset[str]) -> bool:
    """Whether the actor, standing to the case in ``roles``, may urge who owes a task: somebody who looks as far, or
    further, and does not owe it himself.
    """
    reach = max((_REACH.get(definition.roles[role].sees, 0) for role in roles), default=0)
    owing = _REACH.get(definition.roles[row["role"]].sees, 0)
    return reach > 0 and reach >= owing and not tasks.is_for(actor, row)


def _claim(
    move: Move, actor: Actor, row: dict[str, Any], _: Mapping[str, Any], roles: frozenset[str]
) -> dict[str, Any]:
    _own(move, actor, row, roles)
    if row["person_id"] is not None or not tasks.take(move.tx, row["id"], None, actor.person_id):
        raise Refused(Message("desk_acts.taken", {"who": _name(move.tx, row["person_id"])}))
    return {}


def _assign(
    move: Move, actor: Actor, row: dict[str, Any], posted: Mapping[str, Any], roles: frozenset[str]
) -> dict[str, Any]:
    _directed(move, actor, row, roles)
    to = _colleague(move.tx, row, posted.get("person"))
    _give(move, row, to)
    return {"from": row["person_id"], "to": to}


def _hand_back(
    move: Move, actor: Actor, row: dict[str, Any], _: Mapping[str, Any], roles: frozenset[str]
) -> dict[str, Any]:
    _directed(move, actor, row, roles)
    mine = row["person_id"] == actor.person_id or may_direct(move.definition, row["role"], roles)
    if row["person_id"] is None or not mine or not tasks.take(move.tx, row["id"], row["person_id"], None):
        raise Refused(Message("desk_acts.not_taken_on"))
    return {"from": row["person_id"]}


def _urge(
    move: Move, actor: Actor, row: dict[str, Any], posted: Mapping[str, Any], roles: frozenset[str]
) -> dict[str, Any]:
    if not may_urge(move.definition, row, actor, roles):
        raise Refused(Message("desk_acts.may_not_urge"))
    wide = sorted(roles, key=lambda role: -_REACH.get(move.definition.roles[role].sees, 0))
    move.role = wide[0]
    note = str(posted.get("note") or "").strip()
    values = {
        "number": move.case["number"] or "",
        "title": move.case["title"],
        "by": actor.organisation_name,
        "note": Message("inbox.urged_note") if note else "",  # the words themselves are sealed with the case
        "due": row["due_on"].isoformat() if row["due_on"] else "",
    }
    message = Message("inbox.urged_by" if row["due_on"] else "inbox.urged", values)
    telling.tell_owing(move.tx, move.case, row, message, key=move.request_key)
    if row["person_id"] is not None and row["organisation_id"] is not None:  # whoever stands in reads it as well
        where = row["organisation_id"]
        telling.tell_organisation(
            move.tx, move.case, where, message, role=row["role"], key=move.request_key, kind="desk"
        )
    return {URGED: row["person_id"]}


def _hand_over(move: Move, actor: Actor, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Give every task that one person took on here, in the actor's organisation, to a colleague."""
    leaving = _number(posted.get("from"))
    rows = [
        dict(row)
        for row in tasks.open_tasks(move.tx, move.case["id"])
        if row["person_id"] == leaving and row["organisation_id"] == actor.organisation_id is not None
    ]
    if not rows:
        raise Refused(Message("desk_acts.unknown"))
    given = []
    for row in rows:
        if leaving != actor.person_id and not may_direct(move.definition, row["role"], roles):
            raise Refused(Message("desk_acts.not_yours"))
        _give(move, row, _colleague(move.tx, row, posted.get("person")))
        given.append(row["id"])
    held = [row["role"] for row in rows if row["role"] in roles]
    move.role = held[0] if held else min(roles)
    return {"tasks": given, "from": leaving, "to": _number(posted.get("person")), "organisation": actor.organisation_id}


def _task(move: Move, number: Any) -> dict[str, Any]:
    found = next((row for row in tasks.open_tasks(move.tx, move.case["id"]) if row["id"] == _number(number)), None)
    if found is None:
        raise Refused(Message("desk_acts.unknown"))
    return dict(found)


def _own(move: Move, actor: Actor, row: Mapping[str, Any], roles: frozenset[str]) -> None:
    """The task is of the actor's organisation and role; experts' own assignments are nobody's to take."""
    if row["organisation_id"] is None or not tasks.is_for(actor, row) or row["role"] not in roles:
        raise Refused(Message("desk_acts.not_yours"))
    move.role = row["role"]


def _directed(move: Move, actor: Actor, row: Mapping[str, Any], roles: frozenset[str]) -> None:
    """The task is the actor's, or of those in the same organisation for whom the actor signs."""
    signing = row["organisation_id"] == actor.organisation_id is not None
    if signing and may_direct(move.definition, row["role"], roles) and row["role"] not in roles:
        move.role = next(role for role in sorted(roles) if may_direct(move.definition, row["role"], frozenset({role})))
        return
    _own(move, actor, row, roles)


def _colleague(tx: Connection, row: Mapping[str, Any], person: Any) -> int:
    """The person named, who must hold the task's role in its organisation and be able to sign in."""
    to = _number(person)
    account = accounts.get(tx, to)
    holds = to in rights.holders(tx, row["organisation_id"], row["role"])
    if account is None or not holds or account["status"] != "active":
        raise Refused(Message("desk_acts.not_a_colleague", {"input": "person"}))
    return to


def _give(move: Move, row: Mapping[str, Any], to: int) -> None:
    if row["person_id"] == to or not tasks.take(move.tx, row["id"], row["person_id"], to):
        raise Refused(Message("desk_acts.has_it_already", {"input": "person"}))
    values = {"number": move.case["number"] or "", "title": move.case["title"]}
    telling.tell_person(move.tx, move.case, to, Message("inbox.assigned", values), key=move.request_key, kind="desk")


def _name(tx: Connection, person_id: int | None) -> str:
    return accounts.names(tx, [person_id]).get(person_id or 0, "")


def _number(value: Any) -> int:
    return int(value) if str(value or "").isdecimal() else 0


_DO = {CLAIM: _claim, ASSIGN: _assign, HAND_BACK: _hand_back, URGE: _urge}
