"""Workbooks for the tests: written, filled by cell, and read as an uploaded one is read."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from caseflow.footprint.study import Study
from caseflow.footprint.workbook import write
from caseflow.records.sheets import Sheet
from tests.footprint.published import shipped

STANDARD = "gbt-24067-2024"


def book(study: Study | None = None, scheme: str = STANDARD) -> bytes:
    found = shipped().scheme(scheme)
    assert found is not None

    return write(shipped(), found, study)


def tables(content: bytes, **cells: Any) -> list[Sheet]:
    """The sheets of a workbook without the walk through the sandbox. ``cells``: ``s5_C4`` is C4 of sheet 5."""
    opened = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = [
        Sheet(name, [[None if cell == "" else cell for cell in row] for row in rows])
        for name in opened.sheet_names
        for rows in [opened.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    ]
    for place, value in cells.items():
        number, letters, row = re.fullmatch(r"s(\d+)_([A-Z]+)(\d+)", place).groups()  # type: ignore[union-attr]
        sheet = next(one for one in found if one.name.startswith(f"{number} "))
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        while len(sheet.rows) < int(row):
            sheet.rows.append([])
        cells_of_row = sheet.rows[int(row) - 1]
        cells_of_row += [None] * (column - len(cells_of_row))
        cells_of_row[column - 1] = value
    return found


def saved(folder: Path, sheets: list[Sheet], name: str = "book.xlsx") -> Path:
    """Sheets as a program of offices would save them: values only."""
    path = folder / name
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as out:
        for sheet in sheets:
            page = out.add_worksheet(sheet.name)
            for number, row in enumerate(sheet.rows):
                for at, value in enumerate(row):
                    if value is not None:
                        page.write(number, at, value)
    return path
