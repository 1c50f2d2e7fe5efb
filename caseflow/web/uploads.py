"""Files in and out: taken in for one question of one case, handed out to those who may read the answer they are part of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, Literal, cast

from flask import Blueprint, abort, current_app, g, jsonify, render_template, request, send_file, url_for
from flask.wrappers import Response
from werkzeug.datastructures import FileStorage

from caseflow import press
from caseflow.cases import attached, panel_reading, view
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.office import dossiers, reading_copy
from caseflow.people.rights import Actor
from caseflow.records import files, reading
from caseflow.web import drawing, safety, shell
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field

blueprint = Blueprint("uploads", __name__)

CASE_LIMIT = 600 * 1024 * 1024
"""Bytes that one case may hold."""
PDF = "application/pdf"
SHOWN = (PDF, "image/jpeg", "image/png")
"""What a browser may show in place."""


@dataclass(frozen=True, slots=True)
class CaseStore:
    """Where the uploads of a form about a case go (see ``filling.Store``); ``part`` as in drafts."""

    case_id: int
    actor: Actor
    part: str

    def take(self, question: Field, upload: FileStorage) -> int:
        received = files.receive(
            cast(BinaryIO, upload.stream),
            name=upload.filename or "",
            limit_bytes=question.max_megabytes * 1024 * 1024,
            root=shell.house().settings.files,
            kinds=question.accept,
        )
        with shell.writing() as tx:
            if files.total_size(tx, case_id=self.case_id) + received.size > CASE_LIMIT:
                raise Refused(Message("files_web.case_full", {"limit": CASE_LIMIT // 1024 // 1024}))
            return files.record(
                tx,
                received,
                uploaded_by=self.actor.person_id,
                organisation_id=self.actor.organisation_id,
                case_id=self.case_id,
                field=f"{self.part}.{question.id}",
            )

    def brought(self, question: Field) -> int | None:
        """What the input ``file`` of a form brings: the file sent now, or the one of an earlier try that came back.

        Raises:
            Refused: the file cannot be taken; the reasons name the input.
        """
        given = request.files.get("file")
        if given is None or not given.filename:
            kept = request.form.get("kept", type=int)
            return kept if kept is not None and self.holds(kept) else None
        try:
            return self.take(question, given)
        except Refused as refused:
            raise Refused(*(Message(one.key, {**one.values, "input": "file"}) for one in refused.reasons)) from None

    def holds(self, file_id: int) -> bool:
        with shell.reading() as tx:
            row = files.find(tx, file_id)
        if row is None or row.case_id != self.case_id:
            return False
        # A dossier is typed by its applicant and by whoever assists, so that neither loses the other's file.
        shared = self.part.startswith("dossier.") and str(row.field or "").startswith(f"{self.part}.")
        return shared or _is_own(self.actor, row)


@page(blueprint, "/uploads", methods=("POST",), policy=shell.signed_in, own_transactions=True)
def upload() -> Any:
    """Take one file in for the question ``field`` of ``part`` (``dossier.<section>``, ``act.<action>``) of ``case``."""
    given = request.files.get("file")
    part = request.form.get("part", "")
    with shell.reading() as tx:
        seen = view.load(tx, shell.house().ground, g.actor, request.form.get("case", -1, type=int))
        question = _question(seen, part, request.form.get("field", ""))
    if question is None or given is None:
        abort(404)
    try:
        number = CaseStore(seen.row["id"], g.actor, part).take(question, given)
    except Refused as refusal:
        return jsonify(errors=[drawing.say(reason) for reason in refusal.reasons]), 422
    with shell.reading() as tx:
        row = files.find(tx, number)
    assert row is not None  # noqa: S101 -- just recorded
    return jsonify(
        id=row.id, name=row.name, size=row.size, pages=row.pages, url=url_for("uploads.download", file_id=row.id)
    )


@page(blueprint, "/files/<int:file_id>", policy=shell.signed_in)
def download(file_id: int) -> Response:
    """The file to keep, under the name it was given; never opened inside our own pages."""
    row = files.find(g.tx, file_id)
    if _reads(row) != "original" or row is None:
        abort(404)
    response = _sent(row, as_attachment=True)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@page(blueprint, "/files/<int:file_id>/view", policy=shell.signed_in, own_transactions=True)
def look(file_id: int) -> Any:
    """A PDF or picture in place, beside the form that asks about it; for an expert a copy with the reader's name on it."""
    with shell.reading() as tx:
        g.tx = tx
        row = files.find(tx, file_id)
        way = _reads(row)
        if row is None or way is None or row.media_type not in SHOWN:
            abort(404)
        response = _sent(row, as_attachment=False) if way == "original" else None
    g.tx = None
    return safety.embeddable(response) if response is not None else _copy(row)


