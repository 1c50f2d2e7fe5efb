"""What an answer lacks: required questions, rows and points that are still open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from caseflow.words import Message
from caseflow.workflow.form import Field
from caseflow.workflow.values import is_blank, say

Errors = dict[str, list[Message]]
Asked = Callable[[str, Mapping[str, Any]], bool]
"""Whether a question's ``when`` holds for the values of its form or row."""
Rows = Mapping[str, int]
"""How many rows the tables of the dossier have, by path; what ``each_row`` speaks of is counted by it."""
NO_ROWS: Rows = {}


def is_put(field: Field, values: Mapping[str, Any], asked: Asked | None) -> bool:
    """Whether a question is put; without ``asked`` every question is."""
    return field.when is None or asked is None or asked(field.when, values)


def in_row(field: Field, number: int | str, inner: Errors, errors: Errors) -> None:
    """What is wrong inside a row, said with its number."""
    for path, messages in inner.items():
        errors[path] = [say("row", field, row=number, problem=message) for message in messages]


def missing_in(
    listed: Iterable[Field], values: Mapping[str, Any], asked: Asked | None = None, rows: Rows = NO_ROWS
) -> Errors:
    """What is not answered though it must be, by path, for values that were read before."""
    errors: Errors = {}
    for field in listed:
        if is_put(field, values, asked):
            errors |= _one(field, values.get(field.id), asked, rows)
    return errors


def _one(field: Field, value: Any, asked: Asked | None, rows: Rows) -> Errors:
    path = field.id
    if field.type == "boolean":
        # A declaration must be accepted; to any other yes-or-no question no is an answer.
        unanswered = value is not True if field.text else value is None
        return {path: [say("accept" if field.text else "choose", field)]} if field.required and unanswered else {}
    count = rows.get(field.of) if field.type == "each_row" and field.of else None
    if field.required and count is not None and (value is None or isinstance(value, dict)):
        return _every_row(field, value or {}, asked, count)
    if is_blank(value):
        return {path: [say(_MISSING.get(field.type, "required"), field)]} if field.required else {}
    errors: Errors = {}
    if isinstance(value, list | dict) and field.type in _COUNTED and len(value) < field.min_rows:
        errors[path] = [say("few", field, count=len(value), limit=field.min_rows)]
    if field.type in ("table", "members") and isinstance(value, list | dict):
        given = value.items() if isinstance(value, dict) else enumerate(value)
        for number, (key, row) in enumerate(given, 1):
            errors |= _row(field, row, key, number, asked)
    if field.type == "each_row" and isinstance(value, dict):
        for key, row in value.items():
            errors |= _row(field, row, key, int(key) + 1, asked)
    if field.type == "checklist" and field.required and isinstance(value, Mapping):
        for item, text in field.items.items():
            if not (value.get(item) or {}).get("conclusion"):
                errors[f"{path}.{item}"] = [say("point_open", field, point={"zh": text.zh, "en": text.en})]
    if field.type == "file" and field.of_revision and isinstance(value, Mapping) and not value.get("revision_code"):
        errors[path] = [say("revision_code", field)]
    return errors


def _every_row(field: Field, value: dict[str, Any], asked: Asked | None, count: int) -> Errors:
    """Each row of the table of which this speaks must be answered; where it has none, nothing is owed."""
    errors: Errors = {}
    for number in range(count):
        if is_blank(value.get(str(number))):
            errors[f"{field.id}.{number}"] = [say("row_open", field, row=number + 1)]
        else:
            errors |= _row(field, value[str(number)], number, number + 1, asked)
    return errors


def _row(field: Field, row: Any, key: int | str, number: int, asked: Asked | None) -> Errors:
    errors: Errors = {}
    if isinstance(row, Mapping):
        inner = missing_in(field.columns.values(), row, asked)
        in_row(field, number, {f"{field.id}.{key}.{name}": found for name, found in inner.items()}, errors)
    return errors


_COUNTED = ("table", "members", "people", "files", "choices", "dossier_fields")
_MISSING = {
    "choice": "choose", "choices": "choose", "region": "choose", "product_class": "choose", "organisation": "choose",
    "people": "choose", "members": "choose", "file": "upload", "files": "upload", "table": "fill_rows",
    "each_row": "fill_rows", "case_file": "choose", "dossier_fields": "choose",
}  # fmt: skip
