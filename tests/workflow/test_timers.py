"""The register of time limits is read strictly, and whatever names one of its rows says what the row says."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.words import LANGUAGES, render
from caseflow.workflow import timer_reading
from caseflow.workflow.problems import Unreadable
from caseflow.workflow.proof.timer_uses import unused, uses
from caseflow.workflow.reader import examine, examine_folder, read_folder
from tests.shipped import everything

SHIPPED = timer_reading.known(ROOT / "workflows")
HEAD = "groups:\n  xx: {zh: 示例, en: Sample}\ntimers:\n"
ROW = """  xx.time:
    title: {zh: 示例期限, en: Sample}
    value: [20 workdays, 3 months]
    from: {zh: 自收到之日, en: receipt}
    extension: {value: [30 days], says: {zh: 经批准, en: with approval}}
    basis: 示例第一条
    mark: read
"""
OF_PENALTIES = ("pn", "rr", "bl", "co", "cr", "gi")
OF_PILOTS = ("pa", "pi", "lp", "ce")
OFF = "pe"
"""Used by a procedure that no authority has taken up yet; its own test puts it into force."""
FOUND: dict[str, tuple[str, ...]] = {
    "pn.clue_check": ("15 workdays",), "pn.preserve": ("7 workdays",), "pn.urgent_report": ("1 day",),
    "pn.seal": ("30 days",), "pn.assist": ("15 workdays",), "pn.review": ("10 workdays",),
    "pn.statement": ("5 workdays",), "pn.hearing_notice": ("7 workdays",), "pn.case": ("90 days",),
    "pn.serve": ("7 workdays",), "pn.service_public": ("30 days",), "pn.pay": ("15 days",), "pn.surcharge": ("3", "100"),
    "pn.enforce": ("10 workdays", "3 months"), "pn.close": ("15 workdays",), "pn.limitation": ("2 years", "5 years"),
    "pn.publish": ("20 workdays", "10 workdays"), "pn.withdraw": ("3 workdays",),
    "pn.pub_period": ("3 months", "3 years", "1 year"), "rr.review": ("60 days",), "rr.suit": ("6 months",),
    "bl.term": ("3 years",), "bl.early": ("1 year",), "bl.accept": ("2 workdays",), "bl.decide": ("15 workdays",),
    "bl.stop": ("3 workdays",), "gi.disclose": ("20 workdays",),
}  # fmt: skip
"""The register of time limits in the facts of the project, as far as it is of these procedures."""
EXTENDED = {
    "pn.clue_check": ("15 workdays",), "pn.seal": ("30 days",), "pn.case": ("30 days",), "pe.check": ("15 days",),
    "pe.case": ("30 days",), "cr.decide": ("10 workdays",),
}  # fmt: skip
LONG = Path(__file__).parents[1] / "cases" / "toy-long.yaml"


def folder(tmp_path: Path, rows: str, *changes: tuple[str, str]) -> Path:
    """A folder of workflows with a register and one workflow."""
    text = LONG.read_text("utf-8")
    for good, bad in changes:
        assert text.count(good) == 1
        text = text.replace(good, bad)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "timers.yaml").write_text(HEAD + rows, "utf-8")
    (tmp_path / "north").mkdir()
    (tmp_path / "north" / "long.yaml").write_text(text, "utf-8")
    return tmp_path


def rules(where: Path) -> list[tuple[str, int, str]]:
    found = examine_folder(where, vocabulary())
    return [(Path(one.file).name, one.line, one.rule) for reading in found for one in reading.problems]


def test_every_time_limit_that_a_shipped_procedure_names_is_that_of_the_register() -> None:
    named = [(name, use) for name, definition in everything().items() for use in uses(definition)]
    strange = [(name, use.key) for name, use in named if use.key not in SHIPPED.timers]
    wrong = [
        (name, use.key) for name, use in named
        if use.key in SHIPPED.timers and not use.agrees(SHIPPED.timers[use.key])
    ]  # fmt: skip

    assert (strange, wrong) == ([], [])


def test_the_shipped_register_has_the_rows_of_each_procedure_and_says_what_is_to_be_confirmed() -> None:
    groups = [key.partition(".")[0] for key in SHIPPED.timers]
    counted = {name: groups.count(name) for name in SHIPPED.groups}
    vague = [
        key for key, one in SHIPPED.timers.items()
        if one.mark != "read" and (one.confirm is None or one.confirm.zh == one.confirm.en)
    ]  # fmt: skip

    assert counted == {
        "pa": 3, "pi": 2, "lp": 1, "ce": 3, "pn": 22, "rr": 2, "bl": 6, "pe": 2, "co": 4, "cr": 5, "gi": 1,
    }  # fmt: skip
    assert vague == []
    assert [
        key for key, one in SHIPPED.timers.items() if not (one.basis.strip() and one.title.zh and one.from_.zh)
    ] == []
    assert set(unused(SHIPPED.timers, [])) == set(SHIPPED.timers)


def test_every_row_of_penalties_lists_repair_complaints_and_publication_is_used_by_a_shipped_procedure() -> None:
    idle = [key for key in unused(SHIPPED.timers, everything().values()) if key.partition(".")[0] in OF_PENALTIES]

    assert idle == []
    assert {key.partition(".")[0] for key in SHIPPED.timers} - {*OF_PENALTIES} == {*OF_PILOTS, OFF}


def test_the_rows_say_what_was_found_in_the_law() -> None:
    said = {key: one.value for key, one in SHIPPED.timers.items()}
    longer = {key: one.extension.value for key, one in SHIPPED.timers.items() if one.extension and one.extension.value}
    known_from_memory = {key for key, one in SHIPPED.timers.items() if one.mark == "memory"}

    assert {key: said[key] for key in FOUND} == FOUND
    assert longer == EXTENDED
    assert {key for key in FOUND if key in known_from_memory} == {"bl.term", "bl.accept", "bl.decide", "bl.stop"}


@pytest.mark.parametrize(
    ("good", "bad", "line", "zh"),
    [
        ("    mark: read\n", "    mark: page\n", 4, "“xx.time”未读全文，须写明待核事项（confirm）"),
        ("mark: read\n", "mark: read\n    confirm: {zh: 甲, en: A}\n", 4, "“xx.time”全文已核，不写 confirm"),
        ("    value: [20 workdays, 3 months]\n", "", 4, "“xx.time”既无时长（value）也无说明（says）"),
        ("xx.time", "yy.time", 4, "“yy.time”的类别没有写在 groups 中"),
        ("20 workdays", "20 weeks", 6, None),
        ("basis: 示例第一条", "bases: 示例第一条", 9, None),
        ("mark: read", "mark: heard", 10, None),
    ],
)
def test_a_bad_row_is_told_at_its_line_and_keeps_the_workflows_from_starting(
    tmp_path: Path, good: str, bad: str, line: int, zh: str | None
) -> None:
    where = folder(tmp_path, ROW.replace(good, bad))
    faults = timer_reading.faults(where)
    with pytest.raises(Unreadable):
        read_folder(where, vocabulary())

    assert line in [one.line for one in faults]
    assert zh is None or [render(one.message, "zh") for one in faults] == [zh]
    assert all(render(one.message, language) for one in faults for language in LANGUAGES)


def test_a_part_names_a_row_of_the_folder_and_must_say_the_same(tmp_path: Path) -> None:
    since = "    limit: 20 workdays\n"
    ground = "- {by: municipal_head, at_most: 1, up_to: 30 days,"
    parameter = "type: period, default: 90 days,"
    where = folder(
        tmp_path, ROW, (since, f"{since}    timer: xx.time\n"), (ground, f"{ground} timer: xx.time,"),
        (parameter, f"{parameter} timer: xx.time,"),
    )  # fmt: skip
    text = (where / "north" / "long.yaml").read_text("utf-8")
    (at,) = (number for number, one in enumerate(text.splitlines(), 1) if parameter in one)
    (where / "north" / "long.yaml").write_text(
        text.replace("up_to: 30 days, timer: xx.time", "timer: xx.none"), "utf-8"
    )
    both = rules(where)
    alone = {one.rule for one in examine(where / "north" / "long.yaml", vocabulary=vocabulary()).problems}
    (where / "north" / "long.yaml").write_text(text.replace(f"{parameter} timer: xx.time,", parameter), "utf-8")

    assert both[0] == ("long.yaml", at, "timer_differs")
    assert [rule for _, _, rule in both] == ["timer_differs", "unknown_timer"]
    assert alone == {"timer_differs", "unknown_timer"}
    assert rules(where) == []
