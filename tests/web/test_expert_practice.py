"""Sample cases: marked before the reference marks are shown, private, never counted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from caseflow.app import create_app
from caseflow.cases.panel_models import sheet
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.words import Refused
from tests.cases.world import World, build
from tests.web.conftest import errors_of, words_of
from tests.web.sheets_world import Scoring, decided, scoring

OWN = {"mark-distinctive": "9", "mark-feasible": "5", "mark-care": "2"}


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def session(world: World, app: Flask) -> Scoring:
    return scoring(world, app, [decided(world)])


def test_the_marks_of_a_sample_are_shown_after_the_own_and_beside_them(session: Scoring) -> None:
    reader, path = session.visit(session.experts[0]), f"{session.panel}/practice/kiln"
    before = words_of(reader.get(path))
    reader.post(path, OWN)
    after = words_of(reader.get(path))

    assert ("参考分的理由" in before, "数据完整" in before, "合计 – / 10" in before) == (False, False, True)
    assert ("特色鲜明 9 7 +2" in after, "总分 6.6 5.8 +0.8" in after, "数据完整" in after) == (True, True, True)
    assert "差距最大的一项：特色鲜明。平均每项相差1.0分。" in after


def test_practice_is_private_and_counts_for_nothing(session: Scoring) -> None:
    path = f"{session.panel}/practice/kiln"
    session.visit(session.experts[0]).post(path, OWN)
    with session.world.database.read() as tx:
        counted = tx.scalar(sa.select(sa.func.count()).select_from(sheet))
    other = words_of(session.visit(session.experts[1]).get(path))

    assert (counted, "参考分的理由" in other, session.visit(session.office).get(path).status_code) == (0, False, 404)


def test_a_mark_out_of_range_is_refused_beside_its_input(session: Scoring) -> None:
    reader, path = session.visit(session.experts[0]), f"{session.panel}/practice/kiln"
    page = reader.post(path, {**OWN, "mark-care": "6"})

    assert (page.status_code, errors_of(page)) == (422, ["“数据质量”应为0至5分的整数。"])
    assert 'value="9"' in page.text


def test_the_guard_asks_for_every_sample(session: Scoring) -> None:
    who = session.experts[0]
    with pytest.raises(Refused) as refused:
        session.world.do(who, session.host, "calibrated")
    session.visit(who).post(f"{session.panel}/practice/kiln", OWN)
    session.world.do(who, session.host, "calibrated")

    assert [one.key for one in refused.value.reasons] == ["guards.examples_left"]
