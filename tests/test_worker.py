"""What the worker does besides timers: it delivers each mail once, notes what it could not, and tidies up."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases.ground import Ground
from caseflow.cli import main as cli
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import errands, notices
from caseflow.people import throttle
from caseflow.people.models import person
from caseflow.records import inbox, outbox
from caseflow.records.models import delivery, inbox_message
from caseflow.records.models import outbox as outbox_table
from caseflow.words import Message
from tests import posting
from tests.cases.racing import context
from tests.cases.world import World, build, day, ground_of
from tests.smtp import Post, running

WORKERS = 4
MORNING = clock.at_local(day("2026-11-23")) + timedelta(hours=10)
"""A working day, after the hour of the digest."""


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    return build(database, settings)


@pytest.fixture
def server() -> Iterator[Post]:
    with running(Post()) as post:
        yield post


def broken(database: Database) -> int:
    """An errand that has failed for good."""
    with database.write() as tx:
        outbox.leave(tx, "mail", "one", {"message": 1})
    start = clock.now()
    for attempt in range(outbox.MOST_ATTEMPTS):
        with clock.at(start + attempt * 2 * outbox.LONGEST_PAUSE), database.write() as tx:
            (errand,) = outbox.claim(tx, 1)
            outbox.mark_failed(tx, errand, Message("errands.failed", {"why": "no answer"}))
    return int(errand.id)


def test_a_failed_errand_is_listed_with_its_reason_and_started_afresh(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = broken(sqlite_database)
    monkeypatch.setenv("DATABASE_URL", sqlite_database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CASEFLOW_HOME", str(settings.home))

    codes = [
        cli.main(["outbox", "list"]),
        cli.main(["outbox", "retry", str(number)]),
        cli.main(["outbox", "retry", "9"]),
    ]

    told = capsys.readouterr().out
    assert (codes, "no answer" in told) == ([0, 0, 1], True)
    with sqlite_database.read() as tx:
        assert outbox.failed(tx) == []


def test_the_worker_forgets_attempts_that_no_longer_count(sqlite_database: Database, settings: Settings) -> None:
    with sqlite_database.write() as tx:
        throttle.enter(tx, ("status_query", "192.0.2.1"))
    settings.files.mkdir(parents=True, exist_ok=True)

    with clock.at(clock.now() + timedelta(days=30)):
        worker.tidy(sqlite_database, settings)

    with sqlite_database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM attempt").scalar() == 0


def test_the_worker_clears_away_what_a_dead_process_was_reading(sqlite_database: Database, settings: Settings) -> None:
    work = settings.home / "work"
    work.mkdir(parents=True)
    settings.files.mkdir(parents=True, exist_ok=True)
    (work / "brought.xlsx").write_bytes(b"marks and opinions")

    worker.tidy(sqlite_database, settings)
    young = [one.name for one in work.iterdir()]
    with clock.at(clock.now() + timedelta(hours=25)):
        worker.tidy(sqlite_database, settings)

    assert (young, list(work.iterdir())) == (["brought.xlsx"], [])


# Mail, once


def work(settings: Settings) -> None:
    """A worker on its own connection that hands out, makes digests and delivers until nothing is left."""
    database = Database(settings.database_url)
    with database.read() as tx:
        ground = ground_of(tx, settings)
    with clock.at(MORNING):
        while True:
            posting.deliver(database, settings, ground)
            with database.read() as tx:
                if not left(tx):
                    return
            time.sleep(0.02)


def left(tx: Any) -> int:
    """How much is still to be done, with what another worker has claimed."""
    unhanded = sa.select(sa.func.count()).where(inbox_message.c.handed_at.is_(None))
    pending = sa.select(sa.func.count()).where(outbox_table.c.status == "pending")
    waiting = sa.select(sa.func.count()).where(delivery.c.way == "digest", delivery.c.errand_id.is_(None))
    return sum(int(tx.execute(query).scalar_one()) for query in (unhanded, pending, waiting))


def started(settings: Settings) -> BaseProcess:
    process: BaseProcess = context().Process(target=work, args=(settings,), daemon=True)
    process.start()
    return process


def posted(world: World, messages: int) -> int:
    """Messages to three officers who want mails and two who want the digest; returns how many mails that makes."""
    for number in range(5):
        who = world.person("municipal", "bureau")
        posting.give_address(world.database, world.ground, who.person_id, f"officer{number}@example.invalid")
        with world.database.write() as tx:
            notices.choose(tx, who.person_id, {"notice": "mail" if number < 3 else "digest"}, official=True)
    with world.database.write() as tx:
        for number in range(messages):
            message = Message("inbox.notice", {"text": f"第{number}条", "number": ""})
            inbox.post(tx, message, organisation_id=world.organisations["bureau"], role="municipal")
    return 3 * messages + 2


def test_four_workers_at_once_send_each_mail_once(world: World, server: Post) -> None:
    expected = posted(world, 40)
    running_now = [started(replace(world.settings, smtp=server.url)) for _ in range(WORKERS)]
    for process in running_now:
        process.join(300)

    assert [process.exitcode for process in running_now] == [0] * WORKERS
    assert (len(server.times()), set(server.times().values())) == (expected, {1})
    assert {row.status for row in posting.errands(world.database)} == {"sent"}


def test_no_mail_is_lost_when_workers_are_killed_at_random(world: World, server: Post) -> None:
    """Killed between the server's answer and the note of it, a worker leaves a mail that is sent again as the same one."""
    expected = posted(world, 60)
    settings, chance, killed = replace(world.settings, smtp=server.url), random.Random(7), 0
    running_now = [started(settings) for _ in range(WORKERS)]
    while killed < 12 and any(process.is_alive() for process in running_now):
        time.sleep(chance.uniform(0.02, 0.25))
        at = chance.randrange(WORKERS)
        if running_now[at].is_alive():
            running_now[at].kill()
            killed += 1
        running_now[at].join()
        running_now[at] = started(settings)
        with world.database.write() as tx:  # the leases of the dead would run for minutes
            claims = outbox_table.c.status == "pending", outbox_table.c.next_try_at > MORNING
            tx.execute(outbox_table.update().where(*claims).values(next_try_at=MORNING))
    for process in running_now:
        process.kill()
        process.join()
    with clock.at(MORNING + 2 * outbox.LEASE):
        posting.deliver(world.database, settings, world.ground)

    assert killed == 12
    assert len(server.times()) == expected
    assert {row.status for row in posting.errands(world.database)} == {"sent"}


