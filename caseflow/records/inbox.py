"""The messages of the program to its people. A message is a key and values; the page renders it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow import clock
from caseflow.records.models import inbox_message
from caseflow.words import Message


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a person, and the roles held, as pairs of organisation and role."""

    person_id: int
    roles: Collection[tuple[int, str]]


def post(
    tx: Connection,
    message: Message,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    role: str | None = None,
    case_id: int | None = None,
) -> None:
    """Send ``message`` to a person, to a role in an organisation, or (no role) to the whole organisation."""
    plain = message.as_json()
    tx.execute(
        inbox_message.insert().inline(),
        {
            "person_id": person_id,
            "organisation_id": organisation_id,
            "role": role,
            "case_id": case_id,
            "key": plain["key"],
            "values": plain["values"],
            "created_at": clock.now(),
        },
    )


def messages(tx: Connection, reader: Reader, *, limit: int = 50, before: int | None = None) -> list[Row[Any]]:
    """The newest messages of a reader; ``before`` is the id of the last one already shown."""
    query = sa.select(inbox_message).where(_addressed_to(reader))
    if before is not None:
        query = query.where(inbox_message.c.id < before)
    return list(tx.execute(query.order_by(inbox_message.c.id.desc()).limit(limit)))


def unread(tx: Connection, reader: Reader) -> int:
    """How many messages the reader has not opened."""
    query = sa.select(sa.func.count()).where(_addressed_to(reader), inbox_message.c.read_at.is_(None))
    return int(tx.execute(query).scalar_one())


def mark_read(tx: Connection, reader: Reader, message_id: int | None = None) -> int:
    """Mark one message, or all, as read, and say how many were. Another reader's message is not touched."""
    change = inbox_message.update().where(_addressed_to(reader), inbox_message.c.read_at.is_(None))
    if message_id is not None:
        change = change.where(inbox_message.c.id == message_id)
    return tx.execute(change.values(read_at=clock.now())).rowcount


def _addressed_to(reader: Reader) -> sa.ColumnElement[bool]:
    column = inbox_message.c
    to_roles = [
        sa.and_(column.organisation_id == organisation, column.role == role) for organisation, role in reader.roles
    ]
    whole = sa.and_(
        column.organisation_id.in_({organisation for organisation, _ in reader.roles}), column.role.is_(None)
    )
    return sa.or_(column.person_id == reader.person_id, sa.and_(column.person_id.is_(None), sa.or_(whole, *to_roles)))
