"""What a cell of the workbook holds for a value of a study, and which value it is when it is read back."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from caseflow.footprint.plain import decimal_text
from caseflow.footprint.workbook_columns import YES_NO, Column

_REFERENCE = re.compile(r"\[([^\[\]]+)\]\s*$")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""What a program of offices drops from a text, or takes for something else."""
_STRUCTURE = ("[", "{", '"')
MOST_CHARACTERS = 32_767
"""That a cell can hold."""
_FIRST_YEAR = 1901
"""Calendars of workbooks differ before it."""


class NotOffered(ValueError):
    """A text that is none of a column's choices."""


def cell_text(cell: Any) -> str:
    """A cell as text. A whole number is a float in a workbook and loses its ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return YES_NO["yes" if cell else "no"]
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def value_of(column: Column, cell: Any) -> Any:
    """A cell as the plain value of its column; None where it is empty. Raises NotOffered."""
    text = cell_text(cell)
    if not text:
        return None
    if column.kind == "factor":
        named = _REFERENCE.search(text)
        return named[1] if named else text
    if column.kind == "flag":
        return _chosen(column, text) == "yes" or None
    if column.kind == "choice":
        return _chosen(column, text)
    if column.kind == "whole":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
    return text


def cell_of(column: Column, value: Any) -> float | datetime | str:
    """What a cell holds for a plain value: a number, a day, or a text."""
    if column.kind == "date" and (day := _day(value)) is not None:
        return datetime.combine(day, time())
    if column.kind in ("number", "whole"):
        figure = Decimal(value)
        short = f"{float(figure):.15g}"
        # A number in a cell has 15 digits; one with more of them is kept as a text.
        return float(figure) if Decimal(short) == figure else decimal_text(figure)
    if column.kind == "flag":
        return YES_NO["yes" if value else "no"]
    return column.choices.get(value, str(value))


def holds(column: Column, value: Any) -> bool:
    """Whether a cell of the column gives the value back as it was."""
    if isinstance(value, dict | list) or (isinstance(value, str) and not _is_safe(value)):
        return False
    try:
        found = value_of(column, cell_of(column, value))
        same = Decimal(found) == Decimal(value) if column.kind in ("number", "whole") else found == value
    except (NotOffered, InvalidOperation, TypeError):
        return False
    return same or (value is False and found is None)


def written(value: Any) -> str:
    """A value of sheet 16 as text: texts as they are, everything else, and what would be taken for it, as JSON."""
    if isinstance(value, str) and _is_safe(value) and read(value) == value:
        return value
    text = json.dumps(value, ensure_ascii=False)
    if _is_safe(text):
        return text
    return json.dumps(value).replace("_x", "\\u005fx")


def read(text: str) -> Any:
    """The value that :func:`written` wrote."""
    if not text.startswith(_STRUCTURE) and text not in ("true", "false"):
        return text
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return text


def _chosen(column: Column, text: str) -> str:
    choices = column.choices or YES_NO
    if text in choices:
        return text
    found = next((id_ for id_, shown in choices.items() if shown == text), None)
    if found is None and len(choices) > 20:
        return text  # units and gases have other spellings, which the study knows
    if found is None:
        raise NotOffered(text)
    return found


def _is_safe(text: str) -> bool:
    return not _UNSAFE.search(text) and text == text.strip() and len(text) <= MOST_CHARACTERS


def _day(value: Any) -> date | None:
    day = date.fromisoformat(value)
    return day if day.year >= _FIRST_YEAR else None
