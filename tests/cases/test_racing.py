"""What the races of these tests stand on: processes that cannot stand still because of how they began."""

from __future__ import annotations

import os
import subprocess
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests import postgres
from tests.cases.racing import PATIENCE, context, racers
from tests.cases.world import World


def _threads_of_the_server(pipe: Connection) -> None:
    pipe.send(len(list(Path(f"/proc/{os.getppid()}/task").iterdir())))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted on Linux")
def test_racers_are_forked_from_a_process_of_one_thread() -> None:
    running = context()
    ours, theirs = running.Pipe()
    process = running.Process(target=_threads_of_the_server, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(PATIENCE)

    told = ours.recv()
    process.join()

    assert told == 1


def test_a_server_that_another_run_began_is_not_taken_for_the_own(postgresql_server: postgres.Server) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        mine = postgres.answers(other, postgresql_server.port, Path("/nowhere/data"))
        other.kill()

    assert not mine


def test_a_race_in_which_a_racer_is_gone_is_told_and_not_waited_for(world: World) -> None:
    with racers(3) as made:
        made.enter(world.settings)
        made.end_one()
        with pytest.raises(AssertionError, match="a racer is gone"):
            made.race([])
