"""Every rule about what runs beside a case has a bad example here that it refuses, and says in both languages."""

from __future__ import annotations

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.words import LANGUAGES
from caseflow.workflow.problems import Problem
from caseflow.workflow.reader import examine_text, read_text
from tests.workflow import garden

TOYS = ROOT / "tests" / "cases"
SIDE, SERVED, OPENER, INQUIRY, SHOWN, CLOCKED, COUNCIL, PART = (
    (TOYS / f"toy-{name}.yaml").read_text("utf-8")
    for name in ("side", "served", "opener", "inquiry", "shown", "clocked", "council", "part")
)
STANCE = "stance: {type: choice,"
REMARK = "remark: {type: text, label: {zh: 意见, en: Remark}}\n          choice: {type: choice,"
VOTES: list[tuple[str, list[tuple[str, str]]]] = [
    ("closes_nothing", [("counts: any\n", "counts: all\n")]),
    ("not_one_of", [("counts: 2\n", "counts: 0\n")]),
    ("no_vote", [("vote_not_passed: ballot", "vote_not_passed: two")]),
    ("unknown_duty", [("vote_not_passed: ballot", "vote_not_passed: balot")]),
    ("share_too_great", [("quorum: 2/3", "quorum: 4/3")]),
    ("share_ties", [("of: majority", "of: 1/2")]),
    ("form_other", [("of: majority", "of: most")]),
    ("unknown_question", [("for: stance.agree", "for: stanze.agree")]),
    ("unknown_choice", [("for: stance.agree", "for: stance.aggree")]),
    ("vote_question", [(STANCE, "stance: {personal: true, type: choice,")]),
    ("vote_elsewhere", [("abstain: stance.abstain", "abstain: stance.agree")]),
    ("vote_without_loss", [("needs: [{vote_not_passed: ballot}]", "needs: [{duty_done: ballot}]")]),
    ("secret_with", [("          choice: {type: choice,", f"          {REMARK}")]),
    ("secret_with", [("closes_rest: true\n        basis: 示例三", "signs: dossier.unit.name\n        basis: 示例三")]),
    (
        "secret_needs_each",
        [
            ("        each: department\n        action: vote_secretly\n", "        action: vote_secretly\n"),
            ("      agreed:", "      ask: {title: {zh: 征求, en: Ask}, then: [{open_duty: paper}]}\n      agreed:"),
        ],
    ),
]  # fmt: skip
SERVICE: list[tuple[str, list[tuple[str, str]]]] = [
    ("no_ways", [("ways: [direct, left, mail, announcement]", "ways: []")]),
    ("not_one_of", [("left, mail,", "left, pigeon,")]),
    ("announced_when", [("deemed: 30 days, ", "")]),
    ("announced_when", [("mail, announcement]", "mail]")]),
    ("unknown_path", [("starts: served.decision.on", "starts: served.decison.on")]),
    ("starts_no_date", [("starts: served.decision.on", "starts: served.decision.way")]),
    ("starts_no_date", [("starts: agree.from_day", "starts: dossier.unit.name")]),
    ("starts_without_limit", [("limit: 5 days, starts", "starts")]),
    ("served_never_issued", [("then: [{issue: decision}], to", "to")]),
    ("never_ends_on_day_off", [("limit: 5 days", "limit: 5 workdays")]),
    ("entries_here", [("        to: short\n", "        appends: true\n        to: short\n")]),
    ("engine_action", [("      note: {", "      record_service: {")]),
    ("store_reserved", [("      agree:\n", "      agree:\n        store: served\n")]),
]
SHOWING: list[tuple[str, list[tuple[str, str]]]] = [
    ("unknown_duty", [("suspended_by: inquiry", "suspended_by: inquest")]),
    ("suspended_from_start", [("        role: municipal\n", "        role: municipal\n        each: department\n")]),
]
PERSONS: list[tuple[str, list[tuple[str, str]]]] = [
    ("unknown_voters", [("each_person: jury", "each_person: jurry")]),
    ("voters_of_other_role", [("each_person: jury", "each_person: provincial")]),
    ("voters_unowned", [("each_person: jury", "each_person: expert")]),
    ("voters_seated_anew", [("then: [{close_duty: ballot}]", "then: [{close_duty: ballot}, {seat_experts: jury}]")]),
    ("person_with", [("each_person: jury", "each_person: jury\n        each: department")]),
    ("person_with", [("        by: expert\n", "        by: expert\n        sign_off: provincial\n")]),
    ("person_with", [("        each_person: provincial_head\n", "        each_person: provincial_head\n        signs: members\n")]),
    ("each_with", [("        each_person: jury\n", "        each_person: jury\n        asked: choice\n")]),
]  # fmt: skip
CLOCKS: list[tuple[str, list[tuple[str, str]]]] = [
    ("unknown_role", [("extends: {by: municipal_head", "extends: {by: municipal_hed")]),
    ("unknown_role", [("stops: {by: municipal_head", "stops: {by: municipal_hed")]),
    ("too_small", [("at_most: 1", "at_most: 0")]),
    ("clock_never_extended", [("then: [extend_clock]", "then: []")]),
    ("clock_never_stopped", [("then: [stop_clock]", "then: []")]),
    ("clock_never_resumed", [("then: [resume_clock]", "then: []")]),
    ("clock_may_not_stop", [("      stops: {by: municipal_head, basis: 示例第九条}\n", "")]),
    ("clock_word_missing", [("        sign_off: municipal_head\n", "")]),
    ("clock_word_missing", [("        at_most: 2\n", "        at_most: 2\n        beyond: sign_off\n")]),
    ("clock_word_missing", [("        by: municipal_head\n", "")]),
    ("clock_ground_missing", [("理由, en: Ground}, required: true,", "理由, en: Ground},")]),
    ("clock_ground_missing", [("中止事由, en: Ground}, required: true,", "中止事由, en: Ground},")]),
    ("clock_left", [("then: [stop_clock]", "then: [stop_clock]\n        to: done")]),
    ("clock_left", [("then: [resume_clock]", "then: [resume_clock]\n        to: done")]),
]  # fmt: skip
LINKS: list[tuple[str, list[tuple[str, str]]]] = [
    ("argument_wrong", [("link: inquiry, copies", "lnk: inquiry, copies")]),
    ("argument_wrong", [("owner: office, copies", "owner: applicant, copies")]),
    ("argument_wrong", [("{link: inquiry, reached: positive}", "{link: inquiry}")]),
    ("unknown_link", [("link: inquiry, reaches: found", "link: inquest, reaches: found")]),
    ("unknown_link", [("{link: inquiry, reached", "{link: inquest, reached")]),
    ("unknown_action", [("do: go_on", "do: go_off")]),
    ("linked_not_system", [("do: go_on", "do: back")]),
    ("unknown_path", [("topic: inquire.topic", "topic: inquire.topics")]),
    ("system_without_timer", [("{link: inquiry, reaches: found, do: go_on}, ", "")]),
    # with the workflow that is opened
    ("unknown_workflow", [("workflow: toy-inquiry", "workflow: toy-enquiry")]),
    ("linked_state_unknown", [("in: looking", "in: loking")]),
    ("linked_state_unknown", [("in: looking", "in: settled")]),
    ("linked_state_unknown", [("reaches: found", "reaches: fund")]),
    ("linked_state_unknown", [("reached: positive", "reached: neutral")]),
    ("linked_path_unknown", [("dossier.matter.topic:", "dossier.matter.topics:")]),
    ("copies_differ", [("topic: {type: text,", "topic: {type: long_text,")]),
    ("copies_personal", [("dossier.matter.topic: inquire.topic", "dossier.matter.topic: dossier.unit.contact")]),
]
OTHER: list[tuple[str, list[tuple[str, str]]]] = [
    ("opens_elsewhere", [("authority: north", "authority: south")]),
    ("opens_without_round", [("roles:", "rounds: required\nroles:")]),
]


