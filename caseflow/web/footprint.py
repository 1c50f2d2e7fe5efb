"""The applicant's activity data: typed by stage, kept while typing, calculated after each save, declared by the button."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseflow.cases import attached, dossier
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.footprint import study as studies
from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.records import files
from caseflow.studies import store
from caseflow.web import applicant, drafts, footprint_form, footprint_live, footprint_page, footprint_rows, shell
from caseflow.web.footprint_form import Pairs
from caseflow.web.shell import page
from caseflow.words import Refused

blueprint = Blueprint("footprint", __name__)

PART = "footprint"
STANDARD = "GB/T 24067-2024"
DECLARE, KEEP = "declare", "keep"
_HASH_SHOWN = 16
"""Hexadecimal digits that name a file among those of a case."""


@page(blueprint, "/cases/<int:case_id>/footprint", policy=shell.signed_in)
def edit(case_id: int) -> Any:
    view = applicant.own(case_id)
    if not view.definition.footprint:
        abort(404)
    version, pairs, saved = typed(view)
    if request.method == "POST":
        pairs = footprint_form.kept(request.form)
    conflict: DraftChanged | None = g.get("conflict")
    scheme = scheme_of(view, pairs)
    return render_template(
        "applicant/footprint.html",
        view=view,
        **footprint_page.drawn(view, scheme, pairs, request.args.get("open", "")),
        evidence=_evidence(view),
        saved=saved,
        may_edit=applicant.may_footprint(view),
        version=conflict.version if conflict else version,
        conflict={"by": drafts.name_of(conflict.saved_by), "at": conflict.saved_at} if conflict else None,
    )


@page(blueprint, "/cases/<int:case_id>/footprint", methods=("POST",), policy=shell.signed_in, own_transactions=True)
def save(case_id: int) -> Any:
    """Keep what was typed. By the button that declares, what can be read becomes the declared study of the case; by
    the button of a row the row is copied, moved, removed, opened.
    """
    act, _, start = request.form.get("go", DECLARE).partition(":")
    pairs = footprint_form.kept(request.form)
    typed_ = footprint_form.plain(pairs)
    study, against = None, []
    if act == DECLARE:
        try:
            study = studies.read(typed_.data)
        except Refused as refusal:
            against = [footprint_form.placed(reason, typed_.starts) for reason in refusal.reasons]
    place = ""
    try:
        with shell.writing() as tx:
            g.tx = tx
            view = editable(case_id)
            if act not in (DECLARE, KEEP):
                pairs, place = footprint_rows.done(pairs, act, start, view.shelf)
            keep(view, pairs, request.form.get("version", 0, type=int))
            if study is not None:
                declare(view, study)
    except DraftChanged as changed:
        g.conflict = changed
        return _again(case_id, 409)
    g.tx = None
    here = url_for("footprint.edit", case_id=case_id)
    if act == KEEP:
        return shell.done(here, "draft_saved")
    if act != DECLARE:
        opened = place if act in ("open", "copy") else None
        return redirect(url_for("footprint.edit", case_id=case_id, open=opened, _anchor=place), 303)
    if against:
        g.errors = [(str(reason.values.get("input", "")), reason) for reason in against]
        return _again(case_id, 422)
    return redirect(url_for("footprint.edit", case_id=case_id, done="footprint_saved", _anchor="result"), 303)


@page(blueprint, "/cases/<int:case_id>/drafts/footprint", methods=("POST",), policy=shell.signed_in)
def autosave(case_id: int) -> Any:
    """Keep what is being typed, and say what it comes to so far."""
    view = editable(case_id)
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("fields"), list):
        abort(400)
    given = [
        pair
        for pair in body["fields"]
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
    ]
    pairs = footprint_form.kept(MultiDict((name, value) for name, value in given))
    seen = body.get("version")
    try:
        version = keep(view, pairs, seen if isinstance(seen, int) else 0, by_button=False)
    except DraftChanged as changed:
        told = {"version": changed.version, "fields": changed.values["fields"], "by": drafts.name_of(changed.saved_by)}
        return jsonify(told), 409
    return jsonify(version=version, **footprint_live.told(footprint_live.outcome(view, pairs)))


def typed(view: View) -> tuple[int, Pairs, store.StoredStudy | None]:
    """Version and fields of the draft (0: there is none, the fields are those of the saved study), and that study."""
    saved = store.latest_study(g.tx, view.row["id"])
    version, draft = drafts.read(view, PART)
    if version:
        return version, [(name, value) for name, value in draft["fields"]], saved
    return version, footprint_form.pairs_of(saved.study) if saved else _first(view), saved


def keep(view: View, pairs: Pairs, seen: int, *, by_button: bool = True) -> int:
    """Keep the fields as the draft of the case's activity data over version ``seen``; the new version.

    Raises:
        DraftChanged: somebody else saved in the meantime.
    """
    return drafts.keep(view, PART, {"fields": [list(pair) for pair in pairs]}, seen, by_button=by_button)


def declare(view: View, study: Study) -> None:
    """Make a study that was typed, or brought in a file, the declared study of the case; its draft is done with."""
    store.save_study(view.tx, case_id=view.row["id"], study_=study, by=view.actor.person_id)
    dossier.drop_drafts(view.tx, view.row["id"], PART, drafts.owner(view))


def editable(case_id: int) -> View:
    """The own case while its activity data may be typed; otherwise it is not there."""
    view = applicant.own(case_id)
    if not applicant.may_footprint(view):
        raise NotHere
    return view


def scheme_of(view: View, pairs: Pairs) -> Scheme:
    """The stages chosen; before that those of the notice on which the workflow rests."""
    known = view.shelf.schemes
    wanted = dict(pairs).get("scheme", "")
    chosen = next((one for one in known if one.id == wanted), None)
    if chosen is None:
        chosen = next((one for one in known if view.definition.basis.notice in one.basis), known[0])
    return chosen


def _first(view: View) -> Pairs:
    """The page before anything was typed: what can be known."""
    year = g.now.year - 1
    return [
        ("product", view.row["subject"]),
        ("unit_quantity", "1"),
        ("unit_unit", "t"),
        ("from", f"{year}-01-01"),
        ("to", f"{year}-12-31"),
        ("standard", STANDARD),
        ("gwp_set", GWP_SETS[-1]),
        ("boundary", view.shelf.schemes[0].boundaries[0].id),
    ]


def _evidence(view: View) -> list[str]:
    """The files of the case that may be quoted as evidence: name, and the beginning of the hash of the content."""
    given = {one.file_id for one in attached.to(view)}
    rows = [row for row in files.of_case(view.tx, view.row["id"]) if row.id in given]
    return [f"{row.name} [sha256:{row.sha256[:_HASH_SHOWN]}]" for row in rows]


def _again(case_id: int, status: int) -> Any:
    with shell.reading() as tx:
        g.tx = tx
        body = edit(case_id)
    g.tx = None
    return body, status
