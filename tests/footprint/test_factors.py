"""The shipped releases say what the authorities published, and a release that contradicts itself is not read."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from caseflow.footprint.factors import read_release
from caseflow.footprint.fuels import combustion
from caseflow.words import Refused, render
from tests.footprint.published import shipped

_RELEASE: dict[str, Any] = {
    "id": "fuels",
    "title": {"zh": "燃料", "en": "Fuels"},
    "authority": "national",
    "document": "GB/T 32151.22-2024",
    "published": "2024-12-31",
    "common": {"kind": "combustion", "unit": "t", "region": "CN", "year": 2024, "source": "C.1", "evidence": "read"},
    "factors": [
        {
            "id": "diesel",
            "series": "burning-diesel",
            "value": "3095.9",
            "name": {"zh": "柴油", "en": "Diesel"},
            "fuel": {"heat": "42.652", "heat_unit": "t", "carbon": "0.0202", "oxidation": "0.98"},
        }
    ],
}


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("cn-electricity-footprint-2023/mix", "0.6205"),
        ("cn-electricity-footprint-2024/mix", "0.5777"),
        ("cn-electricity-footprint-2024/coal", "0.924"),
        ("cn-electricity-footprint-2024/grid-with-losses", "0.0327"),
        ("cn-electricity-co2-2023/CN", "0.5306"),
        ("cn-electricity-co2-2021/CN-fossil", "0.8426"),
        ("cn-electricity-co2-2023/grid-southwest", "0.2472"),
        ("cn-electricity-co2-2021/CN-360000", "0.5835"),
        ("cn-electricity-co2-2022/CN-360000", "0.5752"),
        ("cn-electricity-co2-2023/CN-360000", "0.5836"),
        ("cn-electricity-co2-2021/CN-140000", "0.7222"),
        ("cn-electricity-co2-2022/CN-140000", "0.7096"),
        ("cn-electricity-co2-2023/CN-140000", "0.6634"),
    ],
)
def test_electricity_factors_are_those_of_the_announcements(ref: str, expected: str) -> None:
    """Announcements 2024 no. 12, of 20 Dec 2024, 2025 no. 47 (CO2); 2025 no. 3 and of 28 Sep 2025 (footprint)."""
    factor = shipped().factors.get(ref)

    assert factor is not None
    assert Decimal(expected) == factor.value


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_each_year_has_thirty_provinces_and_seven_grids(year: int) -> None:
    """Tibet has no value in any of the three announcements."""
    found = shipped().factors.search(kind="co2", year=year)
    provinces = [factor.region for factor in found if factor.region.isdecimal()]
    grids = [factor.region for factor in found if factor.region.startswith("grid-")]

    assert (len(set(provinces)), len(set(grids))) == (30, 7)
    assert "540000" not in provinces


def test_the_footprint_of_electricity_fell_by_the_published_share() -> None:
    """The authorities' own explanation of the 2024 figure says -6.9 %."""
    old, new = shipped().factors.series("electricity-mix", "CN")

    assert Decimal("-6.9") == round((new.value - old.value) / old.value * 100, 1)


@pytest.mark.parametrize(
    ("ref", "per_tonne"),
    [("diesel", "3.0959"), ("gasoline", "2.9251"), ("natural-gas", "21.622")],
)
def test_fuel_factors_are_those_published(ref: str, per_tonne: str) -> None:
    """DB11/T 1785-2020 table C.10: t CO2 per t, and per 10^4 Nm3 of natural gas."""
    factor = shipped().factors.get(f"cn-fuel-combustion-2024/{ref}")

    assert factor is not None
    assert Decimal(per_tonne) * 1000 == factor.value


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("diesel", 3.09591),
        ("gasoline", 2.925056),
        ("lpg", 3.10133),
        ("lng", 2.831257),
        ("natural-gas", 21.621888),
        ("anthracite", 2.521512),
        ("bituminous", 1.74175),
        ("lignite", 1.172864),
        ("washed-coal", 2.208185),
        ("other-washed-coal", 1.051936),
        ("briquette", 1.935965),
        ("coke", 2.860419),
    ],
)
def test_fuel_parameters_give_the_factor(id_: str, expected: float) -> None:
    """GB/T 32151.22-2024 Annex C Table C.1: heat value x carbon content x oxidation x 44/12, t CO2."""
    factor = shipped().factors.get(f"cn-fuel-combustion-2024/{id_}")
    assert factor is not None
    assert factor.fuel is not None

    actual = combustion(factor.fuel, factor.unit)

    assert actual is not None
    assert expected == pytest.approx(float(actual) / 1000, abs=6e-7)


def test_every_electricity_co2_factor_names_the_footprint_factor_that_is_due() -> None:
    dues = {factor.due for factor in shipped().factors.search(kind="co2")}

    assert {"electricity-mix/CN"} == dues


@pytest.mark.parametrize(("year", "expected"), [(2022, 2023), (2023, 2023), (2024, 2024), (2026, 2024)])
def test_the_best_factor_is_the_latest_not_after_the_activity(year: int, expected: int) -> None:
    factor = shipped().factors.best("electricity-mix", "CN", year)

    assert factor is not None
    assert expected == factor.year


def test_a_search_finds_a_factor_by_its_chinese_name() -> None:
    found = shipped().factors.search("光伏", kind="footprint")

    assert [one.ref for one in found] == ["cn-electricity-footprint-2024/pv", "cn-electricity-footprint-2023/pv"]


def test_a_release_read_from_its_own_json_has_the_same_hash() -> None:
    for release in shipped().factors.releases:
        again = read_release(release.as_json())

        assert release.hash == again.hash
        assert release == again


def test_another_value_is_another_hash() -> None:
    other = copy.deepcopy(_RELEASE)
    other["factors"][0]["value"] = "3095.91"

    assert read_release(_RELEASE).hash != read_release(other).hash


def test_a_factor_that_its_own_parameters_cannot_give_is_refused() -> None:
    """A published row prints NCV 43.33 for diesel beside 3.0959, which only follows from 42.652."""
    wrong = copy.deepcopy(_RELEASE)
    wrong["factors"][0]["fuel"]["heat"] = "43.33"

    with pytest.raises(Refused) as refused:
        read_release(wrong)

    assert [render(reason, "zh") for reason in refused.value.reasons] == [
        "factors[0].value：因子值 3095.9 与由其参数复算的 3145.12 不符"
    ]


def test_every_problem_of_a_release_is_named_at_once() -> None:
    wrong = copy.deepcopy(_RELEASE)
    del wrong["document"]
    wrong["common"]["kind"] = "combustoin"
    wrong["factors"].append({**wrong["factors"][0], "value": "many", "unit": "斤"})
    wrong["factors"][0]["valeu"] = 1

    with pytest.raises(Refused) as refused:
        read_release(wrong, "fuels.yaml")

    assert [(reason.key, reason.values["path"]) for reason in refused.value.reasons] == [
        ("footprint.missing", "fuels.yaml.document"),
        ("footprint.not_offered_near", "fuels.yaml.factors[0].kind"),
        ("footprint.unknown_key_near", "fuels.yaml.factors[0].valeu"),
        ("footprint.not_offered_near", "fuels.yaml.factors[1].kind"),
        ("footprint.not_a_number", "fuels.yaml.factors[1].value"),
        ("footprint.not_offered", "fuels.yaml.factors[1].unit"),
        ("footprint.twice", "fuels.yaml.factors[1].id"),
    ]
