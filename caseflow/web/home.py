"""The applicant's start page: the own applications, the rounds one may apply in, and a new application.

Who works on cases, in an office or in a body outside, starts at the desk instead; what a body itself applies for stands
there too, among what it owes and in the list of all cases.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import dossier, find, opening, standing
from caseflow.cases.find import Filters
from caseflow.cases.ground import Ground, Loaded
from caseflow.office import rounds
from caseflow.people import organisations, registration, rights
from caseflow.people.rights import Actor
from caseflow.records import inbox
from caseflow.web import clocks, drawing, progress, public, shell, tracker
from caseflow.web.act_form import casework
from caseflow.web.inbox import reader
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition

blueprint = Blueprint("home", __name__)

SIZE = 50


def outside(actor: Actor | None, **_arguments: Any) -> bool:
    """Is signed in and does not work in an office; whether an application may be opened, each page says itself."""
    return actor is not None and not shell.official(actor)


def applies(actor: Actor | None, **_arguments: Any) -> bool:
    """Is signed in and does not work on cases either."""
    return outside(actor) and not casework(actor)


MENU = (MenuItem("home.menu", "home.home", applies),)


@dataclass(frozen=True, slots=True)
class Own:
    """One application in the list."""

    row: RowMapping
    definition: Definition
    public_state: Any
    mine: bool
    """The own organisation has to do something."""
    unit: str
    """Whose case it is, where the own organisation only assists with it or is a party to it."""
    part: str
    """The part that the own organisation has in it then."""
    due: clocks.Due | None


@page(blueprint, "/home", policy=shell.anyone)
def home() -> Any:
    """Where somebody comes after signing in: applicants stay here, others go on to their own place."""
    if g.actor is None:
        return redirect(url_for("public.start"), 303)
    if rights.ADMINISTRATORS & g.actor.roles:
        entry = next((one for one in drawing.menu() if one.endpoint.startswith("admin.")), None)
        return redirect(url_for(entry.endpoint, **entry.arguments) if entry else url_for("account.profile"), 303)
    if casework(g.actor):
        return redirect(url_for("desk.mine"), 303)
    ground = shell.house().ground
    at = max(request.args.get("page", 1, type=int), 1)
    found = find.cases(g.tx, ground, g.actor, Filters(), clock.today(), limit=SIZE, offset=SIZE * (at - 1))
    return render_template(
        "home/home.html",
        own=[_own(row) for row in found.rows],
        total=found.count,
        at=at,
        size=SIZE,
        calls=[call for call in public.calls_now(ground)[0] if _may_open(call.definition)],
        anytime=[one for one in _anytime(ground) if _may_open(one)],
        unread=inbox.unread(g.tx, reader(g.actor)),
        requests=registration.of_person(g.tx, g.actor.person_id),
    )


@page(blueprint, "/start/<workflow>", policy=outside)
def start(workflow: str) -> Any:
    """What one needs before the first question, and by when."""
    loaded = _loaded(workflow)
    ground = shell.house().ground
    offered = [
        (row, tracker.closing(ground, loaded.definition, row["closes_at"]), _own_closing(loaded.definition, row["id"]))
        for row in rounds.open_now(g.tx, g.actor.authority_id, workflow)
    ]
    bureaus = organisations.bureaus(g.tx, g.actor.authority_id)
    return render_template(
        "home/start.html",
        definition=loaded.definition,
        offered=offered,
        bureaus=[(one["id"], _name(one)) for one in bureaus],
        chosen_round=request.args.get("round", type=int),
        ceilings=[quota for quota in loaded.definition.quotas.values() if quota.over == "block"],
        request_key=request.form.get("request_key") or secrets.token_urlsafe(18),
    )


@page(blueprint, "/start/<workflow>", methods=("POST",), policy=outside, redraw=start)
def begin(workflow: str) -> Any:
    """Open the application with what the system knows of the applicant already."""
    loaded = _loaded(workflow)
    round_id = request.form.get("round", type=int)
    prefecture_id = request.form.get("prefecture", type=int)
    known = {one["id"] for one in organisations.bureaus(g.tx, g.actor.authority_id)}
    against = []
    if loaded.definition.rounds == "required" and round_id not in {
        row["id"] for row in rounds.open_now(g.tx, g.actor.authority_id, workflow)
    }:
        against.append(Message("home.round_missing", {"input": "round"}))
    if prefecture_id not in known:
        against.append(Message("home.prefecture_missing", {"input": "prefecture"}))
    if against:
        raise Refused(*against)
    ground = shell.house().ground
    outcome = opening.open_case(
        g.tx,
        ground,
        g.actor,
        workflow,
        round_id=round_id,
        prefecture_id=prefecture_id,
        request_key=f"open/{g.actor.person_id}/{request.form.get('request_key', '')[:64]}",
    )
    if outcome.first:
        row = {"organisation_id": g.actor.organisation_id, "prefecture_id": prefecture_id}
        owner = f"organisation:{g.actor.organisation_id}"
        for section, values in progress.own_answers(g.tx, loaded.definition, row).items():
            part = f"dossier.{section}"
            dossier.save_draft(g.tx, ground, outcome.case_id, part, owner, values, 0, g.actor.person_id)
    return shell.done(f"/cases/{outcome.case_id}", "opened")


def _own(row: RowMapping) -> Own:
    ground = shell.house().ground
    definition = ground.definition(g.tx, row["definition_id"]).definition
    state = definition.states[row["state"]]
    holder = definition.roles[state.holder] if state.holder else None
    of_applicant = not row["final"] and holder is not None and holder.sees == "own_organisation"
    unit = (
        organisations.get(g.tx, row["organisation_id"]) if row["organisation_id"] != g.actor.organisation_id else None
    )
    mine = of_applicant and (unit is None or bool(state.edits))  # who assists types, and does nothing else
    due = clocks.of_row(g.tx, ground, definition, row) if mine else None
    part = _part(definition) if unit is not None else ""
    return Own(row, definition, state.public or state.title, mine, _name(unit) if unit is not None else "", part, due)


def _part(definition: Definition) -> str:
    """The title of the part in which the reader is a party to such a case; else that it was entrusted."""
    roles = [one for one in standing.held(definition, g.actor) if one.sees == "involved"]
    party = [one for one in roles if standing.is_party(definition, one, g.actor.organisation_kind)]
    return drawing.named(party[0].title) if party else drawing.t("home.entrusted")


def _loaded(workflow: str) -> Loaded:
    found = next((one for one in shell.house().ground.all_current(g.tx) if one.definition.workflow == workflow), None)
    if found is None or found.definition.kind != "application" or not _may_open(found.definition):
        abort(404)
    return found


def _anytime(ground: Ground) -> list[Definition]:
    """The applications for which no round is needed."""
    known = [loaded.definition for loaded in ground.all_current(g.tx)]
    return [one for one in known if one.kind == "application" and one.rounds != "required"]


def _may_open(definition: Definition) -> bool:
    return standing.opening_role(definition, g.actor) is not None


def _own_closing(definition: Definition, round_id: int) -> list[tuple[str, tracker.Closing]]:
    """The bureaus that close a round earlier for themselves, by time; all of them together where they agree."""
    names = {one["id"]: _name(one) for one in organisations.bureaus(g.tx, g.actor.authority_id)}
    ground = shell.house().ground
    set_own = rounds.own_deadlines(g.tx, round_id)
    gathered = tracker.alike(
        (names[bureau], tracker.closing(ground, definition, at)) for bureau, at in set_own.items() if bureau in names
    )
    if len(gathered) == 1 and len(gathered[0][0]) == len(names):
        return [(drawing.t("home.all_bureaus"), gathered[0][1])]
    return [(drawing.t("public.comma").join(found), at) for found, at in gathered]


def _name(row: RowMapping) -> str:
    return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})
