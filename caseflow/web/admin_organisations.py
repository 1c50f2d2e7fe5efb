"""Organisations under the authority: who there is, what each is called, and the office above it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from caseflow.people import accounts, organisations
from caseflow.people.models import ORGANISATION_KINDS
from caseflow.web import admin, shell
from caseflow.web.account import address
from caseflow.web.admin import organisation_here
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.identifiers import check_credit_code, normalise_credit_code

blueprint = Blueprint("admin_organisations", __name__, url_prefix="/admin/organisations")


@page(blueprint, "", policy=admin.system)
def listed() -> Any:
    at = admin.at_page()
    text, kind, status = (request.args.get(name, "") for name in ("q", "kind", "status"))
    rows, total = organisations.find(
        g.tx, g.actor.authority_id, text=text, kind=kind, status=status, limit=admin.SIZE, offset=admin.SIZE * (at - 1)
    )
    return render_template(
        "admin/organisations.html",
        rows=rows,
        total=total,
        at=at,
        size=admin.SIZE,
        text=text,
        kind=kind,
        status=status,
        kinds=ORGANISATION_KINDS,
    )


@page(blueprint, "/new", policy=admin.system)
def new() -> Any:
    return render_template(
        "admin/organisation.html",
        organisation=None,
        members=[],
        kinds=ORGANISATION_KINDS,
        parents=_parents(),
        bureaus=organisations.bureaus(g.tx, g.actor.authority_id),
        roles=shell.house().roles,
    )


@page(blueprint, "/new", methods=("POST",), policy=admin.system, redraw=new)
def create() -> Any:
    parent_id, prefecture_id = (request.form.get(name, type=int) for name in ("parent_id", "prefecture_id"))
    for chosen in (parent_id, prefecture_id):
        if chosen is not None:
            organisation_here(chosen)
    made = organisations.create(
        g.tx,
        authority_id=g.actor.authority_id,
        kind=request.form.get("kind", ""),
        name_zh=request.form.get("name_zh", ""),
        name_en=request.form.get("name_en", ""),
        credit_code=_credit_code(),
        division=request.form.get("division", "").strip(),
        parent_id=parent_id,
        prefecture_id=prefecture_id,
        by=g.actor.person_id,
        address=address(),
    )
    return shell.done(url_for("admin_organisations.show", organisation_id=made), "saved")


@page(blueprint, "/<int:organisation_id>", policy=admin.system)
def show(organisation_id: int) -> Any:
    return render_template(
        "admin/organisation.html",
        organisation=organisation_here(organisation_id),
        members=accounts.members(g.tx, organisation_id),
        kinds=ORGANISATION_KINDS,
        parents=_parents(),
        bureaus=organisations.bureaus(g.tx, g.actor.authority_id),
        roles=shell.house().roles,
    )


@page(blueprint, "/<int:organisation_id>", methods=("POST",), policy=admin.system, redraw=show)
def change(organisation_id: int) -> Any:
    row = organisation_here(organisation_id)
    status = row["status"]
    if status in {"active", "closed"}:
        status = "closed" if request.form.get("closed") == "yes" else "active"
    organisations.change(
        g.tx,
        organisation_id,
        name_zh=request.form.get("name_zh", ""),
        name_en=request.form.get("name_en", ""),
        credit_code=_credit_code(),
        division=request.form.get("division", "").strip(),
        status=status,
        by=g.actor.person_id,
        address=address(),
    )
    return shell.done(url_for("admin_organisations.show", organisation_id=organisation_id), "saved")


def _credit_code() -> str | None:
    code = normalise_credit_code(request.form.get("credit_code", ""))
    if code and (wrong := check_credit_code(code)):
        raise Refused(*(Message(reason.key, {**reason.values, "input": "credit_code"}) for reason in wrong))
    return code or None


def _parents() -> list[Any]:
    offices = ("authority", "department", "bureau", "branch", "pool")
    rows = [organisations.find(g.tx, g.actor.authority_id, kind=kind, limit=200)[0] for kind in offices]
    return [row for group in rows for row in group]
