"""Burdens are shared by every method of the standard, and the shares are exactly one."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from caseflow.footprint.allocation import shares
from caseflow.footprint.calculation import calculate
from caseflow.footprint.scenarios import alternatives
from caseflow.footprint.study import read
from caseflow.words import Refused
from tests.footprint.published import COPRODUCTS, coking, flow, gas, process, shipped, system, total


@pytest.mark.parametrize(
    ("allocation", "share"),
    [
        ({"method": "physical", "key": "mass"}, Fraction(1000, 1250)),
        ({"method": "physical", "key": "energy"}, Fraction(28000, 28000 + 1850 + 8000)),
        ({"method": "economic"}, Fraction(1800, 1800 + 150 + 100)),
        ({"method": "shares", "shares": {"coke": "0.9", "tar": "0.06", "gas": "0.04"}}, Fraction(9, 10)),
    ],
)
def test_a_burden_is_shared_by_the_chosen_key(allocation: dict[str, Any], share: Fraction) -> None:
    """Mass: 1000 of 1250 kg. Energy: MJ/kg x kg. Price: yuan/kg x kg."""
    assert float(share) == pytest.approx(total(coking(**allocation)), rel=1e-15)


@pytest.mark.parametrize("method", ["physical", "economic"])
def test_shares_add_up_to_one_and_products_carry_the_whole_burden(method: str) -> None:
    allocation = {"method": method, "key": "energy"}
    found = shares(read(system(coking(**allocation))).processes[0])
    whole = [total(coking(**allocation), demand=one["amount"], product=one["product"]) for one in COPRODUCTS]

    assert sum(found.values()) == 1
    assert math.fsum(whole) == pytest.approx(1000, rel=1e-14)


def test_a_subdivided_process_shares_nothing() -> None:
    body = process(
        "plant",
        flow("steel", "10"),
        flow("slag", "4", role="coproduct"),
        inputs=[flow("ore", "8", only="steel")],
        lines=[gas("30", id="a", only="steel"), gas("2", id="b", only="slag")],
        allocation={"method": "subdivision"},
    )
    ore = process("mine", flow("ore", "1"), lines=[gas("0.5", id="c")])

    assert total(body, ore) == pytest.approx(3.4)
    assert total(body, ore, product="slag") == 0.5


def test_part_of_a_process_may_serve_one_product_alone() -> None:
    body = process(
        "plant",
        flow("steel", "6"),
        flow("slag", "4", role="coproduct"),
        lines=[gas("30", id="a"), gas("6", id="b", only="steel")],
        allocation={"method": "physical", "key": "mass"},
    )

    assert total(body) == pytest.approx(30 * 0.6 / 6 + 1)


def test_a_line_and_an_input_may_have_shares_of_their_own() -> None:
    """A physical cause: what the scrubber takes follows the sulphur, nine tenths of it from coke."""
    body = process(
        "plant",
        flow("coke", "6"),
        flow("tar", "4", role="coproduct"),
        inputs=[flow("lime", "5", shares={"coke": "0.9", "tar": "0.1"})],
        lines=[gas("30", id="a"), gas("10", id="b", shares={"coke": "0.25", "tar": "0.75"})],
        allocation={"method": "physical", "key": "mass"},
    )
    lime = process("kiln", flow("lime", "1"), lines=[gas("2", id="c")])

    assert total(body, lime) == pytest.approx((0.6 * 30 + 2.5 + 9) / 6)
    assert total(body, lime, product="tar") == pytest.approx((0.4 * 30 + 7.5 + 1) / 4)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"shares": {"coke": "0.9"}}, "shares_sum"),
        ({"shares": {"coke": "0.9", "slag": "0.1"}}, "not_offered"),
        ({"shares": {"coke": "1"}, "only": "coke"}, "shares_or_only"),
    ],
)
def test_shares_of_a_line_that_do_not_fit_are_refused(values: dict[str, Any], expected: str) -> None:
    body = system(process("plant", *COPRODUCTS, lines=[gas("1", **values)], allocation={"method": "economic"}))

    with pytest.raises(Refused) as refused:
        read(body)

    assert f"footprint.{expected}" in [reason.key for reason in refused.value.reasons]


def test_stated_shares_within_a_billionth_are_scaled_to_one() -> None:
    given = {"coke": "0.9000000005", "tar": "0.06", "gas": "0.04"}
    found = shares(read(system(coking(method="shares", shares=given))).processes[0])

    assert sum(found.values()) == 1


def test_the_effect_of_every_other_allocation_is_computed() -> None:
    body = read(system(coking(method="physical", key="mass")))
    found = alternatives(body, shipped(), calculate(body, shipped()))

    assert {(one.allocation.method, one.allocation.key): one.total for one in found} == {
        ("economic", ""): pytest.approx(1800 / 2050),
        ("physical", "energy"): pytest.approx(28000 / 37850),
    }
    assert [one.change for one in found] == [pytest.approx((one.total / 0.8 - 1) * 100) for one in found]
