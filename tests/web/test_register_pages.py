"""The page of an entry: headed, grouped, with who stands for each figure; on paper too, and with the body's own file."""

from __future__ import annotations

import csv
import json
import threading
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser
from pypdf import PdfReader
from werkzeug.serving import make_server

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import ground as grounds
from caseflow.cases import register_book
from caseflow.cases.register_models import register_standing
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.rights import Actor
from caseflow.records import files
from caseflow.workflow.reader import read
from tests.cases.changed import file_of
from tests.cases.world import World, build
from tests.printing import printing_home, squeezed, text_of
from tests.web.conftest import Visitor, words_of
from tests.web.test_beside import visit
from tests.web.test_desk_browser import chromium, faults

__all__ = ["chromium", "printing_home"]

MARKS, NUMBER = "/registers/north/certified", "CFP/2026-0001"
OPEN = f"/public{MARKS}/{NUMBER}"
TOY = read(Path(__file__).with_name("toy-registration.yaml"), vocabulary=vocabulary())
SAID = {
    "product": "铅酸蓄电池", "model": "6-QW-60", "maker": "甲焦化厂 示例市示例路1号", "footprint": "61.25", "per": "1只，额定容量60 Ah",
    "boundary": "从摇篮到大门", "period": "2025年1月1日至2025年12月31日", "recomputed": "61.31", "electricity": "12.5",
    "rule": "示例实施规则（第2版）", "body": "示例认证中心", "remark": "仅供内部甲乙丙",
}  # fmt: skip


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    made = build(sqlite_database, settings)
    with made.database.write() as tx:
        grounds.publish(tx, [TOY])
    return made


@pytest.fixture
def department(world: World) -> Actor:
    return world.person("provincial", "office")


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


def entered(world: World, who: Actor, number: str = NUMBER, **said: Any) -> int:
    """A case that stands in the register, with the files of the body."""
    case_id = world.open(world.person("applicant", "plant"), "toy-registration")
    world.do(world.person("applicant", "plant"), case_id, "file")
    given = {name: file_of(world, case_id, who, f"{name}张三.pdf") for name in ("certificate", "report", "minutes")}
    world.do(who, case_id, "enter", number=number, **{**SAID, **given, **said})
    return case_id


def row_of(world: World, case_id: int) -> dict[str, Any]:
    with world.database.read() as tx:
        found = register_book.newest(tx, case_id, "certified")
    assert found is not None

    return found


def test_the_page_is_headed_says_what_it_is_not_and_groups_what_it_tells(
    world: World, department: Actor, app: Flask
) -> None:
    entered(world, department)
    page = words_of(Visitor(app).get(OPEN))
    wanted = (
        "认证信息登记页", "本页为登记信息，不是认证证书", f"编号 {NUMBER}",
        "碳足迹数值 61.25 kgCO₂e 声明单位：1只，额定容量60 Ah 经认证机构核查",
        "产品 产品名称 铅酸蓄电池 型号规格 6-QW-60", "平台复算值 61.31 kgCO₂e 平台复算", "单位产品用电量 12.5 kWh/t 企业自行申报",
        "目前状态 有效", "列入时状态 有效", "登记内容与目前一致", "数值由谁负责", "未经核查",
    )  # fmt: skip

    assert [one for one in wanted if one not in page] == []
    assert page.index("系统边界") < page.index("认证依据与机构") < page.index("登记与有效期")
    assert "内部" not in page


def test_the_office_in_charge_is_that_of_the_procedure_and_no_bureau_of_the_authority(
    world: World, department: Actor, app: Flask
) -> None:
    entered(world, department)
    visitor = Visitor(app)
    listing, page = visitor.get(f"/public{MARKS}"), words_of(visitor.get(OPEN))
    (row,) = csv.DictReader(StringIO(visitor.get(f"/public{MARKS}.csv").data.decode("utf-8-sig")))

    assert "主管部门 示例市场监督管理局" in page
    assert "示例市场监督管理局 · 依据" in page
    assert (row["主管部门"], 'name="prefecture"' in listing.text) == ("示例市场监督管理局", False)


