"""Registers on pages: offices see what they may, everybody sees what is public, and nothing internal gets out."""

from __future__ import annotations

import csv
import json
import re
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import register_book
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import throttle
from caseflow.people.models import organisation
from caseflow.records import sheets
from caseflow.records.models import read_log
from tests.cases.test_registers import granted, standing
from tests.cases.world import build
from tests.web.conftest import Visitor, words_of
from tests.web.office_world import World, office, seeded
from tests.web.pilot_world import pilot
from tests.web.test_beside import visit

__all__ = ["office", "seeded"]

PILOTS = "/registers/shanxi/pilots"
SECRET = "内部标记甲乙丙路88号"
"""Stands in a field of the register that is not public."""


def number(office: World, case_id: int) -> str:
    with office.database.read() as tx:
        row = register_book.newest(tx, case_id, "pilots")
    assert row is not None

    return str(row["number"])


def quit_pilot(office: World, case_id: int) -> None:
    office.do("unit-1", case_id, "quit", reasons="产品停产内情", statement="quit.pdf")
    office.sign(case_id, "province-head", "province-leader")


def test_a_pilot_stands_in_the_public_register_with_its_status_now_and_when_entered(office: World) -> None:
    case_id = pilot(office)
    visitor = Visitor(office.app)
    before = words_of(visitor.get(f"/public{PILOTS}/{quote(number(office, case_id))}"))
    quit_pilot(office, case_id)
    after = words_of(visitor.get(f"/public{PILOTS}/{quote(number(office, case_id))}"))

    assert ("目前状态 试点中" in before, "目前状态 已退出" in after, "列入时状态 试点中" in after) == (True, True, True)
    assert ("示例焦化1有限公司" in after, "冶金焦1号" in after, "停产" in after) == (True, True, False)


def test_the_public_list_is_searched_and_narrowed_without_a_script(office: World) -> None:
    pilot(office, 1)
    pilot(office, 2)
    visitor = Visitor(office.app)
    found = words_of(visitor.get(f"/public{PILOTS}?q=焦化2"))
    none = words_of(visitor.get(f"/public{PILOTS}?status=revoked"))

    assert ("示例焦化2有限公司" in found, "示例焦化1有限公司" in found) == (True, False)
    assert "没有符合条件的登记" in none


def test_no_internal_value_is_in_any_public_byte(office: World) -> None:
    case_id = pilot(office, unit__production_address=SECRET, unit__uscc="91140100MA0K1X2Y3A")
    own, visitor = number(office, case_id), Visitor(office.app)
    paths = [
        "/public/registers",
        f"/public{PILOTS}",
        f"/public{PILOTS}?q={quote(SECRET)}",
        f"/public{PILOTS}?order=address",
        f"/public{PILOTS}.json",
        f"/public{PILOTS}.csv",
        f"/public{PILOTS}/{quote(own)}",
        f"/public/verify?number={quote(own)}",
    ]
    answers = {path: visitor.get(path) for path in paths}
    leaking = [
        path
        for path, answer in answers.items()
        if "MA0K1X2Y3A" in answer.text or (SECRET in answer.text and "q=" not in path)
    ]

    assert {answer.status_code for answer in answers.values()} == {200}
    assert leaking == []
    assert "没有符合条件的登记" in answers[f"/public{PILOTS}?q={quote(SECRET)}"].text
    assert visitor.get(f"/public{PILOTS}.json?q={quote(SECRET)}").json["total"] == 0


