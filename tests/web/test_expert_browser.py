"""The score sheet in a real browser: saved while typing, nothing lost between windows or without a network, keys, axe."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from caseflow.app import create_app
from caseflow.cases.panel_models import sheet_draft
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.models import session as sessions
from caseflow.records import files
from tests.cases.world import build
from tests.web.browsing import browsers, chromium, faults
from tests.web.sheets_world import Scoring, decided, filled, scoring

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

Visit = Callable[[], Page]


@pytest.fixture
def session(sqlite_database: Database, settings: Settings) -> Scoring:
    world = build(sqlite_database, settings)
    app = create_app(world.database, world.settings, world.ground)
    photo = io.BytesIO()
    Image.new("RGB", (60, 40), (0, 120, 0)).save(photo, "PNG")
    return scoring(world, app, [decided(world, "甲厂", photo=photo.getvalue(), kind="png"), decided(world, "乙厂")])


@pytest.fixture
def visit(session: Scoring, chromium: Browser) -> Iterator[Visit]:
    """A page of one browser in which the first expert is signed in."""
    with browsers(session.app, chromium) as opened:
        yield opened(session.visit(session.experts[0]).cookie()).new_page


def type_reason(page: Page, text: str) -> None:
    page.locator("#sheet-marks-feasible-reason").fill(text)
    page.locator("#sheet-marks-feasible-reason").blur()


def test_the_total_follows_the_marks_and_what_a_mark_means_is_set_off(session: Scoring, visit: Visit) -> None:
    page = visit()
    page.goto(session.sheet())
    for name, mark in (("distinctive", "4"), ("feasible", "7"), ("care", "5")):
        page.locator(f"#sheet-marks-{name}-mark").fill(mark)

    expect(page.locator("[data-score-total]")).to_have_text("5.8")
    expect(page.locator(".anchors .here dd")).to_have_text("没有特色")
    expect(page.locator("[data-below]")).to_be_visible()


def test_to_abstain_hides_the_marks_and_asks_for_the_reason(session: Scoring, visit: Visit) -> None:
    page = visit()
    page.goto(session.sheet())
    expect(page.locator("#sheet-why")).to_be_hidden()
    page.locator("[data-abstain]").check()

    expect(page.locator("#sheet-why")).to_be_visible()
    expect(page.locator("#sheet-marks-feasible-mark")).to_be_hidden()


def test_what_is_typed_is_saved_by_itself_and_stands_there_again(session: Scoring, visit: Visit) -> None:
    page = visit()
    page.goto(session.sheet())
    type_reason(page, "自动保存的理由")
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    page.goto(session.sheet())

    expect(page.locator("#sheet-marks-feasible-reason")).to_have_value("自动保存的理由")


def test_of_two_windows_the_later_shows_both_texts_and_both_stay(session: Scoring, visit: Visit) -> None:
    first, second = visit(), visit()
    for page in (first, second):
        page.goto(session.sheet())
    type_reason(first, "第一个窗口")
    expect(first.locator("[data-save-state]")).to_contain_text("已保存")
    type_reason(second, "第二个窗口")
    told = second.locator(".conflict")
    expect(told).to_contain_text("第一个窗口")
    expect(told).to_contain_text("第二个窗口")
    told.get_by_role("button", name="保留我的内容").click()
    expect(second.locator("[data-save-state]")).to_contain_text("已保存")
    with session.world.database.read() as tx:
        versions = list(tx.scalars(sa.select(sheet_draft.c.version)))

    assert versions == [1, 2]


def test_what_is_typed_without_a_network_or_after_the_session_ended_is_offered_again(
    session: Scoring, visit: Visit
) -> None:
    page = visit()
    page.goto(session.sheet())
    page.context.set_offline(True)
    type_reason(page, "断网时写的")
    expect(page.locator("[data-save-state]")).to_have_class("save-state bad")
    page.context.set_offline(False)
    with session.world.database.write() as tx:
        row = tx.execute(sa.select(sessions)).mappings().all()[-1]
        tx.execute(sessions.delete())
    type_reason(page, "断网和退出后写的")
    expect(page.locator("[data-save-state]")).to_contain_text("登录")
    with session.world.database.write() as tx:
        tx.execute(sessions.insert().values(**row))
    page.goto(session.sheet())
    page.get_by_role("button", name="恢复", exact=True).click()

    expect(page.locator("#sheet-marks-feasible-reason")).to_have_value("断网和退出后写的")


def test_keys_lead_from_case_to_case_and_save(session: Scoring, visit: Visit) -> None:
    page = visit()
    page.goto(session.sheet())
    page.keyboard.press("j")
    page.wait_for_url(f"**{session.sheet(1)}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{session.sheet()}")
    page.keyboard.press("s")
    page.wait_for_url("**done=draft_kept")

    expect(page.locator("main")).to_contain_text("已暂存")


def test_nothing_is_found_on_the_pages_of_an_expert(session: Scoring, visit: Visit) -> None:
    reader = session.visit(session.experts[0])
    session.type(reader, filled(4), 0)
    session.type(reader, filled(7), 1)
    with session.world.database.read() as tx:
        photo = next(row.id for row in files.of_case(tx, session.members[0]) if row.name.startswith("照片"))
    page = visit()
    addresses = (
        session.panel, session.sheet(), f"{session.sheet()}/versions", f"{session.sheet()}/files/{photo}",
        f"{session.panel}/practice/kiln", f"{session.panel}/offline",
    )  # fmt: skip
    page.route("**/files/*/view", lambda route: route.fulfill(status=204))

    assert [fault for address in addresses for fault in faults(page, address)] == []
