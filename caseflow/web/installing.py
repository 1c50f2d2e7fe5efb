"""Setting up: the shell put around an application, its limits, and who asks where no page could say it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, g, jsonify, redirect, render_template, request, url_for
from flask_login import LoginManager

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.roles import Roles
from caseflow.records import personal
from caseflow.web import drawing, errors, safety, shell
from caseflow.web.shell import House, MenuItem

log = logging.getLogger("caseflow.web")

LARGEST_REQUEST = 260 * 1024 * 1024
LARGEST_FORM = 4 * 1024 * 1024
MOST_PARTS = 5000


def install(
    app: Flask,
    database: Database,
    settings: Settings,
    *,
    roles: Roles,
    ground: Ground,
    blueprints: Iterable[Blueprint] = (),
    menu: Iterable[MenuItem] = (),
    home: str = "account.profile",
) -> None:
    """Put the shell around an application. ``RuntimeError`` names every page that lacks a policy."""
    app.extensions["caseflow"] = House(
        database, settings, roles, personal.keyring(settings), settings.key("forms"), ground, tuple(menu), home
    )
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, MAX_FORM_MEMORY_SIZE=LARGEST_FORM, MAX_FORM_PARTS=MOST_PARTS)
    login = LoginManager(app)
    login.session_protection = None  # the session lives in the database, see people/sessions.py
    login.request_loader(lambda _request: g.actor)
    login.unauthorized_handler(_unauthorized)
    app.before_request(_begin)
    app.after_request(safety.seal_response)
    drawing.install(app)
    errors.install(app, _identify_anew)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    check_policies(app)


def check_policies(app: Flask) -> None:
    """Refuse to start while a page has no policy."""
    bare = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "policy")
    )
    if bare:
        raise RuntimeError(f"pages without a policy: {', '.join(bare)}")


def _begin() -> None:
    if request.is_json:  # what is typed, never a file: the limit of forms counts for them as well
        request.max_content_length = LARGEST_FORM
    g.tx, g.session, g.actor, g.errands, g.rollback = None, None, None, [], False
    g.errors, g.typed = (), {}
    g.now = clock.now()
    g.language = drawing.language_of(None)


def _identify_anew() -> None:
    """For pages outside a transaction (errors): find out who asks, if the database answers."""
    try:
        with shell.reading() as tx:
            shell.identify(tx)
    except sa.exc.SQLAlchemyError:
        log.exception("the database does not answer")
    g.errands = []


def _unauthorized() -> Any:
    if g.session is not None:
        return redirect(url_for("account.second_factor"), 303)
    if request.is_json:
        return jsonify(signed_out=True), 401
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")), 303)
    return render_template("errors/signed_out.html", kept=errors.kept()), 401
