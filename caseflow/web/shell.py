"""What every page stands in: its transaction, who asks, whether they may, in which language, and what goes wrong.

``page`` is the edge: a GET reads, a POST writes and commits only when the view ends well. A page without
a policy keeps the program from starting; what one may not see answers 404.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from caseflow.cases.entry import Invalid, NotHere, Stale
from caseflow.cases.ground import Ground
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import rights, sessions
from caseflow.people.rights import Actor
from caseflow.people.roles import Roles
from caseflow.records import personal
from caseflow.web import drawing, errors, safety
from caseflow.words import Message, Refused

Policy = Callable[..., bool]
"""``policy(actor, **view arguments)``: may this actor (None: nobody signed in) open the page? May read ``g.tx``."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the main menu, shown to those whom its policy lets in."""

    key: str
    endpoint: str
    policy: Policy
    arguments: dict[str, Any] = field(default_factory=dict)
    count: Callable[[], int] = int
    """How much waits behind the entry, shown beside it; nothing where it is 0."""


@dataclass(frozen=True, slots=True)
class House:
    """What the pages share."""

    database: Database
    settings: Settings
    roles: Roles
    keys: personal.Keyring
    secret: bytes
    ground: Ground
    menu: tuple[MenuItem, ...]
    home: str
    """Endpoint of the start page."""


class TooFast(Refused):
    """Guessing is slowed down: try again after some seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(Message("shell.too_fast", {"seconds": seconds}))
        self.seconds = seconds


class _Undone(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def house() -> House:
    found: House = current_app.extensions["caseflow"]
    return found


# Policies


def anyone(_actor: Actor | None, **_arguments: Any) -> bool:
    return True


def signed_in(actor: Actor | None, **_arguments: Any) -> bool:
    return actor is not None


def official(actor: Actor | None, **_arguments: Any) -> bool:
    """Holds, in the organisation acted for, a role of an office."""
    return actor is not None and not actor.roles.isdisjoint(house().roles.official)


def holding(*roles: str) -> Policy:
    """Whoever holds one of the roles in the organisation acted for."""

    def policy(actor: Actor | None, **_arguments: Any) -> bool:
        return actor is not None and actor.holds(*roles)

    return policy


def half_signed_in(actor: Actor | None, **_arguments: Any) -> bool:
    """The password was right; the second factor is still due."""
    return actor is None and g.session is not None


# The edge


def page(
    blueprint: Blueprint,
    rule: str,
    *,
    policy: Policy,
    methods: Iterable[str] = ("GET",),
    endpoint: str | None = None,
    redraw: Callable[..., Any] | None = None,
    own_transactions: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view a page.

    ``g.tx`` is its transaction: read-only in effect for GET; for other methods committed when the view returns
    a status below 400 and did not set ``g.rollback``. A ``Refused`` or ``Invalid`` undoes everything and draws the form
    again with what was typed: ``redraw`` is the view that draws it (called with the same arguments in a new
    transaction; it finds ``g.errors``, and ``typed()`` in templates); without it a page lists the reasons.
    ``own_transactions``: the view opens them through ``writing()`` and ``reading()``, so that slow work
    (hashing, receiving files) holds no lock; ``g.tx`` is then not set.
    """

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def answer(**arguments: Any) -> Response:
            return _answer(view, policy, redraw, arguments, own_transactions=own_transactions)

        answer.policy = policy  # type: ignore[attr-defined]  # read by installing.check_policies
        blueprint.add_url_rule(rule, endpoint or view.__name__, answer, methods=list(methods))
        return view

    return register


def after(errand: Callable[[Connection], None]) -> None:
    """Do this in a write transaction of its own when the page is made, before it is sent (read log, sign of life).

    If it fails, the page is not sent.
    """
    g.errands.append(errand)


def done(url: str, notice: str) -> Response:
    """Go on to ``url``; the page there shows the text ``notice.<notice>``."""
    address, mark, place = url.partition("#")
    joined = f"{address}{'&' if '?' in address else '?'}done={notice}{mark}{place}"
    return current_app.make_response(redirect(joined, 303))


