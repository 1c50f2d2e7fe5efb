"""Procedures over many cases on their pages: opened, filled, ordered, sent, listed; departments, quotas."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineWorkbook

from caseflow.cases import members
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

NEW = "/collective/municipal-submission/new"


def recommended(office: World, *numbers: int) -> list[int]:
    made = [office.application("municipal_review", number) for number in numbers]
    for number in made:
        office.recommend(number)
    return made


def inside(office: World, host: int) -> list[int]:
    with office.database.read() as tx:
        return [row["id"] for row in members.rows(tx, host)]


def evaluated(office: World, *numbers: int) -> list[int]:
    """Cases with product class and score, ready for a list."""
    made = [office.application("provincial_intake", number) for number in numbers]
    for number in made:
        office.answer_findings("province", number)
        office.do("province", number, "pass", product_class="coke", priority="none", consistent=True)
        office.sign(number, "province-head")
    meeting = office.meeting(*made)
    for expert in range(1, 8):
        for at, number in enumerate(made):
            office.score(f"expert-{expert}", meeting, number, 24 - at)
    office.summarise(meeting)
    office.conclude(meeting, *made)
    return made


def test_a_bureau_opens_a_submission_for_a_round(office: World) -> None:
    reader = office.visit("taiyuan")
    page = reader.act(NEW, {"round": str(office.round_id)}, reader.form_of(NEW, "request_key"))

    assert (page.status_code, "SXBS-2026-001" in page.text, "汇总中" in words_of(page)) == (200, True, True)


def test_the_province_cannot_open_a_bureaus_submission(office: World) -> None:
    assert office.visit("province").get(NEW).status_code == 404


def test_cases_are_taken_in_and_left_out_on_the_page(office: World) -> None:
    first, second = recommended(office, 1, 2)
    host = office.host("taiyuan", "municipal-submission")
    reader = office.visit("taiyuan")
    hidden = hidden_inputs(reader.get(f"/cases/{host}").text, "/acts/include")
    both = {"cases": [str(first), str(second)]}
    page = reader.act(f"/cases/{host}/acts/include", both, hidden)
    taken = inside(office, host)
    out = {"cases": str(first), "note": "材料不齐"}
    reader.act(f"/cases/{host}/acts/exclude", out, hidden_inputs(page.text, 'id="members"'))

    assert (taken, inside(office, host)) == ([first, second], [second])


def test_the_members_follow_the_numbers_typed_beside_them(office: World) -> None:
    first, second = recommended(office, 1, 2)
    host = office.host("taiyuan", "municipal-submission")
    office.do("taiyuan", host, "include", cases=[first, second])
    reader = office.visit("taiyuan")
    hidden = hidden_inputs(reader.get(f"/cases/{host}").text, 'id="members"')
    reader.act(f"/collective/{host}/order", {f"order-{first}": "2", f"order-{second}": "1"}, hidden)

    assert inside(office, host) == [second, first]


def test_the_annex_is_shown_and_comes_as_excel(office: World) -> None:
    (number,) = recommended(office, 1)
    host = office.host("taiyuan", "municipal-submission")
    office.do("taiyuan", host, "include", cases=[number])
    reader = office.visit("taiyuan")
    page = words_of(reader.get(f"/cases/{host}"))
    sheet = reader.get(f"/cases/{host}/tables/annex_1.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.data)).get_sheet_by_index(0).to_python()

    assert ("填报单位（盖章）：太原市生态环境局" in page, "产业链完整，数据基础好。" in page) == (True, True)
    assert [str(row[1]) for row in rows if row[0] == 1] == ["示例焦化1有限公司"]


def test_another_bureau_reads_neither_the_submission_nor_its_table(office: World) -> None:
    host = office.host("taiyuan", "municipal-submission")
    reader = office.visit("datong")

    assert [reader.get(f"/cases/{host}{path}").status_code for path in ("", "/tables/annex_1.xlsx")] == [404, 404]


def test_sending_after_the_province_has_closed_is_refused_and_the_text_stays(office: World) -> None:
    (number,) = recommended(office, 1)
    host = office.host("taiyuan", "municipal-submission")
    office.do("taiyuan", host, "include", cases=[number])
    office.do("taiyuan", host, "confirm")
    office.sign(host, "taiyuan-head", "taiyuan-leader")
    reader = office.visit("taiyuan")
    path = f"/cases/{host}/acts/submit"
    hidden = reader.form_of(path)
    with office.database.write() as tx:
        from caseflow import clock
        from caseflow.cases.models import round_

        tx.execute(round_.update().values(closes_at=clock.now()))
    page = reader.act(path, {"letter_number": "并环函〔2026〕12号"}, hidden)

    assert (page.status_code, "并环函〔2026〕12号" in page.text, len(errors_of(page)) > 0) == (422, True, True)


def test_the_list_shows_scores_and_takes_a_result_for_each_case(office: World) -> None:
    numbers = evaluated(office, 1, 2)
    found = office.host("province", "pilot-list")
    office.do("province", found, "include", cases=numbers)
    reader = office.visit("province")
    page = reader.get(f"/cases/{found}")
    path = f"/cases/{found}/acts/propose"
    said = (("result", "selected"), ("reason", "得分靠前"))
    given: dict[str, object] = {f"results-{number}-{name}": value for number in numbers for name, value in said}
    given["results"] = [str(number) for number in numbers]
    done = reader.act(path, given)

    assert ("96.00" in page.text, done.status_code, "已送审签" in words_of(done)) == (True, 200, True)


def test_departments_and_places_are_seen_on_the_list(office: World) -> None:
    numbers = evaluated(office, 1, 2)
    found = office.host("province", "pilot-list")
    office.do("province", found, "include", cases=numbers)
    office.do(
        "province", found, "propose", results={one: {"result": "selected", "reason": "得分靠前"} for one in numbers}
    )
    office.sign(found, "province-head", "province-leader")
    office.do("finance", found, "give_opinion", stance="agree")
    page = words_of(office.visit("province").get(f"/cases/{found}"))
    board = words_of(office.visit("province").get("/quota"))

    assert ("山西省财政厅 回复意见 已回复" in page, "待回复" in page, "2 / 3" in page) == (True, True, True)
    assert ("2 / 3" in board, "示例焦化1有限公司" in board) == (True, True)


def test_the_province_sets_a_ceiling_with_its_reason(office: World) -> None:
    reader = office.visit("province")
    hidden = hidden_inputs(reader.get("/quota").text, "pilot_places")
    without = reader.act("/quota/pilot-management/pilot_places", {"limit": "4", "reason": ""}, hidden)
    done = reader.act("/quota/pilot-management/pilot_places", {"limit": "4", "reason": "会议纪要第3号"}, hidden)

    assert (without.status_code, errors_of(without)) == (422, ["请写明理由。"])
    assert ("会议纪要第3号" in words_of(done), "上限改为4个" in words_of(done)) == (True, True)


def test_a_bureau_sets_no_ceiling(office: World) -> None:
    reader = office.visit("taiyuan")
    hidden = hidden_inputs(reader.get("/quota").text, "sign-out")
    answer = reader.client.post(
        "/quota/pilot-management/pilot_places",
        data={**hidden, "limit": "9", "reason": "想要"},
        environ_base=reader.address,
    )

    assert answer.status_code == 404
