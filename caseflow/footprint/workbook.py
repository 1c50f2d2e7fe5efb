"""The Chinese workbook of a study going out, empty or filled: no macros, no formulas, heads locked, lists to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from caseflow.footprint.factors import Co2Factor, Factor
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.footprint.workbook_columns import Column
from caseflow.footprint.workbook_filling import Row, filled
from caseflow.footprint.workbook_layout import (
    LISTS,
    META,
    MOST_ROWS,
    TOP,
    VERSION,
    SheetLayout,
    address,
    choices_of,
    fingerprint,
    layout,
)
from caseflow.footprint.workbook_values import cell_of

_HOW = (
    "一、依次填写第1至13表；灰色单元格为表头，已锁定；带*的必填。",
    "二、活动数据（第4至8表）每行一项：填数量、单位，并从列表选择因子；没有合适的已发布因子时填自有因子和来源。",
    "三、计量单位、类型等从下拉列表选择；数值直接填数字，不使用公式。",
    "四、直接排放的温室气体（制冷剂泄漏、工艺排放等）填“直接排放的气体”，数量为该气体的质量，不填因子。",
    "五、运输可单列一行：填运输方式、质量和运距，数量留空；原材料也可在本行“运输因子”一列选择因子，另计一行运输。",
    "六、电力采用电力碳足迹因子，不采用电力二氧化碳排放因子；使用绿电的，填供能方式和凭证。",
    "七、抵扣项（避免的排放）填负数，并在“负值为抵扣”选“是”。",
    "八、多行共用的自有因子列入第15表，在因子列填“own/编号”；公式中的参数列入第14表。",
    "九、不常用的列已折叠，可在列标处取消隐藏。",
)
_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}


def write(shelf: Shelf, scheme: Scheme, study: Study | None = None) -> bytes:
    """The workbook for a list of stages as .xlsx, empty or with a study filled in, which it gives back whole."""
    sheets = layout(shelf, scheme)
    factors = {own.ref: _shown_own(own) for own in study.factors} if study else {}
    factors |= {one.ref: shown_factor(one) for one in shelf.factors.search() if not isinstance(one, Co2Factor)}
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _Writer(book, sheets, factors).write(filled(study, sheets, scheme) if study else {}, scheme)
    return out.getvalue()


def shown_factor(factor: Factor) -> str:
    """A factor as a drop-down has it: its name, then its reference in brackets."""
    return f"{factor.name.zh} {decimal_text(factor.value)} {factor.unit_text} {factor.year} [{factor.ref}]"


def _shown_own(own: OwnFactor) -> str:
    return f"自有：{own.name} {decimal_text(own.value)} kgCO2e/{own.unit} [{own.ref}]"


class _Writer:
    def __init__(self, book: Any, sheets: tuple[SheetLayout, ...], factors: dict[str, str]) -> None:
        self._book, self._sheets, self._factors = book, sheets, factors
        self._title = book.add_format({"font_name": "黑体", "font_size": 16, "bold": True})
        self._hint = book.add_format(_FONT | {"font_color": "#555555"})
        self._head = book.add_format(
            _FONT | {"bold": True, "border": 1, "bg_color": "#e4e7e8", "text_wrap": True, "align": "center"}
        )
        self._free = book.add_format(_FONT | {"locked": False, "border": 1, "border_color": "#c8cdd0"})
        self._day = book.add_format(_FONT | {"locked": False, "border": 1, "num_format": "yyyy-mm-dd"})
        self._lists: dict[tuple[str, ...], str] = {}

    def write(self, filled: Mapping[int, list[Row]], scheme: Scheme) -> None:
        pages = {sheet.number: self._book.add_worksheet(sheet.name) for sheet in self._sheets}
        self._offer()
        for sheet in self._sheets:
            page, rows = pages[sheet.number], filled.get(sheet.number, [])
            page.write_string(0, 0, sheet.title, self._title)
            page.write_string(1, 0, sheet.hint, self._hint)
            if not sheet.columns:
                page.set_column(0, 0, 110)
                for at, sentence in enumerate(_HOW, start=2):
                    page.write_string(at, 0, sentence, self._hint)
            elif sheet.is_form:
                self._form(page, sheet, rows[0] if rows else {})
            else:
                self._table(page, sheet, rows)
            page.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
            page.set_landscape()
            page.set_paper(9)  # A4
            page.fit_to_pages(1, 0)
        meta = self._book.add_worksheet(META)
        for at, text in enumerate((VERSION, scheme.id, fingerprint(self._sheets))):
            meta.write_string(0, at, text)
        meta.very_hidden()

    def _offer(self) -> None:
        """The entries of the drop-downs in a hidden sheet, each list with a name: a rule itself holds 255 characters."""
        page = self._book.add_worksheet(LISTS)
        for at, entries in enumerate((*choices_of(self._sheets), tuple(self._factors.values()))):
            name, letters = f"list_{at + 1}", address(0, at)[:-1]
            for row, text in enumerate(entries):
                page.write_string(row, at, text)
            if entries:
                self._book.define_name(name, f"={LISTS}!${letters}$1:${letters}${len(entries)}")
                self._lists[entries] = name
        page.hide()

    def _form(self, page: Any, sheet: SheetLayout, row: Row) -> None:
        page.set_column(0, 0, 36)
        page.set_column(1, 1, 60)
        for at, text in enumerate(("项目", "填写")):
            page.write_string(TOP - 1, at, text, self._head)
        for at, column in enumerate(sheet.columns, start=TOP):
            page.write_string(at, 0, _head(column), self._head)
            self._cell(page, at, 1, column, row.get(column.path))
            self._rule(page, (at, 1, at, 1), column)
        page.freeze_panes(TOP, 0)

    def _table(self, page: Any, sheet: SheetLayout, rows: list[Row]) -> None:
        last = max(TOP + MOST_ROWS, TOP + len(rows)) - 1
        for at, column in enumerate(sheet.columns):
            is_folded = bool(column.shown) and sheet.number not in column.shown
            day = column.kind == "date"
            page.set_column(at, at, column.width, self._day if day else self._free, {"hidden": is_folded})
            page.write_string(TOP - 1, at, _head(column), self._head)
            self._rule(page, (TOP, at, last, at), column)
            for number, row in enumerate(rows, start=TOP):
                self._cell(page, number, at, column, row.get(column.path))
        for number in range(TOP - 1):  # what stands above the heads is ours
            page.set_row(number, None, self._hint)
        page.set_row(TOP - 1, 45)
        page.freeze_panes(TOP, 3)

    def _rule(self, page: Any, place: tuple[int, int, int, int], column: Column) -> None:
        entries = tuple(self._factors.values()) if column.kind == "factor" else tuple(column.choices.values())
        if name := self._lists.get(entries):
            page.data_validation(*place, {"validate": "list", "source": f"={name}", "error_type": "warning"})

    def _cell(self, page: Any, row: int, at: int, column: Column, value: Any) -> None:
        if value is None or value == "":
            page.write_blank(row, at, None, self._day if column.kind == "date" else self._free)
            return
        content = self._factors.get(value, value) if column.kind == "factor" else cell_of(column, value)
        if isinstance(content, datetime):
            page.write_datetime(row, at, content, self._day)
        elif isinstance(content, float):
            page.write_number(row, at, content, self._free)
        else:
            page.write_string(row, at, content, self._free)


def _head(column: Column) -> str:
    return f"{column.head} *" if column.needed else column.head
