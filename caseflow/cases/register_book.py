"""The book behind every register: entries and events appended, each bound to the one before, and how an entry stands.

Knows no act: what is written, and why, comes from ``registers``.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.register_models import register_entry, register_event, register_gram, register_standing
from caseflow.db import Statement, canonical
from caseflow.people.models import organisation
from caseflow.records import journal, personal
from caseflow.records.personal import Keyring, Personal
from caseflow.words import Message, Refused

_ENTER = Statement(register_entry.insert().returning(register_entry.c.id))
_TELL = Statement(register_event.insert().inline())
_STAND = Statement(register_standing.insert().inline())
_CHANGE = Statement(
    register_standing.update().where(
        register_standing.c.entry_id == sa.bindparam("on_entry"), register_standing.c.seq == sa.bindparam("on_seq")
    )
)
_GRAM = Statement(register_gram.insert().inline())
_NEWEST = Statement(
    sa.select(register_standing)
    .where(register_standing.c.case_id == sa.bindparam("case_id"), register_standing.c.register == sa.bindparam("name"))
    .order_by(register_standing.c.entry_id.desc())
    .limit(1)
)
_NUMBERED = Statement(
    sa.select(register_standing).where(
        register_standing.c.authority_id == sa.bindparam("authority_id"),
        register_standing.c.register == sa.bindparam("name"),
        register_standing.c.number == sa.bindparam("number"),
    )
)
_OF_CASE = Statement(
    sa.select(register_standing)
    .where(register_standing.c.case_id == sa.bindparam("case_id"))
    .order_by(register_standing.c.entry_id)
)
_HELD = Statement(
    sa.select(register_standing.c.status, register_standing.c.valid_until).where(
        register_standing.c.authority_id == sa.bindparam("authority_id"),
        register_standing.c.register == sa.bindparam("name"),
        register_standing.c.organisation_id == sa.bindparam("organisation_id"),
    )
)
_HOLDER = Statement(
    sa.select(organisation.c.id)
    .where(organisation.c.id == sa.bindparam("organisation_id"))
    .with_for_update(key_share=True)
)
REASONS = -1
"""In place of the number of a revision, beside the personal values of a case: the reasons that stand with events."""


@dataclass(frozen=True, slots=True)
class Why:
    """By which act of which case something is written, and when."""

    kind: str
    at: datetime
    case_id: int
    act: str
    request_key: str
    person_id: int | None
    sealed: str | None = None
    """The reason, as ``keep_reason`` has left it."""


def newest(tx: Connection, case_id: int, register: str) -> dict[str, Any] | None:
    """How the entry of a case that was made last stands; nothing where it has none."""
    return _NEWEST.first(tx, {"case_id": case_id, "name": register})


def numbered(tx: Connection, authority_id: int, register: str, number: str) -> dict[str, Any] | None:
    """How the entry with this number stands."""
    return _NUMBERED.first(tx, {"authority_id": authority_id, "name": register, "number": number})


def of_case(tx: Connection, case_id: int) -> dict[str, dict[str, Any]]:
    """The newest entry of a case in every register, as conditions and letters read it."""
    return {row["register"]: row for row in _OF_CASE.rows(tx, {"case_id": case_id})}


def held(tx: Connection, authority_id: int, register: str, organisation_id: int, today: date) -> set[str]:
    """The statuses of all entries of an organisation."""
    rows = _HELD.rows(tx, {"authority_id": authority_id, "name": register, "organisation_id": organisation_id})
    return {status_on(row, today) for row in rows}


def alone(tx: Connection, organisation_id: int) -> None:
    """Hold a holder until the transaction ends, so that of several who would give it a first entry one looks after the
    other (on SQLite the whole database is held).
    """
    _HOLDER.first(tx, {"organisation_id": organisation_id})


def status_on(row: Mapping[Any, Any], today: date) -> str:
    """The status of an entry on a day: it has expired after its last day, though no timer has said so yet."""
    over = row["valid_until"] is not None and row["valid_until"] < today and row["status"] in ("valid", "suspended")
    return "expired" if over else str(row["status"])


def enter(tx: Connection, entry: Mapping[str, Any], standing: Mapping[str, Any], why: Why) -> dict[str, Any]:
    """Append a new entry with its first event; returns how it stands.

    ``entry`` are the columns of ``register_entry``, ``standing`` what it says besides. A number that stands already
    raises ``IntegrityError``.
    """
    number = _ENTER.scalar(tx, {**entry, "created_at": why.at})
    same = {name: entry[name] for name in ("authority_id", "register", "number", "case_id", "definition_id")}
    row = {
        **same,
        **standing,
        "entry_id": int(number),
        "organisation_id": entry["organisation_id"],
        "number_key": key_of(entry["number"]),
        "seq": 1,
        "last_hash": journal.GENESIS,
    }
    row["last_hash"] = _tell(tx, row, why)
    _STAND.run(tx, row)
    _index(tx, row)
    return row


def change(tx: Connection, row: Mapping[str, Any], changed: Mapping[str, Any], why: Why) -> dict[str, Any]:
    """Append what happened to an entry, and let it stand as ``changed`` says; returns how it stands now.

    Raises:
        Refused: somebody else has changed it since ``row`` was read.
    """
    now = {**row, **changed, "seq": row["seq"] + 1}
    now["last_hash"] = _tell(tx, now, why)
    columns = {**changed, "seq": now["seq"], "last_hash": now["last_hash"]}
    if _CHANGE.run(tx, {**columns, "on_entry": row["entry_id"], "on_seq": row["seq"]}) != 1:
        raise Refused(Message("registers.changed", {"number": row["number"]}))
    if now["whole_text"] != row["whole_text"] or now["open_text"] != row["open_text"]:
        tx.execute(register_gram.delete().where(register_gram.c.entry_id == row["entry_id"]))
        _index(tx, now)
    return now


def events(tx: Connection, entry_id: int) -> list[sa.Row[Any]]:
    """What happened to an entry, oldest first."""
    query = sa.select(register_event).where(register_event.c.entry_id == entry_id).order_by(register_event.c.seq)
    return list(tx.execute(query))


def keep_reason(tx: Connection, keys: Keyring, case_id: int, reason: str) -> str:
    """Keep a reason with the personal values of a case, to be erased with them; returns what an event holds of it."""
    salt = os.urandom(16)
    held = personal.salted_hash(salt, reason)
    personal.store(tx, keys, case_id, REASONS, [Personal(held, reason, salt)])
    return held


def reasons(tx: Connection, keys: Keyring, case_id: int) -> dict[str, str]:
    """The reasons that acts on a case have left, by what the events hold of them; none once they are erased."""
    return personal.load(tx, keys, case_id, REASONS)


def verify(tx: Connection, entry_id: int) -> bool:
    """Whether the chain of an entry is whole, and ends where its standing says."""
    previous, seq = journal.GENESIS, 0
    for row in events(tx, entry_id):
        said = row._mapping  # noqa: SLF001 -- how SQLAlchemy gives a row as a mapping
        if (row.seq, row.previous_hash, row.hash) != (seq + 1, previous, journal.chained(previous, _leaf(said))):
            return False
        previous, seq = row.hash, row.seq
    head = tx.execute(
        sa.select(register_standing.c.seq, register_standing.c.last_hash).where(
            register_standing.c.entry_id == entry_id
        )
    ).first()
    return head is not None and tuple(head) == (seq, previous)


def key_of(number: str) -> str:
    """What a number is looked up by: its letters and digits, however its brackets were typed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", number).casefold() if sign.isalnum())


