"""The footprint of a case as files to take out: workbook, study, exchange file."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, g, render_template, request, send_file
from flask.wrappers import Response
from sqlalchemy.engine import Row

from caseflow import clock
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.footprint import document
from caseflow.footprint.exchange_writing import Sender, write_exchange
from caseflow.footprint.study import Study
from caseflow.footprint.workbook import write
from caseflow.records import files, reading
from caseflow.studies import recompute, store
from caseflow.studies.store import StoredStudy
from caseflow.web import applicant, desk, drawing, footprint, footprint_live, shell
from caseflow.web.act_form import viewed
from caseflow.web.footprint_intake import EVIDENCE
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("footprint_files", __name__)

LARGEST = 10 * 1024 * 1024
"""Bytes of a file that may be brought."""
JSON = "application/json"


@page(blueprint, "/cases/<int:case_id>/footprint/files", policy=shell.signed_in)
def show(case_id: int) -> Any:
    """What may be taken out and brought in, for the applicant; for the office what was filed, to take out."""
    view, study = _readable(case_id)
    return render_template(
        "applicant/footprint_files.html",
        view=view,
        study=study,
        schemes=view.shelf.schemes,
        chosen=study.stages if study else footprint.scheme_of(view, []).id,
        may_bring=_may_bring(view),
        draft=view.is_applicant and bool(footprint.typed(view)[0]),
        evidence=_evidence(view),
        megabytes=LARGEST // 1024 // 1024,
    )


@page(blueprint, "/cases/<int:case_id>/footprint/files/workbook.xlsx", policy=shell.signed_in)
def workbook(case_id: int) -> Response:
    """The workbook, filled with the study unless ``empty`` is asked for."""
    view, study = _readable(case_id)
    filled = None if request.args.get("empty") else study
    if filled is None and not view.is_applicant:
        abort(404)
    shelf = view.shelf
    wanted = filled.stages if filled else request.args.get("stages", "")
    scheme = shelf.scheme(wanted) or (shelf.schemes[0] if filled else None)
    if scheme is None:
        abort(404)
    name = f"{drawing.t('footprint_files_web.workbook_name')} {filled.product if filled else ''}".strip()
    return _sent(view, write(shelf, scheme, filled), f"{name}.xlsx", desk.XLSX, "workbook")


@page(blueprint, "/cases/<int:case_id>/footprint/files/study.json", policy=shell.signed_in)
def study_file(case_id: int) -> Response:
    """The study as JSON."""
    view, study = _readable(case_id)
    if study is None:
        abort(404)
    name = f"{drawing.t('footprint_files_web.study_name')} {study.product}.json"
    return _sent(view, document.write_document(study).encode(), name, JSON, "study")


@page(
    blueprint, "/cases/<int:case_id>/footprint/files/exchange", methods=("POST",), policy=shell.signed_in, redraw=show
)
def exchange_file(case_id: int) -> Response:
    """The study as an exchange file, or why it cannot be one."""
    view, study = _readable(case_id)
    if study is None:
        abort(404)
    names = [request.form.get(name, "").split() for name in ("company", "product")]
    problems = [
        Message("footprint_files_web.name_missing", {"input": one}) for one, given in zip(("company", "product"), names, strict=True) if not given
    ]  # fmt: skip
    if problems:
        raise Refused(*problems)
    packaging = {"yes": True, "no": False}.get(request.form.get("packaging", ""))
    body = write_exchange(study, view.shelf, Sender(names[0], names[1], clock.now(), packaging))
    content = json.dumps(body, ensure_ascii=False, indent=2).encode()
    return _sent(view, content, f"PACT {study.product}.json", JSON, "exchange")


@page(blueprint, "/cases/<int:case_id>/footprint/files/evidence/<int:file_id>", policy=shell.signed_in)
def evidence_file(case_id: int, file_id: int) -> Response:
    """The supplier's exchange file behind an own factor of the study."""
    view, _ = _readable(case_id)
    if all(one.id != file_id for one in _evidence(view)):
        abort(404)
    row, stream = files.open_(g.tx, file_id, shell.house().settings.files)
    with stream:
        return _sent(view, stream.read(), row.name, JSON, f"file {file_id}")


def present(view: View) -> tuple[Study | None, bool]:
    """What is typed, where it can be read; else what was declared. And whether the draft, if there is one, can be read."""
    version, pairs, saved = footprint.typed(view)
    if version:
        found = footprint_live.outcome(view, pairs)
        if isinstance(found, footprint_live.Outcome):
            return found.study, True
        return (saved.study if saved else None), False
    return (saved.study if saved else None), True


def _readable(case_id: int) -> tuple[View, Study | None]:
    """The case, and its study: as typed for the applicant, as filed for an office from which nothing of the dossier is hidden."""
    view = viewed(case_id)
    if not view.definition.footprint:
        raise NotHere
    if view.is_applicant:
        return view, present(view)[0]
    filed = _filed(view) if view.is_staff and view.sees_all else None
    if filed is None:
        raise NotHere
    return view, filed.study


def _filed(view: View) -> StoredStudy | None:
    """What was filed: the study of the newest result, else the declared one."""
    result = recompute.latest_result(view.tx, view.row["id"])
    return store.get_study(view.tx, result.study_id) if result else store.latest_study(view.tx, view.row["id"])


def _may_bring(view: View) -> bool:
    return view.is_applicant and applicant.may_footprint(view)


def _evidence(view: View) -> list[Row[Any]]:
    """The exchange files that were taken over for the case."""
    rows = files.of_case(view.tx, view.row["id"])
    return [row for row in rows if row.field == EVIDENCE and row.purged_at is None]


def _sent(view: View, content: bytes, name: str, media_type: str, what: str) -> Response:
    """A file to keep. Whoever is not the applicant leaves a line in the read log."""
    if not view.is_applicant:
        person_id, case_id = view.actor.person_id, view.row["id"]
        shell.after(lambda tx: reading.log(tx, person_id, case_id, f"footprint {what}"))
    clean = files.clean_name(name)
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=clean, max_age=0)
