"""What the public begins, and what is sealed away, as far as a file can be wrong about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.workflow import graph, rights
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Members
from caseflow.workflow.proof import public_forms
from caseflow.workflow.reader import examine_text, read_text
from tests.workflow import garden

TEXT = Path(__file__).with_name("filed.yaml").read_text("utf-8")
KNOWN = vocabulary()
FIELDS = "dossier.sender.name, dossier.sender.phone]"
ACT = "pass_up: {title: {zh: 报负责人, en: Pass up}, then: [{freeze: dossier}]"


def said(*changes: tuple[str, str]) -> list[str]:
    return [one.rule for one in examine_text(garden.changed(*changes, text=TEXT), vocabulary=KNOWN).problems]


def test_the_form_is_read_stored_and_loaded_again() -> None:
    read = read_text(TEXT, vocabulary=KNOWN)
    form = read.public_form
    assert form is not None

    assert (form.state, form.receives, form.anonymous) == ("received", "clerk", ("dossier.sender",))
    assert Definition.from_canonical(read.canonical()) == read
    assert graph.recorded(read) == ("received", "received")


def test_no_role_sees_what_is_sealed_away_in_any_state() -> None:
    read = read_text(TEXT, vocabulary=KNOWN)
    hidden = {rights.hidden_from(read, role, state) for role in read.roles for state in read.states}

    assert hidden == {frozenset({"dossier.sender"})}


@pytest.mark.parametrize(("rule", "changes"), [
    ("unknown_role", [("receives: clerk", "receives: clerc")]),
    ("unknown_state", [("state: received", "state: receved")]),
    ("unknown_path", [(FIELDS, "dossier.sender.nam]")]),
    ("unknown_path", [("anonymous: [dossier.sender]", "anonymous: [sender]")]),
    ("unknown_path", [("reads_sealed: [dossier.sender]", "reads_sealed: [dossier.sendr]")]),
    ("public_state", [("state: received", "state: closed")]),
    ("public_state", [("    holder: clerk\n", "    holder: clerk\n    private: true\n")]),
    ("public_unbounded", [("max_characters: 2000", "max_characters: 20000")]),
    ("public_type", [("about: {type: text, label: {zh: 对象, en: About}, required: true, max_characters: 100}",
                      "about: {type: table, columns: {a: {type: text, label: {zh: 甲, en: A}}}, label: {zh: 对象, en: About}}")]),
    ("sealed_elsewhere", [("case_title: dossier.matter.about", "case_title: dossier.sender.phone")]),
    ("sealed_elsewhere", [("ward: {type: text", "ward: {when: has(dossier.sender.phone), type: text")]),
    ("sealed_elsewhere", [("{kind: fields, fields: [dossier.matter.about]}", '{kind: text, text: {zh: "{sender.name}", en: x}}')]),
    ("sealed_elsewhere", [(ACT, ACT.replace("then", "asks: {name: {type: text, personal: true, required: true, max_characters: 40, "
                           "label: {zh: 姓名, en: Name}, amends: dossier.sender.name}}, then"))]),
])  # fmt: skip
def test_a_bad_form_is_told(rule: str, changes: list[tuple[str, str]]) -> None:
    assert rule in said(*changes)


def test_hiding_what_is_sealed_away_once_more_is_no_use_of_it() -> None:
    assert said(("reads_sealed: [dossier.sender]", "reads_sealed: [dossier.sender], hides: [dossier.sender]")) == []


def test_a_complete_dossier_is_one_that_the_public_answered_or_left_out() -> None:
    asks = ("pass_up: {title", "pass_up: {needs: [dossier_complete], title")

    assert said(asks, ("opens: true, ", "")) == []
    assert said(asks) == ["required_skipped"]  # the clerk begins there too, and types nothing of the matter


def test_a_procedure_over_many_cases_names_nothing_that_is_sealed_away_in_its_members() -> None:
    read = read_text(TEXT, vocabulary=KNOWN)
    host = read.model_copy(update={"workflow": "list", "members": Members(of=("notice",), in_="received")})
    bad = host.model_copy(update={"case_title": "member.dossier.sender.name"})

    assert list(public_forms.gathered(host, {"notice": read})) == []
    assert [(one.rule, one.place) for one in public_forms.gathered(bad, {"notice": read})] == [
        ("sealed_elsewhere", ("case_title",))
    ]