def _sent(row: Any, *, as_attachment: bool) -> Response:
    found, stream = files.open_(g.tx, row.id, shell.house().settings.files)
    shell.after(lambda tx: reading.log(tx, g.actor.person_id, found.case_id, f"file {row.id}"))
    return send_file(
        stream, mimetype=found.media_type, as_attachment=as_attachment, download_name=found.name, max_age=0
    )


def _copy(row: Any) -> Any:
    """The copy that an expert reads, made for this reader now, outside any transaction."""
    settings = shell.house().settings
    if row.purged_at is not None:
        abort(404)
    if (lacking := press.available()) is not None:
        return _unreadable([lacking]), 503
    work = settings.home / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=work, suffix=".pdf") as target:
        try:
            reading_copy.make(row, g.actor.name, settings, Path(target.name), g.language)
        except Refused as refused:
            return _unreadable(refused.reasons), 422
        content = Path(target.name).open("rb")  # noqa: SIM115 -- closed by who sends it; it lives on without its name
    shell.after(lambda tx: reading.log(tx, g.actor.person_id, row.case_id, f"file {row.id} copy"))
    name = row.name if row.media_type == PDF else f"{row.name}.pdf"
    return safety.embeddable(send_file(content, mimetype=PDF, download_name=name, max_age=0))


def _unreadable(reasons: Iterable[Message]) -> Response:
    response = current_app.make_response(render_template("expert/unreadable.html", reasons=list(reasons)))
    return safety.embeddable(response)


def _reads(row: Any | None) -> Literal["original", "copy"] | None:
    """How the person may read a file: as it is, or, as one on a panel, page by page under the own name.

    Of a file that does not exist as much is asked as of one of a case that is hidden.
    """
    if row is not None and _is_own(g.actor, row):
        return "original"
    case_id = row.case_id if row is not None and row.case_id is not None else 0
    try:
        seen = view.load(g.tx, shell.house().ground, g.actor, case_id)
    except NotHere:
        return None
    if row is None or row.id not in attached.readable(seen):
        return None
    if panel_reading.is_reader(seen.definition, seen.roles):
        return "copy" if dossiers.may_open(seen) else None
    return "original"


def _is_own(actor: Actor, row: Any) -> bool:
    """What the own organisation uploaded itself, in a draft too; of a pool each of its experts stands alone."""
    if row.organisation_id is not None and actor.organisation_kind != "pool":
        return bool(row.organisation_id == actor.organisation_id)
    return row.uploaded_by is not None and bool(row.uploaded_by == actor.person_id)


def _question(seen: View, part: str, name: str) -> Field | None:
    """The question of type file to which an upload may be given now."""
    kind, _, rest = part.partition(".")
    found: Field | None = None
    if kind == "dossier" and seen.may_edit(rest, name):
        section = seen.definition.dossier.get(rest)
        found = section.fields.get(name) if section else None
    elif kind == "act" and (offer := seen.offer(rest)) is not None:
        found = offer.action.asks.get(name)
    return found if found is not None and found.type in ("file", "files") else None
