"""The applicant's activity data: typed by stage, kept while typing, calculated after each save, declared by the button."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseflow.cases import dossier
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.footprint import study as studies
from caseflow.footprint.factors import KINDS
from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.report import report
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.units import UNITS
from caseflow.studies import store
from caseflow.web import applicant, drafts, drawing, footprint_form, shell
from caseflow.web.footprint_form import Pairs
from caseflow.web.shell import page
from caseflow.words import Message, Refused, from_json

blueprint = Blueprint("footprint", __name__)

PART = "footprint"
STANDARD = "GB/T 24067-2024"
TOLERANCE = Decimal(5)
"""Percent, where the workflow names none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the editor. ``start`` begins the names of its inputs."""

    start: str
    cells: dict[str, str]
    kg: float | None
    share: float | None
    problem: str
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a study comes to, for the page."""

    result: Result
    declared: Decimal | None
    deviation: str
    over: bool
    findings: list[tuple[str, str]]
    """Severity and sentence."""
    largest: float


@page(blueprint, "/cases/<int:case_id>/footprint", policy=shell.signed_in)
def edit(case_id: int) -> Any:
    view = applicant.own(case_id)
    if not view.definition.footprint:
        abort(404)
    saved = store.latest_study(g.tx, case_id)
    version, kept = drafts.read(view, PART)
    pairs = _typed() or ([(name, value) for name, value in kept["fields"]] if version else _first(view, saved))
    scheme = _scheme(view, pairs)
    outcome = _outcome(view, pairs)
    conflict: DraftChanged | None = g.get("conflict")
    return render_template(
        "applicant/footprint.html",
        view=view,
        values=dict(pairs),
        scheme=scheme,
        schemes=view.ground.shelf.schemes,
        rows={stage.id: _rows(view.ground.shelf, scheme, stage.id, pairs, outcome) for stage in scheme.stages},
        units=UNITS,
        kinds=KINDS,
        gwp_sets=GWP_SETS,
        factors=[_label(one) for one in footprint_form.offered(view.ground.shelf)],
        labelled=lambda ref: _label(found) if (found := view.ground.shelf.factors.get(ref)) else ref,
        figure=figure,
        outcome=outcome,
        saved=saved,
        may_edit=applicant.may_footprint(view),
        version=conflict.version if conflict else version,
        conflict={"by": drafts.name_of(conflict.saved_by), "at": conflict.saved_at} if conflict else None,
    )


@page(blueprint, "/cases/<int:case_id>/footprint", methods=("POST",), policy=shell.signed_in, own_transactions=True)
def save(case_id: int) -> Any:
    """Keep what was typed; where it can be read it becomes the declared study of the case."""
    pairs = footprint_form.kept(request.form)
    data, starts = footprint_form.plain(pairs)
    against: list[Message] = []
    study = None
    try:
        study = studies.read(data)
    except Refused as refusal:
        against = [footprint_form.placed(reason, starts) for reason in refusal.reasons]
    try:
        with shell.writing() as tx:
            g.tx = tx
            view = _editable(case_id)
            seen = request.form.get("version", 0, type=int)
            drafts.keep(view, PART, {"fields": [list(pair) for pair in pairs]}, seen, by_button=True)
            if study is not None and request.form.get("go") != "keep":
                store.save_study(tx, case_id=case_id, study_=study, by=g.actor.person_id)
                dossier.drop_drafts(tx, case_id, PART, drafts.owner(view))
    except DraftChanged as changed:
        g.conflict = changed
        return _again(case_id, 409)
    g.tx = None
    if request.form.get("go") == "keep":
        return shell.done(url_for("footprint.edit", case_id=case_id), "draft_saved")
    if against:
        g.errors = [(str(reason.values.get("input", "")), reason) for reason in against]
        return _again(case_id, 422)
    return redirect(url_for("footprint.edit", case_id=case_id, done="footprint_saved", _anchor="result"), 303)


