"""Every rule about the side roads has a bad example here that it refuses, and says in both languages."""

from __future__ import annotations

import pytest

from caseflow.words import LANGUAGES
from tests.workflow import garden

FINISH = "then: [{commit: sheds}], to: built}"
NOTE = "{title: {zh: 记录, en: Note}, asks: {why: {type: text, label: {zh: 原因, en: Why}}}"
Q = "label: {zh: 甲, en: A}"
MANY = ("calendar:", "kind: collective\nmembers: {of: [other], in: waiting}\ncalendar:")

SINGLE: list[tuple[str, list[tuple[str, str]]]] = [
    # roles
    ("unknown_role", [("assists: gardener", "assists: gardner")]),
    ("assists_itself", [("assists: gardener", "assists: agent")]),
    ("assists_nothing", [("assists: gardener", "assists: head")]),
    ("never_involved", [("then: [{involve: agent}]", "then: []")]),
    ("involves_unseen", [("{involve: ward},", "{involve: ward}, {involve: head},")]),
    ("involves_unseen", [("{end_involvement: ward}", "{end_involvement: fire}")]),
    ("assigned_opens", [("sees: involved, assists: gardener", "sees: involved, opens: true")]),
    ("unknown_state", [("opens: recording", "opens: recordin")]),
    ("opens_final", [("opens: recording", "opens: built")]),
    ("opens_not_held", [("opens: recording", "opens: building")]),
    ("opens_for_many", [MANY]),
    ("set_outside_office", [("limit: 3, over: block, basis", "limit: 3, over: block, set_by: clerk, basis")]),
    ("carries_nothing", [(garden.ROADS[garden.ROADS.index("dossier:\n"):garden.ROADS.index("quotas:\n")], "")]),
    ("no_rounds", [("rounds: required\n", "")]),
    # duties
    ("unknown_role", [("role: ward\n", "role: wart\n")]),
    ("unknown_role", [("breach: {notify: head}", "breach: {notify: heed}")]),
    ("unknown_action", [("action: report", "action: repot")]),
    ("unknown_kind", [("each: department", "each: departement")]),
    ("unknown_kind", [("of_kind: branch", "of_kind: twig")]),
    ("unknown_question", [("asked: asked", "asked: whom")]),
    ("unknown_question", [("due: by", "due: when")]),
    ("question_type", [("asked: asked", "asked: by")]),
    ("question_type", [("due: by", "due: asked")]),
    ("unknown_path", [("signs: [dossier.plan.rows]", "signs: [dossier.plan.row]")]),
    ("members_outside_collective", [("signs: [dossier.plan.rows]", "signs: members")]),
    ("duty_not_theirs", [("action: report", "action: refuse")]),
    ("duty_never_closed", [("then: [{close_duty: opinion}]", "then: []")]),
    ("duty_never_opened", [(", {open_duty: survey}]", "]")]),
    ("duty_opened_twice", [("{open_duty: survey}", "{open_duty: survey}, {open_duty: opinion}")]),
    ("duty_elsewhere", [("then: [amend_dossier]", "then: [amend_dossier, {open_duty: survey}]")]),
    ("duty_elsewhere", [("then: [{involve: agent}]", "then: [{involve: agent}, {open_duty: survey}]")]),
    ("duty_left", [("{open_duty: survey}]", "{open_duty: survey}]\n        to: correcting\n        resume: review")]),
    ("duty_unowned", [("role: ward\n        asked: asked\n", "role: expert\n")]),
    ("each_with", [("each: department\n", "each: department\n        asked: asked\n")]),
    ("each_with", [("each: department\n", "each: department\n        due: by\n")]),
    ("limit_and_due", [("due: by\n", "due: by\n        limit: 5 workdays\n")]),
    ("warning_of_nothing", [("        due: by\n", "")]),
    ("warning_too_late", [("due: by\n", "limit: 2 workdays\n")]),
    # answers
    ("field_incomplete", [("            of: dossier.plan.rows\n", "")]),
    ("field_incomplete", [("            columns: {done: {type: boolean, label: {zh: 已完成, en: Done}}}\n", "")]),
    ("field_key_unwanted", [("type: people,", "type: people, of_kind: branch,")]),
    ("field_key_unwanted", [("type: people,", "type: people, of: dossier.plan.rows,")]),
    ("table_in_table", [("columns: {done: {type: boolean,", "columns: {done: {type: dossier_fields,")]),
    ("unknown_path", [("of: dossier.plan.rows", "of: dossier.plan.row")]),
    ("of_no_table", [("of: dossier.plan.rows", "of: dossier.plan.roof")]),
    ("only_asked", [("name:  {type: text,", "name:  {type: case_file,")]),
    ("only_asked", [("name:  {type: text,", "name:  {type: text, amends: dossier.plan.roof,")]),
    ("unknown_path", [("amends: dossier.plan.rows", "amends: dossier.plan.raws")]),
    ("unknown_path", [("amends: dossier.plan.rows", "amends: dossier.plan.rows.due")]),
    ("amends_differs", [("amends: dossier.plan.rows", "amends: dossier.plan.roof")]),
    ("amends_differs", [("              task: {type: text, label: {zh: 任务, en: Task}}\n", "")]),
    ("amends_differs", [("asks: {until: {", f"asks: {{tel: {{type: phone, {Q}, amends: dossier.person.phone}}, until: {{"), ("then: [extend_clock]", "then: [extend_clock, amend_dossier]")]),
    ("amends_twice", [("then: [{involve: agent}]", "then: [{involve: agent}, amend_dossier]"),
        ("asks: {code:", f"asks: {{one: {{type: text, {Q}, amends: dossier.person.name}}, two: {{type: text, {Q}, amends: dossier.person.name}}, code:")]),
    ("amends_nothing", [("            amends: dossier.plan.rows\n", "")]),
    ("amends_unheeded", [("then: [amend_dossier]", "then: []")]),
    ("appends_nothing", [("      refuse: {title", "      refuse: {appends: true, title")]),
    ("appends_with", [("        unlocks: commented_fields\n", "        unlocks: commented_fields\n        appends: true\n")]),
    ("appends_mixed", [("      refuse: {title", f"      note: {NOTE}, store: visits}}\n      refuse: {{title")]),
    ("entries_here", [("per: [round]", "per: [round, visits.day]")]),
    ("entries_here", [("case_title: dossier.person.name", "case_title: visits.day")]),
    ("called_elsewhere", [("case_title: dossier.person.name", "case_title: entrust.code")]),
    ("called_elsewhere", [("case_title: dossier.person.name", "case_title: dossier.person.name\ncase_subject: number")]),
    ("called_elsewhere", [("case_title: dossier.person.name", "case_title: dossier.person.name\ncase_subject: dossier.plan.rows.due")]),
    ("store_reserved", [("store: visits", "store: duty_visits"), ("case.visits.day.all(d, d <= asks.day) && size(case.visits) < 5", "true"), ("entries: visits", "entries: duty_visits")]),
    ("act_does_not_ask", [("asks: {until: {type: date,", "asks: {until: {type: text,")]),
    ("act_does_not_ask", [("asks: {file: {type: case_file,", "asks: {file: {type: file,")]),
    ("act_does_not_ask", [("fields: {type: dossier_fields,", "fields: {type: text,")]),
    ("act_does_not_ask", [("asks: {office: {type: organisation, of_kind: [branch],", "asks: {office: {type: text,")]),
    ("act_does_not_ask", [("asks: {code: {type: credit_code,", "asks: {code: {type: text,")]),
    # parties
    ("letter_to_no_part", [("title: {zh: 审批单, en: Approval}", "title: {zh: 审批单, en: Approval}\n    to: head")]),
    ("letter_to_no_part", [("title: {zh: 审批单, en: Approval}", "title: {zh: 审批单, en: Approval}\n    to: agent")]),
    ("unknown_role", [("title: {zh: 审批单, en: Approval}", "title: {zh: 审批单, en: Approval}\n    to: wart")]),
    ("unknown_role", [("then: [{involve: agent}]", "then: [{involve: {role: agnt}}, {involve: agent}]")]),
    ("unknown_path", [("then: [{involve: agent}]", "then: [{involve: {role: agent, of: dossier.person.nam}}]")]),
    ("question_type", [("then: [{involve: agent}]", "then: [{involve: {role: agent, of: dossier.person.name}}]")]),
    ("argument_wrong", [("then: [{involve: agent}]", "then: [{involve: {role: agent, if: true}}, {involve: agent}]")]),
    ("argument_wrong", [("then: [{involve: agent}]", "then: [{involve: agent}, {record_organisation: entrust.code}]")]),
    ("question_type", [("then: [{involve: agent}]", "then: [{involve: agent}, {record_organisation: {code: entrust.code, name: dossier.plan.roof}}]")]),
    ("unknown_path", [("then: [{involve: agent}]", "then: [{involve: agent}, {record_organisation: {code: entrust.cod, name: dossier.person.name}}]")]),
    ("register_personal", [("then: [{involve: agent}]", "then: [{involve: agent}, {record_organisation: {code: entrust.code, name: dossier.person.name, region: dossier.person.region}}]"),
        ("      phone: {type: phone,", f"      region: {{type: text, {Q}, personal: true}}\n      phone: {{type: phone,")]),
    ("unlocks_nothing", [("then: [amend_dossier]", "then: [amend_dossier, unlock_more]"), ("            required: true\n", "")]),
    # clocks
    ("no_clock", [("    clock: {limit: 10 workdays, basis: 镇规五}\n", "")]),
    ("no_clock", [("then: [extend_clock]", "then: [{extend_clock: review}]")]),
    ("no_clock", [("        due: by\n        warn: 2 workdays\n", ""), ("then: [extend_clock]", 'then: [{extend_clock: "duty:survey"}]')]),
    ("unknown_clock", [("then: [extend_clock]", "then: [{extend_clock: correctng}]")]),
    ("unknown_clock", [("then: [extend_clock]", 'then: [{extend_clock: "duty:survy"}]')]),
    ("argument_wrong", [("then: [extend_clock]", "then: [{extend_clock: [correcting]}]")]),
    # imports
    ("unknown_state", [("imports:\n  in: building", "imports:\n  in: bilding")]),
    ("unknown_quota", [("commits: [sheds]", "commits: [shed]")]),
    ("unknown_path", [("roof: dossier.plan.roof}", "roof: dossier.plan.rof}")]),
    ("unknown_path", [("leaves: [dossier.person.proxy]", "leaves: [dossier.person.proxy, dossier.persn]")]),
    ("imports_lacks", [("  leaves: [dossier.person.proxy]\n", "")]),
    ("cell_cannot_hold", [("roof: dossier.plan.roof}", "rows: dossier.plan.rows}")]),
    ("cell_cannot_hold", [("roof: dossier.plan.roof}", "task: dossier.plan.rows.task}")]),
    ("entries_here", [("roof: dossier.plan.roof}", "day: visits.day}")]),
    ("imports_many", [MANY]),
    # papers
    ("unknown_panel", [("seats: jury", "seats: jurry")]),
    ("block_empty", [("- seats: jury", "- kind: seats")]),
    ("block_empty", [("- entries: visits", "- kind: entries")]),
    ("unknown_store", [("entries: visits", "entries: approve")]),
    ("no_pledges", [("    pledges: {secrecy: {zh: 保密, en: Secrecy}}\n", "")]),
    ("nobody_signed", [("        sign_off: head\n        then: [{hold: sheds}", "        then: [{hold: sheds}")]),
    # names
    ("engine_action", [("      refuse: {title", f"      urge: {NOTE}}}\n      refuse: {{title")]),
    # soundness
    ("place_kept", [(FINISH, "to: built}")]),
    ("always_broken", [("{never: built, before: approve", "{never: review, before: submit")]),
    ("always_broken", [("{never: built, before: approve", "{never: recording, before: submit")]),
    ("origin_without_resume", [("opens: recording", "opens: correcting"), ("    holder: gardener\n    edits: [unlocked]", "    holder: clerk\n    edits: [unlocked]")]),
    # conditions
    ("cel_types", [("size(case.visits) < 5", "case.visits < 5")]),
    ("cel_types", [("case.visits.day.all(d, d <= asks.day)", "case.visits.day <= asks.day")]),
    ("cel_unknown", [("size(case.visits) < 5", "size(case.visits.gaps) < 5")]),
]  # fmt: skip
"""Rule, and what must be changed in the second example for it to speak."""


@pytest.mark.parametrize(("rule", "changes"), SINGLE, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(SINGLE)])
def test_a_bad_example_is_found_by_its_rule(rule: str, changes: list[tuple[str, str]]) -> None:
    found = garden.problems(garden.changed(*changes, text=garden.ROADS))
    said = [problem for problem in found if problem.rule == rule]

    assert said, [problem.rule for problem in found]
    assert all(len({problem.text(language) for language in LANGUAGES}) == 2 for problem in said)


def test_the_example_itself_is_sound() -> None:
    assert garden.problems(garden.ROADS) == []
