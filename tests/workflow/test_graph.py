"""Where cases begin, and from where what must always hold is proved."""

from __future__ import annotations

from caseflow.workflow.graph import Spot, entrances, moves, starts, told, way
from tests.workflow import garden

SHED = garden.read_text(garden.ROADS, vocabulary=garden.VOCABULARY)


def test_cases_begin_at_the_first_state_where_they_are_recorded_and_where_they_are_imported() -> None:
    assert entrances(SHED) == ("drafting", "recording", "building")
    assert {spot.state for spot in moves(SHED)} == set(SHED.states)


def test_an_imported_case_counts_as_having_come_there_in_the_usual_way() -> None:
    assert starts(SHED) == (Spot("drafting"), Spot("recording"))


def test_a_state_that_only_imports_lead_to_is_a_start_of_its_own() -> None:
    text = garden.changed(
        ("to: building\n", "to: built\n"), ("then: [{hold: sheds}", "then: [{commit: sheds}"), text=garden.ROADS
    )
    apart = garden.read_text(
        text.replace("{never: built, before: approve", "{never: approve, before: review"), vocabulary=garden.VOCABULARY
    )

    assert starts(apart) == (Spot("drafting"), Spot("recording"), Spot("building"))
    assert [problem.rule for problem in garden.problems(text)] == ["always_broken"]


def test_the_shortest_way_may_begin_wherever_a_case_begins() -> None:
    taken = way(SHED, lambda step: step.to.state == "review", barred=lambda step: step.action == "submit")

    assert told(taken or ()) == "recording —record→ review"
