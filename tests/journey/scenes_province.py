"""What the province, its experts and its departments do in the browser."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tests.journey import filing, offices
from tests.journey.drive import Stage, fill, follow, press
from tests.journey.scenes_bureau import answer_findings, open_host, sign
from tests.journey.world import DEPARTMENTS


def the_province_takes_it_in(on: Stage, case: int) -> None:
    officer = on.signed_in("province.officer")
    officer.goto("/desk")
    on.look(officer, "province-desk")
    officer.locator("main").get_by_role("link", name=re.compile("临汾市生态环境局")).first.click()
    officer.wait_for_load_state()
    on.look(officer, "province-submission")
    press(officer, "签收")
    answer_findings(officer, case)
    officer.goto(f"/cases/{case}/review?act=pass")
    fill(officer, {"product_class": "coke", "priority": "product", "consistent": True})
    on.look(officer, "formal-check")
    press(officer, "通过（送审签）")
    sign(on, "province.head", case)
    officer.goto(f"/cases/{case}?part=papers")
    on.look(officer, "case-papers")
    officer.goto(f"/cases/{case}?part=diagram")
    on.look(officer, "case-diagram")


def the_experts_score_it(on: Stage, case: int) -> None:
    site, officer = on.site, on.person("province.officer")
    meeting = open_host(on, officer, "review-meeting")
    press(officer, "编入")
    offices.enrol(site)
    officer.goto(f"/cases/{meeting}/acts/commit")
    on.look(officer, "meeting-commit")
    press(officer, "启动抽取")
    officer.goto(f"/cases/{meeting}/acts/freeze")
    press(officer, "冻结抽取范围")
    officer.goto(f"/cases/{meeting}")
    on.look(officer, "meeting-frozen")
    supervisor = on.signed_in("supervisor")
    supervisor.goto(f"/cases/{meeting}/acts/draw")
    fill(supervisor, {"witness": "七四一九"})
    on.look(supervisor, "meeting-draw")
    press(supervisor, "抽取")
    officer.goto(f"/cases/{meeting}")
    press(officer, "签署抽取记录")
    supervisor.goto(f"/cases/{meeting}")
    press(supervisor, "签署抽取记录")
    offices.reseat(site, meeting)
    officer.goto(f"/cases/{meeting}/draws/pilot_panel")
    on.look(officer, "meeting-drawn")
    experts = [site.people[login] for login in offices.EXPERTS]
    officer.goto(f"/cases/{meeting}/acts/notify_experts")
    fill(officer, {"held_on": site.today.isoformat(), "held_at": "9:30", "place": "第一会议室"})
    press(officer, "发出会议通知")

    for number in range(2, 8):
        offices.pledge(site, meeting, number)
    chair = on.signed_in("expert1")
    on.look(chair, "expert-desk")
    chair.goto(f"/cases/{meeting}/acts/answer")
    fill(chair, {"answer": "accept"})
    press(chair, "答复邀请")
    chair.goto(f"/cases/{meeting}/panel")
    on.look(chair, "expert-pledges", narrow=True)
    follow(chair, "签署承诺书、申报回避")
    fill(chair, {"secrecy": True, "integrity": True})
    on.look(chair, "expert-declare")
    press(chair, "签署承诺书、申报回避")

    officer.goto(f"/cases/{meeting}/acts/convene")
    fill(officer, {"present": experts[:7]})
    press(officer, "召开")
    for number, mark in zip(range(2, 8), (19, 20, 21, 22, 23, 24), strict=True):
        offices.score(site, meeting, number, case, mark)
    chair.goto(f"/cases/{meeting}/panel/{case}")
    assert "76" not in chair.locator("main").inner_text(), "another expert's total shows before the own score"
    fill(chair, offices.sheet(21))
    on.look(chair, "expert-sheet")
    assert chair.locator("[data-score-total]").inner_text() == "84"
    press(chair, "提交评分表")
    chair.goto(f"/cases/{meeting}/panel/{case}")
    on.look(chair, "expert-scored")

    officer.goto(f"/cases/{meeting}")
    on.look(officer, "meeting-scored")
    press(officer, "转入合议")
    chair.goto(f"/cases/{meeting}/panel")
    on.look(chair, "expert-discussion")
    officer.goto(f"/cases/{meeting}")
    press(officer, "汇总评分")
    officer.goto(f"/cases/{meeting}/ranking")
    on.look(officer, "ranking")
    chair.goto(f"/cases/{meeting}/acts/draft_opinion")
    fill(chair, {f"cases-{case}-text": "特色鲜明，建议列入试点。"})
    on.look(chair, "panel-opinion")
    press(chair, "起草专家组意见")
    chair.goto(f"/cases/{meeting}/acts/sign_opinion")
    press(chair, "签署专家组意见")
    for number in range(2, 8):
        offices.do(site.visitor(f"expert{number}"), meeting, "sign_opinion", {})
    officer.goto(f"/cases/{meeting}")
    press(officer, "办结")
    officer.goto(f"/cases/{case}")
    on.look(officer, "case-proposal")


def the_list_is_proposed_consulted_and_posted(on: Stage, case: int) -> None:
    site, officer = on.site, on.person("province.officer")
    host = open_host(on, officer, "pilot-list")
    press(officer, "纳入")
    officer.goto(f"/cases/{host}/acts/propose")
    fill(officer, {f"results-{case}-result": "selected", f"results-{case}-reason": "同类得分第一，数据基础好。"})
    on.look(officer, "list-propose")
    press(officer, "提建议名单（送审签）")
    for login in ("province.head", "province.leader"):
        sign(on, login, host)

    offices.consult(site, host, *DEPARTMENTS[1:])
    department = on.signed_in(f"{DEPARTMENTS[0]}.officer")
    department.goto(f"/cases/{host}/acts/give_opinion")
    fill(department, {"stance": "agree_with_remarks"})
    department.locator('[name="remarks"]').wait_for(state="visible")
    fill(department, {"remarks": "建议加强与重点项目衔接。"})
    on.look(department, "department-opinion")
    press(department, "回复意见")
    officer.goto(f"/cases/{host}")
    on.look(officer, "list-opinions")
    press(officer, "提请会议审议")
    officer.goto(f"/cases/{host}/acts/decide")
    minutes = {"held_on": site.today.isoformat(), "kind": "office_meeting", "minutes_number": "〔2026〕6次"}
    fill(officer, {**minutes, "minutes_file": filing.pdf("会议纪要.pdf")})
    press(officer, "登记会议纪要")
    officer.goto(f"/cases/{host}/acts/post")
    fill(officer, offices.posting(site.today))
    on.look(officer, "list-post")
    press(officer, "登记公示发布")
    officer.goto(f"/cases/{host}")
    on.look(officer, "list-publicity")
    officer.goto("/quota")
    on.look(officer, "quota-board")
    officer.goto("/rounds")
    follow(officer, "2026年第一批")
    on.look(officer, "round")
    visitor = on.person("visitor")
    visitor.goto("/lists/publicity")
    on.look(visitor, "public-publicity", narrow=True)
    assert filing.UNIT in visitor.locator("main").inner_text()


def the_list_is_announced(on: Stage) -> None:
    on.site.wait_until(date(2026, 6, 8) + timedelta(days=1))
    on.pages.pop("province.officer").context.close()
    officer = on.signed_in("province.officer")
    officer.goto("/desk")
    on.look(officer, "desk-announce")
    officer.locator("main").get_by_role("link", name=re.compile("2026年第一批")).first.click()
    officer.wait_for_load_state()
    officer.goto(f"{officer.url.split('?')[0]}/acts/announce")
    fill(officer, offices.announcement(on.site.today))
    on.look(officer, "list-announce")
    press(officer, "登记文号并公布")
    on.look(officer, "announced")
