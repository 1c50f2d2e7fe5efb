"""Registers by who is entered: how far somebody reads each of them, and which entries an organisation holds there.

An office reads as far as in the lists of ``register_find``; everybody else reads what a register makes public, and of
an organisation only the entries that say themselves whose they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import register_find
from caseflow.cases.ground import Ground
from caseflow.cases.register_book import key_of
from caseflow.cases.register_find import Book, Entry
from caseflow.cases.register_models import register_event, register_standing
from caseflow.people import organisations
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor


@dataclass(frozen=True, slots=True)
class Reading:
    """A register as far as one reader reads it."""

    book: Book
    scope: sa.ColumnElement[bool]
    names: tuple[str, ...]
    inside: bool
    """As an office does; else what is public."""

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        return sa.and_(*register_find.in_book(self.book), self.scope)


@dataclass(frozen=True, slots=True)
class Held:
    """An entry with when what happened to it, oldest first."""

    reading: Reading
    entry: Entry
    events: tuple[tuple[str, datetime], ...]


def readings(tx: Connection, ground: Ground, actor: Actor | None, today: date) -> list[Reading]:
    """Every register that somebody (nobody: the public) reads, as an office where it is one for this register."""
    found = []
    for one in register_find.books(tx, ground):
        scope = _reach(one, actor)
        if actor is not None and scope is not None:
            found.append(Reading(one, scope, register_find.readable(one, actor), inside=True))
        elif one.register.public:
            found.append(Reading(one, register_find.shown_to_all(today), one.open_fields, inside=False))
    return found


def held(
    tx: Connection,
    known: Sequence[Reading],
    holder: Mapping[Any, Any],
    today: date,
    *,
    most: int,
    whoever: bool = False,
) -> list[Held]:
    """The entries of an organisation (its row) in registers that are read so far, newest first, at most ``most``.

    ``whoever``: those too of which the public does not read whose they are (for the organisation itself).
    """
    if not known:
        return []
    rows = tx.execute(
        register_find.selected(
            register_standing.c.organisation_id == holder["id"], sa.or_(*(one.condition for one in known))
        )
        .order_by(register_standing.c.issued_on.desc(), register_standing.c.entry_id.desc())
        .limit(most)
    ).mappings()
    by = {(one.book.authority_id, one.book.register.id): one for one in known}
    found = []
    for row in rows:
        reading = by[(row["authority_id"], row["register"])]
        entry = register_find.entry_of(row, reading.names, today)
        if reading.inside or whoever or says_whose(entry, holder):
            found.append((reading, entry))
    events = _events(tx, [entry.id for _, entry in found])
    return [Held(reading, entry, tuple(events.get(entry.id, ()))) for reading, entry in found]


def says_whose(entry: Entry, holder: Mapping[Any, Any]) -> bool:
    """Whether the values of an entry say by themselves who holds it: by its registered name or its credit code."""
    said = {key_of(str(text)) for text in (entry.called, *_texts(entry.values))}
    names = (holder.get(name) for name in ("name_zh", "name_en", "credit_code"))
    return not said.isdisjoint({key_of(str(one or "")) for one in names} - {""})


def public_code(tx: Connection, entry: Entry) -> str | None:
    """The credit code under which everybody finds what else stands of the holder of a public entry; none where the entry
    does not say whose it is. ``entry`` holds public values alone.
    """
    holder = organisations.get(tx, entry.holder_id)
    if holder is None or holder["kind"] in OFFICES or not says_whose(entry, holder):
        return None
    return str(holder["credit_code"]) if holder["credit_code"] else None


def _reach(one: Book, actor: Actor | None) -> sa.ColumnElement[bool] | None:
    if actor is None or actor.organisation_kind not in OFFICES:
        return None
    return register_find.reach(one, actor)


def _texts(values: Mapping[str, Mapping[str, Any]]) -> Iterable[Any]:
    for one in values.values():
        yield from (one.get("value"), one.get("zh"), one.get("en"))


def _events(tx: Connection, entry_ids: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    query = (
        sa.select(register_event.c.entry_id, register_event.c.kind, register_event.c.at)
        .where(register_event.c.entry_id.in_(entry_ids))
        .order_by(register_event.c.entry_id, register_event.c.seq)
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for row in tx.execute(query) if entry_ids else ():
        found.setdefault(row.entry_id, []).append((row.kind, row.at))
    return found
