"""Answers for several cases laid together, comments as lines, and a worksheet that comes back as it went out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from pydantic import TypeAdapter

from caseflow.office import bulk, comments, returned_sheet, worksheet
from caseflow.records import sheets
from caseflow.words import Refused
from caseflow.workflow.form import Section
from caseflow.workflow.procedure import Action
from tests.office.stage import Stage

SECRET = b"s" * 32
ACTION = TypeAdapter(Action).validate_python(
    {
        "id": "look",
        "title": {"zh": "核对", "en": "Look"},
        "asks": {
            "opinion": {"type": "long_text", "label": {"zh": "意见", "en": "Opinion"}, "required": True},
            "grade": {
                "type": "choice", "label": {"zh": "等级", "en": "Grade"},
                "choices": {"good": {"title": {"zh": "好", "en": "good"}}, "bad": {"title": {"zh": "差", "en": "bad"}}},
            },
            "day": {"type": "date", "label": {"zh": "日期", "en": "Day"}},
            "points": {
                "type": "checklist", "label": {"zh": "核对表", "en": "Points"},
                "items": {"typical": {"zh": "典型", "en": "Typical"}, "leading": {"zh": "领先", "en": "Leading"}},
            },
            "gaps": {"type": "field_comments", "label": {"zh": "补正", "en": "Gaps"}},
            "sure": {"type": "boolean", "label": {"zh": "确认", "en": "Sure"}},
            "proof": {"type": "file", "label": {"zh": "佐证", "en": "Proof"}},
        },
    }
)  # fmt: skip
SECTIONS = [
    TypeAdapter(Section).validate_python(
        {
            "id": name,
            "title": title,
            "fields": {
                "name": {"type": "text", "label": {"zh": "名称", "en": "Name"}},
                "goal": {"type": "text", "label": goal},
            },
        }
    )
    for name, title, goal in (
        ("unit", {"zh": "单位", "en": "Unit"}, {"zh": "单位目标", "en": "Unit goal"}),
        ("product", {"zh": "产品", "en": "Product"}, {"zh": "目标", "en": "Goal"}),
    )
]
META = worksheet.Meta("look", 7, "review", "k" * 24, "zh")
FACTS = [("办件编号", 18), ("单位", 30)]


def test_an_own_answer_counts_before_that_for_all() -> None:
    common = {"opinion": "同意", "grade": "good", "sure": True}
    own = {"opinion": "  ", "grade": "bad"}

    assert bulk.merged(ACTION, common, own) == {
        "opinion": "同意", "grade": "bad", "sure": True, "points": {}, "gaps": {},
    }  # fmt: skip


def test_points_and_comments_are_laid_together_one_by_one() -> None:
    common = {
        "points": {"typical": {"conclusion": "met", "remark": ""}, "leading": {"conclusion": "met", "remark": "甲"}},
        "gaps": {"unit.goal": "写明"},
    }
    own = {
        "points": {"leading": {"conclusion": "not_met", "remark": ""}},
        "gaps": {"product.goal": "补充", "unit.goal": ""},
    }
    found = bulk.merged(ACTION, common, own)

    assert found["points"] == {
        "typical": {"conclusion": "met", "remark": ""},
        "leading": {"conclusion": "not_met", "remark": "甲"},
    }
    assert found["gaps"] == {"unit.goal": "写明", "product.goal": "补充"}


def test_false_and_zero_are_answers() -> None:
    assert [bulk.nothing(one) for one in (False, 0, "", [], {"a": {"b": " "}}, None)] == [
        False, False, True, True, True, True,
    ]  # fmt: skip


def test_comments_come_back_as_they_were_written() -> None:
    said = {"unit.name": "与执照不符", "product.goal": "写明年份\n并附测算"}

    assert [comments.read(comments.written(said, SECTIONS, one), SECTIONS) for one in ("zh", "en")] == [(said, [])] * 2


def test_a_field_whose_label_stands_twice_is_named_with_its_section() -> None:
    assert list(comments.names(SECTIONS, "zh").values()) == ["单位/名称", "单位目标", "产品/名称", "目标"]


def test_a_line_that_names_no_field_is_a_fault_unless_it_goes_on() -> None:
    found, wrong = comments.read("无此栏：甲\n目标：写明\n并附测算", SECTIONS)

    assert (found, [one.values["line"] for one in wrong]) == ({"product.goal": "写明\n并附测算"}, ["无此栏：甲"])


def written(stage: Stage, folder: Path, *lines: worksheet.Line) -> tuple[list[sheets.Sheet], list[worksheet.Column]]:
    columns = worksheet.columns(ACTION, stage.ground, SECTIONS, META.language)
    content = worksheet.write("核对办理表", META, FACTS, columns, lines, sections=SECTIONS, secret=SECRET)
    path = folder / "sheet.xlsx"
    path.write_bytes(content)
    return sheets.read(path), columns


def came_back(found: list[sheets.Sheet], columns: list[worksheet.Column]) -> list[returned_sheet.Came]:
    meta = returned_sheet.meta_of(found, SECRET)

    assert meta == META
    return returned_sheet.read(found, meta, len(FACTS), columns, sections=SECTIONS, references={}, secret=SECRET)


ANSWERS: dict[str, Any] = {
    "opinion": "-5%以内，同意。\n第二行",
    "grade": "bad",
    "day": "2026-11-20",
    "points": {"typical": {"conclusion": "met", "remark": "镕喆堃昇珺玥"}},
    "gaps": {"unit.goal": "写明", "product.name": "＝核对"},
}


def test_a_sheet_comes_back_as_it_went_out(stage: Stage, tmp_path: Path) -> None:
    lines = [worksheet.Line(3, 9, ("BJ-1", "=甲焦化厂"), ANSWERS), worksheet.Line(4, 2, ("BJ-2", "乙"), {})]
    first, second = came_back(*written(stage, tmp_path, *lines))

    assert (first.case_id, first.version, first.do, first.answers, first.errors) == (3, 9, True, ANSWERS, [])
    assert (second.case_id, second.answers, second.number) == (4, {}, 5)


def test_what_does_not_fit_into_cells_is_answered_on_the_page(stage: Stage) -> None:
    columns = worksheet.columns(ACTION, stage.ground, SECTIONS, "zh")

    assert {column.question.id for column in columns} == {"opinion", "grade", "day", "points", "gaps"}
    assert [one.id for one in worksheet.left_out(ACTION)] == ["sure", "proof"]


def test_every_fault_is_named_by_its_cell(stage: Stage, tmp_path: Path) -> None:
    found, columns = written(stage, tmp_path, worksheet.Line(3, 9, ("BJ-1", "甲"), ANSWERS))
    row = found[0].rows[3]
    row[7], row[8], row[9], row[13] = "很好", "2026-02-30", "也许", "没有这栏：甲"
    (came,) = came_back(found, columns)

    assert [(cell, one.key) for cell, one in came.errors] == [
        ("H4", "bulk.not_listed"), ("I4", "fields.no_such_day"), ("J4", "bulk.not_listed"),
        ("N4", "bulk.no_such_field"),
    ]  # fmt: skip


def test_cells_that_a_program_has_turned_into_numbers_and_dates_are_read(stage: Stage, tmp_path: Path) -> None:
    from datetime import date

    found, columns = written(stage, tmp_path, worksheet.Line(3, 9, ("BJ-1", "甲"), {}))
    row = found[0].rows[3]
    row[0], row[6], row[8] = "3", 12.0, date(2026, 11, 20)
    (came,) = came_back(found, columns)

    assert came.answers == {"opinion": "12", "day": "2026-11-20"}


def test_a_row_is_bound_to_its_case_and_version(stage: Stage, tmp_path: Path) -> None:
    lines = [worksheet.Line(number, 1, ("", ""), {}) for number in (3, 4, 5)]
    found, columns = written(stage, tmp_path, *lines)
    rows = found[0].rows
    rows[3][1] = 2.0
    rows[4][:3] = rows[5][:3]
    came = came_back(found, columns)

    assert [[(cell, one.key) for cell, one in row.errors] for row in came] == [
        [("A4", "bulk.row_changed")],
        [],
        [("A6", "bulk.row_twice")],
    ]


def test_a_sheet_of_somebody_else_is_refused(stage: Stage, tmp_path: Path) -> None:
    found, _ = written(stage, tmp_path, worksheet.Line(3, 1, ("", ""), {}))
    other = BytesIO()
    with xlsxwriter.Workbook(other) as book:
        book.add_worksheet().write(0, 0, "别的表")
    (tmp_path / "other.xlsx").write_bytes(other.getvalue())

    for sheet, secret in ((found, b"x" * 32), (sheets.read(tmp_path / "other.xlsx"), SECRET)):
        with pytest.raises(Refused, match="sheet_foreign"):
            returned_sheet.meta_of(sheet, secret)


def test_moved_columns_are_refused_by_their_head(stage: Stage, tmp_path: Path) -> None:
    found, columns = written(stage, tmp_path, worksheet.Line(3, 1, ("", ""), {}))
    heads = found[0].rows[2]
    heads[6], heads[7] = heads[7], heads[6]

    with pytest.raises(Refused, match="head_changed"):
        came_back(found, columns)


def test_a_row_is_new_changed_the_same_or_empty() -> None:
    kept = {"opinion": "甲", "points": {"typical": {"conclusion": "met", "remark": ""}}}
    came = [{}, {"opinion": "甲"}, {"opinion": "乙"}, {"points": {"typical": {"conclusion": "met"}}}]

    assert [returned_sheet.difference(kept, one) for one in came] == ["empty", "same", "changed", "same"]
    assert returned_sheet.difference({}, {"opinion": "甲"}) == "new"
