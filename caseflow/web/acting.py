"""Doing an act: its form, the act itself through the one door, and what came of it. One page for every act of every workflow."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection
from werkzeug.datastructures import MultiDict

from caseflow.cases import act, dossier, findings, questions, signing
from caseflow.cases.entry import NotHere, Outcome, Stale
from caseflow.cases.view import load
from caseflow.records import journal
from caseflow.web import drawing, filling, posted, review, shell
from caseflow.web.act_context import effects, member_here
from caseflow.web.act_form import about_member, not_here, offered, prepared, viewed, watches
from caseflow.web.shell import page
from caseflow.web.uploads import CaseStore
from caseflow.words import Message, Refused
from caseflow.workflow import fields
from caseflow.workflow.procedure import Action

blueprint = Blueprint("acting", __name__)


@page(blueprint, "/cases/<int:case_id>/acts/<action_id>", policy=shell.signed_in, endpoint="form")
def form(case_id: int, action_id: str) -> Any:
    """The form of an act; after a refusal, with everything that was typed and all reasons."""
    view = viewed(case_id)
    offer = offered(view, action_id)
    if request.method == "GET" and "score_member" in effects(offer.action):
        return _to_sheet(case_id)
    if request.values.get("from") == "review" and view.is_staff:
        return review.draw(view, offer)
    return render_template("case/act.html", stale=g.get("stale"), **prepared(view, offer))


def _to_sheet(case_id: int) -> Any:
    """A score is typed on a page of its own, which keeps every version of it: there, or on the list of cases."""
    member = member_here()
    if member is None:
        return redirect(url_for("expert.assignment", case_id=case_id), 303)
    return redirect(url_for("expert_sheet.sheet", case_id=case_id, member_id=member), 303)


@page(
    blueprint,
    "/cases/<int:case_id>/acts/<action_id>",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=form,
    own_transactions=True,
    endpoint="perform",
)
def perform(case_id: int, action_id: str) -> Any:
    """Do it. Uploads are kept first, so that nothing needs to be chosen again after a refusal."""
    key = posted.request_key()
    ground = shell.house().ground
    with shell.reading() as tx:
        view = load(tx, ground, g.actor, case_id)
        earlier = journal.outcome(tx, key)
        if earlier is not None:
            return _finished(earlier.case_id, earlier.act, key)
        action = view.definition.action(view.row["state"], action_id)
        if action is None:
            not_here(view, action_id)
    store = CaseStore(case_id, g.actor, f"act.{action_id}")
    raw, wrong = filling.read(action.asks.values(), request.form, request.files, store)
    g.raw = raw
    if wrong:
        raise Refused(
            *(Message(one.key, {**one.values, "input": path}) for path, found in wrong.items() for one in found)
        )
    if request.form.get("keep") == "yes":
        with shell.writing() as tx:
            _keep_draft(tx, case_id, action, raw)
        return shell.done(url_for("acting.form", case_id=case_id, action_id=action_id), "draft_kept")
    seen = request.form.get("seen", type=int) if watches(action) else None
    try:
        with shell.writing() as tx:
            outcome = act.perform(tx, ground, g.actor, case_id, action_id, raw, request_key=key, seen=seen)
            if about_member():
                part = f"act.{action_id}{about_member()}"
                dossier.drop_drafts(tx, case_id, part, f"person:{g.actor.person_id}")
    except Stale as stale:
        return _redrawn(case_id, action_id, stale)
    if request.values.get("from") == "members":
        return shell.done(url_for("case.show", case_id=case_id), "members_changed")
    return _finished(outcome.case_id, outcome.action, key)


@page(
    blueprint,
    "/cases/<int:case_id>/acts/<action_id>/draft",
    methods=("POST",),
    policy=shell.signed_in,
    endpoint="save_draft",
)
def save_draft(case_id: int, action_id: str) -> Any:
    """Keep what is being typed for this person; typing is no act."""
    view = viewed(case_id)
    offer = offered(view, action_id)
    posted = request.get_json().get("fields", [])
    if not all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one) for one in posted
    ):
        abort(400)
    typed: MultiDict[str, str] = MultiDict((name, value) for name, value in posted)
    store = CaseStore(case_id, g.actor, f"act.{action_id}")
    raw, _ = filling.read(offer.action.asks.values(), typed, MultiDict(), store)
    known = {"dossier": view.dossier(), "case": view.facts()}
    put = questions.in_form(view.loaded, view.row["state"], offer.action, known)
    return jsonify(
        version=_keep_draft(g.tx, case_id, offer.action, raw),
        not_asked=[one.id for one in offer.action.asks.values() if one.when is not None and not put(one.when, raw)],
    )


@page(blueprint, "/cases/<int:case_id>/done", policy=shell.signed_in, endpoint="done")
def done(case_id: int) -> Any:
    """What came of an act: what was done, where the case stands, what comes next. The same page for a double click."""
    key = request.args.get("key", "")
    entry = next((one for one in journal.entries(g.tx, case_id) if one.request_key == key), None)
    if entry is None or entry.person_id != g.actor.person_id:
        abort(404)
    try:
        view = viewed(case_id)
    except NotHere:
        return render_template("case/gone.html", entry=entry)
    action = view.definition.action(entry.from_state, entry.act) if entry.from_state else None
    waiting = view.pending()
    return render_template(
        "case/done.html",
        view=view,
        entry=entry,
        action=action,
        proposed=entry.body.get("phase") == "proposed",
        engine=f"act.engine.{entry.act}",
        signers=[drawing.named(title) for title in signing.role_titles(view.definition, waiting)] if waiting else [],
    )


@page(blueprint, "/cases/<int:case_id>/signing", methods=("POST",), policy=shell.signed_in, endpoint="sign")
def sign(case_id: int) -> Any:
    """Put the own signature under what waits for it, or send it back."""
    decision = request.form.get("decision", "")
    if decision not in signing.ACTS:
        abort(400)
    answers_given = {name: request.form.get(name, "") for name in ("opinion", "proposal")}
    outcome = _at_once(case_id, decision, answers_given)
    return _finished(case_id, outcome.action, request.form["request_key"])


@page(
    blueprint,
    "/cases/<int:case_id>/findings/<int:finding>",
    methods=("POST",),
    policy=shell.signed_in,
    endpoint="answer",
)
def answer(case_id: int, finding: int) -> Any:
    """The reviewer's word on what was found."""
    _at_once(case_id, findings.ACT, {"finding": finding, "answer": request.form.get("answer", "")})
    if request.form.get("from") == "review":
        return shell.done(url_for("review.show", case_id=case_id, act=request.form.get("act")), "finding_answered")
    return shell.done(url_for("case.show", case_id=case_id), "finding_answered")


