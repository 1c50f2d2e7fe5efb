"""Every rule that the checks can say has a page in the rulebook, and its bad example breaks that rule and no other."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.cli import main as cli
from caseflow.config import ROOT
from caseflow.words import LANGUAGES, catalogue
from caseflow.workflow.parts import Text
from caseflow.workflow.proof import check, rulebook
from caseflow.workflow.proof.rulebook import Change, Rule
from caseflow.workflow.reader import Reading, examine_folder, examine_text, read_text
from caseflow.workflow.timers import Timer
from caseflow.workflow.vocabulary import Vocabulary
from tests.workflow import garden, test_check_pairs, test_check_registers

ROOM = ROOT / "caseflow" / "workflow"
TOYS = ROOT / "tests" / "cases"
TINY = (Path(__file__).with_name("tiny.yaml")).read_text("utf-8")
FILED = (Path(__file__).with_name("filed.yaml")).read_text("utf-8")
"""A procedure that the public begins."""
FALLBACK = {"not_understood"}
"""Said where no rule foresees what was written; nobody knows an example."""
NO_RULES = {
    "hint", "condition", "condition_with_basis", "decided_nothing", "decided_twice", "not_decided", "not_offered_here",
    "value_missing", "value_strange", "value_too_great",
}  # fmt: skip
"""What is said of a case and not of a definition."""
TWICE = "workflow_twice"
"""Two files of one folder."""


class Base(NamedTuple):
    """A sound workflow, and what it is read with."""

    text: str
    vocabulary: Vocabulary
    peers: tuple[str, ...] = ()
    parts: Mapping[str, str] = {}


def toy(name: str) -> str:
    return (TOYS / f"toy-{name}.yaml").read_text("utf-8")


KNOWN = vocabulary()
LIST = garden.changed(
    ("    title: {zh: 甲, en: A}\n    holder", "    title: {zh: 办理中, en: Open}\n    holder"),
    ("close: {title: {zh: 甲, en: A}", "close: {title: {zh: 办结, en: Close}"),
    ("settle:\n        title: {zh: 甲, en: A}", "settle:\n        title: {zh: 逐件办理, en: Settle}"),
    ("drop: {title: {zh: 甲, en: A}", "drop: {title: {zh: 退回, en: Drop}"),
    ("closed: {title: {zh: 甲, en: A}", "closed: {title: {zh: 已办结, en: Closed}"),
    ("clerk: {title: {zh: 甲, en: A}", "clerk: {title: {zh: 经办人, en: Clerk}"),
    ("expert: {title: {zh: 甲, en: A}", "expert: {title: {zh: 专家, en: Expert}"),
    text=test_check_pairs.LIST,
)
HUT = garden.changed(
    ("workflow: garden-shed", "workflow: garden-hut"),
    ("en: Sheds}, per", "en: Sheds}, counter: huts, per"),
    text=test_check_registers.TEXT,
)
SAMPLE = Timer(
    title=Text(zh="示例期限", en="Sample"), value=("15 workdays",), from_=Text(zh="自收到之日", en="receipt"),
    basis="示例第二十三条", mark="read",
)  # fmt: skip
ROUNDS = ("roles:", "rounds: required\nroles:")
SHARED = "prepare: [{zh: 证件, en: Papers}]\n"
BASES = {
    "garden": Base(garden.TEXT, garden.VOCABULARY),
    "shed": Base(garden.ROADS, garden.VOCABULARY),
    "registered": Base(test_check_registers.TEXT, garden.VOCABULARY),
    "shared": Base(test_check_registers.TEXT, garden.VOCABULARY, ("hut",)),
    "hut": Base(HUT, garden.VOCABULARY),
    "member": Base(test_check_pairs.MEMBER, garden.VOCABULARY, ("list",)),
    "list": Base(LIST, garden.VOCABULARY, ("member",)),
    "extended": Base(f"extends: [common]\n{garden.TEXT}", garden.VOCABULARY, (), {
        "common": f"part: true\n{SHARED}", "whole": SHARED, "ring": "part: true\nextends: [round]\n",
        "round": "part: true\nextends: [ring]\n",
    }),
    "tiny": Base(TINY, KNOWN),
    "filed": Base(FILED, KNOWN),
    "whole": Base("", KNOWN),
    "long": Base(toy("long"), replace(KNOWN, timers={"xx.sample": SAMPLE})),
    "twice": Base(TINY, KNOWN),
    "rounded": Base(garden.changed(ROUNDS, text=toy("opener")), KNOWN, ("rounded_inquiry",)),
    "rounded_inquiry": Base(garden.changed(ROUNDS, text=toy("inquiry")), KNOWN),
    "council": Base(toy("council"), KNOWN, ("part",)),
    "opener": Base(toy("opener"), KNOWN, ("inquiry",)),
    "blacklist": Base(toy("blacklist"), KNOWN, ("review", "licence", "inquiry")),
    **{name: Base(toy(name), KNOWN) for name in ("side", "factor", "served", "shown", "inquiry", "review", "licence", "decided", "clocked", "part", "drawn", "assigned")},
}  # fmt: skip
WITH_EXAMPLE = [rule for rule in rulebook.rules().values() if rule.id not in FALLBACK]


def badly_written(base: str, changes: tuple[Change, ...]) -> str:
    """The text with each good piece replaced by the bad one; a good piece stands in it exactly once."""
    found: list[tuple[int, int, str]] = []
    text = f"\n{base}\n"
    for change in changes:
        pieces = {textwrap.indent(change.good, " " * number): number for number in range(16)}
        (good,) = [piece for piece in pieces if text.count(f"\n{piece}\n") == 1]
        bad = textwrap.indent(_repeated(change), " " * pieces[good])
        at = text.index(f"\n{good}\n") + 1
        found.append((at, at + len(good) + (0 if bad else 1), bad))
    for start, end, bad in sorted(found, reverse=True):
        text = text[:start] + bad + text[end:]
    return text[1:-1]


def _repeated(change: Change) -> str:
    *first, last = change.bad.split("\n")
    return "\n".join([*first, *(last.replace("{n}", str(number)) for number in range(change.times))])


def said_of(rule: Rule, text: str) -> set[str]:
    """The rules that the checks name, the notes among them."""
    base = BASES[rule.base]
    peers = [read_text(BASES[name].text, vocabulary=BASES[name].vocabulary) for name in base.peers]
    reading: Reading = examine_text(
        text.encode(rule.encoding),
        vocabulary=base.vocabulary,
        parts=base.parts,
        peers={one.workflow: one for one in peers} or None,
    )
    notes = check.notes(reading.definition) if reading.definition is not None and not reading.problems else []
    return {problem.rule for problem in reading.problems} | {note.rule for note in notes}


@pytest.mark.parametrize("rule", [one for one in WITH_EXAMPLE if one.id != TWICE], ids=lambda rule: rule.id)
def test_a_bad_example_breaks_its_rule_and_no_other(rule: Rule) -> None:
    base = BASES[rule.base].text
    text = badly_written(base, rule.change) if base else rule.change[0].bad

    assert said_of(rule, text) == {rule.id, *rule.besides}


@pytest.mark.parametrize("base", [name for name in BASES if name != "whole"])
def test_the_well_written_pieces_stand_in_workflows_that_break_no_rule(base: str) -> None:
    assert said_of(Rule("", base, ()), BASES[base].text) - {"guard_not_decided"} == set()


def test_two_files_of_one_workflow_are_told(tmp_path: Path) -> None:
    rule = rulebook.rules()[TWICE]
    (tmp_path / "a.yaml").write_text(TINY, "utf-8")
    (tmp_path / "b.yaml").write_text(badly_written(TINY.replace("notice\n", "other\n", 1), ()), "utf-8")
    fine = {problem.rule for reading in examine_folder(tmp_path, KNOWN) for problem in reading.problems}
    (tmp_path / "b.yaml").write_text(TINY, "utf-8")
    found = {problem.rule for reading in examine_folder(tmp_path, KNOWN) for problem in reading.problems}

    assert (fine, found) == (set(), {rule.id})


def _rules_of_the_words() -> set[str]:
    """Every sentence of the checks, those of the diagrams and of refused acts aside."""
    keys = {key.removeprefix("workflow.") for key in catalogue() if key.startswith("workflow.")}
    return {key for key in keys if not key.startswith("drawn_")} - NO_RULES


def _named_in_the_code() -> set[str]:
    found: set[str] = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_the_book_has_exactly_the_rules_that_the_code_can_say() -> None:
    """Each example proves that its rule is said; no sentence and no rule named in the code is left out."""
    book = set(rulebook.rules())

    assert book == _rules_of_the_words()
    assert _named_in_the_code() & _rules_of_the_words() <= book


def test_every_rule_has_a_reason_and_a_remedy_in_both_languages_and_none_is_left_over() -> None:
    told = {key.split(".")[-1] for key in catalogue() if key.startswith("rules.reason.")}
    mended = {key.split(".")[-1] for key in catalogue() if key.startswith("rules.fix.")}
    said = [[rulebook.explained(rule, language) for language in LANGUAGES] for rule in rulebook.rules()]

    assert told == mended == set(rulebook.rules())
    assert all(zh != en for zh, en in said)


def test_the_page_of_the_rules_is_the_one_that_the_book_makes() -> None:
    assert rulebook.PAGE.read_text("utf-8") == rulebook.page()


def test_the_command_explains_a_rule_and_says_which_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    codes = [cli.main(["workflow", "check", "--explain", rule]) for rule in ("quorum_too_large", "quorum_to_large")]
    out = capsys.readouterr().out

    assert codes == [0, 1]
    assert "Why: More scores are asked for than there are members" in out
    assert "min_scores: 6" in out
    assert "did you mean quorum_too_large" in out


def test_reason_and_remedy_stand_behind_each_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "notice.yaml"
    file.write_text(TINY.replace("to: sent}", "to: snet}"), "utf-8")
    code = cli.main(["workflow", "check", "--explain", "--", str(file)])
    lines = capsys.readouterr().out.splitlines()

    assert code == 1
    assert lines[0].endswith("there is no state “snet” (did you mean sent)")
    assert lines[1:3] == [
        f"  Why: {rulebook.reason('unknown_state', 'en')}",
        f"  Remedy: {rulebook.fix('unknown_state', 'en')}",
    ]
