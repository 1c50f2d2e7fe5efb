"""Uncertainty by formula and by drawing agree with what is published, and with one another."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from caseflow.footprint.calculation import calculate
from caseflow.footprint.model import Model, Undefined, model
from caseflow.footprint.montecarlo import MOST_DRAWS, sample, simulate
from caseflow.footprint.propagation import gradient, interval, propagate
from caseflow.footprint.report import report
from caseflow.footprint.sensitivity import multipliers, tornado
from caseflow.footprint.study import read
from tests.footprint.published import example, flow, gas, line, process, shipped, study, system
from tests.footprint.test_systems import heijungs

FIVE_PERCENT = {"distribution": "normal", "cv": "0.05"}
PUBLISHED = example("heijungs_suh_electricity")["expected"]
PLACES = {
    "flow:electricity>electricity": "A11",
    "flow:electricity<fuel": "A21",
    "flow:fuel>fuel": "A22",
    "line:b11": "B11",
    "line:b12": "B12",
}


def _model(body: Any, **how: Any) -> Model:
    return model(read(body), shipped(), **how)


def own(value: str = "2", **values: Any) -> dict[str, Any]:
    return {"value": value, "unit": "kg", "source": "实测", **values}


def fifty_lines() -> Any:
    """Fifty materials, weighed by seven factors that they share; everything is uncertain."""
    factors = [
        {**own(str(1 + number / 3)), "id": f"f{number}", "name": f"因子{number}", "uncertainty": {"gsd2": "1.3"}}
        for number in range(7)
    ]
    lines = [
        line(
            id=f"l{number}", name=f"物料{number}", amount=str(1 + number % 9), unit="kg", factor=f"own/f{number % 7}",
            uncertainty={"gsd2": "1.2"},
        )
        for number in range(50)
    ]  # fmt: skip
    return study(*lines, factors=factors, declared=None)


def test_the_first_order_variance_is_the_published_one() -> None:
    """Heijungs and Suh (2002), every figure with a deviation of 5 %: variance 64."""
    found = propagate(_model(heijungs(FIVE_PERCENT)))

    assert PUBLISHED["variance_first_order"] == pytest.approx(found.sd**2, rel=1e-9)
    assert PUBLISHED["sd_first_order"] == pytest.approx(found.sd, rel=1e-9)
    assert (found.method, found.mean) == ("first_order", 120.0)


def test_the_contributions_to_the_variance_are_the_published_ones() -> None:
    found = {PLACES[one.variable]: one.share * 100 for one in propagate(_model(heijungs(FIVE_PERCENT))).contributions}

    assert found == {
        place: pytest.approx(share, rel=1e-9)
        for place, share in PUBLISHED["variance_contribution_pct"].items()
        if share
    }


def test_the_multipliers_are_the_published_ones() -> None:
    found = {
        PLACES[one.variable]: one.multiplier
        for one in multipliers(read(heijungs()), shipped())
        if one.variable in PLACES
    }
    matrix, burdens = PUBLISHED["multipliers_A"], PUBLISHED["multipliers_B"][0]

    assert found == {
        "A11": pytest.approx(matrix[0][0], rel=1e-9),
        "A21": pytest.approx(matrix[1][0], rel=1e-9),
        "A22": pytest.approx(matrix[1][1], rel=1e-9),
        "B11": pytest.approx(burdens[0], rel=1e-9),
        "B12": pytest.approx(burdens[1], rel=1e-9),
    }


def test_the_variance_of_many_draws_is_the_printed_one() -> None:
    """E. Groen prints 60.2, 64.0 and 67.8 for three runs of a thousand draws; ours has ten times as many."""
    found = simulate(_model(heijungs(FIVE_PERCENT)), 10_000, seed=7)
    printed = PUBLISHED["monte_carlo_normal_n1000_variance_printed"]

    assert sum(printed) / len(printed) == pytest.approx(found.sd**2, rel=0.1)
    assert found.static == 120.0


def test_the_model_at_its_stated_figures_is_the_result() -> None:
    for body in (heijungs(FIVE_PERCENT), fifty_lines(), study(line(), line(id="b", own=own(), factor=None, unit="kg"))):
        found = read(body)
        whole = model(found, shipped(), every=True)

        assert calculate(found, shipped()).total == pytest.approx(
            float(whole.evaluate(whole.figures[:, None])[0]), rel=1e-14
        )


def test_exact_moments_agree_with_many_draws() -> None:
    uncertain = _model(fifty_lines())
    exact, drawn = propagate(uncertain), simulate(uncertain, 200_000, seed=1)

    assert exact.method == "exact"
    assert drawn.mean == pytest.approx(exact.mean, rel=1e-3)
    assert drawn.sd == pytest.approx(exact.sd, rel=1e-2)
    assert dict(drawn.percentiles)[2.5] == pytest.approx(exact.low, rel=1e-2)
    assert dict(drawn.percentiles)[97.5] == pytest.approx(exact.high, rel=1e-2)


def test_the_moments_of_two_lognormals_multiplied_are_exact() -> None:
    """sigma of a product of lognormals: sqrt(a² + b²); mean = median x exp(sigma² / 2)."""
    body = study(
        line(
            factor=None, own=own("3", uncertainty={"sigma": "0.4"}), unit="kg", amount="7", uncertainty={"sigma": "0.3"}
        ),
        declared=None,
    )
    found = propagate(_model(body))

    assert found.mean == pytest.approx(21 * math.exp(0.125), rel=1e-12)
    assert found.sd == pytest.approx(found.mean * math.sqrt(math.expm1(0.25)), rel=1e-12)
    assert (found.low, found.high) == (
        pytest.approx(21 * math.exp(-1.959964 * 0.5), rel=1e-6),
        pytest.approx(21 * math.exp(1.959964 * 0.5), rel=1e-6),
    )


def test_lines_that_share_a_factor_share_its_draw() -> None:
    """Ten lines by one factor are as uncertain as one line of ten times the amount."""
    shared = {**own("3", uncertainty={"gsd2": "1.5"}), "id": "f", "name": "因子"}
    apart = study(*(line(id=f"l{n}", unit="kg", amount="1", factor="own/f") for n in range(10)), factors=[shared])
    together = study(line(unit="kg", amount="10", factor="own/f"), factors=[shared])

    assert len(_model(apart).variables) == 1
    assert propagate(_model(apart)).sd == pytest.approx(propagate(_model(together)).sd, rel=1e-12)
    assert sample(_model(apart), 100, 5) == pytest.approx(sample(_model(together), 100, 5), rel=1e-12)


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others() -> None:
    uncertain = _model(fifty_lines())

    first, again, other = (simulate(uncertain, 500, seed) for seed in (7, 7, 8))

    assert json.dumps(first.as_json()) == json.dumps(again.as_json())
    assert first.mean != other.mean


def test_neither_order_nor_size_of_rounds_changes_a_draw() -> None:
    body = fifty_lines()
    turned = {**body, "lines": body["lines"][::-1], "factors": body["factors"][::-1]}

    few, many = sample(_model(body), 300, 7), sample(_model(turned), 1000, 7)

    assert few == pytest.approx(many[:300], rel=1e-12)


def test_uncertain_parameters_move_everything_that_uses_them() -> None:
    """total = x² + 2 x at x = 3: slope 8."""
    body = study(
        line(factor=None, own=own("1"), unit="kg", amount=None, formula="x ^ 2"),
        line(id="b", factor=None, own=own("2"), unit="kg", amount=None, formula="y"),
        parameters=[
            {"name": "y", "formula": "x"},
            {"name": "x", "value": 3, "uncertainty": {"distribution": "normal", "sd": "0.01"}},
        ],
    )
    uncertain = _model(body)

    assert gradient(uncertain) == pytest.approx([8.0], rel=1e-14)
    assert propagate(uncertain).sd == pytest.approx(0.08, rel=1e-12)
    assert simulate(uncertain, 50_000, 3).sd == pytest.approx(0.08, rel=0.02)


def test_an_uncertain_loop_is_solved_for_every_draw() -> None:
    """x = 1 / (1 - a b) with a and b drawn; the draws are those of the model."""
    spread = {"uncertainty": {"gsd2": "1.1"}}
    body = system(
        process("steel", flow("steel", "1"), inputs=[flow("power", "0.5", "kWh", **spread)], lines=[gas("2", id="a")]),
        process("power", flow("power", "1", "kWh"), inputs=[flow("steel", "0.2", **spread)], lines=[gas("1", id="b")]),
    )
    uncertain = _model(body)
    values = np.array([[0.2, 0.3, 0.1], [0.4, 0.6, 0.5]])
    names = [one.id for one in uncertain.variables]
    a, b = values[names.index("flow:steel<power")], values[names.index("flow:power<steel")]

    assert uncertain.evaluate(values) == pytest.approx((2 + a) / (1 - a * b), rel=1e-10)


def test_draws_that_do_not_settle_are_solved_one_by_one() -> None:
    spread = {"uncertainty": {"distribution": "uniform", "low": "1.4", "high": "1.6"}}
    body = system(
        process("steel", flow("steel", "1"), inputs=[flow("power", "1.5", "kWh", **spread)], lines=[gas("2", id="a")]),
        process("power", flow("power", "1", "kWh"), inputs=[flow("steel", "1.5", **spread)], lines=[gas("1", id="b")]),
    )
    values = np.array([[1.5, 1.6], [1.5, 1.4]])

    found = _model(body).evaluate(values)

    assert found == pytest.approx([(2 + 1.5) / (1 - 2.25), (2 + 1.4) / (1 - 2.24)], rel=1e-10)


def test_a_draw_without_a_solution_is_singular() -> None:
    spread = {"uncertainty": {"distribution": "uniform", "low": "0.5", "high": "1.5"}}
    body = system(
        process("steel", flow("steel", "1"), inputs=[flow("power", "1.1", "kWh", **spread)], lines=[gas("2", id="a")]),
        process("power", flow("power", "1", "kWh"), inputs=[flow("steel", "1.1", **spread)], lines=[]),
    )

    with pytest.raises(Undefined):
        _model(body).evaluate(np.array([[1.0], [1.0]]))


def test_a_root_of_a_negative_draw_has_no_total_and_breaks_no_report() -> None:
    body = study(
        line(factor=None, own=own("1"), unit="kg", amount=None, formula="sqrt(x)"),
        parameters=[{"name": "x", "value": 1, "uncertainty": {"distribution": "normal", "sd": "1"}}],
    )

    with pytest.raises(Undefined):
        sample(_model(body), 100, 1)
    found = report(read(body), shipped(), draws=100)[1]["uncertainty"]
    assert (found["formula"]["sd"], found["tornado"], found["simulation"]) == (0.5, [], None)


def test_the_tornado_shows_the_widest_bar_first() -> None:
    bars = tornado(_model(heijungs(FIVE_PERCENT)))
    widths = [one.width for one in bars]

    assert [PLACES[one.variable] for one in bars[:2]] == ["A11", "B11"]
    assert sorted(widths, reverse=True) == widths
    assert bars[1].low == pytest.approx(120 - 100 * 0.05 * 1.959964, rel=1e-6)


def test_elasticities_of_plain_lines_are_their_shares() -> None:
    found = read(study(line(), line(id="b", factor=None, own=own("300"), unit="kg", amount="1")))
    shares = {f"line:{one.id}": one.share for one in calculate(found, shipped()).lines}
    mine = {one.variable: one.multiplier for one in multipliers(found, shipped()) if one.variable.startswith("line:")}

    assert mine == {name: pytest.approx(share, rel=1e-12) for name, share in shares.items()}


def test_what_is_certain_has_no_spread() -> None:
    found = propagate(_model(study()))

    assert (found.mean, found.sd, found.contributions) == (577.7, 0.0, ())
    assert simulate(_model(study()), 10, 1).sd == 0.0
    assert tornado(_model(study())) == ()


def test_a_total_of_nothing_has_no_multipliers() -> None:
    assert multipliers(read(study(line(amount="0"))), shipped()) == ()


@pytest.mark.parametrize("draws", [0, 1, MOST_DRAWS + 1])
def test_too_few_or_too_many_draws_are_refused(draws: int) -> None:
    with pytest.raises(ValueError):
        simulate(_model(study()), draws, 1)


def test_an_interval_that_crosses_zero_is_a_normal_one() -> None:
    assert interval(1.0, 2.0) == (pytest.approx(1 - 3.919928, rel=1e-6), pytest.approx(1 + 3.919928, rel=1e-6))


def test_a_simulation_is_plain_json_with_its_seed() -> None:
    body = simulate(_model(fifty_lines()), 1000, 42).as_json()

    assert (body["seed"], body["draws"], sum(body["histogram"]), len(body["edges"])) == (42, 1000, 1000, 41)
    assert sorted(body["percentiles"], key=float) == ["2.5", "5", "25", "50", "75", "95", "97.5"]
    assert json.loads(json.dumps(propagate(_model(fifty_lines())).as_json()))["method"] == "exact"


def test_a_report_says_how_uncertain_its_total_is() -> None:
    body = report(read(fifty_lines()), shipped(), draws=500, seed=7)[1]["uncertainty"]

    assert (body["formula"]["method"], body["simulation"]["seed"], len(body["tornado"])) == ("exact", 7, 20)
    assert len(body["formula"]["contributions"]) == 20
    assert report(read(fifty_lines()), shipped())[1]["uncertainty"]["simulation"] is None
    assert report(read(study()), shipped())[1]["uncertainty"] is None
