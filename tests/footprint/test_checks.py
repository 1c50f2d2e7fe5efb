"""Checks R01 to R18: each finds what it is for, and says it in both languages with what to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from caseflow.footprint.calculation import calculate
from caseflow.footprint.context import Context
from caseflow.footprint.finding import CHECKS, Finding
from caseflow.footprint.findings import ALONE, DEFAULTS, review
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import read
from caseflow.footprint.thresholds import Thresholds
from caseflow.words import render
from tests.footprint.published import flow, gas, line, process, shipped, study, system

Short = tuple[str, str, str]


def reviewed(
    body: Any, thresholds: Thresholds = DEFAULTS, context: Context = ALONE, data: Shelf | None = None
) -> tuple[Finding, ...]:
    found, known = read(body), data or shipped()
    return review(found, calculate(found, known), known, Decimal(5), thresholds, context)


def short(body: Any, **how: Any) -> list[Short]:
    return [(one.id, one.severity, one.message.key.removeprefix("footprint.")) for one in reviewed(body, **how)]


def own(**values: Any) -> dict[str, Any]:
    return {"value": "100", "unit": "GJ", "source": "供热单位检测报告", **values}


def heat(**values: Any) -> dict[str, Any]:
    """577.7 kg of steam by an own factor: nothing but information to say of it."""
    factor = values.pop("own", own())
    return line(
        **{"id": "heat", "name": "蒸汽", "unit": "GJ", "amount": "5.777", "factor": None, "own": factor, **values}
    )


def moved(**values: Any) -> dict[str, Any]:
    way = {"mode": "rail", "mass": "100", "distance": "500", **values.pop("transport", {})}
    return line(
        **{
            "id": "moved",
            "name": "原煤运输",
            "unit": None,
            "amount": None,
            "factor": "cn-freight-2024/rail",
            "transport": way,
            **values,
        }
    )


WIND = "cn-electricity-footprint-2024/wind"
CONTRACT = {"source": "contract", "instrument": "GEC-1", "redeemed": True, "from": "2024-01-01", "to": "2024-12-31"}
COKE = "cn-fuel-combustion-2024/coke"
FUEL = {"heat": "28.435", "heat_unit": "t", "carbon": "0.0295", "oxidation": "0.93"}
TWO = [
    flow("coke", "1", "t", properties={"price": "1800"}),
    flow("tar", "0.05", "t", role="coproduct", properties={"price": "20000"}),
]


def coking(**values: Any) -> Any:
    body = process("coking", *TWO, lines=[gas("1000")], **values)
    return system(body, unit="t", declared="1000")


CASES: list[tuple[Any, Short]] = [
    # R01
    (study(declared="578.9"), ("R01:declared", "info", "deviation_small")),
    (study(declared_stages={"production": "500"}, declared="577.7"), ("R01-stage:declared_stages.production", "block", "deviation_over_of")),
    (study(line(declared="570")), ("R01-line:lines.grid", "warning", "deviation_within_of")),
    (study(declared_parts={"fossil": "577.7", "biogenic": "5"}, declared="582.7"), ("R01-part:declared_parts.biogenic", "block", "recomputed_zero_of")),
    (study(line(), line(id="x", unit="t")), ("R01:declared", "info", "not_comparable")),
    # R02
    (study(declared_parts={"fossil": "400"}), ("R02:declared_parts", "block", "declared_parts_sum")),
    (system(process("a", flow("x", "1"), inputs=[flow("y", "1")], lines=[gas("1")])), ("R02-system:a/y", "block", "product_of_none")),
    (study(gas("1", id="x", stage="production", gas="SO2F2"), gwp_set="AR4"), ("R02-line:lines.x", "block", "line_without_potential")),
    (study(line(), gas("-10", id="x", name="碳抵消（CCER）", stage="production", credit=True)), ("R02-offset:lines.x", "block", "offset_counted")),
    (study(line(), gas("10", id="x", name="购买的碳信用", gas="CO2_uptake", stage="production")), ("R02-offset:lines.x", "block", "offset_counted")),
    (study(line(), gas("-10", id="x", stage="production", credit=True)), ("R02-offset:lines.x", "warning", "removal_counted")),
    (system(process("a", flow("x", "1"), inputs=[flow("y", "1")], lines=[gas("1")]), process("b", flow("y", "1"), inputs=[flow("x", "2")])), ("R02-backwards:processes.a", "block", "process_backwards")),
    # R03
    (system(process("a", flow("x", "1"), flow("slag", "1", role="waste"), lines=[gas("1")])), ("R03-waste:processes.a.slag", "warning", "waste_untreated")),
    # R04
    (study(heat(own=own(kind="spend", unit="元"), unit="元")), ("R04:lines.heat", "warning", "spend_factor")),
    (study(heat(own=own(reach="gate_to_gate"))), ("R04:lines.heat", "warning", "narrow_factor")),
    (study(heat(own=own(kind="co2"))), ("R04:lines.heat", "block", "co2_factor")),
    (study(moved(factor="uk-freight-2025/rail")), ("R04:lines.moved", "info", "transport_direct")),
    # R05
    (study(heat(own=own(valid_until="2023-12-31"))), ("R05-expired:lines.heat", "warning", "factor_expired")),
    (study(line(year=2022)), ("R05-data:lines.grid", "warning", "data_of_other_year")),
    # R06
    (study(heat(unit="t", amount="1", own=own(unit="t", kind="combustion", value="28604.2", fuel={**FUEL, "carbon": "0.295"}))), ("R06-carbon:lines.heat", "block", "fuel_implausible")),
    (study(heat(unit="t", amount="1", own=own(unit="t", kind="combustion", series="burning-coke", value="28.6"))), ("R06:lines.heat", "block", "factor_slip")),
    (study(heat(unit="kg", amount="1", own=own(unit="kg", kind="combustion", series="burning-coke", value="0.8"))), ("R06:lines.heat", "warning", "factor_far")),
    # R08
    (study(line(factor=WIND)), ("R08-green:lines.grid", "block", "green_unproven")),
    (study(line(factor=WIND, supply={"source": "contract", "instrument": "GEC-1"})), ("R08-green:lines.grid", "block", "green_unredeemed")),
    (study(line(factor=WIND, supply={**CONTRACT, "to": "2024-06-30"})), ("R08-green:lines.grid", "block", "green_other_period")),
    (study(line(factor=WIND, supply={**CONTRACT, "sold": True})), ("R08-green:lines.grid", "block", "green_sold")),
    (study(line(factor=WIND, supply={"source": "mix"})), ("R08-green:lines.grid", "block", "mix_by_part")),
    (study(line(factor=WIND, supply={"source": "residual"})), ("R08-green:lines.grid", "block", "mix_by_part")),
    (study(line(factor=WIND, supply={**CONTRACT, "quantity": "1", "unit": "MWh"}), line(id="b", amount="1", factor=WIND, supply=CONTRACT)), ("R08-volume:lines.grid", "block", "green_beyond")),
    (study(line(factor=WIND, supply={**CONTRACT, "region": "150000"}), region="140000"), ("R08-market:lines.grid", "info", "green_other_market")),
    (study(line(), line(id="td", name="输配电", factor="cn-electricity-footprint-2024/grid")), ("R08-grid:lines.td", "block", "grid_twice")),
    (study(line(id="a", name="焦炭燃烧", factor=COKE, unit="t", amount="1"), line(id="b", name="焦炭", factor=None, unit="kg", amount="1000", own=own(unit="t", reach="cradle_to_grave"))), ("R08-fuel:lines.b", "block", "fuel_twice")),
    (study(line(id="a", name="焦炭燃烧", factor=COKE, unit="t", amount="1"), heat(carrier="steam", supply={"source": "on_site"})), ("R08-steam:lines.heat", "block", "steam_and_fuel")),
    # R09
    (study(balance=[{"role": "input", "name": "煤", "mass": "100", "unit": "t"}, {"role": "product", "name": "焦", "mass": "75", "unit": "t"}, {"role": "waste", "name": "渣", "mass": "22", "unit": "t"}]), ("R09-mass:balance", "warning", "balance_mass")),
    (study(balance=[{"role": "input", "name": "煤", "mass": "100", "unit": "t"}, {"role": "product", "name": "焦", "mass": "75000", "unit": "kg"}]), ("R09-mass:balance", "block", "balance_mass")),
    (study(balance=[{"role": "product", "name": "焦", "mass": "75", "unit": "t"}]), ("R09:balance", "warning", "balance_empty")),
    (study(balance=[{"role": "input", "name": "煤", "mass": "100", "unit": "t", "carbon": "70"}, {"role": "product", "name": "焦", "mass": "75", "unit": "t", "carbon": "85"}, {"role": "emission", "name": "气", "mass": "25", "unit": "t", "carbon": "5"}]), ("R09-carbon:balance", "block", "balance_carbon")),
    (study(line(), gas("100", gas="CO2_uptake", stage="production"), carbon_content={"biogenic": "10"}), ("R09-biogenic:carbon_content", "warning", "biogenic_content")),
    (study(line(), gas("100", gas="CO2_uptake", stage="production"), boundary="cradle_to_grave"), ("R09-biogenic:carbon_content", "warning", "biogenic_whole_life")),
    # R10
    (study(cutoffs=[{"item": "绳", "reason": "少", "mass_percent": "1"}]), ("R10:cutoffs[0]", "warning", "cutoff_large")),
    (study(cutoffs=[{"item": "铑", "reason": "少", "mass_percent": "0.2", "rare": True}]), ("R10:cutoffs[0]", "warning", "cutoff_large")),
    (study(cutoffs=[{"item": "绳", "mass_percent": "0.2"}]), ("R10-reason:cutoffs[0]", "warning", "cutoff_unreasoned")),
    (study(cutoffs=[{"item": "绳", "reason": "少"}]), ("R10-size:cutoffs[0]", "warning", "cutoff_unknown")),
    (study(cutoffs=[{"item": str(n), "reason": "少", "mass_percent": "0.9"} for n in range(6)]), ("R10-total:cutoffs.mass_percent", "block", "cutoff_total_mass_percent")),
    (study(cutoffs=[{"item": "绳", "reason": "少", "footprint_percent": "6"}]), ("R10-total:cutoffs.footprint_percent", "block", "cutoff_total_footprint_percent")),
    # R11
    (coking(allocation={"method": "physical", "key": "mass"}), ("R11-reason:processes.coking", "warning", "allocation_unjustified")),
    (coking(allocation={"method": "economic"}), ("R11-level:processes.coking", "warning", "allocation_level")),
    (coking(allocation={"method": "physical", "key": "mass", "justification": "x"}), ("R11:processes.coking", "warning", "allocation_untested")),
    ({**coking(allocation={"method": "physical", "key": "mass", "justification": "x"}), "sensitivity": "见第6章"}, ("R11:processes.coking", "info", "allocation_tested")),
    (system(process("a", flow("x", "1"), flow("heat", "1", "GJ", role="avoided", own=own()), lines=[gas("1000")])), ("R11-reason:processes.a", "warning", "expansion_unjustified")),
    # R12
    (study(heat(own=own(origin="supplier"))), ("R12-proof:lines.heat", "warning", "own_without_evidence")),
    (study(line(primary=False)), ("R12-large:lines.grid", "warning", "large_secondary")),
    (study(line(data_type="estimated")), ("R12-large:lines.grid", "warning", "large_estimated")),
    (study(line(data_source=None)), ("R12-large:lines.grid", "info", "large_unproven")),
    (study(line(quality={"technology": 4, "geography": 3, "time": 3, "precision": 3})), ("R12-rating:quality", "warning", "quality_poor")),
    # R13
    (study(heat(own=own(gwp_set="AR5"))), ("R13:lines.heat", "warning", "gwp_mixed")),
    (study(gas("1", gas="CH4", stage="production")), ("R13-origin:lines.gas", "warning", "methane_origin")),
    (study(heat(unit="t", own=own(kind="combustion", unit="t", value="129.8", gases={"CO2": "100", "CH4 fossil": "1"}, gwp_set="AR6"))), ("R13-fossil:lines.heat", "warning", "methane_twice")),
    # R14
    (study(moved(amount="60000")), ("R14:lines.moved", "block", "freight_differs")),
    (study(moved(transport={"distance": "9000"})), ("R14-distance:lines.moved", "warning", "distance_long")),
    (study(moved(transport={"mode": "road"})), ("R14-return:lines.moved", "info", "empty_return")),
    # R15: both pairs were seen in a public template
    (study(heat(name="磷酸铁锂正极", unit="t", own=own(unit="t", name="铸铁"))), ("R15:lines.heat", "warning", "proxy_suspected")),
    (study(heat(name="电池壳体", unit="t", own=own(unit="t", name="镍氢电池"))), ("R15:lines.heat", "warning", "proxy_suspected")),
    (study(heat(name="电池壳体", unit="t", own=own(unit="t", name="镍氢电池"), proxy="无同类数据")), ("R15:lines.heat", "info", "proxy_declared")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), CASES, ids=[f"{found[0]} {found[2]}" for _, found in CASES])
def test_each_doubt_is_found_and_can_be_said(body: Any, expected: Short) -> None:
    found = reviewed(body)
    said = [render(text, language) for one in found for text in (one.message, one.advice) for language in ("zh", "en")]  # type: ignore[arg-type]

    assert expected in [(one.id, one.severity, one.message.key.removeprefix("footprint.")) for one in found]
    assert [text for text in said if "{" in text or not text] == []


@pytest.mark.parametrize(
    "body",
    [
        study(),
        study(line(factor=WIND, supply=CONTRACT), declared="32.4"),
        study(line(factor=WIND, supply={"source": "on_site"}), declared="32.4"),
        study(line(supply={"source": "on_site", "sold": True})),
        study(line(factor=WIND, supply={**CONTRACT, "quantity": "1", "unit": "MWh"}), declared="32.4"),
        study(line(name="林业碳汇造林用电")),
        study(line(declared=None), line(id="spared", name="副产蒸汽抵消外购电力", amount="-10", credit=True), declared="571.92"),
        study(heat(name="炼焦洗精煤", unit="t", own=own(unit="t", name="洗精煤生产")), declared="577.7"),
        study(heat(name="蒸汽", unit="kg", own=own(unit="kg", name="蒸汽碳足迹因子")), declared="577.7"),
        study(balance=[{"role": "input", "name": "煤", "mass": "100", "unit": "t"}, {"role": "product", "name": "焦", "mass": "99", "unit": "t"}]),
        study(line(), gas("100", gas="CO2_uptake", stage="production"), gas("100", id="b", gas="CO2_biogenic", stage="production"), boundary="gate_to_gate"),
        study(cutoffs=[{"item": "绳", "reason": "少", "mass_percent": "0.5"}]),
        study(declared="577.71"),
        study(declared="580", declared_stages={"production": "580"}),
        coking(allocation={"method": "physical", "key": "mass", "justification": "产品按质量计价"}) | {"sensitivity": "见第6章", "declared": "952.38"},
    ],
)  # fmt: skip
def test_a_sound_study_raises_no_doubt(body: Any) -> None:
    assert [one for one in short(body) if one[1] != "info"] == []


def test_every_check_has_its_place_and_its_advice() -> None:
    """R07, R16 and R17 need more than a study and are tested below; the rest by the cases of both files."""
    here = {found[0][:3] for _, found in CASES} | {"R05", "R07", "R16", "R17", "R18"}
    advice = {render(Finding(f"{check}:x", None, "info", "x").advice, "zh") for check in CHECKS}  # type: ignore[arg-type]

    assert sorted(here) == list(CHECKS)
    assert len(advice) == 18


def test_a_finding_carries_its_line_and_both_figures() -> None:
    found = next(one for one in reviewed(study(moved(amount="60000"))) if one.check == "R14")

    assert (found.line, found.expected, found.got) == ("moved", "50000", "60000")
    assert found.as_json()["advice"]["key"] == "footprint.advice.R14"
