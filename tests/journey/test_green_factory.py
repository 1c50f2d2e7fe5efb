"""The grading of a green factory: self-assessment, evaluation on site, publicity, published; lowered once it was heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.workflow.identifiers import make_credit_code
from tests.journey import filing
from tests.journey.filing import case_of, pdf, public, section
from tests.journey.offices import answer_findings, do, sign
from tests.journey.second_province import OWN, announcement, enrol
from tests.journey.world import Site, build

UNIT, CODE = "宜春示例陶瓷有限公司", make_credit_code("91", "360900", 83)
PEOPLE = {
    "industry.officer": ("演示江信", "industry_officer", "jx-industry"),
    "industry.head": ("演示江处", "industry_head", "jx-industry"),
    "industry.leader": ("演示江厅", "industry_leader", "jx-industry"),
    "unit": ("演示企业", "applicant", OWN),
}
FORM: dict[str, dict[str, Any]] = {
    "unit": {"unit_name": UNIT, "contact_name": filing.CONTACT, "contact_phone": "400-000-0002"},
    "factory": {"factory": "示例一厂", "industry": "建筑陶瓷", "region": "360900"},
    "assessment": {"design": "22", "carbon": "23", "water": "23", "resources": "23", "report": pdf("自评报告.pdf")},
    "declaration": {"truth": True},
}  # fmt: skip


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    """The second province with its department of industry, and an enterprise."""
    found = build(sqlite_database, settings)
    enrol(found, PEOPLE, UNIT, CODE)
    return found


def test_a_factory_is_graded_and_lowered_only_once_it_was_heard(site: Site) -> None:
    number = filed(site)
    officer = site.visitor("industry.officer")
    answer_findings(officer, number)
    do(officer, number, "accept")
    page = officer.get(f"/cases/{number}/acts/propose")
    unscored = officer.send(page, page.form("/acts/propose").fill(opinion="同意"))
    do(officer, number, "evaluate", scores(site, 23))
    do(officer, number, "propose", {"opinion": "得分与自评一致"})
    signed(site, number)
    posted = {"url": "https://example.org/gongshi", "posted_on": site.today.isoformat()}
    do(officer, number, "post", {**posted, "screenshot": pdf("公示网页.pdf")})
    site.wait_until(site.today + timedelta(days=14))
    do(site.visitor("industry.officer"), number, "announce", announcement(site, 1))
    register = "/public/registers/jiangxi/green_factories"
    first = public(site, register)
    entry = public(site, first.link("/green_factories/"))

    officer = site.visitor("industry.officer")
    do(officer, number, "reassess", {"ground": "changed", "note": "生产线调整"})
    do(site.visitor("unit"), number, "send_update", {"changed": "生产线调整"})
    do(officer, number, "evaluate_again", scores(site, 20))
    page = officer.get(f"/cases/{number}/acts/keep_grade")
    unheard = officer.send(page, page.form("/acts/keep_grade").fill(announcement(site, 2, opinion="降为二级")))
    day = (site.today + timedelta(days=8)).isoformat()
    do(officer, number, "tell_change", {"facts": "得分下降", "last_day": day})
    sign(site.visitor("industry.head"), number)
    do(site.visitor("unit"), number, "state_case", {"statement": "没有异议"})
    site.wait_until(site.today + timedelta(days=10))
    do(site.visitor("industry.officer"), number, "publish_lower_grade", announcement(site, 3, opinion="已听取陈述"))
    signed(site, number)
    entries = public(site, register)

    assert (unscored.status, "须重新判定" in unscored.words or "尚未判定" in unscored.words) == (422, True)
    assert [one in first.words for one in (UNIT, "一级", "有效")] == [True] * 3
    assert "主管部门 江西省工业和信息化厅" in entry.words
    assert filing.CONTACT not in entry.text
    assert (unheard.status, "等级降低的，先告知、听取陈述" in unheard.words) == (422, True)
    assert [one in entries.words for one in ("一级", "二级")] == [True] * 2


def filed(site: Site) -> int:
    """Filled in by the enterprise and submitted with the sealed form."""
    applicant = site.visitor("unit")
    page = applicant.get(applicant.get("/home").link("/start/green-factory"))
    number = case_of(applicant.send(page, page.form("prefecture").fill(prefecture=site.ids["jx-yichun"])))
    for name, answers in FORM.items():
        page = section(applicant, number, name, answers)
        assert (page.status, page.errors) == (200, []), name
    sent = filing.submit(applicant, number)
    assert "/receipt" in sent.url, sent.errors or sent.words
    return number


def scores(site: Site, each: int) -> dict[str, Any]:
    """What was found on site, the same in every field."""
    found = dict.fromkeys(("design", "carbon", "water", "resources"), str(each))
    return {**found, "visited_on": site.today.isoformat(), "record": pdf("现场评价记录.pdf")}


def signed(site: Site, number: int) -> None:
    sign(site.visitor("industry.head"), number)
    sign(site.visitor("industry.leader"), number)
