"""Excel: nothing that goes out is a formula, nothing that comes in is believed."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from caseflow.records import sheets
from caseflow.words import Refused
from tests.records import uploads

S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def read(tmp_path: Path, content: bytes) -> list[sheets.Sheet]:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    return sheets.read(path)


def refusal(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(tmp_path, content)
    return refused.value.reasons[0].key


def with_sheet(xml: str) -> bytes:
    return uploads.changed(uploads.xlsx([]), {"xl/worksheets/sheet1.xml": xml.encode()})


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [
        [1, "示例公司", date(2026, 3, 5), Decimal("12.5"), True, None],
        [2, "", datetime(2026, 3, 5, 16, 30, tzinfo=UTC), -3, False, "未签收"],
    ]
    book = sheets.write_table(
        "汇总表",
        ["序号", ("单位", 30), "日期", "值", "是否", "备注"],
        rows,
        header_lines=["填报单位（盖章）：示例市"],
        notes=["备注：无"],
    )

    (sheet,) = read(tmp_path, book)

    assert sheet.name == "汇总表"
    assert [row[:6] for row in sheet.rows] == [
        ["汇总表", None, None, None, None, None],
        ["填报单位（盖章）：示例市", None, None, None, None, None],
        ["序号", "单位", "日期", "值", "是否", "备注"],
        [1, "示例公司", date(2026, 3, 5), 12.5, True, None],
        [2, None, datetime(2026, 3, 6, 0, 30), -3, False, "未签收"],  # noqa: DTZ001 - a cell has no zone
        ["备注：无", None, None, None, None, None],
    ]


DANGEROUS = ["=1+1", "+86 351", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A0", '=HYPERLINK("http://a")', "＝1"]


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    book = sheets.write_table("=x", ["=a"], [[text] for text in DANGEROUS], header_lines=["=h"], notes=["=n"])

    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        assert not [name for name in packed.namelist() if b"<f>" in packed.read(name)]
    (sheet,) = read(tmp_path, book)
    cells = [str(row[0]) for row in sheet.rows]
    assert all(cell.startswith("'") for cell in cells)
    assert [f"'{text}" for text in DANGEROUS if "\r" not in text] == [
        cell for cell in cells[3:-1] if "\r" not in cell and "\n" not in cell
    ]


def test_an_address_is_no_link() -> None:
    book = sheets.write_table("表", ["网址"], [["http://a.example/"]])

    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        assert not [name for name in packed.namelist() if b"hyperlink" in packed.read(name)]


def test_a_formula_is_refused_with_its_address(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, uploads.xlsx([["a", 1]], formula="=1+1"))

    (reason,) = refused.value.reasons
    assert (reason.key, reason.values) == ("sheet.formula", {"address": "C2"})


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (
            with_sheet(f'<worksheet {S}><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'),
            "sheet.far_cell",
        ),
        (
            with_sheet(f"<worksheet {S}><sheetData><row r='1048576'><c r='A1048576'/></row></sheetData></worksheet>"),
            "sheet.too_large",
        ),
        (
            with_sheet(
                f'<worksheet {S}><sheetData><row><c r="XFD104857&#54;"><v>1</v></c></row></sheetData></worksheet>'
            ),
            "sheet.far_cell",
        ),
        (with_sheet(f"<worksheet {S}><sheetData>{'<row/>' * 20_001}</sheetData></worksheet>"), "sheet.too_large"),
        (with_sheet(f'<x:worksheet {S.replace("xmlns", "xmlns:x")}><x:c r="ZZZ1"/></x:worksheet>'), "sheet.far_cell"),
        (with_sheet('<!DOCTYPE a [<!ENTITY a "x">]><worksheet/>'), "file.active"),
        (with_sheet("<worksheet>"), "sheet.unreadable"),
        (
            uploads.changed(uploads.xlsx([]), {"xl/sharedStrings.xml": b"<a>" + b" " * 50_000_000 + b"</a>"}),
            "file.bomb",
        ),
        (b"PK\x03\x04" + b"\0" * 100, "file.broken"),
        (b"a,b,c", "file.broken"),
        (uploads.zipped({"a": b"a"}), "sheet.unreadable"),
    ],
    ids=uploads.named,
)
def test_a_bad_workbook_is_refused_before_a_reader_sees_it(tmp_path: Path, content: bytes, key: str) -> None:
    assert key == refusal(tmp_path, content)


def test_twenty_thousand_rows_are_read(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, uploads.xlsx([[number, "钢"] for number in range(20_000)]))

    assert (len(sheet.rows), sheet.rows[-1]) == (20_000, [19_999, "钢"])
