"""Whoever owes something is reminded five working days before, two, and on the day, once however often it is looked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases.models import case, task
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.rights import Actor
from caseflow.records.models import inbox_message
from tests.cases.world import World, build, day

START = day("2026-11-02")
DUE = day("2026-11-16")
"""Ten working days after a Monday: two weeks later."""


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    with clock.at(clock.at_local(START)):
        return build(database, settings)


def under_review(world: World) -> int:
    """A case whose bureau has ten working days from ``START`` on."""
    with clock.at(clock.at_local(START)):
        return world.submitted(world.person("applicant", "plant"))


def remind(world: World, *days: str) -> list[Any]:
    """Look on these days; what was said, oldest first."""
    for one in days:
        worker.remind(world.database, world.ground, day(one))
    columns = inbox_message.c
    query = sa.select(columns.key, columns["values"], columns.role, columns.person_id, columns.organisation_id)
    with world.database.read() as tx:
        wanted = columns.key.in_(["inbox.reminder", "inbox.due_today"])
        return list(tx.execute(query.where(wanted).order_by(columns.id)))


def every_day(since: date, until: date) -> list[str]:
    return [(since + timedelta(days=n)).isoformat() for n in range((until - since).days + 1)]


def test_the_office_that_owes_is_reminded_three_times(world: World) -> None:
    under_review(world)
    said = {}
    for one in every_day(START, DUE + timedelta(days=3)):
        before = len(remind(world))
        said[one] = [(row.key, row.values["days"]) for row in remind(world, one)[before:]]

    assert {one: lines for one, lines in said.items() if lines} == {
        "2026-11-09": [("inbox.reminder", 5)],
        "2026-11-12": [("inbox.reminder", 2)],
        "2026-11-16": [("inbox.due_today", 0)],
    }
    assert {(row.role, row.organisation_id) for row in remind(world)} == {("municipal", world.organisations["bureau"])}
    assert remind(world)[0].values["due"] == {"zh": "2026年11月16日", "en": "16 November 2026"}
    assert remind(world)[0].values["what"] == {"zh": "初审", "en": "Review"}


def test_looking_again_reminds_nobody_again(world: World) -> None:
    under_review(world)

    assert len(remind(world, "2026-11-09", "2026-11-09", "2026-11-10", "2026-11-11", "2026-11-09")) == 1


def test_a_step_that_was_missed_is_caught_up_with(world: World) -> None:
    under_review(world)

    assert [row.values["days"] for row in remind(world, "2026-11-11", "2026-11-13")] == [3, 1]


def test_whoever_took_the_task_on_is_reminded_instead_of_the_role(world: World) -> None:
    case_id = under_review(world)
    officer: Actor = world.person("municipal", "bureau")
    with world.database.write() as tx:
        tx.execute(
            task.update().where(task.c.case_id == case_id, task.c.status == "open").values(person_id=officer.person_id)
        )

    assert [(row.person_id, row.role) for row in remind(world, "2026-11-09")] == [(officer.person_id, None)]


def test_a_date_that_moved_is_reminded_of_anew(world: World) -> None:
    case_id = under_review(world)
    remind(world, "2026-11-12")
    with world.database.write() as tx:
        tx.execute(
            task.update().where(task.c.case_id == case_id, task.c.status == "open").values(due_on=day("2026-11-23"))
        )

    assert [row.values["days"] for row in remind(world, "2026-11-12", "2026-11-16")] == [2, 5]


def test_what_was_asked_for_after_the_step_needs_no_reminder_of_it(world: World) -> None:
    case_id = under_review(world)
    with world.database.write() as tx:
        opened = clock.at_local(day("2026-11-10"))
        tx.execute(task.update().where(task.c.case_id == case_id).values(opened_at=opened))

    assert [row.values["days"] for row in remind(world, "2026-11-11", "2026-11-12")] == [2]


def test_nobody_is_reminded_of_what_is_done_or_stands_still(world: World) -> None:
    case_id = under_review(world)
    with clock.at(clock.at_local(day("2026-11-05"))):
        world.do(world.person("municipal", "bureau"), case_id, "return", gaps={"unit.product": "请写明产品"})

    assert remind(world, *every_day(START, DUE)) == []


def test_nobody_is_hurried_to_end_a_publicity(world: World) -> None:
    with clock.at(clock.at_local(START)):
        applicant = world.person("applicant", "plant")
        case_id = world.open(applicant, "toy-public")
        world.do(applicant, case_id, "post", posted_on=START.isoformat())
    with world.database.read() as tx:
        due = tx.scalar(sa.select(case.c.due_on).where(case.c.id == case_id))
        owed = tx.scalar(sa.select(sa.func.count()).where(task.c.case_id == case_id, task.c.due_on == due))

    assert (due is not None, owed, remind(world, *every_day(START, due))) == (True, 1, [])


def test_the_reminders_of_a_day_begin_in_the_morning_and_are_looked_for_once(world: World) -> None:
    under_review(world)
    reminded: set[date] = set()
    counts = []
    for hour in (6, 7, 8):
        with clock.at(clock.at_local(day("2026-11-09")) + timedelta(hours=hour)):
            worker.remind_each_morning(world.database, world.ground, reminded)
        counts.append(len(remind(world)))

    assert (counts, reminded) == ([0, 1, 1], {day("2026-11-09")})
