"""Clocks that stand still while the case stays where it is: by an act with its ground, or while an objection is looked into."""

from __future__ import annotations

from typing import Any

from caseflow import clock
from caseflow.cases import deadlines, tasks
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow import running


def _not_to_be_stopped(move: Move, written: Any) -> list[Message]:
    row, rule = _meant(move, written), running.clocks(move.definition).get(_name(move, written))
    if rule is None or rule.clock.stops is None or row is None or row["status"] != "running":
        return move.refuse("stopping.nothing_runs")
    return []


@effect(EFFECTS, "clock", against=_not_to_be_stopped, asked_first=True)
def stop_clock(move: Move, written: str | None) -> None:
    """Let a clock (that of the present state unless named) stand still until it is resumed; those days do not count."""
    row = _meant(move, written)
    if row is None:
        raise Refused(*_not_to_be_stopped(move, written))
    deadlines.pause(move.tx, row, clock.local_date(move.at))
    deadlines.note_due(move)
    deadlines.note(move, "stopped", {"clock": row["clock"], "due_on": row["due_on"].isoformat()})


def _not_stopped(move: Move, written: Any) -> list[Message]:
    row, rule = _meant(move, written), running.clocks(move.definition).get(_name(move, written))
    stands = row is not None and row["status"] == "paused" and rule is not None and move.case["state"] in rule.runs_in
    return [] if stands else move.refuse("stopping.nothing_stands")


@effect(EFFECTS, "clock", against=_not_stopped, asked_first=True)
def resume_clock(move: Move, written: str | None) -> None:
    """Let a clock (that of the present state unless named) run on after it was stopped."""
    row = _meant(move, written)
    if row is None:
        raise Refused(*_not_stopped(move, written))
    due = deadlines.resume(move, row, clock.local_date(move.at))
    deadlines.note_due(move)
    deadlines.note(move, "resumed", {"clock": row["clock"], "due_on": due.isoformat()})


def by_act(step: Move, name: str) -> bool:
    """Whether an act stopped a clock that stands still, and none has resumed it since."""
    for body in (step.notes, *(entry.body for entry in reversed(journal.entries(step.tx, step.case["id"])))):
        for key in ("resumed", "stopped"):
            if any(one.get("clock") == name for one in deadlines.noted(body, key)):
                return key == "stopped"
    return False


def _name(move: Move, written: str | None) -> str:
    return running.named(move.definition, written, move.case["state"])


def _meant(move: Move, written: str | None) -> dict[str, Any] | None:
    """The open clock that is meant."""
    found = deadlines.open_deadlines(move.tx, move.case["id"])
    return next((row for row in found if row["clock"] == _name(move, written)), None)


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
