"""A release comes from the rows of a table, each row with a report, all of it or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.footprint.factors import CombustionFactor
from caseflow.footprint.release_table import Table, read_table, rows_of_csv
from caseflow.words import Refused, render

HEAD: dict[str, Any] = {
    "id": "steam-2025",
    "title": {"zh": "示例因子", "en": "Sample factors"},
    "authority": "sample",
    "document": "示例公告",
    "published": "2025-06-01",
    "common": {"kind": "footprint", "region": "CN", "year": 2025, "source": "附件", "evidence": "read"},
}
HEADING = ["标识", "中文名称", "英文名称", "系列", "数值", "单位"]
STEAM = ["steam", "蒸汽", "Steam", "steam", "110.5", "GJ"]


def _keys(table: Table) -> list[tuple[int, str, list[str]]]:
    return [
        (one.row, one.status, [problem.key.removeprefix("footprint.") for problem in one.problems])
        for one in table.rows
    ]


def test_rows_become_a_release() -> None:
    found = read_table(HEAD, [HEADING, STEAM, ["", "", None, "", "", ""], ["heat", "热水", "", "heat", 98.0, "GJ"]])

    assert found.release is not None
    assert [(one.ref, str(one.value), one.name.en) for one in found.release.factors] == [
        ("steam-2025/steam", "110.5", "Steam"),
        ("steam-2025/heat", "98", "热水"),
    ]
    assert _keys(found) == [(2, "new", []), (4, "new", [])]


def test_the_same_table_gives_the_same_release() -> None:
    first, again = (read_table(HEAD, [HEADING, STEAM]).release for _ in range(2))

    assert first is not None
    assert again is not None
    assert first.hash == again.hash


def test_every_wrong_row_is_reported_and_nothing_is_released() -> None:
    rows = [
        HEADING,
        STEAM,
        ["steam", "蒸汽", "", "steam", "1", "GJ"],
        ["b", "乙", "", "b", "many", "斤"],
        ["c", "", "", "c", "1", "t"],
    ]
    found = read_table(HEAD, rows)

    assert found.release is None
    assert _keys(found) == [
        (2, "new", []),
        (3, "wrong", ["twice"]),
        (4, "wrong", ["not_a_number", "not_offered"]),
        (5, "wrong", ["missing", "missing"]),
    ]


def test_fuel_columns_are_recomputed_in_every_row() -> None:
    """GB/T 32151.22-2024 table C.1, coke; the second row has the heat value of another edition."""
    heading = [
        "id",
        "name_zh",
        "series",
        "kind",
        "value",
        "unit",
        "低位发热量",
        "发热量单位",
        "单位热值含碳量",
        "碳氧化率",
    ]
    coke = ["coke", "焦炭", "burning-coke", "燃烧排放因子", "2860.42", "t", 28.435, "t", 0.0295, 0.93]
    other = ["other", "焦炭", "burning-coke", "combustion", "2860.42", "t", 28.446, "t", 0.0295, 0.93]

    assert _keys(read_table(HEAD, [heading, coke, other])) == [(2, "new", []), (3, "wrong", ["fuel_value"])]
    only = read_table(HEAD, [heading, coke]).release
    assert only is not None
    assert isinstance(only.factors[0], CombustionFactor)


def test_columns_named_like_gases_hold_kilograms() -> None:
    heading = [*HEADING, "gwp_set", "CO2", "CH4 fossil", "gsd2"]
    row = ["van", "货车", "Van", "van", "0.2298", "t·km", "AR6", "0.2", "0.001", "1.2"]

    found = read_table(HEAD, [heading, row]).release

    assert found is not None
    assert [(gas, str(amount)) for gas, amount in found.factors[0].gases] == [("CH4_fossil", "0.001"), ("CO2", "0.2")]
    assert found.factors[0].spread is not None


def test_gases_given_as_co2e_are_turned_back_into_kilograms() -> None:
    """UK conversion factors print kgCO2e of each gas; with other potentials the factor is another."""
    heading = [*HEADING, "gwp_set", "CO2 kgCO2e", "CH4 kgCO2e", "N2O kgCO2e"]
    row = ["van", "货车", "Van", "van", "0.23156", "t·km", "AR5", "0.2288", "0.00001", "0.00275"]

    found = read_table(HEAD, [heading, row]).release

    assert found is not None
    assert {gas: float(amount) for gas, amount in found.factors[0].gases} == {
        "CO2": 0.2288,
        "CH4": pytest.approx(0.00001 / 28),
        "N2O": pytest.approx(0.00275 / 265),
    }


def test_rows_are_compared_with_the_release_before() -> None:
    before = read_table(HEAD, [HEADING, STEAM, ["b", "乙", "", "b", "1", "t"]]).release
    rows = [HEADING, STEAM, ["b", "乙", "", "b", "2", "t"], ["c", "丙", "", "c", "3", "t"]]

    found = read_table({**HEAD, "id": "steam-2026"}, rows, previous=before)

    assert [one.status for one in found.rows] == ["same", "changed", "new"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ["table_empty"]),
        ([HEADING], ["table_empty"]),
        ([["标识", "数值"], ["a", "1"]], ["column_missing"]),
        ([[*HEADING, "颜色"], STEAM], ["column_unknown"]),
        ([[*HEADING, "value"], STEAM], ["column_twice"]),
    ],
)
def test_a_table_that_cannot_be_read_says_why(rows: list[list[Any]], expected: list[str]) -> None:
    found = read_table(HEAD, rows)

    assert expected == [problem.key.removeprefix("footprint.") for problem in found.problems]
    assert all(render(problem, language) for problem in found.problems for language in ("zh", "en"))  # type: ignore[arg-type]


def test_a_wrong_head_is_told_beside_sound_rows() -> None:
    found = read_table({**HEAD, "document": ""}, [HEADING, STEAM])

    assert found.release is None
    assert [(problem.key, problem.values["path"]) for problem in found.problems] == [("footprint.missing", "document")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    text = ",".join(HEADING) + '\r\nsteam,"蒸汽,饱和",Steam,steam,110.5,GJ\r\n'

    found = read_table(HEAD, rows_of_csv(text.encode(encoding))).release

    assert found is not None
    assert found.factors[0].name.zh == "蒸汽,饱和"


@pytest.mark.parametrize("data", [b"\xff\xff\xff\x81", b'a,"b\r\n'])
def test_what_is_no_csv_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        rows_of_csv(data)


def test_codes_that_a_workbook_made_numbers_are_codes_again() -> None:
    row = ["grid", "电网", "Grid", "grid", 0.5777, "kWh", 140000.0, 2025.0]

    found = read_table(HEAD, [[*HEADING, "地域", "年份"], row]).release

    assert found is not None
    assert (found.factors[0].region, found.factors[0].year, str(found.factors[0].value)) == ("140000", 2025, "0.5777")
