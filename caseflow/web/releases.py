"""Factor releases for officers of the authority: what is published, giving one in row by row, publishing what another gave in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import standing
from caseflow.footprint.factors import read_release
from caseflow.footprint.release_table import Table
from caseflow.footprint.shelf import Shelf
from caseflow.office import release_worklist, releases
from caseflow.people.rights import Actor
from caseflow.studies import store
from caseflow.web import shell
from caseflow.web.act_form import casework
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("releases", __name__, url_prefix="/releases")

MOST_SHOWN = 500
"""Rows of a report or factors of a release on one page."""
_HEAD = ("id", "title_zh", "title_en", "authority", "document", "url", "published", "supersedes")
_COMMON = ("region", "year", "source")


def in_the_authority(actor: Actor | None, **_arguments: Any) -> bool:
    """Works on cases in the authority's own office."""
    return casework(actor) and actor is not None and actor.organisation_kind == "authority"


def holds_cases(actor: Actor | None, **arguments: Any) -> bool:
    """Also holds a state or signs in some workflow there: supervisors read only."""
    if actor is None or not in_the_authority(actor, **arguments):
        return False
    every = (loaded.definition for loaded in shell.house().ground.all_current(g.tx))
    return any(role.sees == "own_authority" for one in every for role in standing.working(one, actor))


@page(blueprint, "", policy=in_the_authority)
def overview() -> Any:
    """What is published, what waits for a second officer, and the runs."""
    shelf = _shelf(g.tx)
    return render_template(
        "office/releases.html",
        releases=sorted(shelf.factors.releases, key=lambda one: (one.published or date.min, one.id), reverse=True),
        proposals=releases.proposals(g.tx, g.actor.authority_id),
        runs=release_worklist.runs(g.tx, g.actor.authority_id),
        may_give=holds_cases(g.actor),
    )


@page(blueprint, "/<name>", policy=in_the_authority)
def show(name: str) -> Any:
    """A release with its document, its factors, and what it changes against the one before."""
    shelf = _shelf(g.tx)
    found = shelf.factors.release(name)
    if found is None:
        abort(404)
    return render_template(
        "office/release.html",
        compared=releases.compared(shelf, found),
        run=next((one for one in release_worklist.runs(g.tx, g.actor.authority_id) if one["release"] == name), None),
        may_give=holds_cases(g.actor),
        most=MOST_SHOWN,
    )


@page(blueprint, "/new", policy=holds_cases)
def form() -> Any:
    known = sorted({one.authority for one in _shelf(g.tx).factors.releases})
    return render_template("office/release_new.html", authorities=known, suffixes=_suffixes())


@page(blueprint, "/new", policy=holds_cases, methods=("POST",), redraw=form, own_transactions=True)
def give_in() -> Any:
    """Read a file row by row; a sound one waits for another officer, of any other the report is shown."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Refused(Message("bulk.no_sheet", {"input": "file"}))
    with shell.reading() as tx:
        shelf = store.stored_shelf(tx)
    table = _read(upload, shelf)
    if table.release is None:
        with shell.reading() as tx:
            g.tx = tx
            drawn = render_template("office/release_report.html", table=table, most=MOST_SHOWN)
        g.tx = None
        return drawn, 422
    with shell.writing() as tx:
        number = releases.propose(tx, g.actor.authority_id, table.release, g.actor.person_id)
    return shell.done(url_for("releases.proposal", number=number), "release_given")


@page(blueprint, "/proposals/<int:number>", policy=in_the_authority)
def proposal(number: int) -> Any:
    """What was given in, factor by factor beside the release before."""
    row = _proposal(number)
    return render_template(
        "office/release_proposal.html",
        row=row,
        compared=releases.compared(_shelf(g.tx), read_release(row["body"])),
        may_give=holds_cases(g.actor),
        own=row["proposed_by"] == g.actor.person_id,
        most=MOST_SHOWN,
    )


@page(
    blueprint,
    "/proposals/<int:number>/publish",
    policy=holds_cases,
    methods=("POST",),
    redraw=proposal,
)
def publish(number: int) -> Any:
    _proposal(number)
    name = releases.publish(g.tx, g.actor.authority_id, number, g.actor.person_id)
    return shell.done(url_for("releases.show", name=name), "release_published")


@page(
    blueprint,
    "/proposals/<int:number>/withdraw",
    policy=holds_cases,
    methods=("POST",),
    redraw=proposal,
)
def withdraw(number: int) -> Any:
    _proposal(number)
    releases.withdraw(g.tx, g.actor.authority_id, number, g.actor.person_id)
    return shell.done(url_for("releases.overview"), "release_withdrawn")


def _proposal(number: int) -> RowMapping:
    row = releases.proposal(g.tx, g.actor.authority_id, number)
    if row is None:
        abort(404)
    return row


def _read(upload: Any, shelf: Shelf) -> Table:
    """The file as a release; nothing of it stays on the disk."""
    work = shell.house().settings.home / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    suffix = Path(str(upload.filename)).suffix.lower()
    if suffix not in _suffixes():
        raise Refused(Message("file.suffix", {"allowed": _suffixes(), "input": "file"}))
    with TemporaryDirectory(dir=work) as folder:
        path = Path(folder) / f"release{suffix}"
        with path.open("wb") as out:
            out.write(upload.stream.read(releases.LARGEST + 1))
        return releases.read(path, suffix, _head(), shelf)


def _head() -> dict[str, Any]:
    """What stands once for all rows, as typed; what is missing is told with the rows."""
    typed = {name: request.form.get(name, "").strip() for name in (*_HEAD, *_COMMON)}
    zh, en = typed.pop("title_zh"), typed.pop("title_en")
    common: dict[str, Any] = {name: text for name in _COMMON if (text := typed.pop(name))}
    if str(common.get("year", "")).isdecimal():
        common["year"] = int(common["year"])
    head: dict[str, Any] = {name: text for name, text in typed.items() if text}
    if "supersedes" in head:
        head["supersedes"] = head["supersedes"].replace("，", ",").replace(",", " ").split()
    return {**head, "title": {"zh": zh, "en": en or zh}, "common": {"evidence": "read", **common}}


def _suffixes() -> tuple[str, ...]:
    """JSON is read by rules of its own; YAML is for the command line."""
    return (*releases.TABLES, ".json")


def _shelf(tx: Connection) -> Shelf:
    return store.stored_shelf(tx)