@page(blueprint, "/cases/<int:case_id>/drafts/footprint", methods=("POST",), policy=shell.signed_in)
def autosave(case_id: int) -> Any:
    """Keep what is being typed, and say what it comes to so far."""
    view = _editable(case_id)
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("fields"), list):
        abort(400)
    typed = [
        pair
        for pair in body["fields"]
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
    ]
    pairs = footprint_form.kept(MultiDict((name, value) for name, value in typed))
    seen = body.get("version")
    try:
        kept = {"fields": [list(pair) for pair in pairs]}
        version = drafts.keep(view, PART, kept, seen if isinstance(seen, int) else 0, by_button=False)
    except DraftChanged as changed:
        told = {"version": changed.version, "fields": changed.values["fields"], "by": drafts.name_of(changed.saved_by)}
        return jsonify(told), 409
    found = _outcome(view, pairs)
    return jsonify(version=version, total=figure(found.result.total) if found else None)


def figure(value: float | Decimal | None) -> str:
    """A figure to read: five significant digits, grouped, without an exponent."""
    if value is None:
        return "–"
    number = Decimal(f"{float(value):.5g}")
    return f"{number:,f}"


def _editable(case_id: int) -> View:
    view = applicant.own(case_id)
    if not applicant.may_footprint(view):
        raise NotHere
    return view


def _typed() -> Pairs:
    return footprint_form.kept(request.form) if request.method == "POST" else []


def _first(view: View, saved: store.StoredStudy | None) -> Pairs:
    """The page before anything was typed: the saved study, or what can be known."""
    if saved is not None:
        return footprint_form.pairs_of(saved.study)
    year = g.now.year - 1
    return [
        ("product", view.row["subject"]),
        ("unit_quantity", "1"),
        ("unit_unit", "t"),
        ("from", f"{year}-01-01"),
        ("to", f"{year}-12-31"),
        ("standard", STANDARD),
        ("gwp_set", GWP_SETS[-1]),
        ("boundary", view.ground.shelf.schemes[0].boundaries[0].id),
    ]


def _scheme(view: View, pairs: Pairs) -> Scheme:
    """The stages chosen; before that those of the notice on which the workflow rests."""
    known = view.ground.shelf.schemes
    wanted = dict(pairs).get("scheme", "")
    chosen = next((one for one in known if one.id == wanted), None)
    if chosen is None:
        chosen = next((one for one in known if view.definition.basis.notice in one.basis), known[0])
    return chosen


def _rows(shelf: Shelf, scheme: Scheme, stage: str, pairs: Pairs, outcome: Outcome | None) -> list[Row]:
    """The lines of one stage, and last of all an empty one to copy."""
    found: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        if not name.startswith("lines-"):
            continue
        _, given, number, cell = name.split("-", 3)
        if footprint_form.in_scheme(shelf, scheme, given) == stage:
            found.setdefault(f"{given}-{number}", {})[cell] = value
    by_place = _figures(pairs, outcome)
    rows = []
    for at, (place, cells) in enumerate(found.items()):
        line = by_place.get(f"lines-{place}")
        problem = drawing.say(line.problem) if line is not None and line.problem is not None else ""
        rows.append(Row(f"lines-{stage}-{at}", cells, line.kg if line else None, line.share if line else None, problem))
    return [*rows, Row(f"lines-{stage}-{len(rows)}", {}, None, None, "", blank=True)]


def _figures(pairs: Pairs, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {}
    return dict(zip(footprint_form.plain(pairs)[1], outcome.result.lines, strict=False))


def _outcome(view: View, pairs: Pairs) -> Outcome | None:
    """What the typed lines come to; nothing while they cannot be read."""
    try:
        study = studies.read(footprint_form.plain(pairs)[0])
    except Refused:
        return None
    result, body = report(study, view.ground.shelf, _tolerance(view))
    comparison = body["comparison"]
    return Outcome(
        result,
        study.declared,
        f"{Decimal(comparison['deviation']):+.2f}" if comparison["deviation"] else "",
        comparison["over"],
        [(one["severity"], drawing.say(from_json(one["message"]))) for one in body["findings"]],
        max((abs(stage.total) for stage in result.stages), default=0.0),
    )


def _tolerance(view: View) -> Decimal:
    rule = next((state.calculates for state in view.definition.states.values() if state.calculates), None)
    return Decimal(rule.tolerance.rstrip("%")) if rule else TOLERANCE


def _label(factor: Any) -> str:
    return f"{drawing.named(factor.name)} {factor.year} {factor.value} {factor.unit_text} [{factor.ref}]"


def _again(case_id: int, status: int) -> Any:
    with shell.reading() as tx:
        g.tx = tx
        body = edit(case_id)
    g.tx = None
    return body, status
