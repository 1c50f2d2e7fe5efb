"""Pages for what went wrong: each has a number to tell, and a way on."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask, current_app, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from caseflow import clock
from caseflow.cases.entry import Invalid, NotHere, Stale
from caseflow.cases.view import View, load
from caseflow.web import safety
from caseflow.words import Message, Refused, pick
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action

log = logging.getLogger("caseflow.web")

_WORDED = (400, 404, 405, 409, 413, 429, 500, 503)
_HIDDEN = ("password", "code", safety.FIELD)
_OURS = frozenset({"request_key", "seen", "version"})
"""What our forms carry and nobody has typed."""


def install(app: Flask, identify: Callable[[], None]) -> None:
    """Draw every error as a page; ``identify`` finds out who asks, for the head of the page."""

    def draw(status: int, key: str) -> tuple[Any, int]:
        incident = f"{clock.today():%m%d}-{secrets.token_hex(3).upper()}"
        asked = quote(request.full_path.rstrip("?"), safe="/?&=%+")  # one line of the log, whatever the address holds
        log.warning("incident %s: %s %s %s answered %d", incident, request.method, request.remote_addr, asked, status)
        if request.is_json:
            return jsonify(status=status, incident=incident), status
        identify()
        page = render_template("errors/error.html", status=status, key=key, incident=incident, kept=kept())
        return page, status

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        status = error.code or 500
        if status < 400:
            return error
        if isinstance(error, safety.NotOurForm):
            return draw(status, "shell.error.form")
        worded = status if status in _WORDED else 400 if status < 500 else 500
        return draw(status, f"shell.error.{worded}")

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Any:
        g.errors = reasons(error)
        identify()
        return render_template("errors/refused.html", kept=kept()), 422

    @app.errorhandler(sa.exc.OperationalError)
    def busy(error: sa.exc.OperationalError) -> Any:
        log.error("the database refused", exc_info=error)
        return draw(503, "shell.error.503")

    @app.errorhandler(OverflowError)
    @app.errorhandler(sa.exc.DataError)
    def impossible(error: Exception) -> Any:
        """A number that no row has, or a sign that no text holds: whoever typed it into the address is told so."""
        log.error("the database cannot hold what was asked for", exc_info=error)
        status = 404 if request.method in {"GET", "HEAD"} else 400
        return draw(status, f"shell.error.{status}")

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Any:
        log.error("a page failed", exc_info=error)
        return draw(500, "shell.error.500")


def reasons(error: Refused | Invalid | Stale) -> list[tuple[str, Message]]:
    """The reasons of a refusal, each with the input it concerns, or none.

    A reason of ``Refused`` names its input in its value ``input``; ``Invalid`` carries them by path.
    """
    if isinstance(error, Refused):
        return [(str(reason.values.get("input", "")), reason) for reason in error.reasons]
    if isinstance(error, Invalid):
        return [(path, reason) for path, found in error.errors.items() for reason in found]
    return []


def stale(error: Stale) -> Any:
    """The answer to somebody whose screen was older than the case: who acted meanwhile, and the own text."""
    view = _seen_by(error)
    if request.is_json:
        by = error.by if view is not None and not view.is_party else ""
        return jsonify(stale=True, by=by, at=error.entry.at.isoformat())
    labels: dict[str, str] = {}
    if view is not None:
        wanted = (request.view_args or {}).get("action_id")
        for action in (*view.definition.anywhere.values(), *_acts(view.definition)):
            if action.id == wanted:
                labels |= {question.id: pick(question.label, g.language) for question in action.asks.values()}
    told = [(labels.get(name, name), value) for name, value in kept() if name != "from"]
    return render_template("errors/stale.html", entry=error.entry, by=error.by, kept=told, view=view)


def _seen_by(error: Stale) -> View | None:
    """The case as it stands now, if the reader may still see it."""
    try:
        return load(g.tx, current_app.extensions["caseflow"].ground, g.actor, error.entry.case_id) if g.actor else None
    except NotHere:
        return None


def _acts(definition: Definition) -> Iterator[Action]:
    for state in definition.states.values():
        yield from state.actions.values()


def kept() -> list[tuple[str, str]]:
    """What was typed into a form that could not be taken, to be copied; never a password."""
    if request.method in {"GET", "HEAD"}:
        return []
    try:
        typed = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [
        (name, value)
        for name, value in typed
        if value.strip() and name not in _OURS and not any(hidden in name for hidden in _HIDDEN)
    ]
