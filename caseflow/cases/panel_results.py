"""What a panel came to, kept each time it is worked out: of which sheets, by which rule, with which outcome.

Anybody who holds the text can work it out again; its hash stands in the journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import members, scores
from caseflow.cases.models import member
from caseflow.cases.move import Move
from caseflow.cases.panel_models import panel_result
from caseflow.cases.ranking import Worked, work_out
from caseflow.db import canonical
from caseflow.evaluation import result


def keep(move: Move, panel_id: str) -> Worked:
    """Work the ranking out, keep it with what it came from, and tell every member its score and place."""
    worked = work_out(move, panel_id)
    body = told(worked)
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
    move.notes.setdefault("results", []).append({"panel": panel_id, "number": number, "hash": digest})
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
    return next(iter(history(tx, case_id, panel_id)), None)


def history(tx: Connection, case_id: int, panel_id: str) -> list[RowMapping]:
    """Everything that was worked out, the last first."""
    return list(
        tx.execute(
            sa.select(panel_result)
            .where(panel_result.c.case_id == case_id, panel_result.c.panel == panel_id)
            .order_by(panel_result.c.number.desc())
        ).mappings()
    )


def of_members(tx: Connection, case_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By case, the last that a panel came to of it in any procedure that it stands or stood in.

    ``{host, panel, number, place: …, score: …}``: what ``evaluation.result`` keeps of one case, with where it is kept.
    Whether a reader may know of the procedure is for the caller to ask.
    """
    wanted = set(case_ids)
    rows = tx.execute(
        sa.select(panel_result)
        .where(
            panel_result.c.case_id.in_(
                sa.select(member.c.host_id).where(member.c.case_id.in_(wanted), member.c.status != "out")
            )
        )
        .order_by(panel_result.c.id)
    ).mappings()
    last = {(row["case_id"], row["panel"]): row for row in rows}
    found: dict[int, dict[str, Any]] = {}
    for row in sorted(last.values(), key=lambda one: int(one["id"])):
        body = json.loads(row["body"])
        groups = {one["case"]: one["group"] for one in body["cases"]}
        kept = {"host": row["case_id"], "panel": row["panel"], "number": row["number"], "lines": body["lines"]}
        for one in body["outcome"]:
            if one["case"] in wanted:
                found[one["case"]] = {**one, **kept, "group": groups[one["case"]]}
    return found


def told(worked: Worked) -> str:
    """Sheets, rule and outcome as the text that is kept; experts and cases by number."""
    sources = {
        (key, row["person_id"]): {"version": row["version"], "hash": scores.digest(row)}
        for key, rows in worked.given.items()
        for row in rows
    }
    return canonical(result.as_json(worked.inputs, worked.outcome, sources))


def lines(row: Mapping[Any, Any]) -> Mapping[str, int]:
    """The places of each group for which a kept result was worked out."""
    given, _ = result.read(row["body"])
    return given.lines
