"""What nobody answers by chance is answered in a walk as the conditions have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from caseflow.cases.ground import publish
from caseflow.cases.vocabulary import vocabulary
from caseflow.office import simulated_pools as pools
from caseflow.office import simulation
from caseflow.office.simulation import Plan, Simulated
from caseflow.workflow.reader import read
from tests.office.stage import Stage, built

LOCKS = Path(__file__).parent / "toy-locks.yaml"


@pytest.fixture(scope="module")
def locks(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("locks")) as stage:
        with stage.database.write() as tx:
            publish(tx, [read(LOCKS, vocabulary=vocabulary())])
        yield stage


@pytest.fixture(scope="module")
def walked(locks: Stage) -> Simulated:
    with locks.database.read() as tx:
        plan = Plan("toy-locks", cases=20, coverage=100)
        return simulation.run(tx, locks.ground, locks.roles, locks.settings.files, plan)


def test_answers_that_chance_never_finds_are_found(walked: Simulated) -> None:
    taken = walked.watch.taken["toy-locks"]

    assert simulation.covered(walked.watch, walked.family[0]) == 100
    assert taken["action", "first", "enter"] >= 1
    assert taken["action", "second", "pass"] >= 1
    assert walked.stuck == []


def test_what_chance_says_first_is_refused_all_the_same(walked: Simulated) -> None:
    refused = walked.walk.acts.refusals

    assert refused["toy-locks", "first", "enter"]
    assert refused["toy-locks", "second", "pass"]


def test_a_condition_reads_what_the_tables_read_of_which_it_reads_the_answer() -> None:
    definition = read(LOCKS, vocabulary=vocabulary())
    (first, second, *_) = (pools.reading(one) for one in definition.states["second"].actions["pass"].needs)

    assert first.stores == {"first", "level"}
    assert first.numbers == {"731"}
    assert second.of("asks.") == {"amount"}
    assert "case.first.amount" in pools.in_full(definition, pools.Reading(frozenset({"case.level.high"}))).names
