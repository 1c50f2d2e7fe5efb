"""What acts look for in registers is given to a rehearsal, and entered in a simulation as others would enter it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caseflow.cases.ground import publish
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.office import rehearsal, simulation
from caseflow.office.simulation import Plan
from caseflow.workflow.reader import read_text
from tests.office.stage import Stage, built
from tests.office.test_rehearsal import played

RATED, SAMPLED = "toy-rated", "toy-sampled"
BENCHMARK = {"product": "焦炭", "places": ["east"], "baseline": "2"}
REQUEST = {"as": "applicant", "do": "request", "with": {"product": "焦炭", "place": "east"}}


def toy(name: str) -> str:
    """A toy of the cases in an authority whose offices are shipped."""
    text = (ROOT / "tests" / "cases" / f"{name}.yaml").read_text("utf-8")
    return text.replace("authority: north", "authority: shanxi")


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("given")) as found:
        with found.database.write() as tx:
            publish(tx, [read_text(toy(name), vocabulary=vocabulary()) for name in (RATED, SAMPLED)])
        yield found


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        (BENCHMARK, None),
        ({**BENCHMARK, "places": ["west"]}, "entry_where"),
        ({**BENCHMARK, "status": "suspended"}, "entry_where"),
    ],
)
def test_a_test_finds_the_entries_that_it_gives(stage: Stage, entry: dict[str, Any], refused: str | None) -> None:
    step = REQUEST | ({"refused": refused} if refused is not None else {"state": "review"})

    assert played(stage, RATED, {"entries": {"benchmarks": [entry]}}, step) == []


@pytest.mark.parametrize(("workflow", "count"), [(RATED, 3), (SAMPLED, 1)])
def test_the_tests_of_a_workflow_that_takes_entries_figures_and_samples_pass(
    stage: Stage, workflow: str, count: int
) -> None:
    with stage.database.write() as tx:
        results = rehearsal.run_all(tx, stage.ground, stage.roles, stage.settings.files, workflow)

    assert [(one.name.en, one.lines) for one in results if not one.passed] == []
    assert len(results) == count


@pytest.mark.parametrize("workflow", [RATED, SAMPLED])
def test_a_simulation_reaches_every_act_that_rests_on_entries_of_others_or_on_a_sample(
    stage: Stage, workflow: str
) -> None:
    plan = Plan(workflow, cases=25, coverage=100)
    with stage.database.read() as tx:
        found = simulation.run(tx, stage.ground, stage.roles, stage.settings.files, plan)
        loaded = found.family[0]

    assert found.walk.acts.crashes == []
    assert found.watch.broken == []
    assert simulation.covered(found.watch, loaded) == 100.0
