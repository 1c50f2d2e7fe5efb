"""Kinds of factors are types that do not mix, and every factor follows from its own parameters."""

from __future__ import annotations

import copy
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from caseflow.config import ROOT
from caseflow.footprint import factors
from caseflow.footprint.factors import (
    Co2Factor,
    CombustionFactor,
    FootprintFactor,
    TransportFactor,
    read_release,
    weighed,
)
from caseflow.footprint.fuels import Fuel, implausible
from caseflow.footprint.own import read_own
from caseflow.footprint.plain import Part
from caseflow.footprint.release_changes import differences, rebuilt_average
from caseflow.words import Refused
from tests.footprint.published import example, shipped

GRID = example("cn_grid_factor_tables")
CODES = {
    "北京": "110000", "天津": "120000", "河北": "130000", "山西": "140000", "内蒙古": "150000", "辽宁": "210000",
    "吉林": "220000", "黑龙江": "230000", "上海": "310000", "江苏": "320000", "浙江": "330000", "安徽": "340000",
    "福建": "350000", "江西": "360000", "山东": "370000", "河南": "410000", "湖北": "420000", "湖南": "430000",
    "广东": "440000", "广西": "450000", "海南": "460000", "重庆": "500000", "四川": "510000", "贵州": "520000",
    "云南": "530000", "陕西": "610000", "甘肃": "620000", "青海": "630000", "宁夏": "640000", "新疆": "650000",
}  # fmt: skip
REGIONS = {
    "华北": "north", "东北": "northeast", "华东": "east", "华中": "central", "西北": "northwest", "南方": "south",
    "西南": "southwest",
}  # fmt: skip


def _value(ref: str) -> Decimal:
    found = shipped().factors.get(ref)
    assert found is not None, ref
    return found.value


def test_every_electricity_factor_is_the_published_one() -> None:
    """All of the announcements: nation, seven grids, thirty provinces for three years; life cycle by generation type."""
    co2, life = GRID["co2_average"], GRID["lifecycle_footprint"]
    expected: dict[str, float] = {}
    for year in ("2021", "2022", "2023"):
        release = f"cn-electricity-co2-{year}"
        expected |= {
            f"{release}/CN": co2["national"][year],
            f"{release}/CN-without-traded": co2["excluding_market_non_fossil"][year],
            f"{release}/CN-fossil": co2["fossil_only"][year],
        }
        expected |= {f"{release}/grid-{REGIONS[name]}": one[year] for name, one in co2["regional"].items()}
        expected |= {f"{release}/CN-{CODES[name]}": one[year] for name, one in co2["provincial"].items()}
    for year in ("2023", "2024"):
        release = f"cn-electricity-footprint-{year}"
        expected[f"{release}/mix"] = life["national"][year]
        expected |= {f"{release}/{kind}": value for kind, value in life["by_type"][year].items()}
    expected |= {
        "cn-electricity-footprint-2023/grid": 0.0036,
        "cn-electricity-footprint-2024/grid": 0.0046,
        "cn-electricity-footprint-2024/grid-with-losses": 0.0327,
    }
    found = {
        factor.ref: float(factor.value)
        for factor in shipped().factors.search()
        if factor.release.startswith("cn-electricity")
    }

    assert expected == found


@pytest.mark.parametrize(
    ("release", "published"),
    [
        ("cn-freight-2024", [0.0978, 0.1502, 0.2611, 0.2478, 0.1278, 0.006502, 0.008122, 0.004505, 0.921]),
        (
            "uk-freight-2025",
            [0.10163, 0.19748, 0.07800, 0.07703, 0.6313, 0.02779, 0.01612, 0.00353, 0.01321, 0.5313, 0.89939],
        ),
    ],
)
def test_freight_factors_are_the_published_ones(release: str, published: list[float]) -> None:
    """CPCD 2024, and UK conversion factors 2025 (direct): kgCO2e/t·km."""
    found = shipped().factors.release(release)

    assert found is not None
    assert published == [float(factor.value) for factor in found.factors]
    assert {type(factor) for factor in found.factors} == {TransportFactor}


