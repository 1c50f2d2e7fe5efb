"""What a timer does when its moment has come: somebody is told, or the act that waits for the day is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import act, entry, tasks, timers
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline
from caseflow.cases.move import Move
from caseflow.records import inbox, outbox
from caseflow.words import Message
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

BREACHED = Action(id="deadline_breached", title=Text(zh="办理超期", en="Deadline passed"))
WARNED = Action(id="deadline_warned", title=Text(zh="临期提醒", en="Deadline near"))


def fire(tx: Connection, ground: Ground, row: RowMapping, now: datetime) -> bool:
    """Fire one timer inside the caller's transaction; false where another worker has fired it.

    The case is locked before the timer, as acts do it: so none of them waits for the other in a circle.
    """
    case = entry.locked(tx, row["case_id"])
    if not timers.claim(tx, row["id"], now):
        return False
    key = f"timer/{row['id']}"
    if row["kind"].startswith("act:"):
        act.perform(tx, ground, None, row["case_id"], row["kind"].removeprefix("act:"), request_key=key)
        return True
    loaded = ground.definition(tx, case["definition_id"])
    clock_row = tx.execute(sa.select(deadline).where(deadline.c.id == row["deadline_id"])).mappings().one()
    said = BREACHED if row["kind"] == "breach" else WARNED
    if said is BREACHED:
        tx.execute(deadline.update().where(deadline.c.id == clock_row["id"]).values(status="breached"))
    move = Move(tx, ground, loaded, case, said, None, "system", now, key)
    _tell(move, clock_row, said)
    body = {"clock": clock_row["clock"], "due_on": clock_row["due_on"].isoformat()}
    act.record(move, body)
    return True


def _tell(move: Move, clock_row: RowMapping, said: Action) -> None:
    state = move.definition.states[clock_row["clock"].rpartition(":")[2]]
    roles: list[str] = [state.holder] if state.holder else []
    if said is BREACHED and state.clock is not None:
        roles += state.clock.breach.notify
    values: dict[str, Any] = {
        "number": move.case["number"] or "",
        "title": move.case["title"],
        "state": {"zh": state.title.zh, "en": state.title.en},
        "due": clock_row["due_on"].isoformat(),
    }
    key = "inbox.breached" if said is BREACHED else "inbox.due_soon"
    for role in dict.fromkeys(roles):
        owner = tasks.organisation_of(move.tx, move.definition, move.case, role)
        if owner is None:
            continue
        inbox.post(move.tx, Message(key, values), organisation_id=owner, role=role, case_id=move.case["id"])
        outbox.leave(
            move.tx,
            "mail",
            f"{move.request_key}/{role}",
            {"organisation": owner, "role": role, "key": key, "values": values},
            move.case["id"],
        )
