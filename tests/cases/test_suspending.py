"""A publicity stands still while an objection is looked into, and runs on afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from caseflow import worker
from caseflow.cases import deadlines
from caseflow.people.rights import Actor
from caseflow.words import Refused
from tests.cases.world import World, on


def shown(world: World) -> tuple[int, Actor, Actor]:
    """A case shown from Monday on, an officer and the bureau's."""
    plant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    with on("2026-11-23"):
        case_id = world.open(plant, "toy-shown")
        world.type(plant, case_id, "unit", {"name": "甲厂"})
        world.do(plant, case_id, "submit")
        world.do(office, case_id, "post", posted_on="2026-11-23")
    return case_id, office, world.person("municipal", "bureau")


def publicity(world: World, case_id: int) -> tuple[date, str]:
    with world.database.read() as tx:
        row = next(one for one in deadlines.of_case(tx, case_id) if one["clock"].startswith(deadlines.PUBLICITY))
    return row["due_on"], row["status"]


def test_the_days_of_an_inquiry_do_not_count(world: World) -> None:
    case_id, office, bureau = shown(world)
    before = publicity(world, case_id)
    with on("2026-11-25"):
        world.do(office, case_id, "object")
    with on("2026-12-02"):
        worker.fire_timers(world.database, world.ground)
        with pytest.raises(Refused) as refused:
            world.do(office, case_id, "early")
        still = world.row(case_id)["state"], publicity(world, case_id)[1]
        world.do(bureau, case_id, "report")

    assert before == (date(2026, 11, 30), "running")
    assert [one.key for one in refused.value.reasons] == ["guards.publicity_suspended"]
    assert still == ("shown", "paused")
    assert publicity(world, case_id) == (date(2026, 12, 8), "running")
    assert world.row(case_id)["due_on"] == date(2026, 12, 8)
    with on("2026-12-09"):
        worker.fire_timers(world.database, world.ground)
    assert world.row(case_id)["state"] == "closed"


def test_it_runs_on_only_when_nobody_owes_an_answer_any_more(world: World) -> None:
    case_id, office, bureau = shown(world)
    with on("2026-11-25"):
        world.do(office, case_id, "object")
        world.do(office, case_id, "object")
        world.do(bureau, case_id, "report")
        one_left = publicity(world, case_id)[1]
        world.do(bureau, case_id, "report")

    assert (one_left, publicity(world, case_id)) == ("paused", (date(2026, 12, 1), "running"))
