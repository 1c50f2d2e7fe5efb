"""A footprint is certified: the lists of the state, a commission, the steps of the body one by one, and the entry that all can read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference
from caseflow.people import accounts, organisations, roles
from caseflow.people.models import person
from caseflow.workflow.identifiers import make_credit_code
from tests.journey import filing
from tests.journey.filing import case_of, pdf, public, section
from tests.journey.offices import answer_findings, do, sign
from tests.journey.world import SECRET, Site, build
from tests.people.conftest import password_hash

UNIT, CODE = "宜春示例电池有限公司", make_credit_code("91", "360900", 81)
BODY, BODY_CODE = "衡示例认证中心", make_credit_code("91", "360100", 82)
PEOPLE = {
    "regulator.officer": ("演示江市", "market_officer", "jx-market"),
    "regulator.head": ("演示江处", "market_head", "jx-market"),
    "unit": ("演示企业", "applicant", "unit"),
    "body.officer": ("演示受理", "body_officer", "body"),
    "body.auditor": ("演示核查", "auditor", "body"),
    "body.certifier": ("演示评价", "certifier", "body"),
    "body.head": ("演示机构", "body_head", "body"),
}
RULE, NUMBER = "CNCA-CFP-00:2025", "例CFP-0001"
OWN_FIGURE = "534.8"
REVIEWED, CAUSES, CLUE = "委托材料齐全", "检定计划疏漏", "线索转日常监督"


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    """The province with its market regulator, an enterprise and a certification body."""
    found = build(sqlite_database, settings)
    known, keys = reference.roles(settings), found.ground.keys
    with found.time(), found.database.write() as tx:
        authority = organisations.authority_id(tx, "jiangxi")
        made = {
            key: organisations.record(
                tx, authority_id=authority, name_zh=name, name_en=name, credit_code=code, kind=kind,
                prefecture_id=found.ids["jx-yichun"], division="360900",
            )
            for key, name, code, kind in (("unit", UNIT, CODE, "enterprise"), ("body", BODY, BODY_CODE, "enterprise"))
        }  # fmt: skip
        places = {**found.ids, **made}
        for login, (name, role, place) in PEOPLE.items():
            who = accounts.create(
                tx, authority_id=authority, login=login, name=name, password_hash=password_hash(), keys=keys
            )
            roles.grant(tx, known, person_id=who, organisation_id=places[place], role=role, by=None)
            if place.startswith("jx-"):
                sealed = accounts.seal(keys, login, "second_factor", SECRET)
                tx.execute(person.update().where(person.c.id == who).values(second_factor=sealed, last_step=0))
    return found


def test_a_product_is_certified_step_by_step_and_everybody_reads_its_entry(site: Site) -> None:
    today = site.today.isoformat()
    unselected = commissioned(site)
    refused = act(site, "unit", unselected, "commission_own", {"body": BODY_CODE})
    lists(site)
    number = unselected
    sent = act(site, "unit", number, "commission_own", {"body": BODY_CODE})
    assert sent.errors == [], sent.words
    yes = {"independent": True, "competent": True}
    do(site.visitor("body.officer"), number, "accept", {"rule": RULE, "rule_version": "试行", **yes})
    plan = {"scope": "炼焦工序", "team": "两人", "starts_on": today, "independent": True, "plan_file": pdf("计划.pdf")}
    do(site.visitor("body.officer"), number, "record_plan", plan)
    auditor = site.visitor("body.auditor")
    do(auditor, number, "conclude_documents", {"opinion": REVIEWED, "report": pdf("评审.pdf")})
    seen = {"from": today, "until": today, "place": "宜春工厂", "consistent": True, "opinion": "一致"}
    do(auditor, number, "conclude_inspection", {**seen, "report": pdf("检查.pdf")})
    answer_findings(auditor, number)
    do(auditor, number, "draw_evidence", {"size": "1"})
    do(auditor, number, "record_sample", {"differing": "0", "note": "一致", "record": pdf("核对.pdf")})
    day = (site.today + timedelta(days=9)).isoformat()
    found = {"clause": "计量", "finding": "检定证书过期", "grade": "minor", "owner": "设备部", "due_on": day}
    do(auditor, number, "raise_nonconformity", found)
    do(auditor, number, "send_report", {"due_on": day})
    concluded = {"value": OWN_FIGURE, "differs": "一致", "report": pdf("核查.pdf")}
    early = act(site, "body.auditor", number, "conclude_verification", concluded)
    corrected = {"causes": CAUSES, "measures": "已检定", "done_on": today, "evidence": pdf("证书.pdf")}
    do(site.visitor("unit"), number, "answer_report", corrected)
    closed = {"item": "计量", "verified": "已核对", "evidence": pdf("验证.pdf")}
    do(site.visitor("body.auditor"), number, "close_nonconformity", closed)
    do(site.visitor("body.auditor"), number, "conclude_verification", concluded)
    do(site.visitor("regulator.officer"), number, "register_clue", {"source": "巡查", "findings": CLUE})
    read = {who: site.visitor(who).get(f"/cases/{number}").words for who in ("body.certifier", "unit")}
    do(site.visitor("body.certifier"), number, "approve", {"opinion": "建议批准", "complete": True})
    sign(site.visitor("body.head"), number)
    do(site.visitor("body.officer"), number, "issue_certificate", certificate(today))
    register = "/public/registers/jiangxi/certificates"
    entry = public(site, public(site, register).link("/certificates/"))
    paper = public(site, entry.link(".pdf"))

    assert "遴选认证机构" in " ".join([*refused.errors, refused.words])
    assert "还有不符合项没有关闭" in " ".join([*early.errors, early.words])
    assert [one in read["body.certifier"] for one in (REVIEWED, CAUSES, CLUE)] == [True, True, False]
    assert [one in read["unit"] for one in (REVIEWED, CAUSES, CLUE)] == [False, True, False]
    assert "本页为登记信息，不是认证证书" in entry.words
    assert all(one in entry.words for one in (NUMBER, UNIT, OWN_FIGURE, "经认证机构核查", "平台复算", "企业自行申报"))
    assert paper.body.startswith(b"%PDF")


def certificate(today: str) -> dict[str, Any]:
    return {
        "number": NUMBER, "issued_on": today, "body": BODY, "standards": "GB/T 24067—2024", "mode": "检查",
        "declared_unit": "1 t", "boundary": "从摇篮到大门", "period": "2025年", "document": pdf("证书.pdf"),
    }  # fmt: skip


def lists(site: Site) -> None:
    """What the state has published: the body, the product, the rule."""
    today = site.today.isoformat()
    until = (site.today + timedelta(days=700)).isoformat()
    said = {"document_number": "例公告〔2025〕1号", "issued_on": today, "url": "https://example.org", "document": pdf("公布.pdf")}  # fmt: skip
    body = {"name": BODY, "approval": "例认批1号", "classes": ["steel"], "since": today, "until": until}
    product = {"product_class": "steel", "line": "steel_long", "name": "长流程钢铁产品", "rule": RULE}
    rule = {"name": "通用规则", "number": RULE, "version": "试行", "in_force_from": today}
    for workflow, name, answers, more in (
        ("certification-bodies", "body", body, {"body": BODY_CODE}),
        ("label-catalogue", "product", product, {}),
        ("certification-rules", "rule", rule, {}),
    ):
        officer = site.visitor("regulator.officer")
        page = officer.get(f"/collective/{workflow}/new")
        number = case_of(officer.send(page, page.form("request_key")))
        assert section(officer, number, name, answers).errors == []
        do(officer, number, "record", {**said, **more})
        sign(site.visitor("regulator.head"), number)


def commissioned(site: Site) -> int:
    """A commission filled in, with its footprint."""
    unit = site.visitor("unit")
    page = unit.get("/start/label-certification")
    number = case_of(unit.send(page, page.form("prefecture").fill(prefecture=site.ids["jx-yichun"])))
    address = "宜春市示例路1号"
    for name, answers in {
        "request": {"scheme": "own", "kind": "initial"},
        "client": {"name": UNIT, "address": address, "contact_name": "示例联系人", "contact_phone": "400-000-0002"},
        "product": {
            "product_class": "steel", "line": "steel_long", "region": "360900", "name": filing.PRODUCT, "model": "A",
            "maker": address, "producer": address,
        },
        "system": {"months": "12", "consistency": "批次可追溯", "reductions": "三年内降一成"},
        "evidence": {
            "rows-0-item": "用电", "rows-0-process": "制造", "rows-0-amount": "38 kWh", "rows-0-proof": "电表",
            "files": pdf("台账.pdf"),
        },
        "attachments": {
            "signed_request": pdf("委托书.pdf"), "licence": pdf("执照.pdf"), "flow_chart": pdf("流程.pdf"),
            "materials": pdf("清单.pdf"),
        },
        "declaration": {"truth": True},
    }.items():  # fmt: skip
        assert section(unit, number, name, answers).errors == [], name
    filing.declare_footprint(unit, number, OWN_FIGURE)
    return number


def act(site: Site, login: str, number: int, name: str, answers: dict[str, Any]) -> Any:
    """The page after an act that may be refused."""
    visitor = site.visitor(login)
    page = visitor.get(f"/cases/{number}/acts/{name}")
    return visitor.send(page, page.form(f"/acts/{name}").fill(answers))
