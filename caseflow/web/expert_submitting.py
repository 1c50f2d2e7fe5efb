"""All sheets that are typed and complete, given in at one press; each is an act of its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template
from sqlalchemy.engine import Connection

from caseflow.cases import act
from caseflow.cases.entry import Invalid
from caseflow.web import drawing, expert_seat, posted, shell
from caseflow.web.expert_seat import Standing
from caseflow.web.shell import page
from caseflow.words import Refused

blueprint = Blueprint("expert_submitting", __name__)


@page(
    blueprint, "/cases/<int:case_id>/panel/sheets", methods=("POST",), policy=shell.signed_in, own_transactions=True
)  # fmt: skip
def submit(case_id: int) -> Any:
    """Give in every complete draft of the own sheets, and say of each how it went."""
    key = posted.request_key()
    with shell.reading() as tx:
        g.tx = tx
        own = expert_seat.here(case_id)
        offer = own.offer("score_member")
        if offer is None or not own.ready:
            abort(404)
        complete = [one for one in expert_seat.standings(own) if one.complete]
    g.tx = None
    results = [(one.row, _give(case_id, offer.action.id, one, f"{key}/{one.row['id']}")) for one in complete]
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        own = expert_seat.here(case_id)
        left = [one.row for one in expert_seat.standings(own) if one.mine is None]
        drawn = render_template("expert/submitted.html", view=own.view, results=results, left=left)
    g.tx = None
    return drawn


def _give(case_id: int, action_id: str, standing: Standing, key: str) -> list[str]:
    """Why a sheet was not taken; nothing where it was."""

    def work(tx: Connection) -> None:
        act.perform(
            tx, shell.house().ground, g.actor, case_id, action_id, standing.typed.values, request_key=key
        )  # fmt: skip

    try:
        shell.house().database.once(work)
    except Refused as refused:
        return [drawing.say(one) for one in refused.reasons]
    except Invalid as invalid:
        return [drawing.say(one) for found in invalid.errors.values() for one in found]
    return []
