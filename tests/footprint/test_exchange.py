"""PACT 3 files: what goes out keeps the rules and its identities, what comes in is recomputed and its faults are findings."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.footprint.calculation import calculate
from caseflow.footprint.exchange import read_exchange
from caseflow.footprint.exchange_rules import CARBON, FOOTPRINT, validate
from caseflow.footprint.exchange_writing import Sender, write_exchange
from caseflow.footprint.study import read
from caseflow.words import Refused, render
from tests.footprint.published import gas, line, shipped, study

SENDER = Sender(["urn:company:example:coking"], ["urn:example:coke"], datetime(2025, 3, 1, 8, tzinfo=UTC))
_OWN = {"value": "10", "unit": "t", "source": "x", "gwp_set": "AR6"}


def product(**values: Any) -> dict[str, Any]:
    """A study from cradle to gate that says all that an exchange asks for."""
    lines = values.pop("lines", None) or [
        line(primary=False, quality={"technology": 1, "geography": 2, "time": 3, "precision": 1}),
        line(id="coal", stage="raw_material", factor=None, own=_OWN, unit="t", amount="30",
             quality={"technology": 2, "geography": 2, "time": 2, "precision": 2}),
    ]  # fmt: skip
    own = {
        "boundary": "cradle_to_gate", "maker": "示例焦化", "model": "一级", "carbon_content": {"fossil": "850"},
        "region": "140100", "declared": "877.7", "pcr": "PCR-1",
    }  # fmt: skip
    return study(*lines, **{**own, **values})


def out(data: dict[str, Any] | None = None) -> dict[str, Any]:
    return write_exchange(read(data or product()), shipped(), SENDER)


def foreign(**carbon: Any) -> dict[str, Any]:
    """A file that keeps every rule, with figures of ``carbon`` in place of its own (None: absent)."""
    body = out()
    body["pcf"] = {name: value for name, value in {**body["pcf"], **carbon}.items() if value is not None}
    return body


def _refused(data: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_exchange(data)
    return [one.values.get("path", one.key) for one in refused.value.reasons]


def test_a_study_goes_out_with_every_property_that_is_required_and_breaks_no_rule() -> None:
    body = out()
    carbon = body["pcf"]

    assert validate(json.loads(json.dumps(body))) == ()
    assert {one.name for one in FOOTPRINT if one.required} <= set(body)
    assert {one.name for one in CARBON if one.required} <= set(carbon)
    assert (carbon["declaredUnitOfMeasurement"], carbon["declaredUnitAmount"]) == ("kilogram", "1000")
    assert carbon["productMassPerDeclaredUnit"] == "1000"
    assert (carbon["referencePeriodStart"], carbon["referencePeriodEnd"]) == (
        "2024-01-01T00:00:00Z",
        "2025-01-01T00:00:00Z",
    )
    assert carbon["pcfExcludingBiogenicUptake"] == "877.7"
    assert carbon["primaryDataShare"] == "34.1802"
    assert carbon["dqi"] == {"technologicalDQR": "1.34", "geographicalDQR": "2.00", "temporalDQR": "2.66"}
    assert carbon["secondaryEmissionFactorSources"][0]["version"] == "cn-electricity-footprint-2024"
    assert (body["created"], body["specVersion"], body["companyName"]) == ("2025-03-01T08:00:00Z", "3.0.3", "示例焦化")


def test_the_same_study_has_the_same_id_and_another_result_another() -> None:
    assert out()["id"] == out()["id"]
    assert out()["id"] != out(product(gwp_set="AR5"))["id"]


def test_what_comes_back_has_no_finding_and_is_the_footprint_that_went_out() -> None:
    found = read_exchange(out())
    own = found.own_factor()

    assert found.findings == ()
    assert (found.unit, found.amount, found.period_to, found.valid_until) == (
        "kg",
        1000,
        date(2024, 12, 31),
        date(2027, 12, 31),
    )
    assert (own.value, own.unit, own.origin, own.year) == (Decimal("0.8777"), "kg", "exchange", 2024)
    assert (own.supplier, own.gwp_set, own.region, own.reach) == ("示例焦化", "AR6", "CN", "cradle_to_gate")
    assert own.primary_share == Decimal("34.1802")


def test_a_footprint_from_a_supplier_weighs_a_line_of_the_next_study() -> None:
    own = read_exchange(out()).own_factor("coke")
    using = study(line(factor="own/coke", unit="t", amount="2"), factors=[own.as_json()], declared=None)

    assert calculate(read(using), shipped()).total == pytest.approx(2 * 877.7, rel=1e-12)


def test_uptake_and_land_use_stay_apart_on_the_way_out_and_in() -> None:
    """Of 44 kg CO2 taken up 11 are set free again: 33 kg are in the product, which is 9 kg of carbon."""
    body = out(product(lines=[
        line(amount="10"), gas("44", id="up", gas="CO2 uptake", stage="raw_material"), gas("11", id="free", gas="CO2 biogenic", stage="production"),
        gas("2", id="rot", gas="CH4 non-fossil", stage="production"), gas("3", id="land", gas="CO2 land use", stage="raw_material"),
    ], carbon_content={"fossil": "0", "biogenic": "9"}))  # fmt: skip
    carbon = {name: body["pcf"][name] for name in (
        "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions", "landUseChangeGhgEmissions",
        "biogenicNonCO2Emissions", "biogenicCO2Uptake",
    )}  # fmt: skip
    own = read_exchange(body).own_factor("wood")
    using = calculate(
        read(study(line(factor="own/wood", unit="t", amount="1"), factors=[own.as_json()], declared=None)), shipped()
    )

    assert list(carbon.values()) == ["62.777", "29.777", "5.777", "3", "54", "-33"]
    assert read_exchange(body).findings == ()
    assert using.total == pytest.approx(29.777, rel=1e-12)
    assert (using.parts["uptake"], using.parts["land_use"]) == (pytest.approx(-33), pytest.approx(3))


@given(
    st.lists(st.decimals("0.001", "100000", places=5), min_size=1, max_size=12), st.sampled_from(["CO2", "N2O", "CH4"])
)
@settings(max_examples=40, deadline=None)
def test_the_identities_hold_to_the_last_digit_whatever_the_amounts(amounts: list[Decimal], emitted: str) -> None:
    lines = [
        gas(str(one), id=f"g{at}", gas=emitted, stage="raw_material" if at else "production")
        for at, one in enumerate(amounts)
    ]
    carbon = out(product(lines=[*lines, line(id="x", stage="raw_material")]))["pcf"]
    names = ("fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicNonCO2Emissions")

    assert sum(Decimal(carbon[name]) for name in names) == Decimal(carbon["pcfExcludingBiogenicUptake"])


def test_what_happens_after_the_gate_is_left_out_and_named() -> None:
    body = out(
        product(
            lines=[line(), line(id="a", stage="raw_material"), line(id="b", stage="use")], boundary="cradle_to_grave"
        )
    )

    assert body["pcf"]["pcfExcludingBiogenicUptake"] == "1155.4"
    assert body["comment"].endswith("after the gate and not included: Use")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"boundary": "gate_to_gate"}, "footprint.exchange_boundary"),
        ({"maker": None}, "footprint.missing"),
        ({"carbon_content": None}, "footprint.missing"),
        ({"functional_unit": {"quantity": 1, "unit": "元"}}, "footprint.exchange_unit"),
        ({"functional_unit": {"quantity": 1, "unit": "piece"}}, "footprint.missing"),
        ({"lines": [line(factor="a/b")]}, "footprint.exchange_incomplete"),
        ({"lines": [gas("1", gas="CO2 biogenic", stage="production")]}, "footprint.exchange_released"),
        ({"lines": [line(amount="-5", credit=True)]}, "footprint.exchange_breach"),
    ],
)
def test_a_study_that_cannot_be_exchanged_says_why(values: dict[str, Any], expected: str) -> None:
    with pytest.raises(Refused) as refused:
        out(product(**values))

    assert expected in {one.key for one in refused.value.reasons}
    assert all(render(one, "zh") for one in refused.value.reasons)


@pytest.mark.parametrize(
    ("carbon", "residual"),
    [
        ({"pcfExcludingBiogenicUptake": "0.384", "pcfIncludingBiogenicUptake": "-1.23", "fossilGhgEmissions": "0.35",
          "landManagementFossilGhgEmissions": "0.03", "landManagementBiogenicCO2Emissions": "0.004",
          "biogenicCO2Uptake": "-1.61", "biogenicNonCO2Emissions": "0.002", "biogenicCarbonContent": "0.44"}, "0.028"),
        ({"pcfExcludingBiogenicUptake": "5.14", "pcfIncludingBiogenicUptake": "-14.22", "fossilGhgEmissions": "4.78",
          "landManagementFossilGhgEmissions": "0.36", "biogenicCO2Uptake": "-19.36", "biogenicNonCO2Emissions": "0.024",
          "biogenicCarbonContent": "5.28"}, "0.336"),
    ],
    ids=["example-1", "example-2"],
)  # fmt: skip
def test_examples_of_the_specification_break_its_own_sum(carbon: dict[str, str], residual: str) -> None:
    """Figures of spec/v3/examples/example-1.yaml and example-2.yaml of wbcsd/data-exchange-protocol."""
    found = read_exchange(foreign(**carbon)).findings

    assert [one.id for one in found] == ["R17-sum:exchange"]
    assert Decimal(found[0].got) - Decimal(found[0].expected) == Decimal(residual)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pcfIncludingBiogenicUptake": "700"}, ["R17-uptake:exchange"]),
        ({"fossilGhgEmissions": "900"}, ["R17-sum:exchange"]),
        ({"exemptedEmissionsPercent": "7"}, ["R17-exempted:exchange"]),
        ({"biogenicCarbonContent": "4"}, ["R17-carbon:exchange"]),
        ({"declaredUnitAmount": 1000}, ["R17-rule:exchange.pcf.declaredUnitAmount"]),
        ({"geographyCountrySubdivision": "CN-SX"}, ["R17-rule:exchange.pcf.geographyCountrySubdivision"]),
        ({"ipccCharacterizationFactors": ["IPCC 6"]}, ["R17-rule:exchange.pcf.ipccCharacterizationFactors"]),
        ({"crossSectoralStandards": []}, ["R17-rule:exchange.pcf.crossSectoralStandards"]),
        ({"dqi": {"technologicalDQR": "6"}}, ["R17-rule:exchange.pcf.dqi"]),
        ({"ccsTechnologicalCO2Capture": "-1", "pcfExcludingBiogenicUptake": "876.7", "pcfIncludingBiogenicUptake": "876.7"},
         ["R17-rule:exchange.pcf.ccsTechnologicalCO2Capture"]),
        ({"productMassPerDeclaredUnit": None}, ["R17-rule:exchange.pcf.productMassPerDeclaredUnit"]),
    ],
)  # fmt: skip
def test_a_fault_of_a_file_is_a_finding(change: dict[str, Any], expected: list[str]) -> None:
    found = read_exchange(foreign(**change)).findings

    assert [one.id for one in found] == expected
    assert {one.severity for one in found} == {"warning"}
    assert all(render(one.message, language) for one in found for language in ("zh", "en"))
    assert all(render(one.advice, "zh") for one in found)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"pcfExcludingBiogenicUptake": "much"}, "pcf.pcfExcludingBiogenicUptake"),
        ({"pcfExcludingBiogenicUptake": True}, "pcf.pcfExcludingBiogenicUptake"),
        ({"declaredUnitAmount": "0"}, "pcf.declaredUnitAmount"),
        ({"declaredUnitOfMeasurement": "barrel"}, "pcf.declaredUnitOfMeasurement"),
        ({"referencePeriodEnd": None}, "pcf.referencePeriodEnd"),
        ({"referencePeriodEnd": "2020-01-01T00:00:00Z"}, "pcf.referencePeriodEnd"),
    ],
)
def test_a_file_without_a_figure_that_is_needed_is_refused_with_its_place(change: dict[str, Any], path: str) -> None:
    assert _refused(foreign(**change)) == [path]


@pytest.mark.parametrize("data", [None, [], {}, {"pcf": 3}, "x", {"data": []}])
def test_what_is_no_footprint_is_refused(data: Any) -> None:
    assert _refused(data) == ["footprint.exchange_none"]


def test_the_answer_of_a_server_is_read_as_the_footprint_in_it() -> None:
    assert read_exchange({"data": out()}).id == out()["id"]


def test_an_old_version_and_a_deprecated_footprint_are_remarked() -> None:
    found = read_exchange({**out(), "specVersion": "2.3.0", "status": "Deprecated"}).findings

    assert [one.id for one in found] == ["R17-version:exchange", "R17-status:exchange"]


def test_a_footprint_per_data_unit_is_read_but_makes_no_factor() -> None:
    found = read_exchange(foreign(declaredUnitOfMeasurement="megabit second"))

    with pytest.raises(Refused):
        found.own_factor()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from([one.name for one in (*FOOTPRINT, *CARBON)]),
)
@settings(max_examples=150, deadline=None)
def test_no_value_whatever_breaks_the_reader(value: Any, name: str) -> None:
    body = {**out(), name: value}
    body["pcf"] = {**(body["pcf"] if isinstance(body["pcf"], dict) else {}), name: value}

    assert _outcome(body)


def _outcome(body: Any) -> str:
    """That a file is read, or the first reason why it is not; anything else fails the test."""
    try:
        return read_exchange(body).valid_until.isoformat()
    except Refused as refused:
        return refused.reasons[0].key
