"""Score sheets without a network: one workbook out, looked over by cell when it comes back, kept as drafts, given in apart."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from caseflow.app import create_app
from caseflow.cases import scores, sheet_drafts
from caseflow.cases.sheet_drafts import Place
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.records import reading
from tests.cases.world import World, build
from tests.records import uploads
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, hidden_inputs
from tests.web.sheets_world import Scoring, decided, filled, scoring

MEMBER, VERSION = 0, 1
"""Hidden columns."""
HEADS = 2
"""Rows above the heads."""


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def session(world: World, app: Flask) -> Scoring:
    return scoring(world, app, [decided(world, "甲厂"), decided(world, "乙厂")])


def taken(session: Scoring, reader: Reader) -> list[list[Any]]:
    """The workbook as it goes out."""
    content = reader.get(f"{session.panel}/sheets.xlsx").data
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def put(rows: list[list[Any]], at: int, head: str, value: object) -> None:
    """Write into the cell of a row (the first case is 0) under the column whose head begins so."""
    column = next(number for number, one in enumerate(rows[HEADS]) if str(one).startswith(head))
    rows[HEADS + 1 + at][column] = value


def fill(rows: list[list[Any]], at: int, mark: int, reason: str = "离线写的理由") -> None:
    for title, most in (("特色鲜明", 10), ("可执行", 10), ("数据质量", 5)):
        put(rows, at, f"{title}（", min(mark, most))
        put(rows, at, f"{title}：", reason)


def looked_over(session: Scoring, reader: Reader, content: bytes) -> TestResponse:
    hidden = hidden_inputs(reader.get(f"{session.panel}/offline").text, "multipart/form-data")
    data = {**hidden, "sheet": (io.BytesIO(content), "评分表.xlsx")}
    return reader.client.post(
        f"{session.panel}/offline", data=data, content_type="multipart/form-data", environ_base=reader.address
    )


def kept(session: Scoring, reader: Reader, page: TestResponse, *members: int) -> TestResponse:
    """Keep the rows of a preview: those ticked by it, or these."""
    found = {name: unescape(value) for name, value in hidden_inputs(page.text, "/offline/drafts").items()}
    ticked = re.findall(r'name="take" value="(\d+)" checked', page.text)
    data = {**found, "take": [str(one) for one in members] or ticked}
    return reader.client.post(f"{session.panel}/offline/drafts", data=data, environ_base=reader.address)


def draft(session: Scoring, at: int, expert: int = 0) -> tuple[int, dict[str, Any]]:
    place = Place(session.host, "jury", session.members[at], session.experts[expert].person_id)
    with session.world.database.read() as tx:
        found = sheet_drafts.newest(tx, session.world.ground.keys, place)
    return found.version, found.values.get("sheet", {})


def given(session: Scoring) -> int:
    with session.world.database.read() as tx:
        return len(scores.newest(tx, session.host, "jury"))


def test_the_workbook_holds_a_row_for_each_own_case_and_the_rubric_beside_it(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    content = reader.get(f"{session.panel}/sheets.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rubric = book.get_sheet_by_name("评分标准").to_python()

    assert [row[MEMBER] for row in book.get_sheet_by_index(0).to_python()[HEADS + 1 :]] == session.members
    assert ["5–7分", "有一定特色"] in rubric
    assert ["特色鲜明", "满分10分；权重0.4；平均低于5分不得入选；结合产业特色。"] in rubric


def test_a_filled_workbook_becomes_drafts_and_nothing_is_given_in(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    rows = taken(session, reader)
    fill(rows, 0, 8)
    page = looked_over(session, reader, uploads.xlsx(rows))
    before = draft(session, 0)
    done = kept(session, reader, page)

    assert ("新填" in words_of(page), "合计 8" in words_of(page), before) == (True, True, (0, {}))
    assert (done.status_code, given(session)) == (303, 0)
    assert (draft(session, 0)[1]["marks"]["feasible"], draft(session, 1)) == (
        {"mark": 8, "reason": "离线写的理由"}, (0, {}),
    )  # fmt: skip


def test_the_complete_drafts_are_given_in_by_one_button(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    rows = taken(session, reader)
    fill(rows, 0, 8)
    put(rows, 1, "弃权", "是")
    put(rows, 1, "弃权理由", "不熟悉该行业")
    kept(session, reader, looked_over(session, reader, uploads.xlsx(rows)))
    page = words_of(session.post(reader, session.panel, f"{session.panel}/sheets"))

    assert (page.count("已提交"), given(session)) == (2, 2)


def test_every_fault_is_said_with_its_cell_and_its_row_is_not_taken(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    rows = taken(session, reader)
    fill(rows, 0, 8)
    put(rows, 0, "可执行（", 11)
    put(rows, 1, "特色鲜明（", "高")
    page = words_of(looked_over(session, reader, uploads.xlsx(rows)))

    assert re.findall(r"([A-Z]\d)单元格", page) == ["K4", "I5"]
    assert ("有错误" in page, "把所选的行存为草稿" in page) == (True, False)


def test_what_was_typed_here_meanwhile_is_said_and_stays_among_the_versions(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    rows = taken(session, reader)
    fill(rows, 0, 8)
    session.type(reader, filled(3, "网上写的"), 0)
    page = looked_over(session, reader, uploads.xlsx(rows))
    untouched = kept(session, reader, page)
    kept(session, reader, page, session.members[0])
    listed = words_of(reader.get(f"{session.sheet()}/versions"))

    assert ("网上另有修改" in words_of(page), errors_of(untouched)) == (True, ["请至少选择一行。"])
    assert (draft(session, 0)[0], "网上写的" in listed, "离线写的理由" in listed) == (2, True, True)


def test_a_workbook_of_somebody_else_and_a_row_moved_to_another_case_are_refused(session: Scoring) -> None:
    mine, other = (session.visit(one) for one in session.experts)
    foreign = looked_over(session, mine, uploads.xlsx(taken(session, other)))
    rows = taken(session, mine)
    fill(rows, 0, 8)
    rows[HEADS + 1][MEMBER] = session.members[1]
    moved = words_of(looked_over(session, mine, uploads.xlsx(rows)))

    assert (foreign.status_code, errors_of(foreign)) == (422, ["这不是您本次评审的评分表。"])
    assert ("A4单元格：隐藏列被改动" in moved, "甲厂" in moved) == (True, False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (uploads.xlsx([["a"]], formula="=1+1"), "C2"),
        (uploads.changed(uploads.xlsx([["a"]]), {"xl/vbaProject.bin": b"x"}), "宏"),
        (uploads.pdf(), "pdf"),
        (b"nothing", ""),
    ],
    ids=["formula", "macro", "pdf", "text"],
)
def test_a_hostile_workbook_is_refused_and_leaves_nothing(session: Scoring, content: bytes, said: str) -> None:
    page = looked_over(session, session.visit(session.experts[0]), content)

    assert (page.status_code, len(errors_of(page)), said in errors_of(page)[0]) == (422, 1, True)
    assert list((session.world.settings.home / "work").iterdir()) == []


def test_only_who_scores_takes_the_workbook_and_taking_it_is_logged(session: Scoring) -> None:
    office, expert = session.visit(session.office), session.visit(session.experts[0])
    found = [one.get(f"{session.panel}/sheets.xlsx").status_code for one in (office, expert)]
    with session.world.database.read() as tx:
        logged = [(row.person_id, row.what) for row in reading.of_case(tx, session.host)]

    assert (found, logged) == ([404, 200], [(session.experts[0].person_id, "export:sheets:2")])


def test_no_row_of_a_case_that_is_not_the_own_can_be_kept(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    rows = taken(session, reader)
    fill(rows, 0, 8)
    page = looked_over(session, reader, uploads.xlsx(rows))
    number = session.members[0]
    session.world.do(
        session.experts[0], session.host, "declare", interests={str(number): {"conflict": True, "ground": "亲属"}}
    )
    refused = kept(session, reader, page, number)

    assert (refused.status_code, draft(session, 0)[0]) == (422, 0)
