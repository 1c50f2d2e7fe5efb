"""The diagram of a case and of a procedure, as each reader may know it, and the same in words beside it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]

NS = "{http://www.w3.org/2000/svg}"


def picture(answer: str) -> ET.Element:
    """The diagram inside a page, or the diagram itself."""
    return ET.fromstring(answer[answer.index('<svg xmlns="http://www.w3.org/2000/svg"') : answer.rindex("</svg>") + 6])


def boxes(root: ET.Element, kind: str = "flow-state") -> list[str]:
    """The titles of the boxes of a kind."""
    found = [group for group in root.iter(f"{NS}g") if kind in (group.get("class") or "").split()]
    return [(group.findtext(f"{NS}title") or "").split(" · ")[0] for group in found]


def inside(text: str) -> str:
    """The picture in a page alone, cut out of it."""
    start = text.index('role="group" aria-label="流程图"')
    return text[text.index("<svg xmlns", start) : text.index("</svg>", start) + 6]


def test_the_office_sees_the_way_of_a_case_what_may_come_next_and_the_clock_as_it_stands(office: World) -> None:
    number = office.application("municipal_review", 1)
    root = ET.fromstring(inside(office.visit("province").get(f"/cases/{number}?part=diagram").text))

    assert boxes(root, "flow-current") == ["市级初审"]
    assert set(boxes(root, "flow-next")) == {"初审补正", "已推荐待报送", "未获推荐"}
    assert "剩余10个工作日" in "".join(root.itertext())


def test_a_returned_case_shows_the_numbers_of_its_way_and_a_clock_that_stands_still(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    root = ET.fromstring(inside(office.visit("taiyuan").get(f"/cases/{number}?part=diagram").text))
    said = "".join(root.itertext())

    assert boxes(root, "flow-current") == ["初审补正"]
    assert boxes(root, "flow-gone") == [""]
    assert ("1 · 20" in said, "2 · 20" in said, "计时暂停" in said) == (True, True, True)


def test_the_page_tells_the_same_in_an_ordered_list(office: World) -> None:
    number = office.application("municipal_review", 1)
    text = office.visit("province").get(f"/cases/{number}?part=diagram").text
    listed = re.findall(r"<li[^>]*>\s*<p><strong>([^<]+)</strong>", text)

    assert sorted(listed) == sorted(boxes(ET.fromstring(inside(text))))


def test_the_applicant_sees_public_names_alone(office: World) -> None:
    number = office.application("objection", 1)
    text = office.visit("unit-1").get(f"/cases/{number}/diagram").text
    definition = office.ground._loaded[office.row(number)["definition_id"]].definition
    public = {(state.public or state.title).zh for state in definition.states.values()}
    hidden = {state.title.zh for state in definition.states.values()} - public
    root = ET.fromstring(inside(text))

    assert set(boxes(root)) == public
    assert boxes(root, "flow-current") == ["公示中"]
    assert [name for name in hidden if re.search(rf"[>\s]{name}[<\s]", text)] == []
    assert [act for act in ("异议成立", "取消试点资格", "不予推荐") if act in text] == []


def test_a_bureau_sees_its_own_acts_and_of_the_authority_the_public_names(office: World) -> None:
    number = office.application("objection", 1)
    text = inside(office.visit("taiyuan").get(f"/cases/{number}?part=diagram").text)

    assert boxes(ET.fromstring(text), "flow-current") == ["公示中"]
    assert ("市级初审" in text, "不予推荐" in text) == (True, True)
    assert [name for name in ("异议核查", "拟取消资格", "异议成立") if name in text] == []


@pytest.mark.parametrize(("login", "status"), [("taiyuan", 200), ("unit-1", 200), ("expert-1", 404), ("datong", 404)])
def test_the_diagram_of_a_case_is_there_for_those_who_work_on_it(office: World, login: str, status: int) -> None:
    number = office.application("municipal_review", 1)

    assert office.visit(login).get(f"/cases/{number}/diagram.svg").status_code == status


def test_the_diagram_of_a_procedure_is_public_under_public_names(office: World) -> None:
    visitor = office.visit("unit-1" if office.unit(1) else "")
    visitor.client.delete_cookie("caseflow")
    text = visitor.get("/procedures/pilot-management").text

    assert "异议核查" not in text
    assert set(boxes(ET.fromstring(inside(text)))) > {"初审中", "公示中", "实施中"}
    assert (visitor.get("/procedures/pilot-list").status_code, visitor.get("/procedures/nothing").status_code) == (
        404,
        404,
    )


def test_the_authority_reads_its_procedures_whole_and_in_english(office: World) -> None:
    reader = office.visit("province")
    reader.client.set_cookie("language", "en")
    svg = reader.get("/procedures/pilot-management.svg").text

    assert "Municipal pre-review" in svg
    assert reader.get("/procedures/pilot-list").status_code == 200
    assert "Procedures" in words_of(reader.get("/procedures"))


def test_nothing_in_the_page_needs_what_the_policy_forbids(office: World) -> None:
    number = office.application("municipal_review", 1)
    text = inside(office.visit("province").get(f"/cases/{number}?part=diagram").text)

    assert re.findall(r"<script|<style|style=|on\w+=|url\(|<foreignObject|<image", text) == []


def test_an_applicant_whose_turn_it_is_sees_where_its_own_act_leads_and_no_other_correction(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    root = ET.fromstring(inside(office.visit("unit-1").get(f"/cases/{number}/diagram").text))

    assert (boxes(root, "flow-current"), boxes(root, "flow-next")) == (["待补正"], ["初审中"])


def test_what_may_come_next_does_not_tell_apart_states_of_one_name(office: World) -> None:
    looks_alike = [office.application(state, number) for number, state in ((1, "publicity"), (2, "objection"))]
    ahead = [
        boxes(ET.fromstring(inside(office.visit(login).get(f"/cases/{number}/diagram").text)), "flow-next")
        for number, login in zip(looks_alike, ("unit-1", "unit-2"), strict=True)
    ]

    assert ahead[0] == ahead[1]
    assert len(ahead[0]) > 1