def test_a_hundred_thousand_kilowatt_hours_emit_what_the_table_says() -> None:
    """CO2 alone, as an inventory of an organisation counts it: Jiangxi and Shanxi in 2023."""
    emitted = {}
    for code in ("360000", "140000"):
        factor = shipped().factors.get(f"cn-electricity-co2-2023/CN-{code}")
        assert isinstance(factor, Co2Factor)
        emitted[code] = float(factor.emitted(Fraction(GRID["kwh"])))
    mix = shipped().factors.get("cn-electricity-footprint-2024/mix")
    assert isinstance(mix, FootprintFactor)

    assert emitted == {"360000": GRID["expected"]["jiangxi_2023_kg"], "140000": GRID["expected"]["shanxi_2023_kg"]}
    assert float(weighed(mix, Fraction(GRID["kwh"]))) == GRID["expected"]["national_lifecycle_2024_kg"]


def test_every_kind_has_its_type() -> None:
    kinds = {factor.kind: type(factor) for factor in shipped().factors.search()}

    assert kinds == {
        "footprint": FootprintFactor,
        "co2": Co2Factor,
        "combustion": CombustionFactor,
        "transport": TransportFactor,
    }


def test_the_type_checker_refuses_a_co2_factor_in_a_footprint(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from fractions import Fraction\n"
        "from caseflow.footprint.factors import Co2Factor, FootprintFactor, KgCO2e, weighed\n"
        "from caseflow.footprint.weights import of_factor\n"
        "def right(factor: FootprintFactor) -> KgCO2e:\n"
        "    of_factor(factor, 'AR6')\n"
        "    return weighed(factor, Fraction(1))\n"
        "def kind(factor: Co2Factor) -> None:\n"
        "    weighed(factor, Fraction(1))\n"
        "def weight(factor: Co2Factor) -> None:\n"
        "    of_factor(factor, 'AR6')\n"
        "def unit(factor: Co2Factor) -> KgCO2e:\n"
        "    return factor.emitted(Fraction(1))\n",
        "utf-8",
    )

    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(wrong)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip

    lines = sorted(int(line.split(":")[1]) for line in told.splitlines() if "wrong.py" in line and "error" in line)
    assert lines == [8, 10, 12], told


def test_the_national_average_follows_from_its_generation_types() -> None:
    """Shares of generation by Ember and the Energy Institute; oil has no factor of its own and takes that of coal."""
    case = example("cn_grid_average_from_types")
    for year in ("2023", "2024"):
        types = case["factors"][year]
        by_type = {**types, "oil": types["coal"]}
        mix = dict(case["mix_pct"][year])

        found = rebuilt_average(mix, by_type, types["td"])

        assert case["rebuilt"][year] == pytest.approx(found, abs=5e-5)
        assert case["expected"][year] == pytest.approx(found, rel=case["tolerance"]["rel"])


def test_two_releases_are_compared_series_by_series() -> None:
    old, new = (shipped().factors.release(f"cn-electricity-footprint-{year}") for year in (2023, 2024))
    assert old is not None
    assert new is not None

    found = {one.series: (one.status, one.percent) for one in differences(old, new)}

    assert found["electricity-mix"] == ("changed", pytest.approx(GRID["expected"]["yoy_2024_vs_2023_pct"], abs=0.05))
    assert found["electricity-nuclear"] == ("same", 0.0)
    assert found["electricity-grid-with-losses"] == ("new", None)
    assert differences(old, new)[0].series == "electricity-grid"


def _release(**factor: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "id": "x", "series": "x", "kind": "footprint", "name": {"zh": "甲", "en": "A"}, "value": "2.5", "unit": "kg",
        "region": "CN", "year": 2024, "source": "s", "evidence": "read",
    }  # fmt: skip
    return {
        "id": "r", "title": {"zh": "甲", "en": "A"}, "authority": "a", "document": "d", "factors": [{**own, **factor}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        ({"gases": {"CO2": "2.2", "CH4": "0.01"}, "gwp_set": "AR6"}, None),
        ({"gases": {"CO2": "2.2", "CH4": "0.02"}, "gwp_set": "AR6"}, None),  # 2.758: the written digits allow 0.24
        ({"gases": {"CO2": "2.20", "CH4": "0.0200"}, "gwp_set": "AR6"}, "gases_value"),
        ({"gases": {"CO2": "2.2", "CH4": "0.01"}}, "missing"),
        ({"gases": {"air": "1"}, "gwp_set": "AR6"}, "gas_unknown"),
        ({"gases": {"CH4": "0.01", "methane": "0.01", "CO2": "2.2"}, "gwp_set": "AR6"}, "twice"),
        ({"gases": {"SO2F2": "0.01"}, "gwp_set": "AR4"}, "gas_without_potential"),
        ({"reach": "all"}, "not_offered"),
        ({"part": "fossil"}, None),
        ({"uncertainty": {"gsd2": "1.2"}, "quality": {"technology": 1, "geography": 1, "time": 1, "precision": 9}}, "not_in_range"),
    ],
)  # fmt: skip
def test_gases_give_the_value_as_far_as_the_digits_allow(factor: dict[str, Any], expected: str | None) -> None:
    if expected is None:
        assert read_release(read_release(_release(**factor)).as_json()) == read_release(_release(**factor))
        return
    with pytest.raises(Refused) as refused:
        read_release(_release(**factor))

    assert f"footprint.{expected}" in [reason.key for reason in refused.value.reasons]


