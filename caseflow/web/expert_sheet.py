"""The score sheet beside the dossier: saved while it is typed, version by version, and given in from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection, RowMapping
from werkzeug.datastructures import MultiDict

from caseflow import clock
from caseflow.cases import act, attached, page_notes, practice, scores, sheet_drafts
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View, load
from caseflow.records import files, journal
from caseflow.web import expert_seat, filling, posted, record, review, shell
from caseflow.web.act_form import request_key, widgets
from caseflow.web.drafts import JUST_NOW
from caseflow.web.expert_seat import Own, Standing
from caseflow.web.shell import page
from caseflow.web.uploads import SHOWN, CaseStore
from caseflow.words import Message, Refused
from caseflow.workflow import fields
from caseflow.workflow.procedure import Action

blueprint = Blueprint("expert_sheet", __name__)


@page(blueprint, "/cases/<int:case_id>/panel/<int:member_id>", policy=shell.signed_in)
def sheet(case_id: int, member_id: int) -> Any:
    """The score sheet of one case beside its dossier. Nothing of a dossier opens before pledges and declaration."""
    own = expert_seat.here(case_id)
    if not own.ready and any(row["id"] == member_id for row in own.rows):
        return redirect(url_for("expert.assignment", case_id=case_id), 303)
    own, row = expert_seat.reads(case_id, member_id)
    standing, about = expert_seat.standing(own, row), load(g.tx, own.view.ground, g.actor, member_id)
    review.log_reading(about, "dossier")
    offer = own.offer("score_member")
    order = [one["id"] for one in own.open]
    at = order.index(member_id)
    conflict: DraftChanged | None = g.get("conflict")
    return render_template(
        "expert/sheet.html",
        view=own.view,
        about=about,
        own=own,
        offer=offer,
        one=standing,
        widgets=widgets(own.view, offer, _values(own, standing, offer.action)) if offer and not offer.reasons else (),
        panel=own.panel,
        parts=record.dossier(about),
        footprint=review.footprint(about),
        papers=papers_of(about),
        notes=page_notes.of(g.tx, own.view.ground.keys, case_id, member_id, g.actor.person_id),
        practice_left=len(own.panel.examples) - len(_practised(own)),
        others=_others(own, member_id) if standing.mine is not None and offer is None else None,
        neighbours=(order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None),
        place=(at + 1, len(order)),
        version=conflict.version if conflict else standing.typed.version,
        conflict=conflict,
        theirs=expert_seat.sheet_of(conflict.values) if conflict else None,
        request_key=request.form.get("request_key") or request_key(),
        paper_link=lambda file: _paper_link(case_id, member_id, file),
    )


@page(
    blueprint,
    "/cases/<int:case_id>/panel/<int:member_id>",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=sheet,
    own_transactions=True,
)
def give(case_id: int, member_id: int) -> Any:
    """Give the sheet in, or only keep it. What was typed is kept as a version either way."""
    key, seen = posted.request_key(), request.form.get("version", 0, type=int)
    with shell.reading() as tx:
        g.tx = tx
        own, _ = expert_seat.reads(case_id, member_id)
        if journal.outcome(tx, key) is not None:
            return _onward(own)
        action = _action(own)
    g.tx = None
    store = CaseStore(case_id, g.actor, f"act.{action.id}")
    raw, wrong = filling.read(action.asks.values(), request.form, request.files, store)
    g.raw = raw = _about(raw, action, member_id)
    if wrong:
        raise Refused(
            *(Message(one.key, {**one.values, "input": path}) for path, found in wrong.items() for one in found)
        )
    only_keep = request.form.get("keep") == "yes"
    if not only_keep:
        _refuse_gaps(own, action, raw)

    def work(tx: Connection) -> None:
        _keep(tx, own, action, member_id, raw, seen, by_button=True)
        if not only_keep:
            act.perform(tx, own.view.ground, g.actor, case_id, action.id, raw, request_key=key)

    try:
        shell.house().database.once(work)
    except DraftChanged as changed:
        return _both(case_id, member_id, changed)
    with shell.reading() as tx:
        g.tx = tx
        if only_keep:
            return shell.done(url_for("expert_sheet.sheet", case_id=case_id, member_id=member_id), "draft_kept")
        return _onward(expert_seat.here(case_id))


@page(blueprint, "/cases/<int:case_id>/panel/<int:member_id>/draft", methods=("POST",), policy=shell.signed_in)
def keep(case_id: int, member_id: int) -> Any:
    """Keep what is being typed (``{version, fields: [[name, value], …]}``) as a version over the one that was read."""
    own, _ = expert_seat.reads(case_id, member_id)
    action, body = _action(own), request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("fields"), list):
        abort(400)
    typed: MultiDict[str, str] = MultiDict(
        (pair[0], pair[1])
        for pair in body["fields"]
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
    )
    raw, _ = filling.read(action.asks.values(), typed, MultiDict(), CaseStore(case_id, g.actor, f"act.{action.id}"))
    seen = body.get("version")
    try:
        version = _keep(
            g.tx, own, action, member_id, _about(raw, action, member_id), seen if isinstance(seen, int) else 0
        )
    except DraftChanged as changed:
        return jsonify(version=changed.version, fields=filling.pairs(action.asks.values(), changed.values)), 409
    return jsonify(version=version)


def papers_of(about: View) -> list[Any]:
    """The files of a case that its reader may know of, each with the question that it answers and whether it opens."""
    found = [(one, files.find(about.tx, one.file_id)) for one in attached.to(about)]
    return [
        {"row": row, "label": one.label, "opens": row.media_type in SHOWN and row.purged_at is None}
        for one, row in found
        if row is not None
    ]


def _paper_link(case_id: int, member_id: int, row: Any) -> str | None:
    """Where a file of the dossier is read; nothing for a kind that cannot be shown page by page."""
    if row.media_type not in SHOWN:
        return None
    return url_for("expert_reading.paper", case_id=case_id, member_id=member_id, file_id=row.id)


def _action(own: Own) -> Action:
    offer = own.offer("score_member")
    if offer is None or expert_seat.question_of(offer.action) is None:
        raise NotHere
    return offer.action


def _values(own: Own, standing: Standing, action: Action) -> dict[str, Any]:
    """What the form shows: what was just posted, what was typed last, or the sheet as it was given in."""
    if g.get("raw") is not None:
        return dict(g.raw)
    if standing.ahead:
        return standing.typed.values
    question = expert_seat.question_of(action)
    return {question.id: standing.mine} if question is not None and standing.mine is not None else {}


def _about(raw: dict[str, Any], action: Action, member_id: int) -> dict[str, Any]:
    """The answers with the sheet made out for the case of the page."""
    question = expert_seat.question_of(action)
    return {
        name: {**one, "member": member_id} if question and name == question.id else one for name, one in raw.items()
    }


def _refuse_gaps(own: Own, action: Action, raw: Mapping[str, Any]) -> None:
    """Say what is missing beside its criterion. The act asks again when it is done."""
    question = expert_seat.question_of(action)
    name = question.id if question is not None else ""
    found = scores.lacking(own.panel, raw.get(name) or {})
    if found:
        raise Refused(
            *(
                Message(one.key, {**one.values, "input": f"{name}.{place}"})
                for place, every in found.items()
                for one in every
            )
        )


def _keep(
    tx: Connection,
    own: Own,
    action: Action,
    member_id: int,
    raw: Mapping[str, Any],
    seen: int,
    *,
    by_button: bool = False,
) -> int:
    cleaned, _ = fields.clean_section(list(action.asks.values()), raw, complete=False)
    place, keys, now = own.place(member_id), own.view.ground.keys, clock.now()
    try:
        return sheet_drafts.keep(tx, keys, place, cleaned, seen, now)
    except DraftChanged as changed:
        # The button is often pressed while the same form is still being saved by itself.
        if not by_button or now - changed.saved_at >= JUST_NOW:
            raise
        return sheet_drafts.keep(tx, keys, place, cleaned, changed.version, now)


def _both(case_id: int, member_id: int, changed: DraftChanged) -> Response:
    """The form with the own text, and beside it what another window saved meanwhile."""
    g.conflict = changed
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        drawn = sheet(case_id, member_id)
    g.tx = None
    return Response(drawn, status=409, mimetype="text/html")


def _onward(own: Own) -> Response:
    """On to the next case that has no sheet; after the last, back to the list."""
    case_id = own.view.row["id"]
    left: RowMapping | None = next((one.row for one in expert_seat.standings(own) if one.mine is None), None)
    if left is None:
        return shell.done(url_for("expert.assignment", case_id=case_id), "sheet_given")
    return shell.done(url_for("expert_sheet.sheet", case_id=case_id, member_id=left["id"]), "sheet_given")


def _practised(own: Own) -> dict[str, dict[str, int]]:
    view = own.view
    return practice.given(view.tx, view.ground, view.row["id"], own.panel_id, own.panel, view.actor.person_id)


def _others(own: Own, member_id: int) -> list[Any] | None:
    """The totals of the others, without names; asked for only when the own score is in and can no longer change."""
    if own.panel.sees_peers == "never":
        return None
    rows = scores.valid(own.view.tx, own.view.row["id"], own.panel_id)[member_id]
    others = [row for row in rows if row["person_id"] != own.view.actor.person_id]
    return sorted(scores.total(own.panel, row["marks"]) for row in others)
