"""Files as an expert reads them: a copy with the own name on each page, never the original; notes that are the own alone."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from caseflow.app import create_app
from caseflow.cases.panel_models import page_note
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.records import files, reading
from tests.cases.world import World, build
from tests.printing import printing_home, squeezed, text_of
from tests.records import uploads
from tests.records.test_binder import hostile, pdf
from tests.web.conftest import errors_of, words_of
from tests.web.sheets_world import Scoring, decided, scoring, stored

__all__ = ["printing_home"]


@pytest.fixture
def world(sqlite_database: Database, settings: Settings, printing_home: Path) -> World:
    return build(sqlite_database, replace(settings, home=printing_home))


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def session(world: World, app: Flask, tmp_path: Path) -> Scoring:
    content = pdf(tmp_path / "photo.pdf", "PLAN one", "PLAN two").read_bytes()
    return scoring(world, app, [decided(world, "甲厂", photo=content)])


def photo(session: Scoring) -> int:
    with session.world.database.read() as tx:
        return next(row.id for row in files.of_case(tx, session.members[0]) if row.name.startswith("照片"))


def notes(session: Scoring) -> list[tuple[int, bool]]:
    with session.world.database.read() as tx:
        return [
            (row.page, row.removed_at is not None) for row in tx.execute(sa.select(page_note).order_by(page_note.c.id))
        ]


def pin(session: Scoring, text: str, page: int = 2, expert: int = 0) -> object:
    path = f"{session.sheet()}/files/{photo(session)}"
    reader = session.visit(session.experts[expert])
    return session.post(reader, path, f"{path}/notes", page=str(page), text=text)


def test_every_page_of_the_copy_names_its_reader_and_the_time(session: Scoring) -> None:
    expert = session.experts[0]
    copy = session.visit(expert).get(f"/files/{photo(session)}/view")
    said = [squeezed(text_of(copy.data, page, order="-raw")) for page in (1, 2)]

    assert (copy.status_code, copy.mimetype, len(PdfReader(io.BytesIO(copy.data)).pages)) == (200, "application/pdf", 2)
    assert [expert.name in one for one in said] == [True, True]
    assert ["PLANone" in said[0], "PLANtwo" in said[1]] == [True, True]
    assert "inline" in copy.headers["Content-Disposition"]


def test_a_picture_becomes_a_page_with_the_name_on_it(world: World, app: Flask) -> None:
    content = io.BytesIO()
    Image.new("RGB", (300, 200), (0, 120, 0)).save(content, "PNG")
    session = scoring(world, app, [decided(world, photo=content.getvalue(), kind="png")])
    copy = session.visit(session.experts[0]).get(f"/files/{photo(session)}/view")

    assert (copy.mimetype, session.experts[0].name in squeezed(text_of(copy.data, 1, order="-raw"))) == (
        "application/pdf", True,
    )  # fmt: skip


def test_the_original_is_for_the_office_alone(session: Scoring) -> None:
    number = photo(session)
    expert, office = session.visit(session.experts[0]), session.visit(session.office)

    assert [reader.get(f"/files/{number}").status_code for reader in (expert, office)] == [404, 200]
    assert f'href="/files/{number}"' not in expert.get(session.sheet()).text


def test_no_copy_opens_before_the_declaration_nor_of_a_case_of_conflict(
    world: World, app: Flask, tmp_path: Path
) -> None:
    content = pdf(tmp_path / "photo.pdf", "PLAN").read_bytes()
    session = scoring(world, app, [decided(world, photo=content)], declared=False)
    reader, number = session.visit(session.experts[0]), photo(session)
    early = reader.get(f"/files/{number}/view").status_code
    said = {str(session.members[0]): {"conflict": True, "ground": "顾问"}}
    world.do(session.experts[0], session.host, "declare", interests=said)

    assert (early, reader.get(f"/files/{number}/view").status_code) == (404, 404)


def test_what_one_expert_uploaded_is_no_other_s_of_the_same_pool(session: Scoring) -> None:
    author, other = session.experts
    number = stored(session.world, author, session.host, "意见.pdf", uploads.pdf(), "pdf")
    found = [session.visit(who).get(f"/files/{number}").status_code for who in (author, other)]

    assert found == [200, 404]


def test_each_reading_of_a_file_is_logged_with_its_reader(session: Scoring) -> None:
    number = photo(session)
    session.visit(session.experts[1]).get(f"/files/{number}/view")
    with session.world.database.read() as tx:
        rows = [(row.person_id, row.what) for row in reading.of_case(tx, session.members[0])]

    assert (session.experts[1].person_id, f"file {number} copy") in rows


def test_a_file_that_cannot_be_laid_out_says_so_and_shows_nothing_of_itself(world: World, app: Flask) -> None:
    session = scoring(world, app, [decided(world, photo=hostile("size"))])
    page = session.visit(session.experts[0]).get(f"/files/{photo(session)}/view")

    assert (page.status_code, page.mimetype, "无法生成阅读件" in page.text) == (422, "text/html", True)


def test_a_note_stands_beside_its_page_and_beside_the_sheet(session: Scoring) -> None:
    done = pin(session, "数据来源待核对")
    reader, number = session.visit(session.experts[0]), photo(session)
    beside, sheet = reader.get(f"{session.sheet()}/files/{number}?page=2"), reader.get(session.sheet()).text

    assert getattr(done, "status_code", None) == 303
    assert (f'src="/files/{number}/view#page=2"' in beside.text, "数据来源待核对" in beside.text) == (True, True)
    assert (f'href="{session.sheet()}/files/{number}?page=2"' in sheet, "数据来源待核对" in sheet) == (True, True)


def test_a_note_is_its_author_s_alone_and_lies_sealed(session: Scoring) -> None:
    pin(session, "只有本人看到")
    other, office = session.visit(session.experts[1]), session.visit(session.office)
    path = f"{session.sheet()}/files/{photo(session)}"
    texts = [other.get(path).text, other.get(session.sheet()).text, office.get(path).text]
    with session.world.database.read() as tx:
        stored = "".join(str(row) for row in tx.execute(sa.select(page_note)))
    gone = session.post(other, path, f"{path}/notes/1/removal", page="2")

    assert ["只有本人看到" in one for one in (*texts, stored)] == [False] * 4
    assert (gone.status_code, notes(session)) in ((400, [(2, False)]), (404, [(2, False)]))


def test_a_note_that_was_taken_off_is_shown_no_more(session: Scoring) -> None:
    pin(session, "写错了")
    reader = session.visit(session.experts[0])
    path = f"{session.sheet()}/files/{photo(session)}"
    done = session.post(reader, path, f"{path}/notes/1/removal", page="2")

    assert (done.status_code, notes(session), "写错了" in reader.get(path).text) == (303, [(2, True)], False)


@pytest.mark.parametrize(
    ("text", "page", "said"),
    [
        (" ", 1, "请写下批注内容。"),
        ("有误", 3, "页码应在1至2之间。"),
        ("字" * 1001, 1, "批注不超过1000字，已超出1字。"),
    ],
)
def test_a_note_needs_words_and_a_page_that_is_there(session: Scoring, text: str, page: int, said: str) -> None:
    answer = pin(session, text, page)

    assert (errors_of(answer), notes(session)) == ([said], [])  # type: ignore[arg-type]


def test_a_kind_that_cannot_be_shown_is_named_without_a_link(world: World, app: Flask) -> None:
    session = scoring(world, app, [decided(world, photo=b"PK", kind="docx")])
    page = session.visit(session.experts[0]).get(session.sheet())

    assert ("此格式不能在线阅读" in words_of(page), f"/files/{photo(session)}" in page.text) == (True, False)
