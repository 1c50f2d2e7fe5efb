"""What the worker does besides timers: it delivers, notes what it could not, and tidies up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from caseflow import cli, clock, worker
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import throttle
from caseflow.records import outbox
from caseflow.words import Message


def broken(database: Database) -> int:
    """An errand that has failed for good."""
    with database.write() as tx:
        outbox.leave(tx, "mail", "one", {"organisation": 1, "role": "nobody"})
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
