"""The form of an act: rows of the dossier, places of it, organisations and files of the case, answers that replace others."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from caseflow.office import sample_files
from tests.web.applicant_world import multipart, typed_again
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import World, office, seeded
from tests.web.pilot_world import PLAN, answers, branch, facts, owing, pilot

__all__ = ["office", "seeded"]


def progress(**more: str) -> dict[str, str]:
    """A report in which every task is under way."""
    said = {f"rows-{number}-status": "under_way" for number in range(len(PLAN))}
    return {**said, **{f"rows-{number}-note": f"第{number + 1}项已启动" for number in range(len(PLAN))}, **more}


def test_each_task_of_the_plan_stands_beside_what_is_asked_of_it(office: World) -> None:
    number, reader = owing(office)
    page = reader.get(f"/cases/{number}/acts/report_progress")
    first = answers(office, number)["plan"]["rows"][0]

    assert page.text.count('class="row-title"') == len(PLAN)
    assert [first[name] in words_of(page) for name in ("task", "measure", "responsible")] == [True] * 3
    assert 'for="rows-0-note"' in page.text
    assert 'id="rows-0-note"' in page.text


def test_what_was_said_of_each_task_is_kept_under_its_number(office: World) -> None:
    number, reader = owing(office)
    reader.act(f"/cases/{number}/acts/report_progress", progress(up_to="2026-01-31"))
    (entry,) = facts(office, number)["progress"].values()

    assert entry["rows"] == {
        str(one): {"status": "under_way", "note": f"第{one + 1}项已启动"} for one in range(len(PLAN))
    }


def test_a_refused_report_keeps_every_row_and_names_the_one_left_out(office: World) -> None:
    number, reader = owing(office)
    given = progress(up_to="2026-01-31")
    del given["rows-1-status"]
    given["rows-1-note"] = ""
    page = reader.act(f"/cases/{number}/acts/report_progress", given)

    assert page.status_code == 422
    assert any("第2行" in one for one in errors_of(page))
    assert typed_again(page, "rows-0-note") == "第1项已启动"
    assert '<option selected value="under_way">' in page.text


def test_a_report_put_aside_comes_back_as_it_was_typed(office: World) -> None:
    number, reader = owing(office)
    path = f"/cases/{number}/acts/report_progress"
    reader.act(path, {"rows-0-note": "写到一半", "keep": "yes"})

    assert typed_again(reader.get(path), "rows-0-note") == "写到一半"


def test_a_file_belongs_to_the_task_beside_which_it_was_given(office: World) -> None:
    number = pilot(office)
    reader = office.visit("unit-1")
    path = f"/cases/{number}/acts/apply_summary"
    made = sample_files.content("佐证.pdf", "佐证").body
    data: dict[str, Any] = {**reader.form_of(path), "practice": "可推广的经验"}
    for row in range(len(PLAN)):
        data |= {f"rows-{row}-status": "done", f"rows-{row}-result": "完成"}
        data[f"rows-{row}-evidence"] = (BytesIO(made), f"第{row + 1}项.pdf")
    page = multipart(reader, path, data)  # the report itself is missing

    assert (page.status_code, page.text.count('data-upload="rows-')) == (422, len(PLAN))
    kept = re.findall(r'<input type="hidden" name="rows-(\d+)-evidence" value="(\d+)"', page.text)
    assert [int(row) for row, _ in kept] == list(range(len(PLAN)))


def test_an_answer_that_replaces_another_begins_with_it_and_shows_it(office: World) -> None:
    number = pilot(office)
    page = office.visit("unit-1").get(f"/cases/{number}/acts/change_contact")
    known = answers(office, number)["unit"]["contact_name"]

    assert typed_again(page, "contact_name") == known
    assert f'现有内容：</span> <div class="kept-lines">{known}</div>' in page.text.replace("\n", "")


def test_a_plan_to_be_changed_stands_there_row_by_row_with_the_present_one_beside(office: World) -> None:
    number = pilot(office)
    page = office.visit("unit-1").get(f"/cases/{number}/acts/change_plan")
    rows = answers(office, number)["plan"]["rows"]

    assert [typed_again(page, f"rows-{at}-task") for at in range(len(rows))] == [one["task"] for one in rows]
    assert f"现有内容（{len(rows)}行）" in words_of(page)


def test_the_changed_plan_takes_the_place_of_the_former_once_signed(office: World) -> None:
    number = pilot(office)
    reader, rows = office.visit("unit-1"), answers(office, number)["plan"]["rows"]
    path = f"/cases/{number}/acts/change_plan"
    data = {f"rows-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
    done = multipart(
        reader, path, {**reader.form_of(path), **data, "rows-0-task": "改写后的任务", "reasons": "市场变化"}
    )
    before = answers(office, number)["plan"]["rows"][0]["task"]
    office.sign(number, "taiyuan", "province-head")

    assert (done.status_code, before) == (303, rows[0]["task"])
    assert answers(office, number)["plan"]["rows"][0]["task"] == "改写后的任务"


def test_who_signs_a_change_reads_what_stands_there_now(office: World) -> None:
    number = pilot(office)
    known = answers(office, number)["unit"]["unit_name"]
    office.do(
        "unit-1",
        number,
        "change_unit",
        unit_name="更名后的单位有限公司",
        leader="新负责人",
        proof="变更.pdf",
        reasons="更名",
    )
    page = words_of(office.visit("taiyuan").get(f"/cases/{number}"))

    assert "更名后的单位有限公司" in page
    assert f"现有内容： {known}" in page


def test_an_organisation_is_chosen_among_those_of_its_kind_in_the_prefecture(office: World) -> None:
    number = office.application("municipal_review")
    branch(office)
    branch(office, "乙县分局", "sx-datong", "far")
    page = words_of(office.visit("taiyuan").get(f"/cases/{number}/acts/ask_county"))

    assert ("甲区分局" in page, "乙县分局" in page) == (True, False)


def test_officers_are_chosen_from_the_own_office(office: World) -> None:
    number = office.application("municipal_review")
    page = words_of(office.visit("taiyuan").get(f"/cases/{number}/acts/check_on_site"))

    assert ("市局经办甲" in page, "市局科长乙" in page, "大同经办丁" in page) == (True, True, False)


def test_a_file_of_the_case_is_chosen_by_what_it_answers(office: World) -> None:
    number = office.application("provincial_intake")
    page = office.visit("province").get(f"/cases/{number}/acts/purge_upload")
    chosen = re.search(r'(?s)<select[^>]*name="file".*?</select>', page.text)

    assert chosen is not None
    assert "试点建设工作方案" in chosen[0]


def test_fields_are_asked_for_by_section_and_those_open_already_are_left_out(office: World) -> None:
    number = office.application("municipal_review")
    office.do("taiyuan", number, "municipal_return", gaps={"unit.unit_name": "与营业执照不一致"})
    reader = office.visit("unit-1")
    path = f"/cases/{number}/acts/ask_more_fields"
    page = reader.get(path)

    assert 'name="fields" value="unit.contact_name"' in page.text
    assert 'name="fields" value="unit.unit_name"' not in page.text
    back = reader.act(path, {"fields": "unit.contact_name"})
    assert (back.status_code, 'value="unit.contact_name" checked' in back.text) == (422, True)
