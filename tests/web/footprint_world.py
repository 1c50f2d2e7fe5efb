"""A study of many lines as a plant files it, and a case in whose review it is recomputed."""

from __future__ import annotations

import json
from typing import Any

from caseflow.footprint.plain import digest
from caseflow.footprint.study import read
from caseflow.studies import recompute, store
from caseflow.studies.models import study_result
from caseflow.studies.recompute import StoredResult
from caseflow.studies.rule import Rule
from tests.web.office_world import World

STAGES = ("raw_material", "production", "distribution", "use", "end_of_life")
GRID = "cn-electricity-footprint-2024/mix"


def own(value: str, unit: str = "kg", **more: Any) -> dict[str, Any]:
    """A factor that the plant brings, with its source."""
    return {"value": value, "unit": unit, "source": "示例检测报告", "year": 2025, "evidence": "检测报告.pdf", **more}


def entry(number: int, stage: str, amount: str = "10", **more: Any) -> dict[str, Any]:
    """A line of one functional unit, weighed by a factor of its own unless it is given another."""
    line = {
        "id": f"L{number:03}", "stage": stage, "name": f"物料{number:03}", "amount": amount, "unit": "kg",
        "primary": True, "data_source": "领料台账",
    }  # fmt: skip
    if not more.keys() & {"factor", "gas", "own"}:
        line["own"] = own(f"{1 + number * 0.37:.2f}")
    return {**line, **more}


def plant(lines: int = 10, **more: Any) -> dict[str, Any]:
    """A study with electricity at an official factor, spread figures, and a by-product that is credited."""
    spread = {"distribution": "lognormal", "gsd2": "1.3"}
    found = [entry(one, STAGES[one % 5], str(3 + one % 7), uncertainty=spread) for one in range(1, lines - 1)]
    found.append(
        entry(
            lines - 1, "production", "850", unit="kWh", name="外购电力", factor=GRID, meter="DB-01", carrier="electricity",
            supply={"source": "mix"}, uncertainty={"distribution": "normal", "cv": "0.05"}, data_type="measured",
        )
    )  # fmt: skip
    found.append(entry(lines, "production", "-4", name="焦油抵扣", credit=True))
    body: dict[str, Any] = {
        "product": "冶金焦",
        "maker": "示例焦化有限公司",
        "functional_unit": {"quantity": "1", "unit": "t"},
        "boundary": "cradle_to_grave",
        "period": {"from": "2025-01-01", "to": "2025-12-31"},
        "standard": "GB/T 24067-2024",
        "gwp_set": "AR6",
        "stages": "gbt-24067-2024",
        "lines": found,
    }
    return {**body, **more}


def reviewed(office: World, body: dict[str, Any], number: int = 1, **answers: Any) -> int:
    """A case that came back into the bureau's review after ``body`` was filed, so that it was recomputed there."""
    case_id = office.application("municipal_review", number, **answers)
    again(office, case_id, body)
    return case_id


def again(office: World, case_id: int, body: dict[str, Any]) -> None:
    """File other figures, and let the case enter the review once more."""
    with office.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=read(body), by=None)
    office.answer_findings("taiyuan", case_id)
    office.do("taiyuan", case_id, "municipal_return", gaps={"unit.leader": "请补正"})
    if office.row(case_id)["state"] == "municipal_review":  # a second return is signed
        office.sign(case_id, "taiyuan-head")
    office.do("taiyuan", case_id, "resume_review", note="材料已线下补齐")
    office.sign(case_id, "taiyuan-head")


def newest(office: World, case_id: int) -> StoredResult:
    with office.database.read() as tx:
        found = recompute.latest_result(tx, case_id)
    assert found is not None
    return found


def recomputed(office: World, case_id: int, body: dict[str, Any]) -> StoredResult:
    """A study filed and recomputed without an act, as if it had been so all along."""
    with office.database.write() as tx:
        filed = store.save_study(tx, case_id=case_id, study_=read(body), by=None)
        return recompute.recompute(tx, study=filed, occasion="municipal_review", rule=Rule())


def old_method(office: World, case_id: int, method: str) -> int:
    """The newest result again as an older method kept it, without what that did not know of; its id."""
    found = newest(office, case_id)
    body = json.loads(json.dumps(found.body))
    for name in ("stages", "alternatives", "gate", "uncertainty"):
        body.pop(name, None)
    body["result"]["method"] = method
    for name in ("input_hash", "gwp_set", "parts", "gases", "quality", "processes", "links", "problems"):
        body["result"].pop(name, None)
    for line in body["result"]["lines"]:
        for name in ("process", "part", "gases", "gwp_set", "rating"):
            line.pop(name, None)
    body["findings"] = [{name: one[name] for name in ("id", "message", "severity", "path")} for one in body["findings"]]
    values = {
        "study_id": found.study_id, "case_id": case_id, "at": found.at, "occasion": found.occasion,
        "release_hashes": found.release_hashes, "body": body, "hash": digest(body), "declared": found.declared,
        "total": found.total, "deviation": found.deviation, "over": found.over,
    }  # fmt: skip
    with office.database.write() as tx:
        return int(tx.execute(study_result.insert().values(values).returning(study_result.c.id)).scalar_one())
