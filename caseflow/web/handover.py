"""A post changes hands (岗位变动交接): what one person took on in the own organisation goes to a successor, case by case."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow.cases import desk_acts, handover
from caseflow.cases.models import case, task
from caseflow.people import accounts, rights
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.web import clocks, drawing, shell
from caseflow.web import tasks as task_pages
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("handover", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """An open task that somebody took on."""

    row: RowMapping
    title: str
    role: str
    due: clocks.Due | None


def belongs(actor: Actor | None, **_arguments: Any) -> bool:
    """Acts for an organisation whose people take tasks on: an office."""
    return actor is not None and actor.organisation_kind in OFFICES and bool(actor.roles - rights.ADMINISTRATORS)


@page(blueprint, "/handover", policy=belongs)
def form() -> Any:
    """Whose tasks, what they are, and to whom they may go."""
    people = _leaving()
    chosen = request.values.get("from", type=int) or g.actor.person_id
    rows = handover.taken_on(g.tx, g.actor.organisation_id, chosen) if chosen in dict(people) else []
    return render_template(
        "office/handover.html",
        people=people,
        chosen=chosen,
        lines=[_line(row) for row in rows],
        successors=_successors(rows, chosen),
        request_key=request.form.get("request_key") or secrets.token_urlsafe(18),
    )


@page(blueprint, "/handover", methods=("POST",), policy=belongs, redraw=form)
def give() -> Any:
    """Hand everything over: all of it, or nothing with the reason for each case."""
    key, leaving = request.form.get("request_key", ""), request.form.get("from", type=int)
    successor = request.form.get("person", type=int)
    if not 16 <= len(key) <= 60 or leaving is None:
        abort(400)
    if successor is None:
        raise Refused(Message("handover.no_successor", {"input": "person"}))
    note = request.form.get("note", "")
    ground, organisation_id = shell.house().ground, g.actor.organisation_id
    handover.hand_over(g.tx, ground, g.actor, organisation_id, leaving, successor, note, _prefix(key))
    return redirect(url_for("handover.done", key=key), 303)


@page(blueprint, "/handover/done", policy=belongs)
def done() -> Any:
    """What came of it, a line for each case."""
    key = request.args.get("key", "")
    rows = g.tx.execute(
        sa.select(case.c.id, case.c.number, case.c.title, journal.c.at, journal.c.body)
        .join(journal, journal.c.case_id == case.c.id)
        .where(
            journal.c.request_key.startswith(f"{_prefix(key)}/", autoescape=True),
            journal.c.person_id == g.actor.person_id,
        )
        .order_by(case.c.id)
    ).mappings().all()  # fmt: skip
    if not rows:
        abort(404)
    names = accounts.names(g.tx, [rows[0]["body"]["to"]])
    return render_template("office/handed_over.html", rows=rows, to=names[rows[0]["body"]["to"]])


def _prefix(key: str) -> str:
    return f"handover/{g.actor.person_id}/{key}"


def _line(row: RowMapping) -> Line:
    ground = shell.house().ground
    definition = ground.definition(g.tx, row["definition_id"]).definition
    title = task_pages.title(definition, row["state"], row["kind"])
    role = definition.roles.get(row["role"])
    named = drawing.named(role.title) if role else row["role"]
    return Line(row, title, named, clocks.due(ground, definition, row["due_on"]))


def _leaving() -> list[tuple[int, str]]:
    """The reader, and those who took something on here for whom the reader signs."""
    rows = g.tx.execute(
        sa.select(task.c.person_id, task.c.role, case.c.definition_id)
        .join(case, case.c.id == task.c.case_id)
        .where(
            task.c.organisation_id == g.actor.organisation_id, task.c.person_id.is_not(None), task.c.status == "open"
        )
        .distinct()
    ).all()
    ground = shell.house().ground
    directed = {
        row.person_id
        for row in rows
        if desk_acts.may_direct(ground.definition(g.tx, row.definition_id).definition, row.role, g.actor.roles)
    }
    names = accounts.names(g.tx, directed - {g.actor.person_id})
    return [(g.actor.person_id, g.actor.name), *sorted(names.items(), key=lambda one: one[1])]


def _successors(rows: list[RowMapping], leaving: int) -> list[tuple[int, str]]:
    """Who holds every role in which these tasks are owed, in the own organisation."""
    found: set[int] | None = None
    for role in {row["role"] for row in rows}:
        holders = set(rights.holders(g.tx, g.actor.organisation_id, role))
        found = holders if found is None else found & holders
    people = (accounts.get(g.tx, one) for one in sorted((found or set()) - {leaving}))
    return [(one["id"], one["name"]) for one in people if one is not None and one["status"] == "active"]
