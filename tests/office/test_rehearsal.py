"""The tests that definitions carry are played through the one door, and what is written wrongly is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import db
from caseflow.office import rehearsal
from caseflow.words import LANGUAGES, Message, render
from caseflow.workflow import definition
from tests.office.stage import Stage
from tests.shipped import EVERY

PILOT, SENT = "pilot-management", "municipal-submission"
SEALED = {"sealed_form": "form.pdf", "no_state_secret": True}


def played(
    stage: Stage, workflow: str, given: dict[str, Any], *steps: dict[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    """The faults of a test of this workflow that is made up here."""
    loaded = stage.loaded(workflow)
    test = definition.Test.model_validate({"name": {"zh": "试", "en": "a try"}, "given": given, "steps": list(steps)})
    with stage.database.write() as tx:
        result = rehearsal.run(tx, stage.ground, stage.roles, stage.settings.files, loaded, test)
    for line in result.lines:
        assert all(render(line, language) for language in LANGUAGES)
    return [(line.key, line.values) for line in result.lines]


def counts(stage: Stage) -> dict[str, int]:
    with stage.database.read() as tx:
        return {
            table.name: tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables
        }


def test_every_shipped_test_passes(stage: Stage) -> None:
    with stage.database.write() as tx:
        results = rehearsal.run_all(tx, stage.ground, stage.roles, stage.settings.files)

    assert [(one.workflow, one.name.en, one.lines) for one in results if not one.passed] == []
    assert sorted({one.workflow for one in results}) == EVERY


def test_the_tests_of_one_workflow_can_be_played_alone(stage: Stage) -> None:
    with stage.database.write() as tx:
        results = rehearsal.run_all(tx, stage.ground, stage.roles, stage.settings.files, SENT)

    assert [one.workflow for one in results] == [SENT] * len(stage.loaded(SENT).definition.tests)


def test_nothing_of_a_rehearsal_stays(stage: Stage) -> None:
    before = counts(stage)
    with stage.database.write() as tx:
        rehearsal.run_all(tx, stage.ground, stage.roles, stage.settings.files)

    assert counts(stage) == before


def test_another_state_than_written_is_told_with_its_step(stage: Stage) -> None:
    found = played(
        stage, PILOT, {"dossier": "complete"},
        {"as": "applicant", "do": "finalise", "state": "drafting"},
        {"as": "applicant", "do": "submit", "with": SEALED, "state": "municipal_review"},
        {"as": "municipal", "do": "accept", "state": "drafting"},
    )  # fmt: skip

    assert found == [("rehearsal.elsewhere", {"step": 2, "expected": "municipal_review", "found": "municipal_waiting"})]


def test_an_act_that_should_be_refused_and_is_not_is_told(stage: Stage) -> None:
    found = played(
        stage, PILOT, {"dossier": "complete"},
        {"as": "applicant", "do": "finalise", "refused": "dossier_complete"},
    )  # fmt: skip

    assert found == [
        (
            "rehearsal.not_refused",
            {"step": 1, "act": "finalise", "who": "applicant", "expected": "dossier_complete"},
        )
    ]


def test_a_refusal_by_another_guard_than_written_is_told_with_its_reasons(stage: Stage) -> None:
    ((key, values),) = played(
        stage, PILOT, {"dossier": {"dossier.product.goal": ""}},
        {"as": "applicant", "do": "finalise", "refused": "municipal_round_is_open"},
    )  # fmt: skip

    assert (key, values["expected"], values["found"]) == (
        "rehearsal.other_guard", "municipal_round_is_open", ["dossier_complete"],
    )  # fmt: skip
    assert [reason.key for reason in values["reasons"]] == ["guards.field"]


def test_an_act_of_a_role_that_may_not_is_told(stage: Stage) -> None:
    ((key, values),) = played(
        stage, PILOT, {"dossier": "complete", "state": "municipal_review"}, {"as": "provincial", "do": "recommend"}
    )

    assert (key, values["who"]) == ("rehearsal.refused", "provincial")
    assert [reason.key for reason in values["reasons"]] == ["act.not_yours"]


def test_a_refused_step_leaves_no_trace_for_the_next(stage: Stage) -> None:
    found = played(
        stage, PILOT, {"dossier": "complete"},
        {"as": "applicant", "do": "submit", "with": SEALED, "refused": "signed_form_matches"},
        {"as": "applicant", "do": "finalise", "state": "drafting"},
        {"as": "applicant", "do": "submit", "with": SEALED, "state": "municipal_waiting"},
    )  # fmt: skip

    assert found == []


@pytest.mark.parametrize(
    ("stands", "expected"),
    [("open", []), ("municipal_closed", ["guards.municipal_closed"]), ("closed", ["guards.municipal_closed"])],
)
def test_a_round_stands_as_it_is_given(stage: Stage, stands: str, expected: list[str]) -> None:
    found = played(
        stage, PILOT, {"dossier": "complete", "round": stands}, {"as": "applicant", "do": "finalise"}
    )  # fmt: skip

    assert [reason.key for _, values in found for reason in values["reasons"]] == expected


def test_time_passes_in_working_days_and_timers_fire(stage: Stage) -> None:
    posting = {
        "url": "https://example.org/list", "posted_on": "today", "first_day": "+1 days", "last_day": "+7 days",
        "screenshot": "page.pdf",
    }  # fmt: skip
    found = played(
        stage, "pilot-list", {"state": "publicity_waiting"},
        {"as": "provincial", "do": "post", "with": posting},
        {"after": "5 workdays", "state": "publicity"},
        {"after": "1 workday", "state": "to_announce"},
    )  # fmt: skip

    assert found == []


def test_a_start_that_nobody_can_enter_is_told(stage: Stage) -> None:
    loaded = stage.loaded(SENT)
    nobody = {name: role for name, role in loaded.definition.roles.items() if role.sees != "own_authority"}
    cut = replace(loaded, definition=loaded.definition.model_copy(update={"roles": nobody}))
    test = definition.Test.model_validate(
        {"name": {"zh": "试", "en": "a try"}, "given": {"state": "sealing"}, "steps": [{"after": "1 day"}]}
    )
    with stage.database.write() as tx:
        result = rehearsal.run(tx, stage.ground, stage.roles, stage.settings.files, cut, test)

    assert result.lines == (Message("rehearsal.not_given", {"reasons": [Message("rehearsal.not_here")]}),)
