"""Rounds: made with a notice, extended, closed earlier by a bureau; the clocks of the cases follow."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases.models import deadline
from tests.web.conftest import errors_of, words_of
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


def test_an_extension_needs_a_notice_and_is_kept_on_record(office: World) -> None:
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
