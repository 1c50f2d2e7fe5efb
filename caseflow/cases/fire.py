"""What a timer does when its moment has come: somebody is told, or the act that waits for the day is done."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import (
    act,
    consequences,
    deadlines,
    duties,
    entry,
    linking,
    listed,
    register_terms,
    registers,
    supervising,
    tasks,
    telling,
    timers,
)
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline
from caseflow.cases.move import Move
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

BREACHED = Action(id="deadline_breached", title=Text(zh="办理超期", en="Deadline passed"))
OVER = Action(id="term_over", title=Text(zh="期满提示", en="Term over"))
WARNED = Action(id="deadline_warned", title=Text(zh="临期提醒", en="Deadline near"))


def fire(tx: Connection, ground: Ground, row: RowMapping, now: datetime) -> bool:
    """Fire one timer inside the caller's transaction; false where another worker has fired it, or one before
    it has to be fired first.

    The case is locked before the timer, as acts do it: so none of them waits for the other in a circle.
    """
    case = entry.locked(tx, row["case_id"])
    if consequences.held_up(tx, row) or not timers.claim(tx, row["id"], now):
        return False
    key = f"timer/{row['id']}"
    if row["kind"].startswith("act:"):
        act.perform(tx, ground, None, row["case_id"], row["kind"].removeprefix("act:"), request_key=key)
        return True
    loaded = ground.definition(tx, case["definition_id"])
    if row["kind"].startswith(linking.TIMER):
        do = linking.awaited(tx, ground, case, row["kind"].removeprefix(linking.TIMER))
        if do is not None:
            act.perform(tx, ground, None, row["case_id"], do, request_key=key)
        return True
    if row["kind"] == consequences.TIMER:
        do = consequences.undoing(tx, ground, case)
        if do is not None:
            act.perform(tx, ground, None, row["case_id"], do, request_key=key)
        return True
    if row["kind"].startswith(listed.TIMER):
        move = Move(tx, ground, loaded, case, listed.NOTED, None, "system", now, key)
        if listed.look(move, row["kind"].removeprefix(listed.TIMER)):
            act.record(move, move.notes)
        return True
    if row["kind"].startswith(register_terms.TERM):
        move = Move(tx, ground, loaded, case, registers.RAN_OUT, None, "system", now, key)
        if registers.run_out(move, int(row["kind"].removeprefix(register_terms.TERM))):
            act.record(move, move.notes)
        return True
    if row["kind"].startswith(register_terms.NEAR):
        move = Move(tx, ground, loaded, case, register_terms.ENDING, None, "system", now, key)
        if register_terms.warn(move, int(row["kind"].removeprefix(register_terms.NEAR))):
            act.record(move, move.notes)
        return True
    if row["kind"].startswith(supervising.TIMER):
        move = Move(tx, ground, loaded, case, supervising.OVERDUE, None, "system", now, key)
        if supervising.run_out(move, int(row["kind"].removeprefix(supervising.TIMER))):
            act.record(move, move.notes)
        return True
    clock_row = tx.execute(sa.select(deadline).where(deadline.c.id == row["deadline_id"])).mappings().one()
    said = _what(loaded.definition, row["kind"], clock_row)
    if said is BREACHED:
        tx.execute(deadline.update().where(deadline.c.id == clock_row["id"]).values(status="breached"))
    move = Move(tx, ground, loaded, case, said, None, "system", now, key)
    if said is OVER:
        move.changes["due_on"] = deadlines.earliest(tx, loaded.definition, case["id"])
        tasks.postpone(tx, case["id"], move.changes["due_on"])
    _tell(move, clock_row, said)
    rule = deadlines.rule_of(loaded.definition, clock_row["clock"])
    if said is not WARNED and rule.opens is not None and rule.concerns(case["state"]):
        duties.open_late(move, rule.opens)
    body = {**move.notes, "clock": clock_row["clock"], "due_on": clock_row["due_on"].isoformat()}
    if clock_row["task_id"] is not None:
        body["task"] = clock_row["task_id"]
    act.record(move, body)
    return True


def _what(definition: Definition, kind: str, clock_row: RowMapping) -> Action:
    """What has happened to the clock: it is near its end, past it, or past an end that is only pointed out."""
    if kind != deadlines.BREACH:
        return WARNED
    return OVER if deadlines.rule_of(definition, clock_row["clock"]).soft else BREACHED


def _tell(move: Move, clock_row: RowMapping, said: Action) -> None:
    also = () if said is WARNED else deadlines.rule_of(move.definition, clock_row["clock"]).notify
    message = {BREACHED.id: "inbox.breached", OVER.id: "inbox.term_over", WARNED.id: "inbox.due_soon"}[said.id]
    telling.tell_clock(move.tx, move.definition, move.case, clock_row, message, {}, also=also, key=move.request_key)
