"""Is this answer valid: posted or stored answers as typed values, with every fault under its path.

A path is the field's id, then row and column of a table, the point of a checklist, the case of ``members``:
``strengths``, ``tasks.2.due``, ``checklist.typical``. Values by type, beside what ``values`` reads:

- ``table``: a list of ``{column: value}``; rows in which nothing was typed go.
- ``checklist``: ``{point: {conclusion: met | not_met | not_applicable, remark: text}}``.
- ``field_comments``: ``{section.field: text}``.
- ``members``: ``{case id as text: {column: value}}``, in the order given.
- ``each_row``: ``{row number from 0 as text: {column: value}}``, in the order of the rows; a list counts from the
  first row. Rows in which nothing was typed go.
- ``score_sheet``: ``{member, marks: {criterion: {mark, reason}}, opinion}``, with ``abstain`` and ``why`` where they are
  said; the panel's rubric is applied where it is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from caseflow.words import Message
from caseflow.workflow.form import Field
from caseflow.workflow.gaps import NO_ROWS, Asked, Errors, Rows, in_row, is_put, missing_in
from caseflow.workflow.values import References, clean_text, clean_value, is_blank, read_number, say

Fields = Mapping[str, Field] | Iterable[Field]

CONCLUSIONS = ("met", "not_met", "not_applicable")
_NONE: References = {}
_ROW_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}", re.ASCII)


def clean(field: Field, raw: Any, *, references: References = _NONE) -> tuple[Any, list[Message]]:
    """One answer as a typed value, with everything that is wrong with it. What is missing is not said here."""
    errors: Errors = {}
    value = _clean(field, raw, field.id, references, errors)
    return value, [message for messages in errors.values() for message in messages]


def clean_section(
    fields: Fields,
    raw: Mapping[str, Any],
    *,
    references: References = _NONE,
    asked: Asked | None = None,
    complete: bool = True,
    rows: Rows = NO_ROWS,
) -> tuple[dict[str, Any], Errors]:
    """The answers of a form as typed values, with the faults by path.

    ``complete`` also says what is missing: for an act, not for a draft. Fixed fields are left to the system: what is
    posted for them is not taken. A question whose ``when`` does not hold keeps what was typed and has no faults;
    without ``asked`` every question counts as put. ``rows`` says how many rows the tables have of which ``each_row``
    speaks; where a table is not named there, any row number is taken and none is missed.
    """
    listed = _listed(fields)
    values: dict[str, Any] = {}
    errors: Errors = {}
    names = [field.id for field in listed]
    for name in raw:
        if name not in names:
            close = get_close_matches(str(name), names, 1)
            key = "fields.unknown_close" if close else "fields.unknown"
            errors[str(name)] = [Message(key, {"name": str(name), "close": close})]
    for field in listed:
        if field.id in raw and not field.fixed:
            value = _clean(field, raw[field.id], field.id, references, errors, rows)
            if value is not None:
                values[field.id] = value
    if complete:
        for path, messages in missing_in([field for field in listed if not field.fixed], values, asked, rows).items():
            errors.setdefault(path, messages)
    return values, _put(listed, values, errors, asked)


def missing(
    fields: Fields,
    values: Mapping[str, Any],
    *,
    references: References = _NONE,
    asked: Asked | None = None,
    rows: Rows = NO_ROWS,
) -> Errors:
    """Everything that keeps stored values from being complete, by path: what is missing and what is wrong."""
    listed = _listed(fields)
    errors: Errors = {}
    read = {field.id: _clean(field, values.get(field.id), field.id, references, errors, rows) for field in listed}
    for path, messages in missing_in(listed, read, asked, rows).items():
        errors.setdefault(path, messages)
    return _put(listed, read, errors, asked)


def relevant(fields: Fields, values: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The values of the questions that were put: without what was typed under a ``when`` that no longer holds."""
    return {
        field.id: values[field.id] for field in _listed(fields) if field.id in values and is_put(field, values, asked)
    }


def _listed(fields: Fields) -> list[Field]:
    return list(fields.values() if isinstance(fields, Mapping) else fields)


def _put(listed: list[Field], values: Mapping[str, Any], errors: Errors, asked: Asked | None) -> Errors:
    silent = {field.id for field in listed if not is_put(field, values, asked)}
    return {path: messages for path, messages in errors.items() if path.partition(".")[0] not in silent}


def _clean(field: Field, raw: Any, path: str, references: References, errors: Errors, rows: Rows = NO_ROWS) -> Any:
    if field.type == "each_row":
        return _each_row(field, raw, path, references, errors, rows)
    if field.type == "table":
        return _table(field, raw, path, references, errors)
    if field.type == "members":
        return _members(field, raw, path, references, errors)
    if field.type == "checklist":
        return _checklist(field, raw, path, errors)
    if field.type == "field_comments":
        return _comments(field, raw, path, references, errors)
    if field.type == "score_sheet":
        return _score_sheet(field, raw, path, references, errors)
    value, faults = clean_value(field, raw, references)
    if faults:
        errors[path] = faults
    return value


def _table(field: Field, raw: Any, path: str, references: References, errors: Errors) -> Any:
    if is_blank(raw):
        return []
    if not isinstance(raw, list) or not all(isinstance(row, Mapping) for row in raw):
        errors[path] = [say("shape", field)]
        return raw
    rows: list[dict[str, Any]] = []
    for given in raw:
        inner: Errors = {}
        row = _row(field, given, f"{path}.{len(rows)}", references, inner)
        # A box that is not ticked does not make a row.
        if any(value is not False for value in row.values()):
            rows.append(row)
            in_row(field, len(rows), inner, errors)
    if len(rows) > field.max_rows:
        errors[path] = [say("many", field, count=len(rows), limit=field.max_rows)]
    return rows


