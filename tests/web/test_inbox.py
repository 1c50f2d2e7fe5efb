"""The inbox as pages: what waits for me, what is read, how I am told, and whether notices have arrived."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from caseflow import clock, worker
from caseflow.app import create_app
from caseflow.cases.models import case as case_table
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import notices
from caseflow.people import sessions
from caseflow.people.rights import Actor
from caseflow.records import inbox, outbox
from caseflow.records.models import outbox as outbox_table
from caseflow.words import Message
from tests import posting
from tests.cases.world import World, build
from tests.web.conftest import Visitor, errors_of, words_of

Open = Callable[[Actor], Visitor]


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def site(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def enter(world: World, site: Flask) -> Open:
    """A browser in which somebody is signed in."""

    def open_(who: Actor) -> Visitor:
        with world.database.write() as tx:
            token = sessions.begin(
                tx, who.person_id, idle_seconds=600, address="192.0.2.1", second_factor_done=True
            )  # fmt: skip
        browser = Visitor(site)
        browser.client.set_cookie("caseflow", token)
        return browser

    return open_


def post(world: World, text: str, **given: Any) -> None:
    with world.database.write() as tx:
        inbox.post(tx, Message("inbox.notice", {"text": text, "number": ""}), **given)


def to_bureau(world: World, text: str, **given: Any) -> None:
    post(world, text, organisation_id=world.organisations["bureau"], role="municipal", **given)


def shown(browser: Visitor, path: str = "/inbox") -> list[tuple[str, bool]]:
    """The messages on a page: text, and whether it is new."""
    found = []
    for item in re.findall(r'(?s)<li class="card.*?</li>', browser.get(path).text):
        said = re.search(r"第.+?条", item)
        found.append((said[0] if said else "", "fresh" in item[:40]))
    return found


def waiting(browser: Visitor, path: str = "/account") -> str:
    """What the menu of a page says about unread messages."""
    menu = re.search(r'(?s)<nav class="menu".*?</nav>', browser.get(path).text)
    found = re.search(r"(\S+)条未读", words_of_html(menu[0] if menu else ""))
    return found[1] if found else ""


def words_of_html(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def test_the_menu_says_how_many_messages_wait(world: World, enter: Open) -> None:
    officer = world.person("municipal", "bureau")
    browser = enter(officer)
    counts = [waiting(browser)]
    for number in range(3):
        to_bureau(world, f"第{number}条")
    counts.append(waiting(browser))
    for _ in range(97):
        post(world, "又一条", person_id=officer.person_id)
    counts.append(waiting(browser))
    browser.post("/inbox", {})
    counts.append(waiting(browser))

    assert counts == ["", "3", "99+", ""]


def test_each_officer_reads_for_himself(world: World, enter: Open) -> None:
    one, other = (enter(world.person("municipal", "bureau")) for _ in range(2))
    for number in (1, 2):
        to_bureau(world, f"第{number}条")
    newest = re.findall(r'name="message" value="(\d+)"', one.get("/inbox").text)[0]
    one.post("/inbox", {"message": newest})

    assert shown(one) == [("第2条", False), ("第1条", True)]
    assert shown(other) == [("第2条", True), ("第1条", True)]
    assert (waiting(one), waiting(other)) == ("1", "2")


def test_what_came_before_one_joined_can_be_read_and_is_not_new(world: World, enter: Open) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        to_bureau(world, "第1条")
    browser = enter(world.person("municipal", "bureau"))
    to_bureau(world, "第2条")

    assert (shown(browser), waiting(browser)) == ([("第2条", True), ("第1条", False)], "1")


def test_messages_are_narrowed_by_kind_and_to_what_is_new(world: World, enter: Open) -> None:
    officer = world.person("municipal", "bureau")
    to_bureau(world, "第1条", kind="deadline")
    to_bureau(world, "第2条", kind="desk")
    browser = enter(officer)
    browser.post("/inbox", {"message": "1"})

    assert shown(browser, "/inbox?kind=deadline") == [("第1条", False)]
    assert shown(browser, "/inbox?new=1") == [("第2条", True)]
    assert shown(browser, "/inbox?kind=deadline&new=1") == []
    assert "没有符合条件的消息" in browser.get("/inbox?kind=deadline&new=1").text
    assert shown(browser, "/inbox?kind=unheard") == [("第2条", True), ("第1条", False)]


def test_pages_of_messages_follow_each_other_and_lead_back(world: World, enter: Open) -> None:
    officer = world.person("municipal", "bureau")
    for number in range(35):
        to_bureau(world, f"第{number}条")
    browser = enter(officer)
    first = browser.get("/inbox").text
    (older,) = re.findall(r'href="(/inbox\?before=\d+)"', first)
    second = browser.get(older).text

    assert (len(shown(browser)), len(shown(browser, older))) == (30, 5)
    assert ('href="/inbox"' in second, "更早的消息" in second) == (True, False)


def test_opening_the_case_of_a_message_marks_it_read(world: World, enter: Open) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.submitted(applicant)
    browser = enter(applicant)
    (number,) = re.findall(r'name="message" value="(\d+)"', browser.get("/inbox").text)
    answer = browser.post("/inbox", {"message": number, "open": "1"})

    assert (answer.status_code, answer.location) == (303, f"/cases/{case_id}")
    assert waiting(browser) == ""


def test_the_message_of_somebody_else_is_not_there(world: World, enter: Open) -> None:
    to_bureau(world, "第1条")
    stranger = enter(world.person("municipal", "elsewhere"))

    assert (shown(stranger), stranger.post("/inbox", {"message": "1"}).status_code) == ([], 404)


# How I am told


def chosen(browser: Visitor) -> dict[str, str]:
    """What the account page has chosen for each kind of which one may choose."""
    text = browser.get("/account").text
    parts = re.findall(r'(?s)<select id="way_(\w+)".*?<option value="(\w+)" selected>', text)
    return dict(parts)


def test_an_officer_chooses_for_each_kind_and_legal_ones_cannot_be_switched_off(world: World, enter: Open) -> None:
    officer = enter(world.person("municipal", "bureau"))
    before = chosen(officer)
    officer.post("/account/notices", {"way_notice": "inbox", "way_deadline": "mail"}, of="/account")
    refused = officer.post("/account/notices", {"way_deadline": "inbox"}, of="/account")

    usual = {"letter": "digest", "deadline": "digest", "notice": "digest", "desk": "mail", "account": "digest"}
    assert (before, chosen(officer)) == (usual, usual | {"notice": "inbox", "deadline": "mail"})
    assert (refused.status_code, errors_of(refused)) == (422, ["该类消息不能选择这种接收方式。"])


def test_an_applicant_is_told_of_letters_and_deadlines_by_mail_whatever_else(world: World, enter: Open) -> None:
    applicant = enter(world.person("applicant", "plant"))

    assert chosen(applicant) == {"notice": "mail", "desk": "mail", "account": "mail"}
    assert "有法律效果，不能关闭" in applicant.get("/account").text


def test_the_account_says_what_keeps_mails_from_being_sent(world: World, enter: Open) -> None:
    applicant = world.person("applicant", "plant")
    browser = enter(applicant)
    before = browser.get("/account").text
    posting.give_address(world.database, world.ground, applicant.person_id, "a@example.invalid")
    after = browser.get("/account").text

    assert ["您尚未填写邮箱" in text for text in (before, after)] == [True, False]
    assert "未设置邮件服务器" in after


# Whether it has arrived


def delivered(world: World) -> None:
    worker.hand_out(world.database, world.settings)
    worker.run_errands(world.database, world.settings, world.ground)


def lines_of(browser: Visitor, path: str) -> list[list[str]]:
    """The rows of the table on a page, cell by cell."""
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", browser.get(path).text)[1:]
    return [[" ".join(words_of_html(cell).split()) for cell in re.findall(r"(?s)<td.*?</td>", row)] for row in rows]


def test_the_office_reads_who_was_told_by_which_way_and_whether_it_arrived(world: World, enter: Open) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    posting.give_address(world.database, world.ground, applicant.person_id, "a@example.invalid")
    posting.give_address(world.database, world.ground, officer.person_id, "o@example.invalid")
    case_id = world.submitted(applicant)
    to_bureau(world, "第1条", case_id=case_id)
    post(world, "第2条", organisation_id=world.organisations["bureau"], role="county", case_id=case_id)
    waiting_yet = lines_of(enter(officer), f"/cases/{case_id}/notices")
    delivered(world)
    now = lines_of(enter(officer), f"/cases/{case_id}/notices")

    assert [row[4] for row in waiting_yet] == ["等待发送"] * 3
    assert [(row[2], row[3], row[4].split(" ")[0]) for row in now] == [
        ("bureau单位 county", "", "该岗位暂无人员"),
        (f"{officer.name} 未阅读", "每日汇总邮件", "等待汇总"),
        (f"{applicant.name} 未阅读", "即时邮件", "已存入邮件夹（未设置邮件服务器）"),
    ]


def test_a_failed_mail_is_shown_with_its_reason(world: World, enter: Open) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    posting.give_address(world.database, world.ground, applicant.person_id, "no address at all")
    case_id = world.submitted(applicant)
    delivered(world)
    (row,) = lines_of(enter(officer), f"/cases/{case_id}/notices")

    assert row[3:] == ["即时邮件", "发送失败 邮件地址不正确。"]


def test_a_bureau_does_not_read_what_the_office_tells_its_own(world: World, enter: Open) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))
    post(world, "第1条", organisation_id=world.organisations["office"], role="provincial", case_id=case_id)
    to_bureau(world, "第2条", case_id=case_id)
    bureau, office = (enter(world.person(*held)) for held in (("municipal", "bureau"), ("provincial", "office")))
    path = f"/cases/{case_id}/notices"

    assert ["第1条" in browser.get(path).text for browser in (bureau, office)] == [False, True]
    assert ["第2条" in browser.get(path).text for browser in (bureau, office)] == [True, True]


def test_the_notices_of_a_case_are_not_there_for_those_outside_its_offices(world: World, enter: Open) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.submitted(applicant)
    readers = (applicant, world.person("municipal", "elsewhere"), world.person("expert", "pool"))

    assert [enter(one).get(f"/cases/{case_id}/notices").status_code for one in readers] == [404, 404, 404]


# What could not be delivered


def failed(world: World, key: str, **given: Any) -> int:
    with world.database.write() as tx:
        outbox.leave(tx, "mail", key, {"message": 1}, **given)
        (errand,) = outbox.claim(tx, 1)
        outbox.mark_failed(tx, errand, Message("mail.rejected", {"code": 550}), for_good=True)
    return int(errand.id)


def statuses(world: World) -> list[str]:
    return [row.status for row in posting.errands(world.database, outbox_table.c.status)]


def test_an_administrator_sees_what_failed_and_lets_it_start_afresh(world: World, enter: Open) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.submitted(applicant)
    first, *_ = [failed(world, f"{n}", case_id=case_id, person_id=applicant.person_id) for n in range(3)]
    browser = enter(world.person("system_admin", "office"))
    rows = lines_of(browser, "/admin/errands")
    browser.post("/admin/errands", {"errand": str(first)})
    after_one = statuses(world)
    browser.post("/admin/errands", {})

    number = world.row(case_id)["number"]
    assert [row[1:4] for row in rows] == [["即时邮件", number, applicant.name]] * 3
    assert "收件服务器拒收（550）。" in rows[0][6]
    assert (after_one, statuses(world)) == (["pending", "failed", "failed"], ["pending"] * 3)
    assert "等待3项，失败0项" in words_of(browser.get("/admin/errands"))


def test_the_errands_of_another_authority_are_not_there(world: World, enter: Open) -> None:
    from caseflow.people.models import authority

    applicant = world.person("applicant", "plant")
    case_id = world.submitted(applicant)
    number = failed(world, "one", case_id=case_id, person_id=applicant.person_id)
    with world.database.write() as tx:
        other = tx.execute(
            authority.insert().values(code="south", name={"zh": "南省", "en": "South"}).returning(authority.c.id)
        ).scalar_one()
        tx.execute(case_table.update().where(case_table.c.id == case_id).values(authority_id=other))
    browser = enter(world.person("system_admin", "office"))
    browser.post("/admin/errands", {"errand": str(number)})

    assert (lines_of(browser, "/admin/errands"), statuses(world)) == ([], ["failed"])


@pytest.mark.parametrize("held", [("municipal", "bureau"), ("applicant", "plant"), ("security_admin", "office")])
def test_only_the_system_administrator_sees_the_errands(world: World, enter: Open, held: tuple[str, str]) -> None:
    assert enter(world.person(*held)).get("/admin/errands").status_code == 404


def test_a_digest_that_was_made_shows_with_each_case(world: World, enter: Open) -> None:
    officer = world.person("municipal", "bureau")
    posting.give_address(world.database, world.ground, officer.person_id, "o@example.invalid")
    case_id = world.submitted(world.person("applicant", "plant"))
    to_bureau(world, "第1条", case_id=case_id)
    worker.hand_out(world.database, world.settings)
    with world.database.write() as tx:
        made = notices.gather(tx, officer.person_id, clock.today())
    worker.run_errands(world.database, world.settings, world.ground)
    row = lines_of(enter(officer), f"/cases/{case_id}/notices")[0]

    assert (made, row[3], row[4].split(" ")[0]) == (True, "每日汇总邮件", "已存入邮件夹（未设置邮件服务器）")
