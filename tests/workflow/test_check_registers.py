"""Every rule about registers has a bad example here that it refuses, and says in both languages."""

from __future__ import annotations

import pytest

from caseflow.words import LANGUAGES
from caseflow.workflow.proof.pairs import check as check_pairs
from caseflow.workflow.reader import examine_text, read_text
from caseflow.workflow.register_ways import left
from caseflow.workflow.registers import RegisterCall
from tests.workflow import garden
from tests.workflow.test_check_pairs import LIST

REGISTER = """registers:
  built:
    title: {zh: 工具房名录, en: Sheds}
    number: "房〔{year}〕{serial:03}"
    called: dossier.person.name
    public: true
    fields:
      roof: {title: {zh: 屋面, en: Roof}, value: dossier.plan.roof, public: true}
    basis: 镇规七

panels:
"""
TEXT = garden.changed(
    ("panels:\n", REGISTER),
    ("then: [{hold: sheds}, {issue: approval}]", "then: [{hold: sheds}, {register_issue: built}, {issue: approval}]"),
    ("then: [{commit: sheds}], to: built}", "then: [{commit: sheds}, {register_withdraw: built}], to: built}"),
    text=garden.ROADS,
)
"""The side roads with a register: entered when approved, taken out when finished."""
VALUE = "value: dossier.plan.roof, public: true}"
ISSUE, WITHDRAW = "{register_issue: built}, {issue", "{register_withdraw: built}], to"
BASIS, TITLE = "    basis: 镇规七", "{zh: 屋面, en: Roof}"
PAGE = "heading: {zh: 工具房登记页, en: Shed}, note: {zh: 仅供查询, en: To look up}"


def beside(register: str, where: str, column: str) -> tuple[str, str]:
    """Like entries beside the review."""
    said = f"    beside: [{{register: {register}, where: {{{where}}}, columns: [{column}]}}]\n"
    return "    holder: clerk\n    panel: jury\n", f"    holder: clerk\n    panel: jury\n{said}"


SINGLE: list[tuple[str, list[tuple[str, str]]]] = [
    ("unknown_register", [(ISSUE, "{register_issue: buildt}, {issue")]),
    ("argument_wrong", [(ISSUE, "{register_issue: {registre: built}}, {issue")]),
    ("argument_wrong", [("needs: [{duty_done: opinion}]", "needs: [{duty_done: opinion}, {entry_is: built}]")]),
    ("unknown_path", [(WITHDRAW, "{register_withdraw: {register: built, reason: progress.why_not}}], to")]),
    ("unknown_path", [(VALUE, "value: dossier.plan.rooff}")]),
    ("register_number_missing", [('    number: "房〔{year}〕{serial:03}"\n', "")]),
    ("register_number_missing", [("    called:", "    number_from: dossier.plan.roof\n    called:")]),
    ("register_number_wrong", [("{serial:03}", "{seriel:03}")]),
    ("register_field_empty", [(VALUE, "public: true}")]),
    ("register_personal", [(VALUE, "value: dossier.person.phone}")]),
    ("register_personal", [("called: dossier.person.name", "called: dossier.person.phone")]),
    ("register_cannot_hold", [(VALUE, "value: dossier.plan.rows}")]),
    ("register_cannot_hold", [("called: dossier.person.name", "called: dossier.person.proxy")]),
    ("register_cannot_hold", [(VALUE, "value: dossier.plan.rows.task}")]),
    ("question_type", [("    called:", "    holder: dossier.plan.roof\n    called:")]),
    ("question_type", [("    basis: 镇规七", "    validity: {from: dossier.plan.roof}\n    basis: 镇规七")]),
    ("validity_both", [("    basis: 镇规七", "    validity: {lasts: 1 year, until: visits.day}\n    basis: 镇规七")]),
    ("validity_both", [("    basis: 镇规七", "    validity: {lasts_by: term.months, until: visits.day}\n    basis: 镇规七")]),
    ("unknown_decision", [("    basis: 镇规七", "    validity: {lasts_by: term.months}\n    basis: 镇规七")]),
    ("unknown_register", [beside("buildt", "roof: dossier.plan.roof", "roof")]),
    ("unknown_register_value", [beside("built", "rof: dossier.plan.roof", "roof")]),
    ("unknown_register_value", [beside("built", "roof: dossier.plan.roof", "rof")]),
    ("unknown_path", [beside("built", "roof: dossier.plan.rof", "roof")]),
    ("question_type", [beside("built", "holder: dossier.plan.roof", "roof")]),
    ("register_never_ends", [(WITHDRAW, "{register_correct: built}], to")]),
    ("register_unused", [(ISSUE, "{issue"), (WITHDRAW, "{commit: sheds}], to")]),
    ("register_before_issue", [(ISSUE, "{issue")]),
    ("unknown_register_value", [(BASIS, f"    page: {{{PAGE}, figure: roff}}\n{BASIS}")]),
    ("unknown_register_value", [(BASIS, f"    page: {{{PAGE}, groups: {{of: {{title: {TITLE}, fields: [roff]}}}}}}\n{BASIS}")]),
    ("unknown_register_value", [(BASIS, f"    statistics: [roof, roff]\n{BASIS}")]),
    ("unknown_register_value", [(BASIS, f"    shown_under: roff\n{BASIS}")]),
    ("unknown_register_value", [(BASIS, f"    again: {{same: roff, within: 2 years, basis: 镇规七}}\n{BASIS}")]),
    ("page_value_twice", [(BASIS, f"    page: {{{PAGE}, figure: roof, groups: {{of: {{title: {TITLE}, fields: [roof]}}}}}}\n{BASIS}")]),
    ("register_issued_twice", [(WITHDRAW, "{register_issue: built}], to")]),
]  # fmt: skip
"""Rule, and what must be changed for it to speak."""

