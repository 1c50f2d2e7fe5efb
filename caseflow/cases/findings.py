"""What was noticed and must be answered. A finding never refuses an application; it asks for a word on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.models import finding
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.studies import store
from caseflow.studies.recompute import recompute as recomputed
from caseflow.words import Message, Refused, from_json
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action, Calculates

ACT = "answer_finding"
ACTION = Action(id=ACT, title=Text(zh="答复提示事项", en="Answer a finding"))
"""The engine's own act, offered to the holder of any case with open findings."""
MOST_ANSWER = 500
FOOTPRINT = "footprint"
"""The kind of finding that the recomputation raises."""


def note(tx: Connection, case_id: int, kind: str, key: str, message: Message, at: datetime) -> None:
    """Raise a finding, or raise it again where its words have changed."""
    stored = tx.execute(sa.select(finding).where(finding.c.case_id == case_id, finding.c.key == key)).mappings().first()
    text = message.as_json()
    fresh = {"message": text, "status": "open", "answer": None, "answered_by": None, "answered_at": None}
    if stored is None:
        tx.execute(
            finding.insert().values(case_id=case_id, kind=kind, key=key, severity="warning", raised_at=at, **fresh)
        )
    elif stored["message"] != text or stored["status"] == "gone":
        tx.execute(finding.update().where(finding.c.id == stored["id"]).values(raised_at=at, **fresh))


def clear(tx: Connection, case_id: int, key: str) -> None:
    """What was found is no longer so."""
    tx.execute(
        finding.update()
        .where(finding.c.case_id == case_id, finding.c.key == key, finding.c.status != "gone")
        .values(status="gone")
    )


_OPEN = Statement(
    sa.select(finding)
    .where(finding.c.case_id == sa.bindparam("case_id"), finding.c.status == "open")
    .order_by(finding.c.id)
)


def open_findings(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    return _OPEN.rows(tx, {"case_id": case_id})


def all_findings(tx: Connection, case_id: int) -> list[RowMapping]:
    return list(
        tx.execute(
            sa.select(finding).where(finding.c.case_id == case_id, finding.c.status != "gone").order_by(finding.c.id)
        ).mappings()
    )


def answer(tx: Connection, case_id: int, posted: Mapping[str, Any], person_id: int, at: datetime) -> dict[str, Any]:
    """Write the officer's word on a finding; returns what the journal keeps."""
    text = str(posted.get("answer", "")).strip()
    if not text:
        raise Refused(Message("findings.answer_missing"))
    if len(text) > MOST_ANSWER:
        raise Refused(Message("findings.answer_too_long", {"limit": MOST_ANSWER}))
    written = tx.execute(
        finding.update()
        .where(finding.c.id == int(posted.get("finding", 0)), finding.c.case_id == case_id, finding.c.status != "gone")
        .values(status="answered", answer=text, answered_by=person_id, answered_at=at)
    )
    if written.rowcount != 1:
        raise Refused(Message("findings.unknown"))
    return {"finding": int(posted["finding"])}


def recompute(move: Move, row: Mapping[Any, Any], rule: Calculates) -> None:
    """Recompute the declared footprint as the case enters a review step; freeze the result; note what is off."""
    tx, case_id, at = move.tx, row["id"], move.at
    stored = store.latest_study(tx, case_id)
    if stored is None:
        if rule.footprint == "required":
            note(tx, case_id, FOOTPRINT, FOOTPRINT, Message("findings.footprint_required"), at)
        return
    tolerance = Decimal(rule.tolerance.rstrip("%"))
    result = recomputed(tx, study=stored, occasion=row["state"], tolerance=tolerance)
    found = {one["id"]: from_json(one["message"]) for one in result.body["findings"] if one["severity"] != "info"}
    for old in all_findings(tx, case_id):
        if old["kind"] == FOOTPRINT and old["key"].removeprefix("footprint.") not in found:
            clear(tx, case_id, old["key"])
    for key, message in found.items():
        note(tx, case_id, FOOTPRINT, f"footprint.{key}", message, at)
