"""Each check finds what it is for, once, and leaves a sound study alone."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from caseflow.footprint.calculation import calculate
from caseflow.footprint.finding import Finding
from caseflow.footprint.findings import review
from caseflow.footprint.report import footprint_report
from caseflow.footprint.study import read
from caseflow.words import from_json, render
from tests.footprint.published import line, shipped, study


def _review(*lines: dict[str, Any], **values: Any) -> tuple[Finding, ...]:
    found = read(study(*lines, **values))
    return review(found, calculate(found, shipped()), shipped(), Decimal(5))


def _short(*lines: dict[str, Any], **values: Any) -> list[tuple[str, str, str]]:
    return [(one.id, one.severity, one.message.key) for one in _review(*lines, **values)]


def test_a_sound_study_has_no_finding() -> None:
    assert _short() == []


def test_a_co2_factor_of_electricity_is_found_with_the_factor_that_is_due() -> None:
    found = _review(line(factor="cn-electricity-co2-2023/CN-140000"), declared="663.4")[0]

    assert (found.id, found.severity, found.check) == ("R04:lines.grid", "block", "R04")
    assert render(found.message, "zh") == (
        "活动数据“外购电力”使用了电力二氧化碳排放因子 0.6634 kgCO2/kWh；产品碳足迹应使用电力碳足迹因子"
        " 0.5777 kgCO2e/kWh（cn-electricity-footprint-2024/mix）"
    )


_OWN = {"value": "100", "unit": "GJ", "source": "供热单位检测报告"}


@pytest.mark.parametrize(
    ("lines", "values", "expected"),
    [
        ([], {"declared": "530.6"}, ("R01:declared", "block", "footprint.deviation_over")),
        ([], {"declared": "570"}, ("R01:declared", "warning", "footprint.deviation_within")),
        ([], {"declared": None}, ("R01:declared", "warning", "footprint.undeclared")),
        ([line(amount="0")], {"declared": "1"}, ("R01:declared", "block", "footprint.recomputed_zero")),
        ([], {"declared_stages": {"production": "400"}}, ("R02:declared_stages", "block", "footprint.declared_sum")),
        ([line(), line(id="x", unit="t")], {}, ("R02-line:lines.x", "block", "footprint.not_convertible")),
        ([line(), line(id="x", factor="a/b")], {}, ("R02-line:lines.x", "block", "footprint.factor_unknown")),
        (
            [line(), line(id="x", factor="cn-electricity-footprint-2024/mixx")],
            {},
            ("R02-line:lines.x", "block", "footprint.factor_unknown_near"),
        ),
        ([line(), line(id="x", amount="0")], {}, ("R02-amount:lines.x", "warning", "footprint.amount_zero")),
        (
            [line(amount="1001"), line(id="x", amount="-1")],
            {},
            ("R02-amount:lines.x", "block", "footprint.amount_negative"),
        ),
        (
            [line(amount="1001"), line(id="x", amount="-1", credit=True)],
            {},
            ("R02-amount:lines.x", "info", "footprint.amount_credit"),
        ),
        ([], {"boundary": "cradle_to_gate"}, ("R03:stages.raw_material", "block", "footprint.stage_missing")),
        (
            [],
            {"boundary": "cradle_to_gate", "omitted": [{"stage": "raw_material", "reason": "无"}]},
            ("R03:stages.raw_material", "info", "footprint.stage_omitted"),
        ),
        ([], {"stages": "nobodys"}, ("R03:stages", "block", "footprint.scheme_unknown")),
        ([], {"boundary": "nobodys"}, ("R03:boundary", "block", "footprint.boundary_unknown")),
        (
            [line(), line(id="x", stage="elsewhere", amount="0.01")],
            {},
            ("R03-stage:lines.x", "block", "footprint.stage_unknown"),
        ),
        (
            [line(factor="cn-fuel-combustion-2024/coke", unit="t", amount="1")],
            {"declared": "2860.42"},
            ("R04:lines.grid", "info", "footprint.combustion_alone"),
        ),
        (
            [line(factor="cn-electricity-footprint-2023/mix")],
            {"declared": "620.5"},
            ("R05-newer:lines.grid", "warning", "footprint.factor_superseded"),
        ),
        (
            [line(factor=None, unit="GJ", amount="1", own={**_OWN, "year": 2020})],
            {"declared": "100"},
            ("R05:lines.grid", "warning", "footprint.factor_old"),
        ),
        (
            [line(factor=None, unit="GJ", amount="1", own={**_OWN, "year": 2018})],
            {"declared": "100"},
            ("R05:lines.grid", "block", "footprint.factor_old"),
        ),
        (
            [line(meter="M1", certificate="C", valid_until="2025-12-31"), line(id="x", name="空压", meter="m1")],
            {"declared": "1155.4"},
            ("R08-meter:lines.x", "block", "footprint.meter_twice"),
        ),
        ([line(), line(id="x")], {"declared": "1155.4"}, ("R08:lines.x", "warning", "footprint.line_twice")),
        (
            [line(factor=None, unit="GJ", amount="1", own={"value": 100, "unit": "GJ"})],
            {"declared": "100"},
            ("R12:lines.grid", "block", "footprint.own_without_source"),
        ),
        (
            [line(factor=None, unit="GJ", amount="1", own=_OWN)],
            {"declared": "100"},
            ("R12:lines.grid", "info", "footprint.own_factor"),
        ),
        ([line(meter="M1")], {}, ("R18:lines.grid", "warning", "footprint.meter_uncertified")),
        ([line(meter="M1", certificate="C")], {}, ("R18:lines.grid", "warning", "footprint.meter_no_date")),
        (
            [line(meter="M1", certificate="C", valid_until="2024-12-30")],
            {},
            ("R18:lines.grid", "block", "footprint.meter_expired"),
        ),
    ],
)
def test_each_doubt_is_found(
    lines: list[dict[str, Any]], values: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert expected in _short(*lines, **values)


def test_a_factor_of_its_own_year_is_not_called_outdated() -> None:
    """The factor of 2023 is right for 2023, although that of 2024 is out."""
    period = {"from": "2023-01-01", "to": "2023-12-31"}

    assert _short(line(factor="cn-electricity-footprint-2023/mix"), declared="620.5", period=period) == []


def test_a_finding_id_is_its_own() -> None:
    found = _review(
        line(meter="M1", factor="cn-electricity-co2-2021/CN"),
        line(id="x", meter="M1", factor="cn-electricity-co2-2021/CN", amount="0"),
        line(id="y", unit="kg"),
        boundary="cradle_to_grave",
    )

    assert len(found) == len({one.id for one in found})


def test_the_gravest_finding_stands_first() -> None:
    found = _review(line(factor="cn-electricity-co2-2021/CN"), boundary="cradle_to_grave", declared=None)
    order = [one.severity for one in found]

    assert sorted(order, key=["block", "warning", "info"].index) == order


def test_every_sentence_can_be_said_in_both_languages() -> None:
    found = _review(
        line(meter="M1", factor="cn-electricity-co2-2021/CN"),
        line(id="x", meter="M1", factor="cn-fuel-combustion-2024/coke", unit="t", amount="-1"),
        boundary="cradle_to_grave",
    )
    sentences = [render(one.message, language) for one in found for language in ("zh", "en")]

    assert [sentence for sentence in sentences if "{" in sentence or not sentence] == []


def test_a_report_is_plain_json_with_everything_a_reviewer_sees() -> None:
    report = footprint_report(study(declared="530.6"), shipped())

    assert sorted(report) == [
        "alternatives", "comparison", "findings", "gate", "result", "result_hash", "scenarios", "stages", "status",
        "study", "uncertainty",
    ]  # fmt: skip
    assert (report["comparison"]["deviation"], report["status"]) == ("-8.153", "blocked")
    assert report["gate"]["status"] == "blocked"
    assert json.loads(json.dumps(report)) == report
    assert (
        render(from_json(report["findings"][0]["message"]), "zh")
        == "申报值 530.6 与复算值 577.7 kgCO₂e 相差 -8.15%，超过允许偏差 5%"
    )
