"""An enterprise registers, and somebody decides: over HTTP, on both databases."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from caseflow.db import Database
from caseflow.people.models import organisation, person, registration
from caseflow.records.models import inbox_message
from caseflow.workflow.identifiers import make_credit_code
from tests.web.conftest import Visitor, errors_of, words_of

Open = Callable[..., Visitor]
Make = Callable[..., int]

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
CODE = make_credit_code("91", "140200", 1)
PASSWORD = "seven quiet lanterns"


def typed(offices: dict[str, int], **changed: Any) -> dict[str, Any]:
    return {
        "kind": "enterprise",
        "name_zh": "演示云冈焦化有限公司",
        "name_en": "Demo Coke",
        "credit_code": CODE,
        "prefecture_id": str(offices["sx-datong"]),
        "address": "大同市演示路1号",
        "name": "演示高林",
        "phone": "13800000000",
        "email": "demo@example.com",
        "login": "demo.coke",
        "password": PASSWORD,
        "password_again": PASSWORD,
        "agreed": "yes",
        "licence": (io.BytesIO(PICTURE), "营业执照.png"),
        **changed,
    }


def decide(browser: Visitor, number: int, decision: str, reason: str = "") -> Any:
    return browser.post(f"/registrations/{number}", {"decision": decision, "reason": reason})


def test_a_registration_is_approved_by_the_bureau_in_charge_and_opens_the_role(
    visitor: Open, account: Make, offices: dict[str, int], database: Database
) -> None:
    account("datong", ("municipal", "sx-datong"))
    applicant, officer = visitor(), visitor()
    sent = applicant.post("/register", typed(offices))
    applicant.sign_in("demo.coke", PASSWORD)
    waiting = words_of(applicant.get("/account"))
    officer.sign_in("datong")
    shown = officer.get("/registrations/1")
    licence = officer.get("/registrations/1/licence")
    decided = decide(officer, 1, "approve")
    after = words_of(applicant.get("/account"))
    with database.read() as tx:
        message = tx.execute(sa.select(inbox_message.c.key, inbox_message.c["values"])).one()

    assert (sent.status_code, sent.location) == (303, "/sign-in?done=registered_organisation")
    assert "正在核实" in waiting
    assert "您还没有角色" in waiting
    assert "13800000000" in shown.text
    assert (licence.status_code, licence.mimetype) == (200, "image/png")
    assert decided.status_code == 303
    assert "申报单位经办人、当事人、申报单位账号管理员" in after
    assert (
        message.key,
        message.values["organisation"],
    ) == ("people.inbox.organisation_approved", "演示云冈焦化有限公司")


def test_a_wrong_check_digit_is_named_and_everything_typed_stays(
    visitor: Open, offices: dict[str, int], database: Database
) -> None:
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    answer = visitor().post("/register", typed(offices, credit_code=wrong))
    with database.read() as tx:
        made = tx.scalar(sa.select(sa.func.count()).select_from(person))

    assert answer.status_code == 422
    assert len(errors_of(answer)) == 1
    assert CODE[-1] in errors_of(answer)[0]
    assert f'value="{wrong}"' in answer.text
    assert 'value="演示云冈焦化有限公司"' in answer.text
    assert "已收到“营业执照.png”" in answer.text
    assert PASSWORD not in answer.text
    assert made == 0


def test_the_licence_of_a_refused_form_need_not_be_sent_again(
    visitor: Open, offices: dict[str, int], database: Database
) -> None:
    browser = visitor()
    first = browser.post("/register", typed(offices, phone="12"))
    receipt = re.search(r'name="kept_licence" value="([^"]+)"', first.text)
    assert receipt is not None
    again = typed(offices, kept_licence=receipt[1])
    del again["licence"]
    second = browser.post("/register", again)
    forged = {**again, "login": "other", "kept_licence": receipt[1][:-4] + "AAAA"}

    assert (first.status_code, second.status_code) == (422, 303)
    assert errors_of(browser.post("/register", forged)) == ["请上传营业执照或登记证书。"]


def test_an_empty_form_names_every_missing_answer(visitor: Open) -> None:
    answer = visitor().post("/register", {})

    assert errors_of(answer) == [
        "请选择单位类型。",
        "请填写单位名称。",
        "请填写统一社会信用代码。",
        "请选择所在市的生态环境主管部门。",
        "请填写单位地址。",
        "请填写姓名。",
        "登录名须为3至64个小写字母、数字或 . _ - @，并以字母或数字开头。",
        "请填写联系电话。",
        "密码至少12个字符，现为0个。",
        "请阅读并确认承诺事项。",
        "请上传营业执照或登记证书。",
    ]


def test_a_file_that_is_no_licence_is_refused_by_what_it_holds(visitor: Open, offices: dict[str, int]) -> None:
    fake = typed(offices, licence=(io.BytesIO(b"MZ this is a program"), "营业执照.pdf"))

    assert visitor().post("/register", fake).status_code == 422


def test_the_second_registration_of_a_credit_code_asks_the_unit_itself(
    visitor: Open, account: Make, offices: dict[str, int], database: Database
) -> None:
    account("datong", ("municipal", "sx-datong"))
    officer, head, colleague = visitor(), visitor(), visitor()
    head.post("/register", typed(offices))
    officer.sign_in("datong")
    decide(officer, 1, "approve")
    sent = colleague.post(
        "/register",
        typed(offices, login="colleague", name="演示李川", credit_code=f" {CODE.lower()[:6]} {CODE.lower()[6:]}"),
    )
    by_the_bureau = officer.get("/registrations/2").status_code
    head.sign_in("demo.coke", PASSWORD)
    decided = decide(head, 2, "approve")
    colleague.sign_in("colleague", PASSWORD)
    with database.read() as tx:
        units = tx.scalar(sa.select(sa.func.count()).where(organisation.c.credit_code == CODE))
    joined = words_of(colleague.get("/account"))

    assert sent.location == "/sign-in?done=registered_joining"
    assert (by_the_bureau, decided.status_code) == (404, 303)
    assert units == 1
    assert "演示云冈焦化有限公司 受托机构经办人、申报单位经办人" in joined
    assert "账号管理员 " not in joined
    assert colleague.get("/registrations").status_code == 404


def test_another_bureau_sees_nothing_and_the_province_decides_everywhere(
    visitor: Open, account: Make, offices: dict[str, int]
) -> None:
    account("linfen", ("municipal", "sx-linfen"))
    account("province", ("provincial", "sx-ecology"))
    visitor().post("/register", typed(offices))
    answers = {}
    for login in ("linfen", "province"):
        browser = visitor()
        browser.sign_in(login)
        answers[login] = [
            browser.get("/registrations/1").status_code,
            browser.get("/registrations/1/licence").status_code,
            "演示云冈焦化有限公司" in browser.get("/registrations").text,
            decide(browser, 1, "approve").status_code,
        ]

    assert answers == {"linfen": [404, 404, False, 404], "province": [200, 200, True, 303]}


def test_a_refusal_needs_a_reason_reaches_the_applicant_and_may_be_mended(
    visitor: Open, account: Make, offices: dict[str, int], database: Database
) -> None:
    account("datong", ("municipal", "sx-datong"))
    applicant, officer = visitor(), visitor()
    applicant.post("/register", typed(offices))
    officer.sign_in("datong")
    without = decide(officer, 1, "refuse")
    refused = decide(officer, 1, "refuse", "执照与名称不一致")
    twice = decide(officer, 1, "approve")
    applicant.sign_in("demo.coke", PASSWORD)
    told = words_of(applicant.get("/account"))
    visitor().post("/register", typed(offices, login="again", name_zh="演示云冈焦化集团有限公司"))
    with database.read() as tx:
        unit = tx.execute(
            sa.select(organisation.c.name_zh, organisation.c.status).where(organisation.c.credit_code == CODE)
        ).one()
        kinds = list(tx.scalars(sa.select(registration.c.kind).order_by(registration.c.id)))

    assert errors_of(without) == ["请写明退回理由。"]
    assert refused.status_code == 303
    assert errors_of(twice) == ["此申请已由他人办理。"]
    assert "执照与名称不一致" in told
    assert tuple(unit) == ("演示云冈焦化集团有限公司", "pending")
    assert kinds == ["organisation", "organisation"]


def test_telephone_and_mail_lie_sealed_in_the_database(
    visitor: Open, offices: dict[str, int], database: Database
) -> None:
    given = typed(offices)
    visitor().post("/register", given)
    with database.read() as tx:
        row = tx.execute(sa.select(person.c.phone, person.c.email)).one()

    assert not any(part in column for column in row for part in (given["phone"], given["email"]))
