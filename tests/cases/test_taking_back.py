"""An officer takes an act back while nobody has opened the case where it went."""

from __future__ import annotations

from datetime import date

import pytest

from caseflow import clock
from caseflow.cases import deadlines, taking_back, timers
from caseflow.people.rights import Actor
from caseflow.records import reading
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World, on


def passed(world: World, act: str = "pass", **answers: str) -> tuple[int, Actor]:
    """A case that an officer has passed on, and the officer."""
    plant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = world.open(plant, "toy-taken")
        world.type(plant, case_id, "unit", {"name": "甲厂"})
        world.do(plant, case_id, "submit")
    with on("2026-11-25"):
        world.do(officer, case_id, act, **(answers or ({"opinion": "同意"} if act == "pass" else {})))
    return case_id, officer


def refusal(world: World, who: Actor, case_id: int) -> list[str]:
    with pytest.raises(Refused) as refused:
        world.do(who, case_id, "take_back")
    return [one.key for one in refused.value.reasons]


def clocks(world: World, case_id: int) -> list[tuple[str, date, str]]:
    with world.database.read() as tx:
        return [(row["clock"], row["due_on"], row["status"]) for row in deadlines.of_case(tx, case_id)]


def test_the_case_goes_back_and_its_clock_runs_on_as_if_it_had_never_stopped(world: World) -> None:
    case_id, officer = passed(world)
    with on("2026-11-26"):
        outcome = world.do(officer, case_id, "take_back")

    assert (outcome.state, world.row(case_id)["due_on"]) == ("checking", date(2026, 12, 7))
    assert clocks(world, case_id) == [
        ("checking", date(2026, 12, 7), "running"),
        ("deciding", date(2026, 12, 2), "void"),
    ]
    assert [kind for kind, *_ in parts.owed(world, case_id)] == ["state:checking"]
    assert parts.acts(world, case_id) == ["open", "submit", "pass", "take_back"]
    assert parts.sound(world)
    with world.database.read() as tx:
        waiting = timers.due(tx, clock.at_local(date(2027, 1, 1)))
    assert sorted(row["kind"] for row in waiting if row["case_id"] == case_id) == ["breach", "warn"]
    with on("2026-11-27"):
        assert world.do(officer, case_id, "pass", opinion="再次同意").state == "deciding"


def test_what_somebody_else_has_opened_or_acted_on_stays(world: World) -> None:
    opened, officer = passed(world)
    acted, other = passed(world)
    office = world.person("provincial", "office")
    with on("2026-11-26"):
        with world.database.write() as tx:
            reading.log(tx, office.person_id, opened, "dossier")
        world.do(office, acted, "note")

        assert refusal(world, officer, opened) == ["taking_back.opened"]
        assert refusal(world, other, acted) == ["taking_back.opened"]


def test_ones_own_reading_keeps_nothing_back(world: World) -> None:
    case_id, officer = passed(world)
    with on("2026-11-26"), world.database.write() as tx:
        reading.log(tx, officer.person_id, case_id, "dossier")

    assert world.do(officer, case_id, "take_back").state == "checking"


def test_only_who_did_it_takes_it_back_and_only_once(world: World) -> None:
    case_id, officer = passed(world)
    colleague = world.person("municipal", "bureau")

    assert refusal(world, colleague, case_id) == ["taking_back.nothing"]
    world.do(officer, case_id, "take_back")
    assert refusal(world, officer, case_id) == ["taking_back.nothing"]


def test_an_act_that_took_a_place_is_not_taken_back(world: World) -> None:
    case_id, officer = passed(world, "place")

    assert refusal(world, officer, case_id) == ["taking_back.nothing"]
    assert world.row(case_id)["state"] == "deciding"


def test_what_became_part_of_another_procedure_is_not_taken_back(world: World) -> None:
    case_id, officer = passed(world)
    host = world.open(world.person("provincial", "office"), "toy-meeting")
    parts.put_in(world, host, case_id)

    assert refusal(world, officer, case_id) == ["taking_back.hangs_on_it"]
    with world.database.read() as tx:
        row = world.row(case_id)
        definition = world.ground.definition(tx, row["definition_id"]).definition
        found = taking_back.may_take_back(tx, definition, case_id, officer, frozenset({"municipal"}))
    assert [one.key for one in found or []] == ["taking_back.hangs_on_it"]
