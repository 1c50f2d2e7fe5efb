"""A worksheet as it comes back: whose it is, every cell checked, every fault named by its address (see ``worksheet``)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from caseflow.db import canonical
from caseflow.office import bulk, comments
from caseflow.office.worksheet import DO, FACTS, MARK, TOP, Column, Meta, address, signature
from caseflow.records.sheets import Sheet, safe
from caseflow.words import LANGUAGES, Message, Refused, text
from caseflow.workflow import fields
from caseflow.workflow.form import Section
from caseflow.workflow.values import References

Difference = Literal["empty", "new", "changed", "same"]


@dataclass(slots=True)
class Came:
    """One row as it came back."""

    number: int
    """As Excel counts rows."""
    case_id: int = 0
    version: int = 0
    do: bool = True
    answers: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, Message]] = field(default_factory=list)
    """Address of the cell, and what is wrong there."""


def meta_of(sheets: Sequence[Sheet], secret: bytes) -> Meta:
    """What an uploaded sheet is for.

    Raises:
        Refused: it is no sheet of ours, or the hidden cells were changed.
    """
    rows = sheets[0].rows if sheets else []
    cells = [str(value or "") for value in rows[0][:2]] if rows and len(rows[0]) > 1 else []
    try:
        mark, *values = json.loads(cells[0])
        meta = Meta(*values)
    except (IndexError, TypeError, ValueError):
        raise Refused(Message("bulk.sheet_foreign")) from None
    if mark != MARK or meta.language not in LANGUAGES or not hmac.compare_digest(cells[1], signature(secret, meta, ())):
        raise Refused(Message("bulk.sheet_foreign"))
    return meta


def read(
    sheets: Sequence[Sheet],
    meta: Meta,
    facts: int,
    found: Sequence[Column],
    *,
    sections: Sequence[Section],
    references: References,
    secret: bytes,
) -> list[Came]:
    """The rows of an uploaded sheet with their answers, and by cell what cannot be taken.

    Raises:
        Refused: the heads are not those that went out.
    """
    rows = sheets[0].rows
    heads = [str(value or "").removeprefix("'") for value in rows[TOP]] if len(rows) > TOP else []
    start = FACTS + facts
    for at, column in enumerate(found, start=start):
        if at >= len(heads) or heads[at] != column.head:
            raise Refused(Message("bulk.head_changed", {"cell": address(TOP, at), "head": column.head}))
    came = []
    seen: set[int] = set()
    for number, cells in enumerate(rows[TOP + 1 :], start=TOP + 1):
        if all(value is None for value in cells):
            continue
        row = Came(number + 1)
        came.append(row)
        case_id, version = _whole(cells[0]), _whole(cells[1])
        signed = str(cells[2] or "")
        if not hmac.compare_digest(signed, signature(secret, meta, (case_id, version))):
            row.errors.append((address(number, 0), Message("bulk.row_changed")))
            continue
        if case_id in seen:
            row.errors.append((address(number, 0), Message("bulk.row_twice")))
            continue
        seen.add(case_id)
        row.case_id, row.version = case_id, version
        row.do = str(cells[DO] or "").strip().lower() not in {text("bulk.no", one).lower() for one in LANGUAGES}
        for at, column in enumerate(found, start=start):
            _take(row, column, typed(cells[at] if at < len(cells) else None), address(number, at), sections, references)
    return came


def difference(kept: Mapping[str, Any], came: Mapping[str, Any]) -> Difference:
    """How a row differs from what was kept of the same act before."""
    if bulk.nothing(came):
        return "empty"
    if bulk.nothing(kept):
        return "new"
    shared = {name: kept.get(name) for name in came}
    return "same" if canonical(_bare(shared)) == canonical(_bare(came)) else "changed"


def _bare(value: Any) -> Any:
    """The answers without what is empty, so that they can be compared."""
    if isinstance(value, Mapping):
        return {name: _bare(one) for name, one in value.items() if not bulk.nothing(one)}
    return str(value).strip() if isinstance(value, int | float) and not isinstance(value, bool) else value


def _take(
    row: Came,
    column: Column,
    typed: str,
    cell: str,
    sections: Sequence[Section],
    references: References,
) -> None:
    """Put one cell into the answers of its row; what cannot be read stays as it was typed, with its address."""
    question = column.question
    if not typed:
        return
    if question.type == "field_comments":
        said, wrong = comments.read(typed, sections)
        row.answers[question.id] = said
        row.errors += [(cell, one) for one in wrong]
        return
    value: Any = typed
    if column.options:
        value = next((one for one, shown in column.options if typed in (one, shown)), None)
        if value is None:
            row.errors.append((cell, Message("bulk.not_listed", {"value": typed[:40]})))
            return
    if column.item:
        row.answers.setdefault(question.id, {}).setdefault(column.item, {})[column.part] = value
        return
    row.answers[question.id] = value
    _, wrong = fields.clean(question, row.answers[question.id], references=references)
    row.errors += [(cell, one) for one in wrong]


def _whole(value: Any) -> int:
    """The number in a hidden cell, also where a program has made a text of it; 0 is nobody's."""
    plain = typed(value)
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= 18 else 0


def typed(value: Any) -> str:
    """A cell as the text that was meant: whole numbers without a point, dates as dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    found = str(value).strip()
    return found[1:] if found.startswith("'") and safe(found[1:]) == found else found
