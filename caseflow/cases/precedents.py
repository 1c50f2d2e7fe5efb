"""Entries of a register that are like a case: what was entered before in the same matter, newest first, and how its numbers lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from statistics import median
from typing import Any

import sqlalchemy as sa

from caseflow.cases import register_lookup
from caseflow.cases.move import Move
from caseflow.cases.register_find import Book, Entry, entry_of, in_book, says, selected
from caseflow.cases.register_models import register_standing
from caseflow.words import Message
from caseflow.workflow.beside import Beside
from caseflow.workflow.lookups import Lookup
from caseflow.workflow.registers import Status

ANNULLED: tuple[Status, ...] = ("revoked", "withdrawn", "superseded")
"""What was entered wrongly or no longer counts is no model for anything; what has run out is."""
MOST_READ = 1000
"""So many of the newest are looked at."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the numbers of one value lie among the entries that are like the case."""

    count: int
    least: Decimal
    middle: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Like:
    """The entries that are like a case."""

    entries: tuple[Entry, ...]
    """The newest of them."""
    count: int
    spreads: Mapping[str, Spread]
    """By value; of values that are numbers alone."""
    missing: Message | None = None
    """The answer that is not there yet, without which nothing can be looked for."""


def of_case(
    move: Move,
    one: Beside,
    book: Book,
    scope: sa.ColumnElement[bool],
    names: Iterable[str],
    today: date,
) -> Like:
    """The entries within ``scope`` that are like the case of ``move``, its own left out; ``names`` are the values shown."""
    meant = Lookup.model_validate({"register": one.register_, "where": one.where})
    wanted = register_lookup.asked(move, meant)
    if isinstance(wanted, Message):
        return Like((), 0, {}, wanted)
    words = [word for name, value in wanted.items() if name != "holder" for word in str(value["zh"]).split()]
    column = register_standing.c
    statement = (
        selected(*in_book(book), scope, column.case_id != move.case["id"], column.status.not_in(ANNULLED))
        .where(*(part for word in words for part in says(word, whole=True)))
        .order_by(column.issued_on.desc(), column.entry_id.desc())
        .limit(MOST_READ)
    )
    kept = tuple(names)
    rows = [row for row in move.tx.execute(statement).mappings() if register_lookup.fits(row, wanted)]
    found = [entry_of(row, kept, today) for row in rows]
    spreads = {name: spread for name in kept if (spread := _spread(found, name)) is not None}
    return Like(tuple(found[: one.most]), len(found), spreads)


def _spread(entries: Iterable[Entry], name: str) -> Spread | None:
    """Least, median and most of a value, where every entry that has it has a number."""
    numbers = [_number(value.get("value")) for one in entries if (value := one.values.get(name)) is not None]
    told = [one for one in numbers if one is not None]
    if not told or len(told) < len(numbers):
        return None
    return Spread(len(told), min(told), median(told), max(told))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
