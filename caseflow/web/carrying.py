"""The way from a case that has missed its round, or ended without success, into a round that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, request
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import opening, standing, surroundings
from caseflow.cases.models import case as case_table
from caseflow.cases.view import View
from caseflow.office import rounds
from caseflow.web import act_form, posted, shell
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("carrying", __name__)


@dataclass(frozen=True, slots=True)
class Carry:
    """What the page of a case offers its applicant."""

    closed: datetime | None
    """When the round closed for a draft that was not submitted; none for a case that has ended."""
    rounds: list[RowMapping]
    """The open rounds into which it may go."""
    key: str


def offered(view: View) -> Carry | None:
    """The offer for a case; nothing while it may go on where it is, or where it was carried over already."""
    row = view.row
    if not view.is_applicant or not opening.may_carry_over(view.definition, row):
        return None
    closed = None if row["final"] else _closed(view)
    if (not row["final"] and closed is None) or _carried(view):
        return None
    ground = shell.house().ground
    newest = ground.current(view.tx, row["workflow"]).definition
    if standing.opening_role(newest, view.actor) is None:
        return None
    found = [
        one for one in rounds.open_now(view.tx, row["authority_id"], row["workflow"]) if one["id"] != row["round_id"]
    ]
    return Carry(closed, found, act_form.request_key())


@page(blueprint, "/cases/<int:case_id>/carry", methods=("POST",), policy=shell.signed_in)
def carry(case_id: int) -> Any:
    """Begin a new application in an open round with what this one holds."""
    view = act_form.viewed(case_id)
    key = posted.request_key()
    if not view.is_applicant:
        abort(404)
    round_id = request.form.get("round", type=int)
    if round_id is None:
        raise Refused(Message("carry.round_missing", {"input": "round"}))
    made = opening.carry_over(g.tx, shell.house().ground, g.actor, case_id, round_id, key)
    return shell.done(f"/cases/{made.case_id}", "carried")


def _closed(view: View) -> datetime | None:
    """When the case's round closed for it; nothing while it is open."""
    rule = view.state.clock.not_after if view.state.clock is not None else None
    closes = surroundings.round_closes(view.tx, view.row, rule or "closes")
    return closes if closes is not None and closes <= clock.now() else None


def _carried(view: View) -> bool:
    found = sa.select(case_table.c.id).where(
        case_table.c.organisation_id == view.row["organisation_id"],
        case_table.c.carried_from == view.row["id"],
        ~case_table.c.final,
    )
    return view.tx.execute(found).first() is not None
