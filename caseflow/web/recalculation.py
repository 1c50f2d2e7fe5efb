"""A new release over all filed studies: starting a run, its worklist, a change line by line, and the word on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, g, render_template, request, send_file, url_for

from caseflow.office import impact, recalculation, release_worklist
from caseflow.office.impact import Impact
from caseflow.office.release_worklist import LEVELS, MOST_EXPORTED, STATUSES, Narrowed
from caseflow.records import reading, sheets
from caseflow.studies import store
from caseflow.web import desk, drawing, registers, shell
from caseflow.web.footprint_live import figure
from caseflow.web.releases import holds_cases, in_the_authority
from caseflow.web.shell import page

blueprint = Blueprint("recalculation", __name__, url_prefix="/releases")

PAGE = 50


@page(blueprint, "/<name>/run", policy=holds_cases, methods=("POST",))
def start(name: str) -> Any:
    """Ask the worker for a run; one that is over begins anew with what was filed since."""
    number = recalculation.ask(g.tx, g.actor.authority_id, name, g.actor.person_id)
    return shell.done(url_for("recalculation.run", number=number), "run_started")


@page(blueprint, "/runs/<int:number>", policy=in_the_authority)
def run(number: int) -> Any:
    """How far a run has come, and what it has changed: what was decided on the old figure first."""
    found = release_worklist.run_of(g.tx, g.actor, number)
    narrowed, at = _narrowed(), max(request.args.get("page", 1, type=int), 1)
    ground = shell.house().ground
    rows, count = release_worklist.changes(g.tx, ground, g.actor, number, narrowed, limit=PAGE, offset=(at - 1) * PAGE)
    return render_template(
        "office/release_run.html",
        run=found,
        release=store.stored_shelf(g.tx).factors.release(found["release"]),
        rows=rows,
        states={row["id"]: _state(row) for row in rows},
        impacts=_impacts(rows),
        status_of=registers.status_of,
        figure=figure,
        narrowed=narrowed,
        levels=LEVELS,
        statuses=STATUSES,
        at=at,
        size=PAGE,
        count=count,
    )


@page(blueprint, "/runs/<int:number>.xlsx", policy=in_the_authority)
def export(number: int) -> Any:
    """The worklist as it is narrowed on the page, whole."""
    found = release_worklist.run_of(g.tx, g.actor, number)
    rows, _ = release_worklist.changes(g.tx, shell.house().ground, g.actor, number, _narrowed(), limit=MOST_EXPORTED)
    t = drawing.t
    columns = [
        (t("releases.column.number"), 18), (t("releases.column.unit"), 30), (t("releases.column.product"), 24),
        (t("releases.column.before"), 16), (t("releases.column.after"), 16), (t("releases.column.percent"), 10),
        (t("releases.column.level"), 16), (t("releases.decided"), 16), (t("impact.entries"), 30),
        (t("impact.outcomes"), 30), (t("releases.column.status"), 12), (t("releases.column.word"), 40),
        (t("releases.column.by"), 14),
    ]  # fmt: skip
    found_of = _impacts([row for row in rows if row["decided"]])
    lines = [
        [
            row["number"], row["title"], row["subject"], row["before"], row["after"], row["percent"],
            t(f"releases.level.{row['level']}"), t("releases.yes") if row["decided"] else "",
            *_told(found_of.get(row["id"], Impact())),
            t(f"releases.status.{row['status']}"), row["word"], row["done_name"],
        ]
        for row in rows
    ]  # fmt: skip
    title = t("releases.run_title", name=found["release"])
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"export:recalculation:{len(rows)}"))
    content = sheets.write_table(title, columns, lines)
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=f"{title}.xlsx")


@page(blueprint, "/changes/<int:number>", policy=in_the_authority)
def change(number: int) -> Any:
    """One study before and after, line by line."""
    ground = shell.house().ground
    row = release_worklist.find(g.tx, ground, g.actor, number)
    before, after = release_worklist.results(g.tx, row)
    run_row = release_worklist.run_of(g.tx, g.actor, row["run_id"])
    person_id, case_id = g.actor.person_id, row["case_id"]
    shell.after(lambda tx: reading.log(tx, person_id, case_id, "footprint"))
    return render_template(
        "office/release_change.html",
        row=row,
        run=run_row,
        state=_state(row),
        impact=_impacts([row])[row["id"]],
        status_of=registers.status_of,
        release=store.stored_shelf(g.tx).factors.release(run_row["release"]),
        figure=figure,
        before=before,
        after=after,
        lines=release_worklist.by_line(before, after),
        may_mark=holds_cases(g.actor) and row["status"] == "open",
        most=release_worklist.MOST_WORD,
    )


@page(blueprint, "/changes/<int:number>", policy=holds_cases, methods=("POST",), redraw=change)
def mark(number: int) -> Any:
    """Mark a change as looked at, with a word."""
    ground = shell.house().ground
    release_worklist.mark(g.tx, ground, g.actor, number, request.form.get("word", ""))
    row = release_worklist.find(g.tx, ground, g.actor, number)
    return shell.done(url_for("recalculation.run", number=row["run_id"]), "change_seen")


def _impacts(rows: Sequence[Mapping[str, Any]]) -> dict[int, Impact]:
    """By change what hangs on the figure of its case."""
    figures = [(row["case_id"], row["after"]) for row in rows]
    found = impact.of_figures(g.tx, shell.house().ground, g.actor, figures)
    return {row["id"]: one for row, one in zip(rows, found, strict=True)}


def _told(found: Impact) -> tuple[str, str]:
    """Entries and decisions as cells of an exported list."""
    t, named = drawing.t, drawing.named
    entries = [f"{named(one.register.title)} {one.number}" for one in found.entries]
    outcomes = [
        t("impact.outcome", title=named(one.title), before=named(one.before), after=named(one.after))
        if one.after is not None
        else t("impact.untold", title=named(one.title), before=named(one.before))
        for one in found.outcomes
    ]
    return "\n".join(entries), "\n".join(outcomes)


def _narrowed() -> Narrowed:
    level, status = request.args.get("level", ""), request.args.get("status", "")
    return Narrowed(
        level if level in LEVELS else "", status if status in STATUSES else "", request.args.get("decided") == "yes"
    )


def _state(row: Any) -> Any:
    """The name of the state in which a case stands, as this reader knows it."""
    definition = shell.house().ground.definition(g.tx, row["definition_id"]).definition
    return desk.state_of(g.actor, definition, row["state"])