def reading() -> AbstractContextManager[Connection]:
    return house().database.read()


def writing() -> AbstractContextManager[Connection]:
    return house().database.write()


def _answer(
    view: Callable[..., Any],
    policy: Policy,
    redraw: Callable[..., Any] | None,
    arguments: dict[str, Any],
    *,
    own_transactions: bool,
) -> Response:
    unsafe = request.method not in {"GET", "HEAD"}
    if unsafe:
        safety.check(house().secret)

    def inside(tx: Connection) -> Response | None:
        response = _let_in(tx, policy, arguments)
        if response is None and not own_transactions:
            response = current_app.make_response(view(**arguments))
        if response is not None and unsafe and (response.status_code >= 400 or g.rollback):
            raise _Undone(response)
        return response

    try:
        if unsafe and not own_transactions:
            response = house().database.once(_afresh(inside))
        else:
            with reading() as tx:
                response = inside(tx)
        g.tx = None
        if response is None:
            response = current_app.make_response(view(**arguments))
    except _Undone as undone:
        response = undone.response
    except NotHere:
        abort(404)
    except (Refused, Invalid, Stale) as refusal:
        if not unsafe and not isinstance(refusal, TooFast):
            raise
        response = _refuse(refusal, redraw, arguments)
    _run_errands()
    return response


def _afresh(inside: Callable[[Connection], Response | None]) -> Callable[[Connection], Response | None]:
    """The page as if nobody had begun it: where another transaction was in the way it is done again."""

    def work(tx: Connection) -> Response | None:
        g.errands, g.rollback = [], False
        for upload in request.files.values():
            upload.stream.seek(0)
        return inside(tx)

    return work


def _let_in(tx: Connection, policy: Policy, arguments: dict[str, Any]) -> Response | None:
    """Say who asks; the answer, if it is not the page itself."""
    g.tx = tx
    identify(tx)
    if not policy(g.actor, **arguments):
        if g.actor is not None:
            abort(404)
        answer = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # set by flask-login
        return current_app.make_response(answer)
    if g.actor is not None and g.actor.must_change_password and policy is not anyone:
        free = {"account.password", "account.change_password", "account.sign_out"}
        if request.endpoint not in free:
            return current_app.make_response(redirect(url_for("account.password"), 303))
    return None


def identify(tx: Connection) -> None:
    """Set ``g.session``, ``g.actor`` and ``g.language`` from the cookies."""
    g.session, g.actor = None, None
    token = safety.session_token()
    row = sessions.find(tx, token) if token else None
    if row is not None:
        g.session = row
        if row["second_factor_done"] or not row["second_factor_required"]:
            found = rights.standings(tx, row["person_id"])
            g.actor = rights.actor(row, found, row["organisation_id"], house().roles.official)
            if sessions.is_due(row) and not any(errand is _touch for errand in g.errands):
                after(_touch)
    g.language = drawing.language_of(g.actor)


def _touch(tx: Connection) -> None:
    sessions.touch(tx, g.session["token_hash"])


def _refuse(
    refusal: Refused | Invalid | Stale, redraw: Callable[..., Any] | None, arguments: dict[str, Any]
) -> Response:
    g.errors, g.typed = errors.reasons(refusal), request.form
    with reading() as tx:
        g.tx = tx
        identify(tx)
        if isinstance(refusal, Stale):
            body: Any = errors.stale(refusal)
        elif request.is_json:
            body = jsonify(errors=[{"field": line.field, "text": line.text} for line in drawing.error_lines()])
        elif redraw is not None:
            body = redraw(**arguments)
        else:
            body = render_template("errors/refused.html", kept=errors.kept())
        response = current_app.make_response(body)
    g.tx = None
    response.status_code = 409 if isinstance(refusal, Stale) else 422
    if isinstance(refusal, TooFast):
        response.status_code, response.headers["Retry-After"] = 429, str(refusal.seconds)
    return response


def _run_errands() -> None:
    if g.errands:
        with writing() as tx:
            for errand in g.errands:
                errand(tx)
        g.errands = []
