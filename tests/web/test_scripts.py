"""The scripts in a real browser: counters, rows, saving while typing, one act for two clicks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, g, jsonify, render_template_string, request
from playwright.sync_api import Page, sync_playwright
from pydantic import TypeAdapter
from werkzeug.serving import make_server

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.roles import Roles
from caseflow.web import account as account_pages
from caseflow.web import forms, installing, posted, registration, shell
from caseflow.web.shell import page
from caseflow.workflow.form import Section
from tests.people.conftest import PASSWORD
from tests.web.conftest import bare_app, bare_ground

pytestmark = pytest.mark.browser

LABEL = {"zh": "说明", "en": "Text"}
SECTION = TypeAdapter(Section).validate_python(
    {
        "title": LABEL,
        "fields": {
            "why": {"type": "long_text", "label": LABEL, "max_characters": 10},
            "tasks": {"type": "table", "label": LABEL, "columns": {"what": {"type": "text", "label": LABEL}}},
        },
    }
)
PAGE = """{% extends "base.html" %}{% import "macros.html" as m %}{% block title %}x{% endblock %}{% block main %}
<form method="post" action="/send" data-autosave="/draft" data-version="{{ version }}">{{ csrf_field() }}
{% for one in questions %}{{ m.field(one) }}{% endfor %}<p data-save-state></p><button id="send">发送</button></form>
{% endblock %}"""


class Draft:
    """What the server of the test holds, and how often it was sent."""

    def __init__(self) -> None:
        self.version = 1
        self.fields: list[list[str]] = []
        self.sent = 0
        self.values: dict[str, Any] = {}


def _pages(draft: Draft) -> Blueprint:
    made = Blueprint("typed", __name__)

    @page(made, "/typing", policy=shell.signed_in)
    def typing() -> str:
        questions = forms.draw(SECTION.fields.values(), draft.values)
        return render_template_string(PAGE, questions=questions, version=draft.version)

    @page(made, "/draft", methods=("POST",), policy=shell.signed_in)
    def save() -> Any:
        sent = request.get_json()
        if sent["version"] != draft.version:
            return jsonify(version=draft.version, fields=draft.fields, by="李川"), 409
        draft.version += 1
        draft.fields = sent["fields"]
        return jsonify(version=draft.version)

    @page(made, "/send", methods=("POST",), policy=shell.signed_in)
    def send() -> str:
        draft.sent += 1
        draft.values = posted.values(SECTION.fields.values(), request.form)
        return f"sent for {g.actor.name}"

    return made


@pytest.fixture
def draft() -> Draft:
    return Draft()


@pytest.fixture
def typing(
    sqlite_database: Database,
    database: Database,
    settings: Settings,
    known_roles: Roles,
    account: Callable[..., int],
    draft: Draft,
) -> Iterator[Page]:
    """A signed-in browser on the form."""
    account("gao.lin")
    app = bare_app()
    installing.install(
        app,
        database,
        settings,
        roles=known_roles,
        ground=bare_ground(settings),
        blueprints=(account_pages.blueprint, registration.blueprint, _pages(draft)),
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        opened = browser.new_page(locale="zh-CN", base_url=f"http://127.0.0.1:{server.port}")
        opened.goto("/sign-in?next=/typing")
        opened.fill("#login", "gao.lin")
        opened.fill("#password", PASSWORD)
        opened.click("main button")
        opened.wait_for_url("**/typing")
        yield opened
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, sqlite_database: Database) -> Database:
    """The scripts do not know the database: one kind is enough."""
    return sqlite_database


def test_the_counter_counts_and_names_the_excess(typing: Page) -> None:
    typing.fill("#why", "碳足迹 2026")
    within = typing.inner_text("[data-count-of=why]")
    typing.fill("#why", "一二三四五六七八九十十一")

    assert within == "已输入4/10字（含标点）"
    assert typing.inner_text("[data-count-of=why]") == "已输入12/10字，超出2字"


def test_rows_are_added_and_removed_and_come_back_in_order(typing: Page, draft: Draft) -> None:
    typing.fill("[name='tasks-0-what']", "建账")
    typing.click("[data-add-row]")
    typing.fill("[name='tasks-1-what']", "废弃")
    typing.click("[data-add-row]")
    typing.fill("[name='tasks-2-what']", "核算")
    typing.click("tbody tr:nth-child(2) [data-remove-row]")
    typing.click("#send")
    typing.wait_for_url("**/send")

    assert draft.values["tasks"] == [{"what": "建账"}, {"what": "核算"}]


def test_typing_is_saved_by_itself(typing: Page, draft: Draft) -> None:
    typing.fill("#why", "已写")
    typing.press("#why", "Tab")
    typing.wait_for_selector("[data-save-state]:has-text('已保存')")

    assert (draft.version, ["why", "已写"] in draft.fields) == (2, True)
    assert typing.evaluate("Object.keys(localStorage).length") == 0


def test_of_two_texts_one_chooses_and_loses_none(typing: Page, draft: Draft) -> None:
    draft.version, draft.fields = 5, [["why", "他人所写"], ["tasks-0-what", ""]]
    typing.fill("#why", "我所写")
    typing.press("#why", "Tab")
    typing.wait_for_selector(".conflict")
    shown = typing.inner_text(".conflict")
    typing.click("text=保留我的内容")
    typing.wait_for_selector("[data-save-state]:has-text('已保存')")

    assert all(part in shown for part in ("他人所写", "我所写", "李川"))
    assert ["why", "我所写"] in draft.fields


def test_what_could_not_be_saved_is_offered_again(typing: Page, draft: Draft) -> None:
    typing.route("**/draft", lambda route: route.abort())
    typing.fill("#why", "断网时所写")
    typing.press("#why", "Tab")
    typing.wait_for_selector("[data-save-state].bad")
    typing.unroute("**/draft")
    typing.reload()
    typing.click("text=恢复")
    typing.wait_for_selector("[data-save-state]:has-text('已保存')")

    assert ["why", "断网时所写"] in draft.fields


def test_two_clicks_send_once(typing: Page, draft: Draft) -> None:
    typing.evaluate("const b = document.querySelector('#send'); b.click(); b.click()")
    typing.wait_for_url("**/send")

    assert draft.sent == 1
