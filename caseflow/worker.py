"""The worker: fires timers and runs errands. APScheduler only says that a moment has passed; it stores no deadline."""

from __future__ import annotations

import logging
import threading

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import OperationalError

from caseflow import clock, mail
from caseflow.cases import fire, timers
from caseflow.cases.ground import Ground
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import errands
from caseflow.people import sessions, throttle
from caseflow.records import files, outbox
from caseflow.words import Message, Refused

log = logging.getLogger("caseflow.worker")

TICK_SECONDS = 5
MOST_AT_ONCE = 100


def tick(database: Database, settings: Settings, ground: Ground) -> int:
    """Do everything that is due; how much it was. Each timer and errand is a transaction of its own."""
    return fire_timers(database, ground) + run_errands(database, settings, ground)


def fire_timers(database: Database, ground: Ground) -> int:
    """Fire every timer whose moment has passed, in order; one that cannot be fired keeps no other waiting."""
    fired = 0
    now = clock.now()
    last = None
    while True:
        with database.read() as tx:
            waiting = timers.due(tx, now, MOST_AT_ONCE, last)
        if not waiting:
            return fired
        for row in waiting:
            fired += _fire(database, ground, row)
        last = waiting[-1]


def _fire(database: Database, ground: Ground, row: RowMapping) -> bool:
    try:
        return database.once(lambda tx: fire.fire(tx, ground, row, clock.now()))
    except Refused as refused:
        log.warning("timer %s of case %s is refused: %s", row["id"], row["case_id"], refused)
    except OperationalError:
        raise
    except Exception:
        log.exception("timer %s of case %s cannot be fired; it is tried again", row["id"], row["case_id"])
    return False


def run_errands(database: Database, settings: Settings, ground: Ground) -> int:
    """Deliver what acts have left to be done outside; a failure is noted with the errand and tried again."""
    with database.write() as tx:
        claimed = outbox.claim(tx, MOST_AT_ONCE)
    for errand in claimed:
        try:
            with database.read() as tx:
                letters = errands.mails(tx, ground, errand)
            for letter in letters:
                mail.deliver(letter, settings)
        except (Refused, OSError) as failure:
            reason = (
                failure.reasons[0] if isinstance(failure, Refused) else Message("errands.failed", {"why": str(failure)})
            )
            with database.write() as tx:
                outbox.mark_failed(tx, errand, reason)
        else:
            with database.write() as tx:
                outbox.mark_sent(tx, errand.id)
    return len(claimed)


def tidy(database: Database, settings: Settings) -> None:
    """Remove sessions and attempts that no longer count, and bytes of files that no row holds."""
    with database.write() as tx:
        sessions.sweep(tx)
        throttle.sweep(tx)
    with database.read() as tx:
        files.sweep(tx, settings.files)


def start(database: Database, settings: Settings, ground: Ground) -> BackgroundScheduler:
    """A scheduler that ticks in the background of this process until ``shutdown``."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        lambda: tick(database, settings, ground),
        "interval",
        seconds=TICK_SECONDS,
        max_instances=1,
        coalesce=True,
        next_run_time=clock.now(),
    )
    scheduler.add_job(lambda: tidy(database, settings), "interval", hours=1, max_instances=1, coalesce=True)
    scheduler.start()
    return scheduler


def run(database: Database, settings: Settings, ground: Ground) -> None:
    """Tick until the process is told to stop."""
    scheduler = start(database, settings, ground)
    try:
        threading.Event().wait()
    finally:
        scheduler.shutdown()
