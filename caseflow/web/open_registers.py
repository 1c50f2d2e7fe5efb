"""Registers for everybody: lists, entries, data, and whether a number is genuine and holds.

Only what a register makes public is ever asked of the database here: no internal value reaches a page, a file, a
search, a count or an order.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from flask import Blueprint, abort, current_app, g, jsonify, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import register_book, register_find, register_holders, register_page, register_values
from caseflow.cases.register_find import Book, Entry, Wanted
from caseflow.cases.register_page import Sheet
from caseflow.people import throttle
from caseflow.records import sheets
from caseflow.web import drawing, registers, shell
from caseflow.web.account import address
from caseflow.web.public import not_official
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message
from caseflow.workflow.registers import LIVE

blueprint = Blueprint("open_registers", __name__)

SIZE = 20
MOST_DATA = 100
MOST_OF_EACH = 5
"""Entries of each register that a search of all of them shows."""
MOST_ROWS = 20_000
MENU = (MenuItem("public.menu.registers", "open_registers.index", not_official),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of an entry with the number that somebody asks for, and its page."""

    said: Message
    book: Book
    entry: Entry
    sheet: Sheet


@page(blueprint, "/public/registers", policy=shell.anyone)
def index() -> Any:
    """Every public register; with words to look for, how many entries of each say them, and the newest of these."""
    today, wanted = clock.today(), Wanted(text=registers.asked().text)
    scope = register_find.shown_to_all(today)
    shown = [(one, register_find.count(g.tx, one, scope, wanted, one.open_fields, today)) for one in _books()]
    found = {
        (one.authority, one.register.id): register_find.listed(
            g.tx, one, scope, wanted, one.open_fields, today, limit=MOST_OF_EACH
        )
        for one, n in shown
        if n and wanted.text.split()
    }
    return render_template(
        "registers/open_index.html", shown=shown, wanted=wanted, found=found, status_of=registers.status_of
    )


@page(blueprint, "/public/registers/<authority>/<register>", policy=shell.anyone)
def listed(authority: str, register: str) -> Any:
    one, today, wanted = opened(g.tx, authority, register), clock.today(), registers.asked()
    scope = register_find.shown_to_all(today)
    return render_template(
        "registers/open_list.html",
        book=one,
        rows=register_find.listed(
            g.tx, one, scope, wanted, one.open_fields, today, limit=SIZE, offset=SIZE * (registers.at_page() - 1)
        ),
        count=register_find.count(g.tx, one, scope, wanted, one.open_fields, today),
        fields=registers.columns(one.register, one.open_fields),
        text_of=registers.text_of,
        statuses=registers.statuses(one.register),
        years=register_find.years(g.tx, one, scope),
        bureaus=registers.bureaus(one),
        orders=register_find.ORDERS,
        wanted=wanted,
        at=registers.at_page(),
        size=SIZE,
    )


@page(blueprint, "/public/registers/<authority>/<register>.json", policy=shell.anyone)
def data(authority: str, register: str) -> Any:
    """The public part as JSON, a hundred entries at a time, under the filters of the list."""
    one, today, wanted, at = opened(g.tx, authority, register), clock.today(), registers.asked(), registers.at_page()
    scope = register_find.shown_to_all(today)
    found = register_find.listed(
        g.tx, one, scope, wanted, one.open_fields, today, limit=MOST_DATA, offset=MOST_DATA * (at - 1)
    )
    total = register_find.count(g.tx, one, scope, wanted, one.open_fields, today)
    fields = {name: one.register.fields[name] for name in one.open_fields}
    return jsonify(
        register={
            "authority": one.authority,
            "id": one.register.id,
            "title": one.register.title.model_dump(),
            "basis": one.register.basis,
        },
        fields=[
            {"id": name, "title": field.title.model_dump(), "vouched": field.vouched, "unit": field.unit}
            for name, field in fields.items()
        ],
        page=at,
        page_size=MOST_DATA,
        total=total,
        entries=[_plain(one, row) for row in found],
    )


