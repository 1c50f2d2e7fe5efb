"""What the bureau does in the browser, and what every office does alike."""

from __future__ import annotations

import re
from io import BytesIO

from playwright.sync_api import Page
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.journey import filing, offices
from tests.journey.drive import Stage, fill, follow, press
from tests.journey.scenes_applicant import send_signed

STAMP = "请写明2026年、2027年两个阶段各自的目标。"


def the_bureau_returns_it_once_and_it_comes_back(on: Stage, case: int) -> None:
    officer = on.person("linfen.officer")
    officer.goto("/desk")
    on.look(officer, "desk", narrow=True)
    follow(officer, filing.UNIT)
    on.look(officer, "case-waiting")
    press(officer, "签收")
    on.look(officer, "act-done")
    officer.goto(f"/cases/{case}/review?pane=footprint")
    on.look(officer, "review-footprint")
    accept_a_finding(on, officer, case)
    answer_findings(officer, case)
    officer.goto(f"/cases/{case}/review?act=municipal_return")
    beside = officer.locator("#product-goal")
    beside.locator("summary", has_text="补正意见").click()
    beside.locator("textarea").fill(STAMP)
    on.look(officer, "review-return")
    press(officer, "退回补正")

    page = on.person(filing.LOGIN)
    page.goto(f"/cases/{case}")
    on.look(page, "correction", narrow=True)
    page.goto(f"/cases/{case}/dossier/product")
    on.look(page, "correction-section", narrow=True)
    assert (page.locator("textarea").count(), STAMP in page.locator("main").inner_text()) == (1, True)
    fill(page, {"goal": "2026年底前完成数据采集；2027年6月底前完成核算和标准编制。"})
    press(page, "保存并")
    send_signed(on, page, case, "提交补正")


def accept_a_finding(on: Stage, page: Page, case: int) -> None:
    """On the page of the recomputation, with its pictures; then the line that the finding names."""
    page.goto(f"/cases/{case}/footprint/review")
    on.look(page, "footprint-review", narrow=True)
    asked = page.locator("li.fp-finding", has=page.locator("form")).first
    asked.locator("summary").first.click()
    asked.locator("textarea").fill("已与申报单位核实，偏差原因为2024年因子更新。")
    with page.expect_navigation(wait_until="load"):
        asked.locator("form button").click()
    on.look(page, "footprint-accepted")
    page.locator("#lines a").first.click()
    page.wait_for_load_state()
    on.look(page, "footprint-line", narrow=True)


def answer_findings(page: Page, case: int) -> None:
    page.goto(f"/cases/{case}")
    while (waiting := page.locator("li.finding.open textarea")).count():
        waiting.first.fill("已与申报单位核实，偏差原因为2024年因子更新。")
        page.locator("li.finding.open button").first.click()
        page.wait_for_load_state()


def the_bureau_recommends_it_with_two_signatures(on: Stage, case: int) -> None:
    officer = on.person("linfen.officer")
    answer_findings(officer, case)
    officer.goto(f"/cases/{case}/review?act=recommend")
    fill(officer, offices.recommendation())
    on.look(officer, "review-recommend")
    press(officer, "推荐（送审签）")
    on.look(officer, "proposed")
    for login in ("linfen.head", "linfen.leader"):
        sign(on, login, case)
    officer.goto(f"/cases/{case}")
    on.look(officer, "recommended")


def sign(on: Stage, login: str, case: int) -> None:
    page = on.signed_in(login)
    page.goto("/desk")
    page.goto(f"/cases/{case}")
    fill(page, {"opinion": "同意。"})
    on.look(page, f"signing-{login}")
    press(page, "同意签署")


def the_bureau_sends_its_round(on: Stage, case: int) -> None:
    officer = on.person("linfen.officer")
    officer.goto("/collective")
    on.look(officer, "collective")
    host = open_host(on, officer, "municipal-submission")
    press(officer, "纳入")
    officer.goto(f"/cases/{host}")
    on.look(officer, "submission")
    annex_1(officer, host)
    press(officer, "提交审签")
    for login in ("linfen.head", "linfen.leader"):
        sign(on, login, host)
    officer.goto(f"/cases/{host}/acts/submit")
    fill(officer, offices.sealed())
    on.look(officer, "submission-sealed")
    press(officer, "报送")
    on.look(officer, "submission-sent")


def open_host(on: Stage, page: Page, workflow: str) -> int:
    page.goto(f"/collective/{workflow}/new")
    fill(page, {"round": on.site.round_id})
    press(page, "建立")
    return int(re.findall(r"/cases/(\d+)", page.url)[0])


def annex_1(page: Page, host: int) -> None:
    """Annex 1 as PDF and as workbook holds the case with its contact, as the notice prints it."""
    printed = page.request.get(f"/cases/{host}/tables/annex_1.pdf")
    text = re.sub(r"\s+", "", "".join(one.extract_text() for one in PdfReader(BytesIO(printed.body())).pages))
    book = page.request.get(f"/cases/{host}/tables/annex_1.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(book.body())).get_sheet_by_index(0).to_python()
    cells = [str(cell) for row in rows for cell in row]

    expected = ["拟申报产品碳足迹管理体系试点汇总表", filing.UNIT, filing.PRODUCT, filing.CONTACT]
    assert [one in text for one in expected] == [True] * 4
    assert [any(one in cell for cell in cells) for one in expected] == [True] * 4