def test_a_page_tells_the_status_and_the_figure_of_the_day_of_issue_beside_those_of_today(
    world: World, department: Actor, app: Flask
) -> None:
    case_id = entered(world, department)
    world.do(department, case_id, "correct", footprint="60.9")
    world.do(department, case_id, "suspend")
    page = words_of(Visitor(app).get(OPEN))

    assert ("目前状态 暂停" in page, "列入时状态 有效" in page) == (True, True)
    assert ("60.9 kgCO₂e" in page, "列入时：61.25 kgCO₂e" in page, "此后有更正" in page) == (True, True, True)


def test_an_entry_whose_last_day_is_over_has_its_status_since_the_day_after(
    world: World, department: Actor, app: Flask
) -> None:
    case_id = entered(world, department)
    last = clock.today() - timedelta(days=3)
    with world.database.write() as tx:
        tx.execute(register_standing.update().where(register_standing.c.case_id == case_id).values(valid_until=last))
    page = words_of(Visitor(app).get(OPEN))
    day = last + timedelta(days=1)

    assert f"目前状态 有效期届满 状态日期 {day.year}年{day.month}月{day.day}日" in page


def test_verifying_a_number_shows_the_same_page(world: World, department: Actor, app: Flask) -> None:
    entered(world, department)
    visitor = Visitor(app)
    page = words_of(visitor.get(f"/public/verify?number={quote(NUMBER)}"))
    wanted = ("目前有效", "认证信息登记页", "本页为登记信息，不是认证证书", "61.25 kgCO₂e", "经认证机构核查")

    assert [one for one in wanted if one not in page] == []
    assert "没有查到" in words_of(visitor.get("/public/verify?number=CFP-9"))


def test_the_public_has_the_bodys_file_under_the_number_and_no_other(
    world: World, department: Actor, app: Flask
) -> None:
    case_id = entered(world, department)
    visitor = Visitor(app)
    link = f"{OPEN}/files/certificate"
    answer = visitor.get(link)
    others = [visitor.get(f"{OPEN}/files/{one}").status_code for one in ("report", "minutes", "product", "none")]
    page = visitor.get(OPEN).text

    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.4 sample", "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert others == [404, 404, 404, 404]
    assert ("张三" in page, "张三" in answer.headers["Content-Disposition"], f'href="{link}"' in page) == (
        False, False, True,
    )  # fmt: skip
    with world.database.write() as tx:
        files.purge(tx, row_of(world, case_id)["values"]["certificate"]["file"], "privacy")
    assert (visitor.get(link).status_code, "已按规定清除" in visitor.get(OPEN).text) == (404, True)


def test_an_office_has_the_files_that_are_not_hidden_from_its_role(world: World, department: Actor, app: Flask) -> None:
    case_id = entered(world, department)
    page = f"{MARKS}/{row_of(world, case_id)['entry_id']}"
    bureau, elsewhere = world.person("municipal", "bureau"), world.person("municipal", "elsewhere")
    seen = {
        (who.organisation_id, name): visit(app, world, who).get(f"{page}/files/{name}").status_code
        for who in (department, bureau, elsewhere)
        for name in ("report", "minutes")
    }
    words = words_of(visit(app, world, department).get(page))

    assert list(seen.values()) == [200, 404, 200, 200, 404, 404]
    assert ("仅供内部甲乙丙" in words, "内部备注 (内部)" in words, "评审记录" in words) == (True, True, False)


def test_the_data_name_who_stands_for_a_figure_and_where_a_file_is(world: World, department: Actor, app: Flask) -> None:
    entered(world, department)
    visitor = Visitor(app)
    told = json.loads(visitor.get(f"/public{MARKS}.json").text)
    lines = list(csv.DictReader(StringIO(visitor.get(f"/public{MARKS}.csv").text.removeprefix("\ufeff"))))
    vouched = {one["id"]: one["vouched"] for one in told["fields"]}
    values = told["entries"][0]["values"]

    assert (vouched["footprint"], vouched["recomputed"], vouched["product"]) == ("verified", "recomputed", None)
    assert values["footprint"]["value"] == "61.25"
    assert sorted(values["certificate"]) == ["en", "url", "value", "zh"]
    assert visitor.get(values["certificate"]["url"]).status_code == 200
    assert (lines[0]["碳足迹数值 (kgCO2e)"], lines[0]["碳足迹数值（由谁负责）"]) == ("61.25", "经认证机构核查")


