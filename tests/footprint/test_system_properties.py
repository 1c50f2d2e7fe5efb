"""Whatever the system: order, measure and demand change nothing but what they must."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.footprint.published import flow, gas, process, result, system


@st.composite
def chains(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to eight processes, each taking a little of any other."""
    size = draw(st.integers(1, 8))
    amounts = st.decimals("0.5", "50", places=3)
    found = []
    for number in range(size):
        output = draw(amounts)
        inputs = [
            flow(f"p{other}", str(round(output * draw(st.integers(0, 10)) / 100, 6)))
            for other in range(size)
            if other != number
        ]
        inputs = [one for one in inputs if Decimal(one["amount"]) > 0]
        found.append(
            process(
                f"a{number}",
                flow(f"p{number}", str(output)),
                inputs=inputs,
                lines=[gas(str(draw(amounts)), id=f"l{number}")],
            )
        )
    return found


@settings(max_examples=60, deadline=None)
@given(chains(), st.randoms(use_true_random=False))
def test_the_order_of_processes_changes_no_bit(processes: list[dict[str, Any]], chance: random.Random) -> None:
    shuffled = list(processes)
    chance.shuffle(shuffled)
    wanted = "p0"

    first = result(system(*processes, product=wanted))
    other = result(system(*shuffled, product=wanted))

    assert first.total == other.total


@settings(max_examples=60, deadline=None)
@given(chains(), st.integers(2, 9))
def test_a_process_written_for_another_measure_is_the_same_process(processes: list[dict[str, Any]], times: int) -> None:
    def scaled(body: dict[str, Any]) -> dict[str, Any]:
        def more(one: dict[str, Any]) -> dict[str, Any]:
            return {**one, "amount": str(Decimal(one["amount"]) * times)}

        return {**body, **{name: [more(one) for one in body[name]] for name in ("outputs", "inputs", "lines")}}

    first = result(system(*processes, product="p0")).total
    other = result(system(scaled(processes[0]), *processes[1:], product="p0")).total

    assert first == pytest.approx(other, rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(chains(), st.integers(1, 8))
def test_twice_the_demand_is_twice_thetotal(processes: list[dict[str, Any]], power: int) -> None:
    once = result(system(*processes, product="p0")).total
    more = result(system(*processes, product="p0", demand=str(2**power))).total

    assert once * 2**power == pytest.approx(more, rel=1e-15)


@settings(max_examples=60, deadline=None)
@given(chains())
def test_what_stands_behind_the_product_is_the_sum_of_what_happens(processes: list[dict[str, Any]]) -> None:
    """The intensity of what is asked for, and the direct burdens of all that is needed, are two roads to one total."""
    found = result(system(*processes, product="p0"))

    assert found.processes[0].intensity == pytest.approx(found.total, rel=1e-12)
    assert math.fsum(one.direct for one in found.processes) == pytest.approx(found.total, rel=1e-12)
