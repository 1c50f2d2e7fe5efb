"""The page of one organisation: its cases, its entries in registers and the letters served on it, in time order.

Offices open those of which they may know something, everybody else the own one; the public reads public entries alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, g, render_template, request, send_file, url_for

from caseflow import clock
from caseflow.cases import organisation_record, register_holders
from caseflow.cases.organisation_record import Known
from caseflow.cases.register_holders import Held
from caseflow.cases.view import state_name
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.records import reading, sheets
from caseflow.web import clocks, desk, drawing, registers, shell
from caseflow.web.act_form import casework
from caseflow.web.shell import page
from caseflow.workflow.identifiers import normalise_credit_code
from caseflow.workflow.registers import LIVE

blueprint = Blueprint("organisation_page", __name__)

SIZE = 50
WHAT = ("case", "entry", "letter")
"""What a line tells of: a filter."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, as the page and the sheet show it."""

    on: date
    what: str
    done: str
    title: str
    number: str
    status: str
    link: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One register with the entries that the organisation has in it."""

    title: str
    live: tuple[tuple[Held, str], ...]
    """Those that hold, each with the address of its page."""
    ended: int


@dataclass(frozen=True, slots=True)
class Open:
    """A case that is not over."""

    row: Any
    workflow: str
    state: str
    due: clocks.Due | None


def reads_organisations(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works on cases in an office or in a body outside; of whom there is something to read, each page says."""
    return casework(actor) and actor is not None and actor.organisation_kind in (*OFFICES, "body")


def reads_organisation(actor: Actor | None, *, organisation_id: int, **_arguments: Any) -> bool:
    """The same, and everybody the own organisation."""
    return reads_organisations(actor) or (actor is not None and actor.organisation_id == organisation_id)


@page(blueprint, "/organisations", policy=reads_organisations)
def search() -> Any:
    """Organisations by name or credit code, of those of which the reader may know something."""
    text, at = request.args.get("q", "")[:100], registers.at_page()
    rows, count = organisation_record.found(
        g.tx, shell.house().ground, g.actor, text, clock.today(), limit=SIZE, offset=SIZE * (at - 1)
    )
    return render_template(
        "organisations/search.html",
        rows=rows,
        count=count,
        text=text,
        asked=len(text.strip()) >= organisation_record.LEAST_WORDS,
        at=at,
        size=SIZE,
    )


@page(blueprint, "/organisations/<int:organisation_id>", policy=reads_organisation)
def show(organisation_id: int) -> Any:
    known = _known(organisation_id)
    lines = _narrowed(list(_lines(known)))
    at = registers.at_page()
    if not _own(known):
        person_id = g.actor.person_id
        shell.after(lambda tx: reading.log(tx, person_id, None, f"organisation:{organisation_id}"))
    return render_template(
        "organisations/organisation.html",
        known=known,
        standings=_standings(known),
        open_cases=_open(known),
        status_of=registers.status_of,
        lines=lines[SIZE * (at - 1) : SIZE * at],
        count=len(lines),
        whole=organisation_record.MOST,
        cut=max(len(known.cases), len(known.entries)) >= organisation_record.MOST,
        years=_years(known),
        all_what=WHAT,
        what=request.args.get("what", ""),
        year=request.args.get("year", type=int),
        at=at,
        size=SIZE,
    )


