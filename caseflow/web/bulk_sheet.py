"""The worksheet of an act for several cases: out as Excel, and the same sheet back in as the filled form."""

from __future__ import annotations

from io import BytesIO
from typing import Any, BinaryIO, cast

from flask import Blueprint, g, render_template, request, send_file
from flask.wrappers import Response

from caseflow import clock
from caseflow.cases.entry import NotHere
from caseflow.cases.ground import Ground
from caseflow.cases.view import load
from caseflow.office import bulk, returned_sheet, worksheet
from caseflow.records import files, reading, sheets
from caseflow.web import bulk as bulk_pages
from caseflow.web import bulk_form, desk, drawing, shell
from caseflow.web.act_form import casework, request_key
from caseflow.web.bulk_form import Given
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.procedure import Action

blueprint = Blueprint("bulk_sheet", __name__)

LARGEST = 10 * 1024 * 1024
FACTS = (("number", 18), ("title", 30), ("subject", 22), ("state", 16))
"""What describes a case in the sheet, with the width of its column."""


@page(blueprint, "/bulk/acts/<action_id>/sheet.xlsx", policy=casework)
def export(action_id: str) -> Response:
    """The form as a worksheet; taking it away is logged."""
    ground = shell.house().ground
    group, action = bulk_pages.group_of(action_id, request.args.getlist("case", type=int))
    sections = group.views[0].sections()
    lines = []
    for view in group.views:
        if bulk.row(view, action).may:
            row = view.row
            facts = (row["number"], row["title"], row["subject"], drawing.named(view.name_of(row["state"])))
            answers = bulk_form.kept(g.tx, ground, g.actor, action, row["id"])
            lines.append(worksheet.Line(row["id"], row["version"], facts, answers))
    title = drawing.t("bulk.sheet_title", what=drawing.named(action.title))
    content = worksheet.write(
        title,
        worksheet.Meta(action.id, group.definition_id, group.state, request_key(), g.language),
        [(drawing.t(f"desk.column.{name}"), width) for name, width in FACTS],
        worksheet.columns(action, ground, sections, g.language),
        lines,
        sections=sections,
        secret=_secret(),
    )
    person_id, what = g.actor.person_id, f"export:bulk:{len(lines)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


@page(blueprint, "/bulk/sheet", policy=casework)
def sheet() -> Any:
    """Where a filled worksheet is given in."""
    return render_template("bulk/sheet.html", most=bulk.MOST)


@page(blueprint, "/bulk/sheet", methods=("POST",), policy=casework, redraw=sheet, own_transactions=True)
def take_in() -> Any:
    """A filled worksheet as the form with its answers: what is new, changed or the same, what is wrong and in which cell.

    Nothing is done yet. A row whose case has moved on since is refused with what happened.
    """
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        raise Refused(Message("bulk.no_sheet", {"input": "sheet"}))
    root = shell.house().settings.files
    received = files.receive(
        cast(BinaryIO, upload.stream), name=upload.filename, limit_bytes=LARGEST, root=root, kinds=("xlsx",)
    )
    found = sheets.read(received.path)
    meta = returned_sheet.meta_of(found, _secret())
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        drawn = _drawn(shell.house().ground, meta, found)
    g.tx = None
    return drawn


def _drawn(ground: Ground, meta: worksheet.Meta, found: list[sheets.Sheet]) -> Any:
    definition = ground.definition(g.tx, meta.definition_id).definition
    action = bulk.act_of(definition, meta.state, meta.action)
    if action is None:
        raise Refused(Message("bulk.sheet_foreign"))
    sections = list(definition.dossier.values())
    came = returned_sheet.read(
        found,
        meta,
        len(FACTS),
        worksheet.columns(action, ground, sections, meta.language),
        sections=sections,
        references={name: known.__contains__ for name, known in ground.references.items()},
        secret=_secret(),
    )
    given = Given(meta.key)
    for row in came:
        if row.case_id:
            _take_row(ground, action, row, given)
    ids = list(given.own)
    if len(ids) > bulk.MOST:
        raise Refused(Message("bulk.too_many", {"most": bulk.MOST}))
    lost = [_at(cell, one) for row in came if not row.case_id for cell, one in row.errors]
    groups = bulk.groups(bulk.views(g.tx, ground, g.actor, ids))
    here = next((one for one in groups if (one.definition_id, one.state) == (meta.definition_id, meta.state)), None)
    if here is None:
        gone = [one for case_id in ids for one in given.wrong[case_id]]
        return render_template(
            "bulk/sheet.html", most=bulk.MOST, lost=[*lost, *gone] or [drawing.t("bulk.sheet_empty")]
        )
    prepared = bulk_pages.prepared(action, here, ids, given)
    inside = {view.row["id"] for view in here.views}
    prepared["lost"] = [*lost, *(one for case_id in ids if case_id not in inside for one in given.wrong[case_id])]
    prepared["elsewhere"] = []
    return render_template("bulk/form.html", **prepared)


def _take_row(ground: Ground, action: Action, row: returned_sheet.Came, given: Given) -> None:
    """One row of a worksheet into the form."""
    given.own[row.case_id], given.seen[row.case_id] = row.answers, row.version
    wrong = given.wrong[row.case_id] = [_at(cell, one) for cell, one in row.errors]
    try:
        view = load(g.tx, ground, g.actor, row.case_id)
    except NotHere:
        wrong.append(f"#{row.number} {drawing.t('bulk.not_here')}")
        return
    if view.row["version"] != row.version:
        given.marks[row.case_id] = "stale"
        name = f"{view.row['number'] or ''} {view.row['title']}".strip()
        wrong.insert(0, drawing.t("bulk.stale_row", row=row.number, name=name, what=bulk_pages.happened(view)))
        return
    kept = bulk_form.kept(g.tx, ground, g.actor, action, row.case_id)
    given.marks[row.case_id] = str(returned_sheet.difference(kept, row.answers))
    if not row.do:
        given.marks[row.case_id] = "left_out"
    elif row.errors:
        given.marks[row.case_id] = "wrong"
    else:
        given.chosen.append(row.case_id)


def _at(cell: str, message: Message) -> str:
    return drawing.t("bulk.at_cell", cell=cell, problem=drawing.say(message))


def _secret() -> bytes:
    return shell.house().settings.key("worksheets")
