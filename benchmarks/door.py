"""The work as the program does it: one case from the blank form to the end, twelve transactions through the one door."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from benchmarks.ground import WORKFLOW, Place
from caseflow.cases import act, dossier, opening
from caseflow.people.rights import Actor

FORM: dict[str, Any] = {
    "name": "甲焦化有限公司", "product": "冶金焦炭", "code": "BENCH-0001", "contact": "王二", "phone": "03510000000",
    "founded": "2003-05-06", "output": "1200000.00", "kind": "coke",
    "strengths": "企业具备完整的能源计量和碳排放监测体系，近三年连续开展产品碳足迹核算。" * 9,
    "summary": "以焦炭产品为对象建立全生命周期碳足迹管理体系，覆盖原料、生产、运输各环节。" * 9,
}  # fmt: skip
"""About 2 KB of form data in UTF-8."""
STEPS = (
    "open",
    "type",
    "submit",
    "return",
    "correct",
    "resubmit",
    "recommend",
    "take_in",
    "note",
    "propose",
    "show",
    "finish",
)
ANSWERS: dict[str, dict[str, Any]] = {
    "return": {"gaps": {"unit.strengths": "请补充监测体系说明"}},
    "recommend": {"opinion": "材料齐全，条件具备，同意推荐。"},
    "note": {"mark": 88},
}


def who(place: Place, step: str) -> Actor:
    if step in ("open", "type", "submit", "correct", "resubmit"):
        return place.applicant
    return place.officer if step in ("return", "recommend") else place.office


def case(place: Place) -> Iterator[tuple[str, int]]:
    """Do the steps one by one; each is done and committed when it is yielded, with the case's id."""
    case_id = 0
    for step in STEPS:
        actor = who(place, step)
        with place.database.write() as tx:
            if step == "open":
                case_id = opening.open_case(tx, place.ground, actor, WORKFLOW, request_key=str(uuid.uuid4())).case_id
            elif step in ("type", "correct"):
                owner = f"organisation:{actor.organisation_id}"
                dossier.save_draft(tx, place.ground, case_id, "dossier.unit", owner, FORM, 0, actor.person_id)
            else:
                act.perform(tx, place.ground, actor, case_id, step, ANSWERS.get(step), request_key=str(uuid.uuid4()))
        yield step, case_id
