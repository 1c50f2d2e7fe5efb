"""The review: dossier and recomputed footprint on one side, the form of the act on the other, comments beside each field."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request

from caseflow.cases import dossier
from caseflow.cases.view import Offer, View
from caseflow.records import reading
from caseflow.web import entries, footprint_pane, record, shell
from caseflow.web.act_form import casework, prepared, request_key, viewed
from caseflow.web.shell import page
from caseflow.web.widgets import Line

blueprint = Blueprint("review", __name__)

PANES = ("dossier", "footprint", "record")


@page(blueprint, "/cases/<int:case_id>/review", policy=casework)
def show(case_id: int) -> Any:
    view = viewed(case_id)
    if not view.is_staff or not view.definition.dossier:
        abort(404)
    return draw(view, chosen(view, request.args.get("act", "")))


def draw(view: View, offer: Offer | None) -> Any:
    """The page, with the form of ``offer`` on the right. Opening a dossier is logged."""
    log_reading(view)
    form = prepared(view, offer) if offer is not None else {"view": view, "offer": None, "widgets": ()}
    return render_template(
        "case/review.html",
        **form,
        stale=g.get("stale"),
        acts=[one for one in view.offers() if one.action.asks],
        parts=record.dossier(view, before=previous(view)),
        given=record.given_so_far(view),
        gathered=entries.gathered(view),
        footprint=footprint(view),
        findings=view.findings(),
        finding_key=request_key,
        comment_lines=_comment_lines(form["widgets"]),
        pane=request.args.get("pane") if request.args.get("pane") in PANES else "dossier",
        panes=PANES,
    )


def chosen(view: View, action_id: str) -> Offer | None:
    """The act asked for, else the main act of the state that asks something."""
    with_form = [one for one in view.offers() if one.action.asks]
    if action_id:
        return next((one for one in with_form if one.action.id == action_id), None)
    main = [one for one in with_form if one.action.style == "primary"]
    return next(iter(main or with_form), None)


def log_reading(view: View, what: str = "dossier") -> None:
    """Leave a line in the read log when the page is sent."""
    person_id, case_id = view.actor.person_id, view.row["id"]
    shell.after(lambda tx: reading.log(tx, person_id, case_id, what))


def previous(view: View) -> dict[str, Any] | None:
    """The revision before the present one, so that corrections can be seen; none where there is only one."""
    number = view.row["revision"]
    return dossier.frozen(view.tx, view.ground, view.row["id"], number - 1) if number > 1 else None


def footprint(view: View) -> dict[str, Any] | None:
    """The declared figure beside the recomputed one, as the reader may see it; nothing where no study was filed."""
    return footprint_pane.pane(view)


def _comment_lines(widgets: Any) -> dict[str, Line]:
    """The inputs for comments on fields, by the path of the field, so that each stands beside it."""
    found: dict[str, Line] = {}
    for widget in widgets:
        if widget.type == "field_comments":
            for _, lines in widget.groups:
                for line in lines:
                    found[line.name.removeprefix(f"{widget.name}-")] = line
    return found
