"""Who signs what waits: a further signer is added, or one that was added is taken out again.

The signers of the definition stay. Who is added signs next, before whoever's turn it was, and is taken out again by
whoever added them, or by one who signs after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseflow.cases import signing, tasks
from caseflow.cases.models import proposal
from caseflow.cases.move import Move
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

ADD, REMOVE = "add_signer", "remove_signer"
ACTS = {
    ADD: Action(id=ADD, title=Text(zh="增加会签人", en="Add a signer")),
    REMOVE: Action(id=REMOVE, title=Text(zh="取消会签人", en="Take a signer out")),
}
"""The engine's own acts on what waits for signatures; where the case stands does not change."""
MOST = 10
"""The most signers of one act."""


def run(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Do one of these acts with ``{proposal, role}``; returns what the journal keeps.

    Raises:
        Refused: nothing waits, it is not this person's to say, or the role cannot be added or taken out.
    """
    waiting = signing.waiting(move.tx, move.case["id"])
    row = next((one for one in waiting if str(one["id"]) == str(posted.get("proposal"))), None)
    if row is None or move.actor is None:
        raise Refused(Message("signers.not_yours"))
    role = str(posted.get("role") or "")
    adds = move.action.id == ADD
    if adds and not may_add(row, move.actor, roles):
        raise Refused(Message("signers.not_yours"))
    if adds and role not in addable(move, row):
        raise Refused(Message("signers.not_addable", {"input": "role"}))
    if not adds and role not in added(move.definition, move.case["state"], row):
        raise Refused(Message("signers.not_removable", {"input": "role"}))
    if not adds and role not in removable(move, row, move.actor, roles):
        raise Refused(Message("signers.not_added_by_you", {"input": "role"}))
    move.role = next((one for one in (row["role"], *row["signers"][row["step"] :]) if one in roles), row["role"])
    before, step = list(row["signers"]), row["step"]
    after = [*before[:step], role, *before[step:]] if adds else [one for one in before if one != role]
    changed = proposal.update().where(
        proposal.c.id == row["id"], proposal.c.step == step, proposal.c.status == "signing"
    )
    move.tx.execute(changed.values(signers=after))
    if after[step] != before[step]:
        kind = f"{signing.SIGN}:{row['action']}"
        tasks.close(move.tx, move.case["id"], kind, move.action.id, move.at, status="void")
        owner = tasks.organisation_of(move.tx, move.definition, move.case, after[step])
        tasks.ask(move.tx, move.case, kind, after[step], owner, move.at)
    return {"proposal": row["id"], "of": row["action"], "signer": role}


def may_add(row: Mapping[str, Any], actor: Actor, roles: frozenset[str]) -> bool:
    """Whether somebody in an office says who signs as well: who proposed it, and in the same organisation whoever's turn it is.

    An applicant whose wish an office signs does not say by whom.
    """
    if actor.organisation_kind not in OFFICES:
        return False
    turn = row["signers"][row["step"]] in roles and row["organisation_id"] == actor.organisation_id
    return bool(row["proposed_by"] == actor.person_id or turn)


def addable(move: Move, row: Mapping[str, Any]) -> list[str]:
    """The roles of offices that do not sign yet and that did not propose it, where there is an office that answers."""
    if len(row["signers"]) >= MOST:
        return []
    return [
        role.id
        for role in move.definition.roles.values()
        if role.sees in ("own_authority", "own_prefecture")
        and role.id not in (*row["signers"], row["role"])
        and tasks.organisation_of(move.tx, move.definition, move.case, role.id) is not None
    ]


def removable(move: Move, row: Mapping[str, Any], actor: Actor, roles: frozenset[str]) -> list[str]:
    """The signers that somebody in an office may take out: those whom the same person added, and in the same
    organisation those before whom they stand.
    """
    found = added(move.definition, move.case["state"], row)
    if not found or actor.organisation_kind not in OFFICES:
        return []
    by = {
        body["signer"]: person_id
        for person_id, body in journal.said(move.tx, move.case["id"], ADD)
        if body["proposal"] == row["id"]
    }
    inside = row["organisation_id"] == actor.organisation_id
    above = {role: row["signers"][row["signers"].index(role) + 1 :] for role in found}
    return [role for role in found if by.get(role) == actor.person_id or (inside and not roles.isdisjoint(above[role]))]


def added(definition: Definition, state: str, row: Mapping[str, Any]) -> list[str]:
    """The signers that were added and have not signed."""
    action = definition.action(state, row["action"])
    own = action.sign_off if action is not None else ()
    return [role for role in row["signers"][row["step"] :] if role not in own]
