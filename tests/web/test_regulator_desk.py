"""The desk of an office that supervises: clocks by days left, what is public and until when, counts, and who comes again."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import ground as grounds
from caseflow.cases import register_book
from caseflow.cases.models import case as case_table
from caseflow.cases.models import deadline
from caseflow.cases.register_models import register_standing
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office.register_counts import Cell, told
from caseflow.people.rights import Actor
from caseflow.workflow.reader import read
from tests.cases.world import World, build
from tests.web.conftest import Visitor, words_of
from tests.web.test_beside import visit

TOY = read(Path(__file__).with_name("toy-regulation.yaml"), vocabulary=vocabulary())
MARK = "内部备注标记甲乙丙"


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    made = build(sqlite_database, settings)
    with made.database.write() as tx:
        grounds.publish(tx, [TOY])
    return made


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def department(world: World) -> Actor:
    return world.person("provincial", "office")


def inquiry(world: World, unit: str = "plant", offence: str = "label", place: str = "甲县") -> int:
    case_id = world.open(world.person("applicant", unit), "toy-regulation")
    world.do(world.person("applicant", unit), case_id, "request", offence=offence, place=place)
    return case_id


def published(world: World, who: Actor, unit: str = "plant", offence: str = "label", place: str = "甲县") -> str:
    """An entry, by its number."""
    case_id = inquiry(world, unit, offence, place)
    world.do(who, case_id, "go_on")
    world.do(who, case_id, "decide", remark=MARK)
    with world.database.read() as tx:
        row = register_book.newest(tx, case_id, "sanctions")
    assert row is not None

    return str(row["number"])


def change(world: World, number: str, **columns: Any) -> None:
    with world.database.write() as tx:
        tx.execute(register_standing.update().where(register_standing.c.number == number).values(columns))


def rows_of(answer: Any) -> list[list[Any]]:
    return list(CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python())


def counted(text: str) -> dict[str, str]:
    """Name and number of every line of the tables of counts."""
    found = re.findall(r'<tr><th scope="row">([^<]*)</th><td class="number">([^<]*)</td>', text)
    return dict(found)


def test_clocks_stand_by_what_is_left_and_only_those_of_cases_that_may_be_known(
    world: World, app: Flask, department: Actor
) -> None:
    late, soon, other = (inquiry(world, world.enterprise(name)) for name in ("迟单位", "近单位", "外省单位"))
    over = inquiry(world, world.enterprise("结单位"))
    today = clock.today()
    with world.database.write() as tx:
        for case_id, on in ((late, today - timedelta(days=2)), (soon, today + timedelta(days=3))):
            tx.execute(deadline.update().where(deadline.c.case_id == case_id).values(due_on=on))
        tx.execute(case_table.update().where(case_table.c.id == over).values(final=True))
        tx.execute(case_table.update().where(case_table.c.id == other).values(shared=False))
    page = words_of(visit(app, world, department).get("/regulation"))
    bureau = words_of(visit(app, world, world.person("municipal", "elsewhere")).get("/regulation"))
    sheet = rows_of(visit(app, world, department).get("/regulation/clocks.xlsx"))

    assert ("查处总期限" in page, "示例第五条" in page, "已超期" in page) == (True, True, True)
    assert page.index(world.row(late)["title"]) < page.index(world.row(soon)["title"])
    assert [one for one in (over, other) if f"/cases/{one}" in page] == []
    assert "没有正在计算的跨环节期限" in bureau
    assert [row[3] for row in sheet[3:]] == ["查处总期限"] * 2


def test_public_entries_say_until_when_on_what_basis_and_who_may_stop_them(
    world: World, app: Flask, department: Actor
) -> None:
    first, second, gone = (published(world, department, world.enterprise(f"单位{at}")) for at in range(3))
    today = clock.today()
    change(world, second, valid_until=today + timedelta(days=4))
    change(world, gone, shown_until=today - timedelta(days=1), status="withdrawn")
    page = visit(app, world, department).get("/regulation?part=publication")
    said = words_of(page)
    sheet = rows_of(visit(app, world, department).get("/regulation/publication.xlsx"))

    assert ("剩余天数：4天" in said, "示例第九条" in said, "省厅" in said) == (True, True, True)
    assert said.index(second) < said.index(first)
    assert (gone in said, MARK in page.text) == (False, False)
    assert [row[0] for row in sheet[3:]] == [second, first]


def test_entries_are_counted_by_what_the_register_names_without_those_that_were_wrong(
    world: World, app: Flask, department: Actor
) -> None:
    units = [world.enterprise(f"单位{at}") for at in range(4)]
    numbers = [published(world, department, unit, "label" if at else "report") for at, unit in enumerate(units)]
    change(world, numbers[3], status="revoked")
    change(world, numbers[2], issued_on=clock.today() - timedelta(days=800))
    reader = visit(app, world, department)
    page = reader.get("/regulation?part=statistics")
    now = counted(reader.get(f"/regulation?part=statistics&year={clock.today().year}").text)
    sheet = rows_of(reader.get("/regulation/statistics.xlsx"))

    assert counted(page.text) == {"bureau单位": "3", "虚标": "2", "虚假报告": "1", "甲县": "3", "合计": "3"}
    assert (now["虚标"], now["合计"]) == ("1", "2")
    assert ("<svg" in page.text, MARK in page.text) == (True, False)
    assert [row[1:] for row in sheet if row[2] == "虚标"] == [["行为类型", "虚标", 2]]


def test_a_bureau_counts_its_own_and_is_not_told_small_numbers(world: World, app: Flask, department: Actor) -> None:
    for at in range(6):
        published(world, department, world.enterprise(f"单位{at}"), "label" if at else "report")
    bureau = visit(app, world, world.person("municipal", "bureau"))
    other = counted(visit(app, world, world.person("municipal", "elsewhere")).get("/regulation?part=statistics").text)
    own = counted(bureau.get("/regulation?part=statistics").text)
    sheet = rows_of(bureau.get("/regulation/statistics.xlsx"))

    assert own == {"bureau单位": "6", "虚标": "少于5", "虚假报告": "少于5", "甲县": "6", "合计": "6"}
    assert other == {}
    assert [row[3] for row in sheet if row[2] == "虚假报告"] == ["少于5"]


def test_one_small_number_takes_the_next_with_it_and_a_small_sum_is_not_told() -> None:
    name = {"zh": "甲", "en": "A"}
    few, several = {"a": (name, 3)}, {"a": (name, 9), "b": (name, 2), "c": (name, 7)}

    assert told(few, whole=False) == ((Cell(name, None),), None)
    assert told(several, whole=False) == ((Cell(name, 9), Cell(name, None), Cell(name, None)), 18)
    assert told(several, whole=True) == ((Cell(name, 9), Cell(name, 7), Cell(name, 2)), 18)
    assert told({"a": (name, 5)}, whole=False) == ((Cell(name, 5),), 5)


def test_a_holder_comes_again_only_within_the_period(world: World, app: Flask, department: Actor) -> None:
    twice, apart, once = (world.enterprise(name) for name in ("再犯单位", "相隔单位", "一次单位"))
    today = clock.today()
    for unit in (twice, apart, once):
        published(world, department, unit)
    published(world, department, twice)
    change(world, published(world, department, apart), issued_on=today - timedelta(days=1000))
    change(world, published(world, department, once), status="superseded")
    reader = visit(app, world, department)
    near, far = (words_of(reader.get(f"/regulation?part=repeated&within={years}")) for years in (1, 3))
    link = f'href="/organisations/{world.organisations[twice]}"'
    elsewhere = visit(app, world, world.person("municipal", "elsewhere")).get("/regulation?part=repeated")

    assert [name in near for name in ("再犯单位", "相隔单位", "一次单位")] == [True, False, False]
    assert [name in far for name in ("再犯单位", "相隔单位", "一次单位")] == [True, True, False]
    assert link in reader.get("/regulation?part=repeated").text
    assert ("再犯单位" in elsewhere.text, "没有多次列入的单位" in elsewhere.text) == (False, True)


def test_only_offices_have_the_desk(world: World, app: Flask, department: Actor) -> None:
    published(world, department)
    plant = visit(app, world, world.person("applicant", "plant"))
    expert = visit(app, world, world.person("expert", "pool"))

    assert [one.get("/regulation").status_code for one in (plant, expert)] == [404, 404]
    assert plant.get("/regulation/statistics.xlsx").status_code == 404
    assert visit(app, world, department).get("/regulation/none.xlsx").status_code == 404
    assert Visitor(app).get("/regulation").status_code in (302, 303)
