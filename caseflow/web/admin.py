"""The three administrators: one makes accounts and organisations, one grants roles and access, one reads the logs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow.people import accounts, organisations, passwords, roles, second_factor, security, sessions
from caseflow.people.rights import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN
from caseflow.web import shell
from caseflow.web.account import address
from caseflow.web.shell import MenuItem, holding, page
from caseflow.words import LANGUAGES, Message, Refused

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

system = holding(SYSTEM_ADMIN)
secure = holding(SECURITY_ADMIN)
audit = holding(AUDIT_ADMIN)
system_or_secure = holding(SYSTEM_ADMIN, SECURITY_ADMIN)

MENU = (
    MenuItem("admin.menu.people", "admin.people", system_or_secure),
    MenuItem("admin.menu.organisations", "admin_organisations.listed", system),
    MenuItem("admin.menu.security_log", "admin.security_log", audit),
    MenuItem("admin.menu.read_log", "admin.read_log", audit),
)
SIZE = 50


def at_page() -> int:
    return max(request.args.get("page", 1, type=int), 1)


def _person(person_id: int) -> Any:
    row = accounts.get(g.tx, person_id)
    if row is None or row["authority_id"] != g.actor.authority_id:
        abort(404)
    return row


def organisation_here(organisation_id: int) -> Any:
    """An organisation of the reader's authority; 404 for every other."""
    row = organisations.get(g.tx, organisation_id)
    if row is None or row["authority_id"] != g.actor.authority_id:
        abort(404)
    return row


# Accounts


@page(blueprint, "/people", policy=system_or_secure)
def people() -> Any:
    text, status, at = request.args.get("q", ""), request.args.get("status", ""), at_page()
    rows, total = accounts.find(
        g.tx, g.actor.authority_id, text=text, status=status, limit=SIZE, offset=SIZE * (at - 1)
    )
    held: dict[int, list[Any]] = {}
    for one in accounts.memberships(g.tx, *(row["id"] for row in rows)):
        held.setdefault(one["person_id"], []).append(one)
    return render_template(
        "admin/people.html",
        rows=rows,
        held=held,
        total=total,
        at=at,
        size=SIZE,
        text=text,
        status=status,
        roles=shell.house().roles,
    )


@page(blueprint, "/people/new", policy=system)
def new_person() -> Any:
    return render_template("admin/new_person.html")


@page(blueprint, "/people/new", methods=("POST",), policy=system, redraw=new_person)
def create_person() -> Any:
    """A new account; its one-time password is shown once, to be handed over in person."""
    once = passwords.one_time()
    person_id = accounts.create(
        g.tx,
        authority_id=g.actor.authority_id,
        login=request.form.get("login", ""),
        name=request.form.get("name", ""),
        password_hash=passwords.hashed(once),
        keys=shell.house().keys,
        language="en" if request.form.get("language") == "en" else "zh",
        email=request.form.get("email", ""),
        phone=request.form.get("phone", ""),
        temporary=True,
        by=g.actor.person_id,
        address=address(),
    )
    return render_template("admin/password_once.html", person=_person(person_id), once=once, fresh=True)


@page(blueprint, "/people/<int:person_id>", policy=system_or_secure)
def person(person_id: int) -> Any:
    row = _person(person_id)
    keys = shell.house().keys
    held = accounts.memberships(g.tx, person_id)
    choices, _ = organisations.find(
        g.tx, g.actor.authority_id, text=request.args.get("q", ""), status="active", limit=200
    )
    return render_template(
        "admin/person.html",
        person=row,
        email=accounts.unseal(keys, row, "email"),
        phone=accounts.unseal(keys, row, "phone"),
        held=held,
        sessions=sessions.living(g.tx, person_id),
        choices=choices,
        roles=shell.house().roles,
    )


@page(blueprint, "/people/<int:person_id>", methods=("POST",), policy=system, redraw=person)
def change_person(person_id: int) -> Any:
    _person(person_id)
    language = request.form.get("language", "zh")
    if language not in LANGUAGES:
        abort(400)
    accounts.change_profile(
        g.tx,
        person_id,
        name=request.form.get("name", ""),
        language=language,
        email=request.form.get("email", ""),
        phone=request.form.get("phone", ""),
        keys=shell.house().keys,
        by=g.actor.person_id,
        address=address(),
    )
    return shell.done(url_for("admin.person", person_id=person_id), "saved")


