"""Whole rounds assigned at once through the one door: who scores what, and what a departure or late interest changes."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from caseflow import clock
from caseflow.cases import assigning_round, panels
from caseflow.cases.entry import NotHere
from caseflow.people.models import membership
from caseflow.words import Refused, render
from tests.cases.assigned import JURY, Assigning, assigning
from tests.cases.drawn import in_pool, tie
from tests.cases.world import World, sheet

MATCHED = (("coke",), ("coke",), ("glass",), ("glass",), ("coke", "glass"))


def refused(found: Assigning, act: str) -> list[str]:
    with pytest.raises(Refused) as said:
        found.world.do(found.office, found.host, act)
    return [render(one, "zh") for one in said.value.reasons]


def test_every_case_goes_to_as_many_experts_as_it_needs_and_nobody_sees_another_case(world: World) -> None:
    found = assigning(world)
    before = refused(found, "convene")
    found.allot()
    found.world.do(found.office, found.host, "convene")
    with world.database.read() as tx:
        seen = {one.person_id: panels.before(tx, found.host, JURY, one.person_id) for one in found.experts}

    assert Counter(case_id for case_id, _ in found.given()) == dict.fromkeys(found.cases, 2)
    assert {person: sorted(cases) for person, cases in seen.items()} == {
        one.person_id: found.of(one) for one in found.experts
    }
    assert (len(before), "已分派0名可评审的专家，应为2名" in before[0]) == (5, True)


def test_cases_go_to_those_whose_classes_they_match(world: World) -> None:
    found = assigning(world, classes=MATCHED)
    found.allot()
    coke, other = set(found.cases[:3]), set(found.cases[3:])

    assert [set(found.of(one)) <= coke for one in found.experts[:2]] == [True, True]
    assert [set(found.of(one)) <= other for one in found.experts[2:4]] == [True, True]
    assert {row["why"]["fit"] for row in found.rows().values()} == {100}


def test_nobody_with_a_conflict_is_given_the_case(world: World) -> None:
    found = assigning(world)
    declares, advises = found.experts[0], found.experts[1]
    found.declare(declares, *found.cases[:3])
    tie(world, advises, "adviser", "甲焦化厂")
    found.allot()

    assert set(found.of(declares)) <= set(found.cases[3:])
    assert found.of(advises) == []
    assert Counter(case_id for case_id, _ in found.given()) == dict.fromkeys(found.cases, 2)


def test_the_journal_says_how_good_it_is_and_from_what_it_came_and_names_nobody(world: World) -> None:
    found = assigning(world, classes=MATCHED)
    wanted = assigning_round.hash_of(assigning_round.round_of(found.known()))
    found.allot()
    (noted,) = found.noted()

    assert (noted["input"], noted["gap"], noted["value"]) == (wanted, 0, noted["bound"])
    assert (noted["assigned"], noted["added"], noted["removed"]) == (10, 10, 0)
    assert any(one.name in json.dumps(noted, ensure_ascii=False) for one in found.experts) is False


def test_each_assignment_is_kept_with_its_reasons_in_figures(world: World) -> None:
    found = assigning(world, classes=MATCHED)
    found.allot()
    loads = Counter(person_id for _, person_id in found.given())

    assert all(row["why"]["load"] == loads[person] for (_, person), row in found.rows().items())
    assert {row["why"]["most"] for row in found.rows().values()} == {4}
    assert all(row["why"]["loss"] >= 0 for row in found.rows().values() if row["why"]["instead"] is not None)
    assert {row["why"]["kept"] for row in found.rows().values()} == {False}


def test_assigning_again_changes_nothing(world: World) -> None:
    found = assigning(world, classes=MATCHED)
    found.allot()
    before = found.rows()
    found.allot()

    assert found.rows() == before
    assert (found.noted()[1]["added"], found.noted()[1]["removed"]) == (0, 0)


def test_a_late_interest_changes_that_one_assignment_and_no_other(world: World) -> None:
    found = assigning(world, classes=MATCHED)
    found.allot()
    world.do(found.office, found.host, "convene")
    late, before = found.experts[0], found.rows()
    case_id = found.of(late)[0]
    found.declare(late, case_id, act="late_interest")
    short = refused(found, "summarise")
    found.allot("allot_again")
    after = found.rows()
    changed = {pair for pair in after if after[pair] != before.get(pair)}

    assert any("已分派1名" in one for one in short)
    assert (after[case_id, late.person_id]["status"], len(changed), {pair[0] for pair in changed}) == (
        "out", 2, {case_id},
    )  # fmt: skip


def test_who_comes_for_somebody_who_left_takes_over_and_sheets_that_are_in_stay(world: World) -> None:
    found = assigning(world)
    for one in found.experts:
        found.declare(one)
    found.allot()
    world.do(found.office, found.host, "convene")
    stays, gone, came = found.experts[0], found.experts[4], in_pool(world)
    first, before = found.of(stays)[0], found.given()
    world.do(stays, found.host, "score", sheet=sheet(first, 40, 40))
    world.do(found.office, found.host, "replace", experts=[one.person_id for one in (*found.experts[:4], came)])
    left = {pair for pair in before if pair[1] == gone.person_id}
    with pytest.raises(NotHere):
        world.do(gone, found.host, "score", sheet=sheet(min(left)[0], 40, 40))
    short = refused(found, "summarise")
    found.allot("allot_again")

    assert sum("已分派1名" in one for one in short) == len(left)
    assert before - found.given() == left
    assert {case_id for case_id, _ in found.given() - before} == {case_id for case_id, _ in left}
    assert ((first, stays.person_id) in found.given(), len(found.of(came)) > 0) == (True, True)


def test_where_not_all_can_stay_as_few_change_as_must(world: World) -> None:
    found = assigning(world)
    found.allot()
    world.do(found.office, found.host, "convene")
    gone, came, before = found.experts[4], in_pool(world), found.given()
    freed = found.of(gone)
    world.do(found.office, found.host, "replace", experts=[one.person_id for one in (*found.experts[:4], came)])
    found.declare(came, *freed, act="late_interest")
    found.allot("allot_again")

    assert len(found.of(came)) == 1
    assert len(before - found.given()) == len(freed) + 1


def test_where_not_all_can_stay_those_with_a_sheet_do(world: World) -> None:
    found = assigning(world)
    for one in found.experts:
        found.declare(one)
    found.allot()
    world.do(found.office, found.host, "convene")
    gone, came = found.experts[4], in_pool(world)
    freed = found.of(gone)
    free = max(pair for pair in found.given() if pair[0] not in freed)
    for one in found.experts[:4]:
        for case_id in found.of(one):
            if (case_id, one.person_id) != free:
                world.do(one, found.host, "score", sheet=sheet(case_id, 40, 40))
    before = found.given()
    world.do(found.office, found.host, "replace", experts=[one.person_id for one in (*found.experts[:4], came)])
    found.declare(came, *freed, act="late_interest")
    found.allot("allot_again")

    assert (found.of(came), {pair for pair in before - found.given() if pair[1] != gone.person_id}) == (
        [free[0]], {free},
    )  # fmt: skip


def test_who_stands_in_no_pool_is_kept_off_by_own_word_and_by_where_they_work(world: World) -> None:
    found = assigning(world, classes=((), (), ()), unlisted=2)
    declares, works = found.experts[3:]
    found.declare(declares, found.cases[0])
    with world.database.write() as tx:
        values = {"organisation_id": world.organisations["plant"], "role": "applicant", "since": clock.now()}
        tx.execute(membership.insert().values(person_id=works.person_id, **values))
    found.allot()

    assert (found.cases[0] in found.of(declares), len(found.of(declares)) > 0, found.of(works)) == (False, True, [])


def test_an_expert_without_a_case_owes_nothing_then_and_later(world: World) -> None:
    found = assigning(world)
    idle = found.experts[3]
    found.declare(idle, *found.cases)
    owed = found.owing()
    found.allot()
    here = found.owing()
    world.do(found.office, found.host, "convene")

    others = {one.person_id for one in found.experts} - {idle.person_id}
    assert (owed, here, found.owing()) == (others | {idle.person_id}, others, others)


def test_what_was_agreed_with_an_expert_is_the_limit(world: World) -> None:
    found = assigning(world, classes=(("coke", "glass"), (), (), (), ()), most=1)
    found.allot()

    assert len(found.of(found.experts[0])) == 1


def test_cases_of_this_panel_do_not_count_as_carried_and_those_of_another_do(world: World) -> None:
    found = assigning(world)
    before = {one.carried for one in found.known().experts.values()}
    found.allot()
    after = {one.carried for one in found.known().experts.values()}
    busy = found.experts[0]
    more = [world.recommended(world.person("applicant", "plant"), product=f"另{at}") for at in range(2)]
    host = world.open(found.office, "toy-assigned")
    world.do(found.office, host, "include", cases={str(one): {} for one in more})
    world.do(found.office, host, "seat", experts=[busy.person_id])
    known = found.known().experts

    assert (before, after) == ({0}, {0})
    assert {number: one.carried for number, one in known.items() if one.carried} == {busy.person_id: 2}


def test_what_cannot_be_assigned_is_refused_with_the_sentence_and_nothing_is_written(world: World) -> None:
    found = assigning(world)
    for one in found.experts[:4]:
        found.declare(one, found.cases[0])
    said = refused(found, "allot")

    assert any("需要2名专家，尚缺1名" in one for one in said)
    assert (found.rows(), found.noted()) == ({}, [])


def test_two_of_one_employer_may_meet_where_no_lot_forbids_it(world: World) -> None:
    found = assigning(world)
    asked = assigning_round.round_of(found.known())

    assert (asked.rules.per_employer, asked.rules.caps) == (None, ())
    assert {one.employer for one in asked.experts} != {""}
