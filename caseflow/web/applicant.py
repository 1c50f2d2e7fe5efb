"""A case as its applicant sees it: where it stands, what is to be done next and by when, and what was said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import segno
import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, url_for

from caseflow.cases import dossier, signing
from caseflow.cases.entry import NotHere
from caseflow.cases.form_paper import makes_form
from caseflow.cases.models import round_
from caseflow.cases.view import Offer, View, load
from caseflow.people import organisations
from caseflow.records import letters, paper
from caseflow.records.models import inbox_message
from caseflow.studies import store
from caseflow.web import (
    carrying,
    clocks,
    duties,
    entries,
    involvement,
    linked,
    progress,
    proposals,
    shell,
    tracker,
)
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

    @property
    def plain(self) -> list[Offer]:
        """Those of the others that need no word beside their button."""
        return [one for one in self.others if one not in self.told]

    @property
    def told(self) -> list[Offer]:
        """Those with a help, a warning, or a reason why they cannot be done now."""
        return [one for one in self.others if one.reasons or one.action.help or one.action.confirm]


def case_page(view: View) -> Any:
    """The page of a case for its applicant."""
    walked = [one.row.to_state for one in view.timeline()[::-1] if one.row.to_state]
    steps = tracker.steps(view.definition, view.state.id, walked)
    typing = progress.types_dossier(view)
    every = progress.standings(view) if typing else []
    roads = side_roads(view)
    return render_template(
        "applicant/case.html",
        view=view,
        steps=steps,
        at_step=tracker.at_step(steps),
        typing=typing,
        correcting=typing and "unlocked" in view.state.edits,
        every=every,
        gaps=sum(len(one.gaps) for one in every),
        offers=offers(view, roads["duties"]),
        due=clocks.of_row(g.tx, view.ground, view.definition, view.row) if not view.row["final"] else None,
        clocks=clocks.of_case(view),
        holder=view.definition.roles[view.state.holder].title if view.state.holder else None,
        footprint=store.latest_study(g.tx, view.row["id"]) if view.definition.footprint else None,
        may_footprint=may_footprint(view),
        messages=messages_of(view),
        sent_back=signing.sent_back(g.tx, view.ground.keys, view.row["id"], g.actor.organisation_id),
        carry=carrying.offered(view),
        **roads,
        submitted=bool(view.row["number"]),
        frozen=bool(view.row["revision"]),
        **facts_of(view),
    )


def side_roads(view: View) -> dict[str, Any]:
    """What goes on beside the main road: asked of the applicant, waiting for signatures, gathered; and why it ended."""
    agent = view.row["organisation_id"] != view.actor.organisation_id
    return {
        "agent_of": organisations.get(g.tx, view.row["organisation_id"]) if agent else None,
        "duties": duties.of_case(view),
        "proposals": proposals.waiting(view),
        "progress": entries.progress(view) or (entries.of_rows(view) if view.state.duties and view.is_holder else []),
        "gathered": entries.gathered(view),
        "parts_in_it": involvement.of_case(view),
        "linked": linked.of_case(view),
        "why": _why(view),
    }


def _why(view: View) -> dict[str, Any] | None:
    """The last letter to the applicant of a case that ended without success: its words, to be read at once."""
    received = view.letters()
    if not received or not view.row["final"] or view.state.outcome != "negative":
        return None
    row = received[-1]
    body = letters.opened(view.ground.keys, dict(row))
    texts = [part.text for part in paper.parts(body, g.language) if part.kind in ("text", "item")]
    return {"row": row, "texts": texts}


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


def offers(view: View, owed: Collection[duties.Owed] = ()) -> Offers:
    """What the applicant may do, sorted by meaning and not by name; the main act of the state first among the others."""
    found = duties.in_order(view, view.offers(), owed)
    make_form = next((one for one in found if makes_form(one.action)), None)
    send = next((one for one in found if takes_signed_form(one.action)), None)
    return Offers(
        make_form, send, tuple(sorted((one for one in found if one is not make_form and one is not send), key=_order))
    )


def _order(offer: Offer) -> tuple[bool, int]:
    """What can be done now before what cannot; careful acts last."""
    return bool(offer.reasons), ("primary", "normal", "careful").index(offer.action.style)


def takes_signed_form(action: Action) -> bool:
    return any(question.of_revision is not None for question in action.asks.values())


def may_footprint(view: View) -> bool:
    """Whether activity data may be typed now."""
    return view.definition.footprint and view.types and "footprint" in view.state.edits


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
