"""What a reviewer sees of a footprint: the whole page, a line with all it rests on, two results compared, the sheet.

A finding is accepted here, with a reason, by whoever holds the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from caseflow.cases import act, attached, dossier, findings
from caseflow.cases.view import View
from caseflow.footprint import process
from caseflow.office import dossiers
from caseflow.records import files, letters
from caseflow.studies import recompute, store
from caseflow.studies.recompute import StoredResult
from caseflow.web import drawing, footprint_sheet, papers, review, shell
from caseflow.web.act_form import casework, request_key, viewed
from caseflow.web.charts_shown import digits_of, shown
from caseflow.web.footprint_compared import compared, remarks
from caseflow.web.footprint_pane import result_of, seen
from caseflow.web.footprint_pictures import Pictures, simulation
from caseflow.web.footprint_sight import Sight, lines_of, may_see
from caseflow.web.posted import request_key as posted_key
from caseflow.web.shell import page

blueprint = Blueprint("footprint_review", __name__)


@page(blueprint, "/cases/<int:case_id>/footprint/review", policy=casework)
def show(case_id: int) -> Any:
    """The footprint as it was recomputed last, or (``?result=``) as it was recomputed on an earlier occasion."""
    view = _viewed(case_id)
    found = _asked(view)
    review.log_reading(view, "footprint")
    return render_template(
        "case/footprint_review.html",
        view=view,
        sight=found,
        pictures=Pictures(found, simulation(found, store.stored_shelf(view.tx))),
        earlier=_earlier(view),
        reasons=_reasons(view),
        titles=_titles(view),
        keys={name: drawing.t(f"footprint.key.{name}") for name in process.KEYS},
        key=request_key,
    )


def _again(case_id: int, finding: int) -> Any:
    """After a refusal; the form of ``finding``, which the address names, keeps what was typed."""
    return show(case_id)


@page(
    blueprint,
    "/cases/<int:case_id>/footprint/findings/<int:finding>",
    methods=("POST",),
    policy=casework,
    redraw=_again,
)
def accept(case_id: int, finding: int) -> Any:
    """Accept a finding with a reason."""
    given = {"finding": finding, "answer": request.form.get("answer", "")}
    seen = request.form.get("seen", type=int)
    act.perform(
        g.tx, shell.house().ground, g.actor, case_id, findings.ACT, given, request_key=posted_key(), seen=seen
    )  # fmt: skip
    return shell.done(url_for("footprint_review.show", case_id=case_id), "finding_answered")


@page(blueprint, "/cases/<int:case_id>/footprint/lines/<line_id>", policy=casework)
def line(case_id: int, line_id: str) -> Any:
    """One line from its figure to its factor, and to the source and the evidence of both."""
    view = _viewed(case_id)
    found = _asked(view)
    row = found.line_of(line_id)
    if row is None:
        abort(404)
    stated = next((one for one in lines_of(found.study) if one["id"] == line_id), {})
    shelf = store.stored_shelf(view.tx)
    ref = row.line["factor"]
    factor = shelf.factors.get(ref)
    own = stated.get("own") or next(
        (one for one in found.study.get("factors", ()) if ref == f"own/{one['id']}"), None
    )  # fmt: skip
    review.log_reading(view, "footprint")
    return render_template(
        "case/footprint_line.html",
        view=view,
        sight=found,
        row=row,
        stated=stated,
        stage=next((one.name for one in found.stages if one.id == row.line["stage"]), row.line["stage"]),
        factor=factor,
        release=shelf.factors.release(factor.release) if factor else None,
        own=own,
        evidence=_evidence(view),
    )


@page(blueprint, "/cases/<int:case_id>/footprint/compare", policy=casework)
def compare(case_id: int) -> Any:
    """Two results line by line, the earlier one on the left."""
    view = _viewed(case_id)
    pair = sorted({request.args.get("a", 0, type=int), request.args.get("b", 0, type=int)})
    if len(pair) != 2:
        return redirect(url_for("footprint_review.show", case_id=case_id), 303)
    both = [result_of(view, number) for number in pair]
    digits = max(digits_of([one.total]) for one in both)
    before, after = (seen(view, one, digits) for one in both)
    review.log_reading(view, "footprint")
    return render_template(
        "case/footprint_compare.html",
        view=view,
        both=[_told(view, one) for one in both],
        before=before,
        after=after,
        found=compared(before.result, after.result, before.shown, after.shown),
        remarks=remarks(before.groups, after.groups),
        titles=_titles(view),
    )


@page(blueprint, "/cases/<int:case_id>/footprint/sheet.<kind>", policy=casework)
def sheet(case_id: int, kind: str) -> Any:
    """The recomputation on paper (复算单), as PDF or as a page."""
    view = _viewed(case_id)
    if kind not in ("pdf", "html"):
        abort(404)
    g.language = papers.asked_language()
    found = _asked(view)
    shelf = store.stored_shelf(view.tx)
    pictures = Pictures(found, simulation(found, shelf))
    told = _told(view, found.stored)
    review.log_reading(view, f"footprint sheet.{kind}")
    made = letters.page(
        "footprint.html",
        g.language,
        demo=shell.house().settings.demo,
        code=dossier.revision_code(found.stored.hash),
        screen=kind == "html",
        title=drawing.t("footprint_review.sheet"),
        sections=footprint_sheet.sections(view, pictures, shelf, told["occasion"]),
    )
    number = view.row["number"] or view.row["id"]
    return papers.printed(made, f"{number} {drawing.t('footprint_review.sheet')}", kind)


def _viewed(case_id: int) -> View:
    """The case, for those who review its footprint: offices, and a panel once it may open the papers."""
    view = viewed(case_id)
    if not may_see(view) or not dossiers.may_open(view):
        abort(404)
    return view


def _asked(view: View) -> Sight:
    """The result that ``?result=`` names, else the newest."""
    return seen(view, result_of(view, request.args.get("result", type=int)))


def _earlier(view: View) -> list[dict[str, Any]]:
    """Every result of the case, the newest first."""
    return [_told(view, one) for one in reversed(recompute.results_of(view.tx, view.row["id"]))]


def _told(view: View, result: StoredResult) -> dict[str, Any]:
    """When, on what occasion and by what a result was made."""
    if result.occasion in view.definition.states:
        occasion = drawing.named(view.name_of(result.occasion))
    else:
        title = _titles(view).get(result.occasion, result.occasion)
        occasion = drawing.t("footprint_review.by_release", name=title)
    body = result.body["result"]
    return {
        "id": result.id,
        "at": result.at,
        "occasion": occasion,
        "method": body["method"],
        "gwp_set": body.get("gwp_set", ""),
        "releases": sorted(result.release_hashes),
        "total": shown(body, drawing.named).total,
        "declared": result.declared,
        "deviation": None if result.deviation is None else Decimal(str(result.deviation)),
        "over": result.over,
        "intact": result.intact,
    }


def _titles(view: View) -> dict[str, str]:
    """What the releases are called, by their ids."""
    return {one.id: drawing.named(one.title) for one in store.stored_shelf(view.tx).factors.releases}


def _reasons(view: View) -> dict[str, list[dict[str, Any]]]:
    """By finding every word that was said on it, those of earlier figures too; for the offices alone."""
    if not view.is_staff:
        return {}
    said = findings.reasons(view.tx, view.ground, view.row)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in view.timeline() if said else ():
        if entry.row.seq in said:
            body: Mapping[str, Any] = entry.row.body
            kept = {"at": entry.row.at, "by": entry.by, "text": said[entry.row.seq], "input": body.get("input", "")}
            found.setdefault(body.get("code", ""), []).append(kept)
    return found


def _evidence(view: View) -> dict[str, Any]:
    """The files that the reader may open, by their hash and by their name."""
    readable = attached.readable(view)
    rows = [row for row in files.of_case(view.tx, view.row["id"]) if row.id in readable]
    return {row.name: row for row in rows} | {row.sha256: row for row in rows}
