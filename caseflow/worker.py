"""The worker: fires timers and runs errands. APScheduler only says that a moment has passed; it stores no deadline."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date, time
from time import monotonic
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.engine import Connection, Row, RowMapping
from sqlalchemy.exc import OperationalError

from caseflow import clock, mail
from caseflow.cases import fire, sheet_drafts, timers
from caseflow.cases.ground import Ground
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import bundle, errands, notices, recalculation, reference, reminders
from caseflow.people import sessions, throttle
from caseflow.records import brought, files, outbox
from caseflow.records.outbox import Work
from caseflow.words import Message, Refused

log = logging.getLogger("caseflow.worker")

TICK_SECONDS = 5
MOST_AT_ONCE = 100
MOST_CLAIMED = 20
REMIND_MINUTES = 15
REMIND_FROM = time(7)
"""Local time from which the reminders of a day go out."""


def tick(database: Database, settings: Settings, ground: Ground) -> int:
    """Do everything that is due; how much it was. Each timer and errand is a transaction of its own."""
    done = fire_timers(database, ground) + hand_out(database, settings) + make_digests(database, settings, ground)
    return done + run_errands(database, settings, ground)


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


def hand_out(database: Database, settings: Settings) -> int:
    """Decide for every new message by which way it goes to whom; how many messages that were."""
    handed = 0
    while True:
        with database.read() as tx:
            waiting = notices.to_hand(tx, MOST_AT_ONCE)
        if not waiting:
            return handed
        official = reference.roles(settings).official
        handed += database.once(lambda tx: sum(notices.hand(tx, one, official) for one in waiting))  # noqa: B023 -- done at once


def run_errands(database: Database, settings: Settings, ground: Ground) -> int:
    """Deliver what acts have left to be done outside; a failure is noted with the errand and tried again.

    Few are claimed at a time, and those not reached within half the lease are given back: nobody else may take up
    what is still being delivered here.
    """
    done = 0
    while True:
        with database.write() as tx:
            claimed = outbox.claim(tx, MOST_CLAIMED)
        if not claimed:
            return done
        until = monotonic() + outbox.LEASE.total_seconds() / 2
        reachable = True
        with mail.opened(settings) as send:
            for errand in claimed:
                if not reachable or monotonic() > until:
                    with database.write() as tx:
                        outbox.give_back(tx, errand)
                    continue
                reachable = _deliver(database, settings, ground, errand, send)
                done += 1
        if not reachable:
            return done


def _deliver(
    database: Database, settings: Settings, ground: Ground, errand: Row[Any], send: Callable[[mail.Mail], mail.Via]
) -> bool:
    """Carry out one errand and note how it went; false where the mail server is away."""
    try:
        if errand.kind in errands.WORKS:
            _work(database, settings, ground, errand, errands.WORKS[errand.kind])
            return True
        with database.read() as tx:
            letter = errands.letter(tx, ground, settings, errand)
        via = send(letter)
    except Refused as refused:
        with database.write() as tx:
            outbox.mark_failed(tx, errand, refused.reasons[0], for_good=isinstance(refused, mail.Rejected))
        return not isinstance(refused, mail.Unreachable)
    except OperationalError:
        raise
    except Exception as failure:
        log.exception("errand %s cannot be carried out; it is tried again", errand.id)
        with database.write() as tx:
            outbox.mark_failed(tx, errand, Message("errands.failed", {"why": type(failure).__name__}))
        return True
    with database.write() as tx:
        outbox.mark_sent(tx, errand.id, via)
    return True


def _work(database: Database, settings: Settings, ground: Ground, errand: Row[Any], work: Work) -> None:
    """An errand that is no mail: read, do it outside any transaction, write what came of it."""
    with database.write() as tx:
        if not outbox.hold(tx, errand, work.lease):
            return
    with database.read() as tx:
        prepared = work.prepare(tx, ground, settings, errand)
    result = work.carry_out(prepared, settings)

    def finish(tx: Connection) -> None:
        work.finish(tx, errand, result)
        outbox.mark_sent(tx, errand.id)

    database.once(finish)


def recalculate(database: Database, ground: Ground) -> int:
    """Go through the filed studies for every run over a new release that waits; how many batches that were.

    The studies are calculated outside any write, and each batch is written at once.
    """
    done = 0
    with database.read() as tx:
        waiting = recalculation.waiting(tx)
    for run_id in waiting:
        try:
            done += _run_through(database, ground, run_id)
        except OperationalError:
            raise
        except Exception:
            log.exception("run %s over a new release cannot go on; it is tried again", run_id)
    return done


def _run_through(database: Database, ground: Ground, run_id: int) -> int:
    done = 0
    while True:
        with database.read() as tx:
            batch = recalculation.prepare(tx, ground, run_id)
        if batch is None:
            return done
        done += database.once(lambda tx: recalculation.keep(tx, batch))  # noqa: B023 -- done at once


def make_digests(database: Database, settings: Settings, ground: Ground) -> int:
    """Make the digests of today, if its hour has come on a working day; how many were made."""
    now = clock.now()
    if not notices.is_time_for_digests(ground, now, settings.digest_at):
        return 0
    day = clock.local_date(now)
    with database.read() as tx:
        waiting = notices.waiting_for_digest(tx, day)
    return sum(database.once(lambda tx: notices.gather(tx, one, day)) for one in waiting)  # noqa: B023 -- done at once


def remind(database: Database, ground: Ground, today: date) -> int:
    """Remind of what falls due soon; how many reminders the day has so far. Doing it twice tells nobody twice."""
    with database.read() as tx:
        found = list(reminders.due(tx, ground, today))
    for at in range(0, len(found), MOST_AT_ONCE):
        some = found[at : at + MOST_AT_ONCE]
        database.once(lambda tx: reminders.remind(tx, some))  # noqa: B023 -- done at once
    return len(found)


def remind_each_morning(database: Database, ground: Ground, reminded: set[date]) -> None:
    """Once a day in each process; ``reminded`` holds the days on which this one has done it."""
    local = clock.now().astimezone(clock.SHANGHAI)
    if local.time() >= REMIND_FROM and local.date() not in reminded:
        remind(database, ground, local.date())
        reminded.add(local.date())


def tidy(database: Database, settings: Settings) -> None:
    """Remove sessions and attempts that no longer count, what was only brought or typed and is over, bytes that no row holds."""
    with database.write() as tx:
        sessions.sweep(tx)
        throttle.sweep(tx)
    with database.write() as tx:
        notices.tidy(tx)
    with database.write() as tx:
        bundle.expire(tx)
        brought.expire(tx)
    with database.write() as tx:
        sheet_drafts.expire(tx)
    brought.clear(settings.home / "work")
    with database.read() as tx:
        files.sweep(tx, settings.files)


def start(database: Database, settings: Settings, ground: Ground) -> BackgroundScheduler:
    """A scheduler that ticks in the background of this process until ``shutdown``."""
    scheduler = BackgroundScheduler(timezone="UTC")
    reminded: set[date] = set()
    at_once: dict[str, Any] = {"max_instances": 1, "coalesce": True, "next_run_time": clock.now()}
    scheduler.add_job(lambda: tick(database, settings, ground), "interval", seconds=TICK_SECONDS, **at_once)
    scheduler.add_job(
        lambda: remind_each_morning(database, ground, reminded), "interval", minutes=REMIND_MINUTES, **at_once
    )
    scheduler.add_job(
        lambda: recalculate(database, ground), "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True
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
