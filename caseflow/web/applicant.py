"""A case as its applicant sees it: where it stands, what is to be done next and by when, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, url_for

from caseflow.cases import dossier
from caseflow.cases.entry import NotHere
from caseflow.cases.models import round_
from caseflow.cases.view import Offer, View, load
from caseflow.people import organisations
from caseflow.records.models import inbox_message
from caseflow.studies import store
from caseflow.web import clocks, progress, shell, tracker
from caseflow.web.inbox import worded
from caseflow.web.shell import page
from caseflow.workflow.procedure import Action

blueprint = Blueprint("applicant", __name__)

MOST_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Offers:
    """The acts open to the applicant, by what they are for."""

    make_form: Offer | None
    """Freezes the form and prints it; the case stays where it is."""
    send: Offer | None
    """Takes the signed form."""
    others: tuple[Offer, ...]


def case_page(view: View) -> Any:
    """The page of a case for its applicant."""
    walked = [one.row.to_state for one in view.timeline()[::-1] if one.row.to_state]
    steps = tracker.steps(view.definition, view.state.id, walked)
    typing = view.is_holder and bool(view.state.edits)
    every = progress.standings(view) if typing else []
    return render_template(
        "applicant/case.html",
        view=view,
        steps=steps,
        at_step=tracker.at_step(steps),
        typing=typing,
        correcting=typing and "unlocked" in view.state.edits,
        every=every,
        gaps=sum(len(one.gaps) for one in every),
        offers=offers(view),
        due=clocks.of_row(g.tx, view.ground, view.definition, view.row) if not view.row["final"] else None,
        clocks=clocks.of_case(view),
        holder=view.definition.roles[view.state.holder].title if view.state.holder else None,
        footprint=store.latest_study(g.tx, view.row["id"]) if view.definition.footprint else None,
        may_footprint=may_footprint(view),
        messages=messages_of(view),
        submitted=bool(view.row["number"]),
        frozen=bool(view.row["revision"]),
        **facts_of(view),
    )


@page(blueprint, "/cases/<int:case_id>/receipt", policy=shell.signed_in)
def receipt(case_id: int) -> Any:
    """What was received, under which number, and what comes next with its dates."""
    view = own(case_id)
    if not view.row["shared"]:
        abort(404)
    walked = [one.row.to_state for one in view.timeline()[::-1] if one.row.to_state]
    steps = tracker.steps(view.definition, view.state.id, walked)
    address = url_for("public.status", code=view.row["receipt_code"], _external=True)
    return render_template(
        "applicant/receipt.html",
        view=view,
        steps=steps,
        qr=segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        due=clocks.of_row(g.tx, view.ground, view.definition, view.row),
        holder=view.definition.roles[view.state.holder].title if view.state.holder else None,
        **facts_of(view),
    )


def own(case_id: int) -> View:
    """The own case; for anybody else it is not there."""
    view = load(g.tx, shell.house().ground, g.actor, case_id)
    if not view.is_applicant:
        raise NotHere
    return view


def offers(view: View) -> Offers:
    """What the applicant may do, sorted by meaning and not by name."""
    found = view.offers()
    make_form = next((one for one in found if makes_form(one.action)), None)
    send = next((one for one in found if takes_signed_form(one.action)), None)
    return Offers(make_form, send, tuple(one for one in found if one is not make_form and one is not send))


def makes_form(action: Action) -> bool:
    return action.to is None and any(call.name == "freeze" for call in action.then)


def takes_signed_form(action: Action) -> bool:
    return any(question.of_revision is not None for question in action.asks.values())


def may_footprint(view: View) -> bool:
    """Whether activity data may be typed now."""
    return view.definition.footprint and view.is_holder and "footprint" in view.state.edits


def facts_of(view: View) -> dict[str, Any]:
    """Round, bureau and revision of a case, for the head of its pages."""
    row = view.row
    revision = row["revision"]
    digest = dossier.revision_hash(g.tx, row["id"], revision) if revision else ""
    round_title = g.tx.scalar(sa.select(round_.c.title).where(round_.c.id == row["round_id"]))
    return {
        "round_title": round_title,
        "bureau": organisations.get(g.tx, row["prefecture_id"]) if row["prefecture_id"] else None,
        "code": dossier.revision_code(digest) if revision else "",
        "changed_since": bool(revision) and dossier.has_drafts(g.tx, row["id"]),
    }


def messages_of(view: View) -> list[tuple[Any, str]]:
    """The messages about this case to the own organisation, newest first."""
    rows = g.tx.execute(
        sa.select(inbox_message)
        .where(
            inbox_message.c.case_id == view.row["id"],
            inbox_message.c.organisation_id == g.actor.organisation_id,
        )
        .order_by(inbox_message.c.id.desc())
        .limit(MOST_MESSAGES)
    )
    return [(row, worded(row)) for row in rows]
