"""A penalty from the clue to its publication: filed by two, reviewed by others, told, heard, decided, served and published."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey.drive import Stage, fill, follow, press, stage
from tests.journey.enforcement import (
    CLUE,
    DECISION,
    NOTE,
    UNIT,
    act,
    decision,
    filed,
    investigated,
    regulator,
    serve,
    signed,
)
from tests.journey.filing import pdf
from tests.journey.offices import do
from tests.journey.prepared import enter, told
from tests.journey.world import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    return regulator(sqlite_database, settings)


def test_a_penalty_is_worked_by_many_hands_and_read_by_everybody_in_the_end(site: Site, tmp_path: Path) -> None:
    number = filed(site)
    investigated(site, number)
    unheard = site.visitor("unit").get(f"/cases/{number}").status
    do(site.visitor("officer"), number, "send_notice", {"facts": "拟罚款五万元"})
    with stage(site, tmp_path / "shots") as on:
        served_in_the_browser(on, number)
        early = act(site, "officer", number, "go_on", {"summary": "未行使"})
        inside = read_by_the_party(on, number)
        site.wait_until(site.today + timedelta(days=14))
        do(site.visitor("officer"), number, "consider_statements", {"opinion": "部分采纳"})
        signed(site, number, "head")
        do(site.visitor("officer"), number, "go_on", {"summary": "已陈述，已复核"})
        heavier = act(site, "officer", number, "decide", decision(site, fine="60000.00"))
        decided(site, number)
        published(site, number)
        entry = read_by_the_public(on)
        performed(site, number)
    closed = site.visitor("officer").get(f"/cases/{number}?part=papers").words

    assert unheard == 404
    assert early.errors == [
        "“《行政处罚告知书》送达日期”为2026年6月1日，5个工作日至2026年6月8日届满，届满后才能办理。（程序规定第五十七条）"
    ]
    assert "行政处罚告知书" in inside[0]
    assert [mark in words for words in inside for mark in (CLUE, NOTE)] == [False] * 4
    assert heavier.errors == ["罚款重于告知的数额。（依据：程序规定第五十八条）"]
    assert all(one in entry for one in (DECISION, UNIT, "罚款五万元", "公示中"))
    assert [mark in entry for mark in (CLUE, NOTE)] == [False, False]
    assert "已结案" in closed
    assert closed.count("直接送达") == 3
    assert on.faults == []


def served_in_the_browser(on: Stage, number: int) -> None:
    """The officer finds on the page of the case that the notice is still to be served, and says that it was."""
    page = enter(on, "officer")
    page.goto(f"/cases/{number}")
    on.look(page, "penalty-to-serve", narrow=True)
    follow(page, "登记送达：行政处罚告知书")
    fill(page, {"way": "direct", "done_on": on.site.today.isoformat(), "receiver": "前台"})
    press(page, "登记送达")
    assert "请上传送达回证扫描件" in told(page)
    fill(page, {"file": pdf("回证.pdf")})
    on.look(page, "penalty-service", narrow=True)
    press(page, "登记送达")
    page.goto(f"/cases/{number}")
    on.look(page, "penalty-served")
    assert "待登记送达" not in told(page)


def read_by_the_party(on: Stage, number: int) -> list[str]:
    """The party reads what was served on it and states its case; all that it can read of the case."""
    page = enter(on, "unit")
    page.goto(f"/cases/{number}")
    on.look(page, "penalty-party", narrow=True)
    found = [told(page)]
    follow(page, "陈述申辩")
    fill(page, {"stated_on": on.site.today.isoformat(), "text": "标注已经撤下，请从轻处理。"})
    on.look(page, "penalty-statement", narrow=True)
    press(page, "陈述申辩")
    page.goto(f"/cases/{number}?part=timeline")
    on.look(page, "penalty-party-stated")
    return [*found, told(page)]


def read_by_the_public(on: Stage) -> str:
    """What anybody reads of the penalty in the public register."""
    page = on.person("anybody")
    page.goto("/public/registers/jiangxi/penalties")
    on.look(page, "penalty-register", narrow=True)
    follow(page, DECISION)
    on.look(page, "penalty-entry", narrow=True)
    return told(page)


def decided(site: Site, number: int) -> None:
    officer = site.visitor("officer")
    do(officer, number, "decide", decision(site))
    signed(site, number, "head", "leader")
    serve(site, number, "行政处罚决定书", "信用修复告知书")
    do(officer, number, "confirm_service", {"told": True})


def published(site: Site, number: int) -> None:
    until = (site.today + timedelta(days=200)).isoformat()
    do(site.visitor("officer"), number, "publish", {"until": until, "decision": pdf("公示.pdf"), "checked": True})
    signed(site, number, "head")


def performed(site: Site, number: int) -> None:
    """Paid, performed and closed."""
    officer, today = site.visitor("officer"), site.today.isoformat()
    do(officer, number, "record_payment", {"paid_on": today, "amount": "50000.00", "receipt": pdf("收据.pdf")})
    do(officer, number, "finish", {"how": "罚款已缴清，标注已撤下"})
    do(officer, number, "close", {"way": "performed", "goods": "无", "index": True})
    signed(site, number, "head", "leader")
