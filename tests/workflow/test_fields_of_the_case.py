"""Questions that speak of the case as it stands: the rows of its dossier, its files, the places of its form."""

from __future__ import annotations

from caseflow.workflow.fields import clean, clean_section, missing
from tests.workflow.test_fields import field, zh

PROGRESS = field(
    "each_row",
    id="progress",
    label={"zh": "各项任务", "en": "Each task"},
    of="dossier.plan.rows",
    required=True,
    columns={
        "status": {"type": "text", "label": {"zh": "进展", "en": "Status"}, "required": True, "max_characters": 5},
        "done": {"type": "boolean", "label": {"zh": "完成", "en": "Done"}},
    },
)
PLAN = {"dossier.plan.rows": 2}


def test_what_is_said_of_each_row_is_kept_by_the_number_of_the_row() -> None:
    posted = {"1": {"status": " 进行中 ", "done": "on"}, "0": {"status": "完成"}}
    values, errors = clean_section([PROGRESS], {"progress": posted}, rows=PLAN)

    assert (list(values["progress"].items()), errors) == (
        [("0", {"status": "完成"}), ("1", {"status": "进行中", "done": True})],
        {},
    )
    assert clean_section([PROGRESS], values, rows=PLAN) == (values, {})
    assert clean_section([PROGRESS], {"progress": [{"status": "完成"}, {"status": "无"}]}, rows=PLAN)[1] == {}


def test_every_row_is_answered_where_the_question_is_required() -> None:
    _, errors = clean_section([PROGRESS], {"progress": {"1": {"done": False}}}, rows=PLAN)

    assert {path: zh(said) for path, said in errors.items()} == {
        "progress.0": ["“各项任务”第1行尚未填写"],
        "progress.1.status": ["“各项任务”第2行：请填写进展"],
    }
    assert clean_section([PROGRESS], {}, rows={"dossier.plan.rows": 0}) == ({}, {})
    assert list(missing([PROGRESS], {}, rows=PLAN)) == ["progress.0", "progress.1"]
    assert list(clean_section([PROGRESS], {})[1]) == ["progress"]


def test_rows_that_do_not_exist_are_refused_and_untouched_rows_go_where_none_is_required() -> None:
    free = PROGRESS.model_copy(update={"required": False})
    _, errors = clean_section([free], {"progress": {"2": {"status": "完成"}}}, rows=PLAN)

    assert {path: zh(said) for path, said in errors.items()} == {"progress": ["“各项任务”：没有第“2”行"]}
    assert clean_section([free], {"progress": {"x": {"status": "完成"}}})[1] != {}
    assert clean_section([free], {"progress": "完成"})[1] != {}
    assert clean_section([free], {"progress": {"0": {"done": "off"}, "1": None}}, rows=PLAN) == ({"progress": {}}, {})
    assert list(clean_section([free], {"progress": {"0": {"status": "一二三四五六"}}}, rows=PLAN)[1]) == [
        "progress.0.status"
    ]


def test_a_file_of_the_case_is_chosen_by_its_number() -> None:
    papers = {"case_file": {"7"}.__contains__}

    assert clean(field("case_file"), " 7 ", references=papers) == (7, [])
    assert zh(clean(field("case_file"), "8", references=papers)[1]) == ["“栏目”：本办件没有所选文件"]
    assert clean(field("case_file"), "seven")[1] != []
    assert list(clean_section([field("case_file", required=True)], {})[1]) == ["answer"]


def test_places_of_the_dossier_are_chosen_once_each() -> None:
    known = {"dossier_fields": {"unit.name", "plan.rows"}.__contains__}
    places = field("dossier_fields", required=True, min_rows=2)

    assert clean(places, ["plan.rows", " unit.name", "plan.rows", ""], references=known) == (
        ["plan.rows", "unit.name"],
        [],
    )
    assert clean(places, "unit.name") == (["unit.name"], [])
    assert zh(clean(places, ["unit.nmae"], references=known)[1]) == ["“栏目”：申报材料中没有“unit.nmae”栏目"]
    assert clean(places, ["unit"])[1] != []
    assert clean(places, [{"a": 1}])[1] != []
    assert list(clean_section([places], {"answer": ["unit.name"]})[1]) == ["answer"]
    assert list(clean_section([places], {"answer": []})[1]) == ["answer"]
