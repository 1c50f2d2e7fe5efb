"""Clocks as a case goes on: those that begin, wait, go on or end as it comes to a state, and those that a date starts
which is said in the case (the day of service, of a notice, of an agreement).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, stopping, surroundings
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.workflow import running
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Clock
from caseflow.workflow.running import Running


def move(step: Move, row: Mapping[str, Any], target: str) -> date | None:
    """Close, pause or resume what runs as the case goes to ``target``; returns the earliest date still due.

    A clock counts on while the case stays where it runs, or comes back from where it pauses. One that has run out is
    not paused: whoever sends the case back after the last day gains no new days. One over several states that an act
    has stopped stands still until it is resumed. What organisations owed in the state that is left is owed no more.
    """
    tx, definition, at = step.tx, step.definition, step.at
    today = clock.local_date(at)
    due: list[date] = []
    runs: set[str] = set()
    for one in deadlines.open_deadlines(tx, row["id"]):
        rule = running.clocks(definition).get(one["clock"])
        if rule is not None and target in rule.runs_in:
            runs.add(rule.name)
            due += _goes_on(step, rule, one, today)
        elif rule is not None and rule.waits_in(target):
            if one["status"] != "breached":
                deadlines.pause(tx, one, today)
        else:
            deadlines.close(tx, one, "void" if one["task_id"] is not None else "met", at)
    started = start(tx, step.ground, definition, row, target, at, step, runs=frozenset(runs))
    due += [started] if started is not None else []
    return min(due, default=None)


def _goes_on(step: Move, rule: Running, row: Mapping[str, Any], today: date) -> Iterator[date]:
    """A clock runs on, or runs again; yields its last day where it is still to be kept."""
    last = row["due_on"]
    if row["status"] == "paused":
        if rule.state is None and stopping.by_act(step, rule.name):
            return
        last = deadlines.resume(step, row, today)
    elif rule.state is None and rule.clock.starts is not None:
        said = _said(step, rule.clock.starts)
        if said is not None and said != row["started_on"]:
            last = deadlines.start_anew(step.tx, step.ground, step.definition, row, said)
    if not deadlines.is_over(step.definition, {**row, "due_on": last}):
        yield last


def start(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    row: Mapping[Any, Any],
    state_id: str,
    at: datetime,
    step: Move | None = None,
    *,
    runs: frozenset[str] = frozenset(),
) -> date | None:
    """Start the clocks that run in a state (but for those that run already) and its publicity; returns the earliest
    date due.
    """
    state = definition.states[state_id]
    due: list[date] = []
    for rule in running.in_state(definition, state_id):
        if rule.name in runs:
            continue
        begun = clock.local_date(at) if rule.clock.starts is None else _said(step, rule.clock.starts)
        started = _start_clock(tx, ground, definition, row, rule, begun) if begun is not None else None
        due += [started] if started is not None else []
    if state.publicity is not None and step is not None:
        posted = date.fromisoformat(step.value(state.publicity.posted_on))
        made = deadlines.made_of(row["id"], f"{deadlines.PUBLICITY}{state_id}", posted, state.publicity.period)
        due.append(deadlines.insert(tx, ground, definition, deadlines.rule_of(definition, made["clock"]), made))
    return min(due, default=None)


def _start_clock(
    tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any], rule: Running, first: date
) -> date | None:
    """Start a clock from a day, which does not count itself; returns its last day, if it has one."""
    cut, limit = _cut(tx, row, rule.clock), rule.clock.limit or ""
    if not limit and cut is None:
        return None
    made = deadlines.made_of(row["id"], rule.name, first, limit, cut)
    return deadlines.insert(tx, ground, definition, deadlines.rule_of(definition, rule.name), made)


def begin(move: Move) -> None:
    """Start the clocks of the state in which an act stays, once their date is there; count anew where that has changed.

    A clock that stands still keeps the day from which it was counted.
    """
    for rule in running.in_state(move.definition, move.case["state"]):
        if rule.clock.starts is not None:
            _begin(move, rule, rule.clock.starts)


def _begin(move: Move, rule: Running, starts: str) -> None:
    said = replace(move, case=move.row, answers={}, _facts=None, _dossier=None).value(starts)
    if not said:
        return
    first = date.fromisoformat(said)
    known = [row for row in deadlines.open_deadlines(move.tx, move.case["id"]) if row["clock"] == rule.name]
    if not known:
        _start_clock(move.tx, move.ground, move.definition, move.row, rule, first)
    elif known[0]["started_on"] != first and known[0]["status"] != "paused":
        deadlines.start_anew(move.tx, move.ground, move.definition, known[0], first)
    else:
        return
    deadlines.note_due(move)
    move.notes.setdefault("begun", []).append({"clock": rule.name, "from": said})


def _cut(tx: Connection, row: Mapping[Any, Any], rule: Clock) -> date | None:
    if rule.not_after is None:
        return None
    closes = surroundings.round_closes(tx, row, rule.not_after)
    return surroundings.last_day(closes) if closes is not None else None


def _said(step: Move | None, path: str) -> date | None:
    """The date that was said at a path; nothing where there is none yet."""
    found = step.value(path) if step is not None else None
    return date.fromisoformat(found) if found else None
