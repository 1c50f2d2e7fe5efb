"""Sessions live here and not in the cookie, so that signing out ends them everywhere.

The cookie carries 256 random bits; only their hash is stored. A copied cookie is worth nothing after the sign-out.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people.models import person, session

ABSOLUTE = timedelta(hours=12)
"""No session lasts longer, however busy."""
TOUCH = timedelta(minutes=1)
"""A sign of life is written at most this often."""


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(
    tx: Connection,
    person_id: int,
    *,
    idle_seconds: int,
    address: str,
    second_factor_done: bool,
    organisation_id: int | None = None,
) -> str:
    """A new session; returns the token for the cookie, which is not kept."""
    token = secrets.token_urlsafe(32)
    at = clock.now()
    tx.execute(
        sa.insert(session).values(
            token_hash=token_hash(token),
            person_id=person_id,
            organisation_id=organisation_id,
            created_at=at,
            seen_at=at,
            expires_at=at + ABSOLUTE,
            idle_seconds=idle_seconds,
            address=address,
            second_factor_done=second_factor_done,
        )
    )
    return token


_FIND = (
    sa.select(
        session.c.token_hash,
        session.c.person_id,
        session.c.organisation_id,
        session.c.seen_at,
        session.c.expires_at,
        session.c.idle_seconds,
        session.c.second_factor_done,
        person.c.id,
        person.c.authority_id,
        person.c.login,
        person.c.name,
        person.c.language,
        person.c.password_temporary,
        person.c.second_factor_required,
        person.c.second_factor.is_not(None).label("enrolled"),
    )
    .join(person, person.c.id == session.c.person_id)
    .where(
        session.c.token_hash == sa.bindparam("token_hash"),
        session.c.revoked_at.is_(None),
        person.c.status == "active",
    )
)


def find(tx: Connection, token: str) -> RowMapping | None:
    """The living session of a token with its person: not ended, not idle too long, the account active."""
    row = tx.execute(_FIND, {"token_hash": token_hash(token)}).mappings().one_or_none()
    if row is None:
        return None
    at = clock.now()
    if at >= row["expires_at"] or at - row["seen_at"] >= timedelta(seconds=row["idle_seconds"]):
        return None
    return row


def is_due(row: RowMapping) -> bool:
    """Whether a sign of life should be written for this session."""
    return bool(clock.now() - row["seen_at"] >= TOUCH)


def touch(tx: Connection, hashed: str) -> None:
    tx.execute(sa.update(session).where(session.c.token_hash == hashed).values(seen_at=clock.now()))


def act_for(tx: Connection, hashed: str, organisation_id: int) -> None:
    tx.execute(sa.update(session).where(session.c.token_hash == hashed).values(organisation_id=organisation_id))


def rotate(tx: Connection, row: RowMapping, *, address: str, second_factor_done: bool = True) -> str:
    """End a session and begin its successor, by default with the second factor done; the new token."""
    end(tx, row["token_hash"])
    return begin(
        tx,
        row["person_id"],
        idle_seconds=row["idle_seconds"],
        address=address,
        second_factor_done=second_factor_done,
        organisation_id=row["organisation_id"],
    )


def end(tx: Connection, hashed: str) -> None:
    tx.execute(
        sa.update(session)
        .where(session.c.token_hash == hashed, session.c.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def end_all(tx: Connection, person_id: int, *, but: str = "") -> int:
    """End every session of a person, except the one whose hash is ``but``; how many ended."""
    return tx.execute(
        sa.update(session)
        .where(session.c.person_id == person_id, session.c.revoked_at.is_(None), session.c.token_hash != but)
        .values(revoked_at=clock.now())
    ).rowcount


def living(tx: Connection, person_id: int) -> list[RowMapping]:
    """The sessions of a person that have not ended, newest first."""
    return list(
        tx.execute(
            sa.select(session)
            .where(session.c.person_id == person_id, session.c.revoked_at.is_(None), session.c.expires_at > clock.now())
            .order_by(session.c.created_at.desc())
        ).mappings()
    )


def sweep(tx: Connection) -> int:
    """Remove the rows of sessions over for more than a day; how many."""
    return tx.execute(sa.delete(session).where(session.c.expires_at < clock.now() - timedelta(days=1))).rowcount
