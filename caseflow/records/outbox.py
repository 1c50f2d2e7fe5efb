"""Errands to the outside world, left as rows in the transaction of the act.

Delivery is at least once: a worker claims a row for a while, acts, and marks it. Whoever delivers uses
the row's ``key`` to make a second delivery harmless. A worker that dies leaves its claim to run out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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

_LEAVE = InsertOnce(outbox).inline().execution_options(preserve_rowcount=True)


@dataclass(frozen=True, slots=True)
class Work:
    """How errands of a kind are done: read what is needed, do it outside any transaction, write what came of it.

    ``prepare(tx, ground, settings, errand)`` reads; ``carry_out(prepared, settings)`` does the slow part; what that
    returns is given to ``finish(tx, errand, result)`` in the transaction that marks the errand as sent. Each may raise
    ``Refused``: it is tried again later. A worker may die in between, so ``carry_out`` must bear to be done twice.
    """

    prepare: Callable[[Connection, Any, Any, Row[Any]], Any]
    carry_out: Callable[[Any, Any], Any]
    finish: Callable[[Connection, Row[Any], Any], None]
    lease: timedelta = LEASE
    """No other worker takes the errand up before."""


def leave(
    tx: Connection, kind: str, key: str, payload: Any, case_id: int | None = None, *, person_id: int | None = None
) -> bool:
    """Leave an errand; one with the same ``key`` stands already or is done: nothing happens then, and it says so."""
    now = clock.now()
    left = tx.execute(
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
            "person_id": person_id,
        },
    )
    return left.rowcount == 1


def number(tx: Connection, key: str) -> int:
    """The row number of the errand with a key."""
    return int(tx.execute(sa.select(outbox.c.id).where(outbox.c.key == key)).scalar_one())


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


def hold(tx: Connection, errand: Row[Any], lease: timedelta) -> bool:
    """Keep a claimed errand for longer than ``LEASE``; false where the claim has run out and somebody took it."""
    held = tx.execute(_claimed(errand).values(next_try_at=clock.now() + lease))
    return held.rowcount == 1


def give_back(tx: Connection, errand: Row[Any]) -> None:
    """Leave a claimed errand that was not tried to the next worker, as if it had not been claimed."""
    tx.execute(_claimed(errand).values(attempts=errand.attempts, next_try_at=errand.next_try_at))


def _claimed(errand: Row[Any]) -> sa.Update:
    return outbox.update().where(
        outbox.c.id == errand.id, outbox.c.status == "pending", outbox.c.attempts == errand.attempts + 1
    )


def mark_sent(tx: Connection, errand_id: int, via: str | None = None) -> None:
    """The errand is done; ``via`` is the way a mail went."""
    tx.execute(
        outbox.update()
        .where(outbox.c.id == errand_id, outbox.c.status == "pending")
        .values(status="sent", sent_at=clock.now(), last_error=None, via=via)
    )


def mark_failed(tx: Connection, errand: Row[Any], reason: Message, *, for_good: bool = False) -> None:
    """Note why ``errand`` (as ``claim`` returned it) failed, and when to try again, if at all (not ``for_good``)."""
    attempts = errand.attempts + 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    tx.execute(
        outbox.update()
        .where(outbox.c.id == errand.id, outbox.c.status == "pending")
        .values(
            status="failed" if for_good or attempts >= MOST_ATTEMPTS else "pending",
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
