"""Finding entries of registers: one query for lists, counts and exports, of the public and of offices.

What the public may read is decided here once: the fields that the register makes public, and of these entries only
those that are still shown. Internal values are neither selected nor searched nor sorted by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row, RowMapping

from caseflow.cases import standing
from caseflow.cases.ground import Ground
from caseflow.cases.register_book import grams, key_of, status_on
from caseflow.cases.register_models import register_gram, register_standing
from caseflow.people.models import authority, organisation
from caseflow.people.rights import Actor
from caseflow.workflow.definition import Definition, Role
from caseflow.workflow.parts import Text
from caseflow.workflow.registers import ISSUE, LIVE, Register, RegisterCall

_BY: dict[str, list[sa.ColumnElement[Any]]] = {
    "issued": [register_standing.c.issued_on.desc(), register_standing.c.entry_id.desc()],
    "number": [register_standing.c.number, register_standing.c.entry_id],
    "called": [register_standing.c.called_key, register_standing.c.entry_id],
    "until": [register_standing.c.valid_until.is_(None), register_standing.c.valid_until, register_standing.c.entry_id],
}
ORDERS = tuple(_BY)
MOST_WORDS, MOST_GRAMS = 6, 24


@dataclass(frozen=True, slots=True)
class Book:
    """A register with the authority that keeps it, and the workflows that write or ask it."""

    authority_id: int
    authority: str
    authority_name: Mapping[str, str]
    register: Register
    definitions: tuple[Definition, ...]
    organ: Text | None = None
    """The office that keeps it, where it is another one than the authority and its bureaus."""

    @property
    def kept_by(self) -> Mapping[str, str]:
        """The office in charge of the register."""
        return self.authority_name if self.organ is None else {"zh": self.organ.zh, "en": self.organ.en}

    @property
    def open_fields(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.register.fields.values() if one.public)

    def in_charge(self, entry: Entry) -> Mapping[str, str]:
        """The office in charge of an entry: the bureau of its case, unless another office keeps the register."""
        return entry.prefecture if self.organ is None else self.kept_by


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to, and in which order; all of it stands in the page's address."""

    text: str = ""
    status: str = ""
    year: int | None = None
    prefecture_id: int | None = None
    order: str = "issued"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as one reader may know it: ``values`` hold only the fields for that reader."""

    id: int
    number: str
    called: str
    status: str
    since: date
    issued_on: date
    valid_from: date
    valid_until: date | None
    prefecture: Mapping[str, str]
    case_id: int
    definition_id: int
    holder_id: int
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def books(tx: Connection, ground: Ground) -> list[Book]:
    """Every register that the newest workflows declare, each once: as the first says that makes entries in it."""
    names = {row.code: row for row in tx.execute(sa.select(authority))}
    found: dict[tuple[str, str], list[Definition]] = {}
    for loaded in ground.all_current(tx):
        for register in loaded.definition.registers:
            found.setdefault((loaded.definition.authority, register), []).append(loaded.definition)
    return [
        _book(names[code], register, definitions)
        for (code, register), definitions in sorted(found.items(), key=lambda one: one[0])
        if code in names
    ]


def _book(row: Row[Any], register: str, definitions: list[Definition]) -> Book:
    first = next((one for one in definitions if _issues(one, register)), definitions[0])
    return Book(row.id, row.code, row.name, first.registers[register], tuple(definitions), first.organ)


def book(tx: Connection, ground: Ground, authority_code: str, register: str) -> Book | None:
    """The register of an authority with this id."""
    known = (one for one in books(tx, ground) if one.authority == authority_code and one.register.id == register)
    return next(known, None)


def reach(one: Book, actor: Actor) -> sa.ColumnElement[bool] | None:
    """Which entries somebody in an office may read; nothing where the register is not for this person."""
    if reads_all(one, actor):
        return sa.true()
    if any(role.sees == "own_prefecture" for role in _held(one, actor)) and actor.prefecture_id is not None:
        return register_standing.c.prefecture_id == actor.prefecture_id
    return None


def reads_all(one: Book, actor: Actor) -> bool:
    """Whether somebody works in the authority's own office: there the answers of every act are read, reasons too."""
    return any(role.sees == "own_authority" for role in _held(one, actor))


