"""Extending a round: an officer proposes it with the notice, the roles that the authority names sign one after the other.

Nothing changes before the last signature. Then the clocks are cut anew, and the bureaus and whoever still drafts are told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import tasks
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, round_
from caseflow.cases.signing import MOST_OPINION, SEND_BACK, SIGN
from caseflow.office import rounds
from caseflow.office.models import round_extension, round_rule, round_signature
from caseflow.people import organisations
from caseflow.people.models import authority, person
from caseflow.people.rights import Actor
from caseflow.records import inbox, personal
from caseflow.words import Message, Refused


def set_signers(tx: Connection, given: Mapping[str, Iterable[str]], *, known: Collection[str]) -> None:
    """Keep which roles of each authority (by its code) sign an extension; an authority not named needs no signature.

    Raises:
        Refused: a role that is not ``known``, which nobody could hold.
    """
    if strange := sorted({role for named in given.values() for role in named} - set(known)):
        raise Refused(Message("extension.unknown_signer", {"roles": strange}))
    for row in tx.execute(sa.select(authority.c.id, authority.c.code)).all():
        named = list(given.get(row.code, ()))
        here = round_rule.c.authority_id == row.id
        if tx.execute(round_rule.update().where(here).values(extension_signed_by=named)).rowcount == 0:
            tx.execute(round_rule.insert().values(authority_id=row.id, extension_signed_by=named))


def signers(tx: Connection, authority_id: int) -> list[str]:
    """The roles that sign an extension, in their order."""
    found: list[str] | None = tx.scalar(
        sa.select(round_rule.c.extension_signed_by).where(round_rule.c.authority_id == authority_id)
    )
    return found or []


def propose(
    tx: Connection, ground: Ground, row: RowMapping, closes_at: datetime, *, notice: str, reason: str, by: Actor
) -> bool:
    """Put a later closing time before the signers; true where it is in force at once, because nobody has to sign.

    Raises:
        Refused: not later than before, without notice or reason, or another proposal waits for its signatures.
    """
    against = rounds.extension_faults(row, closes_at, notice=notice, reason=reason)
    if pending(tx, row["id"]) is not None:
        against.append(Message("extension.pending"))
    if against:
        raise Refused(*against)
    needed = signers(tx, row["authority_id"])
    if not needed:
        rounds.extend(tx, ground, row, closes_at, notice=notice, reason=reason, by=by.person_id)
        _announce(tx, row, closes_at, notice)
        return True
    tx.execute(
        round_extension.insert().values(
            round_id=row["id"],
            was=row["closes_at"],
            closes_at=closes_at,
            notice=notice.strip(),
            reason=personal.seal_json(ground.keys, reason.strip(), _reason_of(row["id"])),
            proposed_by=by.person_id,
            proposed_at=clock.now(),
            signers=needed,
            step=0,
            status="signing",
        )
    )
    _ask(tx, row, needed[0])
    return False


def sign(
    tx: Connection, ground: Ground, row: RowMapping, extension_id: int, actor: Actor, decision: str, opinion: str
) -> str:
    """Sign a proposed extension of a round, or send it back; returns where it stands now.

    Raises:
        Refused: not this person's turn, no reason for sending back, or the round has changed meanwhile.
    """
    found = pending(tx, row["id"])
    if found is None or found["id"] != extension_id:
        raise Refused(Message("signing.nothing_to_sign"))
    if against := _against(tx, ground, found, actor, decision, opinion.strip()):
        raise Refused(*against)
    last = found["step"] + 1 == len(found["signers"])
    status = "sent_back" if decision == SEND_BACK else "signed" if last else "signing"
    step = found["step"] + (decision == SIGN)
    moved = tx.execute(
        round_extension.update()
        .where(
            round_extension.c.id == extension_id,
            round_extension.c.step == found["step"],
            round_extension.c.status == "signing",
        )
        .values(step=step, status=status, closed_at=None if status == "signing" else clock.now())
    )
    if moved.rowcount != 1:
        raise Refused(Message("signing.nothing_to_sign"))
    tx.execute(
        round_signature.insert().values(
            extension_id=extension_id,
            step=found["step"],
            role=found["signers"][found["step"]],
            person_id=actor.person_id,
            decision=decision,
            opinion=personal.seal_json(ground.keys, opinion.strip(), _opinion_of(extension_id, found["step"])),
            at=clock.now(),
        )
    )
    if status == "signing":
        _ask(tx, row, found["signers"][step])
    elif status == "sent_back":
        message = Message("inbox.extension_sent_back", {"round": row["title"]})
        inbox.post(tx, message, person_id=found["proposed_by"], kind="desk")
    else:
        reason = personal.open_json(ground.keys, found["reason"], _reason_of(row["id"]))
        words = {"notice": found["notice"], "reason": reason}
        rounds.extend(tx, ground, row, found["closes_at"], by=found["proposed_by"], **words)
        _announce(tx, row, found["closes_at"], found["notice"])
    return status


def withdraw(tx: Connection, row: RowMapping, extension_id: int, actor: Actor) -> None:
    """Take a proposal back before it is signed to the end; only who proposed it may."""
    gone = tx.execute(
        round_extension.update()
        .where(
            round_extension.c.id == extension_id,
            round_extension.c.round_id == row["id"],
            round_extension.c.proposed_by == actor.person_id,
            round_extension.c.status == "signing",
        )
        .values(status="void", closed_at=clock.now())
    )
    if gone.rowcount != 1:
        raise Refused(Message("signing.nothing_to_sign"))


def pending(tx: Connection, round_id: int) -> RowMapping | None:
    """The proposal of a round that waits for signatures."""
    return (
        tx.execute(
            sa.select(round_extension).where(
                round_extension.c.round_id == round_id, round_extension.c.status == "signing"
            )
        )
        .mappings()
        .first()
    )


def of_round(tx: Connection, ground: Ground, round_id: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Every proposal of a round with its signatures, the newest first; each with the names of those who acted."""
    keys = ground.keys
    rows = tx.execute(
        sa.select(round_extension, person.c.name)
        .join(person, person.c.id == round_extension.c.proposed_by)
        .where(round_extension.c.round_id == round_id)
        .order_by(round_extension.c.id.desc())
    ).mappings()
    signed: dict[int, list[dict[str, Any]]] = {}
    for one in tx.execute(
        sa.select(round_signature, person.c.name)
        .join(person, person.c.id == round_signature.c.person_id)
        .join(round_extension, round_extension.c.id == round_signature.c.extension_id)
        .where(round_extension.c.round_id == round_id)
        .order_by(round_signature.c.id)
    ).mappings():
        opinion = personal.open_json(keys, one["opinion"], _opinion_of(one["extension_id"], one["step"]))
        signed.setdefault(one["extension_id"], []).append({**one, "opinion": opinion})
    return [
        ({**row, "reason": personal.open_json(keys, row["reason"], _reason_of(round_id))}, signed.get(row["id"], []))
        for row in rows
    ]


