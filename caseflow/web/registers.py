"""Registers for offices: lists with search, filters and export, and each entry with its history."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, send_file

from caseflow import clock
from caseflow.cases import find, organisation_record, register_book, register_find, register_page
from caseflow.cases.register_find import Book, Entry, Wanted
from caseflow.office import impact
from caseflow.people import accounts, organisations
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.records import reading, sheets
from caseflow.web import desk, drawing, shell
from caseflow.web.act_form import casework
from caseflow.web.shell import MenuItem, page
from caseflow.workflow.registers import STATUSES, Register, RegisterField

blueprint = Blueprint("registers", __name__)

SIZE = 50
MOST_EXPORTED = 10_000


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history of an entry, as far as the reader may know it."""

    kind: str
    at: datetime
    status: str
    by: str
    reason: str
    case_id: int | None
    """Where the reader may open it."""
    changed: tuple[tuple[str, str, str], ...]
    """What was corrected: title, before, after."""


def reads_registers(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works in an office on procedures; which registers and entries, each page says itself."""
    return casework(actor) and actor is not None and actor.organisation_kind in OFFICES


MENU = (MenuItem("registers.menu", "registers.index", reads_registers),)


@page(blueprint, "/registers", policy=reads_registers)
def index() -> Any:
    """Every register that the reader may look into, with how many entries the reader finds there."""
    shown = []
    for one in register_find.books(g.tx, shell.house().ground):
        scope = register_find.reach(one, g.actor)
        if scope is not None:
            shown.append((one, register_find.count(g.tx, one, scope, Wanted(), (), clock.today())))
    return render_template("registers/index.html", shown=shown)


@page(blueprint, "/registers/<authority>/<register>", policy=reads_registers)
def listed(authority: str, register: str) -> Any:
    one, scope, names = opened(authority, register)
    wanted, today = asked(), clock.today()
    return render_template(
        "registers/list.html",
        book=one,
        rows=register_find.listed(g.tx, one, scope, wanted, names, today, limit=SIZE, offset=SIZE * (at_page() - 1)),
        count=register_find.count(g.tx, one, scope, wanted, names, today),
        fields=columns(one.register, names),
        text_of=text_of,
        statuses=statuses(one.register),
        years=register_find.years(g.tx, one, scope),
        bureaus=bureaus(one) if g.actor.organisation_kind != "bureau" else [],
        orders=register_find.ORDERS,
        wanted=wanted,
        at=at_page(),
        size=SIZE,
    )


@page(blueprint, "/registers/<authority>/<register>.xlsx", policy=reads_registers)
def export(authority: str, register: str) -> Any:
    """The list as Excel, through the same scoped query; taking it away is logged."""
    one, scope, names = opened(authority, register)
    found = register_find.listed(g.tx, one, scope, asked(), names, clock.today(), limit=MOST_EXPORTED)
    title = drawing.named(one.register.title)
    rows = [cells(one, row, names) for row in found]
    made = drawing.t("registers.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    content = sheets.write_table(title, heads(one, names), rows, header_lines=[made])
    person_id, what = g.actor.person_id, f"export:register:{len(rows)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


@page(blueprint, "/registers/<authority>/<register>/<int:entry_id>", policy=reads_registers)
def entry(authority: str, register: str, entry_id: int) -> Any:
    """One entry with everything that happened to it; how it stood before each correction stays readable."""
    one, scope, names = opened(authority, register)
    found = register_find.by_id(g.tx, one, scope, entry_id, names, clock.today())
    if found is None:
        abort(404)
    known = find.may_know(g.tx, shell.house().ground, g.actor, found.case_id)
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"register:{entry_id}"))
    return render_template(
        "registers/entry.html",
        book=one,
        entry=found,
        sheet=register_page.sheet(g.tx, one, found, names),
        happened=list(_history(one, found, names)),
        whole=register_book.verify(g.tx, found.id),
        known=known,
        has_page=organisation_record.has_page(g.tx, found.holder_id),
        succession=impact.of_entry(
            g.tx, shell.house().ground, g.actor, one, entry_id, limit=SIZE, offset=SIZE * (at_page() - 1)
        ),
        status_of=status_of,
        at=at_page(),
        size=SIZE,
    )


def asked() -> Wanted:
    """What the address narrows a list to."""
    year = request.args.get("year", type=int)
    return Wanted(
        text=request.args.get("q", "")[:100],
        status=request.args.get("status", ""),
        year=year if year is not None and 1900 <= year <= 9999 else None,
        prefecture_id=request.args.get("prefecture", type=int),
        order=request.args.get("order", "issued"),
    )


def bureaus(one: Book) -> list[tuple[int, str]]:
    """The bureaus by which a list may be narrowed; none where another office keeps the register."""
    found = organisations.bureaus(g.tx, one.authority_id) if one.organ is None else []
    return [(row["id"], drawing.named({"zh": row["name_zh"], "en": row["name_en"]})) for row in found]


def at_page() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), 1_000_000)


def statuses(register: Register) -> list[tuple[str, str]]:
    """Every status with its name in this register."""
    return [(status, status_of(register, status)) for status in STATUSES]


def status_of(register: Register, status: str) -> str:
    """What a status is called in a register."""
    return drawing.named(register_page.status(register, status))


def columns(register: Register, names: Collection[str]) -> list[RegisterField]:
    """The values that a list shows: where the page of an entry has groups, the first of them and the figure."""
    page, wanted = register.page, list(register.fields)
    if page is not None and page.groups:
        first = next(iter(page.groups.values()))
        wanted = [*first.fields, *(name for name in (page.figure, page.per) if name is not None)]
    return [register.fields[name] for name in wanted if name in names]


def text_of(row: Entry, field: RegisterField) -> str:
    """What an entry says of a field, as a list shows it."""
    return drawing.named(register_page.plain(row.values[field.id], field)) if field.id in row.values else "–"


def heads(one: Book, names: tuple[str, ...]) -> list[tuple[str, int]]:
    """The heads of an exported list."""
    first = [("number", 22), ("called", 30), ("status", 12), ("since", 14), ("issued_on", 14), ("valid_until", 14)]
    own = [(_head(field), 22) for field in one.register.fields.values() if field.id in names]
    told = [(drawing.t(f"registers.{name}"), width) for name, width in first]
    return [*told, (drawing.t("registers.prefecture"), 22), *own]


def _head(field: RegisterField) -> str:
    title = drawing.named(field.title)
    return f"{title} ({field.unit})" if field.unit is not None else title


def cells(one: Book, row: Entry, names: tuple[str, ...]) -> list[Any]:
    """One entry as the cells of an exported list."""
    mine = [name for name in one.register.fields if name in names]
    own = [drawing.named(row.values[name]) if name in row.values else "" for name in mine]
    days = [row.since, row.issued_on, row.valid_until]
    return [row.number, row.called, status_of(one.register, row.status), *days, drawing.named(one.in_charge(row)), *own]


def opened(authority: str, register: str) -> tuple[Book, sa.ColumnElement[bool], tuple[str, ...]]:
    """A register that the reader may look into, the reach of the reader, and the fields that the reader reads."""
    one = register_find.book(g.tx, shell.house().ground, authority, register)
    scope = register_find.reach(one, g.actor) if one is not None else None
    if one is None or scope is None:
        abort(404)
    return one, scope, register_find.readable(one, g.actor)


def _history(one: Book, found: Entry, names: tuple[str, ...]) -> Iterator[Happened]:
    """What happened, newest first."""
    ground = shell.house().ground
    events = register_book.events(g.tx, found.id)
    people = accounts.names(g.tx, [row.person_id for row in events])
    cases = {row.case_id: find.may_know(g.tx, ground, g.actor, row.case_id) for row in events}
    told = [case_id for case_id, is_open in cases.items() if is_open and register_find.reads_all(one, g.actor)]
    said = {case_id: register_book.reasons(g.tx, ground.keys, case_id) for case_id in told}
    before: dict[str, Any] = {}
    lines = []
    for row in events:
        now, open_case = row.body, cases[row.case_id]
        changed = list(_changed(one, before, now, names)) if row.kind == "corrected" else []
        lines.append(
            Happened(
                row.kind,
                row.at,
                status_of(one.register, now["status"]),
                people.get(row.person_id, ""),
                said.get(row.case_id, {}).get(row.sealed or "", ""),
                row.case_id if open_case else None,
                tuple(changed),
            )
        )
        before = now
    yield from reversed(lines)


def _changed(
    one: Book, before: dict[str, Any], now: dict[str, Any], names: tuple[str, ...]
) -> Iterator[tuple[str, str, str]]:
    for key in ("called", "valid_from", "valid_until"):
        if before.get(key) != now.get(key):
            yield drawing.t(f"registers.{key}"), str(before.get(key) or ""), str(now.get(key) or "")
    for name in names:
        was, is_ = (said.get("values", {}).get(name) for said in (before, now))
        if was != is_:
            old, new = (drawing.named(said) if said else "" for said in (was, is_))
            yield drawing.named(one.register.fields[name].title), old, new