def _row(field: Field, given: Mapping[str, Any], path: str, references: References, errors: Errors) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in field.columns.values():
        value = _clean(column, given.get(column.id), f"{path}.{column.id}", references, errors)
        if not is_blank(value):
            row[column.id] = value
    return row


def _each_row(field: Field, raw: Any, path: str, references: References, errors: Errors, rows: Rows) -> Any:
    if is_blank(raw):
        return {}
    given = dict(enumerate(raw)) if isinstance(raw, list) else raw
    if not isinstance(given, Mapping) or not all(isinstance(row, Mapping | None) for row in given.values()):
        errors[path] = [say("shape", field)]
        return raw
    count = rows.get(field.of or "")
    values: dict[int, dict[str, Any]] = {}
    for key, row in given.items():
        number = _ROW_NUMBER.fullmatch(str(key).strip())
        inner: Errors = {}
        said = _row(field, row or {}, f"{path}.{key}", references, inner)
        # Where every row must be answered, no is an answer; elsewhere a box that is not ticked says nothing.
        if not said or (not field.required and all(value is False for value in said.values())):
            continue
        if number is None or (count is not None and int(number[0]) >= count):
            errors[path] = [say("unknown.each_row", field, value=str(key))]
            continue
        values[int(number[0])] = said
        in_row(field, int(number[0]) + 1, inner, errors)
    return {str(number): values[number] for number in sorted(values)}


def _members(field: Field, raw: Any, path: str, references: References, errors: Errors) -> Any:
    if is_blank(raw):
        return {}
    if isinstance(raw, Mapping):
        given = [(key, row if isinstance(row, Mapping) else {}) for key, row in raw.items()]
    elif isinstance(raw, list | tuple):
        given = [(row.get("member"), row) if isinstance(row, Mapping) else (row, {}) for row in raw]
    else:
        given = [(raw, {})]
    known = references.get("members")
    values: dict[str, Any] = {}
    for key, row in given:
        name = str(key).strip()
        if not name.isdecimal() or not name.isascii() or (known is not None and not known(name)):
            errors[path] = [say("unknown.members", field, value=name)]
            continue
        inner: Errors = {}
        values[name] = _row(field, row, f"{path}.{name}", references, inner)
        in_row(field, len(values), inner, errors)
    return values


def _checklist(field: Field, raw: Any, path: str, errors: Errors) -> Any:
    if is_blank(raw):
        return {}
    if not isinstance(raw, Mapping) or not set(raw) <= set(field.items):
        errors[path] = [say("shape", field)]
        return raw
    values: dict[str, Any] = {}
    for item in field.items:
        given = raw.get(item)
        if not isinstance(given, Mapping):
            given = {"conclusion": given}
        conclusion = given.get("conclusion") or None
        remark, faults = clean_text(field, str(given.get("remark") or ""))
        if conclusion not in (None, *CONCLUSIONS):
            faults = [*faults, say("choice", field)]
        if faults:
            text = field.items[item]
            point = {"zh": text.zh, "en": text.en}
            errors[f"{path}.{item}"] = [say("point", field, point=point, problem=fault) for fault in faults]
        if conclusion or remark:
            values[item] = {"conclusion": conclusion, "remark": remark}
    return values


def _comments(field: Field, raw: Any, path: str, references: References, errors: Errors) -> Any:
    if is_blank(raw):
        return {}
    if not isinstance(raw, Mapping) or not all(isinstance(text, str | None) for text in raw.values()):
        errors[path] = [say("shape", field)]
        return raw
    known = references.get("field_comments")
    values: dict[str, str] = {}
    for place, given in raw.items():
        text, faults = clean_text(field, given or "")
        if not text:
            continue
        if known is not None and not known(place):
            faults = [*faults, say("unknown.field_comments", field, value=place)]
        if faults:
            errors[f"{path}.{place}"] = faults
        values[place] = text
    return values


def _score_sheet(field: Field, raw: Any, path: str, references: References, errors: Errors) -> Any:
    if is_blank(raw):
        return None
    marks = raw.get("marks") or {} if isinstance(raw, Mapping) else None
    if not isinstance(marks, Mapping) or not all(isinstance(one, Mapping) for one in marks.values()):
        errors[path] = [say("shape", field)]
        return raw
    values: dict[str, Any] = {}
    for criterion, given in marks.items():
        mark, reason = given.get("mark"), clean_text(field, str(given.get("reason") or ""))
        number = None if is_blank(mark) else read_number(mark)
        faults = list(reason[1])
        if number is not None and number == number.to_integral_value():
            mark = int(number)
        elif not is_blank(mark):
            faults.append(say("integer", field))
        if faults:
            errors[f"{path}.marks.{criterion}"] = faults
        values[criterion] = {"mark": None if is_blank(mark) else mark, "reason": reason[0]}
    opinion, faults = clean_text(field, str(raw.get("opinion") or ""))
    if faults:
        errors[f"{path}.opinion"] = faults
    said: dict[str, Any] = {"marks": values, "opinion": opinion}
    why, faults = clean_text(field, str(raw.get("why") or ""))
    if faults:
        errors[f"{path}.why"] = faults
    said |= {"why": why} if why else {}
    said |= {"abstain": True} if raw.get("abstain") in (True, "yes") else {}
    member = str(raw.get("member") or "").strip()
    known = references.get("members")
    if not (member.isascii() and member.isdecimal()) or (known is not None and not known(member)):
        errors[path] = [say("unknown.members", field, value=member)]
        return {"member": raw.get("member"), **said}
    return {"member": int(member), **said}