def one_mail(world: World, address: str = "officer@example.invalid") -> None:
    who = world.person("applicant", "plant")
    posting.give_address(world.database, world.ground, who.person_id, address)
    with world.database.write() as tx:
        inbox.post(tx, Message("inbox.notice", {"text": "进入初审", "number": ""}), person_id=who.person_id)


def test_an_address_that_is_refused_for_good_fails_at_once_and_the_others_arrive(world: World, server: Post) -> None:
    server.refused["gone@example.invalid"] = "550 no such user"
    one_mail(world, "gone@example.invalid")
    one_mail(world, "here@example.invalid")
    posting.deliver(world.database, replace(world.settings, smtp=server.url), world.ground)

    found = [(row.status, row.via, row.last_error) for row in posting.errands(world.database)]
    assert found == [("failed", None, {"key": "mail.rejected", "values": {"code": 550}}), ("sent", "server", None)]


def test_while_the_server_is_away_everything_waits_and_is_sent_later(world: World, server: Post) -> None:
    for _ in range(3):
        one_mail(world)
    posting.deliver(world.database, replace(world.settings, smtp="smtp://127.0.0.1:1"), world.ground)
    away = [(row.status, row.attempts) for row in posting.errands(world.database)]
    with clock.at(clock.now() + outbox.FIRST_PAUSE):
        posting.deliver(world.database, replace(world.settings, smtp=server.url), world.ground)

    assert away == [("pending", 1), ("pending", 0), ("pending", 0)]
    assert (len(server.received), {row.status for row in posting.errands(world.database)}) == (3, {"sent"})


def test_without_a_server_mails_lie_in_the_folder_and_the_inbox_has_everything(world: World) -> None:
    one_mail(world)
    posting.deliver(world.database, world.settings, world.ground)

    (errand,) = posting.errands(world.database)
    assert (errand.status, errand.via, len(posting.laid_down(world.settings))) == ("sent", "folder", 1)
    with world.database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(inbox_message)) == 1


def test_an_errand_that_breaks_keeps_no_other_waiting(world: World, server: Post) -> None:
    one_mail(world)
    with world.database.write() as tx:
        outbox.leave(tx, "mail", "broken", {"message": 1}, person_id=tx.scalar(sa.select(person.c.id)))
        outbox.leave(tx, "pigeon", "unknown", {})
    posting.deliver(world.database, replace(world.settings, smtp=server.url), world.ground)

    found = {row.key: (row.status, (row.last_error or {}).get("key")) for row in posting.errands(world.database)}
    assert found.pop("broken") == ("pending", "errands.failed")
    assert found.pop("unknown") == ("pending", "errands.unknown_kind")
    assert set(found.values()) == {("sent", None)}


def test_what_is_not_reached_within_half_the_lease_is_given_back_and_claimed_anew(
    world: World, server: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        one_mail(world)
    passing = itertools.count(0, outbox.LEASE.total_seconds() / 5)
    monkeypatch.setattr(worker, "monotonic", lambda: next(passing))
    posting.deliver(world.database, replace(world.settings, smtp=server.url), world.ground)

    assert [(row.status, row.attempts) for row in posting.errands(world.database)] == [("sent", 1)] * 4
    assert next(passing) > outbox.LEASE.total_seconds()


# Slow work that is no mail


def counting(log: list[str], fail: bool = False) -> outbox.Work:
    def prepare(tx: Any, ground: Ground, settings: Settings, errand: Any) -> int:
        log.append("read")
        return int(errand.payload["n"])

    def carry_out(prepared: int, settings: Settings) -> int:
        log.append("done")
        if fail:
            raise ValueError("no room")
        return prepared * 2

    def finish(tx: Any, errand: Any, result: int) -> None:
        log.append(f"written {result}")

    return outbox.Work(prepare, carry_out, finish)


def test_other_work_is_read_done_and_written_in_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    monkeypatch.setitem(errands.WORKS, "doubling", counting(log))
    with world.database.write() as tx:
        outbox.leave(tx, "doubling", "one", {"n": 21})
    worker.run_errands(world.database, world.settings, world.ground)

    assert log == ["read", "done", "written 42"]
    assert [row.status for row in posting.errands(world.database)] == ["sent"]


def test_other_work_that_fails_is_noted_and_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    monkeypatch.setitem(errands.WORKS, "doubling", counting(log, fail=True))
    with world.database.write() as tx:
        outbox.leave(tx, "doubling", "one", {"n": 21})
    worker.run_errands(world.database, world.settings, world.ground)

    (errand,) = posting.errands(world.database)
    assert (log, errand.status, errand.last_error) == (
        ["read", "done"],
        "pending",
        {"key": "errands.failed", "values": {"why": "ValueError"}},
    )
