"""Who is away and who stands in: entered by oneself, or for somebody by the administrator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow.people import absences, accounts, security
from caseflow.web import account, admin, shell
from caseflow.web.shell import page

blueprint = Blueprint("absences", __name__)


@page(blueprint, "/account/absences", policy=shell.official)
def own() -> Any:
    return _show(g.actor.person_id, "")


@page(blueprint, "/account/absences", methods=("POST",), policy=shell.official, redraw=own)
def enter_own() -> Any:
    absences.enter(g.tx, g.actor.person_id, request.form, by=g.actor.person_id)
    _note("absence_entered", g.actor.person_id)
    return shell.done(url_for("absences.own"), "absence_entered")


@page(blueprint, "/account/absences/<int:absence_id>/end", methods=("POST",), policy=shell.official, redraw=own)
def end_own(absence_id: int) -> Any:
    _end(g.actor.person_id, absence_id)
    return shell.done(url_for("absences.own"), "absence_ended")


@page(blueprint, "/admin/people/<int:person_id>/absences", policy=admin.secure)
def of_person(person_id: int) -> Any:
    return _show(person_id, _name(person_id))


@page(blueprint, "/admin/people/<int:person_id>/absences", methods=("POST",), policy=admin.secure, redraw=of_person)
def enter(person_id: int) -> Any:
    _name(person_id)
    absences.enter(g.tx, person_id, request.form, by=g.actor.person_id)
    _note("absence_entered", person_id)
    return shell.done(url_for("absences.of_person", person_id=person_id), "absence_entered")


@page(
    blueprint, "/admin/people/<int:person_id>/absences/<int:absence_id>/end",
    methods=("POST",), policy=admin.secure, redraw=of_person,
)  # fmt: skip
def end(person_id: int, absence_id: int) -> Any:
    _name(person_id)
    _end(person_id, absence_id)
    return shell.done(url_for("absences.of_person", person_id=person_id), "absence_ended")


def _note(act: str, person_id: int) -> None:
    """Who may sign for whom is a matter of rights: it stands in the security log."""
    security.log(
        g.tx, act, authority_id=g.actor.authority_id, by=g.actor.person_id, about=person_id, address=account.address()
    )


def _show(person_id: int, name: str) -> Any:
    return render_template(
        "account/absences.html",
        name=name,
        person_id=person_id,
        known=absences.of_person(g.tx, person_id),
        colleagues=absences.colleagues(g.tx, person_id),
    )


def _name(person_id: int) -> str:
    """The name of a person under the own authority; 404 for every other."""
    row = accounts.get(g.tx, person_id)
    if row is None or row["authority_id"] != g.actor.authority_id:
        abort(404)
    return str(row["name"])


def _end(person_id: int, absence_id: int) -> None:
    if not absences.end(g.tx, person_id, absence_id):
        abort(404)
    _note("absence_ended", person_id)
