"""The desk of an office that supervises: clocks about to run out, what stands in public, counts, and who comes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, g, render_template, request, send_file

from caseflow import clock
from caseflow.cases import deadlines, register_holders
from caseflow.office import register_counts, regulation
from caseflow.office.register_counts import Counts, Repeated, Tally
from caseflow.office.regulation import Published
from caseflow.records import reading, sheets
from caseflow.web import clocks, desk, drawing, registers, shell
from caseflow.web.shell import MenuItem, page
from caseflow.words import render
from caseflow.workflow import running
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition

blueprint = Blueprint("regulation", __name__)

SIZE = 50
MOST_EXPORTED = 5_000
PARTS = ("clocks", "publication", "statistics", "repeated")
YEARS_BACK = (1, 2, 3, 5)
"""How close together, in years, several entries of one holder lie, in place of what each register says."""

MENU = (MenuItem("regulation.menu", "regulation.show", registers.reads_registers),)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case."""

    row: Any
    definition: Definition
    title: str
    basis: str
    state: str
    due: clocks.Due


@dataclass(frozen=True, slots=True)
class Shown:
    """One public entry with how long it is still shown, and who may stop it."""

    one: Published
    left: int | None
    """Days, today not counted."""
    stops: tuple[str, ...]
    basis: str
    """The rule under which it is public."""
    case: bool
    """Whether the reader may open its case."""


@page(blueprint, "/regulation", policy=registers.reads_registers)
def show() -> Any:
    part, at = _part(), registers.at_page()
    more: dict[str, Any] = {}
    if part == "clocks":
        rows, count = regulation.clocks(
            g.tx, shell.house().ground, g.actor, clock.today(), limit=SIZE, offset=SIZE * (at - 1)
        )
        more = {"clocks": [_clock(row) for row in rows], "count": count}
    elif part == "publication":
        known = register_holders.readings(g.tx, shell.house().ground, g.actor, clock.today())
        found, count = regulation.published(g.tx, known, clock.today(), limit=SIZE, offset=SIZE * (at - 1))
        more = {"published": _shown(found), "count": count}
    else:
        tallies, years, cut = _tallies()
        more = {"tallies": tallies, "years": years, "cut": cut}
    return render_template(
        "regulation/regulation.html",
        part=part,
        parts=PARTS,
        status_of=registers.status_of,
        year=_year(),
        within=_within(),
        all_within=YEARS_BACK,
        small=register_counts.SMALL,
        most=register_counts.MOST,
        at=at,
        size=SIZE,
        **more,
    )


