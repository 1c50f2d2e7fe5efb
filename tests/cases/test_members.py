"""A procedure over many cases: what it may take in, one place at a time, moved through the door, all or none."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.cases import members
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Refused
from tests.cases.world import World


def meeting(world: World, office: Actor) -> int:
    return world.open(office, "toy-meeting")


def inside(world: World, host: int) -> list[int]:
    with world.database.read() as tx:
        return [row["id"] for row in members.rows(tx, host)]


def picked(*cases: int, **columns: Any) -> dict[str, Any]:
    return {str(case_id): dict(columns) for case_id in cases}


def test_it_takes_in_what_stands_in_the_right_state_and_nothing_else(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    ready, early = world.recommended(applicant, product="一"), world.submitted(applicant, product="二")
    host = meeting(world, office)

    with pytest.raises(Refused) as refused:
        world.do(office, host, "include", cases=picked(ready, early))
    world.do(office, host, "include")

    assert [reason.key for reason in refused.value.reasons] == ["members.not_eligible"]
    assert [ready] == inside(world, host)


def test_a_case_is_in_one_such_procedure_at_a_time(world: World) -> None:
    office = world.person("provincial", "office")
    case_id = world.recommended(world.person("applicant", "plant"))
    first, second = meeting(world, office), meeting(world, office)
    world.do(office, first, "include", cases=picked(case_id))

    with pytest.raises(Refused):
        world.do(office, second, "include", cases=picked(case_id))
    world.do(office, first, "exclude", cases=picked(case_id))
    world.do(office, second, "include", cases=picked(case_id))

    assert ([], [case_id]) == (inside(world, first), inside(world, second))


def test_its_result_moves_each_case_by_what_was_said_of_it(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    chosen, other = world.recommended(applicant, product="一"), world.recommended(applicant, product="二")
    host = world.scored(office, [chosen, other])
    world.do(office, host, "select", results={**picked(chosen, result="chosen"), **picked(other, result="not_chosen")})

    assert [world.row(one)["state"] for one in (chosen, other, host)] == ["placed", "recommended", "closed"]
    with world.database.read() as tx:
        entry = journal.entries(tx, chosen)[-1]
        assert ("nominate", host, "provincial") == (entry.act, entry.body["host"], entry.role)
        assert journal.verify(tx) == []
    assert world.row(chosen)["facts"]["meeting"]["result"] == "chosen"


def test_where_one_case_cannot_be_moved_none_is(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    cases = [world.recommended(applicant, product=f"焦炭{number}") for number in range(4)]
    host = world.scored(office, cases)

    with pytest.raises(Refused) as refused:
        world.do(office, host, "select", results=picked(*cases, result="chosen"))

    assert [reason.key for reason in refused.value.reasons] == ["quotas.full"]
    assert [world.row(case_id)["state"] for case_id in cases] == ["recommended"] * 4
    assert world.row(host)["state"] == "summarised"


def test_every_case_needs_its_result(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    cases = [world.recommended(applicant, product=f"焦炭{number}") for number in range(2)]
    host = world.scored(office, cases)

    with pytest.raises(Refused) as refused:
        world.do(office, host, "select", results=picked(cases[0], result="chosen"))

    (reason,) = refused.value.reasons
    assert ("guards.no_result", world.row(cases[1])["number"]) == (reason.key, reason.values["number"])


def test_a_member_is_moved_by_its_procedure_and_by_nobody_alone(world: World) -> None:
    office = world.person("provincial", "office")
    case_id = world.recommended(world.person("applicant", "plant"))

    with pytest.raises(Refused) as refused:
        world.do(office, case_id, "nominate")

    assert [reason.key for reason in refused.value.reasons] == ["act.not_yours"]


def test_the_summary_table_shows_what_the_procedure_said(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    cases = [world.recommended(applicant, product=f"焦炭{number}") for number in range(2)]
    host = world.scored(office, cases)
    with world.database.read() as tx:
        row = world.row(host)
        table = world.ground.definition(tx, row["definition_id"]).definition.tables["result"]
        shown = [[cell["zh"] for cell in line] for line in members.table_rows(tx, world.ground, row, table)]

    assert shown == [["1", "甲焦化厂", "80.00"], ["2", "甲焦化厂", "80.00"]]
