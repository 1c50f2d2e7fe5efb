"""The pages of the discussion, of signing and of fees: what each may read there, and nothing of what is shut."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from caseflow.app import create_app
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import sessions
from caseflow.people.rights import Actor
from caseflow.records.models import read_log
from tests.cases.debate import FAR, Debate, debating, scoring, signing
from tests.cases.test_fees import ACCOUNT, paying, profile
from tests.cases.world import World, build, sheet
from tests.web.conftest import words_of
from tests.web.office_world import Reader, hidden_inputs

MARKER = "只有合议中才有的字样"


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


def visit(app: Flask, found: Debate, who: Actor) -> Reader:
    with found.world.database.write() as tx:
        token = sessions.begin(tx, who.person_id, idle_seconds=3600, address="192.0.2.1", second_factor_done=True)
    reader = Reader(app)
    reader.client.set_cookie("caseflow", token)
    return reader


def send(reader: Reader, path: str, marker: str, data: dict[str, str]) -> TestResponse:
    """Send the form of a page that carries ``marker``; the page at which the browser ends."""
    return reader.act(path, data, hidden_inputs(reader.get(path).text, marker))


def test_while_scoring_none_of_the_pages_is_there(world: World, app: Flask) -> None:
    found = scoring(world)
    found.do(found.experts[0], "score", sheet=sheet(found.cases[0], 40, 40))
    reader, host = visit(app, found, found.experts[0]), f"/cases/{found.host}"

    assert [
        reader.get(path).status_code
        for path in (f"{host}/discussion", f"{host}/discussion/{found.cases[0]}", f"{host}/opinion", f"{host}/fees")
    ] == [404] * 4


def test_the_others_stand_beside_the_own_sheet_without_their_names(world: World, app: Flask) -> None:
    found = debating(world)
    reader, path = visit(app, found, found.experts[0]), f"/cases/{found.host}/discussion"
    listed, page = words_of(reader.get(path)), words_of(reader.get(f"{path}/{found.cases[0]}"))

    assert "示例" in listed or "焦炭0" in listed
    assert [part in page for part in ("（本人）", "专家甲", "专家乙", "专家丙", "离群评分")] == [True] * 5
    assert [one.name for one in found.experts[1:] if one.name in page] == []


def test_what_one_says_on_the_page_the_others_of_the_case_read(world: World, app: Flask) -> None:
    found = debating(world)
    path = f"/cases/{found.host}/discussion/{found.cases[0]}"
    done = send(visit(app, found, found.experts[0]), path, 'name="text-say"', {"text-say": MARKER})
    page = words_of(visit(app, found, found.experts[1]).get(path))

    assert (done.status_code, "已提交" in words_of(done), MARKER in page) == (200, True, True)


def test_an_empty_text_comes_back_with_the_reason(world: World, app: Flask) -> None:
    found = debating(world)
    path = f"/cases/{found.host}/discussion/{found.cases[0]}"
    page = send(visit(app, found, found.experts[0]), path, 'name="text-say"', {"text-say": " "})

    assert (page.status_code, "请填写内容" in words_of(page)) == (422, True)


def test_a_text_that_is_too_long_comes_back_whole_with_the_reason_beside_it(world: World, app: Flask) -> None:
    found, long = debating(world), "长" * 5000
    path = f"/cases/{found.host}/discussion/{found.cases[0]}"
    page = send(visit(app, found, found.experts[0]), path, 'name="text-say"', {"text-say": long})
    field = re.findall(r'(?s)<div class="field[^"]* has-error">(?:(?!<div).)*?</textarea>', page.text)

    assert (page.status_code, len(field)) == (422, 1)
    assert ('id="text-say-error"' in field[0], long in field[0]) == (True, True)


def test_an_outlier_is_asked_by_the_chair_and_answered_on_the_same_page(world: World, app: Flask) -> None:
    found = debating(world)
    path = f"/cases/{found.host}/discussion/{found.cases[0]}"
    chair, far = visit(app, found, found.experts[0]), visit(app, found, found.experts[2])
    before = far.get(path).text
    send(chair, path, 'name="text-ask"', {"text-ask": FAR})
    asked = far.get(path)
    send(far, path, 'name="text-answer"', {"text-answer": MARKER})

    assert ('name="text-answer"' in before, FAR in asked.text) == (False, True)
    assert 'name="text-answer"' not in visit(app, found, found.experts[1]).get(path).text
    assert MARKER in chair.get(path).text
    assert 'name="text-answer"' not in far.get(path).text


def test_a_shut_case_answers_like_one_that_is_not_there(world: World, app: Flask) -> None:
    found = debating(world, cases=2, conflict=(1, 0))
    found.say(found.experts[0], "say", found.cases[0], MARKER)
    reader, path = visit(app, found, found.experts[1]), f"/cases/{found.host}/discussion"
    counts = []

    def count(*_arguments: object) -> None:
        counts[-1] += 1

    engine = world.database.engine
    sa.event.listen(engine, "before_cursor_execute", count)
    answers, numbers = [], (found.cases[0], 999999)
    for number in numbers:
        counts.append(0)
        answers.append(reader.get(f"{path}/{number}"))
    sa.event.remove(engine, "before_cursor_execute", count)

    assert [one.status_code for one in answers] == [404, 404]
    assert (
        len(
            {
                re.sub(rf"discussion/{number}|[0-9]{{4}}-[0-9A-F]{{6}}", "", one.text)
                for number, one in zip(numbers, answers, strict=True)
            }
        )
        == 1
    )
    assert counts[0] == counts[1]
    pages = [reader.get(one).text for one in (path, f"{path}/{found.cases[1]}", f"/cases/{found.host}/acts/say")]
    assert [MARKER in text or f"/{found.cases[0]}" in text for text in pages] == [False, False, False]


def test_a_score_is_changed_on_the_page_of_the_case(world: World, app: Flask) -> None:
    found = debating(world)
    path = f"/cases/{found.host}/discussion/{found.cases[0]}"
    reader = visit(app, found, found.experts[2])
    hidden = hidden_inputs(reader.get(path).text, 'id="act"')
    given = {
        **{f"sheet-marks-{one}-{part}": value for one in ("distinctive", "feasible")
           for part, value in (("mark", "36"), ("reason", "复核"))},
        "sheet-why": "漏看附件", "sheet-abstain": "no",
    }  # fmt: skip
    done = reader.act(f"/cases/{found.host}/acts/change?member={found.cases[0]}", given, hidden)

    assert done.status_code == 200
    assert [part in words_of(reader.get(path)) for part in ("合议中变更", "72")] == [True, True]


def test_an_expert_reads_and_signs_and_the_office_sees_the_dissent(world: World, app: Flask) -> None:
    found = signing(world)
    found.opinions("同意推荐该单位")
    reader, path = visit(app, found, found.experts[1]), f"/cases/{found.host}/opinion"
    page = words_of(reader.get(path))
    done = send(reader, path, 'name="stands_for"', {f"dissent-{found.cases[0]}": MARKER})
    board = words_of(visit(app, found, found.office).get(f"/cases/{found.host}/panel-opinion"))

    assert ("同意推荐该单位" in page, done.status_code) == (True, 200)
    assert [part in board for part in (MARKER, found.experts[1].name, "未签署", "同意推荐该单位")] == [True] * 4
    assert MARKER not in visit(app, found, found.experts[2]).get(path).text


def test_what_changed_while_it_was_read_is_not_signed(world: World, app: Flask) -> None:
    found = signing(world)
    found.opinions()
    reader, path = visit(app, found, found.experts[1]), f"/cases/{found.host}/opinion"
    hidden = hidden_inputs(reader.get(path).text, 'name="stands_for"')
    found.opinions("不同意推荐")
    page = reader.act(path, {f"dissent-{found.cases[0]}": MARKER}, hidden)

    assert (page.status_code, "内容已变更" in words_of(page), "待签署" in words_of(page)) == (422, True, True)
    assert f">{MARKER}</textarea>" in page.text


@pytest.mark.parametrize(
    ("stands", "states"), [(scoring, ("now", "later")), (debating, ("done", "now")), (paying, ("done", "done"))]
)
def test_an_expert_sees_how_far_the_panel_has_come(
    world: World, app: Flask, stands: Callable[[World], Debate], states: tuple[str, str]
) -> None:
    found = stands(world)
    page = visit(app, found, found.experts[0]).get(f"/cases/{found.host}/panel").text

    assert tuple(re.findall(r'<li class="(\w+)"[^>]*>[^<]*(?:独立评分|合议)', page)) == states


def test_only_the_office_that_runs_the_panel_reads_the_board(world: World, app: Flask) -> None:
    found = signing(world)
    path = f"/cases/{found.host}/panel-opinion"

    assert [visit(app, found, one).get(path).status_code for one in (found.office, found.experts[0])] == [200, 404]


def test_an_expert_confirms_the_own_fee_and_who_pays_gets_the_accounts(world: World, app: Flask) -> None:
    found = paying(world)
    profile(world, found.experts[0])
    found.do(found.office, "settle", rate="500", per="per_meeting")
    path, reader = f"/cases/{found.host}/fees", visit(app, found, found.experts[0])
    before = words_of(reader.get(path))
    done = send(reader, path, f'action="{path}"', {})
    payer = visit(app, found, found.office)
    book = CalamineWorkbook.from_filelike(BytesIO(payer.get(f"{path}.xlsx").data)).get_sheet_by_index(0).to_python()

    assert ("500.00" in before, "6222" in before, ACCOUNT in before) == (True, True, False)
    assert [part in words_of(done) for part in ("已确认", ACCOUNT)] == [True, False]
    assert ACCOUNT in payer.get(path).text
    assert ACCOUNT in str(book)
    assert reader.get(f"{path}.xlsx").status_code == 404
    assert found.experts[1].name not in before
    with world.database.read() as tx:
        logged = set(tx.scalars(sa.select(read_log.c.what).where(read_log.c.case_id == found.host)))
    assert {"fees", "export:fees"} <= logged
