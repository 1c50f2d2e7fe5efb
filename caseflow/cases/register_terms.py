"""The end of an entry's term: a timer on its last day, and one before it so that somebody sees to what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseflow import clock
from caseflow.cases import register_book, show, telling, timers
from caseflow.cases.move import Move
from caseflow.words import Message
from caseflow.workflow.days import workdays
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.registers import LIVE

TERM, NEAR = "register:", "register_ends:"
"""Before the number of the entry in the kinds of its timers: at the end of its validity, and before it."""
ENDING = Action(id="register_ending", title=Text(zh="登记到期提醒", en="Entry about to end"))


def put(move: Move, row: Mapping[str, Any]) -> None:
    """Set the timers of an entry; each finds out itself whether it still counts."""
    if row["valid_until"] is None or row["status"] not in LIVE:
        return
    mark = f"{row['entry_id']}/{row['seq']}/{row['valid_until']}"
    at = clock.end_of(row["valid_until"])
    timers.put_alone(move.tx, row["case_id"], f"{TERM}{row['entry_id']}", f"{TERM}{mark}", at)
    register = move.definition.registers.get(row["register"])
    if register is not None and register.validity.warn is not None:
        calendar = move.ground.calendars[move.definition.calendar]
        day = workdays.before(calendar, row["valid_until"], workdays.Limit.parse(register.validity.warn))
        timers.put_alone(move.tx, row["case_id"], f"{NEAR}{row['entry_id']}", f"{NEAR}{mark}", clock.at_local(day))


def warn(move: Move, entry_id: int) -> bool:
    """Tell the roles of the register that an entry is about to end; false where its term is another by now, or it has
    ended.
    """
    rows = register_book.of_case(move.tx, move.case["id"]).values()
    row = next((one for one in rows if one["entry_id"] == entry_id), None)
    register = move.definition.registers.get(row["register"]) if row is not None else None
    if row is None or register is None or row["valid_until"] is None or register.validity.warn is None:
        return False
    today = clock.local_date(move.at)
    calendar = move.ground.calendars[move.definition.calendar]
    from_ = workdays.before(calendar, row["valid_until"], workdays.Limit.parse(register.validity.warn))
    if register_book.status_on(row, today) not in LIVE or today < from_:
        return False
    said = {"register": show.pair(register.title), "number": row["number"], "until": row["valid_until"].isoformat()}
    message = Message("inbox.entry_ends", {**said, "title": row["called"]})
    for role in register.validity.notify:
        telling.tell(
            move.tx, move.definition, move.row, role, message, key=f"{move.request_key}/{role}", kind="deadline"
        )
    move.notes["ends"] = {"register": row["register"], "number": row["number"], "until": said["until"]}
    return True
