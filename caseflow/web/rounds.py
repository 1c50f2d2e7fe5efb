"""Rounds: the list, a new one, an extension with its notice, a bureau's own closing time; how far each has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import signing, standing
from caseflow.office import extensions, overview, rounds
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.web import drawing, shell
from caseflow.web.act_form import casework, officework
from caseflow.web.overview import funnels
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition

blueprint = Blueprint("rounds", __name__)

MENU = (MenuItem("rounds.menu", "rounds.overview", officework),)


def _officer(actor: Actor, sees: str) -> bool:
    """Whether a role of this reach holds a state somewhere: who works on cases, not who only signs or reads."""
    return any(
        role.sees == sees and role.id in {state.holder for state in loaded.definition.states.values()}
        for loaded in shell.house().ground.all_current(g.tx)
        for role in standing.held(loaded.definition, actor)
    )


def runs_rounds(actor: Actor | None, **_arguments: Any) -> bool:
    """Officers of the authority's own office."""
    return actor is not None and actor.organisation_kind == "authority" and _officer(actor, "own_authority")


def runs_bureau(actor: Actor | None, **_arguments: Any) -> bool:
    """Officers of a bureau, for their own bureau."""
    return actor is not None and actor.organisation_kind == "bureau" and _officer(actor, "own_prefecture")