def readable(one: Book, actor: Actor) -> tuple[str, ...]:
    """The fields that somebody in an office reads: what is hidden from the own role stays hidden here."""
    open_to = [role for role in _held(one, actor) if role.sees in ("own_authority", "own_prefecture")]
    return tuple(
        name
        for name, said in one.register.fields.items()
        if said.public or any(not _hidden(role.hides, said.value) for role in open_to)
    )


def _held(one: Book, actor: Actor) -> list[Role]:
    return [role for made in one.definitions for role in standing.held(made, actor)]


def shown_to_all(today: date) -> sa.ColumnElement[bool]:
    """Entries that the public still reads."""
    return sa.or_(register_standing.c.shown_until.is_(None), register_standing.c.shown_until >= today)


def listed(
    tx: Connection,
    one: Book,
    scope: sa.ColumnElement[bool],
    wanted: Wanted,
    names: Iterable[str],
    today: date,
    *,
    limit: int,
    offset: int = 0,
) -> list[Entry]:
    """The entries of a list, with the values of the fields ``names`` alone."""
    kept = tuple(names)
    statement = (
        selected(*_narrowed(one, scope, wanted, kept, today))
        .order_by(*_BY[wanted.order if wanted.order in _BY else "issued"])
        .limit(limit)
        .offset(offset)
    )
    return [entry_of(row, kept, today) for row in tx.execute(statement).mappings()]


def count(
    tx: Connection, one: Book, scope: sa.ColumnElement[bool], wanted: Wanted, names: Iterable[str], today: date
) -> int:
    """How many entries a list has."""
    narrowed = _narrowed(one, scope, wanted, tuple(names), today)
    return tx.scalar(sa.select(sa.func.count()).select_from(register_standing).where(*narrowed)) or 0


def years(tx: Connection, one: Book, scope: sa.ColumnElement[bool]) -> list[int]:
    """The years in which entries were made, newest first."""
    day = register_standing.c.issued_on
    query = sa.select(day).where(*in_book(one), scope).limit(1)  # an end of the index each, not all of it
    first, last = (tx.scalar(query.order_by(end)) for end in (day, day.desc()))
    return list(range(last.year, first.year - 1, -1)) if first is not None and last is not None else []


def by_number(
    tx: Connection, one: Book, scope: sa.ColumnElement[bool], number: str, names: Iterable[str], today: date
) -> Entry | None:
    """The entry with a number, however its brackets were typed."""
    return _first(tx, one, sa.and_(scope, register_standing.c.number_key == key_of(number)), names, today)


def by_id(
    tx: Connection, one: Book, scope: sa.ColumnElement[bool], entry_id: int, names: Iterable[str], today: date
) -> Entry | None:
    """The entry with a row number."""
    return _first(tx, one, sa.and_(scope, register_standing.c.entry_id == entry_id), names, today)


def _first(
    tx: Connection, one: Book, condition: sa.ColumnElement[bool], names: Iterable[str], today: date
) -> Entry | None:
    row = tx.execute(selected(*in_book(one), condition).limit(1)).mappings().first()
    return entry_of(row, tuple(names), today) if row is not None else None


def of_cases(tx: Connection, case_ids: Iterable[int]) -> dict[int, list[RowMapping]]:
    """The entries of cases: register and number of each, by case."""
    columns = (register_standing.c.case_id, register_standing.c.register, register_standing.c.number)
    query = sa.select(*columns, register_standing.c.shown_until).where(register_standing.c.case_id.in_(list(case_ids)))
    found: dict[int, list[RowMapping]] = {}
    for row in tx.execute(query.order_by(register_standing.c.entry_id)).mappings():
        found.setdefault(row["case_id"], []).append(row)
    return found


