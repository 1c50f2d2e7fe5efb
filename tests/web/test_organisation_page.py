"""The page of an organisation: what each reader may know of it, in time order, and nothing besides."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases.models import case as case_table
from caseflow.cases.models import involvement
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.models import organisation
from caseflow.records.models import read_log
from tests.cases.test_service import decided, scanned, serve
from tests.cases.world import World as Toys
from tests.cases.world import build
from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded
from tests.web.pilot_world import pilot
from tests.web.test_beside import visit
from tests.web.test_registers import SECRET, number, quit_pilot

__all__ = ["office", "seeded"]

CODE = "91140100MA0K1X2Y3A"


def holder(office: World, case_id: int) -> int:
    """The organisation of a case, which has a credit code from now on."""
    owner = int(office.row(case_id)["organisation_id"])
    with office.database.write() as tx:
        tx.execute(organisation.update().where(organisation.c.id == owner).values(credit_code=CODE))
    return owner


def planted(office: World, case_id: int, **other: Any) -> int:
    """A copy of the row of a case, otherwise in these columns."""
    with office.database.write() as tx:
        row = dict(tx.execute(sa.select(case_table).where(case_table.c.id == case_id)).mappings().one())
        row |= {"id": None, "number": None, "receipt_code": office.key(), **other}
        row.pop("id")
        return int(tx.execute(case_table.insert().values(row).returning(case_table.c.id)).scalar_one())


def test_an_office_reads_cases_entries_and_their_history_and_nothing_of_others(office: World) -> None:
    case_id = pilot(office, unit__production_address=SECRET)
    owner = holder(office, case_id)
    entry = number(office, case_id)
    quit_pilot(office, case_id)
    other = office.application("municipal_review", 2)
    south = office.elsewhere("southern")
    planted(office, case_id, authority_id=south, title="外省办件标记")
    planted(office, case_id, shared=False, organisation_id=owner, title="草稿标记", state="drafting", final=False)
    page = office.visit("province").get(f"/organisations/{owner}")
    said = words_of(page)
    wanted = ("示例焦化1有限公司", CODE, entry, "开始办理", "列入", "注销", "另有已失效登记1条", "没有在办办件")
    none = (SECRET, "产品停产内情", "外省办件标记", "草稿标记", office.row(other)["number"], "示例焦化2")

    assert ([one for one in wanted if one not in said], [one for one in none if one in page.text]) == ([], [])
    assert said.index("注销") < said.index("开始办理"), "newest first"
    with office.database.read() as tx:
        assert f"organisation:{owner}" in set(tx.scalars(sa.select(read_log.c.what)))


def test_each_reader_sees_as_far_as_the_lists_go_and_404_where_that_is_nothing(office: World) -> None:
    case_id = office.application("municipal_review")
    owner, other = holder(office, case_id), office.unit(2)
    office.elsewhere("southern")
    place = f"/organisations/{owner}"
    seen = {login: office.visit(login).get(place).status_code for login in ("province", "taiyuan", "unit-1")}
    unseen = {login: office.visit(login).get(place).status_code for login in ("datong", "southern", other)}
    hidden = {login: office.visit(login).get(f"{place}.xlsx").status_code for login in ("datong", "southern", other)}
    nobody = office.visit("province")
    office_page = f"/organisations/{office.offices['sx-taiyuan']}"

    assert (set(seen.values()), set(unseen.values()), set(hidden.values())) == ({200}, {404}, {404})
    assert [nobody.get(one).status_code for one in (office_page, "/organisations/999999")] == [404, 404]


def test_who_sits_on_the_panel_of_a_case_does_not_find_whose_it_is(office: World) -> None:
    case_id = office.application("awaiting_evaluation")
    owner = holder(office, case_id)
    office.meeting(case_id)
    expert = office.visit("expert-1")

    assert expert.get(f"/organisations/{owner}").status_code == 404
    assert expert.get("/organisations?q=示例焦化").status_code == 404


def test_an_organisation_reads_its_own_page_by_public_names_alone(office: World) -> None:
    case_id = office.application("municipal_review")
    owner = holder(office, case_id)
    page = words_of(office.visit("unit-1").get(f"/organisations/{owner}"))

    assert (office.row(case_id)["number"] in page, "在办办件（1件）" in page) == (True, True)


def test_the_search_finds_only_whom_the_reader_may_know(office: World) -> None:
    case_id = office.application("municipal_review")
    owner = holder(office, case_id)
    office.unit(7)  # has no case
    link = f"/organisations/{owner}"
    found = [f'href="{link}"' in office.visit(who).get(f"/organisations?q={q}").text
             for who, q in (("province", "焦化1"), ("province", CODE[:8]), ("province", "焦"), ("datong", "焦化1"))]  # fmt: skip
    text = office.visit("province").get("/organisations?q=示例焦化").text

    assert found == [True, True, False, False]
    assert "示例焦化7" not in text


def test_lines_are_narrowed_by_kind_and_year_and_taken_away_as_a_sheet(office: World) -> None:
    case_id = pilot(office)
    owner, entry = holder(office, case_id), number(office, case_id)
    year = clock.today().year
    province = office.visit("province")
    entries = words_of(province.get(f"/organisations/{owner}?what=entry&year={year}")).partition("全部记录")[2]
    before = words_of(province.get(f"/organisations/{owner}?year={year - 9}"))
    sheet = province.get(f"/organisations/{owner}.xlsx?what=entry")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()

    assert (entry in entries, "开始办理" in entries, "没有符合条件的记录" in before) == (True, False, True)
    assert [row[1] for row in rows[2:] if row[4] == entry] == ["登记"]


def test_a_page_asks_as_much_of_many_cases_as_of_one(office: World) -> None:
    case_id = pilot(office)
    owner, asked = holder(office, case_id), []
    province = office.visit("province")
    province.get(f"/organisations/{owner}")
    engine = office.database.engine
    heard = lambda *_arguments: asked.append(1)  # noqa: E731 -- what the event calls
    sa.event.listen(engine, "before_cursor_execute", heard)
    province.get(f"/organisations/{owner}")
    few = len(asked)
    for at in range(8):
        planted(office, case_id, title=f"办件{at}")
    asked.clear()
    province.get(f"/organisations/{owner}")
    sa.event.remove(engine, "before_cursor_execute", heard)

    assert len(asked) == few


def test_case_and_entry_lead_to_the_page_of_their_organisation(office: World) -> None:
    case_id = pilot(office)
    owner = holder(office, case_id)
    province = office.visit("province")
    link = f'href="/organisations/{owner}"'
    listed = province.get("/registers/shanxi/pilots").text
    entry = listed[listed.index("/registers/shanxi/pilots/") :].partition('"')[0]

    assert (link in province.get(f"/cases/{case_id}").text, link in province.get(entry).text) == (True, True)


def test_the_public_finds_only_entries_that_say_whose_they_are(office: World) -> None:
    case_id = pilot(office, unit__production_address=SECRET)
    owner, entry = holder(office, case_id), number(office, case_id)
    renamed = pilot(office, 1, unit__unit_name="示例焦化更名公司")
    visitor = office.visit("unit-1")
    visitor.client.delete_cookie("caseflow")
    page = visitor.get(f"/public/organisations/{CODE.lower()}")
    said = words_of(page)
    leads = visitor.get(f"/public/registers/shanxi/pilots/{quote(entry)}").text
    with office.database.write() as tx:
        tx.execute(organisation.update().where(organisation.c.id == owner).values(name_zh="改名后的公司", name_en=""))
    after = visitor.get(f"/public/organisations/{CODE}").status_code
    unknown = visitor.get("/public/organisations/91140100MA0K1X2Y3B").status_code

    assert (entry in said, number(office, renamed) in said, "示例焦化1有限公司" in said) == (True, False, True)
    assert [one for one in (SECRET, office.row(case_id)["number"], "开始办理") if one in page.text] == []
    assert f"/public/organisations/{CODE}" in leads
    assert (after, unknown) == (404, 404)


@pytest.fixture
def toys(sqlite_database: Database, settings: Settings) -> Toys:
    return build(sqlite_database, settings)


@pytest.fixture
def app(toys: Toys) -> Flask:
    return create_app(toys.database, toys.settings, toys.ground)


def test_a_letter_stands_under_the_day_on_which_it_was_served(app: Flask, toys: Toys) -> None:
    case_id, letter_id, plant, provincial = decided(toys)
    place = f"/organisations/{plant.organisation_id}"
    before = words_of(visit(app, toys, provincial).get(place))
    served = clock.today()
    receipt = scanned(toys, case_id, letter_id, provincial)
    serve(toys, provincial, case_id, letter_id, way="direct", done_on=served, receiver="收件甲乙", file=receipt)
    own, inside = (words_of(visit(app, toys, who).get(f"{place}?what=letter")) for who in (plant, provincial))

    assert "直接送达" not in before
    assert [("决定书" in page, "直接送达" in page, "收件甲乙" in page) for page in (own, inside)] == [
        (True, True, False)
    ] * 2


def test_an_office_finds_the_cases_in_which_an_organisation_was_given_a_part(app: Flask, toys: Toys) -> None:
    case_id, _, _, provincial = decided(toys)
    party = toys.organisations[toys.enterprise("当事单位")]
    away = visit(app, toys, provincial)
    before = away.get(f"/organisations/{party}").status_code
    with toys.database.write() as tx:
        given = {"case_id": case_id, "organisation_id": party, "role": "applicant", "since": clock.now()}
        tx.execute(involvement.insert().values(given | {"until": clock.now() + timedelta(days=1)}))
    page = away.get(f"/organisations/{party}")

    assert (before, page.status_code) == (404, 200)
    assert f"/cases/{case_id}" in page.text


def test_an_officer_who_sits_on_a_panel_does_not_find_there_whose_cases_are_before_it(app: Flask, toys: Toys) -> None:
    plant, provincial = toys.person("applicant", "plant"), toys.person("provincial", "office")
    case_id = toys.recommended(plant)
    juror = toys.person("expert", "office")
    host = toys.open(provincial, "toy-meeting")
    toys.do(provincial, host, "include", cases={str(case_id): {}})
    others = [toys.person("expert", "pool").person_id for _ in range(2)]
    toys.do(provincial, host, "seat", experts=[juror.person_id, *others])
    reader = visit(app, toys, juror)

    assert reader.get(f"/organisations/{plant.organisation_id}").status_code == 404
    assert "甲焦化厂" not in reader.get("/organisations?q=甲焦化厂").text.partition("<table")[2]
