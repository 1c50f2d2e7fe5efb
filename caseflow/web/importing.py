"""Cases decided before the system existed, from a filled sheet: template, preview cell by cell, import. For the authority alone."""

from __future__ import annotations

import secrets
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import Blueprint, abort, g, render_template, request, send_file
from sqlalchemy.engine import Connection, Row, RowMapping

from caseflow.cases.ground import Loaded
from caseflow.office import import_sheet, importing, rounds
from caseflow.people.rights import Actor
from caseflow.records import files
from caseflow.web import desk, drawing, posted, shell
from caseflow.web.act_form import casework
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("importing", __name__)

LARGEST = 10 * 1024 * 1024
FIELD = "import"
"""Under which a sheet is kept between preview and import."""


def imports(actor: Actor | None, **_arguments: Any) -> bool:
    """Holds a role that reaches the whole authority in a workflow that takes earlier cases in."""
    return casework(actor) and actor is not None and bool(_importable(actor))


@page(blueprint, "/import", policy=imports)
def form() -> Any:
    """The workflows, each with its template and the way to give a filled sheet in."""
    return render_template("office/import.html", offered=_offered(), chosen=request.values.get("workflow", ""))


@page(blueprint, "/import/<workflow>.xlsx", policy=imports)
def template(workflow: str) -> Any:
    """The empty sheet."""
    loaded = _loaded(workflow)
    content = import_sheet.template(shell.house().ground, loaded.definition, g.language)
    name = f"{drawing.t('importing.template')} {drawing.named(loaded.definition.title)}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


@page(blueprint, "/import", methods=("POST",), policy=imports, redraw=form, own_transactions=True)
def preview() -> Any:
    """What a filled sheet would bring, row by row. Nothing of it stays; the sheet is kept for the import."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        raise Refused(Message("bulk.no_sheet", {"input": "sheet"}))
    received = files.receive(
        cast(BinaryIO, upload.stream),
        name=upload.filename,
        limit_bytes=LARGEST,
        root=shell.house().settings.files,
        kinds=("xlsx",),
    )
    with shell.writing() as tx:
        number = files.record(
            tx, received, uploaded_by=g.actor.person_id, organisation_id=g.actor.organisation_id, field=FIELD
        )
    return _drawn(request.form.get("workflow", ""), number, received.path, request.form.get("round", type=int))


@page(blueprint, "/import/run", methods=("POST",), policy=imports, own_transactions=True)
def run() -> Any:
    """The import itself: every row that is not there yet, or none."""
    key, workflow = posted.request_key(), request.form.get("workflow", "")
    round_id, ground = request.form.get("round", type=int), shell.house().ground
    with shell.reading() as tx:
        g.tx = tx
        loaded, row = _loaded(workflow), _kept(tx, request.form.get("sheet", 0, type=int))
        round_id = _round(workflow, round_id)
    g.tx = None
    came = import_sheet.read(ground, loaded.definition, files.place(shell.house().settings.files, row.sha256))
    with shell.writing() as tx:
        lines = importing.run(tx, ground, g.actor, workflow, came, round_id=round_id, request_key=f"import/{key}")
    with shell.reading() as tx:
        g.tx = tx
        drawn = render_template("office/imported.html", lines=lines, definition=loaded.definition)
    g.tx = None
    return drawn


def _drawn(workflow: str, number: int, path: Path, round_id: int | None) -> Any:
    """The preview of a sheet."""
    ground = shell.house().ground
    with shell.reading() as tx:
        g.tx = tx
        loaded = _loaded(workflow)
        chosen = _round(workflow, round_id)
    g.tx = None
    came = import_sheet.read(ground, loaded.definition, path)
    with shell.writing() as tx:
        lines = importing.preview(tx, ground, g.actor, workflow, came, chosen)
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        drawn = render_template(
            "office/import_preview.html",
            lines=lines,
            definition=loaded.definition,
            sheet=number,
            round_id=chosen,
            counts={status: sum(one.status == status for one in lines) for status in ("new", "there", "error")},
            request_key=secrets.token_urlsafe(18),
        )
    g.tx = None
    return drawn


def _importable(actor: Actor) -> list[Loaded]:
    every = shell.house().ground.all_current(g.tx)
    return [loaded for loaded in every if importing.may_import(loaded.definition, actor)]


def _offered() -> list[tuple[Any, list[str], list[RowMapping]]]:
    """The definitions that take cases in, with the heads of their sheets and their rounds, closed ones too."""
    every = rounds.all_of(g.tx, g.actor.authority_id)
    return [
        (
            loaded.definition,
            [column.head for column in import_sheet.columns(loaded.definition, g.language)],
            [row for row in every if loaded.definition.workflow in row["workflows"]],
        )
        for loaded in _importable(g.actor)
    ]


def _loaded(workflow: str) -> Loaded:
    found = next((one for one in _importable(g.actor) if one.definition.workflow == workflow), None)
    if found is None:
        abort(404)
    return found


def _round(workflow: str, round_id: int | None) -> int | None:
    """The round to which the cases belong: one of the workflow's, or none."""
    row = rounds.find(g.tx, g.actor.authority_id, round_id) if round_id is not None else None
    return round_id if row is not None and workflow in row["workflows"] else None


def _kept(tx: Connection, number: int) -> Row[Any]:
    """The sheet that this person gave in for the preview."""
    row = files.find(tx, number)
    if row is None or row.field != FIELD or row.uploaded_by != g.actor.person_id or row.purged_at is not None:
        abort(404)
    return row
