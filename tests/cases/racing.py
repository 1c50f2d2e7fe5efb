"""Processes that live long, each with its own connection, and act at the same moment."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.synchronize import Barrier
from typing import Any

from caseflow.cases import act, entry, opening
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.rights import Actor
from caseflow.words import Refused
from tests.cases.world import ground_of

PATIENCE = 240
"""Seconds after which a race counts as stuck."""
_THREADS = "OPENBLAS_NUM_THREADS"


@dataclass(frozen=True)
class Job:
    """One act (or, without a case, the opening of one) that a racer does when the barrier falls."""

    actor: Actor
    case_id: int | None
    action: str
    key: str
    answers: dict[str, Any] = field(default_factory=dict)
    seen: int | None = None


@dataclass(frozen=True)
class Told:
    """How it went for one racer."""

    how: str
    """``done``, ``again`` (the first outcome of the same request), ``refused``, ``stale`` or ``failed``."""
    reasons: tuple[str, ...] = ()
    outcome: act.Outcome | None = None


def context() -> Any:
    """Processes forked from a small server that has imported the program once: no thread and no connection goes along.

    What numpy and scipy compute with begins a thread for each processor when it is imported, and a process forked beside
    them may stand still for good; so there it gets none.
    """
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["__main__", __name__])
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        forkserver.ensure_running()
    finally:
        del os.environ[_THREADS]
        if before is not None:
            os.environ[_THREADS] = before
    return made


class Racers:
    def __init__(self, count: int) -> None:
        running = context()
        self.count = count
        self._barrier = running.Barrier(count)
        self._pipes: list[Pipe] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = running.Pipe()
            process = running.Process(target=_run, args=(theirs, self._barrier), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def enter(self, settings: Settings) -> None:
        """Let every racer connect to the database of these settings."""
        self._all([settings] * self.count)

    def race(self, jobs: Sequence[Job]) -> list[Told]:
        """Do the jobs at one moment, one racer each; those without a job wait at the barrier too."""
        assert len(jobs) <= self.count

        return self._all([*jobs, *[None] * (self.count - len(jobs))])[: len(jobs)]

    def _all(self, given: Sequence[Any]) -> list[Any]:
        until = time.monotonic() + PATIENCE
        told: dict[int, Any] = {}
        try:
            for pipe, one in zip(self._pipes, given, strict=True):
                pipe.send(one)
            while len(told) < self.count:
                waiting = {pipe: at for at, pipe in enumerate(self._pipes) if at not in told}
                ready = wait([*waiting], until - time.monotonic())
                assert ready, "a racer does not answer"

                told |= {at: pipe.recv() for pipe, at in waiting.items() if pipe in ready}
        except (EOFError, OSError):  # it keeps all others at the barrier
            raise AssertionError("a racer is gone") from None
        return [told[at] for at in range(self.count)]

    def end_one(self) -> None:
        """Let the last of them be gone, as where the machine has no memory left."""
        self._processes[-1].kill()

    def leave(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()


@contextmanager
def racers(count: int) -> Iterator[Racers]:
    made = Racers(count)
    try:
        yield made
    finally:
        made.leave()


def _run(pipe: Pipe, barrier: Barrier) -> None:
    database: Any = None
    ground: Any = None
    while True:
        given = pipe.recv()
        if isinstance(given, Settings):
            if database is not None:
                database.close()
            database = Database(given.database_url)
            with database.read() as tx:
                ground = ground_of(tx, given)
                ground.all_current(tx)
            pipe.send(None)
            continue
        barrier.wait(PATIENCE)
        pipe.send(_do(database, ground, given) if given is not None else None)


def _do(database: Database, ground: Any, job: Job) -> Told:
    def work(tx: Any) -> act.Outcome:
        if job.case_id is None:
            return opening.open_case(tx, ground, job.actor, job.action, request_key=job.key, **job.answers)
        return act.perform(
            tx, ground, job.actor, job.case_id, job.action, job.answers, request_key=job.key, seen=job.seen
        )

    try:
        outcome = database.once(work)
    except Refused as refused:
        return Told("refused", tuple(reason.key for reason in refused.reasons))
    except entry.Stale as stale:
        return Told("stale", (stale.entry.act,))
    except Exception as error:  # noqa: BLE001 -- told to the test, which fails with it
        return Told("failed", (repr(error),))
    return Told("done" if outcome.first else "again", (), outcome)
