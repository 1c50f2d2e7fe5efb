"""The figures are those published, exact to the last bit, and the same whichever way a study is written."""

from __future__ import annotations

import json
import math
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.footprint.calculation import calculate
from caseflow.footprint.results import Result, compare
from caseflow.footprint.rounding import apportion, rounded
from caseflow.footprint.study import read
from tests.footprint.published import gas, line, result, shipped, study

amounts = st.decimals(min_value="-1000000", max_value="1000000", places=6)


def _calculate(*lines: dict[str, Any], **values: Any) -> Result:
    return calculate(read(study(*lines, **values)), shipped())


def test_a_hundred_thousand_kilowatt_hours() -> None:
    """Announcement of 28 Sep 2025: 100,000 kWh by the footprint factor of 2024."""
    result = _calculate(line(amount="10", unit="万kWh"))

    assert result.total == 57770.0


def test_a_co2_factor_has_no_place_in_a_footprint() -> None:
    """The line stays with its figures and counts nothing: kinds do not mix."""
    result = _calculate(line(factor="cn-electricity-co2-2023/CN-140000"))
    found = result.lines[0]

    assert (result.total, result.complete) == (0.0, False)
    assert found.problem is not None
    assert (found.problem.key, found.kind, found.factor_value) == ("footprint.kind_refused", "co2", Decimal("0.6634"))


def test_a_coke_works_year_comes_to_kilograms_for_a_tonne() -> None:
    """Gas and diesel by DB11/T 1785-2020 table C.10 (21.622 t/10^4 Nm3, 3.0959 t/t), power by 0.5777 kgCO2e/kWh."""
    result = _calculate(
        line(amount="5000", unit="万kWh"),
        line(id="gas", amount="120", unit="万Nm3", factor="cn-fuel-combustion-2024/natural-gas"),
        line(id="diesel", stage="raw_material", amount="80000", unit="kg", factor="cn-fuel-combustion-2024/diesel"),
        output={"quantity": "100", "unit": "万t"},
    )
    power, gas, diesel = 50_000_000 * 0.5777, 120 * 21_622, 80 * 3095.9

    assert pytest.approx((power + gas + diesel) / 1_000_000, rel=1e-15) == result.total
    assert [pytest.approx(28.885), pytest.approx(2.59464), pytest.approx(0.247672)] == [one.kg for one in result.lines]
    assert [one.converted for one in result.lines] == [50_000_000.0, 120.0, 80.0]


def test_a_result_names_the_source_of_every_figure() -> None:
    result = _calculate()
    found = result.lines[0]
    release = shipped().factors.release("cn-electricity-footprint-2024")

    assert release is not None
    assert {"cn-electricity-footprint-2024": release.hash} == result.releases
    assert (Decimal("0.5777"), "kgCO2e/kWh", "footprint") == (found.factor_value, found.factor_unit, found.kind)
    assert found.source == "生态环境部、国家统计局、国家能源局公告（2025年9月28日）附件"


def test_the_same_study_gives_the_same_bytes() -> None:
    first, second = _calculate(), calculate(read(json.loads(json.dumps(study()))), shipped())

    assert first.canonical == second.canonical
    assert first.hash == second.hash


def test_the_bytes_of_this_method_do_not_change() -> None:
    """A result stored today must be found equal by every later release of the program: the bytes stand in a file."""
    golden = Path(__file__).with_name("golden_result.json").read_text("utf-8").strip()

    result = _calculate(
        line(meter="M1", certificate="C1", valid_until="2025-01-01"),
        line(id="lost", unit="kg"),
        line(id="credit", stage="end_of_life", amount="-100", credit=True),
        boundary="cradle_to_grave",
    )

    assert golden == result.canonical


def test_a_line_that_cannot_be_counted_is_kept_and_makes_the_result_incomplete() -> None:
    result = _calculate(line(), line(id="mass", unit="kg"), line(id="lost", factor="nobody/nothing"))

    assert result.total == 577.7
    assert not result.complete
    assert [one.problem.key if one.problem else None for one in result.lines] == [
        None,
        "footprint.not_convertible",
        "footprint.factor_unknown",
    ]


def test_the_share_of_primary_and_of_traceable_data_is_of_the_absolute_sum() -> None:
    result = _calculate(
        line(amount="2", meter="M1", certificate="C1", valid_until="2024-12-31"),
        line(id="expired", amount="1", meter="M2", certificate="C2", valid_until="2024-12-30"),
        line(id="book", amount="-1", primary=False, credit=True),
    )

    assert (result.primary_share, result.traceable_share) == (0.75, 0.5)
    assert result.credits == -0.5777


