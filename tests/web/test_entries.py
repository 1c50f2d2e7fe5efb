"""What is gathered in a case and what others owe in it: entries, plan, duties, signatures, those taking part, purged files."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.cases.models import task
from caseflow.records.models import file
from tests.web.conftest import words_of
from tests.web.office_world import World, hidden_inputs, office, seeded
from tests.web.pilot_world import PLAN, answers, branch, owing, pilot, report

__all__ = ["office", "seeded"]


def read(office: World, login: str, case_id: int, part: str = "") -> str:
    return words_of(office.visit(login).get(f"/cases/{case_id}?part={part}"))


def visited(office: World, case_id: int) -> None:
    office.do(
        "taiyuan", case_id, "record_visit", day="today", people="甲、乙", findings="台账已建立", photos=["现场.jpg"]
    )


def test_visits_stand_in_one_table_with_who_when_and_files(office: World) -> None:
    number = pilot(office)
    visited(office, number)
    office.do("province", number, "record_visit", day="today", people="丙", findings="核算已启动")
    page = read(office, "province", number)

    assert "登记调研 2条" in page
    assert [one in page for one in ("太原市生态环境局", "市局经办甲", "台账已建立", "核算已启动", "现场.jpg")] == [
        True
    ] * 5
    assert page.index("核算已启动") < page.index("台账已建立")


def test_the_applicant_does_not_read_what_offices_gather(office: World) -> None:
    number = pilot(office)
    visited(office, number)
    office.do("province", number, "register_clue", source="来电", findings="反映数据不实")
    page = read(office, "unit-1", number)

    assert ("台账已建立" in page, "反映数据不实" in page) == (False, False)


def test_the_plan_shows_what_was_reported_last_of_each_task(office: World) -> None:
    number, _ = owing(office)
    report(office, number, "under_way", "not_started", "not_started")
    report_again = office.visit("unit-1")
    office.do("province", number, "call_report", due_on="+20 days", matter="再报")
    office.sign(number, "province-head")
    report(office, number, "done", "under_way", "not_started")
    pages = [words_of(one.get(f"/cases/{number}")) for one in (report_again, office.visit("taiyuan"))]

    assert ["任务清单 未启动 1 · 推进中 1 · 已完成 1" in page for page in pages] == [True, True]
    assert [one["task"] in pages[0] for one in PLAN] == [True] * 3


def test_what_was_reported_before_the_plan_changed_says_so(office: World) -> None:
    number, _ = owing(office)
    report(office, number, "under_way", "not_started", "not_started")
    rows = [{**answers(office, number)["plan"]["rows"][1]}]
    office.do("unit-1", number, "change_plan", rows=rows, reasons="合并任务")
    office.sign(number, "taiyuan", "province-head")
    page = read(office, "taiyuan", number)

    assert "方案调整前" in page
    assert "建立核算台账" in page  # the report is read against the plan of its day


def test_a_report_called_for_is_owed_by_its_day_with_the_way_there(office: World) -> None:
    number, reader = owing(office)
    page = reader.get(f"/cases/{number}")
    office_page = read(office, "taiyuan", number)

    assert f'href="/cases/{number}/acts/report_progress"' in page.text
    assert [one in words_of(page) for one in ("报送进展", "待回复", "报送上半年进展")] == [True] * 3
    assert "示例焦化1有限公司 报送进展 待回复" in office_page


def test_an_answer_given_is_no_longer_owed(office: World) -> None:
    number, reader = owing(office)
    report(office, number, "under_way", "not_started", "not_started")
    page = words_of(reader.get(f"/cases/{number}"))

    assert ("0项待办" in page, "已回复" in page) == (True, True)


def test_a_branch_reads_what_it_is_asked_and_its_answer_reaches_the_bureau(office: World) -> None:
    number, asked = office.application("municipal_review"), branch(office)
    office.do("taiyuan", number, "ask_county", branch=asked, matter="请核实生产情况")
    county = office.visit("county")
    owed = words_of(county.get("/asked"))
    page = county.get(f"/cases/{number}")
    office.do("county", number, "give_county_opinion", opinion="生产正常，无处罚")

    assert ("冶金焦1号" in owed, "分局意见" in owed) == (True, True)
    assert ("请核实生产情况" in words_of(page), f"/cases/{number}/acts/give_county_opinion" in page.text) == (
        True,
        True,
    )
    assert "生产正常，无处罚" in read(office, "taiyuan", number)
    assert "已回复1项" in words_of(county.get("/asked"))


def test_offices_taking_part_are_listed_and_a_copy_comes_to_its_reader(office: World) -> None:
    number = office.application("municipal_review")
    from tests.web.pilot_world import person

    person(office, "copy", "reader", office.offices["sx-finance"])
    office.do("province", number, "copy_to", office=office.offices["sx-finance"], note="请知悉")

    assert "参与单位 山西省财政厅 抄送单位" in read(office, "province", number)
    assert "示例焦化1有限公司" in words_of(office.visit("copy").get("/asked?show=copies"))
    assert "参与单位" not in read(office, "unit-1", number)


def test_nobody_outside_the_offices_that_are_asked_has_the_list(office: World) -> None:
    codes = [office.visit(one).get("/asked").status_code for one in ("province", "expert-1", "taiyuan")]

    assert codes == [404, 404, 200]


def test_several_acts_wait_each_with_its_own_signature(office: World) -> None:
    number = pilot(office)
    office.do("unit-1", number, "ask_term_extension", until="+400 days", reasons="设备到货延迟")
    office.do("province", number, "call_report", due_on="+10 days", matter="报送进展")
    head = office.visit("province-head")
    page = head.get(f"/cases/{number}")
    sign = hidden_inputs(page.text, 'class="sign-form"')
    own = read(office, "unit-1", number)

    assert [one in words_of(page) for one in ("审签：申请延期", "审签：调度")] == [True, True]
    assert page.text.count('class="sign-form"') == 1  # the bureau signs the extension first
    head.act(f"/cases/{number}/signing", {"decision": "sign"}, sign)
    assert "审签：调度" not in words_of(head.get(f"/cases/{number}"))
    assert ("审签：申请延期" in own, "审签：调度" in own) == (True, False)


def test_an_extended_deadline_names_act_and_ground(office: World) -> None:
    number = pilot(office)
    office.do("unit-1", number, "ask_term_extension", until="+400 days", reasons="设备到货延迟")
    office.sign(number, "taiyuan", "province-head")
    page = read(office, "taiyuan", number)

    assert ("已延期" in page, "申请延期" in page, "设备到货延迟" in page) == (True, True, True)


def test_a_purged_file_is_named_with_who_when_and_why_and_leads_nowhere(office: World) -> None:
    number = office.application("provincial_intake")
    with office.database.read() as tx:
        plan = answers(office, number)["attachments"]["work_plan"]
        name = tx.scalar(sa.select(file.c.name).where(file.c.id == plan))
    office.do("province", number, "purge_upload", file=plan, ground="privacy", reasons="含无关个人信息")
    office.sign(number, "province-head")
    dossier_page = office.visit("taiyuan").get(f"/cases/{number}?part=dossier")
    papers = read(office, "province", number, "papers")
    words = words_of(dossier_page)

    assert f"/files/{plan}" not in dossier_page.text
    assert [one in words for one in (name, "已按规定清除", "山西省生态环境厅", "与办件无关的个人信息")] == [True] * 4
    assert ("省厅处长己" in papers or "省厅经办戊" in papers, "省厅经办戊" in words) == (True, False)
    assert office.visit("taiyuan").get(f"/files/{plan}").status_code == 422


def test_a_departments_opinion_that_counts_no_longer_says_why(office: World) -> None:
    from tests.web.test_collective import evaluated

    numbers = evaluated(office, 1, 2)
    found = office.host("province", "pilot-list")
    office.do("province", found, "include", cases=numbers)
    office.do(
        "province", found, "propose", results={one: {"result": "selected", "reason": "得分靠前"} for one in numbers}
    )
    office.sign(found, "province-head", "province-leader")
    office.do("finance", found, "give_opinion", stance="agree")
    office.do("unit-1", numbers[0], "withdraw", reasons="企业重组")
    page = read(office, "province", found)
    with office.database.read() as tx:
        again = tx.scalar(
            sa.select(sa.func.count()).select_from(task).where(
                task.c.case_id == found, task.c.organisation_id == office.offices["sx-finance"], task.c.status == "open"
            )
        )  # fmt: skip

    assert ("已失效" in page, "办件退出，意见须重新征求" in page, again) == (True, True, 1)
