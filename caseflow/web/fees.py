"""The fees of a panel (劳务费): an expert reads and confirms the own one; accounts stand whole before who pays alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, url_for

from caseflow.cases import act, fees
from caseflow.cases.view import Offer, View
from caseflow.people import expert_personal
from caseflow.records import sheets
from caseflow.web import drawing, papers, posted, review, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import request_key, viewed
from caseflow.web.shell import page

blueprint = Blueprint("fees", __name__)
_RUNS = frozenset({"settle_fees", "mark_fees_paid"})


@page(blueprint, "/cases/<int:case_id>/fees", policy=shell.signed_in)
def show(case_id: int) -> Any:
    """The fees for the office that settles or pays them; the own fee for an expert; 404 for everybody else."""
    view = viewed(case_id)
    panels = view.definition.panels.values()
    if _may(view, _RUNS):
        pays = _may(view, {"mark_fees_paid"})
        review.log_reading(view, "fees")
        boards = [{"panel": one, "lines": _lines(view, one.id, whole=pays)} for one in panels]
        return render_template("discussion/fees.html", view=view, boards=boards, pays=pays)
    own = [(one, row) for one in panels if (row := _own(view, one.id)) is not None]
    if not own:
        abort(404)
    known = expert_personal.of_person(view.tx, view.ground.keys, view.actor.person_id)
    return render_template(
        "discussion/own_fee.html",
        view=view,
        own=[(panel, row, fees.yuan(row["fen"]), _held(view, row)) for panel, row in own],
        known=expert_personal.masked(known),
        offer=_offer(view),
        key=request_key,
    )


@page(
    blueprint,
    "/cases/<int:case_id>/fees",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=show,
    endpoint="confirm",
)
def confirm(case_id: int) -> Any:
    """The expert confirms the own fee."""
    view = viewed(case_id)
    offer = _offer(view)
    if offer is None:
        abort(404)
    act.perform(g.tx, shell.house().ground, g.actor, case_id, offer.action.id, request_key=posted.request_key())
    return shell.done(url_for("fees.show", case_id=case_id), "fee_confirmed")


@page(blueprint, "/cases/<int:case_id>/fees.xlsx", policy=shell.signed_in)
def table(case_id: int) -> Any:
    """The list by which the fees are paid, with accounts whole: for who pays."""
    view = viewed(case_id)
    if not _may(view, {"mark_fees_paid"}):
        abort(404)
    heads = [
        (drawing.t(f"paper.fees.column.{name}"), width)
        for name, width in (("name", 12), ("sheets", 12), ("amount", 14), ("bank", 30), ("account", 30), ("paid", 18))
    ]
    rows = [
        [line["name"], line["sheets"], line["yuan"], line["held"].bank, line["held"].account, line["status"]]
        for panel_id in view.definition.panels
        for line in _lines(view, panel_id, whole=True)
    ]
    title = drawing.t("paper.fees.title")
    review.log_reading(view, "export:fees")
    return papers.sent(sheets.write_table(title, heads, rows), f"{title} {view.row['number'] or ''}".strip(), "xlsx")


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """The page of a case shows the way to its fees."""
    return {"fees_shown": fees_shown}


def fees_shown(view: View) -> bool:
    """Whether there are fees, and the reader is of the office that settles or pays them."""
    panels = view.definition.panels
    return _may(view, _RUNS) and any(fees.of_panel(view.tx, view.row["id"], one) for one in panels)


def _lines(view: View, panel_id: str, *, whole: bool) -> list[dict[str, Any]]:
    found = []
    for row in fees.of_panel(view.tx, view.row["id"], panel_id):
        held = fees.account(view.ground.keys, row)
        found.append(
            {
                "name": row["name"],
                "sheets": row["sheets"],
                "yuan": fees.yuan(row["fen"]),
                "held": held if whole else expert_personal.masked(held),
                "status": drawing.t(f"fees.status.{row['status']}"),
                "paid_on": row["paid_on"],
            }
        )
    return found


def _own(view: View, panel_id: str) -> Any:
    return fees.own(view.tx, view.row["id"], panel_id, view.actor.person_id)


def _held(view: View, row: Any) -> expert_personal.Own:
    return expert_personal.masked(fees.account(view.ground.keys, row))


def _offer(view: View) -> Offer | None:
    return next((one for one in view.offers() if "confirm_fee" in effects(one.action)), None)


def _may(view: View, wanted: frozenset[str] | set[str]) -> bool:
    """Whether some act of the workflow with one of these effects is the reader's."""
    return any(
        not view.roles.isdisjoint(view.definition.by(state, action))
        for state in view.definition.states
        for action in view.definition.actions_in(state)
        if effects(action) & wanted
    )
