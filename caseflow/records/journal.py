"""The journal of acts: append-only, each entry bound to the one before it by its hash.

An entry's hash is SHA-256 of the previous hash (64 hexadecimal digits) followed by the entry's leaf,
the canonical JSON of everything the entry says. The body holds codes, message keys and salted hashes,
no personal data, so that erasing a person never breaks the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow.db import Statement, canonical
from caseflow.records.models import journal
from caseflow.words import Message

GENESIS = "0" * 64
"""What stands as the previous hash of a case's first entry."""

_BODY_TEXT = sa.type_coerce(journal.c.body, sa.Text).label("body_text")
_COLUMNS = [column for column in journal.c if column.name != "body"]

# The body is bound as the very text that was hashed, so it is serialised once; inline() saves fetching the new id.
_INSERT = Statement(journal.insert().values(body=sa.bindparam("body_text", type_=sa.Text())).inline())


_ENTRIES = sa.select(journal).where(journal.c.case_id == sa.bindparam("case_id")).order_by(journal.c.seq)
_SAID = (
    sa.select(journal.c.person_id, journal.c.body)
    .where(journal.c.case_id == sa.bindparam("case_id"), journal.c.act == sa.bindparam("act"))
    .order_by(journal.c.seq)
)
_OUTCOME = Statement(
    sa.select(
        journal.c.case_id, journal.c.seq, journal.c.person_id, journal.c.act, journal.c.to_state, journal.c.body
    ).where(journal.c.request_key == sa.bindparam("key"))
)


class Done(NamedTuple):
    """What a request has led to."""

    case_id: int
    seq: int
    person_id: int | None
    act: str
    to_state: str
    body: Any


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing wrong with the journal of a case."""

    case_id: int
    seq: int
    message: Message


def append(
    tx: Connection,
    *,
    case_id: int,
    seq: int,
    at: datetime,
    person_id: int | None,
    role: str,
    organisation_id: int | None,
    act: str,
    from_state: str | None,
    to_state: str | None,
    body: Any,
    request_key: str,
    previous_hash: str,
) -> str:
    """Write one entry and return its hash, which the caller keeps with the case for the next one.

    ``seq`` counts from 1 within the case and ``previous_hash`` is what this function returned for
    ``seq - 1`` (``GENESIS`` for the first). An entry that stands already raises ``IntegrityError``.
    """
    row = {
        "case_id": case_id,
        "seq": seq,
        "at": at,
        "person_id": person_id,
        "role": role,
        "organisation_id": organisation_id,
        "act": act,
        "from_state": from_state,
        "to_state": to_state,
        "body_text": canonical(body),
        "request_key": request_key,
    }
    own_hash = chained(previous_hash, leaf(row))
    _INSERT.run(tx, row | {"previous_hash": previous_hash, "hash": own_hash})
    return own_hash


def leaf(row: Mapping[Any, Any]) -> bytes:
    """The canonical bytes of an entry: what its hash covers, and what goes into the Merkle log."""
    return canonical(
        {
            "act": row["act"],
            "at": row["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "body": row["body_text"],
            "case": row["case_id"],
            "from": row["from_state"],
            "organisation": row["organisation_id"],
            "person": row["person_id"],
            "request": row["request_key"],
            "role": row["role"],
            "seq": row["seq"],
            "to": row["to_state"],
        }
    ).encode()


def chained(previous_hash: str, leaf_bytes: bytes) -> str:
    return hashlib.sha256(previous_hash.encode("ascii") + leaf_bytes).hexdigest()


def entries(tx: Connection, case_id: int) -> list[Row[Any]]:
    """The entries of a case in their order."""
    return list(tx.execute(_ENTRIES, {"case_id": case_id}))


def has_come(tx: Connection, case_id: int, state: str) -> bool:
    """Whether a case has ever come to a state."""
    found = sa.select(journal.c.id).where(journal.c.case_id == case_id, journal.c.to_state == state)
    return tx.execute(found.limit(1)).first() is not None


def since_arrival(tx: Connection, case_id: int, key: str, name: str) -> bool:
    """Whether an act noted ``name`` under ``key`` of its body since a case came to where it stands."""
    for row in reversed(entries(tx, case_id)):
        if row.from_state != row.to_state:
            return False
        if name in row.body.get(key, {}):
            return True
    return False


def said(tx: Connection, case_id: int, act: str) -> list[tuple[int | None, Mapping[str, Any]]]:
    """Who did an act on a case and what the journal keeps of it, in order."""
    return [(row.person_id, row.body) for row in tx.execute(_SAID, {"case_id": case_id, "act": act})]


def times(tx: Connection, case_id: int, act: str, *, but_not: Mapping[str, Any]) -> int:
    """How often an act stands in the journal of a case, without entries whose body has these values."""
    return sum(1 for _, body in said(tx, case_id, act) if any(body.get(name) != but_not[name] for name in but_not))


def outcome(tx: Connection, request_key: str) -> Done | None:
    """What a request has led to, if it was carried out already."""
    found = _OUTCOME.first(tx, {"key": request_key})
    return None if found is None else Done(**found)


def leaves_without_position(tx: Connection, limit: int) -> list[tuple[int, bytes]]:
    """Row id and leaf of the oldest entries that the Merkle log does not hold yet."""
    query = sa.select(*_COLUMNS, _BODY_TEXT).where(journal.c.position.is_(None)).order_by(journal.c.id).limit(limit)
    return [(row["id"], leaf(row)) for row in tx.execute(query).mappings()]


def set_position(tx: Connection, entry_id: int, position: int) -> None:
    """Write down an entry's place in the Merkle log; the triggers allow it once."""
    tx.execute(journal.update().where(journal.c.id == entry_id).values(position=position))


