"""Excel: tables going out, workbooks coming in.

Out: every text is a string cell and nothing is a formula. In: the archive is measured and scanned cell by
cell before a reader sees it (one far cell makes a reader allocate half a terabyte), all in the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from caseflow import clock, sandbox
from caseflow.records.contents import archive, parser, unpack
from caseflow.words import Message, Refused

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELLS = 500_000
MOST_SHEETS = 50

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as read: every row as long as the widest, an empty cell is ``None``."""

    name: str
    rows: list[list[Any]]


def write_table(
    title: str,
    columns: Sequence[str | tuple[str, int]],
    rows: Sequence[Sequence[Any]],
    *,
    header_lines: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """An .xlsx with one sheet: title, lines above the table, column heads, rows, notes below.

    A column is its head, or head and width in characters. Cells are text, numbers, dates, moments (shown in
    Shanghai, to the minute), booleans or ``None``.
    """
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": safe(title), "created": clock.now().replace(tzinfo=None)})
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", "", title)[:31] or None)
        plain = {"font_name": "宋体", "font_size": 11, "valign": "top", "text_wrap": True}
        line = book.add_format(plain | {"text_wrap": False})
        head = book.add_format(plain | {"bold": True, "border": 1, "align": "center", "valign": "vcenter"})
        cell = book.add_format(plain | {"border": 1})
        day = book.add_format(plain | {"border": 1, "num_format": "yyyy-mm-dd"})
        minute = book.add_format(plain | {"border": 1, "num_format": "yyyy-mm-dd hh:mm"})
        heads = [column if isinstance(column, tuple) else (column, 16) for column in columns]
        for number, (_, width) in enumerate(heads):
            sheet.set_column(number, number, width)
        big = book.add_format(
            {"font_name": "黑体", "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"}
        )
        if len(heads) > 1:
            sheet.merge_range(0, 0, 0, len(heads) - 1, safe(title), big)
        else:
            sheet.write_string(0, 0, safe(title), big)
        sheet.set_row(0, 30)
        for at, text in enumerate(header_lines, start=1):
            sheet.write_string(at, 0, safe(text), line)
        top = 1 + len(header_lines)
        for number, (text, _) in enumerate(heads):
            sheet.write_string(top, number, safe(text), head)
        for at, row in enumerate(rows, start=top + 1):
            for number, value in enumerate(row):
                _write_cell(sheet, at, number, value, cell, day, minute)
        for at, text in enumerate(notes, start=top + 1 + len(rows)):
            sheet.write_string(at, 0, safe(text), line)
        sheet.freeze_panes(top + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
    return out.getvalue()


def safe(text: str) -> str:
    """A text that stays text when it is saved as CSV and opened again."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _write_cell(sheet: Any, row: int, column: int, value: Any, cell: Any, day: Any, minute: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, cell)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, cell)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, value, cell)
    elif isinstance(value, datetime):
        # A cell knows no zone: what is kept is the clock on the wall of the office.
        local = value.astimezone(clock.SHANGHAI).replace(tzinfo=None, second=0, microsecond=0)
        sheet.write_datetime(row, column, local, minute)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), day)
    else:
        sheet.write_string(row, column, safe(str(value)), cell)


def read(path: Path) -> list[Sheet]:
    """The sheets of an uploaded .xlsx. Raises ``Refused``: broken, a bomb, too large, a formula (with its address)."""
    try:
        found = sandbox.run("caseflow.records.sheets:read_here", {"path": str(path.resolve())}, cpu_seconds=20)
    except (sandbox.Exhausted, sandbox.Failed):
        raise Refused(Message("sheet.unreadable")) from None
    return revived(found)


def revived(found: list[dict[str, Any]]) -> list[Sheet]:
    """The sheets that the child answered with."""
    return [Sheet(sheet["name"], [[_back(value) for value in row] for row in sheet["rows"]]) for sheet in found]


def read_here(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """What ``read`` does, in the child."""
    path = Path(payload["path"])
    precheck(path)
    return cells(path)


def cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a workbook that was looked through. Raises ``Refused`` where no reader makes sense of it."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            return [
                {"name": name, "rows": [[_plain(value) for value in row] for row in _rows(book, name)]}
                for name in book.sheet_names
            ]
    except CalamineError:
        raise Refused(Message("sheet.unreadable")) from None


def precheck(path: Path) -> None:
    """Refuse what no reader should see: cells far out, too many of them, formulas, entities, bombs."""
    with archive(path) as packed:
        names = [name for name in packed.namelist() if name.lower().endswith((".xml", ".rels"))]
        if sum("worksheets/sheet" in name for name in names) > MOST_SHEETS:
            raise Refused(Message("sheet.too_large", {"rows": MOST_ROWS, "columns": MOST_COLUMNS}))
        cells = 0
        for name in names:
            cells += _scan(unpack(packed, name))
            if cells > MOST_CELLS:
                raise Refused(Message("sheet.too_large", {"rows": MOST_ROWS, "columns": MOST_COLUMNS}))


def _scan(pieces: Any) -> int:
    """Count the cells of a part (none, if it is no worksheet) and refuse a bad one by its address."""
    reader = parser()
    cells = 0
    row = 0
    address = ""

    def cell(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cells, row, address
        kind = tag.rpartition(" ")[2]
        if kind == "row":
            row = int(attributes["r"]) if attributes.get("r", "").isdigit() else row + 1
            if row > MOST_ROWS:
                raise Refused(Message("sheet.too_large", {"rows": MOST_ROWS, "columns": MOST_COLUMNS}))
        elif kind == "c":
            cells += 1
            address = attributes.get("r", "")
            if address and not _near(address):
                raise Refused(Message("sheet.far_cell", {"address": address[:12]}))
            if cells > MOST_CELLS:
                raise Refused(Message("sheet.too_large", {"rows": MOST_ROWS, "columns": MOST_COLUMNS}))
        elif kind == "f":
            raise Refused(Message("sheet.formula", {"address": address}))

    def root(tag: str, _: dict[str, str]) -> None:
        reader.StartElementHandler = cell if tag.rpartition(" ")[2] == "worksheet" else None

    reader.StartElementHandler = root
    try:
        for piece in pieces:
            reader.Parse(piece)
        reader.Parse(b"", True)
    except expat.ExpatError:
        raise Refused(Message("sheet.unreadable")) from None
    return cells


def _near(address: str) -> bool:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return False
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column <= MOST_COLUMNS and int(found[2]) <= MOST_ROWS


def _rows(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return None if value == "" else value


def _back(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["date"])
    return value
