"""The time limits of the environmental offices lie over the general procedure of penalties, off until an office takes them up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseflow.cases.ground import publish
from caseflow.cases.vocabulary import vocabulary
from caseflow.office import rehearsal
from caseflow.workflow import timer_reading
from caseflow.workflow.definition import Definition
from caseflow.workflow.proof.timer_uses import uses
from caseflow.workflow.reader import examine
from tests.office.stage import Stage, built
from tests.shipped import EVERYWHERE, everything

NAME = "penalty-ecology"
TAKEN_UP = f"""
language: 1
workflow: {NAME}
version: "2026.1"
extends: [national/{NAME}]
authority: jiangxi
title: {{zh: 生态环境行政处罚, en: Environmental penalty}}
case_number: "HC-{{year}}-{{serial:04}}"
"""
"""The file with which an authority would put the procedure into force."""


@pytest.fixture(scope="module")
def taken_up(tmp_path_factory: pytest.TempPathFactory) -> Definition:
    """The procedure in a private copy of what is shipped, where an authority uses it."""
    copy = tmp_path_factory.mktemp("copy")
    for part in ("national", "data"):
        shutil.copytree(EVERYWHERE / part, copy / part)
    (copy / "jiangxi").mkdir()
    path = copy / "jiangxi" / f"{NAME}.yaml"
    path.write_text(TAKEN_UP, "utf-8")
    reading = examine(path, vocabulary=vocabulary())
    told = [one.text("en") for one in reading.problems if one.level != "note"]
    if told or reading.definition is None:
        raise AssertionError(told)
    return reading.definition


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, taken_up: Definition) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("ecology")) as found:
        with found.database.write() as tx:
            publish(tx, [taken_up])
        yield found


def test_nothing_that_is_shipped_uses_these_limits() -> None:
    named = {use.key for one in everything().values() for use in uses(one)}

    assert NAME not in everything()
    assert not [key for key in named if key.startswith("pe.")]


def test_whoever_takes_it_up_uses_every_one_of_them(taken_up: Definition) -> None:
    rows = {key for key in timer_reading.known(EVERYWHERE).timers if key.startswith("pe.")}

    assert {use.key for use in uses(taken_up) if use.key.startswith("pe.")} == rows


def test_filing_and_the_case_have_limits_of_their_own_in_calendar_days(taken_up: Definition) -> None:
    clock = taken_up.states["checking"].clock
    assert clock is not None
    limits = {name: taken_up.parameters[name].default for name in ("check_time", "case_time")}

    assert limits == {"check_time": "15 days", "case_time": "90 days"}
    assert [(one.at_most, one.up_to) for one in clock.extends] == [(1, "15 days")]
    assert [(one.at_most, one.up_to) for one in taken_up.clocks["case_time"].extends] == [(1, "30 days")] * 2


def test_all_else_is_the_general_procedure(taken_up: Definition) -> None:
    general = everything()["penalty"]
    same = set(general.parameters) - {"check_time", "case_time"}

    assert list(taken_up.states) == list(general.states)
    assert {name: taken_up.parameters[name] for name in same} == {name: general.parameters[name] for name in same}


def test_the_tests_that_it_carries_pass(stage: Stage) -> None:
    with stage.database.write() as tx:
        results = rehearsal.run_all(tx, stage.ground, stage.roles, stage.settings.files, NAME)

    assert [(one.name.en, one.lines) for one in results if not one.passed] == []
    assert len(results) == 2
