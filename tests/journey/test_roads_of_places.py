"""Side roads on which a place is freed or a list changes, on real pages: objection, withdrawal, exit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey import filing, offices
from tests.journey.drive import fill, press, stage
from tests.journey.prepared import MANAGEMENT, Prepared, enter, sign, told
from tests.journey.world import DEPARTMENTS, Site, build

pytestmark = pytest.mark.browser

COKE = {"intake.product_class": "coke"}
PASSED = {"intake": {"product_class": "coke", "priority": "none", "consistent": True}}
FIRST, SECOND = "云岭示例焦化有限公司", "松泉示例焦化有限公司"


@pytest.fixture
def here(sqlite_database: Database, settings: Settings) -> Prepared:
    """One place for coke, and two makers of it."""
    site: Site = build(sqlite_database, settings)
    made = Prepared(site)
    made.limit(COKE, 1)
    made.unit("yunling", FIRST)
    made.unit("songquan", SECOND)
    return made


def test_an_objection_is_upheld_and_the_reserve_is_promoted_with_a_fresh_publicity(
    here: Prepared, tmp_path: Path
) -> None:
    site = here.site
    case = here.stands(
        "yunling", MANAGEMENT, FIRST, "publicity", product__product="冶金焦", facts=PASSED, holds=("pilot_places",)
    )
    spare = here.stands("songquan", MANAGEMENT, SECOND, "reserve", product__product="冶金焦", facts=PASSED)
    with stage(site, tmp_path / "shots") as on:
        officer = enter(on, "province.officer")
        officer.goto(f"/cases/{spare}")
        on.look(officer, "reserve-waits")
        assert officer.locator(f'a[href$="/cases/{spare}/acts/promote"]').count() == 0, "promoted without a free place"

        officer.goto(f"/cases/{case}/acts/register_objection")
        fill(officer, {
            "objector": "示例异议人", "contact": "400-000-0009", "received_on": site.today.isoformat(),
            "matter": "上年产量与统计数据不符。",
        })  # fmt: skip
        on.look(officer, "objection-form", narrow=True)
        press(officer, "登记异议")
        officer.goto(f"/cases/{case}/acts/ask_explanation")
        fill(officer, {
            "matter": "请说明上年产量的统计口径。", "reply_by": (site.today + timedelta(days=7)).isoformat()
        })  # fmt: skip
        press(officer, "听取被异议单位说明")
        officer.goto(f"/cases/{case}")
        on.look(officer, "objection-open")

        page = enter(on, "yunling")
        page.goto(f"/cases/{case}")
        on.look(page, "objection-told", narrow=True)
        assert "示例异议人" not in page.content(), "the unit reads who objected"
        assert "请说明上年产量的统计口径" in told(page)
        page.goto(f"/cases/{case}/acts/explain")
        fill(page, {"text": "申报值为含委托加工的产量，统计报表见附件。"})
        press(page, "说明情况")

        officer.goto(f"/cases/{case}/acts/uphold")
        checked = {"officers": [site.people["province.officer"]], "findings": "产量不实，不符合通知二（一）2所列条件。"}
        meeting = {"held_on": site.today.isoformat(), "minutes_file": filing.pdf("会议纪要.pdf")}
        fill(officer, {**checked, **meeting})
        press(officer, "异议成立")
        on.look(officer, "objection-one-officer")
        assert "须有2名以上工作人员" in told(officer)
        fill(officer, {"officers": [site.people["province.second"]]})
        if officer.locator('input[type=file][name="minutes_file"]').count():
            fill(officer, {"minutes_file": filing.pdf("会议纪要.pdf")})
        press(officer, "异议成立")
        for login in ("province.head", "province.leader"):
            sign(on, login, case)
        page.goto(f"/cases/{case}")
        on.look(page, "objection-upheld", narrow=True)
        assert (here.state(case), "未入选" in told(page)) == ("not_selected", True)

        officer.goto(f"/cases/{spare}/acts/promote")
        fill(officer, {"note": "一家单位异议成立，名额释放，按得分递补。"})
        on.look(officer, "reserve-promote")
        press(officer, "递补")
        for login in ("province.head", "province.leader"):
            sign(on, login, spare)
        assert here.state(spare) == "proposal"

        listing = here.proposed(spare)
        here.consulted(listing)
        here.decided(listing)
        officer.goto(f"/cases/{listing}/acts/post")
        fill(officer, offices.posting(site.today))
        press(officer, "登记公示发布")
        visitor = on.person("visitor")
        visitor.goto("/lists/publicity")
        on.look(visitor, "fresh-publicity", narrow=True)
        assert (SECOND in told(visitor), FIRST in told(visitor)) == (True, False)
        assert on.faults == []


def test_the_opinions_of_the_departments_lapse_when_a_unit_withdraws(here: Prepared, tmp_path: Path) -> None:
    site = here.site
    here.limit(COKE, 3)
    leaves = here.stands("yunling", MANAGEMENT, FIRST, "proposal", product__product="冶金焦", facts=PASSED)
    stays = here.stands("songquan", MANAGEMENT, SECOND, "proposal", product__product="铸造焦", facts=PASSED)
    listing = here.proposed(leaves, stays)
    here.consulted(listing, DEPARTMENTS)
    with stage(site, tmp_path / "shots") as on:
        officer = enter(on, "province.officer")
        officer.goto(f"/cases/{listing}")
        on.look(officer, "opinions-in")

        page = enter(on, "yunling")
        page.goto(f"/cases/{leaves}/acts/withdraw")
        fill(page, {"reasons": "经营计划调整，不再申报。"})
        on.look(page, "withdraw", narrow=True)
        press(page, "撤回申报")
        assert here.state(leaves) == "withdrawn"

        officer.goto(f"/cases/{listing}")
        on.look(officer, "opinions-void", narrow=True)
        assert told(officer).count("已失效") >= len(DEPARTMENTS)
        officer.goto(f"/cases/{listing}/acts/to_meeting")
        assert "山西省发展和改革委员会" in told(officer), "it does not say whose opinion is missing"
        assert here.state(listing) == "consulting"

        department = enter(on, f"{DEPARTMENTS[0]}.officer")
        department.goto("/desk")
        on.look(department, "opinion-owed-again", narrow=True)
        department.goto(f"/cases/{listing}/acts/give_opinion")
        fill(department, {"stance": "agree"})
        press(department, "回复意见")
        here.consulted(listing, DEPARTMENTS[1:])
        officer.goto(f"/cases/{listing}")
        on.look(officer, "opinions-again")
        press(officer, "提请会议审议")
        assert here.state(listing) == "meeting"
        assert on.faults == []


def test_a_pilot_leaves_and_its_place_is_free_for_the_reserve(here: Prepared, tmp_path: Path) -> None:
    site = here.site
    case = here.stands(
        "yunling", MANAGEMENT, FIRST, "implementing", product__product="冶金焦", facts=PASSED, commits=("pilot_places",)
    )
    spare = here.stands("songquan", MANAGEMENT, SECOND, "reserve", product__product="冶金焦", facts=PASSED)
    with stage(site, tmp_path / "shots") as on:
        officer, page = enter(on, "province.officer"), enter(on, "yunling")
        officer.goto("/quota")
        on.look(officer, "quota-full")
        page.goto(f"/cases/{case}")
        on.look(page, "implementing", narrow=True)
        page.goto(f"/cases/{case}/acts/quit")
        fill(page, {"reasons": "产品停产，生产线拆除。", "statement": filing.pdf("退出申请.pdf")})
        on.look(page, "quit", narrow=True)
        press(page, "申请退出试点")
        visitor = on.person("visitor")
        visitor.goto("/lists/published")
        assert FIRST in told(visitor), "it is a pilot until the last signature"
        for login in ("province.head", "province.leader"):
            sign(on, login, case)
        page.goto(f"/cases/{case}")
        on.look(page, "left", narrow=True)
        assert "已退出" in told(page)
        visitor.goto("/lists/published")
        assert FIRST not in told(visitor)

        officer.goto("/quota")
        on.look(officer, "quota-free")
        officer.goto(f"/cases/{spare}/acts/promote")
        fill(officer, {"note": "一家单位退出，名额释放。"})
        press(officer, "递补")
        for login in ("province.head", "province.leader"):
            sign(on, login, spare)
        assert here.state(spare) == "proposal"
        assert on.faults == []
