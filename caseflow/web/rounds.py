"""Rounds: the list, a new one, an extension with its notice, a bureau's own closing time; how far each has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.office import publishing, rounds
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.web import shell
from caseflow.web.act_form import casework
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition

blueprint = Blueprint("rounds", __name__)

MENU = (MenuItem("rounds.menu", "rounds.overview", casework),)


def _officers(sees: str) -> set[str]:
    """Roles of this reach that hold a state somewhere: those who work on cases, not those who only sign or read."""
    found = set()
    for loaded in shell.house().ground.all_current(g.tx):
        for state in loaded.definition.states.values():
            role = loaded.definition.roles.get(state.holder or "")
            if role is not None and role.sees == sees:
                found.add(role.id)
    return found


def runs_rounds(actor: Actor | None, **_arguments: Any) -> bool:
    """Officers of the authority's own office."""
    return actor is not None and actor.organisation_kind == "authority" and actor.holds(*_officers("own_authority"))


def runs_bureau(actor: Actor | None, **_arguments: Any) -> bool:
    """Officers of a bureau, for their own bureau."""
    return actor is not None and actor.organisation_kind == "bureau" and actor.holds(*_officers("own_prefecture"))


@page(blueprint, "/rounds", policy=casework)
def overview() -> Any:
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
    row = _round(round_id)
    funnels = [
        publishing.funnel(g.tx, g.actor, definition, round_id)
        for definition in _workflows()
        if definition.workflow in row["workflows"] and definition.kind == "application"
    ]
    own = rounds.own_deadlines(g.tx, round_id)
    return render_template(
        "rounds/round.html",
        row=row,
        funnels=funnels,
        own=own,
        bureaus=_bureaus(own),
        changes=rounds.changes(g.tx, round_id),
        titles=_workflow_titles(),
        classes=[shell.house().ground.titles("product_class", code) for code in row["priority_classes"]],
        may_extend=runs_rounds(g.actor),
        may_set=runs_bureau(g.actor) and clock.now() < row["closes_at"],
        is_open=row["opens_at"] <= clock.now() < row["closes_at"],
    )


def _again(round_id: int) -> Any:
    return show(round_id)


@page(blueprint, "/rounds/<int:round_id>/extend", methods=("POST",), policy=runs_rounds, redraw=_again)
def extend(round_id: int) -> Any:
    row = _round(round_id)
    rounds.extend(
        g.tx,
        shell.house().ground,
        row,
        _moment("closes_on", "closes_time"),
        notice=request.form.get("notice", ""),
        reason=request.form.get("reason", ""),
        by=g.actor.person_id,
    )
    return shell.done(url_for("rounds.show", round_id=round_id), "round_extended")


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
    return [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]


def _collective_for(chosen: list[str]) -> list[str]:
    """The procedures over cases of these workflows: they belong to the same round."""
    return [
        one.workflow
        for one in _workflows()
        if one.members is not None and set(one.members.of) & set(chosen) and one.workflow not in chosen
    ]


def _workflow_titles() -> dict[str, Any]:
    return {one.workflow: one.title for one in _workflows()}


def _bureaus(own: dict[int, datetime]) -> dict[int, dict[str, str]]:
    rows = g.tx.execute(
        sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.name_en).where(
            organisation.c.id.in_(list(own))
        )
    ).mappings()
    return {row["id"]: {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]} for row in rows}