@page(blueprint, "/organisations/<int:organisation_id>.xlsx", policy=reads_organisation)
def export(organisation_id: int) -> Any:
    """The same lines under the same filters as Excel; taking them away is logged."""
    known = _known(organisation_id)
    lines = _narrowed(list(_lines(known)))
    heads = [
        (drawing.t(f"organisation_page.{name}"), width)
        for name, width in (("on", 14), ("kind", 12), ("done", 16), ("title", 40), ("number", 24), ("status", 18))
    ]
    rows = [
        [one.on, drawing.t(f"organisation_page.what.{one.what}"), one.done, one.title, one.number, one.status]
        for one in lines
    ]
    made = drawing.t("desk.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    title = known.organisation["name_zh"]
    content = sheets.write_table(title, heads, rows, header_lines=[made])
    person_id, what = g.actor.person_id, f"export:organisation:{organisation_id}:{len(rows)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


@page(blueprint, "/public/organisations/<code>", policy=shell.anyone)
def open_to_all(code: str) -> Any:
    """What public registers say of an organisation, where they say whose the entries are."""
    known = organisation_record.open_to_all(g.tx, shell.house().ground, normalise_credit_code(code), clock.today())
    if known is None:
        abort(404)
    lines, at = _narrowed(list(_lines(known))), registers.at_page()
    return render_template(
        "organisations/open_organisation.html",
        known=known,
        name=_public_name(known),
        standings=_standings(known),
        status_of=registers.status_of,
        lines=lines[SIZE * (at - 1) : SIZE * at],
        count=len(lines),
        years=_years(known),
        year=request.args.get("year", type=int),
        at=at,
        size=SIZE,
    )


def _known(organisation_id: int) -> Known:
    found = organisation_record.known(g.tx, shell.house().ground, g.actor, organisation_id, clock.today())
    if found is None:
        abort(404)
    return found


def _public_name(known: Known) -> str:
    """The registered name where an entry shows it, else the credit code."""
    name = str(known.organisation["name_zh"])
    shown = any(register_holders.says_whose(one.entry, {"name_zh": name}) for one in known.entries)
    return name if shown else str(known.organisation["credit_code"])


def _own(known: Known) -> bool:
    return bool(g.actor.organisation_id == known.organisation["id"])


def _lines(known: Known) -> Iterator[Line]:
    """Everything that happened, newest first."""
    lines = [*_of_cases(known), *_of_entries(known.entries), *_of_letters(known)]
    yield from sorted(lines, key=lambda one: (one.on, WHAT.index(one.what), one.number), reverse=True)


def _of_cases(known: Known) -> Iterator[Line]:
    for row in known.cases:
        definition = shell.house().ground.definition(g.tx, row["definition_id"]).definition
        link, number = url_for("case.show", case_id=row["id"]), row["number"] or ""
        title, state = f"{drawing.named(definition.title)} · {row['title']}", _state(known, row)
        yield Line(clock.local_date(row["opened_at"]), "case", _done("opened"), title, number, state, link)
        if row["final"]:
            yield Line(clock.local_date(row["moved_at"]), "case", _done("ended"), title, number, state, link)


def _of_entries(entries: Iterable[Held]) -> Iterator[Line]:
    for one in entries:
        title = drawing.named(one.reading.book.register.title)
        title = f"{title} · {one.entry.called}" if one.entry.called else title
        status = registers.status_of(one.reading.book.register, one.entry.status)
        for kind, at in one.events:
            done = drawing.t(f"registers.kind.{kind}")
            yield Line(clock.local_date(at), "entry", done, title, one.entry.number, status, _page_of(one))


def _of_letters(known: Known) -> Iterator[Line]:
    for one in known.served:
        link = url_for("papers.letter", case_id=one.case_id, letter_id=one.letter_id, kind="pdf")
        way = drawing.t(f"service.way.{one.way}")
        yield Line(one.on, "letter", _done("served"), drawing.named(one.title), one.number, way, link)


def _done(name: str) -> str:
    return drawing.t(f"organisation_page.done.{name}")


def _page_of(one: Held) -> str:
    book = one.reading.book
    if one.reading.inside:
        return url_for("registers.entry", authority=book.authority, register=book.register.id, entry_id=one.entry.id)
    number = one.entry.number
    return url_for("open_registers.entry", authority=book.authority, register=book.register.id, number=number)


def _state(known: Known, row: Any) -> str:
    """Where a case stands, as lists call it; to the organisation itself by its public name."""
    definition = shell.house().ground.definition(g.tx, row["definition_id"]).definition
    if row["state"] not in definition.states:
        return str(row["state"])
    if not _own(known):
        return drawing.named(desk.state_of(g.actor, definition, row["state"]))
    place = definition.states[row["state"]]
    return (
        drawing.named(place.public)
        if place.public
        else drawing.named(state_name(definition, row["state"], is_office=False))
    )


def _standings(known: Known) -> list[Standing]:
    """The registers in which the organisation stands or stood, by their names."""
    by: dict[tuple[str, str], list[Held]] = {}
    for one in known.entries:
        by.setdefault((one.reading.book.authority, one.reading.book.register.id), []).append(one)
    made = []
    for entries in by.values():
        live = tuple((one, _page_of(one)) for one in entries if one.entry.status in LIVE)
        title = drawing.named(entries[0].reading.book.register.title)
        made.append(Standing(title, live, len(entries) - len(live)))
    return sorted(made, key=lambda one: (not one.live, one.title))


def _open(known: Known) -> list[Open]:
    rows = [row for row in known.cases if not row["final"]]
    dues = clocks.of_rows(g.tx, shell.house().ground, rows) if rows and not _own(known) else {}
    made = []
    for row in rows:
        definition = shell.house().ground.definition(g.tx, row["definition_id"]).definition
        made.append(Open(row, drawing.named(definition.title), _state(known, row), dues.get(row["id"])))
    return made


def _narrowed(lines: Sequence[Line]) -> list[Line]:
    """The lines that the address asks for."""
    what, year = request.args.get("what", ""), request.args.get("year", type=int)
    return [one for one in lines if what in ("", one.what) and year in (None, one.on.year)]


def _years(known: Known) -> list[int]:
    return sorted({one.on.year for one in _lines(known)}, reverse=True)