def test_the_public_finds_nobody_by_a_code_or_a_registered_name_that_the_register_does_not_show(office: World) -> None:
    case_id = pilot(office, unit__unit_name="示例焦化更名公司")
    with office.database.write() as tx:
        code = "91140100MA0K1X2Y3A"
        owner = office.row(case_id)["organisation_id"]
        tx.execute(organisation.update().where(organisation.c.id == owner).values(credit_code=code))
    other = pilot(office, 1, unit__unit_name="示例焦化再更名公司")
    visitor, inside = Visitor(office.app), office.visit("province")
    asked = {"code": code, "registered": "示例焦化1有限公司", "shown": "再更名"}
    open_ = {name: visitor.get(f"/public{PILOTS}.json?q={quote(said)}").json["total"] for name, said in asked.items()}
    within = [number(office, other) in inside.get(f"{PILOTS}?q={quote(said)}").text for said in asked.values()]

    assert open_ == {"code": 0, "registered": 0, "shown": 1}
    assert within == [True, True, True]


def test_what_somebody_types_into_the_address_neither_breaks_a_list_nor_bends_its_links(office: World) -> None:
    pilot(office)
    typed = "authority=x&register=y&entry=z&_scheme=javascript&_anchor=a&q=焦化"
    pages = {path: office.visit("province").get(f"{path}?{typed}") for path in (PILOTS, f"/public{PILOTS}", "/cases")}
    links = [link for page in pages.values() for link in re.findall(r'href="([^"]*q=[^"]*)"', page.text)]

    assert [page.status_code for page in pages.values()] == [200, 200, 200]
    assert f"/public{PILOTS}.csv" in {link.partition("?")[0] for link in links}
    assert [link for link in links if not link.startswith("/")] == []


def test_whoever_takes_the_whole_register_again_and_again_waits(office: World) -> None:
    pilot(office)
    visitor, other = Visitor(office.app, "192.0.2.7"), Visitor(office.app, "192.0.2.8")
    answers = [visitor.get(f"/public{PILOTS}.csv") for _ in range(throttle.RULES["open_data"].free + 1)]

    assert [answer.status_code for answer in answers[:-1]] == [200] * throttle.RULES["open_data"].free
    assert (answers[-1].status_code, int(answers[-1].headers["Retry-After"]) > 0) == (429, True)
    assert other.get(f"/public{PILOTS}.csv").status_code == 200


def test_whoever_reads_it_inside_finds_and_takes_the_internal_values(office: World, tmp_path: Path) -> None:
    pilot(office, unit__production_address=SECRET)
    reader = office.visit("province")
    shown = words_of(reader.get(f"{PILOTS}?q={quote(SECRET)}"))
    path = tmp_path / "taken.xlsx"
    path.write_bytes(BytesIO(reader.get(f"{PILOTS}.xlsx").data).getvalue())
    (sheet,) = sheets.read(path)

    assert ("示例焦化1有限公司" in shown, SECRET in shown) == (True, True)
    assert any(SECRET in row for row in sheet.rows)


def test_a_bureau_reads_its_own_entries_and_an_applicant_no_page_for_offices(office: World) -> None:
    case_id = pilot(office)
    with office.database.read() as tx:
        row = register_book.newest(tx, case_id, "pilots")
    assert row is not None

    pages = [PILOTS, f"{PILOTS}/{row['entry_id']}"]
    seen = {
        login: [(answer.status_code, row["number"] in answer.text) for answer in map(office.visit(login).get, pages)]
        for login in ("taiyuan", "datong", "unit-1")
    }

    assert seen == {
        "taiyuan": [(200, True), (200, True)],
        "datong": [(200, False), (404, False)],
        "unit-1": [(404, False), (404, False)],
    }


def test_the_entry_page_of_an_office_tells_the_history_with_reasons_and_what_was_corrected(office: World) -> None:
    case_id = pilot(office)
    office.do(
        "unit-1", case_id, "change_unit", unit_name="示例焦化更名公司", leader="新负责人", proof="proof.pdf", reasons="公司更名",
    )  # fmt: skip
    office.sign(case_id, "taiyuan", "province")
    quit_pilot(office, case_id)
    with office.database.read() as tx:
        row = register_book.newest(tx, case_id, "pilots")
    assert row is not None

    page = words_of(office.visit("province").get(f"{PILOTS}/{row['entry_id']}"))
    parts = (
        "示例焦化1有限公司 → 示例焦化更名公司",
        "公司更名",
        "产品停产内情",
        "变更记录完整",
        "示例焦化更名公司 列入时：示例焦化1有限公司 试点类别",
    )

    assert [part for part in parts if part not in page] == []


