"""What a panel does stands in its own state, and a letter that tells of it is issued afterwards."""

from __future__ import annotations

import pytest

from caseflow.cases import discussion
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.workflow.proof import panels, sense
from caseflow.workflow.reader import examine_text
from tests.workflow.garden import changed


def said(name: str, *changes: tuple[str, str]) -> list[tuple[str, str]]:
    """What is found in a toy with some texts replaced: rule and level."""
    text = (ROOT / "tests" / "cases" / f"toy-{name}.yaml").read_text("utf-8")
    found = examine_text(changed(*changes, text=text), vocabulary=vocabulary()).problems
    return [(problem.rule, problem.level) for problem in found]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("drawn", "then: [{recuse_expert: jury}]", "then: [{issue: draw_record}, {recuse_expert: jury}]"),
        ("debate", "then: [{mark_fees_paid: jury}, {issue: fees}]", "then: [{issue: fees}, {mark_fees_paid: jury}]"),
    ],
)
def test_a_letter_that_shows_a_panel_is_issued_after_what_the_panel_did(name: str, good: str, bad: str) -> None:
    before, after = said(name), said(name, (good, bad))

    assert [one for one in after if one not in before] == [("effect_order", "error")]


def test_a_state_in_which_a_panel_acts_names_it() -> None:
    found = said(
        "drawn",
        (
            "holder: provincial\n    panel: jury\n    actions:\n      declare",
            "holder: provincial\n    actions:\n      declare",
        ),
    )

    assert found == [("panel_unnamed", "error")]


def test_talk_while_somebody_scores_is_pointed_out_and_keeps_no_workflow_from_starting() -> None:
    assert said("debate") == [("scores_and_discusses", "warning")]


@pytest.mark.parametrize(
    ("marks", "rules"),
    [
        ("{distinctive: 11, feasible: 5}", ["example_mark_beyond"]),
        ("{distinctive: -1}", ["example_mark_beyond"]),
        ("{distinctive: 10, care: 6}", ["example_mark_beyond"]),
        ("{care: 5}", ["example_without_total"]),
        ("{distinctive: 0, care: 5}", []),
    ],
)
def test_a_sample_case_has_marks_that_can_be_given_and_come_to_a_total(marks: str, rules: list[str]) -> None:
    before, after = said("sheets"), said("sheets", ("{distinctive: 7, feasible: 5, care: 3}", marks))

    assert [rule for rule, level in after if (rule, level) not in before] == rules


def test_the_checks_name_effects_that_there_are_and_the_talk_that_the_discussion_knows() -> None:
    known = set(vocabulary().effects)

    assert discussion.SAID_OF_CASES | {"change_score"} == panels.TALKS
    assert {panels.DRAWS, panels.SCORES, *panels.TALKS, *sense.IN_BLOCKS} <= known