@page(blueprint, "/public/registers/<authority>/<register>.csv", policy=shell.anyone, own_transactions=True)
def table(authority: str, register: str) -> Any:
    """The public part as CSV (UTF-8 with its mark, so that spreadsheets read it), under the filters of the list.

    It holds up to ``MOST_ROWS`` entries, so whoever asks again and again waits.
    """
    with shell.writing() as tx:
        wait = throttle.enter(tx, ("open_data", address()))
    if wait:
        raise shell.TooFast(wait)
    today = clock.today()
    with shell.reading() as tx:
        one, scope = opened(tx, authority, register), register_find.shown_to_all(today)
        found = register_find.listed(tx, one, scope, registers.asked(), one.open_fields, today, limit=MOST_ROWS)
    out = StringIO()
    out.write("\ufeff")
    lines = csv.writer(out)
    vouched = [field for field in one.register.fields.values() if field.public and field.vouched is not None]
    said = [f"{drawing.named(field.title)}{drawing.t('public.registers.vouched_head')}" for field in vouched]
    lines.writerow([*(head for head, _ in registers.heads(one, one.open_fields)), *said])
    for row in found:
        cells = registers.cells(one, row, one.open_fields)
        by = [drawing.t(f"registers.vouched.{field.vouched}") if field.id in row.values else "" for field in vouched]
        lines.writerow([_cell(cell) for cell in (*cells, *by)])
    answer: Response = current_app.response_class(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={one.register.id}.csv"
    return answer


@page(blueprint, "/public/registers/<authority>/<register>/<path:number>", policy=shell.anyone)
def entry(authority: str, register: str, number: str) -> Any:
    one, found = numbered(g.tx, authority, register, number)
    return render_template(
        "registers/open_entry.html",
        book=one,
        entry=found,
        code=register_holders.public_code(g.tx, found),
        sheet=register_page.sheet(g.tx, one, found, one.open_fields),
        happened=[(row.kind, row.at) for row in reversed(register_book.events(g.tx, found.id))],
    )


@page(blueprint, "/public/verify", policy=shell.anyone)
def verify() -> Any:
    """Whether a number stands in a public register, and whether what it stands for holds today."""
    number, holder = request.args.get("number", "")[:200].strip(), request.args.get("holder", "")[:200].strip()
    answers = _answers(number, holder) if register_book.key_of(number) else []
    return render_template("registers/verify.html", number=number, holder=holder, answers=answers)


def _answers(number: str, holder: str) -> list[Answer]:
    """What is said of every public entry with a number, and its page."""
    today = clock.today()
    found = []
    for one in _books():
        row = register_find.by_number(g.tx, one, register_find.shown_to_all(today), number, one.open_fields, today)
        if row is None or (holder and not register_find.is_holder(g.tx, row, holder)):
            continue
        title = one.register.title.model_dump()
        status = registers.status_of(one.register, row.status)
        how = row.status if row.status in LIVE else "ended"
        said = Message(f"public.verify.{how}", {"number": row.number, "register": title, "status": status})
        found.append(Answer(said, one, row, register_page.sheet(g.tx, one, row, one.open_fields)))
    return found


def _books() -> list[Book]:
    return [one for one in register_find.books(g.tx, shell.house().ground) if one.register.public]


def opened(tx: Connection, authority: str, register: str) -> Book:
    """A register that everybody may read; answers 404 for every other."""
    found = register_find.book(tx, shell.house().ground, authority, register)
    if found is None or not found.register.public:
        abort(404)
    return found


def numbered(tx: Connection, authority: str, register: str, number: str) -> tuple[Book, Entry]:
    """An entry that everybody may read now, with its public values alone; answers 404 for every other."""
    one, today = opened(tx, authority, register), clock.today()
    found = register_find.by_number(tx, one, register_find.shown_to_all(today), number, one.open_fields, today)
    if found is None:
        abort(404)
    return one, found


def _plain(one: Book, row: Entry) -> dict[str, Any]:
    days = {name: getattr(row, name) for name in ("issued_on", "since", "valid_from", "valid_until")}
    return {
        "number": row.number,
        "holder": row.called,
        "status": row.status,
        "prefecture": dict(row.prefecture),
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "values": {name: _value(one, row, name) for name in row.values},
    }


def _value(one: Book, row: Entry, name: str) -> dict[str, Any]:
    """A value without the row of its file, which is the house's own; the file itself is had at ``url``."""
    said = {key: found for key, found in row.values[name].items() if key != register_values.FILE}
    if register_page.file_of(row, name) is None:
        return said
    where = url_for(
        "register_papers.open_file", authority=one.authority, register=one.register.id, number=row.number, field=name
    )
    return {**said, "url": where}


def _cell(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return sheets.safe(str(cell)) if cell is not None else ""
