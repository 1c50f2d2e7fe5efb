"""Decision tables on cases: the way that an act takes, what is kept, who may read why."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow import clock
from caseflow.cases import deciding, view
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Refused, render
from tests.cases.world import World


def reviewed(world: World, **values: Any) -> tuple[int, Actor]:
    """A case under review and its officer."""
    who = world.person("applicant", "plant")
    case_id = world.open(who, "toy-decided")
    world.type(who, case_id, "unit", {"name": "甲焦化厂", "contact": "王二", "intensity": "0.8", **values})
    world.do(who, case_id, "submit")
    return case_id, world.person("municipal", "bureau")


@pytest.mark.parametrize(
    ("intensity", "doubt", "state", "grade", "row"),
    [
        ("0.80", False, "checking", "good", 2),
        ("0.81", False, "checking", "fair", 3),
        ("0.1", True, "refused", "poor", 1),
    ],
)
def test_a_decision_leads_the_case_and_is_kept_with_its_row(
    world: World, intensity: str, doubt: bool, state: str, grade: str, row: int
) -> None:
    case_id, officer = reviewed(world, intensity=intensity)

    outcome = world.do(officer, case_id, "assess", doubt=doubt)

    kept = world.row(case_id)["facts"]["grading"]
    assert (outcome.state, kept["grade"], kept["row"]) == (state, grade, [row])
    with world.database.read() as tx:
        last = journal.entries(tx, case_id)[-1]
    assert last.body["decided"] == {"grading": {"grade": grade, "row": [row]}}


def test_a_missing_value_refuses_and_names_the_field(world: World) -> None:
    case_id, officer = reviewed(world, intensity=None)

    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "assess", doubt=False)

    assert world.row(case_id)["state"] == "review"
    assert [render(one, "en") for one in refused.value.reasons] == [
        "“Intensity” is not given, so this cannot be decided"
    ]


def test_the_office_reads_which_row_hit_and_why_the_others_did_not(world: World) -> None:
    case_id, officer = reviewed(world, intensity="0.9")
    world.do(officer, case_id, "assess", doubt=False)

    with world.database.read() as tx:
        seen = view.load(tx, world.ground, world.person("provincial", "office"), case_id)
        found = deciding.shown(seen.definition, seen.facts(), "grading")

    assert found is not None
    assert [(one.number, one.fits, one.against) for one in found.told] == [
        (1, False, "doubt"), (2, False, "intensity"), (3, True, None),
    ]  # fmt: skip


def test_the_officer_who_decided_reads_it_and_the_applicant_does_not(world: World) -> None:
    case_id, officer = reviewed(world)
    world.do(officer, case_id, "assess", doubt=False)
    applicant = world.person("applicant", "plant")

    with world.database.read() as tx:
        assert "grading" in view.load(tx, world.ground, officer, case_id).facts()
        assert "grading" not in view.load(tx, world.ground, applicant, case_id).facts()


def test_what_a_decision_said_stays_when_the_office_sets_another_value(world: World) -> None:
    case_id, officer = reviewed(world, intensity="0.8")
    world.do(officer, case_id, "assess", doubt=False)
    facts = world.row(case_id)["facts"]

    with world.database.read() as tx:
        definition = world.ground.current(tx, "toy-decided").definition
    found = deciding.shown(definition, facts, "grading")

    assert facts["grading"]["parameters"]["benchmark"] == "1.0"
    assert found is not None
    assert found.outputs == {"grade": "good"}
    assert clock.today().isoformat() not in str(facts["grading"])
