"""People with mail addresses, and what reaches them."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa

from caseflow import worker
from caseflow.cases.ground import Ground
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import accounts
from caseflow.people.models import person
from caseflow.records.models import delivery, inbox_message, outbox


def give_address(database: Database, ground: Ground, person_id: int, address: str, language: str = "zh") -> str:
    """Let a person have a mail address; returns it."""
    with database.write() as tx:
        login = tx.scalar(sa.select(person.c.login).where(person.c.id == person_id)) or ""
        sealed = accounts.seal(ground.keys, login, "email", address)
        tx.execute(person.update().where(person.c.id == person_id).values(email=sealed, language=language))
    return address


def ways(database: Database, kind: str | None = None) -> list[tuple[int, str]]:
    """To whom messages go by which way, oldest first: person and way."""
    query = sa.select(delivery.c.person_id, delivery.c.way).join(inbox_message)
    if kind is not None:
        query = query.where(inbox_message.c.kind == kind)
    with database.read() as tx:
        return [
            (row.person_id, row.way) for row in tx.execute(query.order_by(delivery.c.message_id, delivery.c.person_id))
        ]


def errands(database: Database, *columns: Any) -> list[Any]:
    with database.read() as tx:
        return list(tx.execute(sa.select(*columns or (outbox,)).order_by(outbox.c.id)))


def laid_down(settings: Settings) -> list[EmailMessage]:
    """The mails in the folder of an installation without a mail server, oldest first."""
    found = []
    for path in sorted((settings.home / "mail").glob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def body(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n").strip()


def deliver(database: Database, settings: Settings, ground: Ground) -> None:
    """What a worker does with messages, apart from reminding."""
    worker.hand_out(database, settings)
    worker.make_digests(database, settings, ground)
    worker.run_errands(database, settings, ground)


def created(database: Database) -> datetime:
    with database.read() as tx:
        found: datetime = tx.execute(sa.select(sa.func.max(inbox_message.c.created_at))).scalar_one()
    return found
