"""An application of the shell, the accounts and the administrators, and a visitor who fills in its forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from caseflow.cases.ground import Ground
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.people.roles import Roles
from caseflow.records import personal
from caseflow.web import absences, admin, admin_organisations, installing, registration, shell
from caseflow.web import account as account_pages
from tests.people.conftest import PASSWORD, account, keys, known_roles, offices

__all__ = ["account", "keys", "known_roles", "offices"]


def bare_app() -> Flask:
    return Flask(
        "caseflow",
        template_folder=str(ROOT / "templates" / "pages"),
        static_folder=str(Path(shell.__file__).parent / "static"),
        static_url_path="/static",
    )


def bare_ground(settings: Settings) -> Ground:
    """No calendar, factor or list: the pages of accounts need none."""
    return Ground(personal.keyring(settings), {})


@pytest.fixture
def app(database: Database, settings: Settings, known_roles: Roles) -> Flask:
    made = bare_app()
    installing.install(
        made,
        database,
        settings,
        roles=known_roles,
        ground=bare_ground(settings),
        blueprints=tuple(
            room.blueprint for room in (account_pages, registration, admin, admin_organisations, absences)
        ),
        menu=(*registration.MENU, *admin.MENU),
    )
    return made


class Visitor:
    """A browser without scripts: keeps cookies, and sends forms with what they hold."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        self.client: FlaskClient = app.test_client()
        self.address = {"REMOTE_ADDR": address}

    def get(self, path: str, **options: Any) -> TestResponse:
        answer = self.client.get(path, environ_base=self.address, **options)
        answer.get_data()
        answer.close()  # as a server does: a file that was sent is closed
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, *, of: str | None = None) -> TestResponse:
        """Open the page ``of`` (else ``path``) for its proof, and send ``data`` to ``path``."""
        drawn = self.get(of or path)
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', drawn.text)
        sent = {**(data or {}), "csrf_token": token[1] if token else ""}
        return self.client.post(path, data=sent, environ_base=self.address)

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", {"login": login, "password": password})

    def cookie(self, name: str = "caseflow") -> str:
        found = self.client.get_cookie(name)
        return found.value if found else ""


@pytest.fixture
def visitor(app: Flask, offices: dict[str, int]) -> Callable[..., Visitor]:
    """A new browser, at an address of its own if told."""

    def open_(address: str = "192.0.2.1") -> Visitor:
        return Visitor(app, address)

    return open_


def words_of(response: TestResponse) -> str:
    """The text of a page without its tags."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", response.text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def errors_of(response: TestResponse) -> list[str]:
    """The reasons in the list at the top of a page."""
    found = re.search(r'(?s)<div class="errors" role="alert".*?</div>', response.text)
    lines = re.findall(r"(?s)<li>(.*?)</li>", found[0]) if found else []
    return [unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in lines]
