"""Rounds: made with a notice, extended, closed earlier by a bureau; the clocks of the cases follow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from caseflow import clock
from caseflow.cases.models import deadline, round_
from caseflow.office import extensions, rounds
from caseflow.office.models import round_change, round_extension, round_signature
from caseflow.records.models import inbox_message, journal
from caseflow.words import Refused
from tests.web.conftest import Visitor, errors_of, words_of
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def due(office: World, case_id: int) -> str:
    with office.database.read() as tx:
        found = tx.scalar(
            sa.select(deadline.c.due_on).where(deadline.c.case_id == case_id, deadline.c.status == "running")
        )
    return str(found)


def test_the_list_says_until_when_in_24_hours(office: World) -> None:
    page = words_of(office.visit("taiyuan").get("/rounds"))

    assert ("测试批次" in page, " 24:00" in page) == (True, True)


def test_the_province_makes_a_round(office: World) -> None:
    reader = office.visit("province")
    given = {
        "title_zh": "2027年第一批", "title_en": "First of 2027", "code": "2027-1", "workflows": "pilot-management",
        "opens_on": in_days(1), "opens_time": "09:00", "closes_on": in_days(40), "closes_time": "17:30",
        "notice": "演环函〔2026〕9号", "classes": "coke",
    }  # fmt: skip
    page = reader.act("/rounds/new", given, hidden_inputs(reader.get("/rounds/new").text, "title_zh"))

    assert ("2027年第一批" in page.text, "市级报送件" in page.text, " 17:30" in page.text) == (True, True, True)


def test_a_round_that_ends_before_it_begins_comes_back_with_its_text(office: World) -> None:
    reader = office.visit("province")
    given = {
        "title_zh": "倒置的批次", "title_en": "Upside down", "code": "x-1", "workflows": "pilot-management",
        "opens_on": in_days(9), "opens_time": "09:00", "closes_on": in_days(1), "closes_time": "17:30", "notice": "",
    }  # fmt: skip
    page = reader.act("/rounds/new", given, hidden_inputs(reader.get("/rounds/new").text, "title_zh"))

    assert (page.status_code, len(errors_of(page)), "倒置的批次" in page.text) == (422, 2, True)


def test_a_bureau_makes_no_round(office: World) -> None:
    assert office.visit("taiyuan").get("/rounds/new").status_code == 404


def test_a_bureau_closes_earlier_and_the_clocks_follow(office: World) -> None:
    number = office.application("municipal_correcting", 1)
    other = office.application("municipal_correcting", 2, "sx-datong")
    before = due(office, other)
    reader = office.visit("taiyuan")
    path = f"/rounds/{office.round_id}"
    page = reader.act(
        f"{path}/own",
        {"closes_on": in_days(3), "closes_time": "17:30"},
        hidden_inputs(reader.get(path).text, f"{path}/own"),
    )

    assert (page.status_code, "太原市生态环境局" in words_of(page)) == (200, True)
    assert (due(office, number), due(office, other)) == (in_days(3), before)
    assert str(office.row(number)["due_on"]) == in_days(3)


def test_a_bureau_cannot_close_after_the_province(office: World) -> None:
    reader = office.visit("taiyuan")
    path = f"/rounds/{office.round_id}"
    page = reader.act(
        f"{path}/own",
        {"closes_on": in_days(60), "closes_time": "17:30"},
        hidden_inputs(reader.get(path).text, f"{path}/own"),
    )

    assert (page.status_code, errors_of(page)) == (422, ["市级受理截止不得晚于省级报送截止。"])


def test_where_nobody_signs_an_extension_counts_at_once_and_is_kept_on_record(office: World) -> None:
    signed_by(office)
    number = office.application("awaiting_submission", 1)
    reader = office.visit("province")
    path = f"/rounds/{office.round_id}"
    hidden = hidden_inputs(reader.get(path).text, f"{path}/extend")
    bare = reader.act(f"{path}/extend", {"closes_on": in_days(45), "closes_time": "24:00"}, hidden)
    given = {"closes_on": in_days(45), "closes_time": "24:00", "notice": "演环函〔2026〕15号", "reason": "系统检修"}
    page = reader.act(f"{path}/extend", given, hidden)

    assert (bare.status_code, len(errors_of(bare))) == (422, 2)
    assert ("演环函〔2026〕15号" in page.text, due(office, number)) == (True, in_days(45))


def test_the_round_shows_how_far_each_prefecture_has_come(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("provincial_intake", 2)
    office.application("municipal_review", 3, "sx-datong")
    page = words_of(office.visit("province").get(f"/rounds/{office.round_id}"))
    own = words_of(office.visit("datong").get(f"/rounds/{office.round_id}"))

    assert ("太原市生态环境局 2 2 1" in page, "大同市生态环境局 1 1" in page) == (True, True)
    assert "太原市生态环境局" not in own


# --- an extension is signed -----------------------------------------------------------------------------------------

SIGNERS = ("provincial_head", "provincial_leader")
EXTENSION = {"closes_time": "24:00", "notice": "演环函〔2026〕15号", "reason": "系统检修"}


def signed_by(office: World, *roles: str) -> None:
    with office.database.write() as tx:
        extensions.set_signers(tx, {"shanxi": roles}, known=SIGNERS)


def proposed(office: World, days: int = 45) -> str:
    """An extension put before its signers; returns the address of the round."""
    reader, path = office.visit("province"), f"/rounds/{office.round_id}"
    hidden = hidden_inputs(reader.get(path).text, f"{path}/extend")
    page = reader.act(f"{path}/extend", {**EXTENSION, "closes_on": in_days(days)}, hidden)

    assert "延期已提请审签" in words_of(page)
    return path


def decided(office: World, login: str, decision: str, opinion: str = "") -> TestResponse:
    reader, path = office.visit(login), f"/rounds/{office.round_id}"
    text = reader.get(path).text
    found = re.search(rf'action="({path}/extensions/\d+)"', text)
    address = found[1] if found else f"{path}/extensions/1"
    hidden = hidden_inputs(text, f"{path}/extensions/") or {"csrf_token": _token(text)}
    return reader.act(address, {"decision": decision, "opinion": opinion}, hidden)


def _token(text: str) -> str:
    return re.search(r'name="csrf-token" content="([0-9a-f]+)"', text)[1]


def told(office: World, key: str) -> list[tuple[int | None, int | None]]:
    with office.database.read() as tx:
        rows = tx.execute(
            sa.select(inbox_message.c.organisation_id, inbox_message.c.case_id)
            .where(inbox_message.c.key == key)
            .order_by(inbox_message.c.id)
        )
        return [tuple(row) for row in rows]


def public_start(office: World) -> str:
    return words_of(Visitor(office.app).get("/"))


def shown(days: int) -> str:
    day = clock.today() + timedelta(days=days)
    return f"{day.year}年{day.month}月{day.day}日"


def test_nothing_changes_before_the_last_signature(office: World) -> None:
    signed_by(office, *SIGNERS)
    number = office.application("awaiting_submission", 1)
    before = public_start(office)
    proposed(office)
    decided(office, "province-head", "sign", "同意")

    assert (due(office, number), shown(30) in before, shown(45) in public_start(office)) == (in_days(30), True, False)
    assert told(office, "inbox.round_extended") == []


def test_with_the_last_signature_the_date_the_clocks_and_the_start_page_change(office: World) -> None:
    signed_by(office, *SIGNERS)
    number = office.application("awaiting_submission", 1)
    draft = office.application("drafting", 2)
    proposed(office)
    decided(office, "province-head", "sign", "同意")
    page = words_of(decided(office, "province-leader", "sign", "同意"))

    assert ("已签，延期生效" in page, "省厅处长己" in page, "省厅分管庚" in page) == (True, True, True)
    assert (due(office, number), shown(45) in public_start(office)) == (in_days(45), True)
    recipients = told(office, "inbox.round_extended")
    assert ((office.offices["sx-taiyuan"], None) in recipients, draft in {one for _, one in recipients}) == (True, True)


def test_the_signers_are_told_in_turn_and_find_it_on_their_desk(office: World) -> None:
    signed_by(office, *SIGNERS)
    proposed(office)
    first = [words_of(office.visit(login).get("/desk")) for login in ("province-head", "province-leader")]
    decided(office, "province-head", "sign")
    then = [words_of(office.visit(login).get("/desk")) for login in ("province-head", "province-leader")]

    assert ["审签：测试批次延期" in one for one in (*first, *then)] == [True, False, False, True]


def test_an_extension_is_sent_back_with_a_reason(office: World) -> None:
    signed_by(office, *SIGNERS)
    proposed(office)
    bare = decided(office, "province-head", "send_back")
    page = words_of(decided(office, "province-head", "send_back", "延期过长"))

    assert (bare.status_code, "已退回，提请人会收到消息" in page, "延期过长" in page) == (422, True, True)
    assert len(told(office, "inbox.extension_sent_back")) == 1
    proposed(office, 40)


def test_why_a_closing_time_is_moved_lies_sealed_and_is_in_no_journal(office: World) -> None:
    signed_by(office, "provincial_head")
    office.application("municipal_correcting", 1)
    path = proposed(office)
    decided(office, "province-head", "sign", "请系统维护人员尽快完成")
    reader = office.visit("taiyuan")
    own = {"closes_on": in_days(3), "closes_time": "17:30", "reason": "本市系统检修"}
    page = words_of(reader.act(f"{path}/own", own, hidden_inputs(reader.get(path).text, f"{path}/own")))
    with office.database.read() as tx:
        every = (round_change, round_extension, round_signature, journal, inbox_message, deadline)
        kept = "".join(str(row) for table in every for row in tx.execute(sa.select(table)))

    assert ("本市系统检修" in page, "请系统维护人员尽快完成" in words_of(office.visit("province").get(path))) == (
        True,
        True,
    )
    assert [word in kept for word in ("系统检修", "系统维护")] == [False, False]


def test_nobody_signs_out_of_turn_or_twice(office: World) -> None:
    signed_by(office, "provincial_head", "provincial_head")
    proposed(office)
    out_of_turn = errors_of(decided(office, "province-leader", "sign"))
    decided(office, "province-head", "sign")
    twice = errors_of(decided(office, "province-head", "sign"))

    assert ("省生态环境厅处室负责人" in out_of_turn[0], len(twice)) == (True, 1)


def test_a_second_proposal_waits_for_the_first_and_may_be_taken_back(office: World) -> None:
    signed_by(office, *SIGNERS)
    path = proposed(office)
    reader = office.visit("province")
    again = reader.act(
        f"{path}/extend", {**EXTENSION, "closes_on": in_days(60)}, {"csrf_token": _token(reader.get(path).text)}
    )
    gone = words_of(decided(office, "province", "withdraw"))

    assert (again.status_code, errors_of(again)) == (422, ["已有一项延期正在审签。"])
    assert "已收回" in gone
    proposed(office, 60)


def test_a_bureau_reads_nothing_of_a_proposal(office: World) -> None:
    signed_by(office, *SIGNERS)
    path = proposed(office)
    page = words_of(office.visit("taiyuan").get(path))

    assert ("系统检修" in page, "延期待审签" in page) == (False, False)
    assert decided(office, "taiyuan", "sign").status_code == 404


# --- what stands inside at closing ----------------------------------------------------------------------------------


def test_drafts_are_a_number_for_the_province_and_nothing_for_a_bureau(office: World) -> None:
    office.application("drafting", 1)
    office.application("drafting", 2, "sx-datong")
    office.application("municipal_review", 3)
    office.application("municipal_correcting", 4)
    path = f"/rounds/{office.round_id}"
    province, bureau = words_of(office.visit("province").get(path)), words_of(office.visit("taiyuan").get(path))

    assert ("1 市级办理中 1 待补正" in province, "2 填报中未提交" in province) == (True, True)
    assert ("1 市级办理中 1 待补正" in bureau, "填报中未提交" in bureau) == (True, False)


def closed(office: World) -> None:
    """The round closed an hour ago."""
    with office.database.write() as tx:
        tx.execute(round_.update().values(closes_at=clock.now() - timedelta(hours=1)))


def another_round(office: World) -> int:
    with office.database.write() as tx:
        return rounds.create(
            tx, office.actor("province").authority_id, code="next", title={"zh": "下一批次", "en": "Next round"},
            workflows=["pilot-management"], opens_at=clock.now() - timedelta(days=1),
            closes_at=clock.end_of(clock.today() + timedelta(days=60)), notice="演环函〔2026〕20号",
        )  # fmt: skip


def test_a_draft_that_missed_its_round_goes_into_an_open_one(office: World) -> None:
    draft = office.application("drafting", 1)
    reader = office.visit(office.unit(1))
    before = words_of(reader.get(f"/cases/{draft}"))
    closed(office)
    alone = words_of(reader.get(f"/cases/{draft}"))
    into = another_round(office)
    text = reader.get(f"/cases/{draft}").text
    page = reader.act(f"/cases/{draft}/carry", {"round": str(into)}, hidden_inputs(text, "/carry"))
    after = words_of(reader.get(f"/cases/{draft}"))

    assert ("本批次已截止" in before, "目前没有开放的批次" in alone, "下一批次" in text) == (False, True, True)
    assert ("已转入" in words_of(page), "示例焦化1有限公司" in page.text or "冶金焦1号" in page.text) == (True, True)
    assert "转入开放的批次" not in after


def test_only_the_own_organisation_takes_a_draft_along(office: World) -> None:
    draft = office.application("drafting", 1)
    closed(office)
    into = another_round(office)
    text = office.visit(office.unit(1)).get(f"/cases/{draft}").text
    stranger = office.visit(office.unit(2))
    hidden = {**hidden_inputs(text, "/carry"), "csrf_token": _token(stranger.get("/home").text)}

    assert stranger.act(f"/cases/{draft}/carry", {"round": str(into)}, hidden).status_code == 404


def test_a_signer_whose_role_is_unknown_is_refused_at_once(office: World) -> None:
    with office.database.write() as tx, pytest.raises(Refused, match="unknown_signer"):
        extensions.set_signers(tx, {"shanxi": ["provincial_haed"]}, known=SIGNERS)
