"""Amounts change their unit exactly, or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from caseflow.footprint.units import UNITS, near, ratio, unit


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
        ("lb", "kg", Fraction("0.45359237")),
        ("kcal", "kJ", Fraction("4.1868")),
        ("MMBtu", "MJ", Fraction("1055.05585262")),
        ("mi", "km", Fraction("1.609344")),
        ("gal", "L", Fraction("3.785411784")),
        ("亩", "hm2", Fraction(1, 15)),
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
    [
        ("吨公里", "t·km"),
        ("t*km", "t·km"),
        ("万 kWh", "万kWh"),
        ("度", "kWh"),
        ("件", "piece"),
        ("Nm³", "Nm3"),
        ("pkm", "人·km"),
    ],
)
def test_usual_spellings_name_the_unit(text: str, expected: str) -> None:
    found = unit(text)

    assert found is not None
    assert expected == found.id


@pytest.mark.parametrize(
    ("text", "expected"), [("KWH", "kWh"), ("kwh", "kWh"), ("KG", "kg"), ("Tce", "tce"), ("nm3", "Nm3"), ("箩", "")]
)
def test_other_capitals_are_recognised_but_not_taken(text: str, expected: str) -> None:
    assert (unit(text), near(text)) == (None, expected)


def test_every_ratio_there_and_back_is_one() -> None:
    back = {
        ratio(one, other) * ratio(other, one)
        for one in UNITS
        for other in UNITS
        if UNITS[one].dimension == UNITS[other].dimension
    }

    assert {Fraction(1)} == back
