"""What is said of a case before a panel: remarks, questions and answers, the panel's opinion. Sealed, and only added to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.move import Move
from caseflow.cases.panel_models import remark
from caseflow.records import personal
from caseflow.records.personal import Keyring

OPINION = "opinion"


def rows(tx: Connection, case_id: int, panel_id: str) -> list[RowMapping]:
    """Everything that was said before a panel, oldest first."""
    said = sa.select(remark).where(remark.c.case_id == case_id, remark.c.panel == panel_id)
    return list(tx.execute(said.order_by(remark.c.id)).mappings())


def open_questions(found: list[RowMapping], person_id: int | None = None) -> list[RowMapping]:
    """The questions among them that nobody has answered yet (to one person, where it is given)."""
    answered = {(row["member_case_id"], row["person_id"]): row["id"] for row in found if row["kind"] == "answer"}
    return [
        row
        for row in found
        if row["kind"] == "question"
        and person_id in (None, row["to_person_id"])
        and answered.get((row["member_case_id"], row["to_person_id"]), 0) < row["id"]
    ]


def opinions(found: list[RowMapping]) -> dict[int, RowMapping]:
    """The panel's opinion of each case, as it was drafted last."""
    return {row["member_case_id"]: row for row in found if row["kind"] == OPINION}


def of_panels(move: Move) -> dict[int, dict[str, str]]:
    """What the panels of a case say of each member, as the member takes it over: ``{member: {"opinion": text}}``."""
    return {
        member: {OPINION: words(move.ground.keys, row)}
        for panel_id in move.definition.panels
        for member, row in opinions(rows(move.tx, move.case["id"], panel_id)).items()
    }


def words(keys: Keyring, row: Mapping[Any, Any]) -> str:
    """The text of one of them; empty once it is erased."""
    if personal.is_erased(row["sealed"]):
        return ""
    return str(personal.open_json(keys, row["sealed"], _context(row)))


def digest(row: Mapping[Any, Any]) -> str:
    """The hash by which the journal and a signature name one of them."""
    if personal.is_erased(row["sealed"]):
        return personal.named(row["sealed"])
    return hashlib.sha256(str(row["sealed"]).encode()).hexdigest()


def add(move: Move, panel_id: str, kind: str, member_id: int, text: str, to: int | None = None) -> None:
    """Keep what the person who acts said of one case; the journal holds its hash."""
    row = {
        "case_id": move.case["id"],
        "panel": panel_id,
        "member_case_id": member_id,
        "person_id": move.seat_holder,
        "kind": kind,
        "to_person_id": to,
        "at": move.at,
    }
    row["sealed"] = personal.seal_json(move.ground.keys, text, _context(row))
    move.tx.execute(remark.insert().values(row))
    move.notes.setdefault("remarks", []).append({"member": member_id, "kind": kind, "hash": digest(row)})


def told(move: Move) -> dict[int, str]:
    """What the form says of each case: the first free text of its question about cases, where something was typed."""
    for question in move.action.asks.values():
        if question.type == "members":
            column = next((one.id for one in question.columns.values() if one.type == "long_text"), "")
            given = move.answers.get(question.id) or {}
            found = {int(number): str(said.get(column) or "").strip() for number, said in given.items()}
            return {number: text for number, text in found.items() if text}
    return {}


def _context(row: Mapping[Any, Any]) -> str:
    return f"remark/{row['case_id']}/{row['panel']}/{row['member_case_id']}/{row['person_id']}/{row['kind']}"
