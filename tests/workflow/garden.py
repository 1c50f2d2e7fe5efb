"""Two invented workflows that use every part of the language, and the vocabulary that goes with them."""

from __future__ import annotations

from pathlib import Path

from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Problem
from caseflow.workflow.reader import examine_text, read_text
from caseflow.workflow.vocabulary import Argument, Entry, Vocabulary

FILE = Path(__file__).with_name("example.yaml")
TEXT = FILE.read_text("utf-8")
ROADS = Path(__file__).with_name("roads.yaml").read_text("utf-8")
"""The side roads: parts given to others, duties, gathered answers, a dossier that is amended, cases of elsewhere."""


def _entries(**arguments: Argument) -> dict[str, Entry]:
    return {name: Entry(name, f"What {name} does.", argument) for name, argument in arguments.items()}


VOCABULARY = Vocabulary(
    guards=_entries(
        dossier_complete="none", place_free="quota", duty_done="duty", publicity_over="none", round_is_open="none",
        entry_is="register", no_entry="register", entry_where="lookup",
        answered="path", seated="panel", in_state="state",
        footprint_gate="none",
    ),
    warnings=_entries(quota_exceeded="quota", credit_record="none"),
    effects=_entries(
        freeze="dossier", issue="letter", count="quota", hold="quota", commit="quota", release="quota",
        notify="notify", publish="none", close_duty="duty", members="members", say="text", wait="number",
        set_case="paths", open_duty="duty", involve="involve", record_organisation="record", end_involvement="role",
        amend_dossier="none",
        unlock_more="none", purge_file="none", transfer="none", register_issue="register",
        register_suspend="register", register_withdraw="register", register_correct="register", take_entry="lookup",
    ) | {"extend_clock": Entry("extend_clock", "What extend_clock does.", "clock", optional=True)},
    kinds=("department", "branch"),
    checks=("R01", "R09"),
    thresholds={"large_line": False, "old_years": True},
)  # fmt: skip


def garden() -> Definition:
    return read_text(TEXT, vocabulary=VOCABULARY)


def changed(*changes: tuple[str, str], text: str = TEXT) -> str:
    """The example (or ``text``) with some texts replaced; each must stand in it."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def problems(text: str | bytes, **more: object) -> list[Problem]:
    return examine_text(text, vocabulary=VOCABULARY, **more).problems  # type: ignore[arg-type]


def rules(text: str | bytes, **more: object) -> list[str]:
    return [problem.rule for problem in problems(text, **more)]
