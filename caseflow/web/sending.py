"""The end of filling in: check the answers, print the form, upload it signed, and submit."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, send_file, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from caseflow import press
from caseflow.cases import act, dossier, form_paper, questions
from caseflow.cases.entry import NotHere
from caseflow.cases.view import Offer, View
from caseflow.records import files, journal, letters
from caseflow.studies import store as studies
from caseflow.web import answers, applicant, filling, posted, progress, shell
from caseflow.web.act_form import not_here, request_key
from caseflow.web.applicant import own
from caseflow.web.shell import page
from caseflow.web.uploads import CaseStore
from caseflow.web.widgets import Context
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field

blueprint = Blueprint("sending", __name__)

PRINT_STYLE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""For the page to be printed by the browser: its style stands in it, and nothing else may run or load."""


@page(blueprint, "/cases/<int:case_id>/check", policy=shell.signed_in)
def check(case_id: int) -> Any:
    """The whole form as it will be printed, what is missing with the way there, and the last steps."""
    view = own(case_id)
    found = applicant.offers(view)
    if found.make_form is None and found.send is None:
        abort(404)
    values = dossier.with_fixed(view.definition, view.dossier())
    every = progress.standings(view)
    return render_template(
        "applicant/check.html",
        view=view,
        every=every,
        shown=[(one, _rows(view, one, values)) for one in every],
        gaps=sum(len(one.gaps) for one in every),
        offers=found,
        widgets=_widgets(view, found.send) if found.send else [],
        lacking=press.available(),
        footprint=studies.latest_study(g.tx, case_id) if view.definition.footprint else None,
        may_footprint=applicant.may_footprint(view),
        request_key=request.form.get("request_key") or request_key(),
        **applicant.facts_of(view),
    )


@page(blueprint, "/cases/<int:case_id>/finalise", methods=("POST",), policy=shell.signed_in, redraw=check)
def finalise(case_id: int) -> Any:
    """Freeze what is filled in and make the form that is printed."""
    view = own(case_id)
    offer = applicant.offers(view).make_form
    if offer is None:
        raise NotHere
    act.perform(
        g.tx, view.ground, g.actor, case_id, offer.action.id, {}, request_key=posted.request_key(), seen=_seen()
    )  # fmt: skip
    return redirect(url_for("sending.check", case_id=case_id, done="form_made", _anchor="form"), 303)


@page(
    blueprint,
    "/cases/<int:case_id>/submit",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=check,
    own_transactions=True,
)
def submit(case_id: int) -> Any:
    """Hand in the signed form. Its scan is kept first, so that it need not be chosen again after a refusal."""
    key = posted.request_key()
    with shell.reading() as tx:
        g.tx = tx
        earlier = journal.outcome(tx, key)
        view = own(case_id)
        offer = applicant.offers(view).send
        if offer is None and earlier is None:
            not_here(view, request.form.get("action", ""))
    g.tx = None
    if offer is None or earlier is not None:
        return shell.done(url_for("applicant.receipt", case_id=case_id), "submitted")
    action = offer.action
    raw, wrong = filling.read(
        action.asks.values(), request.form, request.files, CaseStore(case_id, g.actor, f"act.{action.id}")
    )
    g.raw = raw
    if wrong:
        raise Refused(
            *(Message(one.key, {**one.values, "input": path}) for path, found in wrong.items() for one in found)
        )
    with shell.writing() as tx:
        act.perform(tx, view.ground, g.actor, case_id, action.id, raw, request_key=key, seen=_seen())
    return shell.done(url_for("applicant.receipt", case_id=case_id), "submitted")


@page(blueprint, "/cases/<int:case_id>/form.pdf", policy=shell.signed_in)
def printed(case_id: int) -> Any:
    """The form of the frozen revision with its code on every page."""
    view = own(case_id)
    made = _form_page(view)
    try:
        content = press.render(made, shell.house().settings.home)
    except Refused as refusal:
        return render_template("applicant/no_pdf.html", view=view, reasons=refusal.reasons), 503
    name = files.clean_name(f"{view.row['title']} {form_paper.title(view.definition)['zh']}.pdf")
    _note_pages(view, content, name)
    response: Response = send_file(BytesIO(content), mimetype=files.TYPES["pdf"], download_name=name)
    return response


@page(blueprint, "/cases/<int:case_id>/form", policy=shell.signed_in)
def printable(case_id: int) -> Any:
    """The same form as a page, for printing from the browser where PDF cannot be made."""
    response = Response(_form_page(own(case_id), screen=True), mimetype="text/html")
    response.headers["Content-Security-Policy"] = PRINT_STYLE
    return response


def _note_pages(view: View, content: bytes, name: str) -> None:
    """Keep the printed form of this revision: a signed scan must have as many pages."""
    form = form_paper.letter_of(view.definition)
    made = [
        row
        for row in view.letters()
        if form is not None and row["kind"] == form.id and row["body"].get("revision") == view.row["revision"]
    ]
    if not made or made[-1]["pdf_file_id"] is not None:
        return
    kept = files.keep(
        content,
        name=name,
        media_type=files.TYPES["pdf"],
        root=shell.house().settings.files,
        pages=press.pages(content),
    )

    def note(tx: Connection) -> None:
        number = files.record(tx, kept, uploaded_by=None, organisation_id=None, case_id=view.row["id"], field="printed")
        letters.printed(tx, made[-1]["id"], pdf_file_id=number)

    shell.after(note)


def _form_page(view: View, *, screen: bool = False) -> str:
    """The printed form of the last frozen revision."""
    number = view.row["revision"]
    if not number:
        abort(404)
    values = dossier.frozen(g.tx, view.ground, view.row["id"], number)
    code = dossier.revision_code(dossier.revision_hash(g.tx, view.row["id"], number))
    form = form_paper.body(g.tx, view.ground, view.loaded, values, view.hidden())
    return letters.form_html(form, "zh", demo=shell.house().settings.demo, code=code, screen=screen)


def _rows(view: View, standing: progress.Standing, values: dict[str, Any]) -> list[tuple[Field, answers.Shown]]:
    section = standing.section
    given = values.get(section.id, {})
    put = questions.in_section(view.loaded, section, values)
    return [
        (question, answers.shown(g.tx, view.ground, question, given.get(question.id)))
        for question in section.fields.values()
        if question.when is None or put(question.when, given)
    ]


def _widgets(view: View, offer: Offer) -> list[Any]:
    values = g.get("raw") or {}
    asked = questions.in_form(
        view.loaded, view.state.id, offer.action, {"dossier": view.dossier(), "case": view.facts()}
    )
    return filling.draw(
        offer.action.asks.values(),
        values,
        filling.errors_here(),
        tx=g.tx,
        ground=view.ground,
        context=Context(asked=asked),
    )


def _seen() -> int | None:
    return request.form.get("seen", type=int)
