"""The case row and its journal entry: always written together, under the lock of the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow.cases.ground import Loaded
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.people import accounts
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act led to. ``first`` is false where the same request was carried out before."""

    case_id: int
    action: str
    state: str
    number: str | None
    version: int
    first: bool = True
    proposed: bool = False
    """The act waits for signatures; the state has not changed."""


class NotHere(Exception):
    """There is no such case for this person."""


class Stale(Exception):
    """The screen was older than the case. Carries what happened last, and who did it (nobody: a timer)."""

    def __init__(self, entry: Row[Any], by: str) -> None:
        super().__init__("stale")
        self.entry = entry
        self.by = by


class Invalid(Exception):
    """Answers that cannot be taken, by field path, each with every reason."""

    def __init__(self, errors: Mapping[str, list[Message]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Laid:
    """What a new case holds from the start: columns of its row, and what the journal says of them."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


_WRITE = Statement(
    case.update().where(case.c.id == sa.bindparam("on_id"), case.c.version == sa.bindparam("on_version"))
)
_NEW = Statement(case.insert().returning(case.c.id))
_ROW = sa.select(case).where(case.c.id == sa.bindparam("case_id"))
_LOCKED = Statement(_ROW.with_for_update())
_FREE = Statement(_ROW.with_for_update(skip_locked=True))


def locked(tx: Connection, case_id: int) -> Mapping[Any, Any]:
    """The case row, held until the transaction ends (on SQLite the whole database is)."""
    row = _LOCKED.first(tx, {"case_id": case_id})
    if row is None:
        raise NotHere
    return row


def locked_if_free(tx: Connection, case_id: int) -> Mapping[Any, Any] | None:
    """A further case row, held as well; nothing where another transaction holds it.

    For the case over many cases in which the one held stands: acts there hold them the other way round, and who
    waited here would wait in a circle.
    """
    return _FREE.first(tx, {"case_id": case_id})


def create(
    tx: Connection,
    loaded: Loaded,
    columns: Mapping[str, Any],
    state: str,
    actor: Actor | None,
    role: str,
    at: datetime,
    request_key: str,
    act: str = "open",
    lay: Callable[[dict[str, Any]], Laid] | None = None,
) -> dict[str, Any]:
    """A new case with the first entry of its journal; returns the row.

    ``lay`` puts into the new row (which has its number already) what comes from elsewhere, before it is entered.
    """
    place = loaded.definition.states[state]
    row = {
        **columns,
        "state": state,
        "shared": not place.private,
        "final": place.final,
        "listed": place.listed,
        "version": 1,
        "revision": 0,
        "seq": 1,
        "last_hash": journal.GENESIS,
        "facts": {},
        "unlocked": [],
        "opened_at": at,
        "moved_at": at,
    }
    row["id"] = _NEW.scalar(tx, row)
    laid = lay(row) if lay is not None else Laid()
    row |= laid.columns
    row["last_hash"] = journal.append(
        tx,
        case_id=row["id"],
        seq=1,
        at=at,
        person_id=actor.person_id if actor else None,
        role=role,
        organisation_id=actor.organisation_id if actor else None,
        act=act,
        from_state=None,
        to_state=state,
        body={"definition": loaded.digest, "round": row["round_id"], **laid.body},
        request_key=request_key,
        previous_hash=journal.GENESIS,
    )
    _WRITE.run(tx, {**laid.columns, "last_hash": row["last_hash"], "on_id": row["id"], "on_version": 1})
    return row


def note_due(tx: Connection, case_id: int, due_on: date | None) -> None:
    """Write by when a new case is due first."""
    if due_on is not None:
        _WRITE.run(tx, {"due_on": due_on, "on_id": case_id, "on_version": 1})


def stale(tx: Connection, case_id: int) -> Stale:
    """What to raise for a screen that is older than the case."""
    row = last(tx, case_id)
    return Stale(row, accounts.names(tx, [row.person_id]).get(row.person_id, ""))


def last(tx: Connection, case_id: int) -> Row[Any]:
    """What happened last on a case."""
    return journal.entries(tx, case_id)[-1]


def again(tx: Connection, earlier: journal.Done) -> Outcome:
    """The outcome of a request that was carried out before."""
    row = locked(tx, earlier.case_id)
    return Outcome(
        row["id"],
        earlier.act,
        earlier.to_state,
        row["number"],
        row["version"],
        first=False,
        proposed=earlier.body.get("phase") == "proposed",
    )


def write(move: Move, *, act: str, to_state: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Append to the journal and write the changed columns; returns the row as it stands now.

    Raises:
        Stale: somebody else wrote the row after it was read, which the lock should not let happen.
    """
    old, actor = move.case, move.actor
    seq = old["seq"] + 1
    digest = journal.append(
        move.tx,
        case_id=old["id"],
        seq=seq,
        at=move.at,
        person_id=actor.person_id if actor else None,
        role=move.role,
        organisation_id=actor.organisation_id if actor else None,
        act=act,
        from_state=old["state"],
        to_state=to_state,
        body=body,
        request_key=move.request_key,
        previous_hash=old["last_hash"],
    )
    columns = {**move.changes, "version": old["version"] + 1, "seq": seq, "last_hash": digest}
    written = _WRITE.run(move.tx, {**columns, "on_id": old["id"], "on_version": old["version"]})
    if written != 1:
        raise stale(move.tx, old["id"])
    return {**old, **columns}
