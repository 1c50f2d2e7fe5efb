"""The three administrators are three persons with three powers: over HTTP, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from caseflow import clock
from caseflow.db import Database
from caseflow.people import accounts
from caseflow.records import reading
from tests.people.conftest import PASSWORD
from tests.web.conftest import Visitor, errors_of, words_of

Open = Callable[..., Visitor]
Make = Callable[..., int]

ROLES = {"system": "system_admin", "security": "security_admin", "audit": "audit_admin"}


@pytest.fixture
def admin(visitor: Open, account: Make) -> Callable[[str], Visitor]:
    """A signed-in administrator: ``system``, ``security`` or ``audit``."""

    def open_(which: str) -> Visitor:
        account(which, (ROLES[which], "sx-ecology"))
        browser = visitor()
        browser.sign_in(which)
        return browser

    return open_


def test_each_administrator_opens_the_own_pages_and_no_others(
    admin: Callable[[str], Visitor], account: Make, visitor: Open
) -> None:
    paths = [
        "/admin/people",
        "/admin/people/new",
        "/admin/organisations",
        "/admin/log",
        "/admin/reads",
        "/registrations",
    ]
    account("officer", ("provincial", "sx-ecology"))
    officer = visitor()
    officer.sign_in("officer")
    browsers = {which: admin(which) for which in ROLES} | {"officer": officer}
    opened = {
        which: [path for path in paths if browser.get(path).status_code == 200] for which, browser in browsers.items()
    }

    assert opened == {
        "system": ["/admin/people", "/admin/people/new", "/admin/organisations"],
        "security": ["/admin/people"],
        "audit": ["/admin/log", "/admin/reads"],
        "officer": ["/registrations"],
    }


def test_two_administrators_together_make_an_officer_who_can_work(
    admin: Callable[[str], Visitor], visitor: Open, offices: dict[str, int], database: Database
) -> None:
    system, security = admin("system"), admin("security")
    made = system.post("/admin/people/new", {"login": "new.officer", "name": "演示周宁"})
    once = re.search(r'<code class="secret">([a-z0-9-]+)</code>', made.text)
    assert once is not None
    with database.read() as tx:
        person = accounts.by_login(tx, "new.officer")
    assert person is not None
    by_system = system.post(
        f"/admin/people/{person['id']}/roles",
        {"organisation_id": str(offices["sx-datong"]), "role": "municipal"},
        of=f"/admin/people/{person['id']}",
    )
    by_security = security.post(
        f"/admin/people/{person['id']}/roles",
        {"organisation_id": str(offices["sx-datong"]), "role": "municipal"},
        of=f"/admin/people/{person['id']}",
    )
    officer = visitor()
    officer.sign_in("new.officer", once[1])
    page = officer.get("/second-factor")
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert secret is not None
    officer.post("/second-factor", {"code": pyotp.TOTP(secret[1].replace(" ", "")).at(clock.now())})
    first = officer.get("/account")
    new = "seven quiet lanterns"
    officer.post("/account/password", {"password_now": once[1], "password": new, "password_again": new})

    assert (by_system.status_code, by_security.status_code) == (404, 303)
    assert first.location == "/account/password"
    assert "市级经办人" in words_of(officer.get("/account"))


def test_an_administrator_holds_no_second_role_and_gives_none_to_oneself(
    admin: Callable[[str], Visitor], account: Make, offices: dict[str, int], database: Database
) -> None:
    security = admin("security")
    auditor = account("auditor", ("audit_admin", "sx-ecology"))
    officer = account("officer", ("provincial", "sx-ecology"))
    with database.read() as tx:
        own = accounts.by_login(tx, "security")
    assert own is not None

    def grant(person_id: int, role: str) -> list[str]:
        answer = security.post(
            f"/admin/people/{person_id}/roles",
            {"organisation_id": str(offices["sx-ecology"]), "role": role},
            of=f"/admin/people/{person_id}",
        )
        return errors_of(answer)

    apart = "系统、安全、审计管理员须由不同人员担任，且不兼任其他角色。此人现任{}。"

    assert [apart.format("审计管理员")] == grant(auditor, "system_admin")
    assert [apart.format("审计管理员")] == grant(auditor, "provincial")
    assert [apart.format("省级经办人")] == grant(officer, "security_admin")
    assert grant(own["id"], "provincial") == ["不能为本人授予或收回角色，请由另一名安全管理员办理。"]
    assert grant(officer, "expert") == ["该类单位中不设此角色。"]


def test_a_role_withdrawn_counts_no_longer_at_the_next_request(
    admin: Callable[[str], Visitor], account: Make, visitor: Open, database: Database
) -> None:
    security = admin("security")
    person_id = account("officer", ("municipal", "sx-datong"))
    officer = visitor()
    officer.sign_in("officer")
    before = officer.get("/registrations").status_code
    with database.read() as tx:
        membership = accounts.memberships(tx, person_id)[0]["id"]
    security.post(f"/admin/people/{person_id}/roles/{membership}/end", of=f"/admin/people/{person_id}")

    assert (before, officer.get("/registrations").status_code) == (200, 404)


def test_locking_ends_every_session_and_unlocking_opens_again(
    admin: Callable[[str], Visitor], account: Make, visitor: Open
) -> None:
    security = admin("security")
    person_id = account("officer", ("municipal", "sx-datong"))
    officer = visitor()
    officer.sign_in("officer")
    security.post(f"/admin/people/{person_id}/lock", of=f"/admin/people/{person_id}")
    locked = officer.get("/account").status_code, errors_of(visitor().sign_in("officer"))
    security.post(f"/admin/people/{person_id}/lock", of=f"/admin/people/{person_id}")

    assert locked == (303, ["此账号已停用，请联系安全管理员。"])
    assert visitor().sign_in("officer").status_code == 303


def test_a_lost_telephone_is_answered_by_a_reset_and_a_new_enrolment(
    admin: Callable[[str], Visitor], account: Make, visitor: Open
) -> None:
    security = admin("security")
    person_id = account("officer", ("municipal", "sx-datong"), second_factor=True)
    secrets = []
    for minutes in (0, 5):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            officer = visitor()
            officer.sign_in("officer")
            found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', officer.get("/second-factor").text)
            assert found is not None
            secrets.append(found[1].replace(" ", ""))
            officer.post("/second-factor", {"code": pyotp.TOTP(secrets[-1]).at(clock.now())})
            opened = officer.get("/account").status_code
            security.post(f"/admin/people/{person_id}/second-factor", of=f"/admin/people/{person_id}")
            assert (opened, officer.get("/account").status_code) == (200, 303)

    assert secrets[0] != secrets[1]


def test_the_log_names_what_was_done_by_whom_to_whom(
    admin: Callable[[str], Visitor], account: Make, visitor: Open
) -> None:
    security, audit = admin("security"), admin("audit")
    person_id = account("officer", ("municipal", "sx-datong"))
    security.post(f"/admin/people/{person_id}/lock", of=f"/admin/people/{person_id}")
    visitor().sign_in("officer", "certainly not the one")
    shown = words_of(audit.get(f"/admin/log?about={person_id}"))

    assert re.search(r"登录 未成功 .*停用账号 演示security 演示officer .*授予角色 市级经办人", shown)


def test_the_read_log_shows_who_opened_which_case(
    admin: Callable[[str], Visitor], account: Make, database: Database
) -> None:
    audit = admin("audit")
    person_id = account("officer", ("municipal", "sx-datong"))
    with database.write() as tx:
        reading.log(tx, person_id, 42, "dossier", "市级初审")

    assert "演示officer officer 42 dossier 市级初审" in words_of(audit.get("/admin/reads"))


def test_an_organisation_is_made_corrected_and_closed(
    admin: Callable[[str], Visitor], account: Make, visitor: Open, offices: dict[str, int]
) -> None:
    system = admin("system")
    wrong = system.post(
        "/admin/organisations/new", {"kind": "branch", "name_zh": "", "credit_code": "914403001922038217"}
    )
    made = system.post(
        "/admin/organisations/new",
        {
            "kind": "branch",
            "name_zh": "演示分局",
            "parent_id": str(offices["sx-datong"]),
            "prefecture_id": str(offices["sx-datong"]),
        },
    )
    account("officer", ("municipal", "sx-datong"))
    officer = visitor()
    officer.sign_in("officer")
    before = officer.get("/registrations").status_code
    system.post(f"/admin/organisations/{offices['sx-datong']}", {"name_zh": "大同市生态环境局", "closed": "yes"})

    assert (wrong.status_code, made.status_code) == (422, 303)
    assert "演示分局" in words_of(system.get("/admin/organisations?q=yan shi"))
    assert (before, officer.get("/registrations").status_code) == (200, 404)


def test_a_password_reset_gives_a_password_for_one_use(
    admin: Callable[[str], Visitor], account: Make, visitor: Open
) -> None:
    security = admin("security")
    person_id = account("officer", ("municipal", "sx-datong"))
    page = security.post(f"/admin/people/{person_id}/password", of=f"/admin/people/{person_id}")
    once = re.search(r'<code class="secret">([a-z0-9-]+)</code>', page.text)
    assert once is not None
    officer = visitor()

    assert officer.sign_in("officer", PASSWORD).status_code == 422
    assert officer.sign_in("officer", once[1]).status_code == 303
    assert officer.get("/account").location == "/account/password"
