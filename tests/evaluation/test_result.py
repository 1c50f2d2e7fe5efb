"""A panel's result as it is kept: read back, worked out again, and every figure compared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.cli.main import main
from caseflow.evaluation import result
from caseflow.evaluation.chance import canonical
from caseflow.evaluation.ranking import TieBreak
from caseflow.evaluation.result import Given
from caseflow.evaluation.scoring import Rule
from caseflow.evaluation.sheets import Criterion, Scheme, Sheet
from caseflow.words import Refused

TRIMMED = Rule("trimmed_mean", 1, 1, 5, 2, 2)
SCHEME = Scheme((Criterion("new", Decimal("1.5"), 20, 2), Criterion("sound", 1, 20), Criterion("risk", 1, 5, None, True)),
                TRIMMED, Decimal(10))  # fmt: skip


def meeting(marks: list[list[tuple[int, int]]], *, beside: bool = True) -> Given:
    sheets = {
        case: tuple(Sheet(expert, {"new": new, "sound": sound, "risk": 1}) for expert, (new, sound) in enumerate(own, 7))
        for case, own in enumerate(marks, 1)
    }  # fmt: skip
    groups = {case: "甲" if case % 2 else "乙" for case in sheets}
    return Given(SCHEME, (TieBreak("criterion.sound"),), groups, sheets, {"甲": 1}, beside)


def kept(found: Given) -> str:
    return canonical(result.as_json(found, result.work_out(found)))


FIVE = meeting(
    [[(10, 10), (12, 9), (9, 9), (20, 20), (1, 1)], [(1, 4), (2, 2)], [(10, 11), (10, 10), (10, 10)], [(5, 5)]]
)
TEXT = kept(FIVE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text(TEXT, "utf-8")
    return path


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6), max_size=6), st.booleans())
def test_every_result_comes_out_again(marks: list[list[tuple[int, int]]], beside: bool) -> None:
    text = kept(meeting(marks, beside=beside))
    again = result.recompute(text)

    assert (again.differs, again.hash, again.cases) == ((), hashlib.sha256(text.encode()).hexdigest(), len(marks))


OLD = meeting(
    [[(2, 8), (1, 9), (2, 10)], [(0, 14), (2, 11), (4, 8)], [(1, 8), (3, 9), (0, 13)], [(2, 5), (2, 14), (8, 9)]]
)
OLD_HASH = "c315ab47689f4ac7109771e7749f6e55b343097421df3bcf6ce4793fb63a90df"
"""Of the text that the first method kept of this meeting."""


def test_a_result_of_the_first_method_is_worked_out_again_by_that_method() -> None:
    text = kept(replace(OLD, method=result.FIRST))
    again = result.recompute(text)
    renamed = result.recompute(text.replace(result.FIRST, result.METHOD))

    assert (again.differs, again.hash) == ((), OLD_HASH)
    assert {one.values["what"] for one in renamed.differs} == {"stability"}
    assert json.loads(kept(OLD))["method"] == result.METHOD


def test_what_was_read_is_what_was_given() -> None:
    found, body = result.read(TEXT)

    assert (found.scheme, found.ties, found.groups, found.lines) == (SCHEME, FIVE.ties, FIVE.groups, FIVE.lines)
    assert canonical(body) == TEXT


def test_the_outcome_says_all_that_is_published_of_a_case() -> None:
    first = json.loads(TEXT)["outcome"][0]

    assert (first["status"], first["score"], first["place"], first["standing"]) == ("valid", "24.83", 2, "outside")
    assert [(one["total"], one["counted"], one["dropped"]) for one in first["totals"]] == [
        ("25", "1", None),
        ("27", "1", None),
        ("22.5", "1", None),
        ("50", "0", "high"),
        ("2.5", "0", "low"),
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda body: body["outcome"][0].update(score="99.00"), ["score"]),
        (lambda body: body["outcome"][2].update(beside=None), ["beside"]),
        (lambda body: body["outcome"][1].update(below=[]), ["below"]),
        (lambda body: body["outcome"][1].update(note="preferred"), ["note"]),
        (lambda body: body["rule"].update(decimals=1), None),
        (lambda body: body["cases"][0]["sheets"][0]["marks"].update(new=19), None),
        (lambda body: body["lines"].update(甲=0), None),
    ],
)
def test_what_is_altered_is_told_with_the_case_and_the_figure(change: Any, what: list[str] | None) -> None:
    body = json.loads(TEXT)
    change(body)
    differs = result.recompute(canonical(body)).differs

    assert differs
    assert what is None or [one.values["what"] for one in differs] == what


def test_a_second_figure_one_apart_in_its_last_place_is_the_same() -> None:
    body = json.loads(TEXT)
    figure = Decimal(body["outcome"][0]["beside"])
    answers = []
    for step in ("0.01", "0.02"):
        body["outcome"][0]["beside"] = str(figure + Decimal(step))
        answers.append(len(result.recompute(canonical(body)).differs))

    assert answers == [0, 1]


def test_a_case_without_sheets_in_the_record_is_told() -> None:
    body = json.loads(TEXT)
    body["outcome"].append({**body["outcome"][0], "case": 99})

    assert [one.key for one in result.recompute(canonical(body)).differs] == ["panel_result.no_sheets"]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("ties"),
        lambda body: body["cases"].append(body["cases"][0]),
        lambda body: body["outcome"].insert(0, {**body["outcome"][0], "score": "99.00"}),
        lambda body: body["cases"][0]["sheets"][0]["marks"].update(new=21),
        lambda body: body["cases"][0]["sheets"][0]["marks"].update(new="viel"),
        lambda body: body.update(outcome=3),
        lambda body: body.update(criteria=[]),
        lambda body: body["rule"].update(more=1),
    ],
)
def test_what_cannot_be_read_is_refused(change: Any) -> None:
    body = json.loads(TEXT)
    change(body)

    with pytest.raises(Refused):
        result.recompute(json.dumps(body))


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(Refused):
        result.recompute('{"method":"caseflow-panel/1","method":"caseflow-panel/1"}')


def test_the_command_line_works_it_out_without_a_database(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    code = main(["evaluation", "recompute", str(file), "--hash", digest, "--language", "zh"])
    said = capsys.readouterr().out

    assert (code, said) == (0, f"4件办件的各项结果均与复算一致。\n记录的哈希值：{digest}\n")


def test_another_hash_than_the_one_named_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["evaluation", "recompute", str(file), "--hash", "0" * 64, "--json"])
    said = json.loads(capsys.readouterr().out)

    assert (code, said["agrees"], said["differs"], said["cases"]) == (1, False, [], 4)


def test_an_altered_file_ends_in_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(TEXT.replace('"score":"24.83"', '"score":"34.83"'), "utf-8")
    code = main(["evaluation", "recompute", str(file)])

    assert (code, "Case 1, score: kept 34.83, worked out 24.83" in capsys.readouterr().out) == (1, True)


def test_no_file_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["evaluation", "recompute", str(tmp_path / "none.json")])

    assert (code, capsys.readouterr().out.startswith("This is no result")) == (1, True)