def problems(text: str, opened: str = INQUIRY) -> list[Problem]:
    known = vocabulary()
    peers = {"toy-inquiry": read_text(opened, vocabulary=known), "toy-part": read_text(PART, vocabulary=known)}
    return examine_text(text, vocabulary=known, peers=peers).problems


def said_in_both(found: list[Problem], rule: str) -> None:
    said = [problem for problem in found if problem.rule == rule]

    assert said, [str(problem) for problem in found]
    assert all(len({problem.text(language) for language in LANGUAGES}) == 2 for problem in said)


@pytest.mark.parametrize("text", [SIDE, SERVED, OPENER, INQUIRY, SHOWN, CLOCKED, COUNCIL])
def test_the_examples_themselves_are_sound(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(("rule", "changes"), VOTES)
def test_a_bad_vote_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(garden.changed(*changes, text=SIDE)), rule)


@pytest.mark.parametrize(("rule", "changes"), SERVICE)
def test_a_bad_service_or_clock_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(garden.changed(*changes, text=SERVED)), rule)


@pytest.mark.parametrize(("rule", "changes"), SHOWING)
def test_a_bad_suspension_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(garden.changed(*changes, text=SHOWN)), rule)


@pytest.mark.parametrize(("rule", "changes"), PERSONS)
def test_a_bad_vote_by_persons_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(garden.changed(*changes, text=COUNCIL)), rule)


@pytest.mark.parametrize(("rule", "changes"), CLOCKS)
def test_a_bad_extension_or_stop_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(garden.changed(*changes, text=CLOCKED)), rule)


def test_a_state_to_which_nothing_leads_that_can_be_taken_back_is_found() -> None:
    signed = ("    publicity: {", "    may_be_taken_back: true\n    publicity: {")

    said_in_both(problems(garden.changed(signed, text=SHOWN)), "never_taken_back")


@pytest.mark.parametrize(("rule", "changes"), LINKS)
def test_a_bad_link_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(garden.changed(*changes, text=OPENER)), rule)


@pytest.mark.parametrize(("rule", "changes"), OTHER)
def test_a_workflow_that_cannot_be_opened_is_found(rule: str, changes: list[tuple[str, str]]) -> None:
    said_in_both(problems(OPENER, garden.changed(*changes, text=INQUIRY)), rule)


def test_workflows_that_open_each_other_by_themselves_are_refused() -> None:
    by_itself = (
        "go_on: {title: {zh: 继续办理, en: Go on}, system: true,",
        "go_on: {title: {zh: 继续办理, en: Go on}, system: true, then: [{open_case: {workflow: toy-opener, link: again}}],",
    )
    by_person = (
        "back: {title: {zh: 返回, en: Back},",
        "back: {title: {zh: 返回, en: Back}, then: [{open_case: {workflow: toy-opener, link: again}}],",
    )

    assert [one.rule for one in problems(garden.changed(by_itself, text=OPENER))] == ["opens_for_ever"]
    assert problems(garden.changed(by_person, text=OPENER)) == []
