"""What an entry says: its values as the case has them, what it is called, how long it holds and what it is found by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from caseflow.cases import dossier, footprint_values, lines, numbers, paths, show
from caseflow.cases.move import Move
from caseflow.people import organisations
from caseflow.records import files
from caseflow.workflow.days import workdays
from caseflow.workflow.parts import Text
from caseflow.workflow.registers import Register, RegisterField

OF_CASE = ("title", "subject", "number")
_UNNAMED = Text(zh="值", en="value")
FILE = "file"
"""In a value: the row of the file that it is. It never leaves the house."""


def said(move: Move, register: Register, row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an entry that come from the case; ``row`` has its number, holder and first day.

    A value that the case does not have keeps what stood there before.
    """
    before: Mapping[str, Any] = row.get("values") or {}
    months = months_of(move, register)
    values = {field.id: _value(move, field) or before.get(field.id) for field in register.fields.values()}
    holder = organisations.get(move.tx, row["organisation_id"])
    name = str(holder["name_zh"]) if holder is not None else ""
    called = str(value_at(move, register.called) or "") if register.called else ""
    called = called or str(row.get("called") or name)
    first = _day(move, register.validity.from_) or row["valid_from"]
    last = _day(move, register.validity.until) or row.get("valid_until")
    if register.validity.lasts is not None:
        last = after(move, first, register.validity.lasts) - timedelta(days=1)  # its first day counts
    if months is not None:
        last = after(move, first, f"{months} months") - timedelta(days=1)
    shown = [str(row["number"]), called]
    known = [*shown, name, str(holder["credit_code"] or "") if holder is not None else ""]
    return {
        "called": called,
        "called_key": numbers.sort_key(called),
        "valid_from": first,
        "valid_until": last,
        "values": {name: value for name, value in values.items() if value},
        "open_text": _text(shown, values, [one.id for one in register.fields.values() if one.public]),
        "whole_text": _text(known, values, list(register.fields)),
    }


def months_of(move: Move, register: Register) -> int | None:
    """How many months an entry holds, where a decision says so; nothing while it was not made."""
    found = move.value(register.validity.lasts_by) if register.validity.lasts_by is not None else None
    return int(found) if found is not None and int(found) > 0 else None


def organisation(move: Move, path: str) -> int | None:
    """The organisation that a path names: of the case, an answer, or whose credit code is known."""
    if path == "organisation":
        return int(move.case["organisation_id"])
    found, question = move.value(path), paths.question(move.definition, path)
    if not found:
        return None
    if question is not None and question.type == "credit_code":
        row = organisations.by_credit_code(move.tx, str(found))
        return int(row["id"]) if row is not None else None
    return int(found)


def after(move: Move, day: date, period: str) -> date:
    """The day that lies a period behind a day; it does not roll to a working day."""
    calendar = move.ground.calendars[move.definition.calendar]
    return workdays.count(calendar, day, workdays.Limit.parse(period)).nominal


def value_at(move: Move, path: str) -> Any:
    """The value at a path, or what the case itself is called."""
    return move.row[path] if path in OF_CASE else move.value(path)


def entered(move: Move, path: str) -> dict[str, Any] | None:
    """A value of the case as an entry would hold it, with its text in both languages; nothing where there is none."""
    return _value(move, RegisterField(title=_UNNAMED, value=path))


def _value(move: Move, field: RegisterField) -> dict[str, Any] | None:
    """A value with its text in both languages; nothing where there is none."""
    if field.host is not None and move.host is not None:
        definition = move.ground.definition(move.tx, move.host["definition_id"]).definition
        found: Any = dossier.facts(move.tx, move.ground, move.host)
        for part in field.host.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        question = paths.question(definition, field.host)
    elif field.value is not None:
        found, question = value_at(move, field.value), paths.question(move.definition, field.value)
        if field.value in ("organisation", "prefecture"):
            name = lines.organisation_name(move.tx, found)
            return {"value": name["zh"], "zh": name["zh"], "en": name["en"]} if found else None
    else:
        return None
    if found in (None, "", [], {}):
        return None
    if question is not None and question.type == "file":
        return _file(move, paths.file_id(found))
    text = lines.text(move.tx, move.ground, question, found) if question is not None else show.both(found)
    if field.value == lines.BOUNDARY:
        text = footprint_values.boundary(move.tx, move.figures)
    named = question is not None and question.type == "organisation"  # row numbers are nobody's business
    return {"value": text["zh"] if named else found, "zh": text["zh"], "en": text["en"]}


def _file(move: Move, file_id: int) -> dict[str, Any] | None:
    """A file is named by its kind and the hash of its bytes: what it was called may name a person."""
    row = files.find(move.tx, file_id)
    if row is None:
        return None
    kind = Path(row.name).suffix.removeprefix(".").upper()
    text = show.words("registers.file", kind=kind, check=row.sha256[:12])
    return {"value": row.sha256, "zh": text["zh"], "en": text["en"], FILE: row.id}


def _day(move: Move, path: str | None) -> date | None:
    found = move.value(path) if path is not None else None
    return date.fromisoformat(str(found)) if found else None


def _text(known: list[str], values: Mapping[str, Any], names: list[str]) -> str:
    found = [value for name in names if (value := values.get(name)) and FILE not in value]
    shown = [part for value in found for part in (value["zh"], value["en"])]
    return " ".join(dict.fromkeys(part for part in (*known, *shown) if part))
