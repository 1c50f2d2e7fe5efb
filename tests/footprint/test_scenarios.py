"""What a footprint would be with another choice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from caseflow.footprint import scenarios
from caseflow.footprint.calculation import calculate
from caseflow.footprint.process import Allocation
from caseflow.footprint.study import Study, read
from caseflow.words import Refused
from tests.footprint.published import coking, flow, gas, line, process, shipped, study, system

BOUGHT = {"source": "contract", "instrument": "GEC-1", "redeemed": True, "from": "2024-01-01", "to": "2024-12-31"}


def _total(found: Study) -> float:
    return calculate(found, shipped()).total


def test_another_amount_leaves_formula_and_transport_aside() -> None:
    moved = {"mode": "rail", "mass": "2", "distance": "50"}
    base = read(study(line(unit=None, amount=None, factor="cn-freight-2024/rail", transport=moved)))

    found = scenarios.with_amount(base, "grid", Decimal(1000))

    assert (_total(base), _total(found)) == (pytest.approx(0.6502), pytest.approx(6.502))


def test_another_factor_is_taken_for_one_line() -> None:
    base = read(study(line(), line(id="b")))

    assert _total(scenarios.with_factor(base, "b", "cn-electricity-footprint-2024/wind")) == pytest.approx(577.7 + 32.4)


def test_another_factor_is_taken_inside_a_process() -> None:
    base = read(system(process("a", {"product": "x", "amount": "1", "unit": "kg"}, lines=[line()])))

    assert _total(scenarios.with_factor(base, "grid", "cn-electricity-footprint-2024/wind")) == pytest.approx(32.4)


def test_another_set_of_potentials_moves_gases_alone() -> None:
    base = read(study(line(), gas("1", gas="CH4 fossil", stage="production")))

    assert _total(scenarios.with_gwp_set(base, "AR4")) == pytest.approx(577.7 + 25)
    assert _total(base) == pytest.approx(577.7 + 29.8)


def test_contracts_are_worth_what_the_mix_would_have_been_more() -> None:
    base = read(study(line(factor="cn-electricity-footprint-2024/wind", supply=BOUGHT), line(id="own", amount="10")))

    assert _total(scenarios.at_the_mix(base, shipped())) == pytest.approx(577.7 + 5.777)
    assert scenarios.at_the_mix(read(study()), shipped()) == read(study())


def test_another_allocation_is_taken_for_one_process() -> None:
    base = read(system(coking(method="physical", key="mass")))

    assert _total(scenarios.with_allocation(base, "coking", Allocation("economic"))) == pytest.approx(1800 / 2050)


PLUG = {"parameters": [{"name": "hours", "value": "1000"}], "boundary": "cradle_to_grave"}
PROFILES = [
    {"id": "heavy", "name": "每天使用", "parameters": {"hours": "3000"}},
    {"id": "green", "name": "风电", "factors": {"grid": "cn-electricity-footprint-2024/wind"}},
    {"id": "small", "name": "少买", "amounts": {"grid": "10"}, "description": "停用一半设备"},
]


def test_named_scenarios_stand_beside_the_declared_figure() -> None:
    """A use profile by a parameter, a supply by a factor, an amount by itself."""
    use = line(id="use", stage="use", amount=None, formula="hours * 0.1")
    base = read(study(line(amount="100"), use, **PLUG, scenarios=PROFILES))
    result = calculate(base, shipped())

    found = {one.variant.id: one for one in scenarios.outcomes(base, shipped(), result)}

    assert result.total == pytest.approx(200 * 0.5777)
    assert found["heavy"].total == pytest.approx(400 * 0.5777)
    assert found["heavy"].change == pytest.approx(100)
    assert found["green"].total == pytest.approx(100 * 0.5777 + 100 * 0.0324)
    assert found["small"].total == pytest.approx(110 * 0.5777)
    assert read(base.as_json()) == base


def test_a_scenario_that_cannot_be_says_why() -> None:
    bounded = [
        {
            "name": "hours",
            "value": "1000",
            "high": "2000",
            "uncertainty": {"distribution": "uniform", "low": "900", "high": "1100"},
        }
    ]
    use = line(amount=None, formula="hours")
    wrong = [PROFILES[0], {"id": "other", "name": "别的因子", "factors": {"grid": "cn-electricity-co2-2023/CN"}}]
    base = read(study(use, parameters=bounded, scenarios=wrong))

    out_of_range, wrong_kind = scenarios.outcomes(base, shipped(), calculate(base, shipped()))

    assert (out_of_range.total, [one.key for one in out_of_range.problems]) == (None, ["footprint.not_in_range"])
    assert [one.key for one in wrong_kind.problems] == ["footprint.kind_refused"]


@pytest.mark.parametrize(
    ("scenario", "path"),
    [
        ({"id": "a", "name": "a", "parameters": {"nobody": "1"}}, "scenarios[0].parameters"),
        ({"id": "a", "name": "a", "parameters": {"twice": "1"}}, "scenarios[0].parameters"),
        ({"id": "a", "name": "a", "amounts": {"nobody": "1"}}, "scenarios[0].amounts"),
        ({"id": "a", "name": "a", "factors": {"nobody": "x/y"}}, "scenarios[0].factors"),
        ({"id": "a", "name": "a", "factors": {"grid": 1}}, "scenarios[0].factors.grid"),
        ({"id": "a", "name": "a", "factors": [1]}, "scenarios[0].factors"),
        ({"id": "a", "name": "a"}, "scenarios[0].parameters"),
    ],
)
def test_a_scenario_changes_only_what_is_there(scenario: dict[str, Any], path: str) -> None:
    parameters = [{"name": "hours", "value": "1"}, {"name": "twice", "formula": "2 * hours"}]
    with pytest.raises(Refused) as refused:
        read(study(parameters=parameters, scenarios=[scenario]))

    assert path in [reason.values["path"] for reason in refused.value.reasons]


def test_of_a_large_system_the_processes_that_share_out_most_are_tried() -> None:
    """Sixty pairs of products in a chain, written backwards: what the first sells carries all that stands behind it."""
    pairs = []
    for n in range(60):
        made = [flow(f"p{n}", "1"), flow(f"c{n}", "1", role="coproduct", properties={"price": "3"})]
        made[0]["properties"] = {"price": "1"}
        inputs = [flow(f"p{n + 1}", "1")] if n < 59 else []
        lines = [gas("1", id=f"g{n}.{at}") for at in range(4)]
        allocation = {"method": "physical", "key": "mass"}
        pairs.append(process(f"q{n}", *made, inputs=inputs, lines=lines, allocation=allocation))
    base = read(system(*reversed(pairs), product="p0"))

    found = scenarios.alternatives(base, shipped(), calculate(base, shipped()))

    assert len(found) == 10_000 // (60 + 240)
    assert [one.process for one in found] == [f"q{n}" for n in reversed(range(33))]
    other = scenarios.with_allocation(base, found[0].process, found[0].allocation)
    assert found[0].total == calculate(other, shipped()).total
