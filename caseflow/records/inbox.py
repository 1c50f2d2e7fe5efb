"""The messages of the program to its people. A message is a key and values; the page renders it.

Whoever is told, is told here; by which way a message goes outside besides is decided after the commit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow import clock
from caseflow.records.models import InsertOnce, inbox_message, inbox_read, inbox_seen
from caseflow.words import Message

Kind = Literal["letter", "deadline", "notice", "desk", "account"]
"""A letter was served; something is due, overdue or counted anew; a case went on; a colleague hands over or urges;
an account or a registration was decided on."""
KINDS: tuple[Kind, ...] = get_args(Kind)
ALWAYS: frozenset[Kind] = frozenset({"letter", "deadline"})
"""Every message of these kinds is legal: nobody can decline it."""

MOST_COUNTED = 100
"""Unread messages are counted up to here; the page says "99+"."""

_POST = InsertOnce(inbox_message).inline()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a person, and the roles held, as pairs of organisation and role.

    ``since`` says from when on the person belongs to an organisation: what it was sent earlier can be read, but is
    not new to this person.
    """

    person_id: int
    roles: Collection[tuple[int, str]]
    since: Mapping[int, datetime] = field(default_factory=dict)


def post(
    tx: Connection,
    message: Message,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    role: str | None = None,
    case_id: int | None = None,
    kind: Kind = "notice",
    legal: bool = False,
    once: str | None = None,
) -> None:
    """Send ``message`` to a person, to a role in an organisation, or (no role) to the whole organisation.

    Args:
        kind: what it is about; readers choose for each kind how they are told besides.
        legal: it has legal consequences, so that nobody can decline it (every letter and deadline has).
        once: a second message with the same key is not posted.
    """
    plain = message.as_json()
    tx.execute(
        _POST,
        {
            "person_id": person_id,
            "organisation_id": organisation_id,
            "role": role,
            "case_id": case_id,
            "key": plain["key"],
            "values": plain["values"],
            "created_at": clock.now(),
            "kind": kind,
            "legal": legal or kind in ALWAYS,
            "once": once,
        },
    )


def messages(
    tx: Connection,
    reader: Reader,
    *,
    kind: Kind | None = None,
    unread_only: bool = False,
    limit: int = 50,
    before: int | None = None,
) -> list[Row[Any]]:
    """The newest messages of a reader, each with ``read_at``; ``before`` is the id of the last one already shown."""
    query = _with_marks(reader).where(_is_new(reader) if unread_only else _addressed_to(reader))
    if kind is not None:
        query = query.where(inbox_message.c.kind == kind)
    if before is not None:
        query = query.where(inbox_message.c.id < before)
    return list(tx.execute(query.order_by(inbox_message.c.id.desc()).limit(limit)))


def find(tx: Connection, reader: Reader, message_id: int) -> Row[Any] | None:
    """One message, if the reader gets it."""
    mine = sa.and_(inbox_message.c.id == message_id, _addressed_to(reader))
    return tx.execute(_with_marks(reader).where(mine)).one_or_none()


def unread(tx: Connection, reader: Reader) -> int:
    """How many messages the reader has not opened, up to ``MOST_COUNTED``."""
    some = _with_marks(reader).where(_is_new(reader)).limit(MOST_COUNTED).subquery()
    return int(tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def mark_read(tx: Connection, reader: Reader, message_id: int | None = None) -> int:
    """Mark one message, or all, as read by this person, and say how many were. Others read for themselves."""
    fresh = sa.select(
        sa.literal(reader.person_id, sa.BigInteger()).label("person_id"),
        inbox_message.c.id,
        sa.literal(clock.now(), inbox_read.c.read_at.type).label("read_at"),
    ).where(_addressed_to(reader, late=message_id is None))
    if message_id is not None:
        fresh = fresh.where(inbox_message.c.id == message_id)
    marked = InsertOnce(inbox_read).from_select(["person_id", "message_id", "read_at"], fresh)
    return tx.execute(marked, execution_options={"preserve_rowcount": True}).rowcount


def move_on(tx: Connection, reader: Reader, before: datetime) -> None:
    """Note up to which message nothing is new to the reader any more, of those sent ``before`` a moment.

    The moment must lie so far back that no transaction is still posting an earlier message.
    """
    settled = tx.scalar(sa.select(sa.func.max(inbox_message.c.id)).where(inbox_message.c.created_at < before))
    oldest_new = tx.scalar(
        _with_marks(reader).where(_is_new(reader)).with_only_columns(sa.func.min(inbox_message.c.id))
    )
    up_to = min(settled or 0, oldest_new - 1 if oldest_new is not None else settled or 0)
    moved = tx.execute(inbox_seen.update().where(inbox_seen.c.person_id == reader.person_id).values(up_to=up_to))
    if moved.rowcount == 0:
        tx.execute(InsertOnce(inbox_seen).values(person_id=reader.person_id, up_to=up_to))


def _with_marks(reader: Reader) -> sa.Select[Any]:
    """Messages with ``read_at`` and ``is_new`` for a reader; which of them is for the caller to say."""
    mark = sa.and_(inbox_read.c.message_id == inbox_message.c.id, inbox_read.c.person_id == reader.person_id)
    return sa.select(inbox_message, inbox_read.c.read_at, _is_new(reader).label("is_new")).select_from(
        inbox_message.outerjoin(inbox_read, mark)
    )


def _is_new(reader: Reader) -> sa.ColumnElement[bool]:
    return sa.and_(inbox_read.c.read_at.is_(None), _addressed_to(reader, late=True))


def _addressed_to(reader: Reader, *, late: bool = False) -> sa.ColumnElement[bool]:
    """What the reader gets; ``late``: since belonging to the addressee, and after all that is known to be read.

    Every bound stands in every part, so that each of them is a range of an index.
    """
    column = inbox_message.c
    seen = sa.select(inbox_seen.c.up_to).where(inbox_seen.c.person_id == reader.person_id).scalar_subquery()
    after = [column.id > sa.func.coalesce(seen, 0)] if late else []

    def part(organisation: int, role: str | None) -> sa.ColumnElement[bool]:
        since = reader.since.get(organisation) if late else None
        bounds = [*after, column.created_at >= since] if since is not None else after
        return sa.and_(column.person_id.is_(None), column.organisation_id == organisation, column.role == role, *bounds)

    addressees = sorted({*reader.roles, *((organisation, None) for organisation, _ in reader.roles)}, key=str)
    return sa.or_(sa.and_(column.person_id == reader.person_id, *after), *(part(*one) for one in addressees))
