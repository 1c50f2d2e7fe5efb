"""What holds for every page: a policy, a transaction, proof of the form, headers, errors with a way on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask, abort, g, render_template_string, request

from caseflow import clock
from caseflow.cases.entry import Invalid, NotHere, Stale
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.models import authority
from caseflow.people.roles import Roles
from caseflow.web import account as account_pages
from caseflow.web import installing, registration, shell
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from tests.web.conftest import Visitor, bare_app, bare_ground, errors_of, words_of

Make = Callable[..., int]
FORM = """<form method="post">{{ csrf_field() }}<input name="note" value="{{ typed('note') }}"></form>
{% for line in error_lines() %}<li>{{ line.field }}: {{ line.text }}</li>{% endfor %}"""


def _pages() -> Blueprint:
    """Pages that end in every way a page can end."""
    made = Blueprint("tried", __name__)

    @page(made, "/form", policy=shell.anyone)
    def form() -> str:
        return render_template_string(FORM)

    def add(code: str) -> None:
        g.tx.execute(sa.insert(authority).values(code=code, name={"zh": "甲", "en": "A"}))

    @page(made, "/well", methods=("POST",), policy=shell.anyone)
    def well() -> str:
        add("well")
        return "done"

    @page(made, "/refused", methods=("POST",), policy=shell.anyone, redraw=form)
    def refused() -> str:
        add("refused")
        raise Refused(Message("people.name_missing", {"input": "note"}), Message("people.address_missing"))

    @page(made, "/plainly-refused", methods=("POST",), policy=shell.anyone)
    def plainly_refused() -> str:
        raise Refused(Message("people.name_missing"))

    @page(made, "/invalid", methods=("POST",), policy=shell.anyone, redraw=form)
    def invalid() -> str:
        raise Invalid({"tasks.0.due": [Message("people.name_missing")]})

    @page(made, "/stale", methods=("POST",), policy=shell.anyone)
    def stale() -> str:
        add("stale")
        raise Stale(SimpleNamespace(at=clock.now()), "高林")  # type: ignore[arg-type]

    @page(made, "/bad-answer", methods=("POST",), policy=shell.anyone)
    def bad_answer() -> Any:
        add("bad-answer")
        return "no", 404

    @page(made, "/undone", methods=("POST",), policy=shell.anyone)
    def undone() -> str:
        add("undone")
        g.rollback = True
        return "looked only"

    @page(made, "/failed", methods=("POST",), policy=shell.anyone)
    def failed() -> str:
        add("failed")
        raise ZeroDivisionError

    @page(made, "/reading", policy=shell.anyone)
    def reading() -> str:
        add("reading")
        return "read"

    @page(made, "/errand", policy=shell.anyone)
    def errand() -> str:
        shell.after(lambda tx: tx.execute(sa.insert(authority).values(code="errand", name={"zh": "甲", "en": "A"})))
        return "read"

    @page(made, "/not-here", policy=shell.anyone)
    def not_here() -> str:
        raise NotHere

    @page(made, "/officials", policy=shell.official)
    def officials() -> str:
        return "officials"

    @page(made, "/officials/form", methods=("POST",), policy=shell.official)
    def officials_form() -> str:
        return "officials"

    @page(made, "/named/<int:number>", methods=("GET", "POST"), policy=shell.anyone)
    def named(number: int) -> str:
        found = g.tx.scalar(sa.select(authority.c.code).where(authority.c.id == number))
        return str(found or "nobody")

    @page(made, "/typed", methods=("POST",), policy=shell.anyone)
    def typed() -> str:
        return str(len(request.get_json()["text"]))

    @page(made, "/called", policy=shell.anyone)
    def called() -> str:
        wanted = authority.c.code == request.args["code"]
        return str(g.tx.scalar(sa.select(authority.c.id).where(wanted)) or "nobody")

    @page(made, "/too-large", methods=("POST",), policy=shell.anyone)
    def too_large() -> str:
        abort(413)

    return made


@pytest.fixture
def site(database: Database, settings: Settings, known_roles: Roles, offices: dict[str, int]) -> Flask:
    made = bare_app()
    installing.install(
        made,
        database,
        settings,
        roles=known_roles,
        ground=bare_ground(settings),
        blueprints=(account_pages.blueprint, registration.blueprint, _pages()),
    )
    return made


@pytest.fixture
def browser(site: Flask) -> Visitor:
    return Visitor(site)


def codes(database: Database) -> list[str]:
    """Of the authorities that these pages have made."""
    with database.read() as tx:
        rows = tx.execute(sa.select(authority.c.code, authority.c.name).order_by(authority.c.id))
        return [row.code for row in rows if row.name == {"zh": "甲", "en": "A"}]


def test_a_page_without_a_policy_keeps_the_program_from_starting(
    sqlite_database: Database, settings: Settings, known_roles: Roles
) -> None:
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/open-door", "door", lambda: "come in")
    with pytest.raises(RuntimeError) as refusal:
        installing.install(
            bare_app(),
            sqlite_database,
            settings,
            roles=known_roles,
            ground=bare_ground(settings),
            blueprints=(bare,),
        )

    assert str(refusal.value) == "pages without a policy: /open-door (bare.door)"


def test_only_a_post_that_ends_well_is_committed(browser: Visitor, database: Database) -> None:
    answers = {
        path: browser.post(path, of="/form").status_code
        for path in ("/well", "/refused", "/stale", "/bad-answer", "/undone", "/failed")
    }
    browser.get("/reading")

    assert answers == {
        "/well": 200,
        "/refused": 422,
        "/stale": 409,
        "/bad-answer": 404,
        "/undone": 200,
        "/failed": 500,
    }
    assert codes(database) == ["well"]


def test_what_a_page_leaves_to_do_is_done_in_a_transaction_of_its_own(browser: Visitor, database: Database) -> None:
    browser.get("/errand")

    assert codes(database) == ["errand"]


def test_a_refused_form_keeps_what_was_typed_beside_every_reason(browser: Visitor) -> None:
    page_ = browser.post("/refused", {"note": "三千字的说明"}, of="/form")

    assert page_.status_code == 422
    assert 'value="三千字的说明"' in page_.text
    assert "note: 请填写单位名称。" in page_.text
    assert ": 请填写单位地址。" in page_.text


def test_answers_that_cannot_be_taken_stand_at_their_paths(browser: Visitor) -> None:
    assert "tasks.0.due: 请填写单位名称。" in browser.post("/invalid", of="/form").text


def test_a_refusal_without_its_form_lists_the_reasons_and_the_text(browser: Visitor) -> None:
    page_ = browser.post("/plainly-refused", {"note": "我的意见", "password": "hidden-one"}, of="/form")

    assert errors_of(page_) == ["请填写单位名称。"]
    assert "我的意见" in page_.text
    assert "hidden-one" not in page_.text


def test_a_stale_screen_says_who_acted_and_keeps_the_text(browser: Visitor) -> None:
    page_ = browser.post("/stale", {"note": "我的意见"}, of="/form")

    assert page_.status_code == 409
    assert "高林于" in words_of(page_)
    assert "我的意见" in page_.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "null"}, 400),
    ],
)
def test_a_form_is_taken_from_pages_of_ours_only(
    browser: Visitor, database: Database, headers: dict[str, str], status: int
) -> None:
    drawn = browser.get("/form").text
    token = drawn.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.client.post("/well", data={"csrf_token": token}, headers=headers)

    assert status == answer.status_code
    assert ([] if status == 400 else ["well"]) == codes(database)


def test_the_proof_of_one_visitor_is_worth_nothing_to_another(site: Flask, database: Database) -> None:
    drawn = Visitor(site).get("/form").text
    token = drawn.split('name="csrf_token" value="')[1].split('"')[0]
    other = Visitor(site)
    other.get("/form")
    answers = [
        other.client.post("/well", data={"csrf_token": token}).status_code,
        other.client.post("/well", data={"csrf_token": ""}).status_code,
        other.client.post("/well").status_code,
    ]

    assert answers == [400, 400, 400]
    assert codes(database) == []


def test_what_one_may_not_see_answers_404_and_strangers_are_asked_who_they_are(site: Flask, account: Make) -> None:
    account("applicant")
    account("official", ("municipal", "sx-datong"))
    answers = {}
    for login in ("", "applicant", "official"):
        browser = Visitor(site)
        if login:
            browser.sign_in(login)
        answers[login] = browser.get("/officials").status_code

    assert answers == {"": 303, "applicant": 404, "official": 200}


def test_a_form_sent_after_the_session_ended_is_given_back(site: Flask, account: Make) -> None:
    account("official", ("municipal", "sx-datong"))
    browser = Visitor(site)
    answer = browser.post("/officials/form", {"note": "审查意见"}, of="/form")

    assert answer.status_code == 401
    assert "审查意见" in answer.text


def test_errors_have_a_number_and_a_way_on(browser: Visitor) -> None:
    pages = {
        404: browser.get("/nowhere"),
        405: browser.get("/well"),
        413: browser.post("/too-large", of="/form"),
        500: browser.post("/failed", of="/form"),
    }
    way = {status: ("编号" in words_of(one), "返回首页" in words_of(one)) for status, one in pages.items()}

    assert [one.status_code for one in pages.values()] == [404, 405, 413, 500]
    assert dict.fromkeys(pages, (True, True)) == way
    assert browser.get("/not-here").status_code == 404


def test_a_number_that_no_row_has_is_not_found_however_large(browser: Visitor) -> None:
    largest, beyond = 2**63 - 1, 2**63

    assert browser.get(f"/named/{largest}").text == "nobody"
    assert browser.get(f"/named/{beyond}").status_code == 404
    assert browser.post(f"/named/{beyond}", of="/form").status_code == 400


def test_an_address_writes_no_line_of_its_own_into_the_log(browser: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    browser.get("/nowhere%0Aincident%200000:%20all%20is%20well?q=%0D%0A")
    (line,) = [one.getMessage() for one in caplog.records if one.name == "caseflow.web"]

    assert line.splitlines() == [line]
    assert "/nowhere%0Aincident" in line


def test_what_a_script_sends_is_no_longer_than_a_form(browser: Visitor) -> None:
    proof = re.findall(r'name="csrf_token" value="([0-9a-f]+)"', browser.get("/form").text)[0]

    def status(length: int) -> int:
        sent = {"json": {"text": "x" * length}, "headers": {"X-CSRF-Token": proof}}
        return browser.client.post("/typed", environ_base=browser.address, **sent).status_code

    assert (status(1000), status(installing.LARGEST_FORM)) == (200, 413)


def test_a_sign_that_no_text_can_hold_finds_nothing(browser: Visitor, database: Database) -> None:
    assert browser.get("/called?code=%00").status_code == (200 if database.is_sqlite else 404)


def test_every_answer_carries_the_headers(site: Flask, account: Make) -> None:
    account("applicant")
    browser = Visitor(site)
    anonymous, wrong = browser.get("/reading"), browser.get("/nowhere")
    cookie = browser.sign_in("applicant").headers["Set-Cookie"]
    own = browser.get("/account")
    for answer in (anonymous, wrong, own):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"

    assert (anonymous.headers["Cache-Control"], own.headers["Cache-Control"]) == ("no-cache", "no-store")
    assert sorted(cookie.split("; ")[1:]) == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_templates_hold_no_script_and_no_style_of_their_own() -> None:
    pages = Path(__file__).parents[2] / "templates" / "pages"
    bad = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE)
    found = [path.name for path in sorted(pages.rglob("*.html")) if bad.search(path.read_text("utf-8"))]

    assert found == []
