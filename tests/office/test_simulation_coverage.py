"""Every action of everything that is shipped can be taken, by somebody, through the one door."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from caseflow.config import ROOT
from caseflow.office import simulation, simulation_report
from caseflow.office.simulation import Plan, Simulated
from tests.office.stage import Stage
from tests.shipped import COLLECTIVE

_NAME = re.compile(r"^workflow: *(\S+)", re.MULTILINE)
FOLDERS = [path for path in sorted((ROOT / "workflows").iterdir()) if path.name != "data"]
NAMES = [
    found.group(1)
    for folder in FOLDERS
    for path in sorted(folder.rglob("*.yaml"))
    if (found := _NAME.search(path.read_text("utf-8")))
]
CASES, SEED = 110, 1
"""As ``make simulate`` has it."""
MORE = {"label-pilot": 180, "shanxi-label-pilot": 180}
"""Two products of a province and call are filed at most, so of many cases few come far."""
SEEDS = {"label-pilot": 2, "shanxi-label-pilot": 2}
"""So few of these come to their evaluation that of one seed none is outstanding."""
LARGEST = COLLECTIVE[0]
"""Of the family that has most to do."""
SELDOM = ("shanxi-label-pilot",)
"""It is the label pilot with other offices: ``make test-long`` walks it."""
BY_NAME = [pytest.param(name, marks=pytest.mark.long) if name in SELDOM else name for name in NAMES]
Walked = tuple[Simulated, dict[str, Any]]


def walk(stage: Stage, plan: Plan) -> Walked:
    """A walk that is undone in the end, with its report."""
    with stage.database.read() as tx:
        found = simulation.run(tx, stage.ground, stage.roles, stage.settings.files, plan)
        return found, simulation_report.report(tx, found)


@pytest.fixture(scope="module")
def walked(stage: Stage) -> Callable[[str], Walked]:
    """A walk of a workflow until all of it was taken; those that belong together are walked once."""
    known: dict[str, Walked] = {}

    def of(name: str) -> Walked:
        if name not in known:
            found, told = walk(stage, Plan(name, cases=MORE.get(name, CASES), seed=SEEDS.get(name, SEED), coverage=100))
            known.update({loaded.definition.workflow: (found, told) for loaded in found.own})
        return known[name]

    return of


def test_everything_that_is_shipped_is_asked(stage: Stage) -> None:
    with stage.database.read() as tx:
        published = {loaded.definition.workflow for loaded in stage.ground.all_current(tx)}

    assert published == set(NAMES)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_action_of_a_shipped_workflow_is_taken(name: str, walked: Callable[[str], Walked]) -> None:
    _, told = walked(name)
    (one,) = (one for one in told["workflows"] if one["workflow"] == name)

    assert one["coverage"]["actions"]["never"] == []
    assert one["coverage"]["actions"]["taken"] > 0


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_breaks_on_the_way_there(name: str, walked: Callable[[str], Walked]) -> None:
    found, _ = walked(name)

    assert found.walk.acts.crashes == []
    assert found.watch.broken == []
    assert found.stuck == []


@pytest.mark.parametrize("name", NAMES)
def test_no_counter_ever_holds_more_than_a_ceiling_that_blocks(name: str, walked: Callable[[str], Walked]) -> None:
    _, told = walked(name)

    assert [one for one in told["quotas"] if one["over"] == "block" and one["most"] > one["limit"]] == []


def test_who_sits_on_a_panel_does_what_is_owed_and_is_seldom_refused(walked: Callable[[str], Walked]) -> None:
    found, _ = walked(LARGEST)
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for loaded in found.family:
        definition = loaded.definition
        experts = {panel.role for panel in definition.panels.values()}
        for state in definition.states.values():
            for one in definition.actions_in(state.id):
                if experts & set(definition.by(state.id, one)) and definition.states[state.id].panel:
                    spot = (definition.workflow, state.id, one.id)
                    done[one.id] += found.watch.taken[definition.workflow]["action", state.id, one.id]
                    refused[one.id] += sum(times for times, _ in found.walk.acts.refusals.get(spot, {}).values())

    assert done.total() > 100
    assert refused.total() < done.total() / 4


@pytest.mark.long
def test_a_thousand_cases_all_come_to_an_end(stage: Stage) -> None:
    found, told = walk(stage, Plan(LARGEST, cases=1_000, seed=SEED))
    own = {loaded.definition.workflow for loaded in found.own}
    never = [one["coverage"]["actions"]["never"] for one in told["workflows"] if one["workflow"] in own]

    assert not any(never)
    assert len(never) == len(own)
    assert (told["stuck"], told["crashes"], told["broken"], told["left"]) == ([], [], [], 0)
    assert told["opened"] == told["ended"] >= 1_000
