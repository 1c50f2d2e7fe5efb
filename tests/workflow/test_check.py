"""Every rule of the checks has a bad example here that it, and as far as possible only it, refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caseflow.words import LANGUAGES, catalogue
from caseflow.workflow.proof import rulebook
from caseflow.workflow.proof.check import check
from tests.workflow import (
    garden,
    test_check_pairs,
    test_check_registers,
    test_check_roads,
    test_decisions,
    test_parameters,
    test_rights,
)

ROOMS = {path.stem: path for path in (Path(__file__).parents[2] / "caseflow" / "workflow").rglob("*.py")}
T = "{zh: 甲, en: A}"
BESIDE = ("bounds", "coverage", "register_checks", "rights", "routes")
"""Rooms whose bad examples stand in the test of their own."""

SINGLE: list[tuple[str, list[tuple[str, str]]]] = [
    # names
    ("unknown_state", [("to: review\n", "to: reviw\n")]),
    ("unknown_state", [("pauses_in: [correcting]", "pauses_in: [corecting]")]),
    ("unknown_role", [("holder: clerk", "holder: clark")]),
    ("unknown_role", [("sign_off: head", "sign_off: haed")]),
    ("unknown_role", [("{role: gardener, text", "{role: gardner, text")]),
    ("unknown_role", [("as: clerk", "as: clark")]),
    ("unknown_stage", [("stage: filing\n", "stage: filling\n")]),
    ("unknown_action", [("ends: close", "ends: clsoe")]),
    ("unknown_action", [("{never: grant, before: shown", "{never: grnat, before: shown")]),
    ("unknown_action", [("{at_most_once: grant}", "{at_most_once: grnat}")]),
    ("unknown_action", [("do: submit", "do: sumbit")]),
    ("unknown_panel", [("    panel: jury", "    panel: jurry")]),
    ("unknown_quota", [("{place_free: plots}", "{place_free: plot}")]),
    ("unknown_letter", [("{issue: receipt}", "{issue: reciept}")]),
    ("unknown_duty", [("{duty_done: opinion}", "{duty_done: opinions}")]),
    ("unknown_table", [("- fields: [dossier.person.name, dossier.plot.area]", "- table: annex")]),
    ("unknown_choice", [
        ("calendar:", "kind: collective\nmembers: {of: [other], in: waiting}\ncalendar:"),
        ("{title: {zh: 不通过, en: Refuse}, style: careful, to: refused}",
         ("{title: {zh: 不通过, en: Refuse}, asks: {x: {type: choice, label: {zh: 甲, en: A}, choices: {yes_: {title: {zh: 是, en: Good}}, not_: {title: {zh: 否, en: Bad}}}}}, "
         "then: [{members: {by: refuse.x, acts: {yes_: go, not_: go, maybe: go}}}], to: refused}")),
    ]),
    ("choice_without_act", [
        ("calendar:", "kind: collective\nmembers: {of: [other], in: waiting}\ncalendar:"),
        ("{title: {zh: 不通过, en: Refuse}, style: careful, to: refused}",
         ("{title: {zh: 不通过, en: Refuse}, asks: {x: {type: choice, label: {zh: 甲, en: A}, choices: {yes_: {title: {zh: 是, en: Good}}, not_: {title: {zh: 否, en: Bad}}}}}, "
         "then: [{members: {by: refuse.x, acts: {yes_: go}}}], to: refused}")),
    ]),
    ("unknown_path", [("case_title: dossier.person.name", "case_title: dossier.person.nmae")]),
    ("unknown_path", [("hides: [dossier.person.phone]", "hides: [dossier.person.fone]")]),
    ("unknown_path", [("then: [{commit: plots}, publish]", "then: [{commit: plots}, {set_case: {subject: dossier.x.y}}]")]),
    ("unknown_place", [("收到 {number}。", "收到 {nummer}。"), ("{number} received", "{nummer} received")]),
    ("unknown_place", [("收到 {number}。", "收到 {number:04}。"), ("{number} received", "{number:04} received")]),
    ("place_unfilled", [("text: {zh: 已通过, en: Approved}", 'text: {zh: "{number}已通过", en: "{number} approved"}')]),
    ("place_unfilled", [("message: {zh: 地块过大, en: The plot is too large}", 'message: {zh: "{area}过大", en: "{area} is too large"}')]),
    ("unknown_check", [("tolerance: 5%,", "tolerance: 5%, blocks: [R1],")]),
    ("unknown_threshold", [("tolerance: 5%,", "tolerance: 5%, thresholds: {large_lines: 10},")]),
    ("threshold_not_whole", [("tolerance: 5%,", "tolerance: 5%, thresholds: {old_years: '2.5'},")]),
    ("gate_without_rule", [
        ("    calculates: {footprint: if_declared, tolerance: 5%, basis: 内部}\n", ""),
        ("- dossier_complete", "- footprint_gate"),
    ]),
    ("unknown_guard", [("- dossier_complete", "- dossier_compleet")]),
    ("unknown_warning", [("{quota_exceeded: asked}", "{quota_exceded: asked}")]),
    ("unknown_effect", [("publish]", "publsh]")]),
    ("argument_missing", [("{place_free: plots}", "place_free")]),
    ("argument_unwanted", [("- dossier_complete", "- {dossier_complete: now}")]),
    ("argument_wrong", [("{freeze: dossier}, {issue", "{freeze: [dossier]}, {issue")]),
    ("argument_wrong", [("publish]", "{wait: soon}]")]),
    ("argument_wrong", [("{role: gardener, text: {zh: 已通过, en: Approved}}", "{role: gardener}")]),
    ("engine_action", [("      refuse:", "      sign:")]),
    ("action_twice", [("      refuse:", "      withdraw:")]),
    ("not_in_own", [("{title: {zh: 不通过, en: Refuse}, style: careful,", "{title: {zh: 不通过, en: Refuse}, not_in: [review],")]),
    ("unknown_state", [("by: gardener, then: [{release: plots}],", "by: gardener, not_in: [shwon], then: [{release: plots}],")]),
    ("check_without_basis", [(", basis: 镇规一}", "}")]),
    ("members_outside_collective", [("publish]", "{members: go}]")]),
    ("step_does_nothing", [("{after: 3 workdays}", "{state: review}")]),
    ("step_both", [("do: approve, refused", "do: approve, state: shown, refused")]),
    ("unknown_given", [("given: {dossier: complete, round", "given: {dosier: complete, round")]),
    ("unknown_state", [("given: {dossier: complete, round", "given: {state: revue, round")]),
    ("unknown_role", [("given: {dossier: complete, round", "given: {recorded: clark, round")]),
    ("unknown_path", [("given: {dossier: complete, round", "given: {dossier: {dossier.plot.bed: 3}, round")]),
    ("other_id", [("    holder: clerk", "    id: revue\n    holder: clerk")]),
    ("reserved_id", [("      beds:  {", "      in: {type: text, label: {zh: 甲, en: A}}\n      beds:  {")]),
    # questions
    ("field_incomplete", [("choices: {sunny: {title: {zh: 向阳, en: Sunny}}, shady: {title: {zh: 背阴, en: Shady}}}", "required: true")]),
    ("field_key_unwanted", [("label: {zh: 面积, en: Area}, decimals: 2", "label: {zh: 面积, en: Area}, decimals: 2, max_characters: 3")]),
    ("table_in_table", [("crop: {type: text, label: {zh: 作物, en: Crop}}", "crop: {type: table, label: {zh: 作物, en: Crop}, columns: {a: {type: text, label: {zh: 甲, en: A}}}}")]),
    ("limits_crossed", [("minimum: 1, maximum: 20", "minimum: 30, maximum: 20")]),
    ("bound_wrong", [("minimum: 1, maximum: 20", 'minimum: "1.5", maximum: 20')]),
    ("boolean_without_text", [("{type: boolean, label: {zh: 委托代理, en: Agent}, text: {zh: 我委托代理人办理。, en: An agent acts for me.}}", "{type: boolean, label: {zh: 委托代理, en: Agent}, required: true}")]),
    ("one_choice", [(", shady: {title: {zh: 背阴, en: Shady}}", "")]),
    ("stored_twice", [("{title: {zh: 不通过, en: Refuse}, style: careful,", "{title: {zh: 不通过, en: Refuse}, store: approve, asks: {opinion: {type: date, label: {zh: 甲, en: A}}},")]),
    ("store_reserved", [("{title: {zh: 不通过, en: Refuse}, style: careful,", "{title: {zh: 不通过, en: Refuse}, store: today, asks: {x: {type: date, label: {zh: 甲, en: A}}},")]),
    # papers
    ("case_number_wrong", [("CD-{year}-{serial:04}", "CD-{yaer}-{serial:04}")]),
    ("case_number_wrong", [("CD-{year}-{serial:04}", "CD-{year}")]),
    ("block_empty", [("- fields: [dossier.person.name, dossier.plot.area]", "- fields: []")]),
    ("places_differ", [("{number} received", "received")]),
    ("table_outside_collective", [("letters:", f"tables:\n  annex: {{title: {T}, columns: {{a: {{title: {T}}}}}}}\n\nletters:")]),
    ("quorum_too_large", [("min_scores: 3", "min_scores: 6")]),
    ("all_scores_dropped", [("drop_high: 1, drop_low: 1, trim_from: 5, min_scores: 3", "drop_high: 1, drop_low: 1, trim_from: 2, min_scores: 2")]),
    ("mean_drops", [("method: trimmed_mean", "method: mean")]),
    ("no_criteria", [("rubric: {care: {title: {zh: 养护, en: Care}, maximum: 100, basis: 镇规三}}", "rubric: {}")]),
    ("even_panel", [("size: 5", "size: 6")]),
    ("personal_shown", [("case_title: dossier.person.name", "case_title: dossier.person.phone")]),
    ("unused", [("{issue: receipt}", "publish")]),
    ("unused", [("    stage: filing\n", "")]),
    # soundness
    ("no_final_state", [(f"{name}\n    final: true\n    outcome: {outcome}\n    retention: {years} years", name) for name, outcome, years in (
        ("title: {zh: 已批准, en: Granted}", "positive", 10), ("title: {zh: 未通过, en: Refused}", "negative", 10), ("title: {zh: 已撤回, en: Withdrawn}", "neutral", 3))]),
    ("first_is_final", [("states:\n", f"states:\n  over: {{title: {T}, final: true, outcome: neutral, retention: 1 year}}\n")]),
    ("final_with_actions", [("    retention: 10 years\n    listed: published", f"    retention: 10 years\n    listed: published\n    actions: {{again: {{title: {T}, by: clerk, to: review}}}}")]),
    ("final_without_retention", [("    retention: 3 years\n", "")]),
    ("final_without_outcome", [("    outcome: neutral\n", "")]),
    ("final_with", [("    outcome: neutral\n", "    outcome: neutral\n    holder: clerk\n")]),
    ("only_final", [("    holder: clerk", "    retention: 1 year\n    holder: clerk")]),
    ("dead_end", [(", then: [{commit: plots}, publish], to: granted}", ", then: [{commit: plots}, publish]}")]),
    ("unreachable", [("states:\n  drafting:", "states:\n  drafting:"), ("  granted:\n", f"  lost: {{title: {T}, public: {T}, holder: clerk, actions: {{leave: {{title: {T}, to: granted}}}}}}\n  granted:\n")]),
    ("no_end", [(", to: granted}", ", to: waiting}"), ("  withdraw: {title: {zh: 撤回, en: Withdraw}, by: gardener, then: [{release: plots}], to: withdrawn}", f"  note: {{title: {T}, by: clerk}}"),
        ("  granted:\n", f"  waiting: {{title: {T}, public: {T}, holder: clerk, actions: {{back: {{title: {T}, to: granting}}}}}}\n  granted:\n")]),
    ("no_footprint", [("footprint: true\n", "")]),
    ("no_dossier", [(garden.TEXT[garden.TEXT.index("dossier:\n"):garden.TEXT.index("quotas:\n")], "")]),
    ("edits_without_holder", [("    holder: gardener\n    edits: [unlocked]", "    edits: [unlocked]"), ("resubmit: {title", "resubmit: {by: gardener, title")]),
    ("public_missing", [("    public: {zh: 审核中, en: Under review}\n", "")]),
    ("moved_by_nothing", [("    stage: review\n", "    stage: review\n    moved_by: other\n")]),
    ("clock_without_holder", [("    holder: clerk\n", "")]),
    ("clock_unbounded", [("clock: {limit: 10 workdays, pauses_in: [correcting], warn: 3 workdays, not_after: municipal_closes,", "clock: {pauses_in: [correcting], warn: 3 workdays,")]),
    ("warning_too_late", [("warn: 3 workdays", "warn: 15 days")]),
    ("no_rounds", [("rounds: required\n", "")]),
    ("pauses_in_itself", [("pauses_in: [correcting]", "pauses_in: [review]")]),
    ("ends_not_system", [("system: true, to: granting", "to: granting")]),
    ("posted_on_no_date", [("posted_on: approve.posted_on", "posted_on: approve.opinion")]),
    ("clock_too_short", [("    publicity: {period", "    clock: {limit: 3 workdays, basis: 甲}\n    publicity: {period")]),
    ("nobody_acts", [("{title: {zh: 撤回, en: Withdraw}, by: gardener,", "{title: {zh: 撤回, en: Withdraw},")]),
    ("system_without_timer", [("{title: {zh: 异议成立, en: Uphold objection},", "{title: {zh: 异议成立, en: Uphold objection}, system: true,")]),
    ("system_asks", [("system: true, to: granting", "system: true, sign_off: head, to: granting")]),
    ("beyond_without_signers", [("        sign_off: [head]\n", "")]),
    ("beyond_without_limit", [("        at_most: 1\n", "")]),
    ("signer_twice", [("sign_off: head", "sign_off: [head, head]")]),
    ("signs_own", [("sign_off: head", "sign_off: clerk")]),
    ("unlocks_without_comments", [("gaps: {type: field_comments,", "gaps: {type: long_text,")]),
    ("unlocks_nothing", [("edits: [unlocked]", "edits: [dossier]")]),
    ("origin_without_resume", [("        resume: review\n", "")]),
    ("resume_without_return", [("to: origin}", "to: review}")]),
    ("resume_without_move", [("{title: {zh: 不通过, en: Refuse}, style: careful, to: refused}", "{title: {zh: 不通过, en: Refuse}, resume: review}")]),
    ("collective_without_members", [("calendar:", "kind: collective\ncalendar:")]),
    ("members_without_collective", [("calendar:", "members: {of: [other], in: waiting}\ncalendar:")]),
    ("nobody_opens", [(", opens: true", "")]),
    ("assigned_opens", [("sees: assigned", "sees: assigned, opens: true")]),
    ("always_shape", [("{at_most_once: grant}", "{never: grant}")]),
    ("always_broken", [("{never: grant, before: shown", "{never: approve, before: correcting")]),
    ("more_than_once", [("{at_most_once: grant}", "{at_most_once: resubmit}"), ("beyond: sign_off\n", "beyond: refuse\n"),
        ("      refuse: {title", f"      again: {{title: {T}, asks: {{g: {{type: field_comments, label: {T}}}}}, unlocks: commented_fields, to: correcting, resume: review}}\n      refuse: {{title")]),
    ("place_kept", [("by: gardener, then: [{release: plots}],", "by: gardener,")]),
    # conditions
    ("cel_too_long", [("when: agent == true", "when: " + "agent == true || " * 130 + "agent")]),
    ("cel_strange", [("dossier.plot.beds < 10", "dossier.plot.beds < 1e1")]),
    ("cel_null", [("dossier.plot.beds < 10", "dossier.plot.beds == null")]),
    ("cel_list", [("{check: dossier.plot.area <= 40.5 && dossier.plot.beds < 10,", '{check: "dossier.plot.beds in [1, 2.5]",')]),
    ("cel_nested", [("dossier.plot.beds < 10", "dossier.plot.crops.sown.all(a, dossier.plot.crops.sown.exists(b, a < b))")]),
    ("cel_hides", [("{check: dossier.plot.area <= 40.5 && dossier.plot.beds < 10,", '{check: "dossier.plot.crops.crop.all(today, size(today) > 1)",')]),
    ("cel_not_boolean", [("dossier.plot.area <= 40.5 && dossier.plot.beds < 10", "dossier.plot.beds")]),
    ("cel_number_too_great", [("40.5", "99999999999999999999.5")]),
    ("cel_date", [("{check: dossier.plot.area <= 40.5 && dossier.plot.beds < 10,", """{check: 'today < date("2025-02-30")',""")]),
    ("cel_unknown", [("dossier.plot.area <=", "dossier.plot.aera <=")]),
    ("cel_unknown", [("when: agent == true", "when: agnet == true")]),
    ("cel_types", [("dossier.plot.beds < 10", "dossier.plot.since < 10")]),
    ("cel_decimal_written", [("40.5", "40")]),
    ("cel_syntax", [("dossier.plot.beds < 10", "dossier.plot.beds <")]),
]  # fmt: skip
"""Rule, and what must be changed in the example for it to speak."""


def _quoted(changes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A condition with commas must be quoted inside a flow mapping."""
    return [
        (old, new) if "crops.sown.all" not in new else
        ("dossier.plot.area <= 40.5 && dossier.plot.beds < 10", f'"{new}"') for old, new in changes
    ]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes"), SINGLE, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(SINGLE)])
def test_a_bad_example_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    found = garden.problems(garden.changed(*_quoted(changes)))

    assert rule in [problem.rule for problem in found]


def test_the_example_itself_is_sound() -> None:
    assert garden.problems(garden.TEXT) == []


def test_every_rule_of_the_code_has_a_text_and_a_bad_example() -> None:
    """One that is said in a room of the checks, in ``expressions`` or in ``pairs``."""
    said: set[str] = set()
    for room in (
        "names",
        "roles",
        "duties",
        "questions",
        "answers",
        "imports",
        "papers",
        "soundness",
        "pairs",
        *BESIDE,
    ):
        code = ROOMS[room].read_text("utf-8")
        said |= set(re.findall(r'(?:report\.say|report\.known|_found|_call|Finding)\(\s*(?:report, )?"(\w+)"', code))
    said |= set(re.findall(r'"(cel_\w+)"', ROOMS["expressions"].read_text("utf-8")))
    texts = {key.removeprefix("workflow.") for key in catalogue()}
    shown = (
        {rule for rule, _ in [*SINGLE, *test_check_roads.SINGLE]}
        | {rule for rule, *_ in test_check_pairs.BETWEEN}
        | {"too_many_states", "no_states", "counter_shared"}
        | test_check_registers.SHOWN
        | test_decisions.SHOWN
        | test_parameters.SHOWN
        | test_rights.SHOWN
        | set(rulebook.rules())
    )

    assert sorted(said - texts) == []
    assert sorted(said - shown) == []
    assert len(shown) > 130


def test_names_that_are_misspelt_come_with_the_nearest_name() -> None:
    found = garden.problems(garden.changed(("holder: clerk", "holder: clark"), ("to: review\n", "to: reviw\n")))

    assert [(problem.rule, problem.hint, problem.line) for problem in found if problem.hint] == [
        ("unknown_role", "clerk", 81),
        ("unknown_state", "review", 77),
    ]


def test_a_broken_promise_is_told_with_the_way_on_which_it_breaks() -> None:
    found = garden.problems(garden.changed(("{never: grant, before: shown", "{never: granted, before: correcting")))

    assert [found[0].message.values["way"]] == [
        "drafting —submit→ review —approve→ shown —close→ granting —grant→ granted"
    ]


def test_a_place_that_is_kept_is_a_warning_with_its_way() -> None:
    found = garden.problems(garden.changed(("by: gardener, then: [{release: plots}],", "by: gardener,")))

    assert [(problem.level, problem.message.values["way"]) for problem in found] == [
        ("warning", "drafting —submit→ review —approve→ shown —withdraw→ withdrawn")
    ]


def test_more_states_than_a_procedure_can_have_are_refused_before_they_are_walked() -> None:
    definition = garden.garden()
    many = {f"s{n}": definition.states["granting"].model_copy(update={"id": f"s{n}"}) for n in range(501)}

    found = check(definition.model_copy(update={"states": {**definition.states, **many}}), garden.VOCABULARY)

    assert "too_many_states" in [finding.rule for finding in found]


def test_a_workflow_without_states_is_refused() -> None:
    start, end = garden.TEXT.index("states:\n"), garden.TEXT.index("anywhere:\n")
    found = garden.rules(garden.TEXT[:start] + "states: {}\n\n" + garden.TEXT[end:])

    assert "no_states" in found


def test_every_finding_can_be_said_in_both_languages() -> None:
    for rule, changes in SINGLE:
        for problem in garden.problems(garden.changed(*_quoted(changes))):
            said = [problem.text(language) for language in LANGUAGES]

            assert len(set(said)) == 2, rule
