"""Score sheets without a network: all own cases as one workbook, and the filled workbook back as drafts, looked over first."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from flask import Blueprint, abort, g, render_template, request, send_file, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import scores, sheet_drafts
from caseflow.cases.dossier import DraftChanged
from caseflow.db import canonical
from caseflow.office import returned_sheet, score_workbook
from caseflow.office.returned_sheet import Came
from caseflow.records import workbooks
from caseflow.web import desk, drawing, expert_seat, review, score_sheet, shell
from caseflow.web.act_form import request_key
from caseflow.web.expert_seat import Own, Standing
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow import fields
from caseflow.workflow.form import Field

blueprint = Blueprint("expert_offline", __name__)

LARGEST = 10 * 1024 * 1024
_PIECE = 256 * 1024


@page(blueprint, "/cases/<int:case_id>/panel/sheets.xlsx", policy=shell.signed_in)
def export(case_id: int) -> Response:
    """All own sheets as they are typed or given in; taking them away is logged."""
    own, question = _scoring(case_id)
    lines = [
        (one.row["id"], one.typed.version, (one.row["number"], one.row["title"], one.row["subject"]), _sheet(one))
        for one in expert_seat.standings(own)
    ]
    title = drawing.t("expert.offline.title")
    content = score_workbook.write(
        title,
        score_workbook.meta(own.view.row["definition_id"], _place(own), request_key(), g.language),
        own.panel,
        question.max_characters,
        [(drawing.t(f"desk.column.{name}"), width) for name, width in (("number", 18), ("title", 30), ("subject", 22))],
        lines,
        _secret(),
    )
    review.log_reading(own.view, f"export:sheets:{len(lines)}")
    name = f"{title} {own.view.row['number'] or case_id}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


@page(blueprint, "/cases/<int:case_id>/panel/offline", policy=shell.signed_in)
def offline(case_id: int) -> Any:
    """Where the workbook is taken and given back."""
    own, _ = _scoring(case_id)
    return render_template("expert/offline.html", view=own.view, own=own, rows=None)


@page(
    blueprint,
    "/cases/<int:case_id>/panel/offline",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=offline,
    own_transactions=True,
)
def look_over(case_id: int) -> Any:
    """What a filled workbook would bring, row by row, every fault by its cell. Nothing of it is kept yet, nor the file."""
    with shell.reading() as tx:
        g.tx = tx
        own, question = _scoring(case_id)
    g.tx = None
    sheets = _uploaded()
    place, number = _place(own), own.view.row["definition_id"]
    came = score_workbook.read(sheets, number, place, own.panel, question.max_characters, _secret())
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        own, _ = _scoring(case_id)
        known = {one.row["id"]: one for one in expert_seat.standings(own)}
        rows = [_looked_over(own, known.get(row.case_id), row, sheet) for row, sheet in came]
        drawn = render_template("expert/offline.html", view=own.view, own=own, rows=rows)
    g.tx = None
    return drawn


@page(
    blueprint,
    "/cases/<int:case_id>/panel/offline/drafts",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=offline,
    own_transactions=True,
)
def keep(case_id: int) -> Any:
    """Keep the chosen rows as drafts; what stood there stays among the versions. Nothing is given in."""
    with shell.reading() as tx:
        g.tx = tx
        own, question = _scoring(case_id)
    g.tx = None
    chosen = set(request.form.getlist("take", type=int))
    given = [(number, _posted(number), request.form.get(f"seen-{number}", 0, type=int)) for number in sorted(chosen)]
    inside = {row["id"] for row in own.open}
    if not chosen or not chosen <= inside:
        raise Refused(Message("expert.offline.none_chosen" if not chosen else "panels.no_such_member"))

    def work(tx: Connection) -> None:
        for number, sheet, seen in given:
            answers = {question.id: {**sheet, "member": number}}
            cleaned, wrong = fields.clean_section([question], answers, complete=False)
            if wrong:
                raise Refused(*(one for found in wrong.values() for one in found))
            sheet_drafts.keep(tx, own.view.ground.keys, own.place(number), cleaned, seen, clock.now())

    try:
        shell.house().database.once(work)
    except DraftChanged:
        raise Refused(Message("expert.offline.overtaken")) from None
    return shell.done(url_for("expert.assignment", case_id=case_id), "offline_kept")


def _looked_over(own: Own, standing: Standing | None, row: Came, sheet: dict[str, Any]) -> dict[str, Any]:
    """One row of the preview: what it is about, what it would change, what is wrong, what is missing."""
    wrong = [drawing.t("bulk.at_cell", cell=cell, problem=drawing.say(one)) for cell, one in row.errors]
    if standing is None:
        return {"number": row.number, "standing": None, "mark": "wrong", "wrong": wrong or [drawing.t("bulk.not_here")]}
    difference = returned_sheet.difference(_bare(_sheet(standing)), _bare(sheet))
    mark = str(difference)
    if not row.do:
        mark = "left_out"
    elif wrong:
        mark = "wrong"
    elif difference != "same" and row.version != standing.typed.version:
        mark = "stale"
    return {
        "number": row.number,
        "standing": standing,
        "mark": mark,
        "wrong": wrong,
        "sheet": sheet,
        "total": score_sheet.total(own.panel, sheet),
        "kept": canonical(sheet),
        "may": mark in ("new", "changed", "stale"),
        "chosen": mark in ("new", "changed"),
        "lacking": [drawing.say(one) for found in scores.lacking(own.panel, sheet).values() for one in found],
    }


def _scoring(case_id: int) -> tuple[Own, Field]:
    """The seat, and the score sheet that is asked for now; 404 where nothing is scored."""
    own = expert_seat.here(case_id)
    offer = own.offer("score_member")
    question = expert_seat.question_of(offer.action) if offer is not None else None
    if question is None or not own.ready:
        abort(404)
    return own, question


def _uploaded() -> Any:
    """The sheets of the workbook that was sent. It is read from a file that goes at once; no copy is kept."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        raise Refused(Message("bulk.no_sheet", {"input": "sheet"}))
    work = shell.house().settings.home / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=work, suffix=".xlsx") as target:
        size = 0
        while piece := upload.stream.read(_PIECE):
            size += len(piece)
            if size > LARGEST:
                raise Refused(Message("file.too_large", {"limit": f"{LARGEST / 1048576:.4g}", "input": "sheet"}))
            target.write(piece)
        target.flush()
        return workbooks.read(Path(target.name))


def _posted(number: int) -> dict[str, Any]:
    """A row of the preview as its form carries it."""
    try:
        sheet = json.loads(request.form.get(f"row-{number}", ""))
    except ValueError:
        abort(400)
    if not isinstance(sheet, dict):
        abort(400)
    return sheet


def _sheet(standing: Standing) -> dict[str, Any]:
    """The sheet as it would stand in its form."""
    return expert_seat.sheet_of(standing.typed.values) if standing.ahead else standing.mine or {}


def _bare(sheet: dict[str, Any]) -> dict[str, Any]:
    """What of a sheet can be compared: marks, words, and whether it abstains."""
    said = {name: sheet.get(name) for name in ("opinion", "why") if sheet.get(name)}
    marks = {
        name: {part: str(value) for part, value in one.items() if value not in (None, "")}
        for name, one in (sheet.get("marks") or {}).items()
    }
    return (
        said | {"marks": {k: v for k, v in marks.items() if v}} | ({"abstain": "yes"} if scores.abstains(sheet) else {})
    )


def _place(own: Own) -> tuple[int, str, int]:
    return own.view.row["id"], own.panel_id, own.view.actor.person_id


def _secret() -> bytes:
    return shell.house().settings.key("worksheets")
