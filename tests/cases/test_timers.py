"""Timers fire exactly once, however many workers run and however they die."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import date, timedelta
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases import fire
from caseflow.cases.models import case, timer
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.records import journal
from caseflow.records.models import inbox_message
from caseflow.records.models import journal as journal_table
from caseflow.words import Refused
from tests.cases.racing import context
from tests.cases.world import World, ground_of

WORKERS = 4
LATER = timedelta(days=60)
"""After every deadline of the cases that are made here."""


def work(settings: Settings) -> None:
    """A worker on its own connection, at a time when everything is due."""
    database = Database(settings.database_url)
    with database.read() as tx:
        ground = ground_of(tx, settings)
    with clock.at(clock.now() + LATER):
        worker.fire_timers(database, ground)


def started(settings: Settings) -> BaseProcess:
    process: BaseProcess = context().Process(target=work, args=(settings,), daemon=True)
    process.start()
    return process


def run_and_kill(settings: Settings, kills: int) -> int:
    """Four workers; one of them is killed at a random moment and replaced, ``kills`` times; the rest finish."""
    chance = random.Random(7)
    running = [started(settings) for _ in range(WORKERS)]
    killed = 0
    try:
        while killed < kills and any(process.is_alive() for process in running):
            time.sleep(chance.uniform(0.005, 0.12))
            at = chance.randrange(WORKERS)
            if running[at].is_alive():
                running[at].kill()
                killed += 1
            running[at].join()
            running[at] = started(settings)
        for process in running:
            process.join(300)
            assert process.exitcode == 0
    finally:
        for process in running:
            process.kill()
    return killed


def waiting(world: World) -> list[Any]:
    with world.database.read() as tx:
        return list(tx.execute(sa.select(timer).where(timer.c.status == "waiting")))


def filled(world: World, cases: int) -> None:
    """Cases under review (a warning and a breach each) and lists under publicity (the end of it each)."""
    applicant = world.person("applicant", "plant")
    for number in range(cases):
        world.submitted(applicant, product=f"焦炭{number}")
        public = world.open(applicant, "toy-public")
        world.do(applicant, public, "post", posted_on=clock.today().isoformat())


def effects(world: World) -> Counter[str]:
    """How often each kind of effect stands in the journal, by timer: more than one of a kind would be seen as such."""
    with world.database.read() as tx:
        rows = tx.execute(
            sa.select(journal_table.c.act, journal_table.c.request_key).where(
                journal_table.c.request_key.startswith("timer/")
            )
        ).all()
    assert len(rows) == len({row.request_key for row in rows})

    return Counter(row.act for row in rows)


def broken(world: World) -> list[Any]:
    with world.database.read() as tx:
        heads = {row.id: (row.seq, row.last_hash) for row in tx.execute(sa.select(case))}
        return journal.verify(tx, heads=heads)


def check_once(world: World, cases: int, kills: int) -> None:
    filled(world, cases)
    due = Counter(row.kind for row in waiting(world))

    killed = run_and_kill(world.settings, kills)

    assert {"warn": cases, "breach": cases, "act:close": cases} == due
    assert {"deadline_warned": cases, "deadline_breached": cases, "close": cases} == effects(world)
    assert (waiting(world), broken(world), killed > 0) == ([], [], True)
    with world.database.read() as tx:
        told = sa.select(inbox_message.c.key, sa.func.count()).group_by(inbox_message.c.key)
        # A warning goes to the holder, a breach to the holder and to whoever the definition names.
        counted = dict(tx.execute(told.where(inbox_message.c.key.in_(["inbox.due_soon", "inbox.breached"]))).all())
        assert {"inbox.due_soon": cases, "inbox.breached": 2 * cases} == counted


def test_every_timer_fires_once_while_four_workers_are_killed_at_random(world: World) -> None:
    check_once(world, cases=100, kills=12)


@pytest.mark.long
def test_thousands_of_timers_fire_once_while_four_workers_are_killed_at_random(world: World) -> None:
    check_once(world, cases=1000, kills=150)


def test_a_timer_that_cannot_be_fired_keeps_no_other_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    applicant = world.person("applicant", "plant")
    first = world.open(applicant, "toy-public")
    world.do(applicant, first, "post", posted_on=clock.today().isoformat())
    with clock.at(clock.now() + timedelta(days=1)):
        second = world.open(applicant, "toy-public")
        world.do(applicant, second, "post", posted_on=clock.today().isoformat())
    monkeypatch.setattr(worker, "MOST_AT_ONCE", 1)
    with world.database.write() as tx:  # the first one claims to be an act that does not exist
        tx.execute(timer.update().where(timer.c.case_id == first).values(kind="act:nothing"))

    with clock.at(clock.now() + LATER):
        fired = worker.fire_timers(world.database, world.ground)

    assert (fired, world.row(first)["state"], world.row(second)["state"]) == (1, "showing", "shown")
    assert [first] == [row.case_id for row in waiting(world)]


def test_a_timer_rolled_back_after_its_claim_is_still_due(world: World) -> None:
    filled(world, 1)
    row = next(row for row in waiting(world) if row.kind == "warn")

    with pytest.raises(RuntimeError), world.database.write() as tx:
        fire.fire(tx, world.ground, row._mapping, clock.now())
        raise RuntimeError("the worker dies before the commit")

    assert row.id in [one.id for one in waiting(world)]


def test_the_end_of_publicity_is_no_day_early(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-public")
    world.do(applicant, case_id, "post", posted_on="2026-11-23")
    seen = []
    for moment in (clock.at_local(date.fromisoformat("2026-11-30")), clock.at_local(date.fromisoformat("2026-12-01"))):
        with clock.at(moment):
            worker.fire_timers(world.database, world.ground)
        seen.append(world.row(case_id)["state"])

    assert seen == ["showing", "shown"]


def test_nobody_ends_a_publicity_before_its_day(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-public")
    world.do(applicant, case_id, "post", posted_on=clock.today().isoformat())
    (row,) = waiting(world)

    with pytest.raises(Refused) as refused, world.database.write() as tx:
        fire.fire(tx, world.ground, row._mapping, clock.now())

    assert [reason.key for reason in refused.value.reasons] == ["guards.publicity_runs"]
    assert world.row(case_id)["state"] == "showing"
