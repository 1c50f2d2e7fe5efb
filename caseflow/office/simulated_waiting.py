"""What an act of a simulation waits for: the end of a term, a clock that has to run out, a day on which it is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, guards, register_book, spans, tasks
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.move import Move
from caseflow.workflow import running
from caseflow.workflow.parts import Call, Check
from caseflow.workflow.procedure import Action
from caseflow.workflow.registers import LIVE, call
from caseflow.workflow.spans import ANSWERS, ASKS, TODAY

_ENTRY_IS, _EXPIRED = "entry_is", "expired"
_AFTER = timedelta(days=1)
_AHEAD = (30, 90, 180, 370, 740, 1100, 1830)
"""Days after today that are tried where a condition counts from a day on."""


def until(
    tx: Connection, ground: Ground, loaded: Loaded, row: Mapping[Any, Any], action: Action, role: str, *, refused: bool
) -> date | None:
    """The day after which an act may be done that may not be done yet; nothing where no day is known to help.

    Args:
        refused: whether it was tried here and refused, so that what forbids it today is worth asking.
    """
    found = _term(tx, row, action) or _clock(tx, loaded, row, action)
    if found is None and refused:
        move = Move(tx, ground, loaded, row, action, None, role, clock.now(), "")
        found = _between(move) or _allowed(move)
    return found


def _term(tx: Connection, row: Mapping[Any, Any], action: Action) -> date | None:
    """The last day of the own entry of a case, where an act waits for its term to be over and it is not."""
    for need in action.needs:
        if not isinstance(need, Call) or need.name != _ENTRY_IS:
            continue
        meant = call(need.argument)
        if set(meant.status) != {_EXPIRED} or meant.of is not None or meant.entry is not None:
            continue
        found = register_book.newest(tx, row["id"], meant.register_)
        if found is not None and found["status"] in LIVE and found["valid_until"] is not None:
            last: date = max(found["valid_until"], clock.today())
            return last
    return None


def _clock(tx: Connection, loaded: Loaded, row: Mapping[Any, Any], action: Action) -> date | None:
    """The last day of a clock of a state, where an act settles what is owed once it has run out, and it has not."""
    settled = {str(call.argument) for call in action.then if call.name == "close_duty"}
    opening = {
        one.name: one.clock.breach.opens
        for one in running.in_state(loaded.definition, row["state"])
        if one.clock.breach.opens in settled
    }
    owed = tasks.open_tasks(tx, row["id"]) if opening else []
    if not opening or any(_is_owed(one, str(duty)) for one in owed for duty in opening.values()):
        return None
    known = deadlines.open_deadlines(tx, row["id"])
    days = [one["due_on"] for one in known if one["clock"] in opening and one["status"] == "running" and one["due_on"]]
    return max(min(days), clock.today()) if days else None


def _is_owed(task: Mapping[Any, Any], duty: str) -> bool:
    return bool(task["kind"] == f"{tasks.DUTY}{duty}")


def _between(move: Move) -> date | None:
    """The last day on which a time that an act waits for is still too short, up to today or to a day that is answered."""
    asked = [one for one in move.action.needs if isinstance(one, Call) and one.name == ASKS]
    meant = [
        {**one.argument, "to": TODAY} if str(one.argument["to"]).startswith(ANSWERS) else one.argument for one in asked
    ]
    days = [day for one in meant if (day := spans.passes_after(move, one)) is not None and day >= clock.today()]
    return max(days, default=None)


def _allowed(move: Move) -> date | None:
    """The first of the days that a case knows, or of some that lie ahead, after which every condition of an act holds, where
    some do not today.

    Conditions on the answers are left out: the answers are made up anew.
    """
    asked = [one for one in move.action.needs if isinstance(one, Check) and "asks." not in one.check]
    if not any(guards.objections(move, one) for one in asked):
        return None
    ahead = {clock.today() + timedelta(days=far) for far in _AHEAD}
    for day in sorted(ahead.union(one for one in _days(move) if one >= clock.today())):
        with clock.still(clock.at_local(day + _AFTER)):
            move.at = clock.now()
            if not any(guards.objections(move, one) for one in asked):
                return day
    return None


def _days(move: Move) -> Iterator[date]:
    """The days of which a case knows: those of its clocks, and those that acts have named."""
    yield from (row["due_on"] for row in deadlines.open_deadlines(move.tx, move.case["id"]) if row["due_on"])
    asked = {
        (action.store or action.id, question.id)
        for state in move.definition.states
        for action in move.definition.actions_in(state)
        for question in action.asks.values()
        if question.type == "date"
    }
    facts = move.facts
    for store, name in sorted(asked):
        said = facts.get(store, {})
        for one in (said, *(part for part in said.values() if isinstance(part, Mapping))):
            if isinstance(one.get(name), str):
                yield date.fromisoformat(one[name])
