"""A study is read whole or refused with everything that is wrong with it."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from caseflow.footprint.plain import decimal_text, number
from caseflow.footprint.study import read
from caseflow.words import Refused
from tests.footprint.published import flow, gas, line, process, study

_FULL: dict[str, Any] = study(
    line(meter="DN-01", certificate="检字第1号", valid_until="2025-06-30"),
    line(id="steam", amount=-3.50, unit="吉焦", factor=None, credit=True, own={"value": 110, "unit": "GJ"}),
    model="一级冶金焦",
    output={"quantity": "1250000.50", "unit": "吨"},
    declared_stages={"production": "577.70"},
    omitted=[{"stage": "use", "reason": "中间产品"}],
)


_RICH: dict[str, Any] = study(
    line(
        data_type="measured", evidence="附件3", supplier="示例供电", region="140000", year=2024, proxy="无同类因子",
        declared="577.7", carrier="electricity", part="fossil", uncertainty={"distribution": "normal", "cv": "0.02"},
        supply={"source": "contract", "instrument": "GEC-1", "redeemed": True, "from": "2024-01-01", "to": "2024-12-31"},
        quality={"technology": 1, "geography": 2, "time": 1, "precision": 1},
    ),
    line(id="steam", factor="own/steam", unit="GJ", amount=None, formula="蒸汽 * 1.05"),
    line(id="road", factor="cn-freight-2024/truck-heavy-diesel", unit=None, amount=None,
         transport={"mode": "road", "mass": "3", "distance": "120", "empty_return": "1"}),
    line(id="leak", factor=None, gas="R32", unit="g", amount="5", conversion=None),
    line(id="coal", factor=None, unit="t", amount="1", own={"value": "90", "unit": "GJ", "source": "x", "origin": "measured"},
         conversion={"value": "20.9", "unit": "GJ", "source": "化验单"}),
    parameters=[{"name": "蒸汽", "value": "2.5", "low": "0", "high": "9", "unit": "GJ", "uncertainty": {"gsd2": "1.1"}}],
    factors=[{
        "id": "steam", "name": "蒸汽", "value": "55.8", "unit": "GJ", "source": "x", "gwp_set": "AR6", "gases": {"CO2": "0.0", "CH4": "2"},
        "origin": "supplier", "supplier": "示例供热", "evidence": "附件4", "valid_until": "2026-01-01", "primary_share": "80",
    }],
    unit_type="declared", product_code="coke", maker="示例焦化", pcr="PCR-1", region="140000",
    mass={"quantity": "1", "unit": "t"}, sensitivity="见报告第6章",
    cutoffs=[{"item": "包装绳", "reason": "量少", "mass_percent": "0.2", "footprint_percent": "0.1"}],
    balance=[{"role": "input", "name": "煤", "mass": "1.3", "unit": "t", "carbon": "70"}],
    carbon_content={"biogenic": "0", "fossil": "850"}, declared_parts={"fossil": "577.7"},
)  # fmt: skip


def _problems(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read(data)
    return [(reason.key, reason.values["path"]) for reason in refused.value.reasons]


def test_a_study_written_and_read_again_is_the_same_study() -> None:
    first = read(_FULL)
    second = read(first.as_json())

    assert first == second
    assert first.hash == second.hash


def test_a_study_with_everything_in_it_is_read_back_the_same() -> None:
    first = read(_RICH)
    second = read(json.loads(json.dumps(first.as_json())))

    assert first == second
    assert first.as_json() == second.as_json()
    assert first.lines[1].amount == Decimal("2.625")
    assert first.lines[2].amount == 720


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"gas": "CO2"}, ("footprint.one_factor", "lines[0].factor")),
        ({"factor": None, "gas": "air"}, ("footprint.gas_unknown", "lines[0].gas")),
        ({"factor": None, "gas": "CO2"}, ("footprint.gas_unit", "lines[0].unit")),
        ({"formula": "1 + 1"}, ("footprint.value_and_formula", "lines[0].formula")),
        ({"amount": None, "formula": "nobody"}, ("footprint.formula_name", "lines[0].formula")),
        ({"transport": {"mode": "road", "mass": "1", "distance": "1"}}, ("footprint.not_freight", "lines[0].unit")),
        (
            {"unit": "t·km", "transport": {"mode": "road", "mass": "1", "mass_unit": "kWh", "distance": "1"}},
            ("footprint.not_freight", "lines[0].transport.mass_unit"),
        ),
        (
            {"unit": "t·km", "transport": {"mode": "road", "mass": "1", "distance": "1", "empty_return": "2"}},
            ("footprint.not_in_range", "lines[0].transport.empty_return"),
        ),
        ({"supply": {"source": "sun"}}, ("footprint.not_offered", "lines[0].supply.source")),
        ({"quality": {"technology": 6, "geography": 1, "time": 1, "precision": 1}}, ("footprint.not_in_range", "lines[0].quality.technology")),
        ({"factor": None, "own": {"value": "1.0", "unit": "kWh", "gases": {"CO2": "2.0"}, "gwp_set": "AR6"}}, ("footprint.gases_value", "lines[0].own.value")),
        ({"factor": None, "own": {"value": "1", "unit": "kWh", "gases": {"CO2": "1"}}}, ("footprint.missing", "lines[0].own.gwp_set")),
        ({"only": "steel"}, ("footprint.unknown_key", "lines[0].only")),
    ],
)  # fmt: skip
def test_a_line_that_contradicts_itself_is_refused(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in _problems(study(line(**change)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"balance": [{"role": "input", "name": "煤", "mass": "1", "unit": "kWh"}]}, ("footprint.not_mass", "balance[0].unit")),
        ({"cutoffs": [{"item": "绳", "mass_percent": "101"}]}, ("footprint.not_in_range", "cutoffs[0].mass_percent")),
        ({"factors": [{"id": "a", "name": "a", "value": "1", "unit": "t"}] * 2}, ("footprint.twice", "factors[1].id")),
        ({"unit_type": "yearly"}, ("footprint.not_offered", "unit_type")),
        ({"processes": [{"id": "a", "name": "a", "stage": "production"}]}, ("footprint.process_without_product", "processes[0].outputs")),
        ({"processes": [process("a", flow("x", "0"))]}, ("footprint.not_positive", "processes[0].outputs[0].amount")),
        ({"processes": [process("a", flow("x", "1"), flow("x", "1"))]}, ("footprint.twice", "processes[0].outputs")),
        ({"processes": [process("a", flow("x", "1", factor="a/b"))]}, ("footprint.flow_factor", "processes[0].outputs[0].factor")),
        ({"processes": [process("a", flow("x", "1"), lines=[gas("1", id="grid")])]}, ("footprint.twice", "processes[0].lines")),
        ({"processes": [process("a", flow("x", "1"))] * 2}, ("footprint.twice", "processes[1].id")),
    ],
)  # fmt: skip
def test_a_study_that_contradicts_itself_is_refused(values: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in _problems(study(**values))


def test_units_are_kept_by_their_id_whichever_spelling_was_given() -> None:
    found = read(_FULL)

    assert [one.unit for one in found.lines] == ["kWh", "GJ"]


def test_numbers_written_differently_give_one_hash() -> None:
    assert read(study(line(amount="1000"))).hash == read(study(line(amount=1000.0))).hash
    assert read(study(line(amount="１０００"))).hash == read(study(line(amount="1e3"))).hash


def test_the_output_says_what_share_falls_on_the_functional_unit() -> None:
    found = read(study(output={"quantity": "250", "unit": "kg"}))

    assert Fraction(4) == found.scale


def test_every_problem_is_named_with_its_path() -> None:
    wrong = study(
        line(unit="斤", amount="1,000"),
        line(factor=None),
        line(id="third", own={"value": 1, "unit": "kWh"}, valid_until="2025-02-30"),
        {"id": "a b"},
        gwp_set="AR7",
        period={"from": "2024-12-31", "to": "2024-01-01"},
        functional_unit={"quantity": 0, "unit": "t"},
        output={"quantity": 1, "unit": "kWh"},
        colour="green",
    )

    assert _problems(wrong) == [
        ("footprint.not_positive", "functional_unit.quantity"),
        ("footprint.output_unit", "output.unit"),
        ("footprint.period_backwards", "period.to"),
        ("footprint.not_offered_near", "gwp_set"),
        ("footprint.unit_unknown", "lines[0].unit"),
        ("footprint.not_a_number", "lines[0].amount"),
        ("footprint.one_factor", "lines[1].factor"),
        ("footprint.not_a_date", "lines[2].valid_until"),
        ("footprint.one_factor", "lines[2].factor"),
        ("footprint.missing", "lines[3].unit"),
        ("footprint.missing", "lines[3].amount"),
        ("footprint.not_an_id", "lines[3].id"),
        ("footprint.missing", "lines[3].stage"),
        ("footprint.missing", "lines[3].name"),
        ("footprint.one_factor", "lines[3].factor"),
        ("footprint.twice", "lines[1].id"),
        ("footprint.unknown_key", "colour"),
    ]


@pytest.mark.parametrize("wrong", [None, [], "study", 7])
def test_what_is_no_mapping_is_refused(wrong: Any) -> None:
    assert _problems(wrong) == [("footprint.not_a_mapping", "/")]


def test_what_is_wrong_as_a_whole_is_told_once() -> None:
    wrong = study(line(own="12", factor=None), period="2024", functional_unit="1 t")

    assert _problems(wrong) == [
        ("footprint.not_a_mapping", "functional_unit"),
        ("footprint.not_a_mapping", "period"),
        ("footprint.not_a_mapping", "lines[0].own"),
    ]


def test_a_unit_in_other_capitals_is_suggested() -> None:
    assert _problems(study(line(unit="KWH"))) == [("footprint.not_offered_near", "lines[0].unit")]


def test_a_study_without_lines_is_refused() -> None:
    assert _problems({**study(), "lines": []}) == [("footprint.wrong_count", "lines")]


def test_too_many_figures_are_counted_and_not_called_unknown() -> None:
    assert _problems(study(declared_stages={f"s{n}": "1" for n in range(51)})) == [
        ("footprint.wrong_count", "declared_stages")
    ]
    assert _problems(study(declared_stages=[1])) == [("footprint.not_a_mapping", "declared_stages")]


def test_half_a_surrogate_pair_is_refused() -> None:
    assert _problems(study(product="\ud800")) == [("footprint.not_a_text", "product")]


@pytest.mark.parametrize(
    "hostile",
    ["1e999999999", "9" * 100_000, 1 << 20_000, float("inf"), float("nan"), "1_000", "0x10", True, "", [], "١٢"],
    ids=[f"no {position}" for position in range(11)],
)
def test_a_hostile_number_is_refused_without_being_computed(hostile: Any) -> None:
    assert number(hostile) is None


@pytest.mark.parametrize(
    ("given", "expected"), [("1.50", "1.5"), ("-0.00", "0"), ("1e3", "1000"), (0.1, "0.1"), ("100", "100")]
)
def test_a_number_has_one_text(given: Any, expected: str) -> None:
    found = number(given)

    assert found is not None
    assert expected == decimal_text(found)
    assert Decimal(expected) == found


@pytest.mark.parametrize(
    "given",
    ["1.5e-24", "0.1234567890123456789012345", "1e24", 1.2345678901234567e-20, "123456789012345678901234.5e-24"],
)
def test_the_text_of_a_number_that_is_taken_is_taken_too(given: Any) -> None:
    found = number(given)

    assert found is not None
    assert number(decimal_text(found)) == found
