"""Formulas are arithmetic and nothing else."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.footprint.formulas import evaluate, evaluate_arrays, names, parse
from caseflow.footprint.parameters import read_parameters
from caseflow.footprint.plain import Part
from caseflow.words import Message, Refused

VALUES = {"x": Decimal(2), "y": Decimal(5), "煤耗": Decimal(3)}


def _refused(text: str) -> Message:
    with pytest.raises(Refused) as refused:
        evaluate(parse(text), VALUES)
    return refused.value.reasons[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 - 3 - 4", "-5"),
        ("8 / 4 / 2", "1"),
        ("-2 ^ 2", "-4"),
        ("2 ^ -1", "0.5"),
        ("2 ** 3 ** 2", "512"),
        ("2 * -x", "-4"),
        ("煤耗 × 1.05 ÷ 3", "1.05"),
        ("（1＋x）＊ y", "15"),
        ("max(x, y, 3) - min(x, y)", "3"),
        ("abs(-1.5) + sqrt(16)", "5.5"),
        ("1e3 / 8", "125"),
        ("ln(exp(1))", "1"),
    ],
)
def test_a_formula_comes_to_what_it_says(text: str, expected: str) -> None:
    assert Decimal(expected) == round(evaluate(parse(text), VALUES), 20)


@pytest.mark.parametrize(
    ("text", "key", "at"),
    [
        ("", "formula_wrong", 1),
        ("1 +", "formula_wrong", 4),
        ("1 // 2", "formula_wrong", 4),
        ("x y", "formula_wrong", 3),
        ("x.real", "formula_wrong", 2),
        ("(1", "formula_wrong", 3),
        ("1 < 2", "formula_wrong", 3),
        ("x if y else 1", "formula_wrong", 3),
        ("'x'", "formula_wrong", 1),
        ("[1]", "formula_wrong", 1),
        ("max()", "formula_wrong", 5),
    ],
)
def test_what_is_no_formula_is_refused_at_its_place(text: str, key: str, at: int) -> None:
    reason = _refused(text)

    assert (reason.key, reason.values["at"]) == (f"footprint.{key}", at)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("__import__(1)", "formula_function"),
        ("eval(1)", "formula_function"),
        ("sqrt(1, 2)", "formula_operands"),
        ("z + 1", "formula_name"),
        ("1 / 0", "formula_undefined"),
        ("sqrt(0 - 1)", "formula_undefined"),
        ("9 ^ 99", "formula_undefined"),
        ("9 ^ 9 ^ 9 ^ 9", "formula_undefined"),
        ("10 ^ 30", "formula_undefined"),
        ("exp(1000000)", "formula_undefined"),
        ("(" * 60 + "1" + ")" * 60, "formula_deep"),
        ("^".join(["2"] * 60), "formula_deep"),
        ("+".join(["1"] * 120), "formula_big"),
        ("1" * 501, "formula_long"),
    ],
)
def test_what_cannot_be_computed_is_refused(text: str, key: str) -> None:
    assert _refused(text).key == f"footprint.{key}"


def test_a_formula_knows_its_names() -> None:
    assert names(parse("a * (b + max(c, 1)) - a")) == {"a", "b", "c"}


@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_arrays_give_the_same_figures(x: float, y: float) -> None:
    tree = parse("max(x, y) / (x + y) ^ 2 - sqrt(x) * ln(y) + abs(x - y) + min(x, 2)")
    one = evaluate(tree, {"x": Decimal(x), "y": Decimal(y)})

    many = evaluate_arrays(tree, {"x": np.array([x, 1.0]), "y": np.array([y, 1.0])})

    assert many[0] == pytest.approx(float(one), rel=1e-12, abs=1e-12)


def test_a_complex_step_gives_the_exact_derivative() -> None:
    tree = parse("x ^ 3 + max(x, 1) * abs(0 - x) + ln(x)")
    step = 1e-30

    found = evaluate_arrays(tree, {"x": np.array([2 + 1j * step])}).imag / step

    assert found[0] == pytest.approx(3 * 4 + 2 * 2 + 0.5, rel=1e-14)


def _read(*bodies: dict[str, Any]) -> dict[str, Decimal]:
    parts = list(Part({"all": list(bodies)}).parts("all", 100))
    found = read_parameters(parts)
    parts[0].refuse_if_wrong()
    return {one.name: one.value for one in found}


def test_parameters_are_computed_in_the_order_of_their_needs() -> None:
    found = _read(
        {"name": "total", "formula": "coal + gas"},
        {"name": "gas", "formula": "coal / 4"},
        {"name": "coal", "value": 100, "low": 0, "high": 200},
    )

    assert found == {"coal": 100, "gas": 25, "total": 125}


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([{"name": "a", "formula": "b"}, {"name": "b", "formula": "a"}], "parameter_circle"),
        ([{"name": "a", "value": 1}, {"name": "a", "value": 2}], "twice"),
        ([{"name": "max", "value": 1}], "not_a_name"),
        ([{"name": "a b", "value": 1}], "not_a_name"),
        ([{"name": "a", "value": 5, "high": 4}], "not_in_range"),
        ([{"name": "a", "formula": "1 +"}], "formula_wrong"),
        ([{"name": "a", "formula": "c"}], "formula_name"),
        ([{"name": "a", "formula": "1", "value": 1}], "value_and_formula"),
        ([{"name": "a", "formula": "1", "uncertainty": {"gsd2": 1.1}}], "spread_of_formula"),
    ],
)
def test_a_wrong_parameter_is_named(bodies: list[dict[str, Any]], expected: str) -> None:
    with pytest.raises(Refused) as refused:
        _read(*bodies)

    assert f"footprint.{expected}" in [reason.key for reason in refused.value.reasons]


def test_figures_keep_thirty_four_digits() -> None:
    third = evaluate(parse("1 / 3"), {})

    assert abs(third * 3 - 1) < Decimal("1e-33")
    assert math.isclose(float(third), 1 / 3)