def in_office(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works in the authority's own office: they read what is proposed there and not yet in force."""
    return casework(actor) and actor is not None and actor.organisation_kind == "authority"


@page(blueprint, "/rounds", policy=casework, endpoint="overview")
def listed() -> Any:
    """The rounds of the authority, open ones first."""
    rows = rounds.all_of(g.tx, g.actor.authority_id)
    now = clock.now()
    groups: dict[str, list[RowMapping]] = {"open": [], "coming": [], "past": []}
    for row in rows:
        groups["coming" if now < row["opens_at"] else "open" if now < row["closes_at"] else "past"].append(row)
    own = {row["id"]: rounds.own_deadlines(g.tx, row["id"]) for row in rows}
    return render_template(
        "rounds/overview.html",
        groups=groups,
        own=own,
        titles=_workflow_titles(),
        may_create=runs_rounds(g.actor),
    )


@page(blueprint, "/rounds/new", policy=runs_rounds)
def new() -> Any:
    return render_template(
        "rounds/new.html",
        workflows=[one for one in _workflows() if one.rounds == "required" and one.kind == "application"],
        classes=shell.house().ground.references.get("product_class", {}),
        today=clock.today(),
    )


@page(blueprint, "/rounds/new", methods=("POST",), policy=runs_rounds, redraw=new)
def create() -> Any:
    form = request.form
    chosen = [one for one in form.getlist("workflows") if one in {definition.workflow for definition in _workflows()}]
    round_id = rounds.create(
        g.tx,
        g.actor.authority_id,
        code=form.get("code", "").strip(),
        title={"zh": form.get("title_zh", ""), "en": form.get("title_en", "")},
        workflows=[*chosen, *_collective_for(chosen)],
        opens_at=_moment("opens_on", "opens_time"),
        closes_at=_moment("closes_on", "closes_time"),
        priority_classes=[
            one for one in form.getlist("classes") if one in shell.house().ground.references.get("product_class", {})
        ],
        notice=form.get("notice", ""),
        contact={"text": form.get("contact", "").strip()} if form.get("contact", "").strip() else None,
    )
    return shell.done(url_for("rounds.show", round_id=round_id), "round_made")


@page(blueprint, "/rounds/<int:round_id>", policy=casework)
def show(round_id: int) -> Any:
    """A round: its terms, what stands inside, how far each prefecture has come, and how its closing time changed."""
    row, ground, now = _round(round_id), shell.house().ground, clock.now()
    own = rounds.own_deadlines(g.tx, round_id)
    found = overview.counted(g.tx, ground, g.actor, round_id)
    inside = in_office(g.actor)
    return render_template(
        "rounds/round.html",
        row=row,
        funnels=funnels(ground, found, round_id),
        places=overview.PLACES,
        standing=overview.total(overview.by_bureau(found, ())),
        drafts=overview.drafts(g.tx, ground, g.actor.authority_id, round_id) if inside else None,
        own=own,
        bureaus=_bureaus(own),
        changes=rounds.changes(g.tx, ground.keys, round_id),
        extensions=_extensions(round_id) if inside else [],
        signers=[
            drawing.named(extensions.role_title(g.tx, ground, role))
            for role in extensions.signers(g.tx, row["authority_id"])
        ],
        titles=_workflow_titles(),
        classes=[ground.titles("product_class", code) for code in row["priority_classes"]],
        runs=runs_rounds(g.actor),
        may_extend=runs_rounds(g.actor) and extensions.pending(g.tx, round_id) is None,
        may_set=runs_bureau(g.actor) and now < row["closes_at"],
        is_open=row["opens_at"] <= now < row["closes_at"],
        is_over=row["closes_at"] <= now,
    )


def _again(round_id: int, **_arguments: Any) -> Any:
    return show(round_id)


@page(blueprint, "/rounds/<int:round_id>/extend", methods=("POST",), policy=runs_rounds, redraw=_again)
def extend(round_id: int) -> Any:
    """Extend the round, or put that before those who sign it."""
    in_force = extensions.propose(
        g.tx,
        shell.house().ground,
        _round(round_id),
        _moment("closes_on", "closes_time"),
        notice=request.form.get("notice", ""),
        reason=request.form.get("reason", ""),
        by=g.actor,
    )
    return shell.done(url_for("rounds.show", round_id=round_id), "round_extended" if in_force else "extension_proposed")


@page(
    blueprint,
    "/rounds/<int:round_id>/extensions/<int:extension_id>",
    methods=("POST",),
    policy=in_office,
    redraw=_again,
)
def sign(round_id: int, extension_id: int) -> Any:
    """Sign an extension, send it back, or (who proposed it) take it back."""
    row, decision = _round(round_id), request.form.get("decision", "")
    if decision == "withdraw":
        extensions.withdraw(g.tx, row, extension_id, g.actor)
        return shell.done(url_for("rounds.show", round_id=round_id), "extension_void")
    if decision not in signing.ACTS:
        abort(400)
    ground, opinion = shell.house().ground, request.form.get("opinion", "")
    status = extensions.sign(g.tx, ground, row, extension_id, g.actor, decision, opinion)
    return shell.done(url_for("rounds.show", round_id=round_id), f"extension_{status}")


@page(blueprint, "/rounds/<int:round_id>/own", methods=("POST",), policy=runs_bureau, redraw=_again)
def set_own(round_id: int) -> Any:
    row = _round(round_id)
    rounds.set_own(
        g.tx,
        shell.house().ground,
        row,
        g.actor.organisation_id,
        _moment("closes_on", "closes_time"),
        reason=request.form.get("reason", ""),
        by=g.actor.person_id,
    )
    return shell.done(url_for("rounds.show", round_id=round_id), "own_deadline_set")


def _extensions(round_id: int) -> list[dict[str, Any]]:
    """Every proposed extension with its chain: who signed, who is next, who is still to come."""
    ground = shell.house().ground
    found = []
    for row, signed in extensions.of_round(g.tx, ground, round_id):
        chain = [
            {
                "title": extensions.role_title(g.tx, ground, role),
                "signed": next((one for one in signed if one["step"] == at), None),
                "next": row["status"] == "signing" and at == row["step"],
            }
            for at, role in enumerate(row["signers"])
        ]
        found.append(
            {
                "row": row,
                "chain": chain,
                "may_sign": extensions.is_turn_of(g.tx, row, g.actor),
                "may_withdraw": row["status"] == "signing" and row["proposed_by"] == g.actor.person_id,
            }
        )
    return found


def _round(round_id: int) -> RowMapping:
    row = rounds.find(g.tx, g.actor.authority_id, round_id)
    if row is None:
        abort(404)
    return row


def _moment(day: str, at: str) -> datetime:
    """The moment typed as a date and a time of day; 24:00 is the end of the day."""
    text = f"{request.form.get(day, '').strip()} {request.form.get(at, '').strip() or '00:00'}"
    try:
        return rounds.moment(text)
    except ValueError:
        raise Refused(Message("office.moment_wrong", {"input": day})) from None


def _workflows() -> list[Definition]:
    current = (loaded.definition for loaded in shell.house().ground.all_current(g.tx))
    return [one for one in current if one.authority == g.actor.authority_code]


def _collective_for(chosen: list[str]) -> list[str]:
    """The procedures over cases of these workflows: they belong to the same round."""
    return [
        one.workflow
        for one in _workflows()
        if one.members is not None and set(one.members.of) & set(chosen) and one.workflow not in chosen
    ]


def _workflow_titles() -> dict[str, Any]:
    return {one.definition.workflow: one.definition.title for one in shell.house().ground.all_current(g.tx)}


def _bureaus(own: dict[int, datetime]) -> dict[int, dict[str, str]]:
    rows = g.tx.execute(
        sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.name_en).where(
            organisation.c.id.in_(list(own))
        )
    ).mappings()
    return {row["id"]: {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]} for row in rows}
