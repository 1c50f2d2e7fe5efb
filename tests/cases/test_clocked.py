"""A clock is extended once, by the head's word and so far only; it stands still by an act and runs on by another."""

from __future__ import annotations

from datetime import date

from caseflow.cases import deadlines
from caseflow.people.rights import Actor
from tests.cases import parts
from tests.cases.world import World, on


def checking(world: World) -> tuple[int, Actor, Actor]:
    """A case before its bureau since Monday, its officer and its head."""
    plant = world.person("applicant", "plant")
    with on("2026-11-02"):
        case_id = world.open(plant, "toy-clocked")
        world.type(plant, case_id, "unit", {"name": "甲厂"})
        world.do(plant, case_id, "submit")
    return case_id, world.person("municipal", "bureau"), world.person("municipal_head", "bureau")


def clock_of(world: World, case_id: int) -> tuple[date, str]:
    with world.database.read() as tx:
        (row,) = deadlines.of_case(tx, case_id)
    return row["due_on"], row["status"]


def test_a_clock_is_extended_once_with_a_signature_and_not_too_far(world: World) -> None:
    case_id, officer, head = checking(world)
    with on("2026-11-16"):
        too_far = world.refusal(officer, case_id, "extend", until="2026-12-15", ground="检测未完成")
        world.do(officer, case_id, "extend", until="2026-12-14", ground="检测未完成")
        before = clock_of(world, case_id)
        world.do(head, case_id, "sign", opinion="同意")
        after = clock_of(world, case_id)
        again = world.refusal(officer, case_id, "extend", until="2026-12-15", ground="仍未完成")

    assert too_far == ["changing.extended_too_far"]
    assert (before, after) == ((date(2026, 11, 30), "running"), (date(2026, 12, 14), "running"))
    assert again == ["changing.extended_already"]
    assert parts.sound(world)


def test_a_stopped_clock_counts_none_of_the_days_until_it_is_resumed(world: World) -> None:
    case_id, _, head = checking(world)
    with on("2026-11-16"):
        idle = world.refusal(head, case_id, "resume")
        world.do(head, case_id, "stop", ground="须补充检测")
        stopped = clock_of(world, case_id)[1], world.row(case_id)["due_on"]
        twice = world.refusal(head, case_id, "stop", ground="须补充检测")
    with on("2026-11-23"):
        world.do(head, case_id, "resume")

    assert idle == ["stopping.nothing_stands"]
    assert (stopped, twice) == (("paused", None), ["stopping.nothing_runs"])
    assert clock_of(world, case_id) == (date(2026, 12, 8), "running")
    assert world.row(case_id)["due_on"] == date(2026, 12, 8)
    assert parts.owed(world, case_id) == [("state:checking", world.organisations["bureau"], date(2026, 12, 8))]
    assert parts.sound(world)


def test_a_clock_that_has_run_out_is_not_stopped_and_a_case_goes_on_from_a_stopped_one(world: World) -> None:
    late, _, head = checking(world)
    other, officer, _ = checking(world)
    with on("2026-11-16"):
        world.do(head, other, "stop", ground="须补充检测")
        world.do(officer, other, "finish")
    with on("2026-12-08"), world.database.write() as tx:
        (row,) = deadlines.of_case(tx, late)
        tx.execute(deadlines.deadline.update().where(deadlines.deadline.c.id == row["id"]).values(status="breached"))

    assert clock_of(world, other)[1] == "met"
    assert world.refusal(head, late, "stop", ground="须补充检测") == ["stopping.nothing_runs"]


def test_once_a_clock_has_run_out_somebody_owes_the_decision_that_no_clock_makes(world: World) -> None:
    case_id, _, head = checking(world)
    before = parts.owed(world, case_id)
    with on("2026-12-01"):
        world.fire_all()
        opened = parts.owed(world, case_id)
        told = parts.told(world, case_id, "inbox.duty_opened")
        state = world.row(case_id)["state"]
    with on("2026-12-10"):
        world.fire_all()
        late = parts.owed(world, case_id)
        world.do(head, case_id, "propose", proposal="go_on")
        after = parts.owed(world, case_id)
        nothing = world.refusal(head, case_id, "propose", proposal="go_on")
    bureau = world.organisations["bureau"]

    assert [kind for kind, _, _ in before] == ["state:checking"]
    assert opened[1:] == [("duty:urging", bureau, date(2026, 12, 8))]
    assert (told, state) == ([(bureau, "municipal_head", None)], "checking")
    assert late == opened
    assert after == before
    assert nothing == ["act.duty_not_yours"]
    assert parts.sound(world)
