"""The grading of a footprint: a benchmark is published, a product graded by it, the benchmark revised, the product graded anew."""

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
from tests.journey.second_province import enrol
from tests.journey.visitor import Visitor
from tests.journey.world import Site, build

DEPARTMENTS = ("reform", "industry", "finance", "commerce", "market", "bank")
PEOPLE = {
    "ecology.officer": ("演示江环", "provincial", "jx-ecology"),
    "ecology.head": ("演示江处", "provincial_head", "jx-ecology"),
    "ecology.leader": ("演示江厅", "provincial_leader", "jx-ecology"),
    **{one: (f"演示联络{one}", "department", f"jx-{one}") for one in DEPARTMENTS},
}
UNIT, CODE, RULE = "宜春示例焦化有限公司", make_credit_code("91", "360900", 78), "示例规则1号"
BENCHMARK: dict[str, dict[str, Any]] = {
    "product": {"product_class": "coke", "product": "冶金焦炭"},
    "rule": {"rule": RULE, "rule_version": "第1版", "declared_unit": "1 t", "boundary": "cradle_to_gate"},
    "values": {
        "baseline": "600", "advanced": "450", "release": "电力碳足迹因子（2024年）", "sample_size": "18",
        "report": pdf("测算报告.pdf"),
    },
}  # fmt: skip
APPLICATION: dict[str, dict[str, Any]] = {
    "unit": {"unit_name": UNIT, "contact_name": filing.CONTACT, "contact_phone": "400-000-0002"},
    "product": {
        "product_class": "coke", "product": filing.PRODUCT, "boundary": "cradle_to_gate", "declared_unit": "1 t",
        "rule": RULE,
    },
    "assessment": {"grade": "second", "report": pdf("自评报告.pdf")},
    "declaration": {"truth": True},
}  # fmt: skip
OWN_FIGURE = "534.8"
"""kgCO₂e per tonne; 534.824 is what the data of :func:`filing.declare_footprint` come to."""


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    """The other province with its people, and an enterprise."""
    found = build(sqlite_database, settings)
    enrol(found, {**PEOPLE, "unit": ("演示企业", "applicant", "unit")}, UNIT, CODE)
    return found


def test_a_product_is_graded_by_a_benchmark_and_anew_when_that_is_revised(site: Site) -> None:
    benchmark = published_benchmark(site)
    applicant = site.visitor("unit")
    page = applicant.get(applicant.get("/home").link("/start/grading"))
    number = case_of(applicant.send(page, page.form("prefecture").fill(prefecture=site.ids["jx-yichun"])))
    for name, answers in APPLICATION.items():
        page = section(applicant, number, name, answers)
        assert (page.status, page.errors) == (200, []), name
    filing.declare_footprint(applicant, number, OWN_FIGURE)
    sent = filing.submit(applicant, number)
    assert "/receipt" in sent.url, sent.errors or sent.words

    explained = verified(site, number)
    graded(site, number)
    register = "/public/registers/jiangxi/grades"
    first = public(site, public(site, register).link("/grades/"))
    paper = public(site, first.link(".pdf"))
    revised(site, benchmark)
    outdated = do(site.visitor("ecology.officer"), number, "reassess", {"ground": "benchmark", "note": "基准值已修订"})
    do(site.visitor("unit"), number, "send_update", {"changed": "无"})
    officer = site.visitor("ecology.officer")
    answer_findings(officer, number)
    do(officer, number, "compare_again")
    compared = decided(site, number)
    page = officer.get(f"/cases/{number}/acts/keep_grade")
    kept = officer.send(page, page.form("/acts/keep_grade").fill(announcement(site, 4, opinion="按新值判定")))
    day = (site.today + timedelta(days=8)).isoformat()
    do(officer, number, "tell_lower_grade", {"facts": "复算值高于修订后的基准值", "last_day": day})
    sign(site.visitor("ecology.head"), number)
    do(site.visitor("unit"), number, "state_case", {"statement": "没有异议"})
    site.wait_until(site.today + timedelta(days=10))
    do(site.visitor("ecology.officer"), number, "publish_lower_grade", announcement(site, 5, opinion="已听取陈述"))
    sign(site.visitor("ecology.head"), number)
    sign(site.visitor("ecology.leader"), number)
    entries = public(site, register)

    assert (explained[:3], "系统边界从摇篮到大门基准值600" in explained) == ("：二级", True)
    assert [one in first.words for one in ("534.824", "平台复算", "企业自行申报", "二级", "有效")] == [True] * 5
    assert filing.CONTACT not in first.text
    assert (paper.headers["Content-Type"], paper.body[:4]) == ("application/pdf", b"%PDF")
    assert "更新核算" in outdated.words
    assert (compared[:3], "基准值500" in compared) == ("：三级", True)
    assert ("等级降低的，先告知、听取陈述" in kept.words, kept.status) == (True, 422)
    assert [one in entries.words for one in ("已重新评定", "有效", "二级", "三级")] == [True] * 4


