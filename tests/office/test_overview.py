"""The province at a glance: where cases stand is read off the definition, never off the name of a state."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import act, entry, fire, opening, timers
from caseflow.cases import ground as grounds
from caseflow.cases.models import deadline, task
from caseflow.cases.move import Move
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import funnel, overview, publications
from caseflow.people.rights import Actor
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.reader import read
from tests.cases.world import World, build

HERE = Path(__file__).parent
CASE, LIST = "north-case", "north-list"


class North:
    """A small authority with two bureaus, and a workflow that names its stages."""

    def __init__(self, world: World) -> None:
        self.world = world
        known = vocabulary()
        with world.database.write() as tx:
            grounds.publish(tx, [read(HERE / f"{name}.yaml", vocabulary=known) for name in (CASE, LIST)])
        self.office = world.person("provincial", "office")
        self.bureau = world.person("municipal", "bureau")
        self.elsewhere = world.person("municipal", "elsewhere")
        self.definition = self._definition()
        self._number = 0

    def _definition(self) -> Definition:
        with self.world.database.read() as tx:
            return self.world.ground.current(tx, CASE).definition

    def stands(self, state: str, bureau: str | None = "bureau") -> int:
        """A case that stands in a state."""
        self._number += 1
        world = self.world
        with world.database.write() as tx:
            return opening.import_case(
                tx, world.ground, self.office, CASE, state, {"unit": {"name": f"单位{self._number}"}},
                organisation_id=world.organisations["plant"],
                prefecture_id=world.organisations[bureau] if bureau else None,
                round_id=world.round_id, request_key=f"north-case-{self._number:08}",
            ).case_id  # fmt: skip

    def do(self, who: Actor, case_id: int, action: str, **answers: Any) -> None:
        self._number += 1
        with self.world.database.write() as tx:
            key = f"north-act-{self._number:08}"
            act.perform(tx, self.world.ground, who, case_id, action, answers, request_key=key)

    def counted(self, who: Actor) -> list[overview.Counted]:
        with self.world.database.read() as tx:
            return overview.counted(tx, self.world.ground, who, self.world.round_id)

    def lines(self, who: Actor) -> dict[int | None, dict[str, int]]:
        bureaus = [self.world.organisations[name] for name in ("bureau", "elsewhere")]
        return {line.prefecture_id: dict(line.counts) for line in overview.by_bureau(self.counted(who), bureaus)}

    def funnel(self, who: Actor) -> funnel.Funnel:
        with self.world.database.read() as tx:
            found = overview.counted(tx, self.world.ground, who, self.world.round_id)
            return funnel.funnel(tx, who, self.definition, found, self.world.round_id)

    def listed(self) -> int:
        """A list with two cases, posted today."""
        with self.world.database.write() as tx:
            key = "north-list-opened-1"
            host = opening.open_case(
                tx, self.world.ground, self.office, LIST, round_id=self.world.round_id, request_key=key
            )
        self.do(self.office, host.case_id, "include")
        self.do(self.office, host.case_id, "close")
        return host.case_id


@pytest.fixture
def north(database: Database, settings: Settings) -> North:
    return North(build(database, settings))


def places(**given: int) -> dict[str, int]:
    return {**dict.fromkeys(overview.PLACES, 0), **given}


def test_every_submitted_case_stands_in_one_place_of_its_bureau(north: North) -> None:
    for state in ("being_typed", "with_us", "with_us", "mending", "in_the_bag", "on_the_wall", "summing_up", "refused"):
        north.stands(state)
    north.stands("ended_well", "elsewhere")
    north.stands("on_the_wall", None)
    own, other = (north.world.organisations[name] for name in ("bureau", "elsewhere"))

    assert north.lines(north.office) == {
        own: places(with_bureau=2, to_correct=1, to_send=1, sent=2, ended=1),
        other: places(sent=1),
        None: places(sent=1),
    }


def test_a_bureau_counts_its_own_cases_alone(north: North) -> None:
    north.stands("with_us")
    north.stands("with_us", "elsewhere")
    own, other = (north.world.organisations[name] for name in ("bureau", "elsewhere"))

    assert north.lines(north.bureau) == {own: places(with_bureau=1), other: places()}


def test_of_drafts_there_is_a_number_alone(north: North) -> None:
    north.stands("with_us")
    applicant = north.world.person("applicant", "plant")
    north.world.open(applicant, CASE)
    with north.world.database.read() as tx:
        number = overview.drafts(tx, north.world.ground, north.world.authority_id, north.world.round_id)

    assert (number, sum(one.n for one in north.counted(north.office))) == (1, 1)


def test_the_funnel_counts_whoever_came_so_far_or_further(north: North) -> None:
    for state in ("with_us", "mending", "on_the_wall", "at_work"):
        north.stands(state)
    found = north.funnel(north.office)

    assert [stage.reached for stage in found.stages] == [4, 4, 2, 1]
    assert [stage.here for stage in found.stages] == [
        {},
        {"with_us": 1, "mending": 1},
        {"on_the_wall": 1},
        {"at_work": 1},
    ]


def test_whoever_ended_counts_for_the_last_stage_of_the_journal_with_the_reason(north: North) -> None:
    early, late, well = north.stands("with_us"), north.stands("on_the_wall"), north.stands("summing_up")
    north.do(north.bureau, early, "refuse")
    north.do(north.office, late, "doubt")
    north.do(north.office, late, "fall")
    north.do(north.bureau, well, "end")
    found = north.funnel(north.office)

    assert [stage.reached for stage in found.stages] == [3, 3, 2, 1]
    assert [stage.ended for stage in found.stages] == [{}, {"refused": 1}, {"refused": 1}, {}]
    assert [(line.prefecture_id, line.ended) for line in found.lines] == [(north.world.organisations["bureau"], 2)]


def test_what_is_noted_after_the_end_does_not_move_the_end(north: North) -> None:
    number = north.stands("on_the_wall")
    north.do(north.office, number, "doubt")
    north.do(north.office, number, "fall")
    with north.world.database.write() as tx:
        row = entry.locked(tx, number)
        loaded = north.world.ground.definition(tx, row["definition_id"])
        looked = Action(id="look", title=Text(zh="看", en="Look"))
        move = Move(tx, north.world.ground, loaded, row, looked, north.office, "provincial", clock.now(), "k" * 20)
        act.record(move, {})

    assert [stage.ended for stage in north.funnel(north.office).stages] == [{}, {}, {"refused": 1}, {}]


def test_a_funnel_shows_a_bureau_what_is_its_own(north: North) -> None:
    north.stands("with_us")
    north.stands("on_the_wall", "elsewhere")

    assert [stage.reached for stage in north.funnel(north.elsewhere).stages] == [1, 1, 1, 0]


def test_a_quota_kept_by_bureau_stands_in_its_line(north: North) -> None:
    number = north.stands("with_us")
    north.do(north.bureau, number, "like")
    own, other = (north.world.organisations[name] for name in ("bureau", "elsewhere"))
    with north.world.database.read() as tx:
        found = overview.quotas(tx, north.world.ground, north.world.authority_id, north.world.round_id, [own, other])

    assert [(one.used, one.limit, one.rest) for one in found[own]] == [(1, 2, "{}")]
    assert found[other] == []


def test_what_is_due_is_counted_by_office_and_day(north: North) -> None:
    soon, late = north.stands("with_us"), north.stands("with_us", "elsewhere")
    today = clock.today()
    with north.world.database.write() as tx:
        for number, day in ((soon, today + timedelta(days=2)), (late, today - timedelta(days=3))):
            tx.execute(task.update().where(task.c.case_id == number).values(due_on=day))
    with north.world.database.read() as tx:
        found = overview.due(tx, north.world.ground, north.office, today, today + timedelta(days=9))
        own = overview.due(tx, north.world.ground, north.bureau, today, today + timedelta(days=9))

    assert [(one.name["zh"], one.overdue, list(one.by_day.values())) for one in found] == [
        ("elsewhere单位", 1, []),
        ("bureau单位", 0, [1]),
    ]
    assert [one.name["zh"] for one in own] == ["bureau单位"]


def test_a_list_is_prepared_posted_run_and_announced(north: North) -> None:
    north.stands("in_the_bag")
    host = north.listed()
    steps = [_step(north)]
    today = clock.today()
    north.do(north.office, host, "hang", url="https://example.org/gongshi", hung_on=today.isoformat())
    steps.append(_step(north))
    _run_out(north, host)
    steps.append(_step(north))
    north.do(north.office, host, "print", number="演环函〔2026〕3号")
    steps.append(_step(north))

    assert [step for step, _, _ in steps] == ["to_post", "running", "to_issue", "issued"]
    assert [until is not None for _, until, _ in steps] == [False, True, False, False]
    assert steps[-1][2] == ["https://example.org/gongshi", "演环函〔2026〕3号"]


def test_what_is_objected_to_stands_beside_its_list(north: North) -> None:
    north.stands("in_the_bag")
    doubted = north.stands("in_the_bag")
    north.listed()
    north.do(north.office, doubted, "doubt")
    with north.world.database.read() as tx:
        held = publications.held_back(tx, north.world.ground, north.office, north.world.round_id)
        hidden = publications.held_back(tx, north.world.ground, north.elsewhere, north.world.round_id)

    assert ([one.row["id"] for one in held], hidden) == ([doubted], [])


def test_a_case_left_behind_by_a_list_that_is_over_is_not_forgotten(north: North) -> None:
    left = north.stands("on_the_wall")
    with north.world.database.read() as tx:
        held = publications.held_back(tx, north.world.ground, north.office, north.world.round_id)

    assert [one.row["id"] for one in held] == [left]


def _step(north: North) -> tuple[str, Any, list[str]]:
    with north.world.database.read() as tx:
        found = publications.lists(tx, north.world.ground, north.office, north.world.round_id)[0]
    return found.step, found.until, [value for _, value in found.recorded]


def _run_out(north: North, host: int) -> None:
    """The publicity ends: what the worker does when its day has come."""
    with north.world.database.read() as tx:
        last = tx.scalar(sa.select(deadline.c.due_on).where(deadline.c.case_id == host))
    assert last is not None

    with clock.at(clock.end_of(last) + timedelta(minutes=1)), north.world.database.write() as tx:
        for row in timers.due(tx, clock.now()):
            fire.fire(tx, north.world.ground, row, clock.now())
