"""The dry run of an assignment: for those who assign, with its reasons and what would be otherwise; nothing is kept."""

from __future__ import annotations

import re

import pytest

from tests.cases.assigned import Assigning, assigning
from tests.web.conftest import words_of
from tests.web.office_world import Reader
from tests.web.panel_world import Room, room

__all__ = ["room"]

MATCHED = (("coke",), ("coke",), ("glass",), ("glass",), ("coke", "glass"))


def page(found: Assigning, reader: Reader, **asked: object) -> tuple[int, str]:
    named = "&".join(f"{name.replace('_', '-')}={value}" for name, value in asked.items())
    answer = reader.get(f"/cases/{found.host}/assignment/jury?{named}")
    return answer.status_code, words_of(answer)


def test_the_office_reads_the_plan_and_nothing_of_it_is_kept(room: Room) -> None:
    found = assigning(room.world, classes=MATCHED)
    reader = room.visit(found.office)
    status, said = page(found, reader)
    case = reader.get(f"/cases/{found.host}").text
    wanted = ("将新增10项", "已证明最优", "每项分派的理由（10项）", "100/100", *(one.name for one in found.experts))

    assert (status, [one for one in wanted if one not in said]) == (200, [])
    assert (found.rows(), found.noted()) == ({}, [])
    assert f"/cases/{found.host}/assignment/jury" in case


def test_what_was_shown_is_what_the_act_writes(room: Room) -> None:
    found = assigning(room.world, classes=MATCHED)
    reader = room.visit(found.office)
    shown = re.search(r"\b[0-9a-f]{64}\b", page(found, reader)[1])
    found.allot()
    after = page(found, reader)[1]

    assert (shown[0] if shown else "", "与现行分派一致" in after) == (found.noted()[0]["input"], True)


def test_every_picture_stands_beside_the_table_of_its_figures(room: Room) -> None:
    found = assigning(room.world)
    text = room.visit(found.office).get(f"/cases/{found.host}/assignment/jury").text
    figures = re.findall(r'(?s)<figure class="panel-picture">.*?</figure>', text)

    assert [one.count("<svg") == one.count("<table") == 1 for one in figures] == [True] * 2
    assert text.count('data-mark="assigned"') == 10


def test_a_case_short_of_experts_is_told_by_its_number_and_by_how_many(room: Room) -> None:
    found = assigning(room.world)
    for one in found.experts[:4]:
        found.declare(one, found.cases[0])
    status, said = page(found, room.visit(found.office))
    number = room.world.row(found.cases[0])["number"]

    assert (status, f"{number}需要2名专家，尚缺1名" in said, "已证明最优" in said) == (200, True, False)


def test_one_expert_less_one_conflict_more_and_other_weights_show_the_difference(room: Room) -> None:
    found = assigning(room.world, classes=MATCHED)
    found.allot()
    reader, gone = room.visit(found.office), found.experts[0]
    less = page(found, reader, without=gone.person_id)[1]
    case_id = found.of(gone)[0]
    conflict = page(found, reader, conflict_case=case_id, conflict_expert=gone.person_id)[1]
    weights = page(found, reader, weight_fit=0, weight_balance=100)[1]
    lost = len(found.of(gone))

    assert f"涉及{lost}件：新增{lost}项，取消{lost}项" in less
    assert ("涉及1件：新增1项，取消1项" in conflict, "目标值变化" in conflict) == (True, True)
    assert ("分派不变" in weights, "涉及" in weights) == (True, False)


def test_a_reserve_who_reads_as_well_can_make_it_possible(room: Room) -> None:
    world = room.world
    found = assigning(world, kinds=("coke",), classes=((),) * 6)
    reserve = found.experts[5]
    for one in found.experts[:4]:
        found.declare(one, *found.cases)
    reader = room.visit(found.office)
    plain, more = page(found, reader)[1], page(found, reader, **{"with": reserve.person_id})[1]

    assert ("无法分派" in plain, "涉及1件：新增2项" in more, reserve.name in more) == (True, True, True)


@pytest.mark.parametrize("typed", ["101", "-1", "viel", "9" * 5000, "٣x"])
def test_a_weight_that_is_none_is_refused_in_words(room: Room, typed: str) -> None:
    found = assigning(room.world)
    status, said = page(found, room.visit(found.office), weight_fit=typed)

    assert (status, "权重是0至100的整数" in said) == (200, True)


def test_experts_applicants_and_the_bureau_find_no_such_page(room: Room) -> None:
    found = assigning(room.world)
    found.allot()
    strangers = (*found.experts[:1], room.world.person("applicant", "plant"), room.world.person("municipal", "bureau"))

    assert [page(found, room.visit(one))[0] for one in strangers] == [404] * 3
    assert page(found, room.visit(found.office))[0] == 200


def test_a_panel_that_is_not_assigned_has_no_such_page(room: Room) -> None:
    reader = room.visit(room.world.person("provincial", "office"))
    found = assigning(room.world)

    assert reader.get(f"/cases/{found.host}/assignment/none").status_code == 404


def test_the_page_of_the_meeting_counts_what_is_before_each_expert(room: Room) -> None:
    found = assigning(room.world, classes=MATCHED)
    found.allot()
    text = room.visit(found.office).get(f"/cases/{found.host}").text

    assert sorted(re.findall(r'<progress max="(\d+)" value="0"', text)) == ["2"] * 5
