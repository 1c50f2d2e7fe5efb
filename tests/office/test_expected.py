"""A test of a definition may say more than the state: what is due, issued, told, warned of, offered, hidden, and required."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.cases.ground import publish
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.office import expected, rehearsal
from caseflow.words import LANGUAGES, render
from caseflow.workflow import definition
from caseflow.workflow.reader import read_text
from tests.office.stage import Stage

PILOT = "pilot-management"
WHOLE = {"dossier": "complete", "round": "open"}
SEALED = {"sealed_form": "form.pdf", "no_state_secret": True}
LISTED = {"list": "名单", "listed_on": "2026-01-05", "by": "机关", "ground": "依据"}
FINALISED = {"as": "applicant", "do": "finalise"}
FILED = {"as": "applicant", "do": "submit", "with": SEALED}


def played(stage: Stage, given: dict[str, Any], *steps: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    """The first fault of a made-up test: its step, of what it speaks, what was expected and what was found."""
    loaded = stage.loaded(PILOT)
    test = definition.Test.model_validate({"name": {"zh": "试", "en": "a try"}, "given": given, "steps": list(steps)})
    with stage.database.write() as tx:
        result = rehearsal.run(tx, stage.ground, stage.roles, stage.settings.files, loaded, test)
    assert all(render(line, language) for line in result.lines for language in LANGUAGES)
    return [
        (
            line.values["step"],
            str(line.values["what"].key).removeprefix("rehearsal.what.") if "what" in line.values else line.key,
            str(line.values.get("expected", "")),
            str(line.values.get("found", line.values.get("name", ""))),
        )
        for line in result.lines
    ]


def test_the_last_day_of_the_clock_is_counted_in_working_days_and_another_one_is_told(stage: Stage) -> None:
    accept = {"as": "municipal", "do": "accept"}
    given = {**WHOLE, "state": "municipal_waiting"}
    ((step, what, wanted, found),) = played(stage, given, {**accept, "due": "9 workdays"})

    assert played(stage, given, {**accept, "due": "10 workdays"}) == []
    assert played(stage, given, {**accept, "due": {"municipal_review": "10 workdays"}}) == []
    assert (step, what) == (1, "due")
    assert wanted < found


def test_a_clock_that_does_not_run_has_no_last_day(stage: Stage) -> None:
    ((_, what, _, found),) = played(
        stage, {**WHOLE, "state": "publicity"}, {"after": "1 workday", "due": "5 workdays"}
    )  # fmt: skip

    assert (what, found) == ("due", "-")


def test_the_papers_of_a_step_are_told_one_too_many_and_one_too_few(stage: Stage) -> None:
    assert played(stage, WHOLE, {**FINALISED, "issued": ["annex_2"]}) == []
    assert played(stage, WHOLE, {**FINALISED, "issued": []}) == [(1, "issued", "-", "annex_2")]
    assert played(stage, WHOLE, {**FINALISED, "issued": ["annex_2", "receipt"]}) == [
        (1, "issued", "annex_2, receipt", "annex_2")
    ]


def test_who_is_told_by_a_step_is_compared(stage: Stage) -> None:
    given = {**WHOLE, "state": "provincial_intake"}
    back = {"as": "provincial", "do": "return_to_bureau", "with": {"note": "请重新核实"}}

    assert played(stage, given, {**back, "told": ["municipal"]}) == []
    assert played(stage, given, {**back, "told": []}) == [(1, "told", "-", "municipal")]


def test_warnings_that_are_not_answered_are_compared(stage: Stage) -> None:
    listed = {**WHOLE, "footprint": "none", "twin": "provincial_intake", "credit_record": LISTED}
    found = "credit_record, footprint_missing, same_unit_same_product"

    assert played(stage, WHOLE, FINALISED, {**FILED, "warned": []}) == []
    assert played(stage, listed, FINALISED, {**FILED, "warned": []}) == [(2, "warned", "-", found)]


def test_what_a_case_has_under_a_ceiling_is_compared(stage: Stage) -> None:
    given = {**WHOLE, "state": "proposal", "facts": {"intake": {"product_class": "coke"}}}

    assert played(
        stage, given,
        {"do": "nominate", "places": {"pilot_places": "held"}},
        {"do": "drop_nomination", "places": {"pilot_places": "held"}},
    ) == [(2, "places", "pilot_places held", "pilot_places released")]  # fmt: skip
    assert played(stage, {**WHOLE, "state": "proposal"}, {"after": "1 day", "places": {"pilot_places": "held"}}) == [
        (1, "places", "pilot_places held", "pilot_places none")
    ]


def test_a_condition_that_is_not_true_of_the_case_is_told(stage: Stage) -> None:
    given = {**WHOLE, "state": "awaiting_submission"}
    recall = {"as": "municipal", "do": "recall", "with": {"note": "需补充核实"}}
    said = "has(case.recalled.note)"  # of a condition in the file's own tests

    assert played(stage, given, {**recall, "holds": said}) == []
    assert played(stage, given, {"after": "1 day", "holds": said}) == [(1, "holds", said, "-")]


def test_the_outcome_of_an_end_is_compared(stage: Stage) -> None:
    discard = {"as": "applicant", "do": "discard"}

    assert played(stage, WHOLE, {**discard, "ends": "neutral"}) == []
    assert played(stage, WHOLE, {**discard, "ends": "negative"}) == [(1, "ends", "negative", "neutral")]
    assert played(stage, WHOLE, {**FINALISED, "ends": "neutral"}) == [(1, "ends", "neutral", "-")]


def test_the_acts_that_a_role_has_are_compared_and_one_who_sees_no_case_has_none(stage: Stage) -> None:
    given = {**WHOLE, "state": "summary"}
    own = ["authorise_agent", "end_agency"]

    assert played(stage, given, {"as": "applicant", "offered": own}) == []
    assert played(stage, given, {"as": "applicant", "offered": []}) == [(1, "offered", "-", ", ".join(own))]
    ((_, what, _, found),) = played(stage, given, {"as": "agent", "offered": []})
    assert (what, "not_here" in found) == ("offered", True)


def test_somebody_of_another_office_is_named_by_the_office(stage: Stage) -> None:
    given = {**WHOLE, "state": "municipal_waiting"}

    assert played(
        stage, given,
        {"as": "municipal", "do": "accept", "with": {"_at": "other_bureau"}, "refused": "role"},
        {"as": "municipal", "do": "accept", "state": "municipal_review"},
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path", "wrong"),
    [
        ("department", "dossier.unit.contact_phone", None),
        ("department", "objections.contact", None),
        ("provincial", "dossier.unit.contact_phone", "shown"),
        ("provincial", "objections.contact", "shown"),
        ("department", "dossier.unit.industry", "shown"),
        ("department", "explanation.text", "absent"),
    ],
)
def test_what_should_be_hidden_is_told_where_it_is_shown_or_is_not_there_at_all(
    stage: Stage, role: str, path: str, wrong: str | None
) -> None:
    objection = {"objector": "实名人甲", "contact": "400-000-0001", "received_on": "today", "matter": "产量不实"}
    found = played(
        stage, {**WHOLE, "state": "publicity"},
        {"as": "provincial", "do": "register_objection", "with": objection},
        {"as": role, "hidden": [path]},
    )  # fmt: skip

    assert [(what, f"rehearsal.{wrong}" in seen) for _, what, _, seen in found] == ([("hidden", True)] if wrong else [])


def test_an_answer_without_which_an_act_is_done_all_the_same_is_told(stage: Stage) -> None:
    given = {**WHOLE, "state": "municipal_review"}
    ask = {"as": "municipal", "do": "check_on_site", "with": {
        "officers": ["municipal", "municipal 2"], "day": "today", "place": "厂区", "findings": "一致", "photos": ["a.pdf"],
    }}  # fmt: skip

    assert played(stage, given, {**ask, "requires": ["officers", "day", "place", "findings"]}) == []
    assert played(stage, given, {**ask, "requires": ["photos"]}) == [(1, "rehearsal.not_required", "", "photos")]


def test_an_act_that_its_role_may_not_do_requires_nothing(stage: Stage) -> None:
    given = {**WHOLE, "state": "municipal_review"}
    decline = {"as": "provincial", "do": "decline", "with": {"reasons": "不符合"}, "requires": ["reasons"]}

    assert played(stage, given, decline) == [(1, "rehearsal.not_required", "", "reasons")]


def test_a_column_is_left_out_of_every_row() -> None:
    rows = {"rows": {"0": {"status": "done", "note": "一"}, "all": {"note": "二"}}, "list": [{"a": 1, "b": 2}], "x": 1}

    assert expected.without(rows, "x") == {"rows": rows["rows"], "list": rows["list"]}
    assert expected.without(rows, "rows.note") == {**rows, "rows": {"0": {"status": "done"}, "all": {}}}
    assert expected.without(rows, "list.a") == {**rows, "list": [{"b": 2}]}


def test_a_clock_over_several_states_is_due_by_its_own_id(stage: Stage) -> None:
    text = (ROOT / "tests" / "cases" / "toy-long.yaml").read_text("utf-8")
    with stage.database.write() as tx:
        publish(tx, [read_text(text.replace("authority: north", "authority: shanxi"), vocabulary=vocabulary())])
        results = rehearsal.run_all(tx, stage.ground, stage.roles, stage.settings.files, "toy-long")

    assert [one.lines for one in results] == [()]
