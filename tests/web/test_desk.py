"""The work list and the list of all cases: what one owes, due first, and nothing of others."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineWorkbook

from caseflow.cases.models import task
from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


def test_a_bureau_finds_its_own_cases_on_the_desk_and_no_other(office: World) -> None:
    office.application("municipal_waiting", 1)
    office.application("municipal_waiting", 2, "sx-datong")
    page = office.visit("taiyuan").get("/desk")

    assert (page.status_code, "示例焦化1有限公司" in page.text, "示例焦化2有限公司" in page.text) == (200, True, False)


def test_what_is_due_first_stands_first(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("municipal_waiting", 2)
    text = office.visit("taiyuan").get("/desk").text

    assert text.index("示例焦化2有限公司") < text.index("示例焦化1有限公司")


def test_a_deadline_is_said_in_working_days_and_by_date(office: World) -> None:
    office.application("municipal_review", 1)
    page = words_of(office.visit("taiyuan").get("/desk"))

    assert ("正常 剩余10个工作日" in page, "24:00）" in page) == (True, True)


def test_a_filter_in_the_address_narrows_the_list(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    found = reader.get("/desk?q=冶金焦2").text
    none = words_of(reader.get("/desk?q=没有这个词"))

    assert ("示例焦化2有限公司" in found, "示例焦化1有限公司" in found) == (True, False)
    assert "没有符合条件的办件" in none


def test_what_is_to_be_signed_is_on_the_signers_desk(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.recommend(number, signed=False)
    page = words_of(office.visit("taiyuan-head").get("/desk"))

    assert "审签：推荐" in page


def test_the_province_sees_every_prefecture_in_all_cases(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("municipal_review", 2, "sx-datong")
    page = office.visit("province").get("/cases").text

    assert ("示例焦化1有限公司" in page, "示例焦化2有限公司" in page) == (True, True)


def test_the_export_holds_what_the_list_shows(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("municipal_review", 2, "sx-datong")
    answer = office.visit("taiyuan").get("/cases.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()

    assert [row[1] for row in rows if str(row[0]).startswith("SXGL")] == ["示例焦化1有限公司"]


def test_all_that_a_filter_shows_can_be_acted_on_together(office: World) -> None:
    for number, state in enumerate(("municipal_review", "municipal_review", "municipal_waiting"), 1):
        office.application(state, number)
    reader = office.visit("taiyuan")
    narrowed = "state=pilot-management%2Fmunicipal_review"
    page = words_of(reader.get(f"/desk?{narrowed}"))
    chosen = words_of(reader.get(f"/bulk?all=desk&{narrowed}"))

    assert "批量办理筛选出的2件" in page
    assert ("市级初审 2件" in chosen, "待初审" in chosen) == (True, False)


def test_a_task_that_a_colleague_took_on_says_so(office: World) -> None:
    number = office.application("municipal_review", 1)
    with office.database.write() as tx:
        tx.execute(task.update().where(task.c.case_id == number).values(person_id=office.people["taiyuan-head"]))
    page = words_of(office.visit("taiyuan").get("/desk"))

    assert "由市局科长乙承办" in page


def test_an_applicant_has_no_desk(office: World) -> None:
    login = office.unit(1)

    assert office.visit(login).get("/desk").status_code == 404