def waiting_for(tx: Connection, actor: Actor) -> list[RowMapping]:
    """The proposals that wait for the signature of this person, with the titles of their rounds."""
    rows = tx.execute(
        sa.select(round_extension, round_.c.title)
        .join(round_, round_.c.id == round_extension.c.round_id)
        .where(round_.c.authority_id == actor.authority_id, round_extension.c.status == "signing")
        .order_by(round_extension.c.id)
    ).mappings()
    return [row for row in rows if is_turn_of(tx, row, actor)]


def is_turn_of(tx: Connection, row: Mapping[Any, Any], actor: Actor) -> bool:
    """Whether this person may sign a proposal now: in the office itself, and not what was proposed or signed before."""
    if row["status"] != "signing" or actor.organisation_kind != "authority":
        return False
    if not actor.holds(row["signers"][row["step"]]) or actor.person_id == row["proposed_by"]:
        return False
    return actor.person_id not in _signed_by(tx, row["id"])


def role_title(tx: Connection, ground: Ground, role: str) -> dict[str, str]:
    """What a role is called in the definitions; its id where none names it."""
    for loaded in ground.all_current(tx):
        found = loaded.definition.roles.get(role)
        if found is not None:
            return {"zh": found.title.zh, "en": found.title.en}
    return {"zh": role, "en": role}


def _against(
    tx: Connection, ground: Ground, row: RowMapping, actor: Actor, decision: str, opinion: str
) -> list[Message]:
    against = []
    turn = row["signers"][row["step"]]
    if actor.organisation_kind != "authority" or not actor.holds(turn):
        against.append(Message("signing.not_your_turn", {"role": role_title(tx, ground, turn)}))
    elif not is_turn_of(tx, row, actor):
        against.append(Message("signing.four_eyes"))
    if decision == SEND_BACK and not opinion:
        against.append(Message("signing.reason_missing", {"input": "opinion"}))
    if len(opinion) > MOST_OPINION:
        against.append(Message("signing.opinion_too_long", {"limit": MOST_OPINION, "input": "opinion"}))
    return against


def _signed_by(tx: Connection, extension_id: int) -> set[int]:
    return set(tx.scalars(sa.select(round_signature.c.person_id).where(round_signature.c.extension_id == extension_id)))


def _ask(tx: Connection, row: RowMapping, role: str) -> None:
    """Tell the next signer."""
    office = tasks.office_of(tx, row["authority_id"])
    if office is not None:
        message = Message("inbox.extension_to_sign", {"round": row["title"]})
        inbox.post(tx, message, organisation_id=office, role=role, kind="desk")


def _announce(tx: Connection, row: RowMapping, closes_at: datetime, notice: str) -> None:
    """Tell every bureau, and every organisation with a draft of the round, until when it is open now."""
    values: dict[str, Any] = {"round": row["title"], "notice": notice.strip(), "closes": _as_written(closes_at)}
    message = Message("inbox.round_extended", values)
    for bureau in organisations.bureaus(tx, row["authority_id"]):
        inbox.post(tx, message, organisation_id=bureau["id"], kind="deadline")
    drafts = tx.execute(
        sa.select(case.c.id, case.c.organisation_id)
        .where(case.c.round_id == row["id"], ~case.c.shared, ~case.c.final)
        .order_by(case.c.id)
    )
    for one in drafts.all():
        inbox.post(tx, message, organisation_id=one.organisation_id, case_id=one.id, kind="deadline")


def _reason_of(round_id: int) -> str:
    return f"round_extension/{round_id}"


def _opinion_of(extension_id: int, step: int) -> str:
    return f"round_signature/{extension_id}/{step}"


def _as_written(at: datetime) -> str:
    """A closing time as offices write it: midnight is 24:00 of the day that ends."""
    local = at.astimezone(clock.SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return f"{clock.local_date(at - timedelta(days=1)):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