def is_holder(tx: Connection, entry: Entry, said: str) -> bool:
    """Whether a name or credit code is that of the organisation that is entered."""
    key = key_of(said)
    row = tx.execute(
        sa.select(organisation.c.name_zh, organisation.c.name_en, organisation.c.credit_code)
        .join(register_standing, register_standing.c.organisation_id == organisation.c.id)
        .where(register_standing.c.entry_id == entry.id)
    ).first()
    return key in {key_of(str(one or "")) for one in (entry.called, *(row or ()))} - {""}


def in_book(one: Book) -> list[sa.ColumnElement[bool]]:
    """The entries of one register."""
    return [register_standing.c.authority_id == one.authority_id, register_standing.c.register == one.register.id]


def selected(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The entries under these conditions, each with the bureau in charge."""
    return (
        sa.select(
            register_standing,
            organisation.c.name_zh.label("prefecture_zh"),
            organisation.c.name_en.label("prefecture_en"),
        )
        .outerjoin(organisation, organisation.c.id == register_standing.c.prefecture_id)
        .where(*conditions)
    )


def _narrowed(
    one: Book, scope: sa.ColumnElement[bool], wanted: Wanted, names: tuple[str, ...], today: date
) -> list[sa.ColumnElement[bool]]:
    found = [*in_book(one), scope]
    whole = set(names) >= set(one.register.fields)
    for word in wanted.text.split()[:MOST_WORDS]:
        found += says(word, whole=whole)
    if wanted.status:
        found.append(_status(today) == wanted.status)
    if wanted.year is not None:
        found.append(register_standing.c.issued_on.between(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    if wanted.prefecture_id is not None:
        found.append(register_standing.c.prefecture_id == wanted.prefecture_id)
    return found


def says(word: str, *, whole: bool) -> list[sa.ColumnElement[bool]]:
    """Conditions on a word: its pairs of characters lead to few entries, whose text then has the word itself."""
    text = register_standing.c.whole_text if whole else register_standing.c.open_text
    found: list[sa.ColumnElement[bool]] = []
    for gram in sorted(grams(word))[:MOST_GRAMS]:
        having = sa.select(register_gram.c.entry_id).where(register_gram.c.gram == gram)
        having = having if whole else having.where(register_gram.c.open)
        found.append(register_standing.c.entry_id.in_(having))
    return [*found, sa.func.lower(text).contains(word.lower(), autoescape=True)]


def _status(today: date) -> sa.ColumnElement[str]:
    """The status on a day, as ``status_on`` says it."""
    over = sa.and_(register_standing.c.status.in_(LIVE), register_standing.c.valid_until < today)
    return sa.case((over, "expired"), else_=register_standing.c.status)


def entry_of(row: RowMapping, names: tuple[str, ...], today: date) -> Entry:
    """A row of :func:`selected` with the values of the fields ``names`` alone."""
    prefecture = {"zh": row["prefecture_zh"] or "", "en": row["prefecture_en"] or row["prefecture_zh"] or ""}
    status = status_on(row, today)
    return Entry(
        id=row["entry_id"],
        number=row["number"],
        called=row["called"],
        status=status,
        since=row["since"] if status == row["status"] else row["valid_until"] + timedelta(days=1),
        issued_on=row["issued_on"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        prefecture=prefecture,
        case_id=row["case_id"],
        definition_id=row["definition_id"],
        holder_id=row["organisation_id"],
        values={name: row["values"][name] for name in names if name in row["values"]},
    )


def _issues(definition: Definition, register: str) -> bool:
    acts = (action for state in definition.states for action in definition.actions_in(state))
    calls = (one for action in acts for one in action.then if one.name == ISSUE)
    meant = (RegisterCall.read(one.argument) for one in calls)
    return any(one is not None and one.register_ == register for one in meant)


def _hidden(hides: tuple[str, ...], path: str | None) -> bool:
    return path is not None and any(path == one or path.startswith(f"{one}.") for one in hides)
