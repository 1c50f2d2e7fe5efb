"""A workbook of a stranger: what could run or reach out is refused, then the cells are read, in one limited child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from caseflow import sandbox
from caseflow.records import contents, sheets
from caseflow.records.sheets import Sheet
from caseflow.words import Message, Refused

MEMORY = 300 * sandbox.MEGABYTE


def read(path: Path) -> list[Sheet]:
    """The sheets of an uploaded .xlsx.

    Raises:
        Refused: it is something else, broken, a bomb, too large, holds macros, external links or a formula.
    """
    try:
        payload = {"path": str(path.resolve())}
        found = sandbox.run("caseflow.records.workbooks:read_here", payload, memory=MEMORY)
    except (sandbox.Exhausted, sandbox.Failed):
        raise Refused(Message("sheet.unreadable")) from None
    return sheets.revived(found)


def read_here(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """What ``read`` does, in the child."""
    kind = contents.inspect({**payload, "clean": ""})["kind"]
    if kind != "xlsx":
        raise Refused(Message("file.kind", {"found": kind}))
    return sheets.read_here(payload)
