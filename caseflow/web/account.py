"""Signing in and out, the second factor, the own account, and for whom one acts."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlsplit

import segno
from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from flask.wrappers import Response

from caseflow.office import notices
from caseflow.people import accounts, passwords, registration, rights, second_factor, security, sessions, throttle
from caseflow.people.accounts import login_form
from caseflow.records.inbox import KINDS
from caseflow.web import safety, shell
from caseflow.web.shell import page
from caseflow.words import LANGUAGES, Message, Refused, text

blueprint = Blueprint("account", __name__)


def address() -> str:
    """The network address the request comes from."""
    return request.remote_addr or ""


def onward(where: str) -> str:
    """An address of ours to go on to: ``where`` if it is one, else the start page."""
    parts = urlsplit(where)
    ours = where.startswith("/") and not where.startswith(("//", "/\\")) and not parts.netloc and where.isprintable()
    return where if ours else url_for(shell.house().home)


@page(blueprint, "/sign-in", policy=shell.anyone)
def sign_in() -> Any:
    if g.actor is not None:
        return redirect(onward(request.args.get("next", "")), 303)
    return render_template("account/sign_in.html", next=request.values.get("next", ""))


@page(blueprint, "/sign-in", methods=("POST",), policy=shell.anyone, redraw=sign_in, own_transactions=True)
def begin_session() -> Any:
    login, password = login_form(request.form.get("login", "")), request.form.get("password", "")
    counted = (("login_from_address", f"{login} {address()}"), ("login", login))
    with shell.writing() as tx:
        wait = throttle.enter(tx, *counted, ("address", address()))
    if wait:
        raise shell.TooFast(wait)
    with shell.reading() as tx:
        row = accounts.by_login(tx, login)
    right = passwords.right(row["password_hash"] if row else None, password[: passwords.LONGEST * 4])
    if row is None or not right:
        _failed(row, "sign_in", Message("account.sign_in_wrong", {"input": "login"}))
    if row["status"] != "active":
        _failed(row, "sign_in", Message("account.not_active", {"input": "login"}))
    renewed = passwords.hashed(password) if passwords.outdated(row["password_hash"]) else None
    with shell.writing() as tx:
        throttle.forget(tx, *counted)
        throttle.give_back(tx, ("address", address()))
        if renewed:
            accounts.rehash(tx, row["id"], renewed)
        if earlier := safety.session_token():
            sessions.end(tx, sessions.token_hash(earlier))
        standings = rights.standings(tx, row["id"])
        held = frozenset[str]().union(*(standing.roles for standing in standings))
        token = sessions.begin(
            tx,
            row["id"],
            idle_seconds=shell.house().roles.idle_seconds(held),
            address=address(),
            second_factor_done=False,
        )
        security.log(tx, "sign_in", authority_id=row["authority_id"], about=row["id"], address=address())
    where = onward(request.form.get("next", ""))
    if row["second_factor_required"]:
        where = url_for("account.second_factor", next=where)
    response = make_response(redirect(where, 303))
    safety.set_session(response, token)
    return response


@page(blueprint, "/sign-out", methods=("POST",), policy=shell.anyone)
def sign_out() -> Any:
    if g.session is not None:
        sessions.end(g.tx, g.session["token_hash"])
        security.log(
            g.tx,
            "sign_out",
            authority_id=g.session["authority_id"],
            about=g.session["person_id"],
            address=address(),
        )
        g.errands.clear()
    response = shell.done(url_for("account.sign_in"), "signed_out")
    safety.drop_session(response)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@page(blueprint, "/second-factor", policy=shell.half_signed_in, endpoint="second_factor")
def show_second_factor() -> Any:
    picture = secret = ""
    if not g.session["enrolled"]:
        secret = second_factor.proposal(shell.house().secret, g.session["token_hash"])
        issuer = text("shell.name", "en")
        uri = second_factor.address_of(secret, g.session["login"], issuer)
        picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=2)
    return render_template(
        "account/second_factor.html",
        picture=picture,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        next=request.values.get("next", ""),
    )


@page(
    blueprint,
    "/second-factor",
    methods=("POST",),
    policy=shell.half_signed_in,
    redraw=show_second_factor,
    own_transactions=True,
)
def check_second_factor() -> Any:
    row, code, keys = g.session, request.form.get("code", ""), shell.house().keys
    with shell.writing() as tx:
        wait = throttle.enter(tx, ("code", str(row["person_id"])))
    if wait:
        raise shell.TooFast(wait)
    with shell.writing() as tx:
        if row["enrolled"]:
            right = second_factor.accept(tx, row["person_id"], code, keys=keys)
        else:
            secret = second_factor.proposal(shell.house().secret, row["token_hash"])
            right = second_factor.enrol(tx, row["person_id"], secret, code, keys=keys, address=address())
        token = sessions.rotate(tx, row, address=address()) if right else ""
        if right:
            throttle.forget(tx, ("code", str(row["person_id"])))
    if not right:
        _failed(row, "second_factor", Message("account.code_wrong", {"input": "code"}))
    g.errands.clear()
    response = make_response(redirect(onward(request.form.get("next", "")), 303))
    safety.set_session(response, token)
    return response


def _failed(row: Any, act: str, reason: Message) -> NoReturn:
    """Log an attempt that went wrong, and refuse."""
    with shell.writing() as tx:
        security.log(
            tx,
            act,
            authority_id=row["authority_id"] if row else None,
            about=row["id"] if row else None,
            succeeded=False,
            address=address(),
        )
    raise Refused(reason)


@page(blueprint, "/account", policy=shell.signed_in)
def profile() -> Any:
    row = accounts.get(g.tx, g.actor.person_id)
    assert row is not None  # noqa: S101 -- a session has its person
    keys, official = shell.house().keys, g.actor.official
    return render_template(
        "account/profile.html",
        person=row,
        email=accounts.unseal(keys, row, "email"),
        phone=accounts.unseal(keys, row, "phone"),
        sessions=sessions.living(g.tx, g.actor.person_id),
        applications=registration.of_person(g.tx, g.actor.person_id),
        roles=shell.house().roles,
        ways={
            kind: [(way, text(f"notices.way.{way}", g.language)) for way in notices.open_ways(kind, official=official)]
            for kind in KINDS
        },
        chosen=notices.choices(g.tx, g.actor.person_id, official=official),
    )


@page(blueprint, "/account", methods=("POST",), policy=shell.signed_in, redraw=profile)
def change_profile() -> Any:
    language = request.form.get("language", "zh")
    if language not in LANGUAGES:
        abort(400)
    accounts.change_profile(
        g.tx,
        g.actor.person_id,
        name=request.form.get("name", ""),
        language=language,
        email=request.form.get("email", ""),
        phone=request.form.get("phone", ""),
        keys=shell.house().keys,
        by=g.actor.person_id,
        address=address(),
    )
    response = shell.done(url_for("account.profile"), "saved")
    safety.set_choice(response, "language", language)
    return response


@page(blueprint, "/account/notices", methods=("POST",), policy=shell.signed_in, redraw=profile)
def choose_notices() -> Any:
    """For each kind of notice: a mail at once, the digest, or the inbox alone."""
    wished = {kind: request.form[f"way_{kind}"] for kind in KINDS if f"way_{kind}" in request.form}
    notices.choose(g.tx, g.actor.person_id, wished, official=g.actor.official)
    return shell.done(url_for("account.profile"), "notices_chosen")


@page(blueprint, "/account/password", policy=shell.signed_in)
def password() -> Any:
    return render_template("account/password.html", shortest=passwords.SHORTEST)


@page(
    blueprint,
    "/account/password",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=password,
    own_transactions=True,
)
def change_password() -> Any:
    person_id = g.actor.person_id
    with shell.writing() as tx:
        wait = throttle.enter(tx, ("code", f"password {person_id}"))
    if wait:
        raise shell.TooFast(wait)
    with shell.reading() as tx:
        row = accounts.get(tx, person_id)
    assert row is not None  # noqa: S101 -- a session has its person
    chosen = request.form.get("password", "")
    reasons = accounts.password_faults(chosen, request.form.get("password_again", ""), row["login"])
    if not passwords.right(row["password_hash"], request.form.get("password_now", "")):
        reasons.insert(0, Message("account.password_now_wrong", {"input": "password_now"}))
    elif passwords.right(row["password_hash"], chosen):
        reasons.append(Message("account.password_same", {"input": "password"}))
    if reasons:
        raise Refused(*reasons)
    new = passwords.hashed(chosen)
    with shell.writing() as tx:
        throttle.forget(tx, ("code", f"password {person_id}"))
        accounts.change_password(
            tx, person_id, new, keep_session=g.session["token_hash"], by=person_id, address=address()
        )
        token = sessions.rotate(tx, g.session, address=address(), second_factor_done=g.session["second_factor_done"])
    g.errands.clear()
    response = shell.done(url_for("account.profile"), "password_changed")
    safety.set_session(response, token)
    return response


@page(blueprint, "/account/sessions", methods=("POST",), policy=shell.signed_in)
def end_sessions() -> Any:
    sessions.end_all(g.tx, g.actor.person_id, but=g.session["token_hash"])
    security.log(
        g.tx,
        "sessions_ended",
        authority_id=g.actor.authority_id,
        by=g.actor.person_id,
        about=g.actor.person_id,
        address=address(),
    )
    return shell.done(url_for("account.profile"), "sessions_ended")


@page(blueprint, "/account/organisation", methods=("POST",), policy=shell.signed_in)
def act_as() -> Any:
    """Choose the organisation to act for, among the own ones."""
    chosen = request.form.get("organisation", type=int)
    if chosen is None or chosen not in {standing.organisation_id for standing in g.actor.memberships}:
        abort(404)
    sessions.act_for(g.tx, g.session["token_hash"], chosen)
    return redirect(url_for(shell.house().home), 303)


@page(blueprint, "/language/<language>", policy=shell.anyone)
def choose_language(language: str) -> Response:
    if language not in LANGUAGES:
        abort(404)
    response = make_response(redirect(onward(request.args.get("next", "")), 303))
    safety.set_choice(response, "language", language)
    return response


@page(blueprint, "/type-size/<size>", policy=shell.anyone)
def choose_size(size: str) -> Response:
    if size not in {"large", "normal"}:
        abort(404)
    response = make_response(redirect(onward(request.args.get("next", "")), 303))
    safety.set_choice(response, "type_size", size)
    return response
