"""Organisations that have a part in a case: agents, branches asked for their opinion, offices in copy; and the own list of such cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, render_template, request

from caseflow.cases import show, standing, tasks
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, involvement, task
from caseflow.cases.organisation_record import KINDS
from caseflow.cases.view import View, state_name
from caseflow.people.models import OFFICES, organisation
from caseflow.people.rights import Actor
from caseflow.web import clocks, drawing, shell
from caseflow.web.act_form import casework
from caseflow.web.shell import MenuItem, page
from caseflow.workflow.definition import Definition

blueprint = Blueprint("involvement", __name__)

SIZE = 50
SCOPES = ("asked", "copies")
"""What the own office is asked for; what it was given to read."""
INVITED = tuple(kind for kind in OFFICES if kind != "authority")
"""The kinds of office that see no more of the authority's cases than their own, unless they are given a part."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one organisation in a case."""

    role: str
    organisation: show.Pair
    since: datetime
    until: datetime | None
    page: int | None
    """The organisation, where it has a page that offices open."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case in which the own office has a part."""

    row: sa.RowMapping
    definition: Definition
    role: str
    state: dict[str, str]
    owed: tuple[str, ...]
    """The duties that are open."""
    done: int
    """How many were answered."""
    due: clocks.Due | None


def invited(actor: Actor | None, **_arguments: Any) -> bool:
    """Works in an office that may be given a part in cases of others."""
    return casework(actor) and actor is not None and actor.organisation_kind in INVITED


MENU = (MenuItem("involvement.menu", "involvement.mine", invited),)


def of_case(view: View) -> list[Part]:
    """Who has a part in a case or had one, for those inside an office; the applicant reads of those who assist it."""
    rows = view.tx.execute(
        sa.select(involvement, organisation.c.name_zh, organisation.c.name_en, organisation.c.kind)
        .join(organisation, organisation.c.id == involvement.c.organisation_id)
        .where(involvement.c.case_id == view.row["id"])
        .order_by(involvement.c.id)
    ).mappings()
    roles, office = view.definition.roles, view.actor.organisation_kind in OFFICES
    return [
        Part(
            drawing.named(roles[row["role"]].title),
            _name(row),
            row["since"],
            row["until"],
            row["organisation_id"] if office and row["kind"] in KINDS else None,
        )
        for row in rows
        if row["role"] in roles and (view.is_staff or roles[row["role"]].assists is not None)
    ]


@page(blueprint, "/asked", policy=invited)
def mine() -> Any:
    """The cases in which the own office was asked for its opinion or is in copy."""
    ground = shell.house().ground
    scope = next((one for one in SCOPES if one == request.args.get("show")), SCOPES[0])
    at = max(request.args.get("page", 1, type=int), 1)
    counts = {one: _count(one) for one in SCOPES}
    rows = g.tx.execute(_found(scope).limit(SIZE).offset(SIZE * (at - 1))).mappings().all()
    return render_template(
        "involvement/mine.html",
        lines=[_line(ground, row) for row in rows],
        scope=scope,
        scopes=SCOPES,
        counts=counts,
        at=at,
        size=SIZE,
    )


def _line(ground: Ground, row: sa.RowMapping) -> Line:
    definition = ground.definition(g.tx, row["definition_id"]).definition
    of_role = g.tx.execute(
        sa.select(task.c.kind, task.c.status, task.c.due_on).where(
            task.c.case_id == row["id"],
            task.c.organisation_id == g.actor.organisation_id,
            task.c.role == row["part"],
            task.c.kind.startswith(tasks.DUTY),
        )
    ).all()
    due = min((one.due_on for one in of_role if one.status == "open" and one.due_on), default=None)
    duties = {name: duty for state in definition.states.values() for name, duty in state.duties.items()}
    open_ = [one.kind.removeprefix(tasks.DUTY) for one in of_role if one.status == "open"]
    return Line(
        row,
        definition,
        drawing.named(definition.roles[row["part"]].title),
        state_name(definition, row["state"], is_office=False),
        tuple(drawing.named(duties[one].title) for one in open_ if one in duties),
        sum(one.status == "done" for one in of_role),
        clocks.due(ground, definition, due),
    )


def _found(scope: str) -> sa.Select[Any]:
    owed = sa.exists().where(
        task.c.case_id == case.c.id,
        task.c.organisation_id == involvement.c.organisation_id,
        task.c.role == involvement.c.role,
        task.c.kind.startswith(tasks.DUTY),
    )
    return (
        sa.select(case, involvement.c.role.label("part"), involvement.c.since)
        .join(involvement, involvement.c.case_id == case.c.id)
        .where(
            involvement.c.organisation_id == g.actor.organisation_id,
            involvement.c.role.in_(_roles(g.actor)),
            involvement.c.until.is_(None),
            case.c.authority_id == g.actor.authority_id,
            owed if scope == SCOPES[0] else ~owed,
        )
        .order_by(involvement.c.since.desc(), involvement.c.id.desc())
    )


def _count(scope: str) -> int:
    return g.tx.scalar(sa.select(sa.func.count()).select_from(_found(scope).subquery())) or 0


def _roles(actor: Actor) -> list[str]:
    """The roles held here in which one sees what the own organisation was given a part in."""
    every = (loaded.definition for loaded in shell.house().ground.all_current(g.tx))
    return sorted({role.id for one in every for role in standing.held(one, actor) if role.sees == "involved"})


def _name(row: sa.RowMapping) -> show.Pair:
    return {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]}
