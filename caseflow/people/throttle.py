"""Guessing is slowed down, in the database, so that all web processes count together.

Nobody is locked out for good (ASVS 5.0, 6.1.1): the wait grows with the failures and is forgotten again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.people.models import attempt
from caseflow.records.models import InsertOnce


@dataclass(frozen=True, slots=True)
class Rule:
    """``free`` attempts cost nothing; then the wait doubles from ``first`` seconds to ``longest``."""

    free: int
    first: int
    longest: int
    forgotten_after: timedelta = timedelta(hours=1)

    def wait(self, attempts: int) -> int:
        """Seconds to wait after so many attempts."""
        if attempts < self.free:
            return 0
        return min(self.longest, self.first << min(attempts - self.free, 20))


RULES = {
    "login_from_address": Rule(free=4, first=2, longest=900),
    # Many addresses against one account: a wait short enough that nobody is shut out by strangers.
    "login": Rule(free=20, first=1, longest=30),
    "address": Rule(free=40, first=2, longest=600),
    "code": Rule(free=4, first=5, longest=900),
    "registration": Rule(free=20, first=10, longest=3600, forgotten_after=timedelta(hours=6)),
    "public_form": Rule(free=20, first=10, longest=3600, forgotten_after=timedelta(hours=6)),
    "open_data": Rule(free=30, first=2, longest=60, forgotten_after=timedelta(minutes=10)),
    "status_query": Rule(free=10, first=2, longest=600),
}


def enter(tx: Connection, *keys: tuple[str, str]) -> int:
    """Count an attempt under every ``(rule, value)``; seconds still to wait, 0 if it may go on now.

    The attempt is counted before its outcome is known, so that many at once cannot slip through together.
    An attempt that has to wait is not counted. Call ``forget`` when it turns out well.
    """
    begun = clock.now()
    hashed = sorted((_hash(*key), RULES[key[0]]) for key in keys)  # one order of locks for everybody
    for key, _ in hashed:
        tx.execute(InsertOnce(attempt).values(key=key, failures=0, last_at=begun, blocked_until=begun))
    rows: dict[str, datetime] = {
        row.key: row.blocked_until
        for row in tx.execute(
            sa.select(attempt.c.key, attempt.c.blocked_until)
            .where(attempt.c.key.in_([key for key, _ in hashed]))
            .order_by(attempt.c.key)
            .with_for_update()
        )
    }
    at = clock.now()  # after the wait for the lock: an earlier moment would look blocked
    waiting = max(((until - at).total_seconds() for until in rows.values()), default=0)
    if waiting > 0:
        return int(waiting) + 1
    for key, rule in hashed:
        failures = tx.scalar(
            sa.update(attempt)
            .where(attempt.c.key == key)
            .values(
                last_at=at,
                failures=sa.case((attempt.c.last_at < at - rule.forgotten_after, 1), else_=attempt.c.failures + 1),
            )
            .returning(attempt.c.failures)
        )
        tx.execute(
            sa.update(attempt)
            .where(attempt.c.key == key)
            .values(blocked_until=at + timedelta(seconds=rule.wait(failures or 0)))
        )
    return 0


def give_back(tx: Connection, key: tuple[str, str]) -> None:
    """One attempt under a shared key turned out well: it no longer counts, those of others still do."""
    tx.execute(
        sa.update(attempt)
        .where(attempt.c.key == _hash(*key), attempt.c.failures > 0)
        .values(failures=attempt.c.failures - 1)
    )


def forget(tx: Connection, *keys: tuple[str, str]) -> None:
    """The attempts under these keys turned out well."""
    tx.execute(sa.delete(attempt).where(attempt.c.key.in_([_hash(*key) for key in keys])))


def sweep(tx: Connection) -> int:
    """Remove what no longer counts; how many rows."""
    longest = max(rule.forgotten_after for rule in RULES.values())
    return tx.execute(sa.delete(attempt).where(attempt.c.last_at < clock.now() - longest)).rowcount


def _hash(rule: str, value: str) -> str:
    return hashlib.sha256(f"{rule}\0{value}".encode()).hexdigest()