def verify(
    tx: Connection, case_id: int | None = None, heads: Mapping[int, tuple[int, str]] | None = None
) -> list[Problem]:
    """Recompute every hash, streaming; the first problem of each case, in the order of the cases.

    ``heads`` gives for each case the last ``seq`` and hash that the case itself remembers: only with
    it is an entry missed that was cut off at the end, or a case whose entries are all gone.
    """
    query = sa.select(*_COLUMNS, _BODY_TEXT).order_by(journal.c.case_id, journal.c.seq)
    if case_id is not None:
        query = query.where(journal.c.case_id == case_id)
        heads = {case_id: heads[case_id]} if heads and case_id in heads else {}
    problems: dict[int, Problem] = {}
    ends: dict[int, tuple[int, str]] = {}
    current, seq, previous = -1, 0, GENESIS
    for row in tx.execute(query.execution_options(yield_per=1000)).mappings():
        if row["case_id"] != current:
            if heads is not None and seq:
                ends[current] = (seq, previous)
            current, seq, previous = row["case_id"], 0, GENESIS
        if current not in problems and (wrong := _wrong(row, seq + 1, previous)):
            problems[current] = Problem(current, seq + 1 if wrong == "journal.gap" else row["seq"], Message(wrong))
        seq, previous = row["seq"], row["hash"]
    if heads is not None:
        if seq:
            ends[current] = (seq, previous)
        for case, head in heads.items():
            if case not in problems and ends.get(case) != head:
                last = ends.get(case, (0, GENESIS))[0]
                problems[case] = Problem(case, min(last + 1, head[0]), Message("journal.cut"))
    return [problems[case] for case in sorted(problems)]


def _wrong(row: Mapping[Any, Any], expected_seq: int, previous: str) -> str | None:
    if row["seq"] != expected_seq:
        return "journal.gap"
    if row["previous_hash"] != previous:
        return "journal.unlinked"
    if row["hash"] != chained(previous, leaf(row)):
        return "journal.altered"
    return None
