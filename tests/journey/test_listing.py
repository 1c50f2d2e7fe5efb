"""From a penalty to the list of serious dishonesty and off it again: decided with the penalty, read by everybody, removed after a year."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey.drive import Stage, fill, follow, press, stage
from tests.journey.enforcement import (
    DECISION,
    UNIT,
    act,
    decision,
    filed,
    investigated,
    regulator,
    serve,
    signed,
)
from tests.journey.filing import pdf, section
from tests.journey.offices import do
from tests.journey.prepared import enter, told
from tests.journey.world import Site

pytestmark = pytest.mark.browser

REGISTER = "/public/registers/jiangxi/serious_list"
PAPERS = ("列入严重违法失信名单决定书", "信用修复告知书")
REASON = {"ground": "forged_mark", "clause": "第七条第（示例）项", "heavier": "fine", "intent": "intended"}
MEASURES = ("weighed", "focus", "no_promise", "no_honours")


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    return regulator(sqlite_database, settings)


def test_an_enterprise_is_listed_with_its_penalty_and_removed_early_only_after_a_year(
    site: Site, tmp_path: Path
) -> None:
    penalty = filed(site)
    investigated(site, penalty)
    do(site.visitor("officer"), penalty, "send_notice", {"facts": "拟罚款五万元"})
    serve(site, penalty, "行政处罚告知书")
    listing = proposed(site, penalty)
    groundless = act(site, "officer", listing, "propose", {"opinion": "建议列入"})
    reasoned(site, listing, **REASON)
    noticed(site, listing)
    site.wait_until(site.today + timedelta(days=9))
    do(site.visitor("officer"), listing, "go_on", {"summary": "未行使"})
    unpunished = act(site, "officer", listing, "decide_listing", listed(site))
    punished(site, penalty, listing)
    do(site.visitor("officer"), listing, "decide_listing", listed(site))
    signed(site, listing, "head", "leader")
    serve(site, listing, *PAPERS)
    do(site.visitor("officer"), listing, "confirm_service", {"told": True})
    do(site.visitor("officer"), listing, "publish", {"checked": True})
    signed(site, listing, "head")
    begun = site.today
    with stage(site, tmp_path / "shots") as on:
        shown = read_by_the_public(on)
        site.wait_until(begun.replace(year=begun.year + 1))
        early = looked_at_by_the_party(on, listing)
        site.wait_until(begun.replace(year=begun.year + 1) + timedelta(days=1))
        on.pages.pop("unit").context.close()
        asked = asked_by_the_party(on, listing)
        removed(site, listing)
        page = on.person("anybody")
        page.goto(REGISTER)
        on.look(page, "listing-gone", narrow=True)
        after = told(page)

    assert any("没有法定情形" in one for one in groundless.errors)
    assert any("还没有登记所依据的行政处罚决定" in one for one in unpunished.errors)
    assert all(one in shown for one in (UNIT, DECISION, "在列", "第七条第（示例）项"))
    assert "“列入决定日期”为2026年6月10日，1年至2027年6月10日届满，届满后才能办理。" in early
    assert "移出申请受理" in asked
    assert "提前移出" in after
    assert on.faults == []


def proposed(site: Site, penalty: int) -> int:
    """The case of the listing, opened from that of the penalty with what is known of the party."""
    officer = site.visitor("officer")
    do(officer, penalty, "propose_listing", {"ground": "伪造、冒用认证标志"})
    links = officer.get(f"/cases/{penalty}").links("/cases/")
    number = next(int(one[7:]) for one in links if one[7:].isdecimal() and int(one[7:]) != penalty)
    reasoned(site, number, **{**REASON, "ground": "none", "clause": "无"})
    assert section(officer, number, "office", {"level": "province", "organ": "例市场监督管理局"}).errors == []
    return number


def reasoned(site: Site, number: int, **why: Any) -> None:
    """Why it is to be listed, as the officer types it."""
    grave = {"gravity": ["vile", "grave", "harmful"], "measures": MEASURES, "weighing": "多次、故意、影响较大"}
    assert section(site.visitor("officer"), number, "act", {**grave, **why}).errors == []


def noticed(site: Site, number: int) -> None:
    """Proposed, reviewed by somebody else, told to the party."""
    officer = site.visitor("officer")
    do(officer, number, "propose", {"opinion": "建议列入"})
    signed(site, number, "head")
    points = {f"points-{one}-conclusion": "met" for one in ("ground", "heavier", "intent", "procedure")}
    do(site.visitor("reviewer"), number, "pass_review", {**points, "opinion": "同意"})
    do(officer, number, "send_notice", {"facts": "拟列入"})
    signed(site, number, "head", "leader")
    serve(site, number, "拟列入严重违法失信名单告知书")


def punished(site: Site, penalty: int, listing: int) -> None:
    """The penalty is decided on this day, and its number recorded in the case of the listing."""
    officer = site.visitor("officer")
    do(officer, penalty, "go_on", {"summary": "未行使"})
    do(officer, penalty, "decide", decision(site))
    signed(site, penalty, "head", "leader")
    do(officer, listing, "record_penalty", {"number": DECISION, "decided_on": site.today.isoformat()})


def listed(site: Site) -> dict[str, Any]:
    return {
        "document_number": "例市监列〔2026〕1号", "decided_on": site.today.isoformat(), "ban": "none", "reasons": "事实清楚",
        "paper": pdf("列入决定.pdf"),
    }  # fmt: skip


def read_by_the_public(on: Stage) -> str:
    """What anybody reads of the listing in the public register."""
    page = on.person("anybody")
    page.goto(REGISTER)
    on.look(page, "listing-register", narrow=True)
    follow(page, "失信名单〔2026〕0001")
    on.look(page, "listing-entry", narrow=True)
    return told(page)


def looked_at_by_the_party(on: Stage, number: int) -> str:
    """What the page tells the party of what it may do."""
    page = enter(on, "unit")
    page.goto(f"/cases/{number}")
    on.look(page, "listing-party", narrow=True)
    assert page.get_by_role("link", name="申请提前移出").count() == 0
    return told(page)


def asked_by_the_party(on: Stage, number: int) -> str:
    """The party asks to be removed; what the page then says."""
    page = enter(on, "unit")
    page.goto(f"/cases/{number}")
    follow(page, "申请提前移出")
    fill(page, {"performed": "罚款已缴清，标注已撤下。", "papers": pdf("证明.pdf"), "promise": True})
    on.look(page, "listing-removal", narrow=True)
    press(page, "申请提前移出")
    page.goto(f"/cases/{number}")
    on.look(page, "listing-asked")
    return told(page)


def removed(site: Site, number: int) -> None:
    """Accepted, granted with two signatures, publication ended."""
    officer = site.visitor("officer")
    do(officer, number, "accept_removal", {"note": "材料齐全"})
    points = {f"points-{one}-conclusion": "met" for one in ("performed", "harm", "no_further")}
    granted = {"document_number": "例市监移〔2027〕1号", "decided_on": site.today.isoformat(), "opinion": "符合条件"}
    do(officer, number, "grant_removal", {**granted, **points})
    signed(site, number, "head", "leader")
    do(officer, number, "stop_publication", {"note": "已停止公示"})