def _keep_draft(tx: Connection, case_id: int, action: Action, raw: dict[str, Any]) -> int:
    """What is typed belongs to one person, so the newest text wins; returns the draft's version."""
    cleaned, _ = fields.clean_section(list(action.asks.values()), raw, complete=False)
    part, owner = f"act.{action.id}{about_member()}", f"person:{g.actor.person_id}"
    ground = shell.house().ground
    version, _ = dossier.read_draft(tx, ground, case_id, part, owner)
    return dossier.save_draft(tx, ground, case_id, part, owner, cleaned, version, g.actor.person_id)


def _at_once(case_id: int, action_id: str, given: dict[str, Any]) -> Outcome:
    key = request.form.get("request_key", "")
    if len(key) < 16:
        abort(400)
    seen = request.form.get("seen", type=int)
    return act.perform(g.tx, shell.house().ground, g.actor, case_id, action_id, given, request_key=key, seen=seen)


def _redrawn(case_id: int, action_id: str, stale: Stale) -> Response:
    """The form on the newest version of the case, with the own text, saying who did what meanwhile."""
    g.stale = stale
    g.typed = request.form
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        try:
            drawn = form(case_id, action_id)
        except Refused:
            raise stale from None
    g.tx = None
    response = drawn if isinstance(drawn, Response) else Response(drawn, mimetype="text/html")
    response.status_code = 409
    return response


def _finished(case_id: int, action_id: str, key: str) -> Any:
    return redirect(url_for("acting.done", case_id=case_id, key=key), 303)
