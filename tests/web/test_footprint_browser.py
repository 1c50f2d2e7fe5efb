"""The activity data in a real browser: rows by keys, rows from a spreadsheet, a factor found while typing, live figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from caseflow.footprint.study import read
from caseflow.studies import store
from tests.footprint.published import line, study
from tests.web import applicant_world as applying
from tests.web import footprint_editing as world
from tests.web.browsing import chromium, faults
from tests.web.footprint_editing import EVERYTHING
from tests.web.office_world import World, office, seeded
from tests.web.test_desk_browser import Visit, visit

__all__ = ["chromium", "office", "seeded", "visit"]
pytestmark = pytest.mark.browser

MADE = "lines-manufacturing"


def opened(office: World, visit: Visit, data: object = None) -> tuple[Page, int]:
    login, _, case_id = applying.begun(office)
    if data is not None:
        with office.database.write() as tx:
            store.save_study(tx, case_id=case_id, study_=read(data), by=None)
    page = visit(login)
    page.goto(f"/cases/{case_id}/footprint")
    return page, case_id


def settled(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_contain_text("已保存", timeout=15000)


def declare(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[name=go][value=declare]").click()


def test_a_study_is_typed_by_keys_alone(office: World, visit: Visit) -> None:
    page, _ = opened(office, visit)
    page.focus(f"#{MADE}-0-name")
    page.keyboard.type("外购电力")
    page.keyboard.press("Tab")
    page.keyboard.type("100")
    page.focus(f"#{MADE}-0-factor")
    page.keyboard.type("qgdlpjtzj")
    option = page.locator(f"#{MADE}-0-factor + .options [role=option]").first
    expect(option).to_contain_text("全国电力平均碳足迹因子")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    unit = page.input_value(f"#{MADE}-0-unit")
    page.keyboard.press("Control+d")
    page.keyboard.press("Enter")
    page.keyboard.type("照明")
    settled(page)
    names = page.locator(f"[data-lines={MADE}] input[name$=-name]").evaluate_all("all => all.map((one) => one.value)")

    assert (unit, names) == ("kWh", ["外购电力", "外购电力", "照明"])


def test_the_figures_follow_what_is_typed(office: World, visit: Visit) -> None:
    page, _ = opened(office, visit, study(line()))
    page.fill("#lines-production-0-amount", "2000")
    page.press("#lines-production-0-amount", "Tab")
    expect(page.locator(".form-foot [data-live-total]")).to_have_text("1,155.4", timeout=15000)

    assert page.locator("tr[data-stage=production] [data-kg]").inner_text() == "1,155.4"
    assert page.locator("#lines-production-0 [data-kg]").inner_text() == "1,155.4"


def test_rows_of_a_spreadsheet_are_pasted_into_the_cells(office: World, visit: Visit) -> None:
    page, _ = opened(office, visit)
    page.focus(f"#{MADE}-0-name")
    page.evaluate(
        """([id, text]) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.getElementById(id).dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [f"{MADE}-0-name", "煤\t1,200\tt\n蒸汽\t3\tGJ\n电\t5\tkWh"],
    )
    settled(page)
    found = page.locator(f"[data-lines={MADE}] .amount input").evaluate_all("all => all.map((one) => one.value)")

    assert found == ["1200", "t", "3", "GJ", "5", "kWh"]


def test_unfolded_copied_moved_and_removed_nothing_is_lost(office: World, visit: Visit) -> None:
    page, case_id = opened(office, visit, EVERYTHING)
    for start in ("lines-production-0", "lines-raw_material-1"):
        page.locator(f"#{start} details > summary").click()
    expect(page.locator("#lines-raw_material-1-own_source")).to_have_value("供应商核算报告")
    page.locator("#lines-production-0 [data-do=copy]").click()
    copied = page.locator("[data-lines=lines-production] tbody.line").nth(1)
    expect(copied.locator("[name$=-name]")).to_have_value("外购电力")
    copied.locator("[data-do=down]").click()
    page.locator("[data-lines=lines-production] tbody.line").nth(2).locator("[data-do=remove]").click()
    declare(page)

    assert world.declared(office, case_id).hash == read(EVERYTHING).hash


def test_of_two_people_typing_none_loses_a_row(office: World, visit: Visit) -> None:
    page, _ = opened(office, visit, study(line()))
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("#lines-production-1-name", "同事的行")
    other.press("#lines-production-1-name", "Tab")
    settled(other)
    page.fill("#lines-production-0-name", "我的改动")
    page.press("#lines-production-0-name", "Tab")
    expect(page.locator(".conflict")).to_contain_text("同事的行")
    with page.expect_navigation():
        page.locator(".conflict button").last.click()

    assert page.input_value("#lines-production-1-name") == "同事的行"


def test_nothing_is_found_by_axe_and_nothing_is_wider_than_the_window(office: World, visit: Visit) -> None:
    page, case_id = opened(office, visit, EVERYTHING)
    addresses = (
        f"/cases/{case_id}/footprint?open=lines-production-0",
        f"/cases/{case_id}/footprint/what-if?percent-grid=10",
        "/footprint/factors?q=电力&unit=t",
    )

    assert [fault for address in addresses for fault in faults(page, address)] == []