@page(blueprint, "/regulation/<part>.xlsx", policy=registers.reads_registers)
def export(part: str) -> Any:
    """One part of the page as Excel, under its filters; taking it away is logged."""
    if part not in PARTS:
        abort(404)
    heads, rows = _sheet(part)
    title = drawing.t(f"regulation.part.{part}")
    made = drawing.t("desk.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    content = sheets.write_table(title, [(drawing.t(key), width) for key, width in heads], rows, header_lines=[made])
    person_id, what = g.actor.person_id, f"export:regulation:{part}:{len(rows)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


def _part() -> str:
    asked = request.args.get("part", "")
    return asked if asked in PARTS else PARTS[0]


def _year() -> int | None:
    return request.args.get("year", type=int)


def _within() -> int | None:
    asked = request.args.get("within", type=int)
    return asked if asked in YEARS_BACK else None


def _clock(row: Any) -> Clock:
    ground = shell.house().ground
    definition = ground.definition(g.tx, row["definition_id"]).definition
    rule = running.clocks(definition).get(row["clock"])
    due = clocks.due(ground, definition, row["clock_due"])
    if row["clock_status"] == "paused" or due is None:
        due = clocks.Due("paused", row["clock_due"])
    elif deadlines.is_over(definition, {"clock": row["clock"], "due_on": row["clock_due"]}):
        due = clocks.Due("over", row["clock_due"])
    return Clock(
        row,
        definition,
        drawing.named(rule.title) if rule is not None else row["clock"],
        rule.clock.basis if rule is not None else "",
        drawing.named(desk.state_of(g.actor, definition, row["state"])),
        due,
    )


def _shown(found: Sequence[Published]) -> list[Shown]:
    today, stops = clock.today(), dict[tuple[str, str], tuple[str, ...]]()
    known = regulation.known_cases(g.tx, shell.house().ground, g.actor, [one.entry.case_id for one in found])
    made = []
    for one in found:
        book = one.reading.book
        key = (book.authority, book.register.id)
        if key not in stops:
            stops[key] = tuple(drawing.named(title) for title in regulation.may_stop(book))
        left = (one.until - today).days if one.until is not None else None
        basis = drawing.named(one.under) if one.under is not None else book.register.basis
        made.append(Shown(one, left, stops[key], basis, one.entry.case_id in known))
    return made


def _tallies() -> tuple[list[Tally], list[int], bool]:
    known = register_holders.readings(g.tx, shell.house().ground, g.actor, clock.today())
    years = _within()
    within = f"{years} years" if years is not None else None
    return register_counts.tallies(g.tx, g.actor, known, year=_year(), within=within)


def _sheet(part: str) -> tuple[list[tuple[str, int]], list[list[Any]]]:
    """Heads (key of the word, width) and rows of one part."""
    if part == "clocks":
        found, _ = regulation.clocks(g.tx, shell.house().ground, g.actor, clock.today(), limit=MOST_EXPORTED)
        return (
            [("desk.column.number", 18), ("desk.column.title", 30), ("desk.column.workflow", 22), ("regulation.clock", 24),
             ("desk.column.state", 18), ("desk.column.due_on", 14), ("regulation.left", 12), ("registers.basis", 30)],
            [_clock_cells(_clock(row)) for row in found],
        )  # fmt: skip
    if part == "publication":
        known = register_holders.readings(g.tx, shell.house().ground, g.actor, clock.today())
        public, _ = regulation.published(g.tx, known, clock.today(), limit=MOST_EXPORTED)
        return (
            [("registers.number", 22), ("regulation.register", 24), ("registers.called", 30), ("registers.status", 14),
             ("registers.valid_from", 14), ("regulation.until", 14), ("regulation.days_left", 12), ("registers.basis", 30),
             ("regulation.stops", 30)],
            [_public_cells(one) for one in _shown(public)],
        )  # fmt: skip
    tallies, _, _ = _tallies()
    if part == "statistics":
        heads = [("regulation.register", 24), ("regulation.by", 18), ("regulation.value", 30), ("regulation.n", 12)]
        return heads, [
            [drawing.named(tally.reading.book.register.title), title_of(counts), name_of(cell), number_of(cell.n)]
            for tally in tallies
            for counts in tally.counts
            for cell in counts.cells
        ]
    heads = [("regulation.register", 24), ("registers.called", 36), ("regulation.value", 30), ("regulation.n", 12),
             ("regulation.last", 14), ("regulation.within", 14)]  # fmt: skip
    return heads, [
        [
            drawing.named(tally.reading.book.register.title),
            one.called,
            name_of_same(one),
            one.n,
            one.last,
            again_of(tally),
        ]
        for tally in tallies
        for one in tally.repeated
    ]


def _clock_cells(one: Clock) -> list[Any]:
    row, left = one.row, one.due.left if one.due.left is not None else drawing.t(f"shell.deadline.{one.due.mark}")
    workflow = drawing.named(one.definition.title)
    return [row["number"] or "", row["title"], workflow, one.title, one.state, row["clock_due"], left, one.basis]


def _public_cells(shown: Shown) -> list[Any]:
    entry, register = shown.one.entry, shown.one.reading.book.register
    status, until = registers.status_of(register, entry.status), shown.one.until
    days: list[date | int | None] = [entry.valid_from, until, shown.left]
    own = [entry.number, drawing.named(register.title), entry.called, status]
    return [*own, *days, shown.basis, "、".join(shown.stops)]


def title_of(counts: Counts) -> str:
    """By what is counted."""
    return drawing.named(counts.title) if counts.title is not None else drawing.t("registers.prefecture")


def name_of(cell: register_counts.Cell) -> str:
    """What the entries of a cell say."""
    return drawing.named(cell.name) if cell.name is not None else drawing.t("regulation.unsaid")


def number_of(n: int | None) -> Any:
    """A number, or that it is not told."""
    return drawing.t("regulation.small", n=register_counts.SMALL) if n is None else n


def name_of_same(one: Repeated) -> str:
    """What the entries of a holder agree in."""
    return drawing.named(one.same) if one.same is not None else ""


def again_of(tally: Tally) -> str:
    """What counts as coming again, in words."""
    register = tally.reading.book.register
    within = render(workdays.Limit.parse(tally.within).message(), g.language)
    same = register.again.same if register.again is not None else None
    if same is None or same not in tally.reading.names:
        return drawing.t("regulation.again_any", within=within)
    return drawing.t("regulation.again_same", within=within, value=drawing.named(register.fields[same].title))


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"counts_title": title_of, "cell_name": name_of, "cell_number": number_of, "again_of": again_of}
