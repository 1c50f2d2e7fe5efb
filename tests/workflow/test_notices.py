"""A ground is read as the clauses that it names, and each clause is told with the parts that carry it out."""

from __future__ import annotations

import pytest

from caseflow.workflow.grounds import grounds
from caseflow.workflow.notices import Notice, read_ground, read_notice, unknown
from caseflow.workflow.provenance import Provenance, trace
from tests.workflow import garden

_TEXT = {"zh": "甲", "en": "A"}
IDS = (
    "一",
    "二",
    "二（一）",
    "二（一）1",
    "二（一）2（1）",
    "二（二）",
    "附件1",
    "附件2",
    "附件2承诺",
    "附件2提纲二",
    "附件2提纲四",
    "落款",
)
NOTICE: Notice = read_notice(
    {
        "notice": "演环函〔2026〕1号", "called": "通知", "title": _TEXT,
        "clauses": [
            {"id": one, "title": _TEXT, "says": _TEXT, "heading": one == "二",
             **({"also": ["真实性承诺"]} if one == "附件2承诺" else {})}
            for one in IDS
        ],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("basis", "clauses"),
    [
        ("通知二（一）", ["二（一）"]),
        ("通知二(一)1“引文”", ["二（一）1"]),
        ("通知二（一）2（1）允许拟开展", ["二（一）2（1）"]),
        ("通知二（一）名额、（二）；审签为内部默认", ["二（一）", "二（二）"]),
        ("通知二（一）、附件2提纲二、四", ["二（一）", "附件2提纲二", "附件2提纲四"]),
        ("通知附件1、附件2", ["附件1", "附件2"]),
        ("通知附件2真实性承诺", ["附件2承诺"]),
        ("联合发文单位见通知落款", ["落款"]),
        ("通知二（一）将向社会公开；二（二）", ["二（一）", "二（二）"]),
        ("演环函〔2026〕1号二（一）", ["二（一）"]),
        ("notice 二（一）", ["二（一）"]),
        ("内部默认；不晚于截止（通知二（一））", ["二（一）"]),
        ("期限以调度通知为准", []),
        ("参照行政许可法第三十四条", []),
    ],
)
def test_a_ground_names_its_clauses_in_every_usual_form(basis: str, clauses: list[str]) -> None:
    assert list(read_ground(basis, NOTICE).clauses) == clauses


def test_what_an_office_decided_and_other_law_are_kept_apart() -> None:
    read = read_ground("通知二（一）；期限为内部默认；参照行政许可法第三十四条", NOTICE)

    assert (read.clauses, read.internal, read.others) == (("二（一）",), True, ("参照行政许可法第三十四条",))


def test_a_clause_that_the_notice_does_not_have_is_found() -> None:
    assert unknown("通知二（九）；通知二（一）", NOTICE) == ["二（九）"]


def test_a_notice_with_a_clause_twice_is_refused() -> None:
    data = NOTICE.model_dump()
    data["clauses"] = [*data["clauses"], data["clauses"][0]]

    with pytest.raises(ValueError, match="一"):
        read_notice(data)


def _traced(basis: str) -> Provenance:
    text = garden.changed(("basis: 内部}", f"basis: {basis}}}"))
    definition = garden.read_text(text, vocabulary=garden.VOCABULARY)
    resting = definition.model_copy(
        update={"basis": definition.basis.model_copy(update={"notice": NOTICE.notice})}
    )  # fmt: skip
    return trace(NOTICE, [resting], lambda _definition, place: ".".join(map(str, place)))


def test_a_clause_is_told_with_the_part_that_names_it_and_those_inside_it_as_carried_out_with_it() -> None:
    found = {one.clause.id: one for one in _traced("通知二（一）").clauses}

    assert len(found["二（一）"].by) == 1
    assert {name: one.standing for name, one in found.items() if name.startswith("二") or name == "一"} == {
        "一": "open", "二": "heading", "二（一）": "enforced", "二（一）1": "within", "二（一）2（1）": "within",
        "二（二）": "open",
    }  # fmt: skip
    assert found["二（一）1"].above == "二（一）"


def test_internal_defaults_and_unknown_clauses_stand_apart() -> None:
    found = _traced("通知二（九）；内部默认，可配置")

    assert [one.ground.basis for one in found.unknown] == ["通知二（九）；内部默认，可配置"]
    assert [one.ground.basis for one in found.internal] == ["通知二（九）；内部默认，可配置"]


def test_every_basis_that_stands_in_a_definition_is_a_ground() -> None:
    definition = garden.garden()
    written = definition.canonical().count('"basis":"')

    assert len(grounds(definition)) == written
