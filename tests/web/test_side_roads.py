"""The applicant beside the main road: tasks of the plan, an objection to be answered, why it was not selected, an agent."""

from __future__ import annotations

from caseflow.people import organisations
from caseflow.workflow.identifiers import make_credit_code
from tests.web.applicant_world import begun, save
from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded
from tests.web.pilot_world import PLAN, person, pilot

__all__ = ["office", "seeded"]


def agent(office: World) -> str:
    """A registered agent with an officer; returns its credit code."""
    code = make_credit_code("91", "140100", 7)
    with office.database.write() as tx:
        made = organisations.create(
            tx, authority_id=organisations.authority_id(tx, "shanxi"), kind="body", name_zh="示例低碳咨询中心",
            credit_code=code,
        )  # fmt: skip
    person(office, "agent", "agent", made)
    return code


def test_the_tasks_of_the_plan_are_seen_before_anything_was_reported(office: World) -> None:
    page = words_of(office.visit(("unit-1", pilot(office))[0]).get("/cases/1"))

    assert [one["task"] in page for one in PLAN] == [True] * 3
    assert page.count("尚未报告") == 3


def test_a_unit_objected_to_reads_what_to_explain_and_not_who_objected(office: World) -> None:
    number = office.application("publicity")
    office.do(
        "province", number, "register_objection", objector="张某", contact="13900000000", received_on="today",
        matter="产量不实",
    )  # fmt: skip
    office.do("province", number, "ask_explanation", matter="请说明2025年产量", reply_by="+5 days")
    page = office.visit("unit-1").get(f"/cases/{number}")

    assert ("请说明2025年产量" in words_of(page), f"/cases/{number}/acts/explain" in page.text) == (True, True)
    assert ("张某" in page.text, "产量不实" in page.text) == (False, False)


def test_a_bureau_learns_of_no_objection(office: World) -> None:
    number = office.application("publicity")
    office.do(
        "province", number, "register_objection", objector="张某", contact="13900000000", received_on="today",
        matter="产量不实",
    )  # fmt: skip
    office.do("province", number, "ask_explanation", matter="请说明2025年产量", reply_by="+5 days")
    office.do("unit-1", number, "explain", text="产量以税务数据为准")
    reader = office.visit("taiyuan")
    pages = "".join(reader.get(f"/cases/{number}?part={part}").text for part in ("overview", "timeline", "papers"))

    assert [one in pages for one in ("异议", "说明情况", "听取说明", "产量以税务数据为准")] == [False] * 4


def test_who_was_not_selected_reads_why_and_may_take_the_dossier_on(office: World) -> None:
    number = office.application("reserve")
    office.do("province", number, "end_reserve", reason="名额已满，专家认为可复制性一般")
    page = office.visit("unit-1").get(f"/cases/{number}")

    assert ("专家认为可复制性一般" in words_of(page), "未入选告知" in words_of(page)) == (True, True)


def test_an_agent_finds_the_case_entrusted_to_it_types_and_does_nothing_else(office: World) -> None:
    _, _, number = begun(office)
    code = agent(office)
    office.do(
        "unit-1", number, "authorise_agent", agent_uscc=code, matters="代为填报", until="+90 days",
        authorisation="委托书.pdf",
    )  # fmt: skip
    reader = office.visit("agent")
    home, page = words_of(reader.get("/home")), reader.get(f"/cases/{number}")
    sent = save(reader, number, "product", {"product": "受托填写的冶金焦"}, go="leave")
    owner = words_of(office.visit("unit-1").get(f"/cases/{number}"))

    assert ("示例焦化1有限公司 受托" in home, "受示例焦化1有限公司委托" in words_of(page)) == (True, True)
    assert (sent.status_code, "/acts/" in page.text, f"/cases/{number}/check" in page.text) == (303, False, False)
    assert "受托填写的冶金焦" in reader.get(f"/cases/{number}/dossier/product").text
    assert reader.get(f"/cases/{number}/check").status_code == 404
    assert "参与单位 示例低碳咨询中心 受托机构" in owner


def test_an_agent_whose_part_has_ended_finds_nothing(office: World) -> None:
    _, _, number = begun(office)
    code = agent(office)
    office.do(
        "unit-1", number, "authorise_agent", agent_uscc=code, matters="代为填报", until="+90 days",
        authorisation="委托书.pdf",
    )  # fmt: skip
    office.do("unit-1", number, "end_agency", note="")
    reader = office.visit("agent")

    assert (reader.get(f"/cases/{number}").status_code, "示例焦化1有限公司" in reader.get("/home").text) == (404, False)


def test_the_start_page_offers_an_application_to_those_alone_who_may_open_one(office: World) -> None:
    office.unit(1)
    offered = {one: "/start/" in office.visit(one).get("/").text for one in ("unit-1", "taiyuan", "expert-1")}

    assert offered == {"unit-1": True, "taiyuan": False, "expert-1": False}
