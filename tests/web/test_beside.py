"""The pages of what runs beside a case: votes, linked cases, service, acts taken back, signers, deputies."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import linking, service
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import absences, sessions
from caseflow.people.rights import Actor
from tests.cases import (
    test_circulating,
    test_clocked,
    test_council,
    test_linking,
    test_service,
    test_signers,
    test_supervising,
    test_taking_back,
    test_voting,
)
from tests.cases.world import World, build, on
from tests.records import uploads
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, hidden_inputs


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


def visit(app: Flask, world: World, who: Actor) -> Reader:
    """A browser in which somebody is signed in."""
    with world.database.write() as tx:
        token = sessions.begin(tx, who.person_id, idle_seconds=3600, address="192.0.2.1", second_factor_done=True)
    reader = Reader(app)
    reader.client.set_cookie("caseflow", token)
    return reader


def send(reader: Reader, page: str, action: str, **given: Any) -> Any:
    """Send the form of a page that leads to ``action``."""
    hidden = hidden_inputs(reader.get(page).text, f'action="{action}"')
    return reader.act(action, given, hidden)


def rows_of(sheet: Any) -> list[list[Any]]:
    """The rows of a workbook that was sent."""
    return list(CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python())


def test_the_page_shows_how_a_vote_stands_and_of_a_secret_one_only_its_end(app: Flask, world: World) -> None:
    case_id, people, office = test_voting.balloting(world)
    reader = visit(app, world, office)
    world.do(people["reform"], case_id, "vote", stance="agree")
    open_vote = words_of(reader.get(f"/cases/{case_id}"))
    for name in ("finance", "industry"):
        world.do(people[name], case_id, "vote", stance="disagree")
    lost = words_of(reader.get(f"/cases/{case_id}"))

    assert "应到3票，已投1票：赞成1，反对0，弃权0" in open_vote
    assert ("未通过" in lost, "赞成1，反对2" in lost) == (True, True)


def test_nobody_reads_a_secret_vote_before_it_is_over_or_who_voted_how(app: Flask, world: World) -> None:
    case_id, people, office = test_voting.secret(world)
    reader = visit(app, world, office)
    world.do(people["reform"], case_id, "vote_secretly", choice="disagree")
    running = words_of(reader.get(f"/cases/{case_id}"))
    world.do(people["finance"], case_id, "vote_secretly", choice="disagree")
    over = words_of(reader.get(f"/cases/{case_id}"))

    secret = running.split("不记名表决", 1)[1]
    assert "应到3票，已投1票，结束后公布结果" in secret
    assert "反对1" not in secret
    assert "赞成0，反对2，弃权0" in over


def test_linked_cases_stand_on_both_pages_for_who_may_see_them(app: Flask, world: World) -> None:
    case_id, office = test_linking.reviewing(world)
    other = test_linking.inquiry(world, case_id, office)
    reader = visit(app, world, office)
    here, there = (reader.get(f"/cases/{one}").text for one in (case_id, other))
    plant = visit(app, world, world.person("applicant", "plant"))

    assert f'href="/cases/{other}"' in here
    assert f'href="/cases/{case_id}"' in there
    assert f'href="/cases/{other}"' not in plant.get(f"/cases/{case_id}").text
    assert plant.get(f"/cases/{other}").status_code == 404
    with world.database.read() as tx:
        assert [row["id"] for row in linking.opened_by(tx, case_id)] == [other]


def test_the_office_records_a_service_with_its_receipt_and_the_clock_is_told(app: Flask, world: World) -> None:
    case_id, letter_id, plant, office = test_service.decided(world)
    reader = visit(app, world, office)
    path = f"/cases/{case_id}/letters/{letter_id}/service"
    waits = words_of(reader.get(f"/cases/{case_id}"))
    hidden = hidden_inputs(reader.get(path).text, 'id="serving"')
    today = clock.today().isoformat()
    given = {**hidden, "way": "direct", "done_on": today, "receiver": "李收", "note": ""}
    refused = reader.client.post(path, data=given, environ_base=reader.address)
    with_file = {**given, "file": (io.BytesIO(uploads.pdf(1)), "回证.pdf")}
    sent = reader.client.post(path, data=with_file, environ_base=reader.address, content_type="multipart/form-data")

    assert "的期限自“《决定书》送达日期”的次日起算，尚未起算" in waits
    assert errors_of(refused) == ["请上传送达回证扫描件。"]
    assert sent.status_code == 303
    page = words_of(reader.get(path))
    assert ("直接送达" in page, "李收" in page, "回证.pdf" in page) == (True, True, True)
    assert "尚未起算" not in words_of(reader.get(f"/cases/{case_id}"))
    with world.database.read() as tx:
        (known,) = service.of_letter(tx, world.ground, letter_id)
    assert known["receiver"] == "李收"
    receipt = words_of(reader.get(f"/cases/{case_id}/letters/{letter_id}/receipt.html"))
    assert ("送达回证" in receipt, "甲焦化厂" in receipt, "李收" in receipt) == (True, True, True)
    unit = visit(app, world, plant)
    assert "李收" not in unit.get(path).text
    assert unit.get(f"/cases/{case_id}/letters/{letter_id}/receipt.html").status_code == 404


def test_an_act_is_taken_back_on_the_page_until_somebody_has_read_the_dossier(app: Flask, world: World) -> None:
    case_id, officer = test_taking_back.passed(world)
    other, second = test_taking_back.passed(world)
    with on("2026-11-26"):
        visit(app, world, world.person("provincial", "office")).get(f"/cases/{other}?part=dossier")
        reader = visit(app, world, officer)
        page = send(reader, f"/cases/{case_id}", f"/cases/{case_id}/take-back")

        assert "已收回" in words_of(page)
        assert world.row(case_id)["state"] == "checking"
        late = visit(app, world, second).get(f"/cases/{other}")
        assert "下一环节已查看或办理，不能收回" in words_of(late)
        assert f"/cases/{other}/take-back" not in late.text


def test_a_signer_is_added_and_taken_out_on_the_page(app: Flask, world: World) -> None:
    case_id, _, officer = test_signers.proposed(world)
    reader = visit(app, world, officer)
    added = send(reader, f"/cases/{case_id}", f"/cases/{case_id}/signers/add_signer", role="provincial")
    signers = test_signers.waiting(world, case_id)["signers"]
    send(reader, f"/cases/{case_id}", f"/cases/{case_id}/signers/remove_signer")

    assert "已增加会签人" in words_of(added)
    assert signers == ["provincial", "municipal_head"]
    assert test_signers.waiting(world, case_id)["signers"] == ["municipal_head"]


def test_somebody_enters_an_absence_and_the_deputy_signs_with_both_names(app: Flask, world: World) -> None:
    case_id, number, _ = test_signers.proposed(world)
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    today = clock.today()
    reader = visit(app, world, head)
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(3)).isoformat()}
    wrong = send(reader, "/account/absences", "/account/absences", deputy="", **days)
    page = send(reader, "/account/absences", "/account/absences", deputy=deputy.person_id, **days)
    stands_in = visit(app, world, deputy)
    form = hidden_inputs(stands_in.get(f"/cases/{case_id}").text, 'class="sign-form"')
    stands_in.act(f"/cases/{case_id}/signing", {"decision": "sign", "opinion": "同意"}, form)
    slip = words_of(stands_in.get(f"/cases/{case_id}/slips/{number}.html"))

    assert errors_of(wrong) == ["请选择本单位在岗人员。"]
    assert f"由{deputy.name}代签" in words_of(page)
    assert world.row(case_id)["state"] == "recommended"
    assert f"{head.name}（{deputy.name}代）" in slip
    ends = re.findall(r'action="(/account/absences/\d+/end)"', reader.get("/account/absences").text)
    send(reader, "/account/absences", ends[0])
    with world.database.read() as tx:
        assert absences.of_person(tx, head.person_id) == []


def test_a_deputy_finds_the_signature_on_the_desk_with_the_name_of_the_absent(app: Flask, world: World) -> None:
    case_id, _, _ = test_signers.proposed(world)
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    today = clock.today().isoformat()
    with world.database.write() as tx:
        given = {"deputy": str(deputy.person_id), "first_day": today, "last_day": today}
        absences.enter(tx, head.person_id, given, by=head.person_id)
    desk = visit(app, world, deputy).get("/desk")

    assert f"（代{head.name}）" in words_of(desk)
    assert '<span class="number">2</span>' in desk.text
    assert f'href="/cases/{case_id}"' in desk.text


def test_a_province_supervises_a_bureau_on_the_page_and_the_list_and_its_sheet_say_so(app: Flask, world: World) -> None:
    case_id, office, officer = test_supervising.before(world)
    above, below = visit(app, world, office), visit(app, world, officer)
    path, today = f"/cases/{case_id}/supervision", clock.today().isoformat()
    bureau = world.organisations["bureau"]
    empty = send(above, f"/cases/{case_id}", f"{path}/supervision_demand", organisation=bureau, due_on="", text="")
    send(above, f"/cases/{case_id}", f"{path}/supervision_demand", organisation=bureau, due_on=today, text="请今日反馈")
    desk, listed = words_of(below.get("/desk")), words_of(below.get("/supervision"))
    answered = words_of(send(below, f"/cases/{case_id}", f"{path}/supervision_answer", text="已初审"))
    sheet = above.get("/supervision.xlsx")
    closed = words_of(send(above, f"/cases/{case_id}", f"{path}/supervision_close", text="同意办结"))

    assert errors_of(empty) == ["请填写督办期限，不早于今天。", "请填写督办要求。"]
    assert ("督办事项（1件）" in desk, "请今日反馈" in listed) == (True, True)
    assert ("已初审" in answered, "已反馈。" in answered) == (True, True)
    assert ["请今日反馈" in row and 1 in row for row in rows_of(sheet)].count(True) == 1
    assert ("同意办结" in closed, "督办已办结。" in closed) == (True, True)
    assert "督办事项" not in words_of(below.get("/desk"))
    plant = visit(app, world, world.person("applicant", "plant"))
    assert plant.get("/supervision").status_code == 404
    assert "督办" not in words_of(plant.get(f"/cases/{case_id}"))


def test_a_case_circulates_on_the_page_and_stands_on_the_desk_until_it_is_read(app: Flask, world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))
    officer, colleague = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    reader, path = visit(app, world, officer), f"/cases/{case_id}/circulation"
    nobody = send(reader, f"/cases/{case_id}", f"{path}/circulate", text="请阅")
    send(reader, f"/cases/{case_id}", f"{path}/circulate", people=str(colleague.person_id), text="请阅")
    other = visit(app, world, colleague)
    desk = words_of(other.get("/desk"))
    read = words_of(send(other, f"/cases/{case_id}", f"{path}/circulation_read"))

    assert errors_of(nobody) == ["请选择本单位能查看本件、且未在传阅中的人员。"]
    assert ("待阅（1件）" in desk, "已阅1人，未阅0人" in read, "请阅" in read) == (True, True, True)
    assert "待阅（" not in words_of(other.get("/desk"))
    assert test_circulating.waiting(world, colleague) == []
    office = visit(app, world, world.person("provincial", "office"))
    assert "请阅" not in words_of(office.get(f"/cases/{case_id}"))


def test_an_expert_votes_from_the_desk_and_the_office_reads_only_the_end_of_it(app: Flask, world: World) -> None:
    case_id, experts, office = test_council.judging(world)
    path = f"/cases/{case_id}/acts/vote_secretly"
    first = visit(app, world, experts[0])
    desk = first.get("/desk")
    sent = send(first, path, path, choice="agree")
    reader = visit(app, world, office)
    running = words_of(reader.get(f"/cases/{case_id}"))
    for who in experts[1:3]:
        send(visit(app, world, who), path, path, choice="agree")
    over = words_of(reader.get(f"/cases/{case_id}"))

    assert f'href="{path}"' in desk.text
    assert "专家组不记名票决" in words_of(desk)
    assert sent.status_code == 200
    assert ("应到3票，已投1票，结束后公布结果" in running, experts[0].name in running) == (True, True)
    assert "赞成3，反对0，弃权0" in over


def test_heads_vote_by_name_and_the_page_says_who_has_voted_how(app: Flask, world: World) -> None:
    case_id, (first, second, _), _, office = test_council.discussing(world)
    path = f"/cases/{case_id}/acts/vote"
    page = words_of(visit(app, world, first).get(f"/cases/{case_id}"))
    send(visit(app, world, first), path, path, stance="disagree")
    seen = words_of(visit(app, world, office).get(f"/cases/{case_id}"))

    assert "集体讨论表决" in page
    assert all(part in seen for part in (first.name, second.name, "反对", "应到3票，已投1票：赞成0，反对1，弃权0"))


def test_the_page_says_that_a_clock_is_stopped(app: Flask, world: World) -> None:
    case_id, _, head = test_clocked.checking(world)
    path = f"/cases/{case_id}/acts/stop"
    with on("2026-11-16"):
        reader = visit(app, world, head)
        before = words_of(reader.get(f"/cases/{case_id}"))
        send(reader, path, path, ground="须补充检测")
        page = words_of(reader.get(f"/cases/{case_id}"))

    assert ("办理期限没有中止" in before, "没有可以中止的办理期限" in page) == (True, True)
    assert page.count("（中止）") == 2
    assert "（待补正）" not in page
