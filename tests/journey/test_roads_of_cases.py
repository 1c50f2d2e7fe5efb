"""Side roads of single cases on real pages: filed straight with the province, corrected with more time, many at once."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey import offices
from tests.journey.drive import Stage, chosen, fill, follow, press, stage
from tests.journey.pages import Upload
from tests.journey.prepared import MANAGEMENT, SERVICE, Prepared, enter, sign, told
from tests.journey.world import Site, build

pytestmark = pytest.mark.browser

UNIT = "云章示例双碳研究院"
DO = "对所选办件办理：推荐"
MORE_TIME = "须到外地补办能源计量器具检定证书。"


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    return build(sqlite_database, settings)


def form_code(page: Page, case: int) -> tuple[Upload, str]:
    """The printed form, as if signed and scanned, and the code in its footer."""
    made = page.request.get(f"/cases/{case}/form.pdf")
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(made.body())).pages)
    found = re.search(r"校验码\W*([0-9A-F]{4}-[0-9A-F]{4})", text)
    assert found, text[-300:]
    return Upload("盖章件.pdf", made.body()), found[1]


def sign_form(page: Page, scan: Upload, code: str) -> None:
    page.locator("input[type=file][name=sealed_form]").set_input_files(chosen(scan))
    fill(page, {"sealed_form-revision_code": code, "no_state_secret": True})


def test_a_service_pilot_is_filed_straight_with_the_province_and_copied_to_its_bureau_when_announced(
    site: Site, tmp_path: Path
) -> None:
    here = Prepared(site)
    here.unit("yunzhang", UNIT, "institution")
    case = here.drafted("yunzhang", SERVICE, UNIT)
    with stage(site, tmp_path / "shots") as on:
        page = enter(on, "yunzhang")
        page.goto(f"/cases/{case}/check")
        press(page, "定稿生成申报表")
        scan, code = form_code(page, case)
        page.goto(f"/cases/{case}")
        on.look(page, "service-ready", narrow=True)
        follow(page, "直接报送省厅")
        sign_form(page, scan, code)
        on.look(page, "service-direct", narrow=True)
        press(page, "直接报送省厅")
        page.goto(f"/cases/{case}")
        on.look(page, "service-sent")
        assert "省级审核中" in told(page)

        bureau = enter(on, "linfen.officer")
        bureau.goto("/cases")
        assert UNIT not in told(bureau), "a bureau sees what was filed past it"

        officer = enter(on, "province.officer")
        officer.goto("/desk")
        follow(officer, UNIT)
        on.look(officer, "service-intake")
        officer.goto(f"/cases/{case}/acts/return_to_bureau")
        fill(officer, {"note": "请初审。"})
        press(officer, "退回市局")
        assert "不能退回市局" in told(officer)
        on.look(officer, "service-not-returned")
        officer.goto(f"/cases/{case}/acts/pass")
        assert not officer.locator('[name="product_class"]').is_visible()
        fill(officer, {"consistent": True})
        press(officer, "通过（送审签）")
        sign(on, "province.head", case)
        assert here.state(case) == "awaiting_evaluation"

        here.reviewed(case)
        listing = here.proposed(case)
        here.consulted(listing)
        here.decided(listing)
        posting = {**offices.posting(site.today), "screenshot": "公示网页.pdf"}
        here.do("province.officer", listing, "post", **posting)
        site.wait_until(site.today + timedelta(days=8))
        here.do(
            "province.officer", listing, "announce",
            **{**offices.announcement(site.today), "signed_file": "名单通知.pdf"},
        )  # fmt: skip

        on.pages.pop("linfen.officer").context.close()
        bureau = enter(on, "linfen.officer")
        bureau.goto("/cases")
        follow(bureau, UNIT)
        on.look(bureau, "service-guided")
        assert "试点实施" in told(bureau)
        bureau.goto("/inbox")
        assert "现抄送你局" in told(bureau)
        visitor = on.person("visitor")
        visitor.goto("/lists/published")
        assert UNIT in told(visitor)

        assert on.faults == []


def test_a_correction_gets_more_time_and_one_more_field_and_comes_back(site: Site, tmp_path: Path) -> None:
    here = Prepared(site)
    here.unit("yunling", "云岭示例焦化有限公司")
    case = here.stands("yunling", MANAGEMENT, "云岭示例焦化有限公司", "municipal_review", product__product="冶金焦")
    here.do("linfen.officer", case, "municipal_return", gaps={"product.goal": "请写明两个阶段各自的目标。"})
    until = site.today + timedelta(days=17)
    with stage(site, tmp_path / "shots") as on:
        page = enter(on, "yunling")
        page.goto(f"/cases/{case}/acts/ask_extension")
        fill(page, {"until": (site.today + timedelta(days=3)).isoformat(), "reasons": MORE_TIME})
        press(page, "申请延期")
        on.look(page, "extension-refused", narrow=True)
        assert page.locator(".errors[role=alert]").count() == 1, "a day before the present one is taken"
        assert page.locator('[name="reasons"]').input_value() == MORE_TIME
        fill(page, {"until": until.isoformat()})
        press(page, "申请延期")
        page.goto(f"/cases/{case}")
        on.look(page, "extension-asked")

        officer = sign(on, "linfen.officer", case)
        on.look(officer, "extension-granted")
        page.goto(f"/cases/{case}/acts/ask_more_fields")
        page.locator("summary", has_text="申报产品").click()
        on.look(page, "more-fields", narrow=True)
        fill(page, {"fields": ["product.future"], "reasons": "未来计划须随目标一并修改。"})
        press(page, "申请开放其他栏目")
        sign(on, "linfen.officer", case)

        page.goto(f"/cases/{case}")
        on.look(page, "correction-prolonged", narrow=True)
        assert f"{until.month}月{until.day}日" in told(page)
        page.goto(f"/cases/{case}/dossier/product")
        assert page.locator("main textarea").evaluate_all("all => all.map((one) => one.name)") == ["goal", "future"]
        fill(page, {"goal": "第一阶段完成数据采集；第二阶段完成核算和核验。", "future": "扩大到全部焦炭产品。"})
        press(page, "保存并")
        page.goto(f"/cases/{case}/check")
        press(page, "定稿生成申报表")
        sign_form(page, *form_code(page, case))
        page.get_by_role("link", name="盖章件.pdf").wait_for()
        press(page, "提交补正")
        assert "/receipt" in page.url, told(page)

        officer.goto(f"/cases/{case}/review")
        on.look(officer, "correction-back")
        assert "第二阶段完成核算和核验" in told(officer)
        assert here.state(case) == "municipal_review"
        assert on.faults == []


def test_several_are_recommended_at_once_and_annex_1_holds_them_cell_by_cell(site: Site, tmp_path: Path) -> None:
    here = Prepared(site)
    units = {
        "yunling": ("云岭示例焦化有限公司", MANAGEMENT, "冶金焦", "coke"),
        "fengnian": ("枫年示例法兰有限公司", MANAGEMENT, "锻制钢法兰", "flange"),
        "rare": ("䶮堃喆示例玻璃有限公司", MANAGEMENT, "日用玻璃器皿", "glass"),
    }
    cases = {}
    for number, (login, (name, workflow, product, kind)) in enumerate(units.items(), 1):
        here.unit(login, name)
        cases[login] = here.stands(
            login, workflow, name, "municipal_review", product__product=product, product__product_class=kind,
            unit__contact_name=f"联系人{number}", unit__contact_phone=f"0357-000000{number}",
        )  # fmt: skip
    with stage(site, tmp_path / "shots") as on:
        officer = enter(on, "linfen.officer")
        officer.goto("/desk")
        for case in cases.values():
            officer.locator(f'input[name="case"][value="{case}"]').check()
        on.look(officer, "bulk-desk")
        press(officer, "批量办理所选")
        on.look(officer, "bulk-choose", narrow=True)
        press(officer, "推荐")
        common = {f"checklist-{item}-conclusion": "met" for item in offices.CHECKLIST}
        fill(officer, {**common, "opinion": "符合试点条件，同意推荐。", "no_interest": True})
        for number, case in enumerate(cases.values(), 1):
            own = {
                "summary_strengths": f"优势{number}：计量、台账齐全。",
                "summary_plan": f"计划{number}：一年内完成核算。",
            }
            fill_own(officer, case, own if number < 3 else {"summary_strengths": own["summary_strengths"]})
        on.look(officer, "bulk-form", narrow=True)
        press(officer, DO)
        on.look(officer, "bulk-results", narrow=True)
        assert "已办理2件，未办成1件" in told(officer)
        fill_own(officer, cases["rare"], {"summary_plan": "计划3：一年内完成核算。"})
        press(officer, DO)
        assert "已办理1件，未办成0件" in told(officer)
        for login in ("linfen.head", "linfen.leader"):
            sign_all(on, login, list(cases.values()))
        assert {here.state(case) for case in cases.values()} == {"awaiting_submission"}

        host = here.opened("linfen.officer", "municipal-submission", *cases.values())
        officer.goto(f"/cases/{host}")
        on.look(officer, "bulk-annex-1", narrow=True)
        made = officer.request.get(f"/cases/{host}/tables/annex_1.xlsx")
        rows = CalamineWorkbook.from_filelike(BytesIO(made.body())).get_sheet_by_index(0).to_python()

        assert [[str(cell) for cell in row] for row in rows if any(row)] == expected(units)
        assert on.faults == []


def fill_own(page: Page, case: int, answers: dict[str, str]) -> None:
    """Type what is said of one case alone."""
    row = page.locator(f'li:has(> input[name="row"][value="{case}"])')
    box = row.locator("details:has(textarea)")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    fill(page, {f"c{case}-{name}": value for name, value in answers.items()})


def sign_all(on: Stage, login: str, cases: list[int]) -> None:
    page = enter(on, login)
    page.goto("/bulk/acts/sign?" + "&".join(f"case={case}" for case in cases))
    on.look(page, f"bulk-sign-{login}")
    fill(page, {"opinion": "同意。"})
    press(page, "对所选办件办理：同意（审签）")
    assert f"已办理{len(cases)}件，未办成0件" in told(page)


def expected(units: dict[str, tuple[str, str, str, str]]) -> list[list[str]]:
    """Annex 1 as the notice prints it."""
    heads = [
        "序号", "试点申报单位", "试点类别", "试点产品名称（产品碳足迹管理试点填写）", "试点工作优势（500字）",
        "试点工作计划简介（500字）", "联系人", "联系电话",
    ]  # fmt: skip
    empty = [""] * (len(heads) - 1)
    return [
        ["拟申报产品碳足迹管理体系试点汇总表", *empty],
        ["填报单位（盖章）：临汾市生态环境局", *empty],
        heads,
        *(
            [
                f"{number}.0", name, "产品碳足迹管理试点", product, f"优势{number}：计量、台账齐全。",
                f"计划{number}：一年内完成核算。", f"联系人{number}", f"0357-000000{number}",
            ]
            for number, (name, _, product, _) in enumerate(units.values(), 1)
        ),
        ["备注：试点类别填“产品碳足迹管理试点”或“碳足迹专业化服务试点”。", *empty],
    ]  # fmt: skip