def test_parts_and_gases_add_up_to_the_total() -> None:
    """AR6: 1 kg of fossil methane 29.8, of other methane 27, of N2O 273; what is taken up counts negative."""
    result = _calculate(
        gas("100", id="a", stage="production"),
        gas("10", id="b", stage="production", gas="CH4 fossil"),
        gas("10", id="c", stage="production", gas="CH4 biogenic"),
        gas("1", id="d", stage="production", gas="N2O"),
        gas("500", id="e", stage="raw_material", gas="CO2 uptake"),
        gas("40", id="f", stage="production", gas="CO2 biogenic"),
        gas("7", id="g", stage="raw_material", gas="CO2 land use"),
        gas("3", id="h", stage="distribution", part="aircraft"),
        declared=None,
    )

    assert result.parts == {"fossil": 671.0, "biogenic": 310.0, "uptake": -500.0, "land_use": 7.0, "aircraft": 3.0}
    assert result.gases["CH4_fossil"] == 298.0
    assert result.total == 491.0 == math.fsum(result.gases.values())
    assert result.credits == 0.0


@pytest.mark.parametrize(("gwp_set", "expected"), [("AR4", 2500.0), ("AR5", 2800.0), ("AR6", 2790.0)])
def test_a_factor_given_by_gases_follows_the_potentials_of_the_study(gwp_set: str, expected: float) -> None:
    own = {"value": "27.9", "unit": "kg", "gwp_set": "AR6", "gases": {"CH4": "1"}, "source": "实测"}

    result = _calculate(line(factor=None, own=own, unit="kg", amount="100"), gwp_set=gwp_set)

    assert expected == result.total
    assert result.lines[0].gwp_set == ""


def test_a_factor_given_as_co2e_keeps_its_potentials_and_says_so() -> None:
    own = {"value": "27.9", "unit": "kg", "gwp_set": "AR5", "source": "实测"}

    result = _calculate(line(factor=None, own=own, unit="kg", amount="100"))

    assert (result.total, result.lines[0].gwp_set) == (2790.0, "AR5")


def test_lines_may_share_an_own_factor() -> None:
    steam = {"id": "steam", "name": "蒸汽", "value": "110", "unit": "GJ", "source": "供热单位核算"}
    result = _calculate(
        line(factor="own/steam", unit="GJ", amount="2"),
        line(id="b", factor="own/steam", unit="MJ", amount="500"),
        factors=[steam],
    )

    assert [one.kg for one in result.lines] == [220.0, 55.0]


def test_a_line_may_bring_its_own_conversion() -> None:
    """2 t of coal at 20.9 GJ/t, weighed per GJ."""
    own = {"value": "90", "unit": "GJ", "source": "实测"}
    heat = {"value": "20.9", "unit": "GJ", "source": "化验单"}

    result = _calculate(line(factor=None, own=own, unit="t", amount="2", conversion=heat))

    assert result.total == 3762.0


def test_goods_moved_are_mass_times_distance_and_half_the_way_back() -> None:
    moved = {"mode": "road", "mass": "500", "mass_unit": "kg", "distance": "200", "empty_return": "0.5"}

    result = _calculate(line(amount=None, unit=None, factor="cn-freight-2024/truck-heavy-diesel", transport=moved))

    assert (result.lines[0].converted, result.lines[0].unit) == (150.0, "t·km")
    assert result.total == pytest.approx(150 * 0.0978)


def test_the_rating_of_a_result_is_weighted_by_what_the_lines_make() -> None:
    good = {"technology": 1, "geography": 1, "time": 1, "precision": 1}
    poor = {"technology": 3, "geography": 3, "time": 3, "precision": 3}
    result = _calculate(line(amount="3", quality=good), line(id="b", amount="1", quality=poor))

    assert (result.quality.rating, result.quality.covered) == (1.5, 1.0)


def test_the_input_hash_covers_everything_that_the_figures_follow_from() -> None:
    first = _calculate()

    assert first.input_hash == _calculate().input_hash
    assert first.input_hash != _calculate(gwp_set="AR5").input_hash
    assert first.input_hash != _calculate(line(amount="1001")).input_hash
    assert first.input_hash != _calculate(stages="jinhuanhan-2025-344").input_hash


def test_every_stage_of_the_scheme_is_shown_in_its_order() -> None:
    result = _calculate(stages="jinhuanhan-2025-344")

    assert [one.title.zh for one in result.stages] == [
        "原材料获取",
        "运输",
        "产品制造",
        "分销",
        "使用",
        "回收处置",
        "production",
    ]


