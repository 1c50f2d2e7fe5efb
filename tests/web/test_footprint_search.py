"""Factors found by name, with what one must know to choose; what may not weigh a line is shown with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.web.footprint_search import named, search
from tests.footprint.published import shipped
from tests.web import footprint_editing as world
from tests.web.conftest import Visitor, words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("柴油", "cn-fuel-combustion-2024/diesel"),
        ("重型柴油货车", "cn-freight-2024/truck-heavy-diesel"),
        ("全国电力平均碳足迹", "cn-electricity-footprint-2024/mix"),
        ("qgdlpjtzj", "cn-electricity-footprint-2024/mix"),
        ("national average electricity footprint", "cn-electricity-footprint-2024/mix"),
        ("全国平均电力碳足迹因子", "cn-electricity-footprint-2024/mix"),
        ("cn-freight-2024/rail", "cn-freight-2024/rail"),
    ],
)
def test_a_factor_is_found_by_name_part_letters_or_reference(text: str, ref: str) -> None:
    assert search(shipped(), text)[0].factor.ref == ref


def test_nothing_is_found_for_what_is_not_there() -> None:
    assert search(shipped(), "量子泡沫") == []


def test_the_co2_factor_of_electricity_stands_last_and_says_why_it_is_refused() -> None:
    found = search(shipped(), "电力", unit="kWh")
    refused = [hit for hit in found if hit.refusal]

    assert {hit.factor.kind for hit in refused} == {"co2"}
    assert found[-len(refused) :] == refused
    assert found[0].factor.ref == "cn-electricity-footprint-2024/mix"


def test_another_unit_and_a_newer_year_are_remarked() -> None:
    by_unit = {hit.factor.ref: hit.remark for hit in search(shipped(), "电力平均碳足迹", unit="t")}
    by_year = {hit.factor.ref: hit.remark for hit in search(shipped(), "电力平均碳足迹", unit="kWh")}

    assert {remark.key for remark in by_unit.values() if remark} == {"footprint_web.needs_conversion"}
    assert by_year["cn-electricity-footprint-2024/mix"] is None
    assert by_year["cn-electricity-footprint-2023/mix"].key == "footprint_web.newer_year"  # type: ignore[union-attr]


def test_a_whole_name_means_the_newest_factor_that_may_be_used() -> None:
    found = named(shipped(), " 全国电力平均碳足迹因子 ")

    assert (found.ref if found else "") == "cn-electricity-footprint-2024/mix"
    assert named(shipped(), "全国电力平均二氧化碳排放因子") is None


def test_the_page_shows_kind_year_region_value_and_release(office: World) -> None:
    reader, _ = world.opened(office)
    page = reader.get("/footprint/factors?q=重型柴油&unit=t·km")

    assert all(
        text in words_of(page)
        for text in ("运输排放因子", "0.0978 kgCO₂e/t·km", "2024", "CN", "cn-freight-2024/truck-heavy-diesel")
    )


def test_the_list_under_an_input_is_the_same_search(office: World) -> None:
    reader, _ = world.opened(office)
    found: Any = reader.get("/footprint/factors?q=电力&unit=kWh&format=json").get_json()

    assert found["hits"][0]["label"].endswith("[cn-electricity-footprint-2024/mix]")
    assert (len(found["hits"]), found["more"] > 0) == (30, True)
    assert all(hit["refusal"] for hit in found["hits"] if hit["kind"] == "电力二氧化碳排放因子")


def test_who_is_not_signed_in_is_asked_to(office: World) -> None:
    assert Visitor(office.app).get("/footprint/factors").status_code == 303
