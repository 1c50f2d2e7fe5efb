"""The market regulator of a province with its officers, an enterprise, and a penalty brought to where a journey begins."""

from __future__ import annotations

import itertools
from typing import Any

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.workflow.identifiers import make_credit_code
from tests.journey.filing import case_of, pdf, section
from tests.journey.offices import do, sign
from tests.journey.pages import Page
from tests.journey.second_province import enrol
from tests.journey.visitor import Visitor
from tests.journey.world import Site, build

UNIT, CODE = "宜春示例电池有限公司", make_credit_code("91", "360900", 91)
CLUE, NOTE, DECISION = "群众反映标注虚高的线索原文", "内部备注不外传", "例市监罚〔2026〕1号"
PEOPLE = {
    "officer": ("演示办案", "enforcement_officer", "jx-market"),
    "second": ("演示协办", "second_officer", "jx-market"),
    "head": ("演示机构负责", "enforcement_head", "jx-market"),
    "reviewer": ("演示审核", "case_reviewer", "jx-market"),
    "leader": ("演示部门负责", "market_leader", "jx-market"),
    "unit": ("演示当事人", "party", "unit"),
}
POINTS = ("competent", "party", "facts", "nature", "law", "procedure", "proper")


def regulator(database: Database, settings: Settings) -> Site:
    """The officers of the regulator, and the enterprise that is the party."""
    found = build(database, settings)
    enrol(found, PEOPLE, UNIT, CODE)
    return found


def filed(site: Site) -> int:
    """A clue entered, looked into and filed, with the signatures of two officers, the head and the leader."""
    officer = site.visitor("officer")
    number = opened(officer)
    today = site.today.isoformat()
    party = {"name": UNIT, "uscc": CODE, "kind": "body", "role_in": "producer", "region": "360900"}
    for name, answers in {
        "source": {"kind": "inspection", "found_on": today, "matter": "虚标产品碳足迹", "text": CLUE},
        "party": {**party, "address": "宜春市示例路1号", "note": NOTE},
    }.items():
        assert section(officer, number, name, answers).errors == [], name
    do(officer, number, "register")
    do(officer, number, "record_check", {"day": today, "officers": "甲、乙", "found": "不符"})
    alone = {"officers-0-name": "甲", "officers-0-card": "证1"}
    conditions = {f"conditions-{one}-conclusion": "met" for one in ("evidence", "punishable", "competent", "in_time")}
    refused = act(site, "officer", number, "open_file", {**conditions, **alone, "opinion": "立案"})
    both = {**alone, "officers-1-name": "乙", "officers-1-card": "证2"}
    do(officer, number, "open_file", {**conditions, **both, "opinion": "立案"})
    signed(site, number, "second", "head", "leader")
    assert refused.errors != []
    return number


def investigated(site: Site, number: int, **proposed: Any) -> None:
    """Evidence, the report with its second signature, the review by somebody else, the leader's approval."""
    today = site.today.isoformat()
    officer = site.visitor("officer")
    evidence = {"item": "截图", "kind": "electronic", "proves": "标注", "source": "现场", "taken_on": today}
    do(officer, number, "take_evidence", {**evidence, "taken_by": "甲、乙", "keeper": "甲", "paper": pdf("证据.pdf")})
    report = {
        "offence": "misleading_claim", "happened_on": today, "gravity": "ordinary", "facts": "没有依据",
        "discretion": "从轻", "proposal": "punish", "corrected": "not_ordered", "kinds": ["fine"], "fine": "50000.00",
    }  # fmt: skip
    do(officer, number, "conclude_investigation", {**report, **proposed, "paper": pdf("报告.pdf")})
    signed(site, number, "second")
    points = {f"points-{one}-conclusion": "met" for one in POINTS}
    do(site.visitor("reviewer"), number, "pass_review", {"kind": "case", **points, "opinion": "同意"})
    do(site.visitor("leader"), number, "approve_proposal", {"opinion": "同意"})


def decision(site: Site, fine: str = "50000.00") -> dict[str, Any]:
    return {
        "document_number": DECISION, "decided_on": site.today.isoformat(), "kinds": ["fine"], "fine": fine,
        "content": "罚款五万元", "organ": "例市场监督管理局", "class": "general", "discretion": "从轻", "paper": pdf("决定.pdf"),
    }  # fmt: skip


def opened(officer: Visitor) -> int:
    """A case of the office begun from its start page."""
    page = officer.get("/collective/penalty/new")
    return case_of(officer.send(page, page.form("request_key")))


def signed(site: Site, number: int, *logins: str) -> None:
    for login in logins:
        sign(site.visitor(login), number)


def serve(site: Site, number: int, *titles: str) -> None:
    """Record that letters were handed over today; the page of the case says which are still to be served."""
    officer = site.visitor("officer")
    page = officer.get(f"/cases/{number}")
    records = [officer.get(link) for link in dict.fromkeys(page.links("/service"))]
    for title, record in itertools.product(titles, records):
        if title not in record.headings[0]:
            continue
        current = officer.get(record.url)
        form = current.form("/service").fill(
            way="direct", done_on=site.today.isoformat(), receiver="前台", file=pdf("回证.pdf")
        )
        done = officer.send(current, form)
        assert (done.status, done.errors) == (200, []), (done.errors, done.words[:800])


def act(site: Site, who: str, number: int, name: str, answers: dict[str, Any]) -> Page:
    """An act that is refused: the page that says so."""
    visitor = site.visitor(who)
    where = f"/cases/{number}/acts/{name}"
    page = visitor.get(where)
    return visitor.send(page, page.form(where).fill(answers))
