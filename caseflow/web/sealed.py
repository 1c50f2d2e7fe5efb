"""The page on which what is sealed away of a case is asked for with a reason, and then seen once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from caseflow.cases import act, desk_acts, sealed
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.people import accounts
from caseflow.records import journal, reading
from caseflow.web import answers, posted, shell
from caseflow.web.act_form import request_key, viewed
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("sealed", __name__)


@page(blueprint, "/cases/<int:case_id>/sealed", policy=shell.signed_in)
def ask(case_id: int) -> Any:
    """The form for the reason, and who has read it so far and why."""
    view, places = _readable(case_id)
    found = sealed.answers(g.tx, view.ground, view.definition, view.row, places)
    return _page(view, places, empty=not found, shown=None)


@page(blueprint, "/cases/<int:case_id>/sealed", methods=("POST",), policy=shell.signed_in, redraw=ask)
def read(case_id: int) -> Any:
    """Enter the reading and show what was read in this answer alone; the same form sent again shows nothing."""
    view, places = _readable(case_id)
    given = {"reason": request.form.get("reason", "")}
    key = posted.request_key()
    if not act.perform(g.tx, view.ground, g.actor, case_id, sealed.ACT, given, request_key=key).first:
        raise Refused(Message("sealed.seen"))
    view, places = _readable(case_id)
    found = sealed.answers(g.tx, view.ground, view.definition, view.row, places)
    shell.after(lambda tx: reading.log(tx, view.actor.person_id, case_id, sealed.READ))
    shown = [(one.section, one.question, answers.shown(g.tx, view.ground, one.question, one.value)) for one in found]
    return _page(view, places, empty=False, shown=shown)


def _readable(case_id: int) -> tuple[View, tuple[str, ...]]:
    view = viewed(case_id)
    places = sealed.readable(view.definition, view.roles)
    if not places:
        raise NotHere
    return view, places


def _page(view: View, places: tuple[str, ...], *, empty: bool, shown: list[Any] | None) -> str:
    entries = [one for one in journal.entries(g.tx, view.row["id"]) if one.act == sealed.ACT]
    names = accounts.names(g.tx, [one.person_id for one in entries])
    notes = desk_acts.notes(g.tx, view.ground, view.row)
    return render_template(
        "case/sealed.html",
        view=view,
        title=sealed.titles(view.definition, places),
        empty=empty,
        shown=shown,
        readings=[(one.at, names.get(one.person_id, ""), notes.get(one.seq, "")) for one in reversed(entries)],
        most=sealed.MOST_REASON,
        back=url_for("case.show", case_id=view.row["id"]),
        key=request_key(),
    )
