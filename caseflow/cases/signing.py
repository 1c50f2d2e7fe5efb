"""Signatures: somebody proposes an act, each signer signs with an opinion or sends it back.

The outer state does not change meanwhile; several acts may wait at once, the same one not twice. Whoever proposed an
act, or signed it before, does not sign it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import settings, tasks, telling
from caseflow.cases.ground import Ground
from caseflow.cases.models import proposal, signature
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.records import journal, personal
from caseflow.records.personal import Keyring
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
    if action.beyond == "refuse":
        return True
    limit = settings.number(move.tx, move.definition, move.case, action.at_most)
    return limit is None or times_done(move.tx, move.case["id"], action.id) >= limit


def times_done(tx: Connection, case_id: int, action: str) -> int:
    """How often an act took effect on a case (a proposal that was sent back does not count)."""
    return journal.times(tx, case_id, action, but_not={"phase": "proposed"})


_WAITING = Statement(
    sa.select(proposal)
    .where(proposal.c.case_id == sa.bindparam("case_id"), proposal.c.status == "signing")
    .order_by(proposal.c.id)
)


def waiting(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    """The acts that wait for signatures, the one proposed first at the head."""
    return _WAITING.rows(tx, {"case_id": case_id})


def waiting_here(move: Move) -> list[dict[str, Any]]:
    """The acts that wait on the case of a move; read once, and only where an act can wait at all."""
    if move.waiting is None:
        may_wait = any(action.sign_off for action in move.definition.actions_in(move.case["state"]))
        move.waiting = waiting(move.tx, move.case["id"]) if may_wait else []
    return move.waiting


def turn_of(
    tx: Connection, rows: list[dict[str, Any]], roles: frozenset[str], person_id: int, named: Any = None
) -> dict[str, Any] | None:
    """Of the acts that wait the one that is meant: by its number or its action, else that which this person may sign.

    Where there is none of these it is the one proposed first.
    """
    if named not in (None, ""):
        return next((row for row in rows if str(named) in (str(row["id"]), row["action"])), None)
    if len(rows) > 1:
        for row in rows:
            mine = row["signers"][row["step"]] in roles and row["proposed_by"] != person_id
            if mine and person_id not in signed_by(tx, row["id"]):
                return row
    return rows[0] if rows else None


def concerns(
    definition: Definition, row: Mapping[Any, Any], roles: frozenset[str], organisation_id: int | None
) -> bool:
    """Whether somebody may read what waits: the proposing office, those that sign, and the authority itself."""
    if row["organisation_id"] == organisation_id:
        return True
    reaches = {definition.roles[signer].sees for signer in row["signers"]} | {"own_authority"}
    return any(definition.roles[role].sees in reaches for role in roles)


def propose(move: Move) -> int:
    """Leave the answers, sealed, for the first signer."""
    case, actor, signers = move.case, move.actor, _signers(move)
    if actor is None or actor.organisation_id is None:
        raise Refused(Message("signing.person_only"))
    if not signers:
        raise Refused(Message("signing.nobody_signs"))
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
            signers=signers,
            step=0,
            status="signing",
            opened_at=move.at,
        )
        .returning(proposal.c.id)
    ).scalar_one()
    _ask(move, signers[0])
    return int(number)


def _signers(move: Move) -> list[str]:
    """Who signs, in order; a case that stands with no bureau is not signed by one."""
    roles = move.definition.roles
    has_bureau = move.case["prefecture_id"] is not None
    return [role for role in move.action.sign_off if has_bureau or roles[role].sees != "own_prefecture"]


def answers(ground: Ground, pending_row: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a proposal."""
    values: dict[str, Any] = personal.open_json(
        ground.keys, pending_row["sealed"], f"proposal/{pending_row['case_id']}"
    )
    return values


