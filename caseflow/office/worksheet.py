"""The worksheet of an act for several cases as it goes out, with hidden row ids and versions (see ``returned_sheet``).

Columns A to C are hidden: the case, its version, and a signature over both, so that a row is what it was when it left.
The first row holds, hidden too, which act the sheet is for, and the key under which it is done: once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from caseflow.cases.ground import Ground
from caseflow.db import canonical
from caseflow.office import comments
from caseflow.records.sheets import safe
from caseflow.words import Language, text
from caseflow.workflow import fields
from caseflow.workflow.form import Field, Section
from caseflow.workflow.procedure import Action

TOP = 2
"""Rows above the heads, counted from 0."""
HIDDEN = 3
DO, FACTS = HIDDEN, HIDDEN + 1
"""The columns that say whether a row is to be done, and from where on the case is described."""
LISTED = ("choice", "product_class", "region")
TYPED = (
    "text", "long_text", "date", "integer", "decimal", "phone", "email", "credit_code", "document_number", "url",
    "field_comments", "checklist", *LISTED,
)  # fmt: skip
"""Types of question that fit into cells; the others (files, declarations that are accepted) are answered on the page."""
MARK = "bulk/1"
"""The first word of a sheet of ours, with the version of its shape."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What a sheet is for."""

    action: str
    definition_id: int
    state: str
    key: str
    language: Language


@dataclass(frozen=True, slots=True)
class Column:
    """One column for answers: a question, or one half of one point of a checklist."""

    head: str
    question: Field
    item: str = ""
    part: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """Stored value and what is shown, where one of a list is chosen."""
    width: int = 18


@dataclass(frozen=True, slots=True)
class Line:
    """One case as it goes out: its facts as they are shown, and its answers so far."""

    case_id: int
    version: int
    facts: tuple[Any, ...]
    answers: Mapping[str, Any]


def columns(action: Action, ground: Ground, sections: Sequence[Section], language: Language) -> list[Column]:
    """The columns for the answers of an act."""
    return [
        column
        for question in action.asks.values()
        if question.type in TYPED and question.amends is None
        for column in _columns(question, ground, language)
    ]


def left_out(action: Action) -> list[Field]:
    """The questions that do not fit into a sheet."""
    return [one for one in action.asks.values() if one.type not in TYPED or one.amends is not None]


def write(
    title: str,
    meta: Meta,
    facts: Sequence[tuple[str, int]],
    found: Sequence[Column],
    lines: Iterable[Line],
    *,
    sections: Sequence[Section],
    secret: bytes,
    beside: tuple[str, Sequence[tuple[str, str]]] | None = None,
) -> bytes:
    """The sheet as .xlsx: what describes a case is locked, what is to be answered is open.

    ``beside``: a further sheet to be read with it, its name and its rows of two cells.
    """
    out, language = BytesIO(), meta.language
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("bulk")
        lists = book.add_worksheet("lists")
        lists.hide()
        look = {"font_name": "宋体", "font_size": 11, "valign": "top", "text_wrap": True, "border": 1}
        locked = book.add_format(look | {"bg_color": "#f3f6f7"})
        head = book.add_format(look | {"bold": True, "bg_color": "#e3f0f2"})
        free = book.add_format(look | {"locked": False, "num_format": "@"})
        sheet.write_string(0, 0, canonical([MARK, *plain(meta)]))
        sheet.write_string(0, 1, signature(secret, meta, ()))
        sheet.write_string(
            0, HIDDEN, safe(title), book.add_format({"font_name": "黑体", "font_size": 16, "bold": True})
        )
        note = text("bulk.sheet_note", language)
        sheet.write_string(1, HIDDEN, note, book.add_format({"font_name": "宋体", "font_size": 11}))
        yes_no = [text(f"bulk.{one}", language) for one in ("yes", "no")]
        heads = [(text("bulk.do", language), 8), *facts, *((one.head, one.width) for one in found)]
        for at, (name, width) in enumerate(heads, start=HIDDEN):
            sheet.set_column(at, at, width)
            sheet.write_string(TOP, at, safe(name), head)
        sheet.set_column(0, HIDDEN - 1, 0, None, {"hidden": True})
        number = TOP
        for number, line in enumerate(lines, start=TOP + 1):
            row = (line.case_id, line.version)
            sheet.write_number(number, 0, line.case_id)
            sheet.write_number(number, 1, line.version)
            sheet.write_string(number, 2, signature(secret, meta, row))
            sheet.write_string(number, DO, yes_no[0], free)
            for at, value in enumerate(line.facts, start=FACTS):
                sheet.write_string(number, at, safe(str(value or "")), locked)
            for at, column in enumerate(found, start=FACTS + len(facts)):
                shown = _shown(column, line.answers.get(column.question.id), sections, language)
                sheet.write_string(number, at, safe(shown), free)
        if number > TOP:
            _offer(sheet, lists, 0, (TOP + 1, DO, number, DO), yes_no)
            for at, column in enumerate(found, start=FACTS + len(facts)):
                if column.options:
                    shown_options = [shown for _, shown in column.options]
                    _offer(sheet, lists, at, (TOP + 1, at, number, at), shown_options)
        sheet.freeze_panes(TOP + 1, FACTS + 1)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(TOP)
        if beside is not None:
            _lay_beside(book, *beside, locked)
    return out.getvalue()


