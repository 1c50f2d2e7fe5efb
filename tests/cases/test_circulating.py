"""A case is passed to colleagues to read; it gives them nothing to do and nothing more to see."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.cases import circulating, desk_acts, view
from caseflow.people.rights import Actor
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World


def sent(world: World) -> tuple[int, Actor, list[Actor]]:
    """A case passed by an officer to two colleagues of the bureau."""
    case_id = world.submitted(world.person("applicant", "plant"))
    officer = world.person("municipal", "bureau")
    people = [world.person("municipal", "bureau"), world.person("municipal_head", "bureau")]
    numbers = [str(one.person_id) for one in people]
    world.do(officer, case_id, circulating.SEND, people=numbers, text="请阅知")
    return case_id, officer, people


def rows(world: World, case_id: int) -> list[dict[str, Any]]:
    with world.database.read() as tx:
        return circulating.of_case(tx, case_id)


def waiting(world: World, who: Actor) -> list[int]:
    with world.database.read() as tx:
        return [row["id"] for row in circulating.waiting_for(tx, world.ground, who)]


def test_each_reader_finds_it_on_the_desk_until_it_is_marked_as_read(world: World) -> None:
    case_id, officer, (first, second) = sent(world)
    before = waiting(world, first), waiting(world, second), waiting(world, officer)
    number = rows(world, case_id)[0]["id"]
    world.do(first, case_id, circulating.READ, circulation=number)

    assert before == ([case_id], [case_id], [])
    assert (waiting(world, first), waiting(world, second)) == ([], [case_id])
    assert [(one["name"], one["status"]) for one in rows(world, case_id)] == [
        (first.name, "read"),
        (second.name, "waiting"),
    ]
    assert world.refusal(first, case_id, circulating.READ, circulation=number) == ["circulating.not_yours"]
    assert [one[2] for one in parts.told(world, case_id, "inbox.circulated")] == [first.person_id, second.person_id]
    with world.database.read() as tx:
        assert list(desk_acts.notes(tx, world.ground, world.row(case_id)).values()) == ["请阅知"]
    assert parts.sound(world)


def test_only_the_sender_withdraws_and_only_what_nobody_has_read(world: World) -> None:
    case_id, officer, (first, second) = sent(world)
    read, unread = (row["id"] for row in rows(world, case_id))
    world.do(first, case_id, circulating.READ, circulation=read)
    other = world.refusal(first, case_id, circulating.WITHDRAW, circulation=unread)
    late = world.refusal(officer, case_id, circulating.WITHDRAW, circulation=read)
    world.do(officer, case_id, circulating.WITHDRAW, circulation=unread)

    assert (other, late) == (["circulating.not_yours"],) * 2
    assert waiting(world, second) == []
    assert world.refusal(second, case_id, circulating.READ, circulation=unread) == ["circulating.not_yours"]


def test_it_goes_only_to_colleagues_who_see_the_case_already_and_not_twice(world: World) -> None:
    case_id, officer, people = sent(world)
    outsiders = [world.person("provincial", "office"), world.person("municipal", "elsewhere")]
    blind = world.person("stranger", "bureau")
    for who in (*outsiders, blind, people[0], officer):
        given = {"people": [str(who.person_id)]}
        assert world.refusal(officer, case_id, circulating.SEND, **given) == ["circulating.nobody"]
    assert world.refusal(officer, case_id, circulating.SEND, people=[]) == ["circulating.nobody"]
    with world.database.read() as tx:
        here = view.load(tx, world.ground, officer, case_id)
        left = circulating.readers(tx, here.definition, officer, here.row)

    assert left == {}


def test_no_applicant_circulates_and_no_other_office_reads_of_it(world: World) -> None:
    case_id, officer, _ = sent(world)
    plant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    other = world.person("applicant", "plant")
    given = {"people": [str(other.person_id)]}

    assert world.refusal(plant, case_id, circulating.SEND, **given) == ["circulating.offices_only"]
    with world.database.read() as tx:
        told = {
            who.person_id: [one.note for one in view.load(tx, world.ground, who, case_id).timeline() if one.note]
            for who in (officer, office, plant)
        }
    assert told == {officer.person_id: ["请阅知"], office.person_id: [], plant.person_id: []}


def test_a_reader_may_do_no_more_than_before(world: World) -> None:
    case_id, _, (first, _) = sent(world)
    number = rows(world, case_id)[0]["id"]
    with pytest.raises(Refused):
        world.do(first, case_id, "sign", opinion="同意")
    world.do(first, case_id, circulating.READ, circulation=number)

    assert world.row(case_id)["state"] == "review"
    assert [row[0] for row in parts.owed(world, case_id)] == ["state:review"]
