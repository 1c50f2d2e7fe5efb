"""The page of an entry as everybody reads it: its values in their groups, how it stands now and stood when it was made.

Pairs of texts only; screen and paper draw the same page. What a reader may not know is not asked for here: an
``Entry`` holds the values of that reader alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import register_book, show
from caseflow.cases.register_find import Book, Entry
from caseflow.cases.register_values import FILE
from caseflow.cases.show import Pair
from caseflow.records import files
from caseflow.workflow.registers import VOUCHES, Register, RegisterField, RegisterPage, Vouch


@dataclass(frozen=True, slots=True)
class Line:
    """One value: what it is called, how it reads now, and how when the entry was made, where that differs."""

    label: Pair
    text: Pair
    first: Pair | None = None
    amount: str = ""
    """A number and, in ``unit``, its unit, where the register says one."""
    unit: str = ""
    vouched: Vouch | None = None
    internal: bool = False
    file: str = ""
    """The field whose file can be had."""


@dataclass(frozen=True, slots=True)
class Group:
    """Values that stand together."""

    title: Pair
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of an entry."""

    register: Pair
    authority: Mapping[str, str]
    number: str
    heading: Pair | None
    note: Pair | None
    key: str
    """Its status as definitions say it."""
    status: Pair
    since: Pair
    first_status: Pair
    first_on: Pair
    figure: Line | None
    per: Line | None
    groups: tuple[Group, ...]
    basis: str

    @property
    def vouches(self) -> tuple[Vouch, ...]:
        """Who stands for the figures of this page, to be explained below it."""
        used = {line.vouched for line in self.lines}
        return tuple(one for one in VOUCHES if one in used)

    @property
    def lines(self) -> tuple[Line, ...]:
        large = tuple(one for one in (self.figure, self.per) if one is not None)
        return (*large, *(line for group in self.groups for line in group.lines))

    @property
    def changed(self) -> bool:
        """Whether a value reads otherwise than when the entry was made."""
        return any(line.first is not None for line in self.lines)


def sheet(tx: Connection, book: Book, entry: Entry, names: Collection[str]) -> Sheet:
    """The page of an entry with the values of the fields ``names``."""
    register, issued = book.register, register_book.events(tx, entry.id)[0]
    made = _Lines(tx, book, entry, issued.body, names)
    page = register.page
    large = (page.figure, page.per) if page is not None else (None, None)
    figure, per = (made.of(register.fields[name]) if name is not None and name in names else None for name in large)
    return Sheet(
        register=show.pair(register.title),
        authority=book.kept_by,
        number=entry.number,
        heading=show.pair(page.heading) if page is not None else None,
        note=show.pair(page.note) if page is not None else None,
        key=entry.status,
        status=status(register, entry.status),
        since=show.day(entry.since),
        first_status=status(register, issued.body["status"]),
        first_on=show.day(entry.issued_on),
        figure=figure,
        per=per,
        groups=tuple(group for group in _groups(made, page) if group.lines),
        basis=register.basis,
    )


def status(register: Register, key: str) -> Pair:
    """What a status is called in a register."""
    own = {str(name): text for name, text in register.statuses.items()}.get(key)
    return show.pair(own) if own is not None else show.words(f"registers.status.{key}")


def plain(value: Mapping[str, Any], field: RegisterField) -> Pair:
    """A value as it reads: a number in the unit of the register, where that says one."""
    if field.unit is not None:
        return show.both(f"{value['value']} {field.unit}")
    return {"zh": value["zh"], "en": value["en"]}


def file_of(entry: Entry, field: str) -> int | None:
    """The file that a value is; nothing where the reader does not have such a value."""
    found = entry.values.get(field, {}).get(FILE)
    return int(found) if found is not None else None


class _Lines:
    """The lines of one entry."""

    def __init__(
        self, tx: Connection, book: Book, entry: Entry, first: Mapping[str, Any], names: Collection[str]
    ) -> None:
        self.tx, self.book, self.entry, self.first, self.names = tx, book, entry, first, names
        self.register = book.register

    def of(self, field: RegisterField) -> Line | None:
        """One value; nothing where the entry does not have it, or this reader does not."""
        now, was = self.entry.values.get(field.id), self.first["values"].get(field.id)
        if now is None:
            return None
        number = now.get(FILE)
        gone = number is not None and _is_gone(self.tx, int(number))
        first = None
        if _said(was) != _said(now):
            first = plain(was, field) if was is not None else show.both("–")
        return Line(
            show.pair(field.title),
            show.words("show.erased") if gone else plain(now, field),
            first,
            str(now["value"]) if field.unit is not None else "",
            field.unit or "",
            field.vouched,
            not field.public,
            field.id if number is not None and not gone else "",
        )

    def many(self, names: Iterable[str]) -> tuple[Line, ...]:
        found = (self.of(self.register.fields[name]) for name in names if name in self.names)
        return tuple(one for one in found if one is not None)

    def called(self) -> Line:
        was = self.first["called"]
        first = show.both(was) if was != self.entry.called else None
        return Line(show.words("registers.called"), show.both(self.entry.called), first)

    def term(self) -> Iterator[Line]:
        entry = self.entry
        in_charge = self.book.in_charge(entry)
        if in_charge.get("zh"):
            yield Line(show.words("registers.prefecture"), {"zh": in_charge["zh"], "en": in_charge["en"]})
        yield Line(show.words("registers.issued_on"), show.day(entry.issued_on))
        for name in ("valid_from", "valid_until"):
            now, was = getattr(entry, name), self.first.get(name)
            same = was == (now.isoformat() if now else None)
            yield Line(show.words(f"registers.{name}"), _day(now), None if same else _day(_read(was)))


def _groups(made: _Lines, page: RegisterPage | None) -> Iterator[Group]:
    fields = list(made.register.fields)
    if page is None:
        yield Group(show.words("registers.page.entry"), (made.called(), *made.many(fields), *made.term()))
        return
    placed = {name for _, name in page.named()}
    yield Group(
        show.words("registers.page.entry"),
        (Line(show.words("registers.number"), show.both(made.entry.number)), made.called()),
    )
    for group in page.groups.values():
        yield Group(show.pair(group.title), made.many(group.fields))
    yield Group(show.words("registers.page.more"), made.many(name for name in fields if name not in placed))
    yield Group(show.words("registers.page.term"), tuple(made.term()))


def _said(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A value without the row of its file: the same bytes may lie in another."""
    return {name: one for name, one in value.items() if name != FILE} if value is not None else None


def _is_gone(tx: Connection, file_id: int) -> bool:
    row = files.find(tx, file_id)
    return row is None or row.purged_at is not None


def _day(day: date | None) -> Pair:
    return show.day(day) if day is not None else show.words("registers.no_end")


def _read(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
