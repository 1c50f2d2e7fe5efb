"""Acts that must stand with two persons: who did one of them, or signed it, does not do the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.models import proposal, signature
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.records.models import journal
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action

_BY_SIGNATURE = ("signed", "sign", "send_back")
"""The phases of an act in whose entries a signer stands in the role of whoever proposed it."""
_DONE = Statement(
    sa.select(journal.c.act, journal.c.role, journal.c.body).where(
        journal.c.case_id == sa.bindparam("case_id"), journal.c.person_id == sa.bindparam("person_id")
    )
)
_SIGNED = Statement(
    sa.select(proposal.c.action.label("act"), signature.c.role)
    .join(signature, signature.c.proposal_id == proposal.c.id)
    .where(proposal.c.case_id == sa.bindparam("case_id"), signature.c.person_id == sa.bindparam("person_id"))
)


def reasons(move: Move) -> list[Message]:
    """What earlier acts of the same person have against this one."""
    if move.actor is None:
        return []
    return against(move.tx, move.definition, move.case, move.action, move.role, move.actor.person_id)


def against(
    tx: Connection, definition: Definition, row: Mapping[Any, Any], action: Action, role: str, person_id: int
) -> list[Message]:
    """Why a person may not act in this role, or sign in it: one act or role of an earlier act excludes this one.

    Only acts of the procedure count: who marked a paper as read has not dealt with the case.
    """
    rules = [rule for rule in definition.never_both if role in rule.roles]
    if not action.not_by and not rules:
        return []
    here = {"case_id": row["id"], "person_id": person_id}
    procedure = {*definition.anywhere, *(name for state in definition.states.values() for name in state.actions)}
    done = [
        one for one in _DONE.rows(tx, here) if one["act"] in procedure and one["body"].get("phase") not in _BY_SIGNATURE
    ]
    earlier = [*done, *_SIGNED.rows(tx, here)]
    acts = {one["act"] for one in earlier}
    held = {one["role"] for one in earlier}
    found = [
        Message("four_eyes.act", {"action": _title(definition, name), "basis": action.basis or ""})
        for name in action.not_by
        if name in acts
    ]
    for rule in rules:
        for other in rule.roles:
            if other != role and other in held:
                titles = {"role": _role(definition, role), "other": _role(definition, other)}
                found.append(Message("four_eyes.role", {**titles, "basis": rule.basis}))
    return found


def _title(definition: Definition, name: str) -> dict[str, str]:
    known = (state.actions[name].title for state in definition.states.values() if name in state.actions)
    title = next(known, None) or definition.anywhere[name].title
    return {"zh": title.zh, "en": title.en}


def _role(definition: Definition, role: str) -> dict[str, str]:
    title = definition.roles[role].title
    return {"zh": title.zh, "en": title.en}
