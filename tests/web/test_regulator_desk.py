"""The desk of an office that supervises: clocks by days left, what is public and until when, counts, and who comes again."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import deadlines, register_book, register_holders
from caseflow.cases import ground as grounds
from caseflow.cases.models import case as case_table
from caseflow.cases.models import deadline
from caseflow.cases.register_models import register_standing
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference, register_counts, rehearsed_registers
from caseflow.office.register_counts import Cell, told
from caseflow.people import accounts, organisations, roles, sessions
from caseflow.people.rights import Actor
from caseflow.workflow.identifiers import make_credit_code
from caseflow.workflow.reader import read
from caseflow.workflow.registers import Again
from tests.cases.world import World, build
from tests.journey import world as journey
from tests.journey.world import Site
from tests.web.conftest import Visitor, words_of
from tests.web.office_world import Reader
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
    assert "没有正在计算的跨环节期限，也没有即将到期的环节期限" in bureau
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


def test_only_entries_that_agree_count_where_the_register_says_what_coming_again_is(
    world: World, department: Actor
) -> None:
    register = TOY.registers["sanctions"]
    again = Again(same="offence", within="2 years", basis="内部默认")
    strict = register.model_copy(update={"again": again})
    same, mixed = world.enterprise("同类单位"), world.enterprise("异类单位")
    for unit, offence in ((same, "label"), (same, "label"), (mixed, "label"), (mixed, "report")):
        published(world, department, unit, offence)
    change(world, published(world, department, same, "report"), issued_on=clock.today() - timedelta(days=800))
    with world.database.read() as tx:
        known = register_holders.readings(tx, world.ground, department, clock.today())
        narrow = [
            replace(one, book=replace(one.book, register=strict))
            for one in known
            if one.book.register.id == "sanctions"
        ]
        (tally,), _, _ = register_counts.tallies(tx, department, narrow, year=None, within=None)
        (wide,), _, _ = register_counts.tallies(tx, department, known, year=None, within="3 years")

    assert [(one.called, one.same, one.n) for one in tally.repeated] == [
        ("同类单位", {"zh": "虚标", "en": "False label"}, 2)
    ]
    assert {(one.called, one.n) for one in wide.repeated} == {("同类单位", 3), ("异类单位", 2)}


@pytest.fixture
def regulator(sqlite_database: Database, settings: Settings) -> tuple[Site, Reader]:
    """What is shipped, with an officer of the market regulator at the desk."""
    site = journey.build(sqlite_database, settings)
    with site.time(), site.database.write() as tx:
        authority = organisations.authority_id(tx, "jiangxi")
        who = accounts.create(
            tx, authority_id=authority, login="desk", name="演示监管", password_hash="-", keys=site.ground.keys
        )
        for role in ("enforcement_officer", "market_officer"):
            roles.grant(
                tx,
                reference.roles(site.settings),
                person_id=who,
                organisation_id=site.ids["jx-market"],
                role=role,
                by=None,
            )
        token = sessions.begin(tx, who, idle_seconds=3600, address="192.0.2.1", second_factor_done=True)
    reader = Reader(site.app)
    reader.client.set_cookie("caseflow", token)
    return site, reader


def test_the_desk_reads_the_shipped_registers_by_offence_product_region_and_source(
    regulator: tuple[Site, Reader],
) -> None:
    site, reader = regulator
    with site.time(), site.database.write() as tx:
        units = [
            organisations.record(
                tx, authority_id=organisations.authority_id(tx, "jiangxi"), name_zh=f"示例{at}公司", name_en=f"Unit {at}",
                credit_code=make_credit_code("91", "360900", 200 + at), kind="enterprise",
                prefecture_id=site.ids["jx-yichun"], division="360900",
            )
            for at in range(2)
        ]  # fmt: skip
        book = rehearsed_registers.shelf(
            tx, site.ground, site.ground.current(tx, "penalty"), site.ids["jx-market"], None
        )
        until = clock.today() + timedelta(days=90)
        for number, (unit, offence, product) in enumerate(
            [
                (0, "引人误解的宣传", "电池"),
                (0, "引人误解的宣传", "水泥"),
                (1, "引人误解的宣传", "电池"),
                (1, "虚假证明", "电池"),
            ]
        ):
            said = {"offence": offence, "product": product, "region": "宜春市", "policy": "公示规定第十三条（三年）"}
            book.enter("penalties", said, holder=units[unit], number=f"例罚{number}号", until=until)
        book.enter("clues", {"source": "媒体反映", "region": "宜春市", "result": "立案"}, holder=units[0])
        definition = site.ground.current(tx, "penalty").definition
        for limit in ("5 workdays", "30 workdays"):
            rule = deadlines.rule_of(definition, "checking")
            made = deadlines.made_of(book.case_id, "checking", clock.today(), limit)
            deadlines.insert(tx, site.ground, definition, rule, made)
    soon = rows_of(reader.get("/regulation/clocks.xlsx"))
    page = reader.get("/regulation?part=publication")
    said_public = words_of(page)
    counts = reader.get("/regulation?part=statistics").text
    again = words_of(reader.get("/regulation?part=repeated"))
    sheets = {
        part: rows_of(reader.get(f"/regulation/{part}.xlsx")) for part in ("publication", "statistics", "repeated")
    }

    assert [(row[3], row[5], row[7]) for row in soon[3:]] == [("核查", date(2026, 6, 8), "程序规定第十八条")]
    assert all(text in said_public for text in ("例罚0号", "公示规定第十三条（三年）", "办案人员", "剩余天数：90天"))
    assert f'href="/cases/{book.case_id}"' in page.text
    assert {"引人误解的宣传": "3", "虚假证明": "1", "电池": "3", "水泥": "1", "媒体反映": "1"}.items() <= counted(
        counts
    ).items()
    assert ("示例0公司 引人误解的宣传 2" in again, "示例1公司" in again) == (True, False)
    assert "“违法行为类型”相同、相隔不超过2年的两条以上登记" in again
    assert [row[7] for row in sheets["publication"][3:]] == ["公示规定第十三条（三年）"] * 4
    assert ["线索台账", "线索来源", "媒体反映", 1] in sheets["statistics"]
    assert [row[1:4] for row in sheets["repeated"][3:]] == [["示例0公司", "引人误解的宣传", 2]]


def test_only_offices_have_the_desk(world: World, app: Flask, department: Actor) -> None:
    published(world, department)
    plant = visit(app, world, world.person("applicant", "plant"))
    expert = visit(app, world, world.person("expert", "pool"))

    assert [one.get("/regulation").status_code for one in (plant, expert)] == [404, 404]
    assert plant.get("/regulation/statistics.xlsx").status_code == 404
    assert visit(app, world, department).get("/regulation/none.xlsx").status_code == 404
    assert Visitor(app).get("/regulation").status_code in (302, 303)
