"""Working days: the years and their notices, and entering a new notice, which counts open deadlines again."""

from __future__ import annotations

from typing import Any

import yaml
from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow.office import calendar_notice
from caseflow.people.rights import SYSTEM_ADMIN
from caseflow.records import calendars
from caseflow.web import shell
from caseflow.web.shell import MenuItem, house, official, page
from caseflow.words import Message, Refused

blueprint = Blueprint("calendars", __name__, url_prefix="/calendars")

MENU = (MenuItem("calendar.menu", "calendars.overview", shell.holding(SYSTEM_ADMIN)),)
LARGEST_NOTICE = 20_000


def may_read(actor: Any, **arguments: Any) -> bool:
    """Officers read how days are counted; the system administrator also enters notices."""
    return official(actor, **arguments) or shell.holding(SYSTEM_ADMIN)(actor, **arguments)


@page(blueprint, "", policy=may_read)
def overview() -> Any:
    ground = house().ground
    found = {name: ground.calendar_now(g.tx, name) for name in sorted(ground.calendars)}
    return render_template("calendars/overview.html", calendars=found, may_enter=g.actor.holds(SYSTEM_ADMIN))


@page(blueprint, "/<name>/<int:year>", policy=may_read)
def one_year(name: str, year: int) -> Any:
    ground = house().ground
    if name not in ground.calendars:
        abort(404)
    calendar = ground.calendar_now(g.tx, name)
    return render_template(
        "calendars/year.html",
        calendar=calendar,
        year=year,
        entry=calendar.years.get(year),
        entered=[row for row in calendars.history(g.tx, name) if row.year == year],
    )


@page(blueprint, "/<name>/enter", policy=shell.holding(SYSTEM_ADMIN))
def form(name: str) -> Any:
    calendar = house().ground.calendars.get(name)
    if calendar is None:
        abort(404)
    return render_template("calendars/enter.html", calendar=calendar)


@page(blueprint, "/<name>/enter", policy=shell.holding(SYSTEM_ADMIN), methods=("POST",), redraw=form)
def enter(name: str) -> Any:
    year, text = request.form.get("year", "").strip(), request.form.get("notice", "")
    if not (year.isdecimal() and len(year) == 4):
        raise Refused(Message("calendar.year_wrong", {"input": "year"}))
    if len(text) > LARGEST_NOTICE:
        raise Refused(Message("calendar.too_long", {"input": "notice"}))
    try:
        entry = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Refused(Message("calendar.not_yaml", {"input": "notice", "line": line})) from None
    if not isinstance(entry, dict):
        raise Refused(Message("calendar.not_yaml", {"input": "notice", "line": 1}))
    moved = calendar_notice.enter(g.tx, house().ground, house().settings, name, int(year), entry, by=g.actor.person_id)
    return shell.done(url_for("calendars.one_year", name=name, year=int(year), moved=len(moved)), "calendar_entered")
