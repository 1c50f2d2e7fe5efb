"""An enterprise registers; the bureau in charge, the authority or the unit's own head decides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, send_file, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from caseflow.people import organisations, passwords, registration, throttle
from caseflow.people.accounts import login_form, unseal
from caseflow.people.registration import Application
from caseflow.people.rights import Actor
from caseflow.records import files, reading
from caseflow.web import safety, shell
from caseflow.web.account import address
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.identifiers import normalise_credit_code, normalise_email, normalise_phone

blueprint = Blueprint("registration", __name__)

LICENCE_KINDS = ("pdf", "jpg", "png")
LICENCE_LIMIT = 10 * 1024 * 1024
KEPT_SECONDS = 2 * 3600


def deciding(actor: Actor | None, **_arguments: Any) -> bool:
    """Holds a role that decides on registrations, or on who joins the own unit."""
    if actor is None:
        return False
    known = shell.house().roles
    return known.reach(actor.roles) is not None or known.may_admit(actor.roles)


MENU = (MenuItem("account.menu.registrations", "registration.registrations", deciding),)


@page(blueprint, "/register", policy=shell.anyone)
def register() -> Any:
    bureaus = [(one["name"], organisations.bureaus(g.tx, one["id"])) for one in organisations.authorities(g.tx)]
    return render_template(
        "account/register.html",
        bureaus=bureaus,
        kinds=registration.REGISTERING,
        shortest=passwords.SHORTEST,
        limit=LICENCE_LIMIT // (1024 * 1024),
        accept=",".join(f".{kind}" for kind in LICENCE_KINDS),
        kept_licence=g.get("kept_licence"),
    )


@page(blueprint, "/register", methods=("POST",), policy=shell.anyone, redraw=register, own_transactions=True)
def apply() -> Any:
    with shell.writing() as tx:
        wait = throttle.enter(tx, ("registration", address()))
    if wait:
        raise shell.TooFast(wait)
    asked = _typed()
    licence, reasons = _licence()
    with shell.reading() as tx:
        reasons = [*registration.faults(tx, asked), *reasons]
    if reasons or licence is None:
        raise Refused(*reasons)
    password_hash = passwords.hashed(asked.password)
    try:
        kind = _keep(asked, licence, password_hash)
    except sa.exc.IntegrityError:
        # Somebody registered the same code or login at the same moment; now it is there to be seen.
        kind = _keep(asked, licence, password_hash)
    return shell.done(url_for("account.sign_in"), f"registered_{kind}")


def _keep(asked: Application, licence: files.Received, password_hash: str) -> str:
    with shell.writing() as tx:
        file_id = files.record(tx, licence, uploaded_by=None, organisation_id=None, field="licence")
        _, kind = registration.apply(
            tx,
            asked,
            password_hash=password_hash,
            licence_file_id=file_id,
            keys=shell.house().keys,
            address=address(),
        )
    return kind


def _typed() -> Application:
    form = request.form
    return Application(
        kind=form.get("kind", ""),
        name_zh=form.get("name_zh", ""),
        name_en=form.get("name_en", ""),
        credit_code=normalise_credit_code(form.get("credit_code", "")),
        prefecture_id=form.get("prefecture_id", type=int),
        address=form.get("address", ""),
        login=login_form(form.get("login", "")),
        person_name=form.get("name", ""),
        phone=normalise_phone(form.get("phone", "")),
        email=normalise_email(form.get("email", "")),
        password=form.get("password", ""),
        password_again=form.get("password_again", ""),
        agreed=form.get("agreed") == "yes",
        language=g.language,
    )


def _licence() -> tuple[files.Received | None, list[Message]]:
    """The licence uploaded now, or the one of an earlier try whose receipt the form carries."""
    upload = request.files.get("licence")
    root = shell.house().settings.files
    if upload is None or not upload.filename:
        kept = _receipt(request.form.get("kept_licence", ""), root)
        if kept is None:
            return None, [Message("account.licence_missing", {"input": "licence"})]
        g.kept_licence = (request.form["kept_licence"], kept.name)
        return kept, []
    try:
        received = files.receive(
            cast(BinaryIO, upload.stream),
            name=upload.filename,
            limit_bytes=LICENCE_LIMIT,
            root=root,
            kinds=LICENCE_KINDS,
        )
    except Refused as refusal:
        return None, [Message(reason.key, {**reason.values, "input": "licence"}) for reason in refusal.reasons]
    values = {name: value for name, value in asdict(received).items() if name != "path"}
    g.kept_licence = (_signer().dumps(values), received.name)
    return received, []


def _receipt(signed: str, root: Any) -> files.Received | None:
    try:
        values = _signer().loads(signed, max_age=KEPT_SECONDS)
    except BadSignature:
        return None
    path = files.place(root, values["sha256"])
    return files.Received(path=path, **values) if path.exists() else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shell.house().secret, salt="licence")


@page(blueprint, "/registrations", policy=deciding)
def registrations() -> Any:
    status = request.args.get("status", "pending")
    at = max(request.args.get("page", 1, type=int), 1)
    rows, total = registration.waiting(
        g.tx, g.actor, shell.house().roles, status=status, limit=50, offset=50 * (at - 1)
    )
    return render_template("account/registrations.html", rows=rows, total=total, status=status, at=at)


@page(blueprint, "/registrations/<int:number>", policy=deciding)
def show(number: int) -> Any:
    row = _mine(number)
    keys = shell.house().keys
    asking = {"login": row["login"], "email": row["email"], "phone": row["phone"]}
    licence = files.find(g.tx, row["licence_file_id"]) if row["licence_file_id"] else None
    shell.after(lambda tx: reading.log(tx, g.actor.person_id, None, f"registration {number}"))
    return render_template(
        "account/registration.html",
        row=row,
        email=unseal(keys, asking, "email"),
        phone=unseal(keys, asking, "phone"),
        licence=licence,
        bureau=organisations.get(g.tx, row["prefecture_id"] or 0),
    )


@page(blueprint, "/registrations/<int:number>", methods=("POST",), policy=deciding, redraw=show)
def decide(number: int) -> Any:
    _mine(number)
    approved = request.form.get("decision") == "approve"
    if not approved and request.form.get("decision") != "refuse":
        raise Refused(Message("account.decision_missing", {"input": "decision"}))
    registration.decide(
        g.tx,
        number,
        approved=approved,
        reason=request.form.get("reason", ""),
        by=g.actor,
        known_roles=shell.house().roles,
        address=address(),
    )
    return shell.done(
        url_for("registration.registrations"), "registration_approved" if approved else "registration_refused"
    )


@page(blueprint, "/registrations/<int:number>/licence", policy=deciding)
def licence(number: int) -> Any:
    row = _mine(number)
    if not row["licence_file_id"]:
        abort(404)
    found, stream = files.open_(g.tx, row["licence_file_id"], shell.house().settings.files)
    shell.after(lambda tx: reading.log(tx, g.actor.person_id, None, f"registration {number} licence"))
    response = send_file(stream, mimetype=found.media_type, download_name=found.name)
    return safety.embeddable(response)


def _mine(number: int) -> Any:
    row = registration.get(g.tx, number)
    if row is None or not registration.may_decide(g.actor, row, shell.house().roles):
        abort(404)
    return row