def test_a_release_keeps_validity_document_hash_and_what_it_supersedes() -> None:
    body = {
        **_release(),
        "sha256": "ab" * 32,
        "valid_from": "2024-01-01",
        "valid_to": "2026-12-31",
        "supersedes": ["q"],
    }
    found = read_release(body)

    assert (found.sha256, found.supersedes) == ("ab" * 32, ("q",))
    assert found.hash == read_release(found.as_json()).hash
    assert found.hash != read_release(_release()).hash


def _own(**values: Any) -> Any:
    part = Part({"value": "2860.42", "unit": "t", "kind": "combustion", **values})
    found = read_own(part)
    part.refuse_if_wrong()
    return found


def test_an_own_factor_follows_from_its_own_parameters() -> None:
    fuel = {"heat": "28.435", "heat_unit": "t", "carbon": "0.0295", "oxidation": "0.93"}

    assert _own(fuel=fuel, origin="measured", evidence="化验单").fuel is not None
    with pytest.raises(Refused) as refused:
        _own(fuel={**fuel, "heat": "29"})
    assert [reason.key for reason in refused.value.reasons] == ["footprint.fuel_value"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"heat": "284.35"}, ["heat"]),
        ({"heat": "2.8435"}, ["heat"]),
        ({"carbon": "0.295"}, ["carbon"]),
        ({"oxidation": "0.093"}, ["oxidation"]),
        ({"heat": "38.931", "heat_unit": "Nm3"}, ["heat"]),
    ],
)
def test_a_slip_of_the_decimal_point_in_a_fuel_is_implausible(change: dict[str, str], expected: list[str]) -> None:
    """A transcription in circulation gives carbon content in 10⁻² instead of 10⁻³ tC/GJ."""
    given = {"heat": "28.435", "heat_unit": "t", "carbon": "0.0295", "oxidation": "0.93", **change}
    fuel = Fuel(Decimal(given["heat"]), given["heat_unit"], Decimal(given["carbon"]), Decimal(given["oxidation"]))

    assert expected == [one.parameter for one in implausible(fuel)]


def test_every_shipped_fuel_is_plausible() -> None:
    found = {factor.id: implausible(factor.fuel) for factor in shipped().factors.search() if factor.fuel}

    assert {wrong for wrong in found.values() if wrong} == set()


def test_published_fuel_factors_follow_from_their_parameters() -> None:
    """GB/T 32151.22-2024 table C.1; diesel, gasoline and natural gas are printed, the other nine follow."""
    case = example("cn_fuel_combustion_factors")
    unit = {"natural_gas_1e4Nm3": "万Nm3"}
    for name, (heat, carbon, oxidation) in case["fuels"].items():
        fuel = Fuel(Decimal(str(heat)), unit.get(name, "t"), Decimal(str(carbon)) / 1000, Decimal(str(oxidation)) / 100)
        found = factors.fuels.combustion(fuel, unit.get(name, "t"))

        assert found is not None
        assert case["expected"][name] == pytest.approx(float(found) / 1000, abs=1e-6)
        if name in case["published"]:
            assert case["published"][name] == pytest.approx(float(found) / 1000, abs=case["tolerance"]["abs"])


def test_a_copy_of_a_release_is_another_release_only_by_its_content() -> None:
    body = _release()
    other = copy.deepcopy(body)
    other["factors"][0]["part"] = "aircraft"

    assert read_release(body).hash != read_release(other).hash
