"""What anybody may read, and nothing more."""

from __future__ import annotations

import re

import sqlalchemy as sa

from tests.web import applicant_world as applying
from tests.web.conftest import Visitor, errors_of, words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


def test_the_start_names_the_open_round_with_its_deadline_and_the_ceiling(office: World) -> None:
    page = words_of(Visitor(office.app).get("/"))

    assert ("测试批次" in page, "24:00" in page, "不超过3个，是上限，不是指标" in page) == (True, True, True)


def test_the_lists_name_units_and_never_a_person(office: World) -> None:
    case_id = office.application("implementing", 1, unit__contact_name="张联系人", unit__contact_phone="13912345678")
    office.application("publicity", 2)
    visitor = Visitor(office.app)
    published = visitor.get("/lists/published").text
    one = visitor.get(f"/lists/published/{case_id}").text

    assert ("示例焦化1有限公司" in published, "示例焦化2有限公司" in published, "冶金焦1号" in one) == (
        True,
        False,
        True,
    )
    assert re.findall("张联系人|13912345678", published + one) == []


def test_a_longer_list_takes_no_more_statements(office: World) -> None:
    visitor, counts = Visitor(office.app), []
    visitor.get("/lists/publicity")
    for number in (1, 2, 3):
        office.application("publicity", number)
        seen: list[str] = []
        sa.event.listen(office.database.engine, "before_cursor_execute", lambda *given, to=seen: to.append(given[2]))
        visitor.get("/lists/publicity")
        counts.append(len(seen))

    assert counts[1:] == counts[:-1]


def test_a_case_that_is_on_no_list_has_no_public_page(office: World) -> None:
    case_id = office.application("municipal_review", 1)
    visitor = Visitor(office.app)

    assert visitor.get(f"/lists/published/{case_id}").status_code == 404
    assert visitor.get("/lists/secret").status_code == 404


def test_whoever_holds_the_code_reads_the_public_state(office: World) -> None:
    case_id = office.application("provincial_intake", 1)
    answer = Visitor(office.app).post("/status", {"code": office.row(case_id)["receipt_code"].lower()})
    page = words_of(answer)

    assert (answer.status_code, "省级审核中" in page, "第3步，共7步" in page) == (200, True, True)
    assert "示例焦化1有限公司" not in page


def test_a_wrong_code_and_a_draft_get_the_same_sentence(office: World) -> None:
    _, _, draft = applying.begun(office)
    said = []
    for code in ("AAAA-BBBB-CCCC-DDDD", office.row(draft)["receipt_code"], ""):
        answer = Visitor(office.app).post("/status", {"code": code})
        said.append((answer.status_code, errors_of(answer)))

    assert said == [(422, ["没有查到与该查询码对应的办件，请核对后重新输入。"])] * 3


def test_guessing_is_slowed_down_by_address_and_not_for_others(office: World) -> None:
    guesser, other = Visitor(office.app, "198.51.100.7"), Visitor(office.app, "198.51.100.8")
    answers = [guesser.post("/status", {"code": f"WRONG{number}"}).status_code for number in range(14)]

    assert (answers[0], answers[-1], other.post("/status", {"code": "WRONG"}).status_code) == (422, 429, 422)
