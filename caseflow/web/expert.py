"""The expert: pledges and interests first, then one score sheet beside each dossier, blind until the own score is in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, url_for

from caseflow.cases import discussion, fees, practice, reading_time
from caseflow.cases.models import member
from caseflow.cases.panel_models import seat
from caseflow.cases.view import Offer, View
from caseflow.web import case as case_page
from caseflow.web import expert_seat, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import request_key, viewed
from caseflow.web.shell import page

blueprint = Blueprint("expert", __name__)
_ON_OWN_PAGES = discussion.SAID_OF_CASES | {
    "score_member", "change_score", "confirm_fee", "sign_pledges", "declare_interest",
}  # fmt: skip
"""Effects of acts that have a page of their own."""


@page(blueprint, "/cases/<int:case_id>/panel", policy=shell.signed_in)
def assignment(case_id: int) -> Any:
    """What the expert has to do on this panel, how much is done, and about how long the rest takes."""
    own = expert_seat.find(case_id)
    if own is None:
        return _member_of(viewed(case_id))
    view = own.view
    standings = expert_seat.standings(own) if own.ready else []
    left = [one for one in standings if one.mine is None]
    scoring = own.offer("score_member")
    extents = reading_time.extents(g.tx, view.ground, [one.row for one in standings], view.roles)
    minutes = {number: extent.minutes(len(own.panel.rubric)) for number, extent in extents.items()}
    practised = practice.given(g.tx, view.ground, case_id, own.panel_id, own.panel, view.actor.person_id)
    return render_template(
        "expert/assignment.html",
        view=view,
        own=own,
        panel=own.panel,
        seat=own.seat,
        standings=standings,
        left=left,
        complete=[one for one in standings if one.complete],
        barred=sum(own.said.get(row["id"]) is True for row in own.rows),
        extents=extents,
        minutes=minutes,
        rest=sum(minutes[one.row["id"]] for one in left),
        rates=reading_time,
        practised=practised,
        buttons=[case_page.button(view, offer) for offer in view.offers() if not _scores(offer)],
        pledging=own.offer("sign_pledges") or own.offer("declare_interest"),
        scoring=scoring,
        scores_now=scoring is not None and not scoring.reasons,
        letters=view.letters(),
        talks=not own.seat["reserve"] and discussion.is_open(view.definition, view.row["state"], own.panel_id),
        has_fee=fees.own(view.tx, case_id, own.panel_id, view.actor.person_id) is not None,
        key=request_key,
    )


def _member_of(view: View) -> Any:
    """Of a case that is before a panel of the reader: the way to its score sheet."""
    host = view.tx.scalar(
        sa.select(member.c.host_id)
        .join(seat, seat.c.case_id == member.c.host_id)
        .where(
            member.c.case_id == view.row["id"],
            member.c.status != "out",
            seat.c.person_id == view.actor.person_id,
            seat.c.status == "seated",
        )
        .order_by(member.c.id.desc())
        .limit(1)
    )
    if host is None:
        abort(404)
    return redirect(url_for("expert_sheet.sheet", case_id=host, member_id=view.row["id"]), 303)


def _scores(offer: Offer) -> bool:
    return bool(effects(offer.action) & _ON_OWN_PAGES)
