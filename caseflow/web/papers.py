"""Papers of a case: its letters, approval slips and summary tables as PDF, Word and Excel."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file

from caseflow import press
from caseflow.cases import blocks, dossier, form_paper, show, signing
from caseflow.cases.view import View
from caseflow.office import summaries
from caseflow.people import accounts
from caseflow.records import docx, letters, reading
from caseflow.web import record, shell
from caseflow.web.act_form import casework, viewed
from caseflow.web.shell import page
from caseflow.words import Language

blueprint = Blueprint("papers", __name__)

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"pdf": PDF, "docx": DOCX, "xlsx": XLSX}
PREVIEW = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""For a paper as a page: its style stands in it, nothing in it may run or load, and only our own pages frame it."""


@page(blueprint, "/cases/<int:case_id>/letters/<int:letter_id>.<kind>", policy=shell.signed_in)
def letter(case_id: int, letter_id: int, kind: str) -> Any:
    """A letter of the case: PDF to read, Word to edit, Excel where it has a table, HTML to look at."""
    view = viewed(case_id)
    row = find(view, letter_id)
    body, language, demo = letters.opened(view.ground.keys, row), asked_language(), shell.house().settings.demo
    table = summaries.of_letter(body)
    if kind not in ("pdf", "docx", "html") and (kind != "xlsx" or table is None):
        abort(404)
    _log(view, f"letter:{row['kind']}.{kind}")
    name = name_of(view, row, language)
    if kind == "xlsx" and table is not None:
        return sent(summaries.workbook(table, language), name, kind)
    if kind == "docx":
        return sent(docx.letter_docx(body, language, demo=demo), name, kind)
    screen = kind == "html"
    made = _form(view, row, language, screen=screen) or letters.html(body, language, demo=demo, screen=screen)
    return printed(made, name, kind)


def find(view: View, letter_id: int) -> Mapping[Any, Any]:
    """A letter that the reader may see; answers 404 for every other."""
    row = next((one for one in view.letters() if one["id"] == letter_id), None)
    if row is None:
        abort(404)
    return row


def name_of(view: View, row: Mapping[Any, Any], language: Language) -> str:
    """What the file of a letter is called."""
    number = row["formal_number"] or row["number"] or view.row["number"] or view.row["id"]
    return f"{number} {row['body']['title'][language]}"


def _form(view: View, row: Mapping[Any, Any], language: Language, *, screen: bool) -> str | None:
    """The printed form, where a letter stands for it: of the revision for which it was made."""
    form, number = form_paper.letter_of(view.definition), row["body"].get("revision")
    if form is None or row["kind"] != form.id or not number:
        return None
    values = dossier.frozen(view.tx, view.ground, view.row["id"], number)
    code = dossier.revision_code(dossier.revision_hash(view.tx, view.row["id"], number))
    made = form_paper.body(view.tx, view.ground, view.loaded, values, view.hidden())
    return letters.form_html(made, language, demo=shell.house().settings.demo, code=code, screen=screen)


@page(blueprint, "/cases/<int:case_id>/slips/<int:proposal_id>.<kind>", policy=casework)
def slip(case_id: int, proposal_id: int, kind: str) -> Any:
    """The approval slip (审批单): what was proposed, by whom, and every signature with opinion and time."""
    view = viewed(case_id)
    if not view.is_staff or kind not in ("pdf", "docx", "html"):
        abort(404)
    every = signing.slips(view.tx, view.ground.keys, case_id)
    found = next(((row, signed) for row, signed in every if row["id"] == proposal_id), None)
    if found is None or not _inside(view, found[0]):
        abort(404)
    body, language, demo = _slip_body(view, *found), asked_language(), shell.house().settings.demo
    _log(view, f"slip.{kind}")
    name = f"{body['title'][language]} {view.row['number'] or view.row['id']}"
    if kind == "docx":
        return sent(docx.letter_docx(body, language, demo=demo), name, kind)
    return printed(letters.html(body, language, demo=demo, screen=kind == "html"), name, kind)


@page(blueprint, "/cases/<int:case_id>/tables/<table_id>.<kind>", policy=casework)
def table(case_id: int, table_id: str, kind: str) -> Any:
    """A summary table over the members, as its cases stand now."""
    view = viewed(case_id)
    if not view.is_staff or table_id not in view.definition.tables or kind not in ("pdf", "xlsx", "html"):
        abort(404)
    found = summaries.summary(view.tx, view.ground, view.definition, view.row, table_id)
    language = asked_language()
    _log(view, f"table:{table_id}.{kind}")
    name = f"{found.title[language]} {view.row['number'] or ''}".strip()
    if kind == "xlsx":
        return sent(summaries.workbook(found, language), name, kind)
    return printed(summaries.page(found, language, demo=shell.house().settings.demo, screen=kind == "html"), name, kind)


def _inside(view: View, proposal: Any) -> bool:
    """A slip is read in the offices that propose and sign it, and by the authority above."""
    return view.concerned(proposal)


def _slip_body(view: View, proposal: Any, signed: list[Any]) -> dict[str, Any]:
    action = next((one for one in record.acts(view.definition) if one.id == proposal["action"]), None)
    names = accounts.names(view.tx, signing.people_of(proposal, signed))
    rows: list[list[Any]] = [
        [show.words("case.slip.case"), show.both(f"{view.row['number'] or ''} {view.row['title']}".strip())],
        [show.words("case.slip.matter"), show.pair(action.title) if action else show.both(proposal["action"])],
    ]
    if action is not None:
        values = signing.answers(view.ground, proposal)
        said = record.of_act(view, action, values).answers
        rows += [[show.both(answer.label), answer.shown.text] for answer in said if answer.shown.kind == "text"]
    table = blocks.signature_table(view.definition, names, proposal, signed)
    return {
        "title": show.words("case.slip.title"),
        "number": None,
        "layout": "form",
        "blocks": [{"kind": "fields", "rows": rows}, {"kind": "signatures", **table}],
    }


def asked_language() -> Language:
    """Papers are Chinese unless English is asked for: that is what an office files."""
    return "en" if request.args.get("language") == "en" else "zh"


def _log(view: View, what: str) -> None:
    person_id, case_id = view.actor.person_id, view.row["id"]
    shell.after(lambda tx: reading.log(tx, person_id, case_id, what))


def printed(html: str, name: str, kind: str) -> Any:
    """The page as PDF; as the page itself where it is asked for or no PDF can be made."""
    if kind == "pdf":
        lacking = press.available()
        if lacking is None and request.method == "HEAD":
            return _head(name, kind)
        if lacking is None:
            return sent(press.render(html, shell.house().settings.home), name, kind)
        return render_template(
            "case/no_pdf.html", lacking=lacking, name=name, here=request.path[: -len("pdf")] + "html"
        )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _head(name: str, kind: str) -> Any:
    """What is said of a paper before its bytes; nothing is printed for that, and their number is not known."""
    response = sent(b"", name, kind)
    response.automatically_set_content_length = False
    for told in ("Content-Length", "ETag"):
        response.headers.pop(told, None)
    return response


def sent(content: bytes, name: str, kind: str) -> Any:
    """A paper made just now, to keep; a PDF in place where ``show=1`` is asked."""
    shown = kind == "pdf" and request.args.get("show") == "1"
    return send_file(BytesIO(content), mimetype=MEDIA[kind], as_attachment=not shown, download_name=f"{name}.{kind}")
