"""The opinion of a panel: an expert reads and signs it; the office that runs the panel sees who has, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from caseflow.cases import discussion, entry, members, panel_peers, panel_signatures, remarks
from caseflow.cases.view import Offer, View
from caseflow.evaluation.diagnostics import Outlier
from caseflow.web import collective, panel_discussion, review, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import casework, request_key, viewed
from caseflow.web.panel_discussion import seat_here
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.panel import Panel

blueprint = Blueprint("panel_signing", __name__)


@dataclass(frozen=True, slots=True)
class Board:
    """What the office reads of one panel."""

    panel: Panel
    cases: list[dict[str, Any]]
    signatures: list[dict[str, Any]]


@page(blueprint, "/cases/<int:case_id>/opinion", policy=shell.signed_in)
def opinion(case_id: int) -> Any:
    """Score and opinion of every case for which the reader signs, and the form to sign."""
    view = viewed(case_id)
    panel_id = seat_here(view)
    tx, keys = view.tx, view.ground.keys
    own = panel_signatures.own(tx, case_id, panel_id, view.actor.person_id)
    if own is None:
        abort(404)
    drafted = remarks.opinions(remarks.rows(tx, case_id, panel_id))
    last, offer = own.signed, _offer(view)
    return render_template(
        "discussion/opinion.html",
        view=view,
        panel=view.definition.panels[panel_id],
        own=own,
        lines=[
            {"row": row, "opinion": remarks.words(keys, drafted[row["id"]]) if row["id"] in drafted else ""}
            for row in members.rows(tx, case_id)
            if row["id"] in own.before
        ],
        dissents=panel_signatures.words(keys, last) if last is not None else {},
        offer=offer,
        longest=panel_discussion.longest(offer.action) if offer is not None else None,
        key=request_key,
    )


@page(
    blueprint,
    "/cases/<int:case_id>/opinion",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=opinion,
    endpoint="sign",
)
def sign(case_id: int) -> Any:
    """Sign as it stands, with a dissent where one was typed."""
    view = viewed(case_id)
    panel_id, offer = seat_here(view), _offer(view)
    entry.locked(view.tx, case_id)  # what is compared here stays so until it is signed
    own = panel_signatures.own(view.tx, case_id, panel_id, view.actor.person_id)
    if offer is None or own is None:
        abort(404)
    if request.form.get("stands_for") != own.owed:
        raise Refused(Message("opinion.changed_meanwhile"))
    panel_discussion.perform(view, offer.action, {number: f"dissent-{number}" for number in own.before})
    return shell.done(url_for("panel_signing.opinion", case_id=case_id), "panel_signed")


@page(blueprint, "/cases/<int:case_id>/panel-opinion", policy=casework)
def office(case_id: int) -> Any:
    """Outlying scores, what was said, opinions and signatures with names; for the office that runs the panel alone."""
    view = viewed(case_id)
    if not collective.manages_panel(view):
        abort(404)
    review.log_reading(view, "panel_opinion")
    return render_template(
        "discussion/office.html", view=view, boards=[_board(view, one) for one in view.definition.panels.values()]
    )


def _offer(view: View) -> Offer | None:
    return next((one for one in view.offers() if "sign_panel" in effects(one.action)), None)


def _board(view: View, panel: Panel) -> Board:
    tx, keys, case_id = view.tx, view.ground.keys, view.row["id"]
    found = remarks.rows(tx, case_id, panel.id)
    shown = discussion.is_open(view.definition, view.row["state"], panel.id) or bool(found)
    far: tuple[Outlier, ...] = discussion.outlying(tx, panel, case_id) if shown else ()
    drafted = remarks.opinions(found)
    names = panel_peers.names(tx, case_id, panel.id)
    cases = [
        {
            "row": row,
            "far": [(names.get(one.expert, ""), one) for one in far if one.case == row["id"]],
            "said": [
                (names.get(one["person_id"], ""), names.get(one["to_person_id"]), one["kind"], remarks.words(keys, one))
                for one in found
                if one["member_case_id"] == row["id"] and one["kind"] != remarks.OPINION
            ],
            "opinion": remarks.words(keys, drafted[row["id"]]) if row["id"] in drafted else "",
        }
        for row in members.rows(tx, case_id)
    ]
    titles = {str(row["id"]): row["title"] for row in members.rows(tx, case_id)}
    signatures = [
        {
            "one": one,
            "dissents": [
                (titles.get(number, ""), text) for number, text in panel_signatures.words(keys, one.signed).items()
            ]
            if one.signed is not None
            else [],
            "noted": panel_signatures.words(keys, one.noted).get("reason", "") if one.noted is not None else "",
        }
        for one in panel_signatures.of_panel(tx, case_id, panel.id)
    ]
    return Board(panel, cases, signatures)
