"""A province files a product for the national label pilots: regulator, three departments, seals, the list, a first report."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from caseflow import clock
from caseflow.cases import dossier
from caseflow.cases.models import case
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference, rounds
from caseflow.people import accounts, organisations, roles
from caseflow.people.models import person
from caseflow.workflow.identifiers import make_credit_code
from tests.journey.filing import case_of, pdf, public, section
from tests.journey.offices import do, sign
from tests.journey.world import SECRET, Site, build
from tests.people.conftest import password_hash

PEOPLE = {
    "regulator.officer": ("演示江市", "market_officer", "jx-market"),
    "regulator.head": ("演示江处", "market_head", "jx-market"),
    "regulator.leader": ("演示江局", "market_leader", "jx-market"),
    "ecology": ("演示江环", "partner", "jx-ecology"),
    "reform": ("演示江改", "partner", "jx-reform"),
    "industry": ("演示江信", "partner", "jx-industry"),
    "yichun": ("演示宜春", "region_office", "jx-yichun"),
}
TASKS = ("system", "data_quality", "data_security", "management", "quality_control", "policy", "evaluation", "uses")
CONDITIONS = ("scale", "chain", "data", "foundation", "mechanism", "units")
PRODUCT = "动力锂电池"
FORM: dict[str, dict[str, Any]] = {
    "applicant": {
        "lead_unit": "云锂示例锂电产业服务中心", "lead_uscc": make_credit_code("12", "360900", 77),
        "contact_name": "示例联系人", "contact_phone": "400-000-0002",
    },
    "product": {
        "product_class": "lithium_battery", "product": PRODUCT, "region": "360900", "grounds": ["trade"],
        "leading": "产业规模居国内前列。",
    },
    "chain": {
        "coverage": "84.9", "materials": "20", "transport": "10", "production": "20", "distribution": "10",
        "recovery": "10", "background": "主要环节已有活动数据。", "proofs": pdf("企业名录.pdf"),
    },
    "region": {"foundation": "认证基础较好。", "mechanism": "建立工作专班。", "support": "安排专项资金。"},
    "units": {"rows-0-name": "云锂示例锂电产业服务中心", "rows-0-manager": "认证管理部", "rows-0-data_work": "started"},
    "plan": {
        f"rows-{number}-{name}": value
        for number, heading in enumerate(TASKS)
        for name, value in {
            "heading": heading, "task": "任务", "measure": "举措", "responsible": "产业服务中心",
            "due": "2028-12-31", "indicator": "目标",
        }.items()
    },
    "attachments": {"work_plan": pdf("试点工作方案.pdf")},
}  # fmt: skip
PROPOSAL = {
    **{f"checklist-{item}-conclusion": "met" for item in CONDITIONS},
    **{f"tasks-{item}-conclusion": "met" for item in TASKS},
    "opinion": "符合条件，建议申报。",
}


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    """The other province with its people, and a national call that is open."""
    found = build(sqlite_database, settings)
    today = found.today
    with found.time(), found.database.write() as tx:
        authority = organisations.authority_id(tx, "jiangxi")
        for login, (name, role, office) in PEOPLE.items():
            made = accounts.create(
                tx, authority_id=authority, login=login, name=name, password_hash=password_hash(),
                keys=found.ground.keys,
            )  # fmt: skip
            roles.grant(
                tx, reference.roles(settings), person_id=made, organisation_id=found.ids[office], role=role, by=None
            )
            sealed = accounts.seal(found.ground.keys, login, "second_factor", SECRET)
            tx.execute(person.update().where(person.c.id == made).values(second_factor=sealed, last_step=0))
        found.round_id = rounds.create(
            tx, authority, code="call", title={"zh": "示例征集", "en": "Example call"}, workflows=["label-pilot"],
            opens_at=clock.at_local(today - timedelta(days=10)), closes_at=clock.end_of(today + timedelta(60)),
            notice="国市监认证发〔2024〕85号",
        )  # fmt: skip
    return found


def test_a_product_is_filed_listed_and_reported_on(site: Site) -> None:
    officer, today = site.visitor("regulator.officer"), site.today.isoformat()
    page = officer.get("/collective/label-pilot/new")
    number = case_of(officer.send(page, page.form("round").fill(round=site.round_id)))
    for name, answers in FORM.items():
        page = section(officer, number, name, answers)
        assert (page.status, page.errors) == (200, []), name
    to_the_departments(site, number)

    page = officer.get(f"/cases/{number}/acts/propose_filing")
    refused = officer.send(page, page.form("/acts/propose_filing").fill(PROPOSAL))
    do(officer, number, "revise_check", {"note": "补充产业链企业后覆盖率提高"})
    section(officer, number, "chain", {"coverage": "85.0"})
    to_the_departments(site, number)
    do(officer, number, "propose_filing", PROPOSAL)
    sign(site.visitor("regulator.head"), number)
    sign(site.visitor("regulator.leader"), number)
    with site.database.read() as tx:
        row = tx.execute(case.select().where(case.c.id == number)).one()
        code = dossier.revision_code(dossier.revision_hash(tx, number, row.revision))
    do(officer, number, "send", {
        "sealed_form": pdf("盖章的申报书.pdf"), "sealed_form-revision_code": code, "letter_number": "例市监函〔2026〕7号",
        "paper_on": today, "scan_on": today,
    })  # fmt: skip
    do(officer, number, "record_receipt", {"received_on": today, "receipt": pdf("签收凭证.pdf")})
    do(officer, number, "record_listed", {
        "document_number": "例监发〔2026〕1号", "issued_on": today, "document": pdf("名单.pdf"),
        "url": "https://example.org/list",
    })  # fmt: skip
    sign(site.visitor("regulator.head"), number)
    due = (site.today + timedelta(days=20)).isoformat()
    do(officer, number, "call_report", {"office": site.ids["jx-yichun"], "due_on": due, "matter": "上半年进展"})
    sign(site.visitor("regulator.head"), number)
    rows = {f"rows-{row}-{name}": value for row in range(len(TASKS))
            for name, value in {"status": "under_way", "note": "按计划推进"}.items()}  # fmt: skip
    told = do(site.visitor("yichun"), number, "report_progress", {"up_to": today, **rows})

    assert "不符合试点条件" in refused.words
    assert "通知二（二）1" in refused.words
    assert re.search(r"JXBZSD-2026-001", told.words)
    listed = public(site, "/public/registers/jiangxi/label_pilots")
    assert PRODUCT in listed.words
    assert "示例联系人" not in listed.text


def to_the_departments(site: Site, number: int) -> None:
    """Put a product before the three departments, and have all of them agree."""
    officer = site.visitor("regulator.officer")
    do(officer, number, "consult")
    offices = {f"{one}_office": site.ids[f"jx-{one}"] for one in ("ecology", "reform", "industry")}
    do(officer, number, "ask_departments", {**offices, "matter": "请提出意见"})
    for one in ("ecology", "reform", "industry"):
        do(site.visitor(one), number, f"give_{one}_opinion", {"stance": "agree"})
    do(officer, number, "conclude")
