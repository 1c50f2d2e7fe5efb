"""Signing in and out, over HTTP, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import sqlalchemy as sa
from flask import Flask

from caseflow import clock
from caseflow.db import Database
from caseflow.people.models import security_log, session
from tests.people.conftest import PASSWORD
from tests.web.conftest import Visitor, errors_of, words_of

Open = Callable[..., Visitor]
Make = Callable[..., int]


def test_the_right_password_opens_the_own_account(visitor: Open, account: Make) -> None:
    account("gao.lin", ("municipal", "sx-datong"))
    browser = visitor()

    assert browser.sign_in("gao.lin").status_code == 303
    assert "大同市生态环境局" in words_of(browser.get("/account"))


def test_a_wrong_password_and_an_unknown_login_are_told_alike(visitor: Open, account: Make) -> None:
    account("gao.lin")
    wrong = visitor().sign_in("gao.lin", "not the password at all")
    unknown = visitor().sign_in("nobody.here", "not the password at all")

    assert (wrong.status_code, errors_of(wrong)) == (422, ["登录名或密码不正确。"])
    assert (unknown.status_code, errors_of(unknown)) == (422, ["登录名或密码不正确。"])
    assert "错误：登录" in wrong.text


def test_a_cookie_copied_before_the_sign_out_is_worth_nothing_after_it(
    app: Flask, visitor: Open, account: Make
) -> None:
    account("gao.lin")
    browser = visitor()
    browser.sign_in("gao.lin")
    thief = Visitor(app)
    thief.client.set_cookie("caseflow", browser.cookie())
    before = thief.get("/account").status_code
    browser.post("/sign-out", of="/account")

    assert (before, thief.get("/account").status_code) == (200, 303)


def test_the_cookie_changes_at_sign_in_and_only_its_hash_is_stored(
    app: Flask, visitor: Open, account: Make, database: Database
) -> None:
    account("gao.lin")
    browser = visitor()
    browser.client.set_cookie("caseflow", "planted-by-somebody-else")
    browser.sign_in("gao.lin")
    token = browser.cookie()
    with database.read() as tx:
        hashes = set(tx.scalars(sa.select(session.c.token_hash)))

    assert token not in {"", "planted-by-somebody-else"}
    assert len(token) == 43
    assert token not in hashes


def test_an_idle_session_ends_after_30_minutes_for_an_official_and_2_hours_for_an_applicant(
    visitor: Open, account: Make
) -> None:
    account("official", ("municipal", "sx-datong"))
    account("applicant")
    statuses = {}
    for login in ("official", "applicant"):
        browser = visitor()
        browser.sign_in(login)
        for minutes in (29, 31, 125):
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                statuses[login, minutes] = browser.client.head("/account").status_code

    assert statuses == {
        ("official", 29): 200,
        ("official", 31): 200,
        ("official", 125): 303,
        ("applicant", 29): 200,
        ("applicant", 31): 200,
        ("applicant", 125): 200,
    }


def test_no_session_lasts_longer_than_12_hours_however_busy(visitor: Open, account: Make) -> None:
    account("applicant")
    browser = visitor()
    browser.sign_in("applicant")
    start = clock.now()
    answers = []
    for hours in range(1, 14):
        with clock.at(start + timedelta(hours=hours)):
            answers.append(browser.get("/account").status_code)

    assert answers == [200] * 11 + [303] * 2


def test_a_post_to_sign_out_without_proof_changes_nothing(visitor: Open, account: Make) -> None:
    account("gao.lin")
    browser = visitor()
    browser.sign_in("gao.lin")
    answer = browser.client.post("/sign-out", environ_base=browser.address)

    assert answer.status_code == 400
    assert "页面已失效" in words_of(answer)
    assert browser.get("/account").status_code == 200


def test_guessing_is_slowed_for_every_process_alike_and_never_locks_for_good(
    visitor: Open, account: Make, app: Flask
) -> None:
    account("gao.lin")
    browsers = [visitor("192.0.2.9") for _ in range(6)]
    answers = [browser.sign_in("gao.lin", f"wrong number {at}") for at, browser in enumerate(browsers)]
    slowed = visitor("192.0.2.9").sign_in("gao.lin")
    elsewhere = visitor("192.0.2.10").sign_in("gao.lin")
    with clock.at(clock.now() + timedelta(minutes=20)):
        later = visitor("192.0.2.9").sign_in("gao.lin")

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429, 429]
    assert (slowed.status_code, int(slowed.headers["Retry-After"]) > 0) == (429, True)
    assert (elsewhere.status_code, later.status_code) == (303, 303)


def test_attempts_are_logged_with_their_outcome(visitor: Open, account: Make, database: Database) -> None:
    person_id = account("gao.lin")
    visitor().sign_in("gao.lin", "wrong, sorry about it")
    visitor().sign_in("gao.lin")
    with database.read() as tx:
        rows = tx.execute(
            sa.select(security_log.c.about_person_id, security_log.c.succeeded, security_log.c.address)
            .where(security_log.c.act == "sign_in")
            .order_by(security_log.c.id)
        ).all()

    assert [(person_id, False, "192.0.2.1"), (person_id, True, "192.0.2.1")] == [tuple(row) for row in rows]


def _enrol(browser: Visitor) -> pyotp.TOTP:
    page = browser.get("/second-factor")
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert secret is not None
    return pyotp.TOTP(secret[1].replace(" ", ""))


def test_an_official_enrols_a_second_factor_before_anything_else_opens(visitor: Open, account: Make) -> None:
    account("gao.lin", ("municipal", "sx-datong"), second_factor=True)
    browser = visitor()
    browser.sign_in("gao.lin")
    closed = browser.get("/account")
    half = browser.cookie()
    totp = _enrol(browser)
    browser.post("/second-factor", {"code": totp.at(clock.now())})

    assert (closed.status_code, closed.location) == (303, "/second-factor")
    assert browser.get("/account").status_code == 200
    assert half != browser.cookie()


def test_a_code_is_accepted_once_whatever_spaces_and_widths_it_is_typed_with(visitor: Open, account: Make) -> None:
    account("gao.lin", ("municipal", "sx-datong"), second_factor=True)
    first = visitor()
    first.sign_in("gao.lin")
    totp = _enrol(first)
    first.post("/second-factor", {"code": totp.at(clock.now())})
    answers = []
    with clock.at(clock.now() + timedelta(seconds=60)):
        code = totp.at(clock.now())
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
        for typed in (f" {code[:3]} {code[3:]} ", code, wide, f"{code} "):
            browser = visitor()
            browser.sign_in("gao.lin")
            answers.append(browser.post("/second-factor", {"code": typed}).status_code)

    assert answers == [303, 422, 422, 422]


def test_the_second_factor_page_is_closed_to_strangers_and_to_the_signed_in(visitor: Open, account: Make) -> None:
    account("gao.lin")
    browser = visitor()
    stranger = browser.get("/second-factor").status_code
    browser.sign_in("gao.lin")

    assert (stranger, browser.get("/second-factor").status_code) == (303, 404)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(visitor: Open, account: Make) -> None:
    account("gao.lin")
    here, there = visitor(), visitor()
    here.sign_in("gao.lin")
    there.sign_in("gao.lin")
    new = "seven quiet lanterns"
    answer = here.post("/account/password", {"password_now": PASSWORD, "password": new, "password_again": new})

    assert (answer.status_code, answer.location) == (303, "/account?done=password_changed")
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)
    assert (visitor().sign_in("gao.lin").status_code, visitor().sign_in("gao.lin", new).status_code) == (422, 303)


def test_every_fault_of_a_new_password_is_named_at_once(visitor: Open, account: Make) -> None:
    account("gao.lin")
    browser = visitor()
    browser.sign_in("gao.lin")
    answer = browser.post("/account/password", {"password_now": "x", "password": "short", "password_again": "other"})

    assert answer.status_code == 422
    assert errors_of(answer) == ["现在的密码不正确。", "密码至少12个字符，现为5个。", "两次输入的密码不一致。"]
    assert "short" not in answer.text


def test_a_one_time_password_opens_nothing_but_the_page_that_changes_it(visitor: Open, account: Make) -> None:
    account("gao.lin", temporary=True)
    browser = visitor()
    browser.sign_in("gao.lin")
    closed = browser.get("/account")
    new = "seven quiet lanterns"
    browser.post("/account/password", {"password_now": PASSWORD, "password": new, "password_again": new})

    assert (closed.status_code, closed.location) == (303, "/account/password")
    assert browser.get("/account").status_code == 200


def test_somebody_with_two_offices_chooses_for_which_to_act(
    visitor: Open, account: Make, offices: dict[str, int]
) -> None:
    account("gao.lin", ("municipal", "sx-datong"), ("municipal", "sx-linfen"))
    browser = visitor()
    browser.sign_in("gao.lin")
    browser.post("/account/organisation", {"organisation": str(offices["sx-linfen"])}, of="/account")
    chosen = re.search(r'<option value="(\d+)" selected>', browser.get("/account").text)
    foreign = browser.post("/account/organisation", {"organisation": str(offices["sx-datong"] + 500)}, of="/account")

    assert str(offices["sx-linfen"]) == (chosen and chosen[1])
    assert foreign.status_code == 404


def test_after_signing_in_one_is_led_only_to_addresses_of_ours(visitor: Open, account: Make) -> None:
    account("gao.lin")
    where = {}
    for wanted in ("/account?x=1", "//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"):
        answer = visitor().post("/sign-in", {"login": "gao.lin", "password": PASSWORD, "next": wanted})
        where[wanted] = answer.location

    assert where == {
        "/account?x=1": "/account?x=1",
        "//evil.example/": "/account",
        "https://evil.example/": "/account",
        "/\\evil.example": "/account",
        "javascript:1": "/account",
    }


def test_language_and_type_size_are_remembered(visitor: Open) -> None:
    browser = visitor()
    browser.get("/language/en?next=/sign-in")
    browser.get("/type-size/large?next=/sign-in")
    page = browser.get("/sign-in").text

    assert '<html lang="en" class="large">' in page
    assert "<h1>Sign in</h1>" in page


def test_a_closed_page_leads_back_after_signing_in(visitor: Open) -> None:
    answer = visitor().get("/registrations?status=refused")

    assert answer.location == "/sign-in?next=/registrations?status%3Drefused"
