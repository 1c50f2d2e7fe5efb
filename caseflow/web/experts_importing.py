"""Experts from a filled sheet: template, preview cell by cell, import with the one-time passwords of new accounts."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, send_file
from sqlalchemy.engine import Connection, Row

from caseflow.office import expert_import, expert_sheet
from caseflow.office.expert_import import Line
from caseflow.people import passwords
from caseflow.records import files
from caseflow.records.models import file
from caseflow.web import desk, drawing, shell
from caseflow.web.account import address
from caseflow.web.experts import manages
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("experts_importing", __name__, url_prefix="/experts/import")

LARGEST = 5 * 1024 * 1024
FIELD = "import_experts"
"""Under which a sheet is kept between preview and import."""


@page(blueprint, "", policy=manages)
def form() -> Any:
    return render_template("experts/import.html")


@page(blueprint, "/template.xlsx", policy=manages)
def template() -> Any:
    """The empty sheet."""
    content = expert_sheet.template(shell.house().ground, g.language)
    name = f"{drawing.t('experts.import_template_title')}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


@page(blueprint, "", methods=("POST",), policy=manages, redraw=form, own_transactions=True)
def preview() -> Any:
    """What a filled sheet would bring, row by row. It is kept for the import; where none can follow it goes at once."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        raise Refused(Message("bulk.no_sheet", {"input": "sheet"}))
    house = shell.house()
    received = files.receive(
        cast(BinaryIO, upload.stream),
        name=upload.filename,
        limit_bytes=LARGEST,
        root=house.settings.files,
        kinds=("xlsx",),
    )
    with shell.writing() as tx:
        number = files.record(
            tx, received, uploaded_by=g.actor.person_id, organisation_id=g.actor.organisation_id, field=FIELD
        )
    try:
        came = expert_sheet.read(house.ground, received.path)
    except Refused:
        with shell.writing() as tx:
            files.purge(tx, number, "unreadable")
        raise
    with shell.writing() as tx:
        _forget(tx, but=number)
        lines = expert_import.preview(tx, house.ground, house.roles, g.actor.authority_id, came, by=g.actor.person_id)
        counts = {status: sum(one.status == status for one in lines) for status in ("new", "there", "error")}
        if counts["error"] or not counts["new"]:
            files.purge(tx, number, "nothing to take over")
    return _drawn("experts/import_preview.html", lines=lines, sheet=number, counts=counts)


@page(blueprint, "/run", methods=("POST",), policy=manages, redraw=form, own_transactions=True)
def run() -> Any:
    """The import itself: everybody who is not in the pool yet, or nobody. The sheet holds personal data and goes after."""
    house = shell.house()
    with shell.reading() as tx:
        row = _kept(tx, request.form.get("sheet", 0, type=int))
    came = expert_sheet.read(house.ground, files.place(Path(house.settings.files), row.sha256))
    once = [passwords.one_time() for _ in came]
    hashed = [(one, passwords.hashed(one)) for one in once]
    with shell.writing() as tx:
        if not files.purge(tx, row.id, "taken over"):
            abort(404)
        lines = expert_import.run(
            tx, house.ground, house.roles, g.actor.authority_id, came, hashed, by=g.actor.person_id, address=address()
        )
    return _drawn("experts/imported.html", lines=lines)


def _forget(tx: Connection, but: int) -> None:
    """Sheets that this person looked at earlier go: they hold identity numbers."""
    earlier = tx.scalars(
        sa.select(file.c.id).where(
            file.c.field == FIELD, file.c.uploaded_by == g.actor.person_id, file.c.purged_at.is_(None), file.c.id != but
        )
    )
    for number in earlier.all():
        files.purge(tx, number, "replaced")


def _drawn(name: str, *, lines: list[Line], **more: Any) -> Any:
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        drawn = render_template(name, lines=lines, **more)
    g.tx = None
    return drawn


def _kept(tx: Connection, number: int) -> Row[Any]:
    """The sheet that this person gave in for the preview."""
    row = files.find(tx, number)
    if row is None or row.field != FIELD or row.uploaded_by != g.actor.person_id or row.purged_at is not None:
        abort(404)
    return row
