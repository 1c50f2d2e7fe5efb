"""Amounts change their unit exactly, or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from caseflow.footprint.units import UNITS, ratio, unit


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("kWh", "MJ", Fraction(18, 5)),
        ("万kWh", "kWh", Fraction(10_000)),
        ("MWh", "GJ", Fraction(18, 5)),
        ("t", "kg", Fraction(1000)),
        ("万Nm3", "Nm3", Fraction(10_000)),
        ("kg·km", "t·km", Fraction(1, 1000)),
        ("L", "m3", Fraction(1, 1000)),
        ("tce", "kgce", Fraction(1000)),
    ],
)
def test_a_ratio_is_exact(source: str, target: str, expected: Fraction) -> None:
    actual = ratio(source, target)

    assert expected == actual


@pytest.mark.parametrize(
    ("source", "target"), [("Nm3", "m3"), ("tce", "GJ"), ("tce", "t"), ("kWh", "kg"), ("t", "t·km"), ("kWh", "斤")]
)
def test_what_measures_different_things_has_no_ratio(source: str, target: str) -> None:
    assert ratio(source, target) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("吨公里", "t·km"), ("t*km", "t·km"), ("万 kWh", "万kWh"), ("度", "kWh"), ("件", "piece"), ("Nm³", "Nm3")],
)
def test_usual_spellings_name_the_unit(text: str, expected: str) -> None:
    found = unit(text)

    assert found is not None
    assert expected == found.id


def test_every_ratio_there_and_back_is_one() -> None:
    back = {
        ratio(one, other) * ratio(other, one)
        for one in UNITS
        for other in UNITS
        if UNITS[one].dimension == UNITS[other].dimension
    }

    assert {Fraction(1)} == back
