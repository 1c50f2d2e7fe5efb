"""Warming potentials are those that the reports print, and every gas belongs to one part of a footprint."""

from __future__ import annotations

from fractions import Fraction

import pytest

from caseflow.footprint.gases import GASES, GWP_SETS, NoPotential, characterise, gas, gwp, part_of
from tests.footprint.published import example


def test_every_potential_is_the_published_one() -> None:
    """Two independent transcriptions of the reports: the table of the program and the file beside this test."""
    published = example("gwp100")["gwp100"]
    found = {}
    for name in published:
        for gwp_set in GWP_SETS:
            try:
                found[name, gwp_set] = gwp(name, gwp_set)
            except NoPotential:
                found[name, gwp_set] = None

    assert {
        (name, gwp_set): None if values[gwp_set] is None else Fraction(str(values[gwp_set]))
        for name, values in published.items()
        for gwp_set in GWP_SETS
    } == found


def test_the_table_has_no_gas_that_is_not_checked() -> None:
    """What is not in the published table is carbon dioxide by its origin, or an amount of CO2e."""
    more = set(GASES) - set(example("gwp100")["gwp100"])

    assert more == {"CO2_biogenic", "CO2_uptake", "CO2_land_use", "CO2_aircraft", "CO2e"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HFC-134a", "HFC134a"),
        ("hfc 43-10mee", "HFC4310mee"),
        ("c-C4F8", "cC4F8"),
        ("CH4 fossil", "CH4_fossil"),
        ("CH₄", "CH4"),
        ("甲烷", "CH4"),
        ("六氟化硫", "SF6"),
        ("R22", "HCFC22"),
        ("CO2 (biogenic)", "CO2_biogenic"),
        ("water", None),
        ("", None),
    ],
)
def test_a_gas_is_found_by_its_usual_names(text: str, expected: str | None) -> None:
    assert expected == gas(text)


def test_methane_of_the_sixth_report_depends_on_its_origin() -> None:
    """GHG Protocol, August 2024: 29.8 for fossil, 27.0 for other methane; 27.9 without the split."""
    found = characterise({"CH4_fossil": Fraction(10), "CH4_non_fossil": Fraction(10), "CH4": Fraction(10)}, "AR6")

    assert found == {"CH4_fossil": 298, "CH4_non_fossil": 270, "CH4": 279}


def test_a_gas_without_a_potential_is_not_counted_as_nothing() -> None:
    """The fourth report gives none for sulfuryl fluoride."""
    with pytest.raises(NoPotential) as missing:
        gwp("SO2F2", "AR4")

    assert (missing.value.gas, missing.value.gwp_set) == ("SO2F2", "AR4")


@pytest.mark.parametrize(
    ("name", "otherwise", "expected"),
    [
        ("CH4_non_fossil", "fossil", "biogenic"),
        ("CO2_uptake", "fossil", "uptake"),
        ("CO2_land_use", "fossil", "land_use"),
        ("CO2e", "biogenic", "biogenic"),
        ("N2O", "fossil", "fossil"),
        ("CH4_fossil", "aircraft", "aircraft"),
    ],
)
def test_a_gas_belongs_to_the_part_of_its_origin(name: str, otherwise: str, expected: str) -> None:
    assert expected == part_of(name, otherwise)
