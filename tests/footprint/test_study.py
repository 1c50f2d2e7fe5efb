"""A study is read whole or refused with everything that is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from caseflow.footprint.plain import decimal_text, number
from caseflow.footprint.study import read
from caseflow.words import Refused
from tests.footprint.published import line, study

_FULL: dict[str, Any] = study(
    line(meter="DN-01", certificate="检字第1号", valid_until="2025-06-30"),
    line(id="steam", amount=-3.50, unit="吉焦", factor=None, credit=True, own={"value": 110, "unit": "GJ"}),
    model="一级冶金焦",
    output={"quantity": "1250000.50", "unit": "吨"},
    declared_stages={"production": "577.70"},
    omitted=[{"stage": "use", "reason": "中间产品"}],
)


def _problems(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read(data)
    return [(reason.key, reason.values["path"]) for reason in refused.value.reasons]


def test_a_study_written_and_read_again_is_the_same_study() -> None:
    first = read(_FULL)
    second = read(first.as_json())

    assert first == second
    assert first.hash == second.hash


def test_units_are_kept_by_their_id_whichever_spelling_was_given() -> None:
    found = read(_FULL)

    assert [one.unit for one in found.lines] == ["kWh", "GJ"]


def test_numbers_written_differently_give_one_hash() -> None:
    assert read(study(line(amount="1000"))).hash == read(study(line(amount=1000.0))).hash
    assert read(study(line(amount="１０００"))).hash == read(study(line(amount="1e3"))).hash


def test_the_output_says_what_share_falls_on_the_functional_unit() -> None:
    found = read(study(output={"quantity": "250", "unit": "kg"}))

    assert Fraction(4) == found.scale


def test_every_problem_is_named_with_its_path() -> None:
    wrong = study(
        line(unit="斤", amount="1,000"),
        line(factor=None),
        line(id="third", own={"value": 1, "unit": "kWh"}, valid_until="2025-02-30"),
        {"id": "a b"},
        gwp_set="AR7",
        period={"from": "2024-12-31", "to": "2024-01-01"},
        functional_unit={"quantity": 0, "unit": "t"},
        output={"quantity": 1, "unit": "kWh"},
        colour="green",
    )

    assert _problems(wrong) == [
        ("footprint.not_positive", "functional_unit.quantity"),
        ("footprint.output_unit", "output.unit"),
        ("footprint.period_backwards", "period.to"),
        ("footprint.not_offered_near", "gwp_set"),
        ("footprint.not_a_number", "lines[0].amount"),
        ("footprint.unit_unknown", "lines[0].unit"),
        ("footprint.one_factor", "lines[1].factor"),
        ("footprint.not_a_date", "lines[2].valid_until"),
        ("footprint.one_factor", "lines[2].factor"),
        ("footprint.not_an_id", "lines[3].id"),
        ("footprint.missing", "lines[3].stage"),
        ("footprint.missing", "lines[3].name"),
        ("footprint.missing", "lines[3].amount"),
        ("footprint.missing", "lines[3].unit"),
        ("footprint.one_factor", "lines[3].factor"),
        ("footprint.twice", "lines[1].id"),
        ("footprint.unknown_key", "colour"),
    ]


@pytest.mark.parametrize("wrong", [None, [], "study", 7])
def test_what_is_no_mapping_is_refused(wrong: Any) -> None:
    assert _problems(wrong)[0] == ("footprint.not_a_mapping", "/")


def test_a_study_without_lines_is_refused() -> None:
    assert _problems({**study(), "lines": []}) == [("footprint.wrong_count", "lines")]


def test_half_a_surrogate_pair_is_refused() -> None:
    assert _problems(study(product="\ud800")) == [("footprint.not_a_text", "product")]


@pytest.mark.parametrize(
    "hostile",
    ["1e999999999", "9" * 100_000, 1 << 20_000, float("inf"), float("nan"), "1_000", "0x10", True, "", [], "١٢"],
    ids=[f"no {position}" for position in range(11)],
)
def test_a_hostile_number_is_refused_without_being_computed(hostile: Any) -> None:
    assert number(hostile) is None


@pytest.mark.parametrize(
    ("given", "expected"), [("1.50", "1.5"), ("-0.00", "0"), ("1e3", "1000"), (0.1, "0.1"), ("100", "100")]
)
def test_a_number_has_one_text(given: Any, expected: str) -> None:
    found = number(given)

    assert found is not None
    assert expected == decimal_text(found)
    assert Decimal(expected) == found
