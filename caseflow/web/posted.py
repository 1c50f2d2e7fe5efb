"""What a form holds of the questions it shows, nested as answers are stored; see ``forms`` for the names of the inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import abort, request
from werkzeug.datastructures import MultiDict

from caseflow.workflow.form import Field


def request_key() -> str:
    """The key of one intent, as the form was given it; 400 where there is none."""
    key = request.form.get("request_key", "")
    if not 16 <= len(key) <= 80:
        abort(400)
    return key


def values(fields: Iterable[Field], form: MultiDict[str, str], prefix: str = "") -> dict[str, Any]:
    """What a form holds for these fields. Rows left empty go."""
    found: dict[str, Any] = {}
    for one in fields:
        value = _one(one, form, prefix + one.id)
        if value is not None:
            found[one.id] = value
    return found


def row_numbers(name: str, keys: Iterable[str]) -> list[int]:
    """The rows of the table ``name`` of which these inputs say something, in order."""
    pattern = re.compile(re.escape(name) + r"-(\d{1,4})-")
    return sorted({int(found[1]) for key in keys if (found := pattern.match(key))})


def says_something(row: dict[str, Any]) -> bool:
    """Whether anything was typed into a row; a box that is not ticked says nothing."""
    return any(value not in ("", [], False, None) for value in row.values())


def _one(one: Field, form: MultiDict[str, str], name: str) -> Any:
    """The value of one field; None where the form says nothing of it."""
    if one.type == "file":
        code = form.get(f"{name}-revision_code")
        return {"file": form.get(name), "revision_code": code} if code is not None else form.get(name)
    if one.type == "table":
        rows = [values(one.columns.values(), form, f"{name}-{number}-") for number in row_numbers(name, form)]
        return [row for row in rows if says_something(row)]
    if one.type == "each_row":
        return {
            str(number): values(one.columns.values(), form, f"{name}-{number}-") for number in row_numbers(name, form)
        }
    if one.type == "members":
        return {case: values(one.columns.values(), form, f"{name}-{case}-") for case in form.getlist(name)}
    if one.type == "checklist":
        return {
            item: {part: form.get(f"{name}-{item}-{part}", "") for part in ("conclusion", "remark")}
            for item in one.items
        }
    if one.type == "field_comments":
        return {key.removeprefix(f"{name}-"): form[key] for key in form if key.startswith(f"{name}-")}
    if one.type == "score_sheet":
        marks: dict[str, dict[str, str]] = {}
        for key in form:
            if found := re.fullmatch(re.escape(name) + r"-marks-(\w+)-(mark|reason)", key):
                marks.setdefault(found[1], {})[found[2]] = form[key].replace("\r\n", "\n")
        said = {part: form.get(f"{name}-{part}", "").replace("\r\n", "\n") for part in ("opinion", "why")}
        return {
            "member": form.get(f"{name}-member"),
            "marks": marks,
            **said,
            "abstain": form.get(f"{name}-abstain") == "yes",
        }
    if one.type in {"choices", "people", "files", "dossier_fields"}:
        return form.getlist(name)
    if one.type == "boolean":
        return form.get(name) == "yes"
    return form.get(name, "").replace("\r\n", "\n")
