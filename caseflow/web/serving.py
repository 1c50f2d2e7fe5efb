"""How a letter was served: what was recorded, the form to record it, and the receipt of service to be signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow.cases import act, parties, service, show
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View, load
from caseflow.people import accounts
from caseflow.records import docx, files, letters
from caseflow.web import drawing, papers, posted, shell
from caseflow.web.act_form import request_key, viewed
from caseflow.web.shell import page
from caseflow.web.uploads import CaseStore
from caseflow.workflow.days import workdays
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text

blueprint = Blueprint("serving", __name__)

RECEIPT = Field(
    id="receipt",
    type="file",
    label=Text(zh="送达回证", en="Receipt of service"),
    accept=service.KINDS,
    max_megabytes=20,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far serving a letter has come."""

    on: date | None
    """The day on which it counts as served; None while nothing is recorded."""
    way: str
    mine: bool
    """Whether the reader records it."""


@page(blueprint, "/cases/<int:case_id>/letters/<int:letter_id>/service", policy=shell.signed_in)
def record_page(case_id: int, letter_id: int) -> Any:
    """What was recorded of serving a letter, and for the office that issued it the form to record more."""
    view = viewed(case_id)
    row, rule = _served(view, letter_id)
    known = service.of_letter(g.tx, view.ground, letter_id)
    return render_template(
        "case/service.html",
        view=view,
        row=row,
        known=known,
        names=accounts.names(g.tx, [one["person_id"] for one in known]) if view.is_staff else {},
        receipts={one["id"]: files.find(g.tx, one["file_id"]) for one in known if one["file_id"]},
        may_record=service.may_record(view.definition, view.roles, view.actor, row),
        ways=[(way, drawing.t(f"service.way.{way}")) for way in rule.ways],
        needs_receipt=rule.receipt,
        deemed=workdays.Limit.parse(rule.deemed).message() if rule.deemed else None,
        basis=rule.basis,
        kept=files.find(g.tx, g.kept_file) if g.get("kept_file") else None,
        request_key=request.form.get("request_key") or request_key(),
        limits=service,
        megabytes=RECEIPT.max_megabytes,
    )


@page(
    blueprint,
    "/cases/<int:case_id>/letters/<int:letter_id>/service",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=record_page,
    own_transactions=True,
)
def record(case_id: int, letter_id: int) -> Any:
    """Record one service. The receipt is kept first, so that it need not be chosen again after a refusal."""
    key = posted.request_key()
    ground = shell.house().ground
    with shell.reading() as tx:
        view = load(tx, ground, g.actor, case_id)
        if not service.may_record(view.definition, view.roles, view.actor, papers.find(view, letter_id)):
            raise NotHere
    question = RECEIPT.model_copy(update={"id": str(letter_id)})
    g.kept_file = CaseStore(case_id, g.actor, "service").brought(question)
    given = {name: request.form.get(name, "") for name in ("way", "done_on", "receiver", "note")}
    given |= {"letter": str(letter_id), "file": str(g.kept_file) if g.kept_file else ""}
    with shell.writing() as tx:
        seen = request.form.get("seen", type=int)
        act.perform(tx, ground, g.actor, case_id, service.ACT, given, request_key=key, seen=seen)
    return shell.done(url_for("serving.record_page", case_id=case_id, letter_id=letter_id), "service_recorded")


@page(blueprint, "/cases/<int:case_id>/letters/<int:letter_id>/receipt.<kind>", policy=shell.signed_in)
def receipt(case_id: int, letter_id: int, kind: str) -> Any:
    """The receipt of service (送达回证) to be filled in and signed by hand."""
    view = viewed(case_id)
    row, _ = _served(view, letter_id)
    if not view.is_staff or kind not in ("pdf", "docx", "html"):
        abort(404)
    body, language, demo = _receipt(view, row), papers.asked_language(), shell.house().settings.demo
    name = f"{body['title'][language]} {row['formal_number'] or view.row['number'] or view.row['id']}"
    if kind == "docx":
        return papers.sent(docx.letter_docx(body, language, demo=demo), name, kind)
    return papers.printed(letters.html(body, language, demo=demo, screen=kind == "html"), name, kind)


def standings(view: View, rows: Sequence[Mapping[Any, Any]]) -> dict[int, Standing]:
    """How far serving each of these letters has come; without those that are not served."""
    served = [row for row in rows if service.rule_of(view.definition, row) is not None]
    known = service.newest(g.tx, [row["id"] for row in served]) if served else {}
    made = {}
    for row in served:
        one, mine = known.get(row["id"]), service.may_record(view.definition, view.roles, view.actor, row)
        made[row["id"]] = Standing(one["served_on"] if one else None, one["way"] if one else "", mine)
    return made


def to_serve(view: View, rows: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """The letters whose service the reader has still to record: the newest of each kind."""
    latest = {row["kind"]: row for row in sorted(rows, key=lambda row: row["id"])}
    known = standings(view, list(latest.values()))
    return [row for row in latest.values() if row["id"] in known and known[row["id"]].mine and not known[row["id"]].on]


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"service_standings": standings, "letters_to_serve": to_serve}


def _served(view: View, letter_id: int) -> tuple[Mapping[Any, Any], Any]:
    """A letter that the reader may see, and how it is served; 404 where it is not."""
    row = papers.find(view, letter_id)
    rule = service.rule_of(view.definition, row)
    if rule is None:
        abort(404)
    return row, rule


def _receipt(view: View, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The form: what is known is filled in, the rest is left to the pen. No seal is drawn."""
    known = next(iter(service.of_letter(view.tx, view.ground, row["id"])), None)
    blank = show.both("")
    said = {
        "letter": row["body"]["title"],
        "number": show.both(row["formal_number"] or row["number"] or ""),
        "case": show.both(f"{view.row['number'] or ''} {view.row['title']}".strip()),
        "addressee": parties.addressee_name(view.tx, view.definition.letters[row["kind"]], view.row),
        "way": show.words(f"service.way.{known['way']}") if known is not None else blank,
        "place": blank,
        "receiver": show.both(known["receiver"]) if known is not None else blank,
        "received": show.day(known["served_on"]) if known is not None else show.words("service.receipt.blank"),
        "server": blank,
        "note": show.both(known["note"]) if known is not None else blank,
    }
    rows = [
        [show.words("service.way" if name == "way" else f"service.receipt.{name}"), value]
        for name, value in said.items()
    ]
    return {
        "title": show.words("service.receipt.title"), "number": None, "layout": "form",
        "blocks": [{"kind": "fields", "rows": rows}],
    }  # fmt: skip
