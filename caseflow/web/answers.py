"""Stored answers to read: as text, table, checklist, files or comments. The macro ``answer`` of ``filling.html`` shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import show
from caseflow.cases.ground import Ground
from caseflow.cases.show import Pair
from caseflow.records import files, personal
from caseflow.workflow.form import Field


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer. ``kind``: ``text``, ``table``, ``checklist``, ``files`` or ``comments``."""

    kind: str
    text: Pair | None = None
    columns: Sequence[Pair] = ()
    rows: Sequence[Sequence[Pair | Shown]] = ()
    points: Sequence[tuple[Pair, str, str]] = ()
    """Point, conclusion, remark."""
    files: Sequence[Any] = ()
    lines: Sequence[tuple[Pair, str]] = ()
    empty: bool = False


def shown(tx: Connection, ground: Ground, question: Field, stored: Any) -> Shown:
    """A stored answer, ready to be read."""
    empty = stored in (None, "", [], {})
    kind = question.type
    if personal.is_sealed(stored):
        return Shown("text", text=show.value(ground, question, stored))
    if kind in ("file", "files"):
        found = [row for number in file_ids(stored) if (row := files.find(tx, number)) is not None]
        return Shown("files", files=found, empty=not found)
    if kind == "table":
        columns = [show.pair(column.label) for column in question.columns.values()]
        return Shown("table", columns=columns, rows=show.rows(ground, question, stored), empty=empty)
    if kind == "checklist":
        return Shown("checklist", points=show.points(question, stored), empty=empty)
    if kind == "field_comments":
        return Shown("comments", lines=[(show.both(path), text) for path, text in (stored or {}).items()], empty=empty)
    return Shown("text", text=show.value(ground, question, stored), empty=empty)


def file_ids(value: Any) -> list[int]:
    """The row numbers in an answer of type ``file`` or ``files``."""
    if isinstance(value, Mapping):
        value = value.get("file")
    if isinstance(value, list | tuple):
        return [number for one in value for number in file_ids(one)]
    return [int(value)] if value not in (None, "") and str(value).isdecimal() else []
