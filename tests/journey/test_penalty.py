"""A penalty from the clue to its publication: filed by two, reviewed by others, told, heard, decided, served and published."""

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
from tests.journey.filing import case_of, pdf, public, section
from tests.journey.offices import do, sign
from tests.journey.visitor import Visitor
from tests.journey.world import SECRET, Site, build
from tests.people.conftest import password_hash

UNIT, CODE = "宜春示例电池有限公司", make_credit_code("91", "360900", 91)
PEOPLE = {
    "officer": ("演示办案", "enforcement_officer", "jx-market"),
    "second": ("演示协办", "second_officer", "jx-market"),
    "head": ("演示机构负责", "enforcement_head", "jx-market"),
    "reviewer": ("演示审核", "case_reviewer", "jx-market"),
    "leader": ("演示部门负责", "market_leader", "jx-market"),
    "unit": ("演示当事人", "party", "unit"),
}
CLUE, NOTE, DECISION = "群众反映标注虚高的线索原文", "内部备注不外传", "例市监罚〔2025〕1号"
POINTS = ("competent", "party", "facts", "nature", "law", "procedure", "proper")


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    """The market regulator of the province, and the enterprise that is the party."""
    found = build(sqlite_database, settings)
    known, keys = reference.roles(settings), found.ground.keys
    with found.time(), found.database.write() as tx:
        authority = organisations.authority_id(tx, "jiangxi")
        unit = organisations.record(
            tx, authority_id=authority, name_zh=UNIT, name_en=UNIT, credit_code=CODE, kind="enterprise",
            prefecture_id=found.ids["jx-yichun"], division="360900",
        )  # fmt: skip
        places = {**found.ids, "unit": unit}
        for login, (name, role, place) in PEOPLE.items():
            who = accounts.create(
                tx, authority_id=authority, login=login, name=name, password_hash=password_hash(), keys=keys
            )
            roles.grant(tx, known, person_id=who, organisation_id=places[place], role=role, by=None)
            if place != "unit":
                sealed = accounts.seal(keys, login, "second_factor", SECRET)
                tx.execute(person.update().where(person.c.id == who).values(second_factor=sealed, last_step=0))
    return found


def test_a_penalty_is_worked_by_many_hands_and_read_by_everybody_in_the_end(site: Site) -> None:
    number = filed(site)
    investigated(site, number)
    told = site.visitor("officer")
    do(told, number, "send_notice", {"facts": "拟罚款五万元"})
    serve(told, number, "行政处罚告知书")
    early = act(site, "officer", number, "go_on", {"summary": "未行使"})
    unseen = site.visitor("unit").get(f"/cases/{number}").status
    do(site.visitor("officer"), number, "open_to_party", {"code": CODE})
    seen = site.visitor("unit").get(f"/cases/{number}")
    inside = [site.visitor("unit").get(f"/cases/{number}{part}").words for part in ("", "?part=timeline")]
    do(site.visitor("unit"), number, "state_case", {"stated_on": site.today.isoformat(), "text": "请从轻"})
    site.wait_until(site.today + timedelta(days=14))
    do(site.visitor("officer"), number, "consider_statements", {"opinion": "部分采纳"})
    sign(site.visitor("head"), number)
    do(site.visitor("officer"), number, "go_on", {"summary": "已陈述，已复核"})
    heavier = act(site, "officer", number, "decide", decision(site, fine="60000.00"))
    decided(site, number)
    published(site, number)
    register = public(site, "/public/registers/jiangxi/penalties")
    entry = public(site, register.link("/penalties/"))

    assert "尚未届满" in " ".join([*early.errors, early.words]) or "期" in " ".join(early.errors)
    assert (unseen, seen.status) == (404, 200)
    assert [mark in words for words in inside for mark in (CLUE, NOTE)] == [False] * 4
    assert "罚款重于告知的数额" in " ".join([*heavier.errors, heavier.words])
    assert all(one in entry.words for one in (DECISION, UNIT, "罚款五万元", "公示中"))
    assert [mark in entry.words for mark in (CLUE, NOTE)] == [False, False]


def filed(site: Site) -> int:
    """The clue entered, looked into and filed, with the signatures of two officers, the head and the leader."""
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
    for who in ("second", "head", "leader"):
        sign(site.visitor(who), number)
    assert refused.errors != []
    return number


def investigated(site: Site, number: int) -> None:
    """Evidence, the report with its second signature, the review by somebody else, the leader's approval."""
    today = site.today.isoformat()
    officer = site.visitor("officer")
    evidence = {"item": "截图", "kind": "electronic", "proves": "标注", "source": "现场", "taken_on": today}
    do(officer, number, "take_evidence", {**evidence, "taken_by": "甲、乙", "keeper": "甲", "paper": pdf("证据.pdf")})
    report = {
        "offence": "misleading_claim", "happened_on": today, "gravity": "ordinary", "facts": "没有依据",
        "discretion": "从轻", "proposal": "punish", "corrected": "not_ordered", "kinds": ["fine"], "fine": "50000.00",
    }  # fmt: skip
    do(officer, number, "conclude_investigation", {**report, "paper": pdf("报告.pdf")})
    sign(site.visitor("second"), number)
    points = {f"points-{one}-conclusion": "met" for one in POINTS}
    do(site.visitor("reviewer"), number, "pass_review", {"kind": "case", **points, "opinion": "同意"})
    do(site.visitor("leader"), number, "approve_proposal", {"opinion": "同意"})


def decision(site: Site, fine: str = "50000.00") -> dict[str, Any]:
    return {
        "document_number": DECISION, "decided_on": site.today.isoformat(), "kinds": ["fine"], "fine": fine,
        "content": "罚款五万元", "organ": "例市场监督管理局", "class": "general", "discretion": "从轻", "paper": pdf("决定.pdf"),
    }  # fmt: skip


def decided(site: Site, number: int) -> None:
    officer = site.visitor("officer")
    do(officer, number, "decide", decision(site))
    for who in ("head", "leader"):
        sign(site.visitor(who), number)
    for paper in ("行政处罚决定书", "信用修复告知书"):
        serve(officer, number, paper)
    do(officer, number, "confirm_service", {"told": True})


def published(site: Site, number: int) -> None:
    until = (site.today + timedelta(days=200)).isoformat()
    do(site.visitor("officer"), number, "publish", {"until": until, "decision": pdf("公示.pdf"), "checked": True})
    sign(site.visitor("head"), number)


def opened(officer: Visitor) -> int:
    """A case of the office begun from its start page."""
    page = officer.get("/collective/penalty/new")
    return case_of(officer.send(page, page.form("request_key")))


def serve(officer: Visitor, number: int, title: str) -> None:
    """Record that the newest letter of this title was handed over today."""
    page = officer.get(f"/cases/{number}?part=letters")
    record = officer.get(next(link for link in page.links("/service") if link))
    for link in page.links("/service"):
        record = officer.get(link)
        if title in record.words:
            break
    form = record.form("/service").fill(
        way="direct", done_on=str(officer_day(record)), receiver="前台", file=pdf("回证.pdf")
    )
    done = officer.send(record, form)
    assert (done.status, done.errors) == (200, []), (done.errors, done.words[:800])


def officer_day(page: Any) -> str:
    """The day that the form offers."""
    return str(page.form("/service")["done_on"])


def act(site: Site, who: str, number: int, name: str, answers: dict[str, Any]) -> Any:
    """An act that is refused: the page that says so."""
    visitor = site.visitor(who)
    where = f"/cases/{number}/acts/{name}"
    page = visitor.get(where)
    return visitor.send(page, page.form(where).fill(answers))
