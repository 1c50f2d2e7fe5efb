"""Registers for everybody: lists, entries, data, and whether a number is genuine and holds.

Only what a register makes public is ever asked of the database here: no internal value reaches a page, a file, a
search, a count or an order.
"""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

from flask import Blueprint, abort, current_app, g, jsonify, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import register_book, register_find
from caseflow.cases.register_find import Book, Entry, Wanted
from caseflow.people import organisations, throttle
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
MOST_ROWS = 20_000
MENU = (MenuItem("public.menu.registers", "open_registers.index", not_official),)


@page(blueprint, "/public/registers", policy=shell.anyone)
def index() -> Any:
    today = clock.today()
    scope = register_find.shown_to_all(today)
    shown = [(one, register_find.count(g.tx, one, scope, Wanted(), one.open_fields, today)) for one in _books()]
    return render_template("registers/open_index.html", shown=shown)


@page(blueprint, "/public/registers/<authority>/<register>", policy=shell.anyone)
def listed(authority: str, register: str) -> Any:
    one, today, wanted = _opened(g.tx, authority, register), clock.today(), registers.asked()
    scope = register_find.shown_to_all(today)
    bureaus = organisations.bureaus(g.tx, one.authority_id)
    return render_template(
        "registers/open_list.html",
        book=one,
        rows=register_find.listed(
            g.tx, one, scope, wanted, one.open_fields, today, limit=SIZE, offset=SIZE * (registers.at_page() - 1)
        ),
        count=register_find.count(g.tx, one, scope, wanted, one.open_fields, today),
        fields=[field for field in one.register.fields.values() if field.public],
        statuses=registers.statuses(one.register),
        years=register_find.years(g.tx, one, scope),
        bureaus=[(row["id"], drawing.named({"zh": row["name_zh"], "en": row["name_en"]})) for row in bureaus],
        orders=register_find.ORDERS,
        wanted=wanted,
        at=registers.at_page(),
        size=SIZE,
    )


@page(blueprint, "/public/registers/<authority>/<register>.json", policy=shell.anyone)
def data(authority: str, register: str) -> Any:
    """The public part as JSON, a hundred entries at a time, under the filters of the list."""
    one, today, wanted, at = _opened(g.tx, authority, register), clock.today(), registers.asked(), registers.at_page()
    scope = register_find.shown_to_all(today)
    found = register_find.listed(
        g.tx, one, scope, wanted, one.open_fields, today, limit=MOST_DATA, offset=MOST_DATA * (at - 1)
    )
    total = register_find.count(g.tx, one, scope, wanted, one.open_fields, today)
    return jsonify(
        register={
            "authority": one.authority,
            "id": one.register.id,
            "title": one.register.title.model_dump(),
            "basis": one.register.basis,
        },
        fields=[{"id": name, "title": one.register.fields[name].title.model_dump()} for name in one.open_fields],
        page=at,
        page_size=MOST_DATA,
        total=total,
        entries=[_plain(row) for row in found],
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
        one, scope = _opened(tx, authority, register), register_find.shown_to_all(today)
        found = register_find.listed(tx, one, scope, registers.asked(), one.open_fields, today, limit=MOST_ROWS)
    out = StringIO()
    out.write("\ufeff")
    lines = csv.writer(out)
    lines.writerow([head for head, _ in registers.heads(one.register, one.open_fields)])
    for row in found:
        cells = registers.cells(one.register, row, one.open_fields)
        lines.writerow([_cell(cell) for cell in cells])
    answer: Response = current_app.response_class(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={one.register.id}.csv"
    return answer


@page(blueprint, "/public/registers/<authority>/<register>/<path:number>", policy=shell.anyone)
def entry(authority: str, register: str, number: str) -> Any:
    one, today = _opened(g.tx, authority, register), clock.today()
    scope = register_find.shown_to_all(today)
    found = register_find.by_number(g.tx, one, scope, number, one.open_fields, today)
    if found is None:
        abort(404)
    happened = [
        (row.kind, row.at, registers.status_of(one.register, row.body["status"]))
        for row in reversed(register_book.events(g.tx, found.id))
    ]
    return render_template(
        "registers/open_entry.html",
        book=one,
        entry=found,
        status=registers.status_of(one.register, found.status),
        first=happened[-1][2],
        fields=[field for field in one.register.fields.values() if field.public],
        happened=happened,
    )


@page(blueprint, "/public/verify", policy=shell.anyone)
def verify() -> Any:
    """Whether a number stands in a public register, and whether what it stands for holds today."""
    number, holder = request.args.get("number", "")[:200].strip(), request.args.get("holder", "")[:200].strip()
    answers = _answers(number, holder) if register_book.key_of(number) else []
    return render_template("registers/verify.html", number=number, holder=holder, answers=answers)


def _answers(number: str, holder: str) -> list[tuple[Message, str]]:
    """What is said of every public entry with a number, and the address of its page."""
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
        where = url_for("open_registers.entry", authority=one.authority, register=one.register.id, number=row.number)
        found.append((said, where))
    return found or [(Message("public.verify.not_found"), "")]


def _books() -> list[Book]:
    return [one for one in register_find.books(g.tx, shell.house().ground) if one.register.public]


def _opened(tx: Connection, authority: str, register: str) -> Book:
    found = register_find.book(tx, shell.house().ground, authority, register)
    if found is None or not found.register.public:
        abort(404)
    return found


def _plain(row: Entry) -> dict[str, Any]:
    days = {name: getattr(row, name) for name in ("issued_on", "since", "valid_from", "valid_until")}
    return {
        "number": row.number,
        "holder": row.called,
        "status": row.status,
        "prefecture": dict(row.prefecture),
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "values": {name: dict(value) for name, value in row.values.items()},
    }


def _cell(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return sheets.safe(str(cell)) if cell is not None else ""
