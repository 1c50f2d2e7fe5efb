"""Files brought into the footprint of a case: looked at in a preview, then taken over as a whole or not at all."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection, Row
from werkzeug.datastructures import FileStorage

from caseflow import clock
from caseflow.cases.dossier import DraftChanged
from caseflow.records import files
from caseflow.records.brought import FIELD, KEPT
from caseflow.studies import store
from caseflow.web import footprint, footprint_form, footprint_intake, footprint_live, shell
from caseflow.web.footprint_files import JSON, LARGEST, present, show
from caseflow.web.footprint_intake import EVIDENCE, EXCHANGE, Brought
from caseflow.web.shell import page
from caseflow.web.uploads import CASE_LIMIT
from caseflow.words import Message, Refused

blueprint = Blueprint("footprint_bringing", __name__)

_ROOM_FOR_FORM = 64 * 1024
MOST_SHOWN = 300
"""Rows of a preview that are drawn; those that are wrong or change come first."""
DRAFT = "draft"


@blueprint.before_request
def _no_giants() -> None:
    """A request that is larger than any file taken here is not even read."""
    request.max_content_length = LARGEST + _ROOM_FOR_FORM


@page(
    blueprint, "/cases/<int:case_id>/footprint/files", methods=("POST",), policy=shell.signed_in,
    redraw=show, own_transactions=True,
)  # fmt: skip
def bring(case_id: int) -> Response:
    """Take a file in, to be looked at; nothing of it counts yet."""
    with shell.reading() as tx:
        g.tx = tx
        footprint.editable(case_id)
    g.tx = None
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Refused(Message("footprint_files_web.no_file", {"input": "file"}))
    received = _received(given)
    with shell.writing() as tx:
        for row in files.of_case(tx, case_id):
            if row.field == FIELD and row.uploaded_by == g.actor.person_id:
                files.purge(tx, row.id, "replaced")
        if files.total_size(tx, case_id=case_id) + received.size > CASE_LIMIT:
            raise Refused(Message("files_web.case_full", {"limit": CASE_LIMIT // 1024 // 1024}))
        number = files.record(
            tx, received, uploaded_by=g.actor.person_id, organisation_id=g.actor.organisation_id, case_id=case_id,
            field=FIELD,
        )  # fmt: skip
    return cast(Response, redirect(url_for("footprint_bringing.preview", case_id=case_id, file_id=number), 303))


def _show_again(case_id: int, file_id: int) -> Any:
    """The page of the files after a refusal that concerns one of them."""
    del file_id
    return show(case_id)


@page(blueprint, "/cases/<int:case_id>/footprint/files/<int:file_id>", policy=shell.signed_in, own_transactions=True)
def preview(case_id: int, file_id: int) -> Any:
    """What a file would bring, beside what stands; with its findings and both totals."""
    return _drawn(case_id, file_id)


@page(
    blueprint, "/cases/<int:case_id>/footprint/files/<int:file_id>", methods=("POST",), policy=shell.signed_in,
    redraw=_show_again, own_transactions=True,
)  # fmt: skip
def take_over(case_id: int, file_id: int) -> Any:
    """Make what the file brings the draft, or the declared study, of the case; all of it or nothing."""
    brought = _read(case_id, file_id)
    if brought.study is None:
        return _drawn(case_id, file_id, 422)
    with shell.writing() as tx:
        g.tx = tx
        view = footprint.editable(case_id)
        _kept(tx, case_id, file_id)
        version, _, saved = footprint.typed(view)
        seen = (request.form.get("version"), request.form.get("revision"))
        if (str(version), str(saved.revision if saved else 0)) != seen:
            raise Refused(Message("footprint_files_web.moved"))
        try:
            # The draft always: it holds what the page cannot show too, and somebody else's typing is not written over.
            footprint.keep(view, footprint_form.pairs_of(brought.study), version, by_button=False)
        except DraftChanged:
            raise Refused(Message("footprint_files_web.moved")) from None
        if request.form.get("go") != DRAFT:
            footprint.declare(view, brought.study)
        if brought.kind == EXCHANGE:
            files.attach(tx, file_id, case_id, EVIDENCE)
        else:
            files.purge(tx, file_id, "taken over")
    g.tx = None
    notice = "draft_saved" if request.form.get("go") == DRAFT else "footprint_saved"
    return shell.done(url_for("footprint.edit", case_id=case_id), notice)


def _received(given: FileStorage) -> files.Received:
    """An upload in the store, after it could be read. Raises Refused."""
    root, name = shell.house().settings.files, given.filename or ""
    if name.lower().endswith(".json"):
        content = given.stream.read(LARGEST + 1)
        footprint_intake.checked(content, LARGEST)
        return files.keep(content, name=name, media_type=JSON, root=root)
    if not name.lower().endswith(".xlsx"):
        raise Refused(Message("file.suffix", {"allowed": ["xlsx", "json"], "input": "file"}))
    stream = cast(BinaryIO, given.stream)
    received = files.receive(stream, name=name, limit_bytes=LARGEST, root=root, kinds=("xlsx",))
    with shell.reading() as tx:
        shelf = store.stored_shelf(tx)
    footprint_intake.brought(received.path, received, shelf, None)
    return received


def _drawn(case_id: int, file_id: int, status: int = 200) -> Any:
    brought = _read(case_id, file_id)
    with shell.reading() as tx:
        g.tx = tx
        view = footprint.editable(case_id)
        version, _, saved = footprint.typed(view)
        stands, readable = present(view)
        row = _kept(tx, case_id, file_id)
        changed = [one for one in brought.rows if one.status not in ("same", "read")]
        rest = [one for one in brought.rows if one.status in ("same", "read")]
        body = render_template(
            "applicant/footprint_files_preview.html",
            view=view,
            row=row,
            brought=brought,
            rows=(changed + rest)[:MOST_SHOWN],
            counts={
                status: sum(one.status == status for one in brought.rows)
                for status in ("new", "changed", "same", "error", "read")
            },
            before=footprint_live.of_study(view, stands, {}) if stands else None,
            after=footprint_live.of_study(view, brought.study, {}) if brought.study else None,
            draft=bool(version),
            readable=readable,
            version=version,
            revision=saved.revision if saved else 0,
            figure=footprint_live.figure,
            today=clock.today(),
        )
    g.tx = None
    return body, status


def _read(case_id: int, file_id: int) -> Brought:
    """The kept file, read anew. Raises Refused where it is too old, or cannot be read at all."""
    with shell.reading() as tx:
        g.tx = tx
        view = footprint.editable(case_id)
        row = _kept(tx, case_id, file_id)
        stands, _ = present(view)
        shelf = view.shelf
    g.tx = None
    path = files.place(shell.house().settings.files, row.sha256)
    return footprint_intake.brought(path, row, shelf, stands)


def _kept(tx: Connection, case_id: int, file_id: int) -> Row[Any]:
    """The file that this person brought for this case a day ago at most."""
    row = files.find(tx, file_id)
    if row is None or (row.case_id, row.field, row.uploaded_by) != (case_id, FIELD, g.actor.person_id):
        abort(404)
    if row.purged_at is not None or row.uploaded_at < g.now - KEPT:
        raise Refused(Message("footprint_files_web.expired"))
    return row
