"""One drive through real pages in Chromium, from the registration of an enterprise to the published list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey import steps
from tests.journey.drive import Stage, chosen, fill, follow, press, stage
from tests.journey.pages import Upload
from tests.journey.world import DEPARTMENTS, Site, build

pytestmark = pytest.mark.browser

STAMP = "请写明2026年、2027年两个阶段各自的目标。"


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    return build(sqlite_database, settings)


def test_a_case_goes_from_registration_to_the_published_list_on_real_pages(site: Site, tmp_path: Path) -> None:
    with stage(site, tmp_path / "shots") as on:
        _the_enterprise_comes_in(on)
        case, code = _the_application_is_filled_in_and_submitted(on)
        _the_bureau_returns_it_once_and_it_comes_back(on, case)
        _the_bureau_recommends_it_with_two_signatures(on, case)
        _the_bureau_sends_its_round(on, case)
        _the_province_takes_it_in(on, case)
        _the_experts_score_it(on, case)
        _the_list_is_proposed_consulted_and_posted(on, case)
        _the_list_is_announced(on)
        _the_public_sees_it(on, code)

        assert on.faults == []


# --- the applicant ----------------------------------------------------------------------------------------------


def _the_enterprise_comes_in(on: Stage) -> None:
    page = on.person(steps.LOGIN)
    page.goto("/")
    on.look(page, "start", narrow=True)
    page.goto("/register")
    fill(page, {**steps.registration(on.site), "credit_code": steps.UNIT_CODE[:-1] + "0", "password_again": "x"})
    press(page, "提交注册")
    on.look(page, "register-errors", narrow=True)
    assert "错误：" in page.title()
    fill(page, {"credit_code": steps.UNIT_CODE, "password": steps.PASSWORD, "password_again": steps.PASSWORD})
    press(page, "提交注册")
    on.look(page, "sign-in")

    officer = on.signed_in("linfen.officer")
    officer.goto("/registrations")
    on.look(officer, "registrations")
    follow(officer, steps.UNIT)
    fill(officer, {"decision": "approve"})
    on.look(officer, "registration")
    press(officer, "提交核实意见")

    fill(page, {"login": steps.LOGIN, "password": steps.PASSWORD})
    press(page, "登录")
    on.look(page, "home", narrow=True)


def _the_application_is_filled_in_and_submitted(on: Stage) -> tuple[int, str]:
    page = on.person(steps.LOGIN)
    follow(page, "查看须知并开始")
    on.look(page, "before-you-start", narrow=True)
    fill(page, {"prefecture": on.site.ids["sx-linfen"]})
    press(page, "开始填报")
    case = int(re.findall(r"/cases/(\d+)", page.url)[0])
    on.look(page, "task-list", narrow=True)
    for name, answers in steps.DOSSIER.items():
        _section(on, page, case, name, answers)
    _footprint(on, page, case)
    page.goto(f"/cases/{case}")
    on.look(page, "task-list-done")
    page.goto(f"/cases/{case}/check")
    on.look(page, "check", narrow=True)
    _send_signed(on, page, case, "提交")
    on.look(page, "receipt", narrow=True)
    code = page.locator(".receipt-code .code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)
    return case, code


def _section(on: Stage, page: Page, case: int, name: str, answers: dict[str, Any]) -> None:
    page.goto(f"/cases/{case}/dossier/{name}")
    fill(page, answers)
    if name == "product":
        counter = page.locator('[data-count-of="introduction"]').inner_text()
        assert re.search(r"\d+/1000", counter), counter
    if name in steps.UPLOADS:
        field, file = steps.UPLOADS[name]
        box = page.locator(f'[data-upload="{field}"]')
        box.wait_for(state="visible")
        page.locator(f'input[type=file][name="{field}"]').set_input_files(chosen(steps.pdf(file)))
        box.get_by_role("link", name=file).wait_for()
    on.look(page, f"section-{name}", narrow=name in ("product", "plan"))
    press(page, "保存并")
    assert page.locator(".errors[role=alert]").count() == 0, page.locator(".errors").inner_text()


def _footprint(on: Stage, page: Page, case: int) -> None:
    page.goto(f"/cases/{case}/footprint")
    stages = page.locator("fieldset[data-rows]").evaluate_all("all => all.map((one) => one.dataset.rows)")
    making = next(one for one in stages if "manufacturing" in one or "production" in one)
    factor = page.locator('#factors option[value*="[cn-electricity-footprint-2024/mix"]').first.get_attribute("value")
    page.locator(f"#{stages[0]}-0-factor ~ details summary").click()
    fill(page, {
        "product": steps.PRODUCT, "unit_quantity": "1", "unit_unit": "t", "declared": steps.DECLARED,
        f"{stages[0]}-0-name": "洗精煤", f"{stages[0]}-0-amount": "1.33", f"{stages[0]}-0-unit": "t",
        f"{stages[0]}-0-own_value": "350", f"{stages[0]}-0-own_unit": "t",
        f"{stages[0]}-0-own_source": "供应商核算报告", f"{stages[0]}-0-own_year": "2025",
        f"{stages[0]}-0-data_source": "采购台账",
        f"{making}-0-name": "外购电力", f"{making}-0-amount": "120", f"{making}-0-unit": "kWh",
        f"{making}-0-factor": factor, f"{making}-0-data_source": "电费结算单", f"{making}-0-primary": True,
    })  # fmt: skip
    with page.expect_navigation():
        page.locator("button[name=go][value=declare]").click()
    on.look(page, "footprint", narrow=True)
    assert page.locator("#result").count() == 1


def _send_signed(on: Stage, page: Page, case: int, button: str) -> None:
    """Make the form, take its PDF as if it had been signed and scanned, and hand it in with its code."""
    page.goto(f"/cases/{case}/check")
    press(page, "定稿生成申报表")
    made = page.request.get(f"/cases/{case}/form.pdf")
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(made.body())).pages)
    found = re.search(r"校验码\W*([0-9A-F]{4}-[0-9A-F]{4})", text)
    assert found, text[-300:]
    assert steps.CONTACT in text
    page.locator("input[type=file][name=sealed_form]").set_input_files(chosen(Upload("盖章件.pdf", made.body())))
    page.get_by_role("link", name="盖章件.pdf").wait_for()
    fill(page, {"sealed_form-revision_code": found[1], "no_state_secret": True})
    on.look(page, "signed-form")
    press(page, button)
    assert "/receipt" in page.url, page.locator(".errors").inner_text()


# --- the bureau -------------------------------------------------------------------------------------------------


def _the_bureau_returns_it_once_and_it_comes_back(on: Stage, case: int) -> None:
    officer = on.person("linfen.officer")
    officer.goto("/desk")
    on.look(officer, "desk", narrow=True)
    follow(officer, steps.UNIT)
    on.look(officer, "case-waiting")
    press(officer, "签收")
    on.look(officer, "act-done")
    officer.goto(f"/cases/{case}/review?pane=footprint")
    on.look(officer, "review-footprint")
    _answer_findings(officer, case)
    officer.goto(f"/cases/{case}/review?act=municipal_return")
    beside = officer.locator("#product-goal")
    beside.locator("summary", has_text="补正意见").click()
    beside.locator("textarea").fill(STAMP)
    on.look(officer, "review-return")
    press(officer, "退回补正")

    page = on.person(steps.LOGIN)
    page.goto(f"/cases/{case}")
    on.look(page, "correction", narrow=True)
    page.goto(f"/cases/{case}/dossier/product")
    on.look(page, "correction-section", narrow=True)
    assert (page.locator("textarea").count(), STAMP in page.locator("main").inner_text()) == (1, True)
    fill(page, {"goal": "2026年底前完成数据采集；2027年6月底前完成核算和标准编制。"})
    press(page, "保存并")
    _send_signed(on, page, case, "提交补正")


def _answer_findings(page: Page, case: int) -> None:
    page.goto(f"/cases/{case}")
    while (waiting := page.locator("li.finding.open textarea")).count():
        waiting.first.fill("已与申报单位核实，偏差原因为2024年因子更新。")
        page.locator("li.finding.open button").first.click()
        page.wait_for_load_state()


def _the_bureau_recommends_it_with_two_signatures(on: Stage, case: int) -> None:
    officer = on.person("linfen.officer")
    _answer_findings(officer, case)
    officer.goto(f"/cases/{case}/review?act=recommend")
    fill(officer, steps.recommendation())
    on.look(officer, "review-recommend")
    press(officer, "推荐（送审签）")
    on.look(officer, "proposed")
    for login in ("linfen.head", "linfen.leader"):
        _sign(on, login, case)
    officer.goto(f"/cases/{case}")
    on.look(officer, "recommended")


def _sign(on: Stage, login: str, case: int) -> None:
    page = on.signed_in(login)
    page.goto("/desk")
    page.goto(f"/cases/{case}")
    fill(page, {"opinion": "同意。"})
    on.look(page, f"signing-{login}")
    press(page, "同意签署")


def _the_bureau_sends_its_round(on: Stage, case: int) -> None:
    officer = on.person("linfen.officer")
    officer.goto("/collective")
    on.look(officer, "collective")
    host = _open(on, officer, "municipal-submission")
    press(officer, "纳入")
    officer.goto(f"/cases/{host}")
    on.look(officer, "submission")
    _annex_1(officer, host)
    press(officer, "提交审签")
    for login in ("linfen.head", "linfen.leader"):
        _sign(on, login, host)
    officer.goto(f"/cases/{host}/acts/submit")
    fill(officer, steps.sealed())
    on.look(officer, "submission-sealed")
    press(officer, "报送")
    on.look(officer, "submission-sent")


def _open(on: Stage, page: Page, workflow: str) -> int:
    page.goto(f"/collective/{workflow}/new")
    fill(page, {"round": on.site.round_id})
    press(page, "建立")
    return int(re.findall(r"/cases/(\d+)", page.url)[0])


def _annex_1(page: Page, host: int) -> None:
    """Annex 1 as PDF and as workbook holds the case with its contact, as the notice prints it."""
    printed = page.request.get(f"/cases/{host}/tables/annex_1.pdf")
    text = re.sub(r"\s+", "", "".join(one.extract_text() for one in PdfReader(BytesIO(printed.body())).pages))
    book = page.request.get(f"/cases/{host}/tables/annex_1.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(book.body())).get_sheet_by_index(0).to_python()
    cells = [str(cell) for row in rows for cell in row]

    expected = ["拟申报产品碳足迹管理体系试点汇总表", steps.UNIT, steps.PRODUCT, steps.CONTACT]
    assert [one in text for one in expected] == [True] * 4
    assert [any(one in cell for cell in cells) for one in expected] == [True] * 4


# --- the province -----------------------------------------------------------------------------------------------


def _the_province_takes_it_in(on: Stage, case: int) -> None:
    officer = on.signed_in("province.officer")
    officer.goto("/desk")
    on.look(officer, "province-desk")
    officer.locator("main").get_by_role("link", name=re.compile("临汾市生态环境局")).first.click()
    officer.wait_for_load_state()
    on.look(officer, "province-submission")
    press(officer, "签收")
    _answer_findings(officer, case)
    officer.goto(f"/cases/{case}/review?act=pass")
    fill(officer, {"product_class": "coke", "priority": "product", "consistent": True})
    on.look(officer, "formal-check")
    press(officer, "通过（送审签）")
    _sign(on, "province.head", case)
    officer.goto(f"/cases/{case}?part=papers")
    on.look(officer, "case-papers")
    officer.goto(f"/cases/{case}?part=diagram")
    on.look(officer, "case-diagram")


def _the_experts_score_it(on: Stage, case: int) -> None:
    site, officer = on.site, on.person("province.officer")
    meeting = _open(on, officer, "review-meeting")
    press(officer, "编入")
    officer.goto(f"/cases/{meeting}/acts/seat")
    experts = [site.people[f"expert{number}"] for number in range(1, 10)]
    fill(officer, {"experts": experts, "supervisors": "演示监督一、演示监督二"})
    fill(officer, {f"experts-{person}-position": at for at, person in enumerate(experts, 1)})
    on.look(officer, "meeting-seat")
    press(officer, "确定专家")
    officer.goto(f"/cases/{meeting}/acts/notify_experts")
    fill(officer, {"held_on": site.today.isoformat(), "held_at": "9:30", "place": "第一会议室"})
    press(officer, "发出会议通知")

    for number in range(2, 8):
        steps.pledge(site, meeting, number)
    chair = on.signed_in("expert1")
    on.look(chair, "expert-desk")
    chair.goto(f"/cases/{meeting}/panel")
    on.look(chair, "expert-pledges", narrow=True)
    follow(chair, "签署承诺书、申报回避")
    fill(chair, {"secrecy": True, "integrity": True})
    on.look(chair, "expert-declare")
    press(chair, "签署承诺书、申报回避")

    officer.goto(f"/cases/{meeting}/acts/convene")
    fill(officer, {"present": experts[:7]})
    press(officer, "召开")
    for number, mark in zip(range(2, 8), (19, 20, 21, 22, 23, 24), strict=True):
        steps.score(site, meeting, number, case, mark)
    chair.goto(f"/cases/{meeting}/panel/{case}")
    assert "76" not in chair.locator("main").inner_text(), "another expert's total shows before the own score"
    fill(chair, steps.sheet(21))
    on.look(chair, "expert-sheet")
    assert chair.locator("[data-score-total]").inner_text() == "84"
    press(chair, "评分")
    chair.goto(f"/cases/{meeting}/panel/{case}")
    on.look(chair, "expert-scored")

    officer.goto(f"/cases/{meeting}")
    on.look(officer, "meeting-scored")
    press(officer, "汇总评分")
    officer.goto(f"/cases/{meeting}/ranking")
    on.look(officer, "ranking")
    chair.goto(f"/cases/{meeting}/acts/sign_opinion")
    opinion = {f"opinions-{case}-opinion": "特色鲜明，建议列入试点。", "signed_on": site.today.isoformat()}
    fill(chair, {**opinion, "signed_file": steps.pdf("专家组评审意见.pdf")})
    on.look(chair, "panel-opinion")
    press(chair, "签署专家组意见")
    officer.goto(f"/cases/{meeting}")
    press(officer, "办结")
    officer.goto(f"/cases/{case}")
    on.look(officer, "case-proposal")


def _the_list_is_proposed_consulted_and_posted(on: Stage, case: int) -> None:
    site, officer = on.site, on.person("province.officer")
    host = _open(on, officer, "pilot-list")
    press(officer, "纳入")
    officer.goto(f"/cases/{host}/acts/propose")
    fill(officer, {f"results-{case}-result": "selected", f"results-{case}-reason": "同类得分第一，数据基础好。"})
    on.look(officer, "list-propose")
    press(officer, "提建议名单（送审签）")
    for login in ("province.head", "province.leader"):
        _sign(on, login, host)

    steps.consult(site, host, *DEPARTMENTS[1:])
    department = on.signed_in(f"{DEPARTMENTS[0]}.officer")
    department.goto(f"/cases/{host}/acts/give_opinion")
    fill(department, {"stance": "agree_with_remarks"})
    department.locator('[name="remarks"]').wait_for(state="visible")
    fill(department, {"remarks": "建议加强与重点项目衔接。"})
    on.look(department, "department-opinion")
    press(department, "回复意见")
    officer.goto(f"/cases/{host}")
    on.look(officer, "list-opinions")
    press(officer, "提请会议审议")
    officer.goto(f"/cases/{host}/acts/decide")
    minutes = {"held_on": site.today.isoformat(), "kind": "office_meeting", "minutes_number": "〔2026〕6次"}
    fill(officer, {**minutes, "minutes_file": steps.pdf("会议纪要.pdf")})
    press(officer, "登记会议纪要")
    officer.goto(f"/cases/{host}/acts/post")
    fill(officer, steps.posting(site.today))
    on.look(officer, "list-post")
    press(officer, "登记公示发布")
    officer.goto(f"/cases/{host}")
    on.look(officer, "list-publicity")
    officer.goto("/quota")
    on.look(officer, "quota-board")
    officer.goto("/rounds")
    follow(officer, "2026年第一批")
    on.look(officer, "round")
    visitor = on.person("visitor")
    visitor.goto("/lists/publicity")
    on.look(visitor, "public-publicity", narrow=True)
    assert steps.UNIT in visitor.locator("main").inner_text()


def _the_list_is_announced(on: Stage) -> None:
    on.site.wait_until(date(2026, 6, 8) + timedelta(days=1))
    on.pages.pop("province.officer").context.close()
    officer = on.signed_in("province.officer")
    officer.goto("/desk")
    on.look(officer, "desk-announce")
    officer.locator("main").get_by_role("link", name=re.compile("2026年第一批")).first.click()
    officer.wait_for_load_state()
    officer.goto(f"{officer.url.split('?')[0]}/acts/announce")
    fill(officer, steps.announcement(on.site.today))
    on.look(officer, "list-announce")
    press(officer, "登记文号并公布")
    on.look(officer, "announced")


def _the_public_sees_it(on: Stage, code: str) -> None:
    visitor = on.person("visitor")
    visitor.goto("/lists/published")
    on.look(visitor, "public-published", narrow=True)
    assert steps.UNIT in visitor.locator("main").inner_text()
    follow(visitor, steps.UNIT)
    on.look(visitor, "public-case")
    assert steps.CONTACT not in visitor.content()
    visitor.goto("/status")
    fill(visitor, {"code": code})
    press(visitor, "查询")
    on.look(visitor, "public-status", narrow=True)
    assert "实施中" in visitor.locator("main").inner_text()
    visitor.goto("/language/en?next=/lists/published")
    on.look(visitor, "public-published-english")
