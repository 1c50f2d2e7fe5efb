"""What a panel came to, kept each time it is worked out: of which sheets, by which rule, with which outcome.

Anybody who holds the text can work it out again; its hash stands in the journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import members
from caseflow.cases.move import Move
from caseflow.cases.panel_models import panel_result
from caseflow.cases.ranking import Worked, tie_breaks, work_out
from caseflow.db import canonical

METHOD = "caseflow-panel/1"
"""How the outcome follows from the sheets; another number where that changes."""


def keep(move: Move, panel_id: str) -> Worked:
    """Work the ranking out, keep it with what it came from, and tell every member its score and place."""
    worked = work_out(move, panel_id)
    body = canonical(told(worked))
    last = newest(move.tx, move.case["id"], panel_id)
    number = last["number"] + 1 if last is not None else 1
    digest = hashlib.sha256(body.encode()).hexdigest()
    move.tx.execute(
        panel_result.insert().values(
            case_id=move.case["id"],
            panel=panel_id,
            number=number,
            body=body,
            hash=digest,
            person_id=move.actor.person_id if move.actor is not None else None,
            at=move.at,
        )
    )
    move.notes["result"] = {"panel": panel_id, "number": number, "hash": digest}
    rows = {row["id"]: row for row in members.rows(move.tx, move.case["id"])}
    for one in worked.places:
        scored, row = worked.scored[one.key], rows[one.key]
        said = {
            "score": str(scored.score) if scored.score is not None else None,
            "place": one.place,
            "group": one.group,
            "eligible": scored.status != "below_minimum",
            "tied": bool(one.tied),
        }
        members.say(move.tx, row["member_id"], row["data"], said)
    return worked


def newest(tx: Connection, case_id: int, panel_id: str) -> RowMapping | None:
    """What was worked out last; nothing before the first time."""
    return tx.execute(
        sa.select(panel_result)
        .where(panel_result.c.case_id == case_id, panel_result.c.panel == panel_id)
        .order_by(panel_result.c.number.desc())
        .limit(1)
    ).mappings().first()  # fmt: skip


def told(worked: Worked) -> dict[str, Any]:
    """Sheets, rule and outcome as plain values; experts and cases by number."""
    scheme = worked.scheme
    return {
        "method": METHOD,
        "rule": asdict(scheme.rule),
        "criteria": [
            {
                "id": one.id,
                "weight": str(one.weight),
                "maximum": one.maximum,
                "minimum": one.minimum,
                "apart": one.independent,
            }
            for one in scheme.criteria
        ],
        "pass_mark": str(scheme.pass_mark) if scheme.pass_mark is not None else None,
        "ties": [one.figure for one in tie_breaks(worked.panel)],
        "lines": dict(worked.lines),
        "cases": [_case(worked, one.key, one) for one in sorted(worked.places, key=lambda one: one.key)],
    }


def verify(row: Mapping[Any, Any]) -> bool:
    """Whether a kept result is still what its hash says."""
    return bool(hashlib.sha256(row["body"].encode()).hexdigest() == row["hash"]) and isinstance(
        json.loads(row["body"]), dict
    )


def _case(worked: Worked, key: int, place: Any) -> dict[str, Any]:
    scored = worked.scored[key]
    return {
        "case": key,
        "group": worked.groups[key],
        "sheets": [
            {
                "expert": row["person_id"],
                "version": row["version"],
                "marks": row["marks"],
                "abstained": row["abstained"],
            }
            for row in worked.given[key]
        ],
        "totals": [
            {"expert": line.expert, "total": str(line.total), "counted": str(line.counted)} for line in scored.lines
        ],
        "status": scored.status,
        "score": str(scored.score) if scored.score is not None else None,
        "below": [one.criterion for one in scored.shortfalls],
        "place": place.place,
        "tied": list(place.tied),
        "standing": place.standing,
    }