def test_shown_shares_add_up_to_a_hundred() -> None:
    result = _calculate(
        line(stage="raw_material"), line(id="b", stage="production"), line(id="c", stage="distribution")
    )
    shown = [one.shown for one in result.stages if one.shown is not None]

    assert [Decimal("33.4"), Decimal("33.3"), Decimal("33.3"), Decimal("0.0"), Decimal("0.0")] == shown
    assert Decimal("100.0") == sum(shown)


def test_a_total_that_is_not_positive_has_no_shares() -> None:
    result = _calculate(line(amount="-1", credit=True))

    assert [one.share for one in result.stages] == [None] * 5


@given(st.lists(amounts, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nothing(values: list[Decimal], chance: random.Random) -> None:
    lines = [line(id=f"l{position}", amount=str(value)) for position, value in enumerate(values)]
    shuffled = list(lines)
    chance.shuffle(shuffled)

    assert _calculate(*lines).total == _calculate(*shuffled).total


@given(amounts)
def test_the_unit_of_an_amount_changes_nothing(value: Decimal) -> None:
    one = _calculate(line(amount=str(value), unit="万kWh"))
    other = _calculate(line(amount=str(value * 10), unit="MWh"))

    assert one.total == other.total
    assert one.lines[0].kg == other.lines[0].kg


@given(amounts)
def test_a_line_is_the_double_nearest_to_the_exact_product(value: Decimal) -> None:
    result = _calculate(line(amount=str(value)), output={"quantity": 7, "unit": "t"})

    assert float(Fraction(value) * Fraction("0.5777") / 7) == result.lines[0].kg


@given(st.lists(amounts, min_size=1, max_size=30), st.integers(1, 12))
def test_twice_the_amounts_are_twice_the_total(values: list[Decimal], power: int) -> None:
    once = _calculate(*(line(id=f"l{n}", amount=str(value)) for n, value in enumerate(values)))
    times = 2**power
    more = _calculate(*(line(id=f"l{n}", amount=str(value * times)) for n, value in enumerate(values)))

    assert once.total * times == more.total


@given(st.lists(amounts, min_size=1, max_size=30))
def test_a_total_is_the_exact_sum_of_its_lines(values: list[Decimal]) -> None:
    result = _calculate(*(line(id=f"l{n}", amount=str(value)) for n, value in enumerate(values)))

    assert math.fsum(one.kg for one in result.lines if one.kg is not None) == result.total


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(0, 3))
def test_shown_parts_add_up_to_the_shown_sum(values: list[float], digits: int) -> None:
    shown = apportion(values, digits)
    exact = sum((Fraction(value) for value in values), Fraction(0))

    assert rounded(exact, digits) == sum(shown)
    assert all(
        abs(Fraction(part) - Fraction(value)) < Fraction(1, 10**digits)
        for part, value in zip(shown, values, strict=True)
    )


@pytest.mark.parametrize(
    ("value", "expected"), [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.3449", "2.34"), ("0", "0.00")]
)
def test_halves_are_rounded_away_from_zero(value: str, expected: str) -> None:
    assert expected == str(rounded(Decimal(value), 2))


@pytest.mark.parametrize(
    ("declared", "recomputed", "deviation", "over"),
    [
        ("0.5306", 0.5777, "-8.1530", True),
        ("105", 100.0, "5.0000", False),
        ("105.0001", 100.0, "5.0001", True),
        ("95", 100.0, "-5.0000", False),
        ("0.5777", 0.5777, "0.0000", False),
        ("-90", -100.0, "10.0000", True),
        ("1", 0.0, None, True),
        ("0", 0.0, None, False),
        (None, 100.0, None, False),
    ],
)
def test_declared_against_recomputed(
    declared: str | None, recomputed: float, deviation: str | None, over: bool
) -> None:
    """The first: the CO2 factor of 2023 declared where the footprint factor of 2024 is due."""
    found = compare(None if declared is None else Decimal(declared), recomputed, Decimal(5))

    assert (deviation, over) == (None if found.deviation is None else str(found.deviation), found.over)


def test_what_is_set_free_after_ten_years_is_counted_and_shown_apart() -> None:
    """ISO 14067: counted in full, the time stated; the effect of the time is no part of the footprint."""
    years = [
        gas("3", id="soon", stage="end_of_life", after_years="10"),
        gas("4", id="late", stage="end_of_life", after_years="30"),
    ]

    found = result(study(line(), *years))

    assert found.total == pytest.approx(577.7 + 3 + 4)
    assert found.as_json()["delayed"] == 4
    assert "delayed" not in result(study()).as_json()