BETWEEN: list[tuple[str, list[tuple[str, str]]]] = [
    ("register_differs", [("public: true\n    fields", "public: true\n    removed_after: 1 year\n    fields")]),
    (
        "register_differs",
        [("en: Roof}, value: dossier.plan.roof, public: true", "en: Roof}, value: dossier.plan.roof")],
    ),
    ("register_host_unknown", [(VALUE, "value: dossier.plan.roof, host: annex.number, public: true}")]),
]


SHOWN = {rule for rule, _ in [*SINGLE, *BETWEEN]}


@pytest.mark.parametrize(("rule", "changes"), SINGLE, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(SINGLE)])
def test_a_bad_example_is_found_and_said_in_both_languages(rule: str, changes: list[tuple[str, str]]) -> None:
    found = [one for one in garden.problems(garden.changed(*changes, text=TEXT)) if one.rule == rule]

    assert found != []
    assert all(one.text(language) for one in found for language in LANGUAGES)


@pytest.mark.parametrize(("rule", "changes"), BETWEEN, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(BETWEEN)])
def test_what_two_workflows_say_of_one_register_agrees(rule: str, changes: list[tuple[str, str]]) -> None:
    own = read_text(garden.changed(*changes, text=TEXT), vocabulary=garden.VOCABULARY)
    other = read_text(
        garden.changed(("workflow: garden-shed", "workflow: garden-hut"), text=TEXT), vocabulary=garden.VOCABULARY
    )
    peers = {one.workflow: one for one in (own, other)}

    assert rule in [found.rule for found in check_pairs(own, peers)]
    assert check_pairs(other, {other.workflow: other}) == []


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("type: text, personal: true", "register_personal"),
        ("type: long_text", "register_cannot_hold"),
        ("type: text", None),
    ],
)
def test_what_a_procedure_over_many_cases_gives_is_as_fit_as_what_the_case_gives(
    question: str, rule: str | None
) -> None:
    own = read_text(
        garden.changed((VALUE, "value: dossier.plan.roof, host: settle.said}"), text=TEXT), vocabulary=garden.VOCABULARY
    )
    choices = "{said: {type: choice, label: {zh: 甲, en: A}, choices: {out: {title: {zh: 甲, en: A}}, keep: {title: {zh: 甲, en: A}}}}}"
    listing = LIST.replace(choices, f"{{said: {{{question}, label: {{zh: 甲, en: A}}}}}}")
    listing = listing.replace("of: [garden-plot]", "of: [garden-shed]")
    host = examine_text(listing, vocabulary=garden.VOCABULARY).definition
    assert host is not None

    found = [one.rule for one in check_pairs(own, {own.workflow: own, host.workflow: host})]
    assert [one for one in found if one.startswith("register_")] == ([rule] if rule else [])


def test_where_the_values_come_from_may_differ_between_workflows() -> None:
    own = read_text(TEXT, vocabulary=garden.VOCABULARY)
    changes = [("workflow: garden-shed", "workflow: garden-hut"), (VALUE, "value: dossier.person.name, public: true}")]
    other = read_text(garden.changed(*changes, text=TEXT), vocabulary=garden.VOCABULARY)

    found = check_pairs(own, {one.workflow: one for one in (own, other)})

    assert [one.rule for one in found if one.rule.startswith("register_")] == []


def test_the_example_itself_is_sound() -> None:
    assert garden.problems(TEXT) == garden.problems(garden.ROADS)


def test_the_story_of_an_act_without_an_entry_is_the_shortest_way() -> None:
    found = garden.problems(garden.changed((ISSUE, "{issue"), text=TEXT))
    (said,) = [one.message.values["way"] for one in found if one.rule == "register_before_issue"]

    assert said.endswith("review —approve→ building —finish→ built")


def test_a_guard_or_if_any_keeps_an_act_from_coming_too_early() -> None:
    lenient = (WITHDRAW, "{register_withdraw: {register: built, if_any: true}}], to")
    guarded = (
        "finish: {title: {zh: 完成, en: Finish}, needs: [",
        "finish: {title: {zh: 完成, en: Finish}, needs: [{entry_is: {register: built, status: valid}}, ",
    )
    seen = [
        "register_before_issue" in garden.rules(garden.changed((ISSUE, "{issue"), one, text=TEXT))
        for one in (lenient, guarded)
    ]

    assert seen == [False, False]


def test_what_the_ways_to_a_state_leave_is_known() -> None:
    found = left(read_text(TEXT, vocabulary=garden.VOCABULARY))

    assert (found.get("review"), found["building"], found["built"]) == (
        None,
        {"built": "valid"},
        {"built": "withdrawn"},
    )


def test_the_argument_of_a_call_is_read_in_its_short_form_and_strange_ones_are_refused() -> None:
    short = RegisterCall.read("built")

    assert short is not None
    assert (short.register_, short.own) == ("built", True)
    assert [RegisterCall.read(one) for one in (None, 3, [], {"entry": "a.b"}, {"register": "b", "x": 1})] == [None] * 5
