"""What a footprint would be with another choice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caseflow.footprint import scenarios
from caseflow.footprint.calculation import calculate
from caseflow.footprint.process import Allocation
from caseflow.footprint.study import Study, read
from tests.footprint.published import coking, gas, line, process, shipped, study, system

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
