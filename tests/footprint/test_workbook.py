"""The workbook: what is written is read back, what is wrong is named by its cell, what is hostile never reaches a reader."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.footprint.calculation import calculate
from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.study import read
from caseflow.footprint.workbook_layout import MOST_ROWS, VERSION, address, layout
from caseflow.footprint.workbook_preview import Change
from caseflow.footprint.workbook_reading import Reading, read_workbook
from caseflow.records import workbooks
from caseflow.words import Refused, render
from tests.footprint import books
from tests.footprint.published import flow, line, process, shipped, study, system

_HAUL = "cn-freight-2024/rail"


def _read(data: Any = None, previous: Any = None, scheme: str = books.STANDARD, **cells: Any) -> Reading:
    """A study written into a workbook, changed by cell, and read back."""
    content = books.book(read(data) if data else None, scheme)
    return read_workbook(books.tables(content, **cells), shipped(), read(previous) if previous else None)


def _wrong(found: Reading) -> list[tuple[str, str]]:
    return [(cell, message.key.removeprefix("footprint.")) for cell, message in found.problems]


_SHARING = system(
    process(
        "coking", flow("coke", "1", "t", role="product", properties={"mass": "1000", "price": "1500"}),
        flow("tar", "40", role="coproduct", properties={"mass": "1", "price": "3"}), flow("slag", "9", role="waste", factor=_HAUL),
        lines=[line(), line(id="own", factor=None, unit="GJ", own={"value": "50", "unit": "GJ", "source": "x", "year": 2024})],
        inputs=[flow("coal", "1.3", "t")], allocation={"method": "economic", "justification": "价格悬殊"},
    ),
    process("washing", flow("coal", "1", "t", role="product"), inputs=[flow("coke", "0.01", "t")], lines=[line(id="wash", amount="20")]),
    unit="t", product="coke",
)  # fmt: skip

_SIX = study(
    line(id="a", stage="raw_material", factor=None, unit="t", own={"value": "3.25", "unit": "t", "source": "x"}),
    line(id="b", stage="transport", factor=_HAUL, unit=None, amount=None, transport={"mode": "rail", "mass": "2", "distance": "700"}),
    line(id="c", stage="manufacturing", amount="0.123456789012345678901",
         uncertainty={"pedigree": [2, 2, 3, 1, 4], "basic": "1.05", "matrix": "empirical"}),
    line(id="d", stage="recovery", amount="-3", credit=True), stages="jinhuanhan-2025-344", boundary="cradle_to_grave",
    declared_stages={"manufacturing": "570", "recovery": "-2"}, declared_parts={"fossil": "577"}, gwp_set="AR5",
    omitted=[{"stage": "use", "reason": "中间产品"}], output={"quantity": "250.5", "unit": "t"}, mass={"quantity": "1", "unit": "t"},
    cutoffs=[{"item": "包装绳", "reason": "量少", "mass_percent": "0.2", "rare": True}], sensitivity="见第6章", unit_type="declared",
    balance=[{"role": "input", "name": "煤", "mass": "1.3", "unit": "t", "carbon": "70"}], carbon_content={"fossil": "850"},
    product_code="coke", maker="示例焦化", pcr="PCR-1", region="140000", model="一级",
)  # fmt: skip


@pytest.mark.parametrize("data", [study(), _SIX, _SHARING], ids=["plain", "six-stages", "system"])
def test_a_study_written_into_the_workbook_is_read_back_the_same(data: Any) -> None:
    first = read(data)

    found = _read(data, data, data["stages"])

    assert _wrong(found) == []
    assert found.study == first
    assert {row.status for row in found.rows} == {"same"}
    assert calculate(found.study, shipped()).canonical == calculate(first, shipped()).canonical  # type: ignore[arg-type]


def test_a_workbook_filled_by_hand_comes_to_what_the_form_comes_to() -> None:
    """Numbers are typed as numbers, choices as the Chinese words, dates as dates."""
    filled = {
        (1, "product"): "焦炭",
        (1, "standard"): "GB/T 24067-2024",
        (1, "period.from"): date(2024, 1, 1),
        (1, "period.to"): "2024-12-31",
        (2, "boundary"): "从大门到大门",
        (2, "functional_unit.quantity"): 1.0,
        (2, "functional_unit.unit"): "吨",
        (2, "functional_unit.description"): "干基焦炭",
        (2, "gwp_set"): "AR6",
        (5, "id"): "grid",
        (5, "name"): "外购电力",
        (5, "amount"): 1000.0,
        (5, "unit"): "千瓦时",
        (5, "factor"): "全国电力平均碳足迹因子 [cn-electricity-footprint-2024/mix]",
        (5, "primary"): "是",
        (5, "data_source"): "电费结算单",
        (12, "declared"): 577.7,
    }

    found = _read(**{_cell(*place): value for place, value in filled.items()})

    assert _wrong(found) == []
    assert found.study == read(study())


def _sheet(number: int) -> Any:
    scheme = shipped().scheme(books.STANDARD)
    assert scheme is not None

    return layout(shipped(), scheme)[number]


def _cell(number: int, path: str) -> str:
    """The cell of a form's answer, or the first cell of a table's column."""
    at = [one.path for one in _sheet(number).columns].index(path)
    return f"s{number}_B{at + 4}" if _sheet(number).is_form else f"s{number}_{address(3, at)}"


def test_lines_are_new_changed_the_same_or_gone() -> None:
    before = study(line(), line(id="b", amount="5"), line(id="c"))

    found = _read(study(line(), line(id="b", amount="6"), line(id="d")), before)

    assert [(row.id, row.status, row.row) for row in found.rows] == [
        ("grid", "same", 4),
        ("b", "changed", 5),
        ("d", "new", 6),
    ]
    assert [one.changes for one in found.rows] == [(), (Change("5 生产!F5", "数量", "5", "6"),), ()]
    assert found.gone == (("line", "c", ""),)


def test_what_changes_in_forms_and_other_tables_is_shown_by_cell_too() -> None:
    before = read(_SIX)
    after = {
        **_SIX, "maker": "示例焦化二厂", "period": {"from": "2024-01-01", "to": "2024-06-30"},
        "cutoffs": [{"item": "包装绳", "reason": "量少", "mass_percent": "0.3", "rare": True}],
        "omitted": [{"stage": "use", "reason": "不适用"}],
    }  # fmt: skip
    found = _read(after, _SIX, _SIX["stages"])
    rows = [(one.sheet, one.row, one.status, one.changes) for one in found.rows if one.status != "same"]

    assert before.hash != found.study.hash  # type: ignore[union-attr]
    assert rows == [
        ("10 取舍", 4, "changed", (Change("10 取舍!C4", "占产品质量（%）", "0.2", "0.3"),)),
        ("1 基本信息", 12, "changed", (Change("1 基本信息!B12", "核算期止", "2024-12-31", "2024-06-30"),)),
        ("1 基本信息", 7, "changed", (Change("1 基本信息!B7", "生产企业", "示例焦化", "示例焦化二厂"),)),
        (
            "2 功能单位与系统边界",
            27,
            "changed",
            (Change("2 功能单位与系统边界!B27", "未核算“使用”的理由", "中间产品", "不适用"),),
        ),
    ]


@pytest.mark.parametrize(
    ("number", "path", "value", "expected"),
    [
        (5, "amount", "很多", "not_a_number"),
        (5, "unit", "箩", "unit_unknown"),
        (5, "name", None, "missing"),
        (5, "factor", None, "one_factor"),
        (5, "own.value", 3.0, "one_factor"),
        (5, "year", 1850.0, "not_in_range"),
        (5, "primary", "也许", "not_offered"),
        (5, "process", "coking", "workbook_process"),
        (1, "period.from", "去年", "not_a_date"),
        (2, "functional_unit.quantity", 0.0, "not_positive"),
        (2, "boundary", "到处", "not_offered"),
        (3, "name", "煤", "missing"),
        (11, "id", "nobody", "workbook_line"),
        (12, "declared", "约三", "not_a_number"),
    ],
)
def test_what_is_wrong_is_named_by_its_cell(number: int, path: str, value: Any, expected: str) -> None:
    place = _cell(number, path)
    cell = f"{_sheet(number).name}!{place.split('_')[1]}"

    found = _read(study(), **{place: value})

    assert found.study is None
    assert expected in [key for _, key in _wrong(found)]
    if path not in ("factor", "own.value") and number != 3:
        assert (cell, expected) in _wrong(found)
    assert all(where.split("!")[0] == _sheet(number).name for where, _ in found.problems)
    if number == 5:
        assert [row.status for row in found.rows] == ["error"]


def test_every_sentence_of_a_refusal_can_be_said_and_names_the_cell() -> None:
    found = _read(study(), s11_B4="y")

    assert [render(message, "zh") for _, message in found.problems] == ["11 数据质量!B4：没有编号为“y”的活动数据"]
    assert render(_read(study(), s5_F4="x").problems[0][1], "en").startswith("5 生产!F4: “x” is not a usable number")


def test_raw_material_with_a_freight_factor_brings_its_transport_along() -> None:
    amounts = {
        _cell(4, "transport.mode"): "铁路",
        _cell(4, "transport.distance"): 700.0,
        _cell(4, "haul"): f"铁路 [{_HAUL}]",
    }
    bought = line(
        id="coal",
        stage="raw_material",
        factor=None,
        unit="kg",
        amount="1500",
        own={"value": "1", "unit": "t", "source": "x"},
    )

    reading = _read(study(bought), study(bought), **amounts)
    found = reading.study

    assert found is not None
    assert [(one.id, one.unit, one.factor) for one in found.lines] == [("coal", "kg", ""), ("coal.haul", "t·km", _HAUL)]
    assert found.lines[1].amount == 1050
    assert [row.status for row in reading.rows] == ["changed"]
    assert reading.cells == {"coal": "4 原材料获取!A4", "coal.haul": "4 原材料获取!A4"}


def test_evidence_that_the_list_lacks_is_remarked_but_no_obstacle() -> None:
    found = _read(study(line(evidence="附件1")), s13_A4="附件2")

    assert found.study is not None
    assert [(cell, one.values["got"]) for cell, one in found.remarks] == [
        (f"5 生产!{_cell(5, 'evidence').split('_')[1]}", "附件1")
    ]


def test_an_own_factor_that_lines_share_stays_shared() -> None:
    data = study(
        line(factor="own/steam", unit="GJ"), line(id="b", factor="own/steam", unit="GJ"),
        factors=[{"id": "steam", "name": "蒸汽", "value": "110", "unit": "GJ", "source": "供热合同"}],
    )  # fmt: skip
    found = _read(data, **{_cell(15, "value"): 120.0})

    assert found.study is not None
    assert [one.factor for one in found.study.lines] == ["own/steam", "own/steam"]
    assert [(one.id, str(one.value)) for one in found.study.factors] == [("steam", "120")]


def test_a_formula_is_computed_from_the_parameters_of_its_sheet() -> None:
    data = study(line(amount=None, formula="a * 2"), parameters=[{"name": "a", "value": "500"}])
    found = _read(data, **{_cell(14, "value"): 600.0})
    wrong = _read(data, **{_cell(14, "name"): "b"})

    assert found.study is not None
    assert found.study.lines[0].amount == 1200
    assert _wrong(wrong) == [(f"5 生产!{_cell(5, 'formula').split('_')[1]}", "formula_name")]


def test_the_template_has_its_sheets_lists_and_a_hidden_version() -> None:
    found = books.tables(books.book())
    with zipfile.ZipFile(io.BytesIO(books.book())) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith((".xml", ".rels"))}
    activity = parts["xl/worksheets/sheet6.xml"]

    assert [one.name.split(" ")[0] for one in found[:19]] == [str(number) for number in range(19)]
    assert found[-1].rows[0][:2] == [VERSION, books.STANDARD]
    assert re.findall(r'<sheet name="(_\w+)"[^>]* state="(\w+)"', parts["xl/workbook.xml"]) == [
        ("_lists", "hidden"),
        ("_meta", "veryHidden"),
    ]
    assert "sheetProtection" in activity
    assert (
        f'type="list" errorStyle="warning" allowBlank="1" showInputMessage="1" showErrorMessage="1" sqref="B4:B{MOST_ROWS + 3}"'
        in activity
    )
    assert not [
        name for name, text in parts.items() if "<f>" in text or "vba" in name or 'TargetMode="External"' in text
    ]


def test_heads_are_locked_and_cells_to_fill_are_free() -> None:
    with zipfile.ZipFile(io.BytesIO(books.book(read(study())))) as packed:
        styles, sheet = packed.read("xl/styles.xml").decode(), packed.read("xl/worksheets/sheet6.xml").decode()
    formats = re.findall(r"<xf (.*?)(?:/>|>(.*?)</xf>)", styles.split("<cellXfs")[1].split("</cellXfs>")[0])
    style_of = dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', sheet))

    def is_free(cell: str) -> bool:
        return 'locked="0"' in formats[int(style_of[cell])][1]

    assert [is_free(cell) for cell in ("A3", "F3", "A4", "F4")] == [False, False, True, True]


@pytest.mark.parametrize(
    ("at", "text", "expected"),
    [
        (0, "footprint-workbook/3", "footprint.workbook_version"),
        (0, "bulk/1", "footprint.workbook_not_ours"),
        (1, "nobody", "footprint.scheme_unknown"),
        (2, "0", "footprint.workbook_changed"),
    ],
)
def test_a_workbook_of_another_kind_or_version_is_refused(at: int, text: str, expected: str) -> None:
    found = books.tables(books.book(read(study())))
    found[-1].rows[0][at] = text

    with pytest.raises(Refused) as refused:
        read_workbook(found, shipped())
    assert refused.value.reasons[0].key == expected


def test_heads_that_were_moved_are_refused_by_their_cells() -> None:
    with pytest.raises(Refused) as refused:
        _read(study(), s5_C3="数量", s1_A4="品名")

    assert [render(one, "zh") for one in refused.value.reasons] == [
        "1 基本信息!A4：表头应为“产品名称”，现为“品名”；请勿改动表头和列的次序",
        "5 生产!C3：表头应为“名称”，现为“数量”；请勿改动表头和列的次序",
    ]


def test_a_workbook_saved_by_another_program_goes_through_the_safety_check_and_is_read(tmp_path: Path) -> None:
    path = books.saved(tmp_path, books.tables(books.book(read(_SIX), _SIX["stages"])))

    found = read_workbook(workbooks.read(path), shipped())

    assert found.study == read(_SIX)


def test_every_stage_list_has_a_workbook_that_offers_all_its_stages() -> None:
    for scheme in shipped().schemes:
        offered = {stage.id for sheet in layout(shipped(), scheme) for stage in sheet.lines_of}

        assert offered == {stage.id for stage in scheme.stages}
    assert set(next(one for one in _sheet(2).columns if one.path == "gwp_set").choices) == set(GWP_SETS)


_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.text(max_size=12),
    st.sampled_from(
        [
            "是",
            "产品",
            "副产品",
            "处理对象",
            "投入",
            "给定比例",
            "coking",
            "coke",
            "grid",
            "三角",
            "a.b",
            "x" * 3000,
            "核算",
            "活动数据",
            "过程",
            "参数",
            "lines",
            "own.value",
            "allocation.shares",
            "[1]",
            '{"a": [true]}',
        ]
    ),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, 3, 4, 5, 9, 9, 10, 11, 12, 13, 14, 15, 16, 16, 17, 18]),
            st.integers(0, 50),
            st.integers(0, 5),
            _CELLS,
        ),
        max_size=6,
    ),
    st.sampled_from([study(), _SHARING]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_into_cells_the_workbook_is_read_or_its_faults_are_named(
    typed: list[tuple[int, int, int, Any]], data: Any
) -> None:
    cells: dict[str, Any] = {}
    for number, column, row, value in typed:
        sheet = _sheet(number)
        at = column % len(sheet.columns)
        cells[f"s{number}_B{4 + at}" if sheet.is_form else f"s{number}_{address(3 + row, at)}"] = value

    found = read_workbook(_tables(json.dumps(data), **cells), shipped())

    assert (found.study is None) == bool(found.problems)
    assert all(cell and render(message, "zh") for cell, message in found.problems)


@cache
def _content(data: str) -> bytes:
    return books.book(read(json.loads(data)))


def _tables(data: str, **cells: Any) -> Any:
    return books.tables(_content(data), **cells)
