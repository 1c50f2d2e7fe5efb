"""What the worker delivers outside: which mail goes to whom, in which language; and the slow work acts leave behind.

A mail says the number of the case, what has happened, by when, and where to read it. It names nobody, quotes nothing
that somebody typed, and gives no title: whoever else sees it learns nothing of the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row, RowMapping

from caseflow import clock
from caseflow.cases import show
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.config import Settings
from caseflow.mail import Mail, Rejected
from caseflow.office import bundle
from caseflow.office.notices import DIGEST, MAIL
from caseflow.people import accounts
from caseflow.people.models import person
from caseflow.records import outbox
from caseflow.records.models import delivery, inbox_message
from caseflow.records.models import outbox as errand_table
from caseflow.records.outbox import Work
from caseflow.words import LANGUAGES, Language, Message, Refused, catalogue, from_json, pick, render, text

MOST_LINES = 100
"""So many messages a digest lists; it says how many more there are."""

WORKS: dict[str, Work] = {bundle.KIND: bundle.WORK}
"""Errands that are no mails, by kind."""

MAILS = (MAIL, DIGEST)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the outgoing work of an authority stands: what waits or has failed, and how much there is of each."""

    rows: list[RowMapping]
    pending: int
    failed: int
    sent: int
    """Done in the last 24 hours."""


def standing(tx: Connection, authority_id: int, limit: int) -> Standing:
    """What of an authority's errands has failed or was tried in vain, failed ones first; and how many there are."""
    counted = {
        row.status: row.n
        for row in tx.execute(
            sa.select(errand_table.c.status, sa.func.count().label("n"))
            .select_from(_OF_SOMEBODY)
            .where(
                _kept_by(authority_id),
                sa.or_(errand_table.c.status != "sent", errand_table.c.sent_at > clock.now() - timedelta(days=1)),
            )
            .group_by(errand_table.c.status)
        )
    }
    rows = tx.execute(
        sa.select(errand_table, case.c.number, person.c.name)
        .select_from(_OF_SOMEBODY)
        .where(
            _kept_by(authority_id),
            sa.or_(errand_table.c.status == "failed", errand_table.c.last_error.is_not(None)),
            errand_table.c.status != "sent",
        )
        .order_by(errand_table.c.status, errand_table.c.id.desc())
        .limit(limit)
    ).mappings()
    return Standing(list(rows), counted.get("pending", 0), counted.get("failed", 0), counted.get("sent", 0))


def retry(tx: Connection, authority_id: int, errand_id: int | None) -> int:
    """Let a failed errand of an authority (all of them, where none is named) start afresh; how many do."""
    query = sa.select(errand_table.c.id).select_from(_OF_SOMEBODY)
    query = query.where(_kept_by(authority_id), errand_table.c.status == "failed")
    if errand_id is not None:
        query = query.where(errand_table.c.id == errand_id)
    return sum(outbox.retry(tx, number) for number in tx.scalars(query).all())


_OF_SOMEBODY = errand_table.outerjoin(case, case.c.id == errand_table.c.case_id).outerjoin(
    person, person.c.id == errand_table.c.person_id
)


def _kept_by(authority_id: int) -> sa.ColumnElement[bool]:
    """An errand belongs to the authority of its case, else to that of the person it goes to."""
    return sa.func.coalesce(case.c.authority_id, person.c.authority_id) == authority_id


def letter(tx: Connection, ground: Ground, settings: Settings, errand: Row[Any]) -> Mail:
    """The mail of an errand.

    Raises:
        Rejected: nobody is there to get it: the account was closed, or has no address any more.
        Refused: an errand of a kind that nobody delivers.
    """
    if errand.kind not in MAILS:
        raise Refused(Message("errands.unknown_kind", {"kind": errand.kind}))
    where = sa.and_(person.c.id == errand.person_id, person.c.status == "active")
    reader = tx.execute(sa.select(person).where(where)).mappings().first()
    address = accounts.unseal(ground.keys, reader, "email") if reader is not None else ""
    if reader is None or not address:
        raise Rejected(Message("errands.no_address"))
    language: Language = reader["language"] if reader["language"] in LANGUAGES else LANGUAGES[0]
    told = _messages(tx, errand)
    if errand.kind == DIGEST:
        return Mail(errand.key, address, *_digest(told, date.fromisoformat(errand.payload["day"]), settings, language))
    return Mail(errand.key, address, *_notice(told[0], settings, language))


def _messages(tx: Connection, errand: Row[Any]) -> list[Row[Any]]:
    """The messages that an errand is about, with the numbers of their cases; oldest first."""
    return list(
        tx.execute(
            sa.select(inbox_message, case.c.number)
            .select_from(inbox_message)
            .join(delivery, delivery.c.message_id == inbox_message.c.id)
            .outerjoin(case, case.c.id == inbox_message.c.case_id)
            .where(delivery.c.errand_id == errand.id, delivery.c.person_id == errand.person_id)
            .order_by(inbox_message.c.id)
        )
    )


def _notice(row: Row[Any], settings: Settings, language: Language) -> tuple[str, str]:
    """Subject and text of a mail about one message."""
    what, due, link = _what(row, language), _due(row.values, language), _link(row, settings)
    kind = text(f"notices.kind.{row.kind}", language)
    lines = [text("mail.number", language, number=row.number)] if row.number else []
    lines.append(text("mail.what", language, what=what))
    lines += [text("mail.due", language, due=due)] if due else []
    lines.append(text("mail.link", language, link=link) if link else text("mail.sign_in", language))
    lines += ["", text("mail.legal" if row.legal else "mail.choose", language), text("mail.automatic", language)]
    return text("mail.subject", language, kind=kind, number=row.number or "").strip(), "\n".join(lines)


def _digest(told: Sequence[Row[Any]], day: date, settings: Settings, language: Language) -> tuple[str, str]:
    """Subject and text of the mail about everything that waited."""
    lines = [text("mail.digest.head", language, count=len(told)), ""]
    for at, row in enumerate(told[:MOST_LINES], 1):
        due, link = _due(row.values, language), _link(row, settings)
        parts = [f"{at}.", *([row.number] if row.number else []), _what(row, language)]
        parts += [text("mail.digest.due", language, due=due)] if due else []
        lines += [" ".join(parts), *([f"   {link}"] if link else [])]
    if len(told) > MOST_LINES:
        lines.append(text("mail.digest.more", language, count=len(told) - MOST_LINES))
    if not settings.base_url:
        lines += ["", text("mail.sign_in", language)]
    lines += ["", text("mail.choose", language), text("mail.automatic", language)]
    subject = text("mail.digest.subject", language, count=len(told), day=pick(show.day(day), language))
    return subject, "\n".join(lines)


def _what(row: Row[Any], language: Language) -> str:
    """What has happened: in the words made for mails, or no more than the kind of message."""
    message = from_json({"key": row.key, "values": row.values})
    key = f"mail.{row.key}"
    if key in catalogue():
        return render(Message(key, message.values), language)
    return text(f"mail.kind.{row.kind}", language)


def _due(values: Mapping[str, Any], language: Language) -> str:
    due = values.get("due")
    if isinstance(due, dict):
        return pick(due, language)
    return pick(show.day(date.fromisoformat(due)), language) if due else ""


def _link(row: Row[Any], settings: Settings) -> str:
    if not settings.base_url:
        return ""
    return f"{settings.base_url}/cases/{row.case_id}" if row.case_id is not None else f"{settings.base_url}/inbox"