def test_a_number_is_verified_with_any_brackets_and_with_the_right_holder_only(office: World) -> None:
    case_id = pilot(office)
    own = number(office, case_id)
    visitor, plain = Visitor(office.app), own.replace("〔", "[").replace("〕", "]")
    holder = quote("示例焦化1有限公司")
    asked = [
        f"number={quote(plain)}",
        f"number={quote(own)}&holder={holder}",
        f"number={quote(own)}&holder=x",
        "number=1",
    ]
    said = [words_of(visitor.get(f"/public/verify?{one}")) for one in asked]

    assert ["目前有效" in one for one in said] == [True, True, False, False]
    assert ["没有查到" in one for one in said] == [False, False, True, True]


def test_an_entry_that_ended_is_verified_as_holding_no_longer(office: World) -> None:
    case_id = pilot(office)
    quit_pilot(office, case_id)

    assert "不再有效" in words_of(Visitor(office.app).get(f"/public/verify?number={quote(number(office, case_id))}"))


def test_the_data_say_what_the_page_says(office: World) -> None:
    case_id = pilot(office)
    visitor = Visitor(office.app)
    told = json.loads(visitor.get(f"/public{PILOTS}.json").text)
    lines = list(csv.reader(StringIO(visitor.get(f"/public{PILOTS}.csv").text.removeprefix("\ufeff"))))
    (entry,) = told["entries"]

    assert (entry["number"], entry["status"], entry["holder"]) == (
        number(office, case_id),
        "valid",
        "示例焦化1有限公司",
    )
    assert sorted(entry["values"]) == ["category", "product", "region"]
    assert lines[1][:3] == [number(office, case_id), "示例焦化1有限公司", "试点中"]
    assert entry["issued_on"] == clock.today().isoformat()


def test_the_published_list_leads_to_the_entry(office: World) -> None:
    case_id = pilot(office)
    page = Visitor(office.app).get(f"/lists/published/{case_id}").text

    assert f'href="/public{PILOTS}/{quote(number(office, case_id))}"' in page


@pytest.mark.parametrize(
    "path", ["/public/registers/shanxi/none", "/public/registers/none/pilots", f"/public{PILOTS}/0"]
)
def test_what_is_not_public_is_not_there(office: World, path: str) -> None:
    assert Visitor(office.app).get(path).status_code == 404


def test_a_full_public_page_stays_small(office: World) -> None:
    for at in range(1, 22):
        pilot(office, at)
    answer = Visitor(office.app).get(f"/public{PILOTS}")

    assert answer.text.count("晋试点〔") == 20
    assert len(answer.data) < 50_000


def test_a_bureau_does_not_read_in_a_register_why_the_department_acted(
    sqlite_database: Database, settings: Settings
) -> None:
    north = build(sqlite_database, settings)
    app = create_app(north.database, settings, north.ground)
    department, bureau = north.person("provincial", "office"), north.person("municipal", "bureau")
    case_id = granted(north, department)
    north.do(department, case_id, "suspend", why="举报核查属实")
    path = f"/registers/north/certificates/{standing(north, case_id)['entry_id']}"
    texts = [words_of(visit(app, north, who).get(path)) for who in (department, bureau)]

    assert ["举报核查属实" in text for text in texts] == [True, False]
    assert ["已暂停" in text or "暂停" in text for text in texts] == [True, True]
    with north.database.read() as tx:
        logged = tx.execute(sa.select(read_log.c.person_id, read_log.c.what).where(read_log.c.what.like("register%")))
        assert [row.person_id for row in logged] == [department.person_id, bureau.person_id]