@page(blueprint, "/people/<int:person_id>/close", methods=("POST",), policy=system, redraw=person)
def close_person(person_id: int) -> Any:
    _person(person_id)
    accounts.set_status(g.tx, person_id, "closed", by=g.actor.person_id, address=address())
    return shell.done(url_for("admin.person", person_id=person_id), "account_closed")


@page(blueprint, "/people/<int:person_id>/lock", methods=("POST",), policy=secure, redraw=person)
def lock_person(person_id: int) -> Any:
    """Lock an account, or unlock one that is locked; a closed one stays closed."""
    row = _person(person_id)
    if row["status"] == "closed":
        raise Refused(Message("admin.account_is_closed"))
    status = "locked" if row["status"] == "active" else "active"
    accounts.set_status(g.tx, person_id, status, by=g.actor.person_id, address=address())
    return shell.done(url_for("admin.person", person_id=person_id), f"account_{status}")


@page(blueprint, "/people/<int:person_id>/second-factor", methods=("POST",), policy=secure, redraw=person)
def reset_second_factor(person_id: int) -> Any:
    _person(person_id)
    second_factor.reset(g.tx, person_id, by=g.actor.person_id, address=address())
    return shell.done(url_for("admin.person", person_id=person_id), "second_factor_reset")


@page(blueprint, "/people/<int:person_id>/password", methods=("POST",), policy=secure, redraw=person)
def reset_password(person_id: int) -> Any:
    _person(person_id)
    once = passwords.one_time()
    accounts.reset_password(g.tx, person_id, passwords.hashed(once), by=g.actor.person_id, address=address())
    return render_template("admin/password_once.html", person=_person(person_id), once=once, fresh=False)


@page(blueprint, "/people/<int:person_id>/roles", methods=("POST",), policy=secure, redraw=person)
def grant_role(person_id: int) -> Any:
    _person(person_id)
    organisation_id, role = request.form.get("organisation_id", type=int), request.form.get("role", "")
    reasons = []
    if organisation_id is None:
        reasons.append(Message("admin.organisation_missing", {"input": "organisation_id"}))
    if not role:
        reasons.append(Message("admin.role_missing", {"input": "role"}))
    if reasons or organisation_id is None:
        raise Refused(*reasons)
    organisation_here(organisation_id)
    roles.grant(
        g.tx,
        shell.house().roles,
        person_id=person_id,
        organisation_id=organisation_id,
        role=role,
        by=g.actor.person_id,
        address=address(),
    )
    return shell.done(url_for("admin.person", person_id=person_id), "role_granted")


@page(
    blueprint,
    "/people/<int:person_id>/roles/<int:membership_id>/end",
    methods=("POST",),
    policy=secure,
    redraw=lambda person_id, **_: person(person_id),
)
def withdraw_role(person_id: int, membership_id: int) -> Any:
    _person(person_id)
    if membership_id not in {one["id"] for one in accounts.memberships(g.tx, person_id)}:
        abort(404)
    roles.withdraw(g.tx, membership_id, by=g.actor.person_id, address=address())
    return shell.done(url_for("admin.person", person_id=person_id), "role_withdrawn")


# Logs


@page(blueprint, "/log", policy=audit)
def security_log() -> Any:
    at = at_page()
    rows, total = security.entries(
        g.tx,
        g.actor.authority_id,
        about=request.args.get("about", type=int),
        act=request.args.get("act", ""),
        limit=SIZE,
        offset=SIZE * (at - 1),
    )
    return render_template(
        "admin/security_log.html", rows=rows, total=total, at=at, size=SIZE, act=request.args.get("act", "")
    )


@page(blueprint, "/reads", policy=audit)
def read_log() -> Any:
    at = at_page()
    rows, total = security.reads(
        g.tx,
        g.actor.authority_id,
        person_id=request.args.get("person", type=int),
        limit=SIZE,
        offset=SIZE * (at - 1),
    )
    return render_template("admin/read_log.html", rows=rows, total=total, at=at, size=SIZE)
