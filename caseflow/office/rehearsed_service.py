"""Service of letters where nobody serves them: receipts, and what a test of a definition says of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import service
from caseflow.office import samples
from caseflow.records import files, letters
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text

_RECEIPT = Field(id="receipt", type="file", label=Text(zh="送达回证", en="Receipt of service"))
_RECEIVER = "例收件人"


def receipt(tx: Connection, names: samples.Names, case_id: int, letter_id: int) -> int:
    """A signed receipt of a letter, brought to its case; its row id."""
    made = names.file("receipt.pdf", _RECEIPT)
    files.attach(tx, made, case_id, service.file_of(letter_id))
    return made


def said(tx: Connection, names: samples.Names, case_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent to record that the newest letter of a kind (``letter``) was served on a day (``done_on``).

    Raises:
        LookupError: the case has no letter of that kind.
    """
    of_kind = [row.id for row in letters.of_case(tx, case_id) if row.kind == given.get("letter")]
    if not of_kind:
        raise LookupError(given.get("letter"))
    newest, day = max(of_kind), samples.day(str(given.get("done_on", "today")))
    brought = {"letter": newest, "file": receipt(tx, names, case_id, newest), "done_on": day.isoformat()}
    return {"way": "direct", "receiver": _RECEIVER, **given, **brought}
