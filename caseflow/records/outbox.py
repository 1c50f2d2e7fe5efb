"""Errands to the outside world, left as rows in the transaction of the act.

Delivery is at least once: a worker claims a row for a while, acts, and marks it. Whoever delivers uses
the row's ``key`` to make a second delivery harmless. A worker that dies leaves its claim to run out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow import clock
from caseflow.records.models import InsertOnce, outbox
from caseflow.words import Message

LEASE = timedelta(minutes=5)
"""How long a claimed errand is left to the one who claimed it."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 12
"""After about a day of trying, an errand waits for a person."""

_LEAVE = InsertOnce(outbox).inline()


def leave(tx: Connection, kind: str, key: str, payload: Any, case_id: int | None = None) -> None:
    """Leave an errand; one with the same ``key`` stands already or is done: nothing happens then."""
    now = clock.now()
    tx.execute(
        _LEAVE,
        {
            "kind": kind,
            "key": key,
            "case_id": case_id,
            "payload": payload,
            "status": "pending",
            "attempts": 0,
            "next_try_at": now,
            "created_at": now,
        },
    )


def due(tx: Connection, limit: int) -> list[Row[Any]]:
    """The errands whose time has come, oldest first."""
    query = (
        sa.select(outbox)
        .where(outbox.c.status == "pending", outbox.c.next_try_at <= clock.now())
        .order_by(outbox.c.next_try_at, outbox.c.id)
        .limit(limit)
    )
    return list(tx.execute(query))


def claim(tx: Connection, limit: int) -> list[Row[Any]]:
    """Take up to ``limit`` due errands for ``LEASE``; no two workers get the same one.

    The rows are as they were before the claim: ``attempts`` counts the earlier attempts.
    """
    until = clock.now() + LEASE
    claimed = []
    for row in due(tx, limit):
        taken = tx.execute(
            outbox.update()
            .where(outbox.c.id == row.id, outbox.c.status == "pending", outbox.c.attempts == row.attempts)
            .values(attempts=row.attempts + 1, next_try_at=until)
        )
        if taken.rowcount == 1:
            claimed.append(row)
    return claimed


def mark_sent(tx: Connection, errand_id: int) -> None:
    tx.execute(
        outbox.update()
        .where(outbox.c.id == errand_id, outbox.c.status == "pending")
        .values(status="sent", sent_at=clock.now(), last_error=None)
    )


def mark_failed(tx: Connection, errand: Row[Any], reason: Message) -> None:
    """Note why ``errand`` (as ``claim`` returned it) failed, and when to try again, if at all."""
    attempts = errand.attempts + 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    tx.execute(
        outbox.update()
        .where(outbox.c.id == errand.id, outbox.c.status == "pending")
        .values(
            status="failed" if attempts >= MOST_ATTEMPTS else "pending",
            next_try_at=clock.now() + pause,
            last_error=reason.as_json(),
        )
    )


def failed(tx: Connection) -> list[Row[Any]]:
    """The errands that wait for a person."""
    return list(tx.execute(sa.select(outbox).where(outbox.c.status == "failed").order_by(outbox.c.id)))


def retry(tx: Connection, errand_id: int) -> bool:
    """Let a failed errand start afresh; false if it is not failed."""
    renewed = tx.execute(
        outbox.update()
        .where(outbox.c.id == errand_id, outbox.c.status == "failed")
        .values(status="pending", attempts=0, next_try_at=clock.now())
    )
    return renewed.rowcount == 1
