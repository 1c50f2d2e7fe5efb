"""Cookies, proof that a form is ours (CSRF), and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from werkzeug.exceptions import BadRequest

from caseflow.words import Message

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class NotOurForm(BadRequest):
    """The request does not come from a page of ours, or from one that is too old."""

    reason = Message("shell.form_not_ours")


def _secure() -> bool:
    return bool(current_app.extensions["caseflow"].settings.secure_cookies)


def cookie_name(name: str) -> str:
    """``__Host-`` binds a cookie to this host and to HTTPS; browsers refuse it without HTTPS."""
    return f"__Host-{name}" if _secure() else name


def session_token() -> str:
    return request.cookies.get(cookie_name("caseflow"), "")


def set_session(response: Response, token: str) -> None:
    _set(response, "caseflow", token)


def drop_session(response: Response) -> None:
    response.delete_cookie(cookie_name("caseflow"), path="/", secure=_secure(), httponly=True, samesite="Lax")


def set_choice(response: Response, name: str, value: str) -> None:
    """Remember a choice of the reader (language, size of type) for a year."""
    response.set_cookie(name, value, max_age=365 * 86400, path="/", secure=_secure(), httponly=True, samesite="Lax")


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(cookie_name(name), value, path="/", secure=_secure(), httponly=True, samesite="Lax")


def token(secret: bytes) -> str:
    """The proof to put into a form: bound to the session, or before sign-in to a cookie made for it."""
    if not _binding():
        g.form_cookie = secrets.token_urlsafe(24)
    return _proof(secret, _binding())


def check(secret: bytes) -> None:
    """Raise ``NotOurForm`` unless an unsafe request comes from a page of ours and carries its proof."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site != "same-origin"
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.host
    given = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    bound_to = _binding()
    if foreign or not bound_to or not hmac.compare_digest(given.encode(), _proof(secret, bound_to).encode()):
        raise NotOurForm


def _binding() -> str:
    if session := session_token():
        return f"session:{session}"
    anonymous = g.get("form_cookie") or request.cookies.get(cookie_name("caseflow_form"), "")
    return f"form:{anonymous}" if anonymous else ""


def _proof(secret: bytes, bound_to: str) -> str:
    return hmac.digest(secret, bound_to.encode(), hashlib.sha256).hex()


def embeddable(response: Response) -> Response:
    """Let pages of ours show this answer in a frame (a PDF beside the form)."""
    response.headers["Content-Security-Policy"] = _HEADERS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def seal_response(response: Response) -> Response:
    """Set the headers of an answer, keeping those that the page has set itself."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if _secure():
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if g.get("form_cookie"):
        _set(response, "caseflow_form", g.form_cookie)
    if request.endpoint != "static":
        private = g.get("session") is not None or g.get("form_cookie") or request.method not in {"GET", "HEAD"}
        response.headers.setdefault("Cache-Control", "no-store" if private else "no-cache")
        response.vary.add("Cookie")
    return response
