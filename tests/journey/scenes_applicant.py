"""What the applicant and the public do in the browser."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.journey import filing
from tests.journey.drive import Stage, chosen, fill, follow, press
from tests.journey.pages import Upload


def the_enterprise_comes_in(on: Stage) -> None:
    page = on.person(filing.LOGIN)
    page.goto("/")
    on.look(page, "start", narrow=True)
    page.goto("/register")
    fill(page, {**filing.registration(on.site), "credit_code": filing.UNIT_CODE[:-1] + "0", "password_again": "x"})
    press(page, "提交注册")
    on.look(page, "register-errors", narrow=True)
    assert "错误：" in page.title()
    fill(page, {"credit_code": filing.UNIT_CODE, "password": filing.PASSWORD, "password_again": filing.PASSWORD})
    press(page, "提交注册")
    on.look(page, "sign-in")

    officer = on.signed_in("linfen.officer")
    officer.goto("/registrations")
    on.look(officer, "registrations")
    follow(officer, filing.UNIT)
    fill(officer, {"decision": "approve"})
    on.look(officer, "registration")
    press(officer, "提交核实意见")

    fill(page, {"login": filing.LOGIN, "password": filing.PASSWORD})
    press(page, "登录")
    on.look(page, "home", narrow=True)


def the_application_is_filled_in_and_submitted(on: Stage) -> tuple[int, str]:
    page = on.person(filing.LOGIN)
    follow(page, "查看须知并开始")
    on.look(page, "before-you-start", narrow=True)
    fill(page, {"prefecture": on.site.ids["sx-linfen"]})
    press(page, "开始填报")
    case = int(re.findall(r"/cases/(\d+)", page.url)[0])
    on.look(page, "task-list", narrow=True)
    for name, answers in filing.DOSSIER.items():
        section(on, page, case, name, answers)
    footprint(on, page, case)
    page.goto(f"/cases/{case}")
    on.look(page, "task-list-done")
    page.goto(f"/cases/{case}/check")
    on.look(page, "check", narrow=True)
    send_signed(on, page, case, "提交")
    on.look(page, "receipt", narrow=True)
    code = page.locator(".receipt-code .code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)
    return case, code


def section(on: Stage, page: Page, case: int, name: str, answers: dict[str, Any]) -> None:
    page.goto(f"/cases/{case}/dossier/{name}")
    fill(page, answers)
    if name == "product":
        counter = page.locator('[data-count-of="introduction"]').inner_text()
        assert re.search(r"\d+/1000", counter), counter
    if name in filing.UPLOADS:
        field, file = filing.UPLOADS[name]
        box = page.locator(f'[data-upload="{field}"]')
        box.wait_for(state="visible")
        page.locator(f'input[type=file][name="{field}"]').set_input_files(chosen(filing.pdf(file)))
        box.get_by_role("link", name=file).wait_for()
    on.look(page, f"section-{name}", narrow=name in ("product", "plan"))
    press(page, "保存并")
    assert page.locator(".errors[role=alert]").count() == 0, page.locator(".errors").inner_text()


def footprint(on: Stage, page: Page, case: int) -> None:
    page.goto(f"/cases/{case}/footprint")
    stages = page.locator("fieldset[data-lines]").evaluate_all("all => all.map((one) => one.dataset.lines)")
    making = next(one for one in stages if "manufacturing" in one or "production" in one)
    for start in (f"{stages[0]}-0", f"{making}-0"):
        page.locator(f"#{start} details summary").click()
    fill(page, {
        "product": filing.PRODUCT, "unit_quantity": "1", "unit_unit": "t", "declared": filing.DECLARED,
        f"{stages[0]}-0-name": "洗精煤", f"{stages[0]}-0-amount": "1.33", f"{stages[0]}-0-unit": "t",
        f"{stages[0]}-0-own_value": "350", f"{stages[0]}-0-own_unit": "t",
        f"{stages[0]}-0-own_source": "供应商核算报告", f"{stages[0]}-0-own_year": "2025",
        f"{stages[0]}-0-data_source": "采购台账",
        f"{making}-0-name": "外购电力", f"{making}-0-amount": "120", f"{making}-0-unit": "kWh",
        f"{making}-0-data_source": "电费结算单", f"{making}-0-primary": True,
    })  # fmt: skip
    page.fill(f"#{making}-0-factor", "全国电力平均碳足迹")
    page.locator(f"#{making}-0-factor + .options [role=option]").first.click()
    with page.expect_navigation():
        page.locator("button[name=go][value=declare]").click()
    on.look(page, "footprint", narrow=True)
    assert page.locator("#result").count() == 1


def send_signed(on: Stage, page: Page, case: int, button: str) -> None:
    """Make the form, take its PDF as if it had been signed and scanned, and hand it in with its code."""
    page.goto(f"/cases/{case}/check")
    press(page, "定稿生成申报表")
    made = page.request.get(f"/cases/{case}/form.pdf")
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(made.body())).pages)
    found = re.search(r"校验码\W*([0-9A-F]{4}-[0-9A-F]{4})", text)
    assert found, text[-300:]
    assert filing.CONTACT in text
    page.locator("input[type=file][name=sealed_form]").set_input_files(chosen(Upload("盖章件.pdf", made.body())))
    page.get_by_role("link", name="盖章件.pdf").wait_for()
    fill(page, {"sealed_form-revision_code": found[1], "no_state_secret": True})
    on.look(page, "signed-form")
    press(page, button)
    assert "/receipt" in page.url, page.locator(".errors").inner_text()


def the_public_sees_it(on: Stage, code: str) -> None:
    visitor = on.person("visitor")
    visitor.goto("/lists/published")
    on.look(visitor, "public-published", narrow=True)
    assert filing.UNIT in visitor.locator("main").inner_text()
    follow(visitor, filing.UNIT)
    on.look(visitor, "public-case")
    assert filing.CONTACT not in visitor.content()
    visitor.goto("/status")
    fill(visitor, {"code": code})
    press(visitor, "查询")
    on.look(visitor, "public-status", narrow=True)
    assert "实施中" in visitor.locator("main").inner_text()
    visitor.goto("/language/en?next=/lists/published")
    on.look(visitor, "public-published-english")