def announcement(site: Site, serial: int, **also: Any) -> dict[str, Any]:
    return {
        "document_number": f"例环函〔2026〕{serial}号", "issued_on": site.today.isoformat(),
        "signed_file": pdf("公布文件.pdf"), **also,
    }  # fmt: skip


def signed(site: Site, number: int) -> None:
    sign(site.visitor("ecology.head"), number)
    sign(site.visitor("ecology.leader"), number)


def published_benchmark(site: Site) -> int:
    """A benchmark on its whole road: opinions, appraisal, and published by one officer and who signs."""
    officer = site.visitor("ecology.officer")
    page = officer.get("/collective/benchmarks/new")
    number = case_of(officer.send(page, page.form("request_key")))
    for name, answers in BENCHMARK.items():
        page = section(officer, number, name, answers)
        assert (page.status, page.errors) == (200, []), name
    do(officer, number, "consult")
    sign(site.visitor("ecology.head"), number)
    for one in DEPARTMENTS:
        do(site.visitor(one), number, "give_opinion", {"stance": "agree"})
    do(officer, number, "to_experts")
    appraisal = {"held_on": site.today.isoformat(), "opinion": "数值合理", "passed": True}
    do(officer, number, "record_appraisal", {**appraisal, "opinion_file": pdf("论证意见.pdf")})
    signed(site, number)
    in_force = {"in_force_from": site.today.isoformat()}
    do(officer, number, "announce", announcement(site, 1, **in_force))
    sign(site.visitor("ecology.head"), number)
    return number


def revised(site: Site, number: int) -> None:
    """A new version with lower values replaces the one in force."""
    officer: Visitor = site.visitor("ecology.officer")
    do(officer, number, "renew", {"ground": "sample", "note": "行业水平变化"})
    section(officer, number, "values", {"baseline": "500", "advanced": "400"})
    in_force = {"in_force_from": site.today.isoformat()}
    do(officer, number, "announce_revision", announcement(site, 3, **in_force))
    signed(site, number)


def verified(site: Site, number: int) -> str:
    """The application is taken in and its grade worked out; what the case page says of it."""
    officer = site.visitor("ecology.officer")
    do(officer, number, "accept", {"unit_agrees": True})
    answer_findings(officer, number)
    do(officer, number, "compare")
    return decided(site, number)


def decided(site: Site, number: int) -> str:
    """What the case page says of the decision and of the benchmark on which it rests, without spaces."""
    words = site.visitor("ecology.officer").get(f"/cases/{number}").words
    return "".join(words.partition("分级判定表")[2].split())


def graded(site: Site, number: int) -> None:
    """Proposed, agreed, posted for comment, and published."""
    officer = site.visitor("ecology.officer")
    do(officer, number, "propose", {"opinion": "复算与自评一致"})
    sign(site.visitor("ecology.head"), number)
    do(site.visitor("reform"), number, "give_opinion", {"stance": "agree"})
    do(officer, number, "to_publicity")
    signed(site, number)
    posted = {"url": "https://example.org/gongshi", "posted_on": site.today.isoformat()}
    do(officer, number, "post", {**posted, "screenshot": pdf("公示网页.pdf")})
    site.wait_until(site.today + timedelta(days=14))
    do(site.visitor("ecology.officer"), number, "announce", announcement(site, 2))
