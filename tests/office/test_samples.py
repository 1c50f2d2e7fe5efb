"""Sample answers are valid, follow from their seed, and sample files are what they claim to be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from caseflow import clock
from caseflow.cases import dossier
from caseflow.footprint.report import report
from caseflow.office import sample_files, samples
from caseflow.records import contents
from caseflow.studies import store
from caseflow.workflow.fields import clean_section
from caseflow.workflow.form import Field
from tests.office.stage import Stage

NAMES = samples.Names(
    file=lambda name, question: 7, person=len, case=len, organisation=len, credit_code=str.upper, case_file=len,
    rows=lambda path: 2, revision_code="AB12-CD34",
)  # fmt: skip
PILOT = "pilot-management"


def question(kind: str, **limits: object) -> Field:
    return Field.model_validate({"id": "one", "type": kind, "label": {"zh": "一", "en": "One"}, **limits})


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 99, 12345])
def test_a_complete_dossier_lacks_nothing(stage: Stage, seed: int) -> None:
    loaded = stage.loaded(PILOT)
    values = samples.complete(loaded, stage.ground, seed, NAMES)
    known = {name: entries.__contains__ for name, entries in stage.ground.references.items()}
    faults = {
        section.id: errors
        for section in loaded.definition.dossier.values()
        if (errors := clean_section(section.fields, values[section.id], references=known, complete=False)[1])
    }

    assert dossier.gaps(loaded, values) == {}
    assert faults == {}


def test_the_same_seed_gives_the_same_answers(stage: Stage) -> None:
    first, again, other = (samples.complete(stage.loaded(PILOT), stage.ground, seed, NAMES) for seed in (5, 5, 6))

    assert first == again
    assert first != other


def test_an_answer_that_is_given_stands_and_an_empty_one_leaves_the_question_open(stage: Stage) -> None:
    given = {"product.goal": "", "product.product": "焦炭", "footprint_work.status": "intended"}
    values = samples.complete(stage.loaded(PILOT), stage.ground, 1, NAMES, given)

    assert "goal" not in values["product"]
    assert values["product"]["product"] == "焦炭"
    assert "description" not in values["footprint_work"]


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("date", "2026-05-01", "2026-05-01"),
        ("file", "form.pdf", 7),
        ("file", 3, 3),
        ("files", ["a.pdf", "b.pdf"], [7, 7]),
        ("people", ["one", "three"], [3, 5]),
        ("members", ["one", "5"], {"3": {}, "5": {}}),
        ("score_sheet", {"member": "one", "marks": {}}, {"member": 3, "marks": {}}),
        ("organisation", "branch", 6),
        ("organisation", 6, 6),
        ("case_file", "a.pdf", 5),
        ("credit_code", "agent", "AGENT"),
        ("dossier_fields", ["unit.name"], ["unit.name"]),
        ("text", "焦炭", "焦炭"),
        ("boolean", False, False),
    ],
)
def test_plain_words_become_answers(kind: str, written: object, expected: object) -> None:
    assert samples.typed(question(kind), written, NAMES) == expected


def test_rows_are_named_by_their_number_or_all_at_once() -> None:
    columns = {"due": {"type": "date", "label": {"zh": "日期", "en": "Day"}}}
    asked = question("each_row", of="dossier.plan.rows", columns=columns)

    assert samples.typed(asked, {1: {"due": "2026-05-01"}}, NAMES) == {"1": {"due": "2026-05-01"}}
    assert samples.typed(asked, {"all": {"due": "2026-05-01"}}, NAMES) == {
        "0": {"due": "2026-05-01"},
        "1": {"due": "2026-05-01"},
    }


def test_days_are_counted_from_today() -> None:
    assert samples.day("today") == clock.today()
    assert samples.day("+7 days") == clock.today() + timedelta(days=7)
    assert samples.day("-1 days") == clock.today() - timedelta(days=1)


def test_the_scan_of_the_form_carries_the_code_of_the_form() -> None:
    scan = question("file", of_revision="current")

    assert samples.typed(scan, "form.pdf", NAMES) == {"file": 7, "revision_code": "AB12-CD34"}


def test_the_sample_study_has_no_doubt_about_it(stage: Stage) -> None:
    with stage.database.read() as tx:
        shelf = store.stored_shelf(tx)

    _, found = report(samples.study(shelf), shelf)

    assert found["status"] == "clear"


@pytest.mark.parametrize(
    ("name", "pages"),
    [("方案.pdf", 3), ("图.png", None), ("现场.jpg", None), ("方案.docx", None), ("汇总表.xlsx", None)],
)
def test_a_sample_file_is_what_its_name_says(tmp_path: Path, name: str, pages: int | None) -> None:
    made = sample_files.content(name, "试点建设工作方案\n示例", pages=3)
    path = tmp_path / "upload"
    path.write_bytes(made.body)
    seen = contents.inspect({"path": str(path), "clean": str(tmp_path / "clean")})

    assert (seen["kind"], seen["pages"]) == (name.rpartition(".")[2], pages)


def test_the_text_of_a_sample_pdf_can_be_read() -> None:
    assert "试点".encode("utf-16-be").hex().encode() in sample_files.content("a.pdf", "试点").body


def test_no_file_is_made_of_a_kind_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="exe"):
        sample_files.content("a.exe")
