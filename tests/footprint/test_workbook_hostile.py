"""Workbooks of strangers: refused with a sentence, in under a second and under 300 MB, before a reader sees them."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from caseflow.records import workbooks
from caseflow.words import LANGUAGES, Refused, render
from tests.footprint import books
from tests.records import uploads

S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 4096
"""How an .xls begins, and a workbook that is locked by a password."""

_FAR = f'<worksheet {S}><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
_FORMULA = f'<worksheet {S}><sheetData><row r="1"><c r="A1"><f>1+1</f></c></row></sheetData></worksheet>'
_FULL = (
    f"<worksheet {S}><sheetData>" + "<row>" + "<c><v>1</v></c>" * 600_000 + "</row></sheetData></worksheet>"
).encode()


_CASES = {
    "bomb": ({"xl/media/x.bin": b"\0" * 60_000_000}, "file.bomb"),
    "many-cells": ({"xl/worksheets/sheet6.xml": _FULL}, "file.bomb"),
    "far-row": ({"xl/worksheets/sheet6.xml": _FAR.encode()}, "sheet.too_large"),
    "far-column": ({"xl/worksheets/sheet6.xml": _FAR.replace("1048576", "4").encode()}, "sheet.far_cell"),
    "formula": ({"xl/worksheets/sheet6.xml": _FORMULA.encode()}, "sheet.formula"),
    "external-link": ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, "file.active"),
    "macro": ({"xl/vbaProject.bin": b"x"}, "file.active"),
    "entity": ({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "file.active"),
}
HOSTILE = {name: uploads.changed(books.book(), parts) for name, (parts, _) in _CASES.items()}
"""Workbooks by what is wrong with them."""


@pytest.mark.parametrize("name", _CASES)
def test_a_hostile_workbook_is_refused_quickly_and_in_little_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(HOSTILE[name])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)

    with pytest.raises(Refused) as refused:
        workbooks.read(path)

    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert refused.value.reasons[0].key == _CASES[name][1]
    assert seconds < 1
    assert workbooks.MEMORY <= 300 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "expected"),
    [(uploads.docx(), "file.kind"), (_OLD_OFFICE, "file.old_office"), (b"", "file.kind_unknown"), (b"PK\x03\x04", "file.broken"),
     (b"%PDF-1.7\n" + b"x" * 500, "file.broken")],
    ids=["renamed-docx", "old-or-locked", "empty", "torn", "pdf"],
)  # fmt: skip
def test_another_kind_of_file_is_no_workbook(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)

    with pytest.raises(Refused) as refused:
        workbooks.read(path)
    assert refused.value.reasons[0].key == expected
    assert all(render(refused.value.reasons[0], language) for language in LANGUAGES)
