"""The own entry of an expert: declaration, ties, absences, bank account, pause and exit. Nobody else has this page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow.cases import expert_load
from caseflow.people import expert_personal, expert_ties, experts
from caseflow.people.rights import Actor
from caseflow.web import expert_forms, shell
from caseflow.web.shell import MenuItem, page

blueprint = Blueprint("experts_own", __name__, url_prefix="/my-expert-entry")


def in_pool(actor: Actor | None, **_arguments: Any) -> bool:
    """Acts as an expert of the pool."""
    role = shell.house().roles.in_pool
    return actor is not None and actor.organisation_kind == "pool" and role is not None and actor.holds(role)


MENU = (MenuItem("experts.menu_own", "experts_own.show", in_pool),)


@page(blueprint, "", policy=in_pool)
def show() -> Any:
    """What is known of the reader; whoever was never invited is told so."""
    row = experts.of_person(g.tx, g.actor.person_id)
    if row is None:
        return render_template("experts/own_nothing.html")
    return render_template(
        "experts/own.html",
        **expert_forms.shown(row),
        own=expert_personal.opened(shell.house().keys, row),
        sits=expert_load.sits(g.tx, row["person_id"]),
        history=expert_forms.history(row),
    )


@page(blueprint, "", methods=("POST",), policy=in_pool, redraw=show)
def declare() -> Any:
    """The own declaration; from the first one on the expert can be drawn."""
    experts.declare(
        g.tx, shell.house().keys, _own(), expert_forms.version(), expert_forms.profile(), expert_forms.lists(),
        truthful=request.form.get("truthful") == "yes",
    )  # fmt: skip
    return _done()


@page(blueprint, "/numbers", methods=("POST",), policy=in_pool, redraw=show)
def keep_numbers() -> Any:
    expert_personal.keep(g.tx, shell.house().keys, _own()["id"], expert_forms.numbers(), by=g.actor.person_id)
    return _done("#numbers")


@page(blueprint, "/ties", methods=("POST",), policy=in_pool, redraw=show)
def add_tie() -> Any:
    tie, by = expert_forms.tie(), g.actor.person_id
    expert_ties.add(g.tx, shell.house().keys, _own()["id"], tie, by=by, said_by="expert")
    return _done("#ties")


@page(blueprint, "/ties/<int:tie_id>/end", methods=("POST",), policy=in_pool, redraw=lambda **_: show())
def end_tie(tie_id: int) -> Any:
    expert_ties.end(g.tx, _own()["id"], tie_id, by=g.actor.person_id, said_by="expert")
    return _done("#ties")


@page(blueprint, "/away", methods=("POST",), policy=in_pool, redraw=show)
def set_away() -> Any:
    first, last = expert_forms.both_days()
    experts.set_away(g.tx, _own(), expert_forms.version(), first, last, by=g.actor.person_id)
    return _done("#away")


@page(blueprint, "/away/<int:period>/end", methods=("POST",), policy=in_pool, redraw=lambda **_: show())
def unset_away(period: int) -> Any:
    experts.unset_away(g.tx, _own(), expert_forms.version(), period, by=g.actor.person_id)
    return _done("#away")


@page(blueprint, "/pause", methods=("POST",), policy=in_pool, redraw=show)
def pause() -> Any:
    experts.pause(g.tx, _own(), expert_forms.version(), by=g.actor.person_id)
    return _done()


@page(blueprint, "/resume", methods=("POST",), policy=in_pool, redraw=show)
def resume() -> Any:
    experts.resume(g.tx, _own(), expert_forms.version(), by=g.actor.person_id)
    return _done()


@page(blueprint, "/leave", methods=("POST",), policy=in_pool, redraw=show)
def leave() -> Any:
    """Out of the pool; the page is gone with the role."""
    row, house = _own(), shell.house()
    experts.leave(
        g.tx, house.keys, house.roles, row, expert_forms.version(), request.form.get("reason", ""),
        sits=expert_load.sits(g.tx, row["person_id"]), by=row["person_id"],
    )  # fmt: skip
    return shell.done(url_for("account.profile"), "expert_left")


def _own() -> RowMapping:
    row = experts.of_person(g.tx, g.actor.person_id)
    if row is None:
        abort(404)
    return row


def _done(place: str = "") -> Any:
    return shell.done(url_for("experts_own.show") + place, "expert_saved")