def test_two_characters_of_enterprise_product_body_or_number_find_an_entry(
    world: World, department: Actor, app: Flask
) -> None:
    entered(world, department)
    entered(world, department, "XY-7", product="玻璃瓶", body="示例认证社", footprint="3.1", maker="乙")
    visitor, narrowed = Visitor(app), f"&year={clock.today().year}&status=valid"
    words = ("电池", "中心", "2026-0001", "61.25", "甲焦")
    of_all = [visitor.get(f"/public/registers?q={quote(word)}").text for word in words]
    of_one = [visitor.get(f"/public{MARKS}?q={quote(word)}{narrowed}").text for word in words]

    assert [NUMBER in page for page in (*of_all, *of_one)] == [True] * 10
    assert ["XY-7" in page for page in (*of_all, *of_one)] == [False, False, False, False, True] * 2  # one holder
    assert NUMBER not in visitor.get(f"/public{MARKS}?q={quote('电池')}&status=suspended").text


def test_nothing_internal_is_found_shown_or_printed(
    world: World, department: Actor, app: Flask, printing_home: Path
) -> None:
    entered(world, department)
    with_fonts(world, printing_home)
    visitor = Visitor(app)
    paths = [OPEN, f"/public{MARKS}.json", f"/public{MARKS}.csv", f"/public/verify?number={quote(NUMBER)}"]
    texts = [visitor.get(path).text for path in paths] + [text_of(visitor.get(f"{OPEN}.pdf").data)]

    assert [one for one in texts if "甲乙丙" in one or "核查报告" in one] == []
    assert visitor.get(f"/public{MARKS}.json?q={quote('乙丙')}").json["total"] == 0


def with_fonts(world: World, printing_home: Path) -> None:
    world.settings.home.mkdir(parents=True, exist_ok=True)
    fonts = world.settings.home / "fonts"
    if not fonts.exists():
        fonts.symlink_to(printing_home / "fonts")


def test_the_paper_says_what_the_page_says_and_is_made_once_for_each_state(
    world: World, department: Actor, app: Flask, printing_home: Path
) -> None:
    case_id = entered(world, department)
    with_fonts(world, printing_home)
    visitor, kept = Visitor(app), world.settings.home / "register-pages"
    answer = visitor.get(f"{OPEN}.pdf")
    (made,) = kept.iterdir()
    again = visitor.get(f"{OPEN}.pdf")
    words = squeezed(text_of(answer.data))
    (page, *_) = PdfReader(BytesIO(answer.data)).pages
    wanted = (
        "认证信息登记页", "本页为登记信息，不是认证证书", "61.25kgCO₂e", "经认证机构核查", "平台复算", "企业自行申报",
        "从摇篮到大门", "示例认证中心", "扫码查看目前状态", "http://localhost/public/registers/north/certified/CFP/2026-0001",
    )  # fmt: skip

    assert [one for one in wanted if squeezed(one) not in words] == []
    assert len(list(page.images)) == 1  # the way to the page
    assert again.data == answer.data
    world.do(department, case_id, "suspend")
    later = visitor.get(f"{OPEN}.pdf")
    (now,) = kept.iterdir()
    assert (later.data == answer.data, now == made) == (False, False)
    assert "暂停" in text_of(later.data)


def test_what_the_public_may_not_read_has_no_paper(world: World, department: Actor, app: Flask) -> None:
    case_id = entered(world, department)
    world.do(department, case_id, "cancel")
    past = clock.today() - timedelta(days=1)
    with world.database.write() as tx:
        tx.execute(register_standing.update().where(register_standing.c.case_id == case_id).values(shown_until=past))
    visitor = Visitor(app)
    paths = [
        OPEN, f"{OPEN}.pdf", f"{OPEN}/files/certificate", f"/public{MARKS}/0.pdf", "/public/registers/north/none/1.pdf",
    ]  # fmt: skip

    assert [visitor.get(path).status_code for path in paths] == [404] * len(paths)


@pytest.mark.browser
def test_axe_finds_nothing_on_the_pages_of_a_register_at_any_width(
    world: World, department: Actor, app: Flask, chromium: Browser
) -> None:
    case_id = entered(world, department)
    world.do(department, case_id, "correct", footprint="60.9")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(locale="zh-CN", base_url=f"http://127.0.0.1:{server.port}")
    page = context.new_page()
    addresses = (OPEN, f"/public{MARKS}", f"/public/verify?number={NUMBER}", "/public/registers?q=电池")
    found = [fault for address in addresses for fault in faults(page, address)]
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()

    assert found == []
