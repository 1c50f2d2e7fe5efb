"""A prefecture becomes a comprehensive pilot: its bureau files, the departments agree, it reports and is evaluated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from caseflow import clock
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import rounds
from caseflow.people import organisations
from tests.journey.filing import case_of, pdf, public, section
from tests.journey.offices import do, sign
from tests.journey.second_province import announcement, enrol, sealed_form
from tests.journey.world import Site, build

DEPARTMENTS = ("reform", "industry", "finance", "commerce", "market", "bank")
PEOPLE = {
    "city.officer": ("演示宜经", "municipal", "jx-yichun"),
    "city.head": ("演示宜科", "municipal_head", "jx-yichun"),
    "city.leader": ("演示宜局", "municipal_leader", "jx-yichun"),
    "ecology.officer": ("演示江环", "provincial", "jx-ecology"),
    "ecology.head": ("演示江处", "provincial_head", "jx-ecology"),
    "ecology.leader": ("演示江厅", "provincial_leader", "jx-ecology"),
    **{one: (f"演示联络{one}", "department", f"jx-{one}") for one in DEPARTMENTS},
}
THEME = "锂电产业链碳足迹综合管理"
FORM: dict[str, dict[str, Any]] = {
    "city": {
        "name": "宜春市", "theme": THEME, "products": "动力电池",
        "contact_name": "示例联系人", "contact_phone": "400-000-0002",
    },
    "conditions": {"foundation": "已有三十家企业核算。", "leaders": "两家链主企业参与。", "safeguards": "安排专项资金。"},
    "plan": {
        "rows-0-heading": "accounting", "rows-0-task": "重点产品核算", "rows-0-responsible": "市生态环境局",
        "rows-0-due": "2027-12-31", "rows-0-indicator": "核算产品二十个",
    },
    "attachments": {"work_plan": pdf("试点工作方案.pdf")},
}  # fmt: skip
POINTS = {f"checklist-{point}-conclusion": "met" for point in ("conditions", "enterprises", "tasks")}


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    """The second province with its people, and a call for comprehensive pilots that is open."""
    found = build(sqlite_database, settings)
    enrol(found, PEOPLE)
    today = found.today
    with found.time(), found.database.write() as tx:
        found.round_id = rounds.create(
            tx, organisations.authority_id(tx, "jiangxi"), code="call", title={"zh": "示例征集", "en": "Example call"},
            workflows=["city-pilot"], opens_at=clock.at_local(today - timedelta(days=10)),
            closes_at=clock.end_of(today + timedelta(60)), notice="赣环气候字〔2025〕376号",
        )  # fmt: skip
    return found


def test_a_prefecture_files_is_announced_reports_and_is_evaluated(site: Site) -> None:
    number = filed(site)
    officer, today = site.visitor("ecology.officer"), site.today.isoformat()
    do(officer, number, "pass", {**POINTS, "opinion": "条件具备"})
    sign(site.visitor("ecology.head"), number)
    meeting = {"held_on": today, "minutes_file": pdf("会议纪要.pdf")}
    page = officer.get(f"/cases/{number}/acts/to_decision")
    early = officer.send(page, page.form("/acts/to_decision").fill(meeting))
    for one in DEPARTMENTS:
        do(site.visitor(one), number, "give_opinion", {"stance": "agree"})
    do(officer, number, "to_decision", meeting)
    signed(site, number, "ecology")
    do(officer, number, "announce", announcement(site, 1))
    listed = public(site, "/public/registers/jiangxi/city_pilots")
    entry = public(site, listed.link("/city_pilots/"))

    due = (site.today + timedelta(days=20)).isoformat()
    do(officer, number, "call_report", {"due_on": due, "matter": "年度进展"})
    sign(site.visitor("ecology.head"), number)
    bureau = site.visitor("city.officer")
    progress = {"rows-0-status": "done", "rows-0-note": "已完成"}
    reported = do(bureau, number, "report_progress", {"up_to": today, **progress})
    outcome = {"rows-0-status": "done", "rows-0-result": "核算产品二十个"}
    do(bureau, number, "apply_summary", {**outcome, "report_file": pdf("总结报告.pdf")})
    signed(site, number, "city")
    do(officer, number, "complete", {"opinion": "任务完成"})
    signed(site, number, "ecology")
    ended = public(site, listed.link("/city_pilots/"))

    assert (early.status, "实施意见三11" in early.words) == (422, True)
    assert [one in listed.words for one in ("宜春市", THEME, "试点中")] == [True] * 3
    assert "示例联系人" not in listed.text
    assert "主管部门 江西省生态环境厅" in entry.words
    assert "试点实施" in reported.words
    assert "试点结束" in ended.words


def filed(site: Site) -> int:
    """Filled in, made, signed by the bureau and sent."""
    officer = site.visitor("city.officer")
    page = officer.get("/collective/city-pilot/new")
    number = case_of(officer.send(page, page.form("round").fill(round=site.round_id)))
    for name, answers in FORM.items():
        page = section(officer, number, name, answers)
        assert (page.status, page.errors) == (200, []), name
    do(officer, number, "finalise")
    do(officer, number, "submit", {**sealed_form(site, number), "no_state_secret": True})
    signed(site, number, "city")
    return number


def signed(site: Site, number: int, office: str) -> None:
    sign(site.visitor(f"{office}.head"), number)
    sign(site.visitor(f"{office}.leader"), number)
