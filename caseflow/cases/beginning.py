"""Clocks as a case goes on: those that begin, wait, go on or end as it comes to a state, and those that a date starts
which is said in the case (the day of service, of a notice, of an agreement).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, surroundings
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Clock, State


def move(step: Move, row: Mapping[str, Any], target: str) -> date | None:
    """Close, pause or resume what runs as the case goes to ``target``; returns the earliest date still due.

    The clock of a state counts on while the case stays or comes back from where it pauses. One that has run out is
    not paused: whoever sends the case back after the last day gains no new days. What organisations owed in the
    state that is left is owed no more.
    """
    tx, definition, at = step.tx, step.definition, step.at
    today = clock.local_date(at)
    due: list[date] = []
    resumed = False
    for running in deadlines.open_deadlines(tx, row["id"]):
        rule = definition.states[running["clock"]].clock if running["clock"] in definition.states else None
        breached = running["status"] == "breached"
        if running["clock"] == target:
            last = deadlines.resume(step, running, today) if running["status"] == "paused" else running["due_on"]
            due += [last] if not deadlines.is_over(definition, {**running, "due_on": last}) else []
            resumed = True
        elif rule is not None and target in rule.pauses_in:
            if not breached:
                deadlines.pause(tx, running, today)
        else:
            deadlines.close(tx, running, "void" if running["task_id"] is not None else "met", at)
    started = start(tx, step.ground, definition, row, target, at, step, runs=resumed)
    due += [started] if started is not None else []
    return min(due, default=None)


def start(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    row: Mapping[Any, Any],
    state_id: str,
    at: datetime,
    step: Move | None = None,
    *,
    runs: bool = False,
) -> date | None:
    """Start the clock of a state (unless it ``runs``) and its publicity; returns the earliest date due."""
    state = definition.states[state_id]
    due: list[date] = []
    if state.clock is not None and not runs:
        begun = clock.local_date(at) if state.clock.starts is None else _said(step, state.clock.starts)
        started = start_clock(tx, ground, definition, row, state, begun) if begun is not None else None
        due += [started] if started is not None else []
    if state.publicity is not None and step is not None:
        posted = date.fromisoformat(step.value(state.publicity.posted_on))
        made = deadlines.made_of(row["id"], f"{deadlines.PUBLICITY}{state_id}", posted, state.publicity.period)
        due.append(deadlines.insert(tx, ground, definition, deadlines.rule_of(definition, made["clock"]), made))
    return min(due, default=None)


def start_clock(
    tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any], state: State, first: date
) -> date | None:
    """Start the clock of a state from a day, which does not count itself; returns its last day, if it has one."""
    if state.clock is None:
        return None
    cut, limit = _cut(tx, row, state.clock), state.clock.limit or ""
    if not limit and cut is None:
        return None
    made = deadlines.made_of(row["id"], state.id, first, limit, cut)
    return deadlines.insert(tx, ground, definition, deadlines.Rule(state, warn=state.clock.warn), made)


def begin(move: Move) -> None:
    """Start the clock of the state in which an act stays, once its date is there; count anew where that has changed.

    A clock that stands still keeps the day from which it was counted.
    """
    state = move.definition.states[move.case["state"]]
    if state.clock is None or state.clock.starts is None:
        return
    said = replace(move, case=move.row, answers={}, _facts=None, _dossier=None).value(state.clock.starts)
    if not said:
        return
    first = date.fromisoformat(said)
    running = [row for row in deadlines.open_deadlines(move.tx, move.case["id"]) if row["clock"] == state.id]
    if not running:
        start_clock(move.tx, move.ground, move.definition, move.row, state, first)
    elif running[0]["started_on"] != first and running[0]["status"] != "paused":
        deadlines.start_anew(move.tx, move.ground, move.definition, running[0], first)
    else:
        return
    deadlines.note_due(move)
    move.notes.setdefault("begun", []).append({"clock": state.id, "from": said})


def _cut(tx: Connection, row: Mapping[Any, Any], rule: Clock) -> date | None:
    if rule.not_after is None:
        return None
    closes = surroundings.round_closes(tx, row, rule.not_after)
    return surroundings.last_day(closes) if closes is not None else None


def _said(step: Move | None, path: str) -> date | None:
    """The date that was said at a path; nothing where there is none yet."""
    found = step.value(path) if step is not None else None
    return date.fromisoformat(found) if found else None