def sign(
    move: Move,
    row: Mapping[str, Any],
    act: str,
    posted: Mapping[str, Any],
    roles: frozenset[str],
    in_place_of: int | None = None,
) -> bool:
    """Put one signature under a proposal, or send it back; true when the last one is there.

    Args:
        in_place_of: the absent person for whom a deputy signs; ``roles`` then hold that person's role.

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
            opinion=_sealed(move, opinion, _opinion_of(row["id"], row["step"])),
            at=move.at,
            for_person_id=in_place_of,
        )
    )
    tasks.close(tx, move.case["id"], f"{SIGN}:{row['action']}", act, move.at)
    if act == SEND_BACK:
        values = {"action": _title(move), "number": move.case["number"] or ""}
        notice = Message("inbox.sent_back", values)
        telling.tell_person(tx, move.case, row["proposed_by"], notice, key=move.request_key)
        return _step(move, row, row["step"], "sent_back")
    if row["step"] + 1 < len(row["signers"]):
        _ask(move, row["signers"][row["step"] + 1])
        return _step(move, row, row["step"] + 1, "signing")
    _step(move, row, row["step"] + 1, "signed")
    return True


def _sealed(move: Move, opinion: str, context: str) -> str:
    return personal.seal_json(move.ground.keys, opinion, context) if opinion else ""


def signed_by(tx: Connection, proposal_id: int) -> set[int]:
    """Whoever signed a proposal, and those in whose place it was signed."""
    rows = tx.execute(
        sa.select(signature.c.person_id, signature.c.for_person_id).where(signature.c.proposal_id == proposal_id)
    )
    return {one for row in rows for one in row if one is not None}


def people_of(row: Mapping[Any, Any], signed: Iterable[Mapping[Any, Any]]) -> list[int]:
    """Everybody who stands on the approval slip of a proposal."""
    found = [row["proposed_by"], *(one[key] for one in signed for key in ("person_id", "for_person_id"))]
    return [one for one in found if one is not None]


def slips(tx: Connection, keys: Keyring, case_id: int) -> list[tuple[RowMapping, list[dict[str, Any]]]]:
    """Every proposal of a case with its signatures, oldest first: what the printed approval slip lists."""
    rows = tx.execute(sa.select(proposal).where(proposal.c.case_id == case_id).order_by(proposal.c.id)).mappings().all()
    signed: dict[int, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
    found = sa.select(signature).where(signature.c.proposal_id.in_(list(signed))).order_by(signature.c.id)
    for one in tx.execute(found).mappings():
        signed[one["proposal_id"]].append(_opened(keys, one))
    return [(row, signed[row["id"]]) for row in rows]


def _opened(keys: Keyring, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A signature whose opinion can be read."""
    return {**row, "opinion": personal.open_text(keys, row["opinion"], _opinion_of(row["proposal_id"], row["step"]))}


def _opinion_of(proposal_id: int, step: int) -> str:
    return f"opinion/{proposal_id}/{step}"


def sent_back(tx: Connection, keys: Keyring, case_id: int, organisation_id: int | None) -> list[dict[str, Any]]:
    """What an organisation proposed and got back, with the reason, unless it has proposed the same act again since."""
    newest = (
        sa.select(sa.func.max(proposal.c.id))
        .where(proposal.c.case_id == case_id, proposal.c.organisation_id == organisation_id)
        .group_by(proposal.c.action)
    )
    rows = tx.execute(
        sa.select(proposal.c.action, signature)
        .join(signature, signature.c.proposal_id == proposal.c.id)
        .where(proposal.c.id.in_(newest), proposal.c.status == "sent_back", signature.c.decision == SEND_BACK)
        .order_by(proposal.c.id)
    ).mappings()
    return [_opened(keys, row) for row in rows]


def go_along(move: Move, target: str) -> list[dict[str, Any]]:
    """What goes on waiting as the case moves to ``target``: acts that do not move it and are offered there as well.

    The others are void: the case went on without them (the applicant withdrew).
    """
    here, there = move.case["state"], move.definition.action
    left = [row for row in waiting_here(move) if row["id"] != move.signed]
    kept = [
        row for row in left
        if (action := there(target, row["action"])) is not None
        and action.to is None and action == there(here, row["action"])
    ]  # fmt: skip
    gone = [row["id"] for row in left if row not in kept]
    if gone:
        move.tx.execute(proposal.update().where(proposal.c.id.in_(gone)).values(status="void", closed_at=move.at))
    return kept


def ask_again(move: Move, row: Mapping[Any, Any], kept: list[dict[str, Any]]) -> None:
    """Open the tasks of those whose signature is still awaited after the case has moved; ``row`` is the case then."""
    for one in kept:
        signer = one["signers"][one["step"]]
        owner = tasks.organisation_of(move.tx, move.definition, row, signer)
        tasks.ask(move.tx, row, f"{SIGN}:{one['action']}", signer, owner, move.at)


def _title(move: Move) -> dict[str, str]:
    return {"zh": move.action.title.zh, "en": move.action.title.en}


def _ask(move: Move, role: str) -> None:
    owner = tasks.organisation_of(move.tx, move.definition, move.case, role)
    tasks.ask(move.tx, move.case, f"{SIGN}:{move.action.id}", role, owner, move.at)


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
