"""The page of the activity data: opened, filled in as a browser without scripts would, and sent."""

from __future__ import annotations

from typing import Any

from caseflow.footprint.study import Study, read
from caseflow.studies import store
from tests.footprint.published import flow, line, process, study
from tests.journey.pages import Form, Page
from tests.web import applicant_world as applying
from tests.web.office_world import Reader, World

EVERYTHING: dict[str, Any] = study(
    line(
        data_type="measured", evidence="附件3", supplier="示例供电", region="140000", year=2024, proxy="无同类因子",
        declared="577.7", carrier="electricity", part="fossil", uncertainty={"distribution": "normal", "cv": "0.02"},
        supply={"source": "contract", "instrument": "GEC-1", "redeemed": True, "from": "2024-01-01", "to": "2024-12-31",
                "region": "140000", "sold": True},
        quality={"technology": 1, "geography": 2, "time": 1, "precision": 1}, meter="DN-01", certificate="检字第1号",
        valid_until="2025-06-30", data_source="电费结算单",
    ),
    line(
        id="coal", stage="raw_material", name="洗精煤", unit="t", amount="1", factor=None, specification="一级",
        recycled_percent="0", conversion={"value": "20.9", "unit": "GJ", "source": "化验单"},
        own={"value": "90", "unit": "GJ", "source": "供应商核算报告", "origin": "supplier", "year": 2024,
             "evidence": "附件5", "region": "140000", "supplier": "示例煤业", "reach": "cradle_to_gate",
             "valid_until": "2026-01-01", "primary_share": "80", "gases": {"CO2": "90"}, "gwp_set": "AR6",
             "series": "coal", "uncertainty": {"gsd2": "1.2"},
             "quality": {"technology": 1, "geography": 1, "time": 1, "precision": 2}},
        uncertainty={"pedigree": [2, 2, 1, 1, 3], "basic": "1.05", "matrix": "empirical"},
    ),
    line(id="steam", factor="own/steam", unit="GJ", amount=None, formula="蒸汽 * 1.05"),
    line(id="road", stage="raw_material", factor="cn-freight-2024/truck-heavy-diesel", unit=None, amount=None,
         transport={"mode": "road", "mass": "3", "distance": "120", "empty_return": "1"}),
    line(id="leak", stage="use", factor=None, gas="R32", unit="g", amount="5", after_years="3"),
    line(id="sold-gas", amount="-3.50", credit=True, primary=False),
    parameters=[
        {"name": "蒸汽", "value": "2.5", "low": "0", "high": "9", "unit": "GJ", "uncertainty": {"gsd2": "1.1"}},
        {"name": "两倍", "formula": "蒸汽 * 2", "description": "试算"},
    ],
    factors=[{
        "id": "steam", "name": "蒸汽", "value": "55.8", "unit": "GJ", "source": "x", "gwp_set": "AR6",
        "gases": {"CO2": "0.0", "CH4": "2"}, "origin": "supplier", "supplier": "示例供热", "evidence": "附件4",
        "valid_until": "2026-01-01", "primary_share": "80", "year": 2024, "region": "140000", "reach": "direct",
        "part": "biogenic",
    }],
    processes=[
        process(
            "coking", flow("coke", "1", "t", properties={"mass": "1000"}),
            flow("gas", "400", "Nm3", role="coproduct", properties={"mass": "0.5"}), inputs=[],
            lines=[line(id="heat", amount="3")],
            allocation={"method": "physical", "key": "mass", "justification": "按质量"},
        ),
    ],
    reference={"product": "coke"},
    scenarios=[{"id": "less", "name": "少用电", "amounts": {"grid": "900"}}],
    unit_type="declared", product_code="coke", maker="示例焦化", pcr="PCR-1", region="140000", model="一级冶金焦",
    mass={"quantity": "1", "unit": "t", "description": "干基"}, sensitivity="见报告第6章\n第二段",
    output={"quantity": "1250000.50", "unit": "t", "description": "全年"},
    declared="577.77", declared_stages={"production": "577.70"},
    omitted=[{"stage": "use", "reason": "中间产品"}, {"stage": "end_of_life", "reason": "中间产品"}],
    cutoffs=[{"item": "包装绳", "reason": "量少", "mass_percent": "0.2", "footprint_percent": "0.1", "rare": True}],
    balance=[{"role": "input", "name": "煤", "mass": "1.3", "unit": "t", "carbon": "70"}],
    carbon_content={"biogenic": "0", "fossil": "850"}, declared_parts={"fossil": "577.7", "aircraft": "0.1"},
)  # fmt: skip
"""A study that holds something under every key."""


def opened(office: World, data: dict[str, Any] | None = None, number: int = 1) -> tuple[Reader, int]:
    """An applicant's browser and case; with a declared study where its ``data`` are given."""
    _, reader, case_id = applying.begun(office, number)
    if data is not None:
        with office.database.write() as tx:
            store.save_study(tx, case_id=case_id, study_=read(data), by=None)
    return reader, case_id


def page(reader: Reader, case_id: int, query: str = "") -> Page:
    path = f"/cases/{case_id}/footprint{query}"
    answer = reader.get(path)
    return Page(answer.status_code, path, answer.data, answer.headers)


def press(reader: Reader, case_id: int, form: Form, go: str = "declare") -> Page:
    """Send the form by the button ``go``; the page at which the browser ends."""
    path = f"/cases/{case_id}/footprint"
    data: dict[str, list[str]] = {}
    for name, value in [*form.pairs(), ("go", go)]:
        data.setdefault(name, []).append(value)
    answer = reader.client.post(path, data=data, environ_base=reader.address)
    if answer.status_code == 303:
        path = answer.headers["Location"]
        answer = reader.get(path)
    return Page(answer.status_code, path, answer.data, answer.headers)


def declared(office: World, case_id: int) -> Study:
    with office.database.read() as tx:
        found = store.latest_study(tx, case_id)
    assert found is not None
    return found.study


def form_of(found: Page) -> Form:
    return found.form("unit_quantity")
