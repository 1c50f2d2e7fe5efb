"""Open clocks of a case counted again, because a holiday notice has come or a round was extended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import act, deadlines, entry, tasks, telling
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, deadline
from caseflow.cases.move import Move
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

RECOUNTED = Action(id="deadline_recounted", title=Text(zh="期限重新计算", en="Deadline counted again"))


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock that ends on another day than before."""

    case_id: int
    clock: str
    old: date
    new: date


def open_cases(tx: Connection, ground: Ground, calendar: str) -> Iterator[int]:
    """The cases with an open clock that is counted by a calendar, in a fixed order."""
    found = tx.execute(
        sa.select(case.c.id, case.c.definition_id)
        .join(deadline, deadline.c.case_id == case.c.id)
        .where(deadlines.IS_OPEN)
        .distinct()
        .order_by(case.c.id)
    ).all()
    return (row.id for row in found if ground.definition(tx, row.definition_id).definition.calendar == calendar)


def recount(tx: Connection, ground: Ground, case_id: int, *, reason: str, request_key: str) -> list[Moved]:
    """Count every open clock of a case anew; where a date changed, enter it with ``reason`` and tell whose turn it is.

    ``reason`` is the number of the notice on which the new count rests.
    """
    row = entry.locked(tx, case_id)
    loaded = ground.definition(tx, row["definition_id"])
    changed = [
        (one, *dates)
        for one in deadlines.open_deadlines(tx, case_id)
        if (dates := deadlines.recount(tx, ground, loaded.definition, one)) is not None
    ]
    moved = [Moved(case_id, one["clock"], old, new) for one, old, new in changed]
    if not moved:
        return []
    move = Move(tx, ground, loaded, row, RECOUNTED, None, "system", clock.now(), request_key)
    due = deadlines.earliest(tx, loaded.definition, case_id)
    move.changes["due_on"] = due
    tasks.postpone(tx, case_id, due)
    clocks = [{"clock": one.clock, "from": one.old.isoformat(), "to": one.new.isoformat()} for one in moved]
    act.record(move, {"notice": reason, "clocks": clocks})
    for one, old, new in changed:
        values = {"due": new.isoformat(), "old": old.isoformat(), "new": new.isoformat(), "notice": reason}
        key = f"{request_key}/{one['id']}"
        telling.tell_clock(tx, loaded.definition, row, one, "inbox.recounted", values, key=key)
    return moved
