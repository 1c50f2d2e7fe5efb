"""Signatures: the officer proposes, each signer signs with an opinion or sends it back.

The outer state does not change meanwhile. Whoever proposed an act, or signed it before, does not sign it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import tasks
from caseflow.cases.ground import Ground
from caseflow.cases.models import proposal, signature
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.records import journal, personal
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition

SIGN = "sign"
SEND_BACK = "send_back"
ACTS = (SIGN, SEND_BACK)
MOST_OPINION = 500


def is_due(move: Move) -> bool:
    """Whether the act must be signed before it takes effect."""
    action = move.action
    if not action.sign_off or move.host is not None:
        return False
    if action.at_most is None:
        return True
    return times_done(move.tx, move.case["id"], action.id) >= action.at_most


def times_done(tx: Connection, case_id: int, action: str) -> int:
    """How often an act took effect on a case (a proposal that was sent back does not count)."""
    return journal.times(tx, case_id, action, but_not={"phase": "proposed"})


_PENDING = Statement(
    sa.select(proposal).where(proposal.c.case_id == sa.bindparam("case_id"), proposal.c.status == "signing")
)


def pending(tx: Connection, case_id: int) -> dict[str, Any] | None:
    """The act that waits for signatures."""
    return _PENDING.first(tx, {"case_id": case_id})


def may_wait(definition: Definition, state: str) -> bool:
    """Whether an act can wait for signatures in a state at all."""
    return any(action.sign_off for action in definition.actions_in(state))


def propose(move: Move) -> int:
    """Leave the answers, sealed, for the first signer."""
    case, actor = move.case, move.actor
    if actor is None or actor.organisation_id is None:
        raise Refused(Message("signing.person_only"))
    sealed = personal.seal_json(move.ground.keys, move.answers, f"proposal/{case['id']}")
    number = move.tx.execute(
        proposal.insert()
        .values(
            case_id=case["id"],
            action=move.action.id,
            sealed=sealed,
            proposed_by=actor.person_id,
            role=move.role,
            organisation_id=actor.organisation_id,
            signers=list(move.action.sign_off),
            step=0,
            status="signing",
            opened_at=move.at,
        )
        .returning(proposal.c.id)
    ).scalar_one()
    _ask(move, move.action.sign_off[0])
    return int(number)


def answers(ground: Ground, pending_row: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a proposal."""
    values: dict[str, Any] = personal.open_json(
        ground.keys, pending_row["sealed"], f"proposal/{pending_row['case_id']}"
    )
    return values


def sign(move: Move, row: Mapping[str, Any], act: str, posted: Mapping[str, Any], roles: frozenset[str]) -> bool:
    """Put one signature under a proposal, or send it back; true when the last one is there.

    Raises:
        Refused: it is not this person's turn, or a reason is missing.
    """
    tx, actor = move.tx, move.actor
    signer = row["signers"][row["step"]]
    opinion = str(posted.get("opinion", "")).strip()
    reasons = []
    if actor is None or signer not in roles:
        title = move.definition.roles[signer].title
        reasons.append(Message("signing.not_your_turn", {"role": {"zh": title.zh, "en": title.en}}))
    elif actor.person_id == row["proposed_by"] or actor.person_id in signed_by(tx, row["id"]):
        reasons.append(Message("signing.four_eyes"))
    if act == SEND_BACK and not opinion:
        reasons.append(Message("signing.reason_missing"))
    if len(opinion) > MOST_OPINION:
        reasons.append(Message("signing.opinion_too_long", {"limit": MOST_OPINION}))
    if reasons or actor is None:
        raise Refused(*reasons)
    tx.execute(
        signature.insert().values(
            proposal_id=row["id"],
            step=row["step"],
            role=signer,
            person_id=actor.person_id,
            decision=act,
            opinion=opinion,
            at=move.at,
        )
    )
    tasks.close(tx, move.case["id"], f"sign:{row['action']}", act, move.at)
    if act == SEND_BACK:
        return _step(move, row, row["step"], "sent_back")
    if row["step"] + 1 < len(row["signers"]):
        _ask(move, row["signers"][row["step"] + 1])
        return _step(move, row, row["step"] + 1, "signing")
    _step(move, row, row["step"] + 1, "signed")
    return True


def signed_by(tx: Connection, proposal_id: int) -> set[int]:
    return set(tx.scalars(sa.select(signature.c.person_id).where(signature.c.proposal_id == proposal_id)))


def slips(tx: Connection, case_id: int) -> list[tuple[RowMapping, list[RowMapping]]]:
    """Every proposal of a case with its signatures, oldest first: what the printed approval slip lists."""
    rows = tx.execute(sa.select(proposal).where(proposal.c.case_id == case_id).order_by(proposal.c.id)).mappings()
    return [
        (
            row,
            list(
                tx.execute(
                    sa.select(signature).where(signature.c.proposal_id == row["id"]).order_by(signature.c.id)
                ).mappings()
            ),
        )
        for row in rows
    ]


def void(move: Move) -> None:
    """Withdraw what waits for signatures because the case moves on without it (the applicant withdrew)."""
    if not may_wait(move.definition, move.case["state"]):
        return
    move.tx.execute(
        proposal.update()
        .where(proposal.c.case_id == move.case["id"], proposal.c.status == "signing")
        .values(status="void", closed_at=move.at)
    )


def _ask(move: Move, role: str) -> None:
    owner = tasks.organisation_of(move.tx, move.definition, move.case, role)
    tasks.ask(move.tx, move.case, f"sign:{move.action.id}", role, owner, move.at)


def _step(move: Move, row: Mapping[str, Any], step: int, status: str) -> bool:
    """Write where the proposal stands; never complete."""
    closed = None if status == "signing" else move.at
    move.tx.execute(
        proposal.update()
        .where(proposal.c.id == row["id"], proposal.c.step == row["step"], proposal.c.status == "signing")
        .values(step=step, status=status, closed_at=closed)
    )
    return False


def role_titles(definition: Definition, row: Mapping[str, Any]) -> list[dict[str, str]]:
    """The titles of the signers in their order."""
    titles = (definition.roles[role].title for role in row["signers"])
    return [{"zh": title.zh, "en": title.en} for title in titles]
