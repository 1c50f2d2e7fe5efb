"""Clocks that stand still while the case stays where it is: by an act with its ground, or while an objection is looked into."""

from __future__ import annotations

from typing import Any

from caseflow import clock
from caseflow.cases import deadlines, tasks
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.words import Message, Refused


def _not_to_be_stopped(move: Move, _: Any) -> list[Message]:
    row, rule = _own(move), move.definition.states[move.case["state"]].clock
    if rule is None or rule.stops is None or row is None or row["status"] != "running":
        return move.refuse("stopping.nothing_runs")
    return []


@effect(EFFECTS, against=_not_to_be_stopped, asked_first=True)
def stop_clock(move: Move, _: Any) -> None:
    """Let the clock of the present state stand still until it is resumed; the days in between do not count."""
    row = _own(move)
    if row is None:
        raise Refused(*_not_to_be_stopped(move, None))
    deadlines.pause(move.tx, row, clock.local_date(move.at))
    deadlines.note_due(move)
    move.notes["stopped"] = {"clock": row["clock"], "due_on": row["due_on"].isoformat()}


def _not_stopped(move: Move, _: Any) -> list[Message]:
    row = _own(move)
    return [] if row is not None and row["status"] == "paused" else move.refuse("stopping.nothing_stands")


@effect(EFFECTS, against=_not_stopped, asked_first=True)
def resume_clock(move: Move, _: Any) -> None:
    """Let the clock of the present state run on after it was stopped."""
    row = _own(move)
    if row is None:
        raise Refused(*_not_stopped(move, None))
    due = deadlines.resume(move, row, clock.local_date(move.at))
    deadlines.note_due(move)
    move.notes["resumed"] = {"clock": row["clock"], "due_on": due.isoformat()}


def _own(move: Move) -> dict[str, Any] | None:
    """The open clock of the present state."""
    found = deadlines.open_deadlines(move.tx, move.case["id"])
    return next((row for row in found if row["clock"] == move.case["state"]), None)


def suspend(step: Move, duty_id: str) -> None:
    """Let the publicity of the present state stand still, where a duty that is owed now does that."""
    for row in _suspended_by(step, duty_id):
        if row["status"] == "running":
            deadlines.pause(step.tx, row, clock.local_date(step.at))
            deadlines.note_due(step)


def unsuspend(step: Move, duty_id: str) -> None:
    """Let it run on once nobody owes that duty any more; the days in between do not count."""
    if tasks.owed(step.tx, step.case["id"], f"{tasks.DUTY}{duty_id}"):
        return
    for row in _suspended_by(step, duty_id):
        if row["status"] == "paused":
            deadlines.resume(step, row, clock.local_date(step.at))
            deadlines.note_due(step)


def _suspended_by(step: Move, duty_id: str) -> list[dict[str, Any]]:
    """The open publicity of the present state, where this duty suspends it."""
    state = step.definition.states[step.case["state"]]
    if state.publicity is None or state.publicity.suspended_by != duty_id:
        return []
    return [
        row
        for row in deadlines.open_deadlines(step.tx, step.case["id"])
        if row["clock"] == f"{deadlines.PUBLICITY}{state.id}"
    ]
