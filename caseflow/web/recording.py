"""Entering an application from its papers for an organisation that did not file it here (代录)."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow.cases import dossier, opening, standing
from caseflow.office import rounds
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.web import drawing, progress, shell, tracker
from caseflow.web.account import address
from caseflow.web.act_form import casework
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.identifiers import check_credit_code

blueprint = Blueprint("paper_entry", __name__)

KINDS = ("enterprise", "institution", "body")
"""What an organisation may be for which an application is entered."""


def recordable(actor: Actor) -> list[Definition]:
    """The workflows whose papers the actor may enter."""
    every = (loaded.definition for loaded in shell.house().ground.all_current(g.tx))
    return [one for one in every if standing.recording_role(one, actor) is not None]


def records(actor: Actor | None, **_arguments: Any) -> bool:
    """Holds a role in which a paper file is entered for another organisation."""
    return casework(actor) and actor is not None and bool(recordable(actor))


@page(blueprint, "/record", policy=records)
def form() -> Any:
    """First the credit code; then, with what is known of the organisation, kind of application and round."""
    code = _code(request.values.get("credit_code", ""))
    faults = check_credit_code(code) if code else []
    unit = organisations.by_credit_code(g.tx, code) if code and not faults else None
    return render_template(
        "office/record.html",
        code=code,
        faults=[drawing.say(one) for one in faults],
        unit=unit if unit is not None and unit["authority_id"] == g.actor.authority_id else None,
        offered=_offered(),
        kinds=[(kind, drawing.t(f"people.kind.{kind}")) for kind in KINDS],
        bureaus=[(row["id"], _name(row)) for row in organisations.bureaus(g.tx, g.actor.authority_id)],
        asks_bureau=_asks_bureau(),
        request_key=request.form.get("request_key") or secrets.token_urlsafe(18),
    )


@page(blueprint, "/record", methods=("POST",), policy=records, redraw=form)
def begin() -> Any:
    """Enter the organisation where it is not known yet, and open the application for it."""
    code = _code(request.form.get("credit_code", ""))
    workflow, _, number = request.form.get("round", "").partition("/")
    chosen = next((one for one in _offered() if (one[0].workflow, str(one[1]["id"])) == (workflow, number)), None)
    known = organisations.by_credit_code(g.tx, code) if code else None
    kind, bureau = request.form.get("kind", ""), request.form.get("prefecture", type=int)
    against = [Message(one.key, {**one.values, "input": "credit_code"}) for one in check_credit_code(code)]
    if chosen is None:
        against.append(Message("recording.round_missing", {"input": "round"}))
    if known is None and kind not in KINDS:
        against.append(Message("recording.kind_missing", {"input": "kind"}))
    if _asks_bureau() and bureau not in {row["id"] for row in organisations.bureaus(g.tx, g.actor.authority_id)}:
        against.append(Message("home.prefecture_missing", {"input": "prefecture"}))
    if against or chosen is None:
        raise Refused(*against)
    place = bureau if _asks_bureau() else g.actor.prefecture_id
    unit = organisations.record(
        g.tx,
        authority_id=g.actor.authority_id,
        name_zh=known["name_zh"] if known is not None else request.form.get("name_zh", ""),
        credit_code=code,
        kind=kind if known is None else known["kind"],
        prefecture_id=place,
        by=g.actor.person_id,
        address=address(),
    )
    definition, round_row, _ = chosen
    ground = shell.house().ground
    outcome = opening.open_case(
        g.tx,
        ground,
        g.actor,
        definition.workflow,
        round_id=round_row["id"],
        prefecture_id=place,
        organisation_id=unit,
        request_key=f"record/{g.actor.person_id}/{request.form.get('request_key', '')[:64]}",
    )
    if outcome.first:
        row = {"organisation_id": unit, "prefecture_id": place}
        for section, values in progress.own_answers(g.tx, definition, row).items():
            part, owner = f"dossier.{section}", f"organisation:{unit}"
            dossier.save_draft(g.tx, ground, outcome.case_id, part, owner, values, 0, g.actor.person_id)
    return redirect(url_for("case.show", case_id=outcome.case_id, done="recorded"), 303)


def _offered() -> list[tuple[Definition, RowMapping, tracker.Closing]]:
    """The workflows whose papers the reader may enter, with each open round."""
    ground = shell.house().ground
    return [
        (definition, row, tracker.closing(ground, definition, row["closes_at"]))
        for definition in recordable(g.actor)
        for row in rounds.open_now(g.tx, g.actor.authority_id, definition.workflow)
    ]


def _asks_bureau() -> bool:
    """Whether the bureau must be named: whoever works in one enters for the own."""
    actor: Actor = g.actor
    return actor.organisation_kind != "bureau"


def _code(typed: str) -> str:
    return "".join(typed.split()).upper()


def _name(row: RowMapping) -> str:
    return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})
