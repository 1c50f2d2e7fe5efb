"""Every rule about what follows from entries of registers has a bad example here that it refuses."""

from __future__ import annotations

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.words import LANGUAGES
from caseflow.workflow.problems import Problem
from caseflow.workflow.reader import examine_text, read_text
from tests.workflow import garden

TEXTS = {
    name: (ROOT / "tests" / "cases" / f"toy-{name}.yaml").read_text("utf-8")
    for name in ("blacklist", "review", "licence", "inquiry")
}
LIST = "open_for_entries: {because: blacklist, registers: [licences, badges], workflow: toy-review"
WRONG: list[tuple[str, str, str, str]] = [
    ("licence", "listed_in: blacklist", "listed_in: blacklst", "unknown_register"),
    ("licence", "listed_in: blacklist", "listed_in: {register: blacklist}", "argument_wrong"),
    ("licence", "{listed_in: blacklist}", "listed_in", "argument_missing"),
    ("blacklist", LIST, LIST.replace("because: blacklist", "because: blacklst"), "unknown_register"),
    ("blacklist", LIST, LIST.replace("licences", "licenses"), "unknown_register"),
    ("blacklist", LIST, LIST.replace("[licences, badges]", "[]"), "argument_wrong"),
    ("blacklist", LIST, LIST.replace("toy-review", "toy-revue"), "unknown_workflow"),
    ("blacklist", "in: looking", "in: closed", "linked_state_unknown"),
    ("blacklist", LIST, LIST.replace("badges", "files"), "unknown_choice"),
    ("blacklist", "about.because", "about.basis", "unknown_path"),
    ("blacklist", "dossier.entry.because: about.because", "dossier.entry.because: about.code", "copies_differ"),
    ("blacklist", "dossier.entry.because: about.because", "dossier.entry.cause: about.because", "linked_path_unknown"),
    ("blacklist", "undo_for_entries: {because: blacklist, link: review}", "undo_for_entries: review", "argument_wrong"),
    (
        "blacklist", "undo_for_entries: {because: blacklist", "undo_for_entries: {because: blacklst",
        "unknown_register",
    ),
    ("blacklist", "link: review}]\n        to: annulled", "link: revue}]\n        to: annulled", "unknown_link"),
    ("blacklist", "link: review}]\n        to: annulled", "link: asking}]\n        to: annulled", "not_undone"),
    ("review", "when_undone: undo", "when_undone: undone", "unknown_action"),
    ("review", "when_undone: undo", "when_undone: close", "linked_not_system"),
    ("review", "    when_undone: undo\n", "", "system_without_timer"),
]  # fmt: skip


def problems(name: str, text: str) -> list[Problem]:
    known = vocabulary()
    others = [read_text(one, vocabulary=known) for other, one in TEXTS.items() if other != name]
    return examine_text(text, vocabulary=known, peers={one.workflow: one for one in others}).problems


@pytest.mark.parametrize("name", TEXTS)
def test_the_examples_themselves_are_sound(name: str) -> None:
    assert problems(name, TEXTS[name]) == []


@pytest.mark.parametrize(("name", "good", "bad", "rule"), WRONG, ids=[f"{n}-{one[3]}" for n, one in enumerate(WRONG)])
def test_what_is_wrong_is_told_in_both_languages(name: str, good: str, bad: str, rule: str) -> None:
    found = [one for one in problems(name, garden.changed((good, bad), text=TEXTS[name])) if one.rule == rule]

    assert found
    assert all(len({one.text(language) for language in LANGUAGES}) == 2 for one in found)


def test_every_state_in_which_an_undone_case_may_stand_is_named() -> None:
    known = vocabulary()
    cut = garden.changed(
        ("    when_undone: undo\n", ""),
        ("en: Undo}, system: true, to: undoing", "en: Undo}, to: undoing"),
        text=TEXTS["review"],
    )
    others = [read_text(text, vocabulary=known) for text in (cut, TEXTS["licence"], TEXTS["inquiry"])]
    peers = {one.workflow: one for one in others}
    found = [
        one for one in examine_text(TEXTS["blacklist"], vocabulary=known, peers=peers).problems
        if one.rule == "not_undone"
    ]  # fmt: skip

    assert [one.message.values["states"] for one in found] == [["acted", "undoing"]]
