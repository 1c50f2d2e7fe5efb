"""Parameters that an office sets: from when they count, for which cases, and who must confirm them."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import deadlines, settings
from caseflow.cases.setting_models import parameter_reason
from caseflow.people.rights import Actor
from caseflow.words import Refused, render
from tests.cases.test_deciding import reviewed
from tests.cases.world import World


def put(world: World, name: str, value: Any, who: Actor | None = None, days: int = 1, reason: str = "会议纪要", key: str = "") -> int:  # fmt: skip
    who = who or world.person("provincial", "office")
    with world.database.write() as tx:
        definition = world.ground.current(tx, "toy-decided").definition
        return settings.set_value(
            tx, world.ground.keys, world.authority_id, definition, name, value, from_on=clock.today() + timedelta(days=days), reason=reason,
            by=who.person_id, at=clock.now(), request_key=key or secrets.token_urlsafe(18),
        )  # fmt: skip


def confirm(world: World, number: int, who: Actor) -> None:
    with world.database.write() as tx:
        row = next(
            one
            for one in settings.history(tx, world.ground.keys, world.authority_id, "toy-decided")
            if one["id"] == number
        )
        settings.confirm(tx, row, by=who.person_id, at=clock.now())


def value(world: World, name: str, on: date) -> str:
    with world.database.read() as tx:
        definition = world.ground.current(tx, "toy-decided").definition
        return settings.in_force(tx, definition, world.authority_id, on)[name]


def refusals(world: World, *given: Any, **more: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        put(world, *given, **more)
    return [one.key for one in refused.value.reasons]


def test_what_is_set_counts_from_its_day_on(world: World) -> None:
    put(world, "review_time", "15 workdays", days=3)

    today = clock.today()
    assert value(world, "review_time", today + timedelta(days=2)) == "10 workdays"
    assert value(world, "review_time", today + timedelta(days=3)) == "15 workdays"


def test_one_intent_sets_a_parameter_once(world: World) -> None:
    first = put(world, "review_time", "15 workdays", key="one-and-the-same-key")
    again = put(world, "review_time", "15 workdays", key="one-and-the-same-key")
    with world.database.read() as tx:
        rows = settings.history(tx, world.ground.keys, world.authority_id, "toy-decided")

    assert (again, [row["id"] for row in rows]) == (first, [first])


def test_of_two_settings_for_one_day_the_later_one_counts(world: World) -> None:
    put(world, "review_time", "15 workdays")
    put(world, "review_time", "16 workdays")

    assert value(world, "review_time", clock.today() + timedelta(days=1)) == "16 workdays"


def test_every_reason_against_a_setting_is_told_at_once(world: World) -> None:
    assert refusals(world, "review_time", "4 workdays", days=0, reason=" ") == [
        "settings.outside", "office.reason_missing", "settings.not_yet",
    ]  # fmt: skip
    assert refusals(world, "review_time", "10 days") == ["settings.outside"]
    assert refusals(world, "tries", "many") == ["settings.not_a_value"]


def test_a_second_person_must_confirm_before_it_counts_from_the_next_day(world: World) -> None:
    first, second = world.person("provincial", "office"), world.person("provincial", "office")
    number = put(world, "benchmark", "1.5", first)

    tomorrow = clock.today() + timedelta(days=1)
    assert value(world, "benchmark", tomorrow) == "1.0"
    with pytest.raises(Refused) as refused:
        confirm(world, number, first)
    assert [one.key for one in refused.value.reasons] == ["settings.own"]
    confirm(world, number, second)
    assert value(world, "benchmark", clock.today()) == "1.0"
    assert value(world, "benchmark", tomorrow) == "1.5"
    with pytest.raises(Refused):
        confirm(world, number, second)


def test_a_case_keeps_the_values_of_the_day_on_which_it_came_to_its_state(world: World) -> None:
    before, officer = reviewed(world, intensity="1.0")
    number = put(world, "benchmark", "1.5")
    confirm(world, number, world.person("provincial", "office"))

    with clock.at(clock.now() + timedelta(days=2)):
        after, _ = reviewed(world, intensity="1.0")
        world.do(officer, before, "assess", doubt=False)
        world.do(officer, after, "assess", doubt=False)

    assert [world.row(one)["facts"]["grading"]["grade"] for one in (before, after)] == ["fair", "good"]


def test_a_clock_runs_as_long_as_the_parameter_says_on_the_day_on_which_it_starts(world: World) -> None:
    before, _ = reviewed(world)
    put(world, "review_time", "6 workdays")

    with clock.at(clock.now() + timedelta(days=2)):
        after, _ = reviewed(world)

    with world.database.read() as tx:
        limits = [deadlines.of_case(tx, one)[0]["limit"] for one in (before, after)]
    assert limits == ["10 workdays", "6 workdays"]


def test_how_often_an_act_may_be_done_follows_the_parameter(world: World) -> None:
    case_id, officer = reviewed(world)
    who = world.person("applicant", "plant")
    world.do(officer, case_id, "ask_again")
    world.do(who, case_id, "submit")

    with pytest.raises(Refused):
        world.do(officer, case_id, "ask_again")
    put(world, "tries", 2)
    with clock.at(clock.now() + timedelta(days=2)), pytest.raises(Refused):  # it came to this state before
        world.do(officer, case_id, "ask_again")


def test_what_was_set_is_never_changed(world: World) -> None:
    number = put(world, "review_time", "15 workdays")

    for statement in ("UPDATE parameter_setting SET value = '5 workdays'", "DELETE FROM parameter_setting"):
        with pytest.raises(sa.exc.DatabaseError), world.database.write() as tx:
            tx.exec_driver_sql(statement)
    with world.database.read() as tx:
        (row,) = settings.history(tx, world.ground.keys, world.authority_id, "toy-decided")
    assert (row["id"], row["value"], row["reason"]) == (number, "15 workdays", "会议纪要")


def test_why_it_was_set_lies_sealed_and_apart_from_what_is_never_changed(world: World) -> None:
    put(world, "review_time", "15 workdays", reason="张三提出")
    with world.database.write() as tx:
        (sealed,) = tx.scalars(sa.select(parameter_reason.c.sealed))
        before = [row["reason"] for row in settings.history(tx, world.ground.keys, world.authority_id, "toy-decided")]
        tx.execute(parameter_reason.delete())
        after = [row["reason"] for row in settings.history(tx, world.ground.keys, world.authority_id, "toy-decided")]

    assert "张三" not in sealed
    assert (before, after) == (["张三提出"], [""])


def test_the_command_line_lists_what_is_in_force(world: World) -> None:
    put(world, "review_time", "15 workdays")

    with world.database.read() as tx:
        lines = [render(one, "en") for one in settings.told(tx, world.ground)]

    day = (clock.today() + timedelta(days=1)).isoformat()
    assert (
        f"toy-decided review_time = 10 workdays (between 5 workdays and 20 workdays, last set from {day} on)" in lines
    )
    assert "toy-decided tries = 1 (between 1 and 3, the default)" in lines
