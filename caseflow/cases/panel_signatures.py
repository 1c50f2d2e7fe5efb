"""Signatures under what a panel came to: what each stands for, whose are there, and whose are owed anew after a change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import panel_results, panels, remarks, scores, tasks, telling
from caseflow.cases.move import Move
from caseflow.cases.panel_models import panel_signature
from caseflow.db import canonical
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message


@dataclass(frozen=True, slots=True)
class Signature:
    """How an expert who sits stands to the signature that is owed."""

    seat: RowMapping
    owed: str
    """What a signature would stand for now."""
    before: tuple[int, ...]
    """The cases for which it stands: those with an own interest are not among them."""
    signed: RowMapping | None
    outdated: bool
    """Signed once, and what it stood for has changed since."""
    noted: RowMapping | None
    """The office's note why there is no signature; it holds no longer once the expert has signed after all."""

    @property
    def missing(self) -> bool:
        return self.signed is None and self.noted is None


def of_panel(tx: Connection, case_id: int, panel_id: str) -> list[Signature]:
    """One for each expert who sits and has cases to sign for; reserves owe none."""
    rows = tx.execute(
        sa.select(panel_signature)
        .where(panel_signature.c.case_id == case_id, panel_signature.c.panel == panel_id)
        .order_by(panel_signature.c.id)
    ).mappings()
    given: dict[int, list[RowMapping]] = {}
    for row in rows:
        given.setdefault(row["person_id"], []).append(row)
    content = _content(tx, case_id, panel_id)
    found = []
    for seat in panels.seats(tx, case_id, panel_id):
        before = () if seat["reserve"] else tuple(panels.before(tx, case_id, panel_id, seat["person_id"]))
        if before:
            owed, own = _hash(content, before), given.get(seat["person_id"], [])
            signed = next((row for row in own if row["noted_by"] is None and row["stands_for"] == owed), None)
            earlier = any(row["noted_by"] is None for row in own)
            noted = own[-1] if own and own[-1]["noted_by"] is not None else None
            found.append(Signature(seat, owed, before, signed, signed is None and earlier, noted))
    return found


def own(tx: Connection, case_id: int, panel_id: str, person_id: int) -> Signature | None:
    """How one person stands to it; nothing for who owes none."""
    return next((one for one in of_panel(tx, case_id, panel_id) if one.seat["person_id"] == person_id), None)


def keep(move: Move, panel_id: str, one: Signature, said: dict[str, str], *, noted: bool = False) -> None:
    """Keep a signature with its dissents by case, or the note why there is none (``{"reason": text}``)."""
    note = hashlib.sha256(f"unsigned/{one.owed}".encode()).hexdigest()
    row = {
        "case_id": move.case["id"],
        "panel": panel_id,
        "person_id": one.seat["person_id"],
        "stands_for": note if noted else one.owed,
        "dissents": bool(said) and not noted,
        "noted_by": move.seat_holder if noted else None,
        "at": move.at,
    }
    row["sealed"] = personal.seal_json(move.ground.keys, said, _context(row))
    move.tx.execute(panel_signature.insert().values(row))
    move.notes.setdefault("panel_signatures", []).append(
        {"panel": panel_id, "stands_for": row["stands_for"], "dissents": row["dissents"], "noted": noted}
    )
    tasks.close(
        move.tx, move.case["id"], f"panel:{panel_id}", move.action.id, move.at, person_id=row["person_id"],
        status="void" if noted else "done",
    )  # fmt: skip


def words(keys: Keyring, row: Mapping[Any, Any]) -> dict[str, str]:
    """The dissents of a signature by case, or the reason of a note; nothing once they are erased."""
    if personal.is_erased(row["sealed"]):
        return {}
    said: dict[str, str] = personal.open_json(keys, row["sealed"], _context(row))
    return said


def ask_anew(move: Move, panel_id: str) -> None:
    """Whoever signed what is different now owes the signature again, and is told."""
    role = move.definition.panels[panel_id].role
    kind = f"panel:{panel_id}"
    owing = {row["person_id"] for row in tasks.open_tasks(move.tx, move.case["id"]) if row["kind"] == kind}
    for one in of_panel(move.tx, move.case["id"], panel_id):
        person_id = one.seat["person_id"]
        if not one.outdated or person_id in owing:
            continue
        tasks.assign(move.tx, move.case, kind, role, person_id, move.at)
        values = {"number": move.row["number"] or "", "title": move.row["title"]}
        once = f"{move.request_key}/sign/{panel_id}"
        telling.tell_person(
            move.tx, move.row, person_id, Message("inbox.sign_panel_anew", values), key=once, kind="desk"
        )


def _content(tx: Connection, case_id: int, panel_id: str) -> dict[int, list[Any]]:
    """By case what is signed: score and place as they were worked out last, the sheets that count, and the opinion."""
    last = panel_results.newest(tx, case_id, panel_id)
    outcome = {one["case"]: one for one in json.loads(last["body"])["outcome"]} if last is not None else {}
    opinions = remarks.opinions(remarks.rows(tx, case_id, panel_id))
    return {
        number: [
            outcome.get(number),
            sorted([row["person_id"], scores.digest(row)] for row in sheets),
            remarks.digest(opinions[number]) if number in opinions else None,
        ]
        for number, sheets in scores.valid(tx, case_id, panel_id, abstained=True).items()
    }


def _hash(content: Mapping[int, list[Any]], before: Collection[int]) -> str:
    return hashlib.sha256(canonical([[number, content.get(number)] for number in sorted(before)]).encode()).hexdigest()


def _context(row: Mapping[Any, Any]) -> str:
    return f"panel_signature/{row['case_id']}/{row['panel']}/{row['person_id']}/{row['stands_for']}"