def address(row: int, column: int) -> str:
    """A cell as Excel names it; both counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _lay_beside(book: Any, name: str, rows: Sequence[tuple[str, str]], look: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write_string(at, column, safe(cell), look)
    sheet.protect()


def _columns(question: Field, ground: Ground, language: Language) -> Iterator[Column]:
    label = _side(question.label, language) + (" *" if question.required else "")
    if question.type == "checklist":
        conclusions = tuple((one, text(f"shell.checklist.{one}", language)) for one in fields.CONCLUSIONS)
        for item, words in question.items.items():
            point = _side(words, language)
            yield Column(f"{label}：{point}", question, item, "conclusion", conclusions, 14)
            yield Column(f"{point}：{text('shell.checklist.remark', language)}", question, item, "remark", (), 20)
        return
    options: tuple[tuple[str, str], ...] = ()
    if question.type == "choice":
        options = tuple((one, _side(choice.title, language)) for one, choice in question.choices.items())
    elif question.type in LISTED:
        known = ground.references.get(question.type, {})
        options = tuple((code, str(entry["title"][language])) for code, entry in known.items())
    wide = question.type in ("long_text", "field_comments")
    yield Column(label, question, options=options, width=45 if wide else 18)


def _shown(column: Column, value: Any, sections: Sequence[Section], language: Language) -> str:
    if column.item:
        value = (value or {}).get(column.item, {}).get(column.part)
    elif column.question.type == "field_comments":
        return comments.written(value or {}, sections, language)
    if value is None:
        return ""
    return dict(column.options).get(str(value), str(value))


def _offer(sheet: Any, lists: Any, column: int, place: tuple[int, int, int, int], options: Sequence[str]) -> None:
    """A drop-down; its entries stand in the hidden sheet, because a rule holds no more than 255 characters."""
    for at, shown in enumerate(options):
        lists.write_string(at, column, safe(shown))
    letters = address(0, column)[:-1]
    source = f"=lists!${letters}$1:${letters}${len(options)}"
    sheet.data_validation(*place, {"validate": "list", "source": source, "error_type": "warning"})


def plain(meta: Meta) -> list[Any]:
    """What stands in the first cell, after the mark."""
    return [meta.action, meta.definition_id, meta.state, meta.key, meta.language]


def signature(secret: bytes, meta: Meta, row: Sequence[int]) -> str:
    """Of a row (case and version), or with none of the sheet itself."""
    return hmac.digest(secret, canonical([MARK, *plain(meta), *row]).encode(), hashlib.sha256).hex()[:32]


def _side(words: Any, language: Language) -> str:
    return str(words.zh if language == "zh" else words.en)
