"""What a definition's own test may give, and what the plain names in it mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from caseflow.cases import ground as grounds
from caseflow.cases.vocabulary import vocabulary
from caseflow.office import rehearsal
from caseflow.words import LANGUAGES, render
from caseflow.workflow import definition
from caseflow.workflow.reader import read
from tests.office.stage import Stage

TOYS = Path(__file__).parent.parent / "cases"
PLAN = {"dossier.plan.rows": [{"task": "建立核算制度"}, {"task": "开展核查"}]}
GIVEN = {"dossier": PLAN, "state": "review"}


@pytest.fixture
def toys(stage: Stage, tmp_path: Path) -> Stage:
    """The shipped stage with the sample of changes and its list beside what is shipped."""
    found = []
    for name in ("toy", "toy-meeting", "toy-change", "toy-change-list"):
        path = tmp_path / f"{name}.yaml"
        path.write_text((TOYS / path.name).read_text("utf-8").replace("authority: north", "authority: shanxi"), "utf-8")
        found.append(read(path, vocabulary=vocabulary()))
    with stage.database.write() as tx:
        grounds.publish(tx, found)
    return stage


def played(toys: Stage, given: dict[str, Any], *steps: dict[str, Any], workflow: str = "toy-change") -> list[str]:
    """The faults of a made-up test, as their sentences."""
    test = definition.Test.model_validate({"name": {"zh": "试", "en": "a try"}, "given": given, "steps": list(steps)})
    with toys.database.write() as tx:
        loaded = toys.ground.current(tx, workflow)
        result = rehearsal.run(tx, toys.ground, toys.roles, toys.settings.files, loaded, test)
    return [render(line, language) for line in result.lines for language in LANGUAGES[1:]]


def test_after_a_transfer_the_officer_is_one_of_the_new_bureau(toys: Stage) -> None:
    assert played(
        toys, GIVEN | {"holds": ["places"]},
        {"as": "municipal", "do": "transfer", "with": {"bureau": "bureau"}, "refused": "transfer_elsewhere"},
        {"as": "municipal", "do": "transfer", "with": {"bureau": "other_bureau"}},
        {"as": "municipal", "do": "transfer", "with": {"bureau": "other_bureau"}, "refused": "signing"},
        {"as": "municipal_head", "do": "sign", "state": "review"},
        {"as": "municipal", "do": "transfer", "with": {"bureau": "bureau"}},
    ) == []  # fmt: skip


def test_a_row_of_the_plan_is_named_by_its_number_or_all_of_them_at_once(toys: Stage) -> None:
    given = {"dossier": PLAN, "state": "implementing"}
    assert played(
        toys, given,
        {"as": "applicant", "do": "report", "with": {"state": {0: {"done": "yes_"}}}, "refused": "answers"},
        {"as": "applicant", "do": "report", "with": {"state": {"all": {"done": "yes_"}}}},
        {"as": "applicant", "do": "report", "with": {"state": {0: {"done": "yes_"}, 1: {"done": "not_yet"}}}},
    ) == []  # fmt: skip


def test_answers_of_earlier_acts_are_given_entry_by_entry(toys: Stage) -> None:
    said = [{"day": "today", "note": "第一次"}, {"day": "+1 days", "note": "第二次"}]
    first = {"dossier": PLAN, "state": "implementing", "facts": {"visits": said[:1]}}
    both = {"dossier": PLAN, "state": "implementing", "facts": {"visits": said}}

    assert played(toys, first, {"as": "municipal", "do": "sum_up", "refused": "check"}) == []
    assert played(toys, both, {"as": "municipal", "do": "sum_up", "state": "done"}) == []


def test_a_new_entry_takes_no_place_of_one_that_was_given(toys: Stage) -> None:
    said = [{"day": "today", "note": f"第{number}次"} for number in range(3)]
    given = {"dossier": PLAN, "state": "implementing", "facts": {"visits": said[:1]}}
    assert played(
        toys, given,
        {"as": "municipal", "do": "visit", "with": said[1]},
        {"as": "municipal", "do": "sum_up", "state": "done"},
    ) == []  # fmt: skip


def test_files_days_and_fields_are_named_as_people_name_them(toys: Stage) -> None:
    assert played(
        toys, {"dossier": PLAN, "state": "review"},
        {"as": "municipal", "do": "return", "with": {"gaps": {"unit.product": "写全称"}}, "state": "correcting"},
        {"as": "applicant", "do": "ask_longer", "with": {"until": "today"}, "refused": "extend_clock"},
        {"as": "applicant", "do": "ask_longer", "with": {"until": "+30 days"}},
        {"as": "applicant", "do": "ask_more", "with": {"places": ["plan.rows"]}},
        {"as": "municipal_head", "do": "sign", "with": {"proposal": "ask_more"}},
        {"as": "municipal_head", "do": "sign"},
        {"as": "applicant", "do": "resubmit", "state": "review"},
    ) == []  # fmt: skip


def test_what_nobody_and_nothing_is_called_is_told(toys: Stage) -> None:
    (line,) = played(
        toys, {"dossier": PLAN, "state": "review"},
        {"as": "municipal", "do": "remove_file", "with": {"which": "none.pdf", "why": "wrong"}},
    )  # fmt: skip

    assert line == "Step 1: “remove_file” by municipal: nobody and nothing is called “none.pdf”."


def test_a_case_may_stand_with_no_bureau(toys: Stage) -> None:
    given = {"dossier": PLAN, "state": "province", "bureau": "none"}
    assert played(
        toys, given,
        {"as": "municipal", "do": "remove_file", "with": {"which": 1, "why": "wrong"}, "refused": "role"},
        {"as": "provincial", "do": "announce", "state": "implementing"},
        {"as": "municipal", "do": "visit", "with": {"day": "today", "note": "走访"}},
    ) == []  # fmt: skip


def test_what_is_not_offered_and_what_is_another_roles_is_told_apart(toys: Stage) -> None:
    assert played(
        toys, {"dossier": PLAN, "state": "review"},
        {"as": "municipal", "do": "announce", "refused": "offered"},
        {"as": "applicant", "do": "send_up", "refused": "role"},
    ) == []  # fmt: skip


def test_a_procedure_over_many_cases_is_given_its_members(toys: Stage) -> None:
    assert played(
        toys, {"members": 2},
        {"as": "provincial", "do": "include", "with": {"cases": ["member 1", "member 2"]}},
        {"as": "provincial", "do": "decide", "with": {"results": {"member 1": {"result": "up"}, "member 2": {"result": "wait"}}}, "state": "decided"},
        workflow="toy-change-list",
    ) == []  # fmt: skip


def test_members_that_are_given_on_the_way_are_inside_and_stand_where_it_is_said(toys: Stage) -> None:
    members = [{"dossier": PLAN}, {"dossier": PLAN, "state": "correcting"}]
    said = {"member 1": {"result": "up"}, "member 2": {"result": "up"}}
    decide = {"as": "provincial", "do": "decide", "with": {"results": said}, "state": "decided"}

    assert played(toys, {"state": "collecting", "members": members}, decide, workflow="toy-change-list") == []


def test_everybody_on_a_panel_acts_one_after_the_other(toys: Stage) -> None:
    experts = ["expert", "expert 2", "expert 3"]
    sheet = {"sheet": {"member": "member 1"}}
    assert played(
        toys, {"members": 1},
        {"as": "provincial", "do": "include", "with": {"cases": ["member 1"]}},
        {"as": "provincial", "do": "seat", "with": {"experts": experts}, "state": "in_session"},
        {"as": "expert", "do": "declare", "with": {"_who": "all"}},
        {"as": "expert", "do": "score", "with": {"_who": 2, **sheet}},
        {"as": "provincial", "do": "summarise", "refused": "scores_complete"},
        {"as": "expert", "do": "score", "with": {"_who": "all", **sheet}},
        {"as": "provincial", "do": "summarise", "state": "summarised"},
        {"as": "provincial", "do": "select", "with": {"results": {"member 1": {"result": "chosen"}}}, "state": "closed"},
        workflow="toy-meeting",
    ) == []  # fmt: skip


def test_people_made_in_a_step_that_was_refused_are_there_for_the_next(toys: Stage) -> None:
    assert played(
        toys, {"dossier": PLAN, "state": "implementing"},
        {"as": "municipal", "do": "sum_up", "refused": "check"},
        {"as": "municipal", "do": "visit", "with": {"day": "today", "note": "走访"}},
        {"as": "applicant", "do": "change", "with": {"contact": "李四"}},
        {"as": "applicant", "do": "change", "with": {"contact": "李四"}, "refused": "signing"},
        {"as": "municipal_head", "do": "sign"},
        {"as": "municipal_head", "do": "sign", "refused": "signing"},
        {"as": "provincial_head", "do": "sign", "state": "implementing"},
    ) == []  # fmt: skip