def grams(text: str) -> set[str]:
    """The pairs of neighbouring characters in the words of a text."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}


def _tell(tx: Connection, row: Mapping[str, Any], why: Why) -> str:
    """Append one event; returns its hash."""
    days = {name: row[name].isoformat() if row[name] else None for name in ("valid_from", "valid_until", "since")}
    body = {**days, "status": row["status"], "called": row["called"], "values": row["values"]}
    event = {
        "entry_id": row["entry_id"],
        "seq": row["seq"],
        "kind": why.kind,
        "at": why.at,
        "case_id": why.case_id,
        "act": why.act,
        "request_key": why.request_key,
        "person_id": why.person_id,
        "body": body,
        "sealed": why.sealed,
        "previous_hash": row["last_hash"],
    }
    digest = journal.chained(row["last_hash"], _leaf(event))
    _TELL.run(tx, {**event, "hash": digest})
    return digest


def _leaf(event: Mapping[Any, Any]) -> bytes:
    said = {name: event[name] for name in ("entry_id", "seq", "kind", "case_id", "act", "request_key", "person_id")}
    at = event["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return canonical({**said, "at": at, "body": event["body"], "sealed": event["sealed"]}).encode()


def _index(tx: Connection, row: Mapping[str, Any]) -> None:
    shown = grams(row["open_text"])
    rows = [
        {"gram": gram, "entry_id": row["entry_id"], "open": gram in shown}
        for gram in sorted(grams(row["whole_text"]) | shown)
    ]
    _GRAM.run_all(tx, rows)
