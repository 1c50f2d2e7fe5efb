"""Parameters that an office may set: what is in force, what was set, by whom and why; setting and confirming."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow import clock
from caseflow.cases import settings
from caseflow.people.rights import Actor
from caseflow.web import drawing, posted, shell
from caseflow.web.act_form import request_key
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition
from caseflow.workflow.parameters import Parameter, canonical

blueprint = Blueprint("settings", __name__)


def reads_parameters(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works in an office on a procedure that has parameters; never an applicant or an expert."""
    return actor is not None and any(_reads(one, actor) for one in _definitions(actor))


@page(blueprint, "/parameters", policy=reads_parameters)
def board() -> Any:
    """Every parameter with its bounds, its value today, and what was set of it."""
    today = clock.today()
    shown: list[dict[str, Any]] = []
    for definition in _definitions(g.actor):
        if not _reads(definition, g.actor):
            continue
        now = settings.in_force(g.tx, definition, g.actor.authority_id, today)
        rows = settings.history(g.tx, shell.house().ground.keys, g.actor.authority_id, definition.workflow)
        shown += [_line(definition, one, now[one.id], rows) for one in definition.parameters.values()]
    return render_template("office/parameters.html", shown=shown, tomorrow=today + timedelta(days=1))


@page(
    blueprint, "/parameters/<workflow>/<name>", methods=("POST",), policy=reads_parameters, redraw=lambda **_: board()
)  # fmt: skip
def change(workflow: str, name: str) -> Any:
    """Set a parameter from a day on, with a reason."""
    definition = next((one for one in _definitions(g.actor) if one.workflow == workflow), None)
    parameter = definition.parameters.get(name) if definition is not None else None
    if definition is None or parameter is None or parameter.set_by is None or not g.actor.holds(parameter.set_by):
        abort(404)
    try:
        from_on = date.fromisoformat(request.form.get("from_on", ""))
    except ValueError:
        raise Refused(Message("settings.no_day", {"input": "from_on"})) from None
    settings.set_value(
        g.tx,
        shell.house().ground.keys,
        g.actor.authority_id,
        definition,
        name,
        request.form.get("value", ""),
        from_on=from_on,
        reason=request.form.get("reason", ""),
        by=g.actor.person_id,
        at=clock.now(),
        request_key=posted.request_key(),
    )
    return shell.done(url_for("settings.board"), "parameter_set")


@page(
    blueprint, "/parameters/<workflow>/<name>/<int:number>/confirm", methods=("POST",), policy=reads_parameters,
    redraw=lambda **_: board(),
)  # fmt: skip
def confirm(workflow: str, name: str, number: int) -> Any:
    """A second person confirms what was set."""
    definition = next((one for one in _definitions(g.actor) if one.workflow == workflow), None)
    parameter = definition.parameters.get(name) if definition is not None else None
    rows = settings.history(g.tx, shell.house().ground.keys, g.actor.authority_id, workflow)
    row = next((one for one in rows if one["id"] == number and one["parameter"] == name), None)
    holds = parameter is not None and parameter.confirmed_by is not None and g.actor.holds(parameter.confirmed_by)
    if row is None or not holds:
        abort(404)
    settings.confirm(g.tx, row, by=g.actor.person_id, at=clock.now())
    return shell.done(url_for("settings.board"), "parameter_confirmed")


def _line(definition: Definition, parameter: Parameter, now: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "definition": definition,
        "parameter": parameter,
        "now": worded(parameter, now),
        "low": worded(parameter, parameter.minimum),
        "high": worded(parameter, parameter.maximum),
        "default": worded(parameter, parameter.default),
        "may_set": parameter.set_by is not None and g.actor.holds(parameter.set_by),
        "may_confirm": parameter.confirmed_by is not None and g.actor.holds(parameter.confirmed_by),
        "refused": bool(g.errors) and request.view_args == {"workflow": definition.workflow, "name": parameter.id},
        "key": request_key(),
        "history": [
            {"row": row, "value": worded(parameter, row["value"])} for row in rows if row["parameter"] == parameter.id
        ],
    }


def worded(parameter: Parameter, written: Any) -> str:
    """A value of a parameter in the reader's words; nothing where there is none."""
    kept = canonical(parameter, written) if written is not None else None
    if kept is None:
        return ""
    if parameter.type == "period":
        return drawing.say(workdays.Limit.parse(kept).message())
    if parameter.type == "choice":
        return drawing.named(parameter.choices[kept].title)
    if parameter.type == "boolean":
        return drawing.t(f"settings.{kept}")
    return drawing.day(kept) if parameter.type == "date" else kept


def _definitions(actor: Actor) -> list[Definition]:
    """The procedures of the actor's authority that have parameters."""
    current = (one.definition for one in shell.house().ground.all_current(g.tx))
    return [one for one in current if one.parameters and one.authority == actor.authority_code]


def _reads(definition: Definition, actor: Actor) -> bool:
    """Whether a person works on a procedure in the authority's own office, or may set or confirm one of its values."""
    office = {role.id for role in definition.roles.values() if role.sees == "own_authority"}
    named = {role for one in definition.parameters.values() for role in (one.set_by, one.confirmed_by) if role}
    return bool(actor.roles & (office | named))
