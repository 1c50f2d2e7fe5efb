"""Clocks of a case: started, paused, met. Every deadline keeps the ledger of how it was counted.

A clock never decides anything: when it runs out somebody is told. Timers are rows beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import counting, settings, tasks, timers
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.words import Message, Refused
from caseflow.workflow import running
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Breach, Clock, Duty, State

PUBLICITY = "publicity:"
"""Before the state's id in the name of a publicity clock."""
DUTY = "duty:"
"""Before ``<state>.<duty>`` in the name of a clock of one who owes a duty; ``task_id`` says who."""
BREACH = "breach"
_ROLLS: dict[str, workdays.Roll] = {
    "next_workday": "rest_days", "after_holidays": "statutory_holidays", "last_day": "none",
}  # fmt: skip

IS_OPEN = sa.or_(
    deadline.c.status == "running",
    deadline.c.status == "paused",
    sa.and_(deadline.c.status == "breached", deadline.c.closed_at.is_(None)),
)
"""A clock that has run out stays open until the case goes on."""

_OPEN = Statement(
    sa.select(deadline).where(deadline.c.case_id == sa.bindparam("case_id"), IS_OPEN).order_by(deadline.c.due_on)
)
_NEW = Statement(deadline.insert().returning(deadline.c.id))
_CHANGE = Statement(deadline.update().where(deadline.c.id == sa.bindparam("on_id")))


@dataclass(frozen=True, slots=True)
class Rule:
    """What the definition says of a clock beside its length."""

    title: Text
    """What it is the time for."""
    state: State | None
    """The state to which it belongs; nothing where it runs over several."""
    clock: Clock | None = None
    """Of a state or of several: not of a duty, nor of a publicity."""
    duty: Duty | None = None
    ends: str = BREACH
    """The kind of the timer at the end of the last day."""

    @property
    def warn(self) -> str | None:
        """How long before its end somebody is warned."""
        own = self.duty or self.clock
        return own.warn if own is not None else None

    @property
    def soft(self) -> bool:
        """Whether its end is only pointed out."""
        return self.clock is not None and self.clock.soft

    @property
    def roll(self) -> workdays.Roll:
        """From which days off its end moves on."""
        return _ROLLS[self.clock.ends_on if self.clock is not None else "next_workday"]

    def holder(self, present: State) -> str | None:
        """The role that is to be in time, for a case that stands in ``present``."""
        return (self.state or present).holder if self.duty is None else None

    def concerns(self, present: str) -> bool:
        """Whether it can have run out on a case that stands in ``present``."""
        return self.state is None or self.state.id == present

    @property
    def notify(self) -> tuple[str, ...]:
        """The roles that are told when it has run out, besides those who owe."""
        return self._breach.notify

    @property
    def opens(self) -> str | None:
        """The duty that is owed once it has run out."""
        return self._breach.opens

    @property
    def _breach(self) -> Breach:
        own = self.duty or self.clock
        return own.breach if own is not None else Breach()


def rule_of(definition: Definition, name: str) -> Rule:
    """The rule behind the name of a clock."""
    if name.startswith(DUTY):
        state_id, _, duty_id = name.removeprefix(DUTY).partition(".")
        duty = definition.states[state_id].duties[duty_id]
        return Rule(duty.title, definition.states[state_id], duty=duty)
    if name.startswith(PUBLICITY):
        state = definition.states[name.removeprefix(PUBLICITY)]
        return Rule(state.title, state, ends=f"act:{state.publicity.ends}" if state.publicity is not None else BREACH)
    found = running.clocks(definition)[name]
    return Rule(found.title, found.state, found.clock)


def close(tx: Connection, row: Mapping[str, Any], status: str, at: datetime) -> None:
    """End a clock; that it ran out before is not forgotten."""
    breached = row["status"] == "breached"
    _CHANGE.run(tx, {"on_id": row["id"], "status": "breached" if breached else status, "closed_at": at})
    if not breached:
        timers.silence(tx, row["id"])


def reopen(tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any]) -> None:
    """Let a clock run on that was met by an act which is taken back; its days were counted all the while."""
    goes_on = {**row, "status": "breached" if row["status"] == "breached" else "running"}
    _CHANGE.run(tx, {"on_id": row["id"], "status": goes_on["status"], "closed_at": None})
    _set_anew(tx, ground, definition, goes_on, row["due_on"])


def extend(tx: Connection, ground: Ground, definition: Definition, row: Mapping[str, Any], until: date) -> None:
    """Give an open clock a later last day; one that had run out runs again. What is owed under it is due with it.

    Raises:
        Refused: the day is earlier than the present one, or later than the closing of the round that cuts the clock.
    """
    if row["due_on"] is None or until < row["due_on"]:
        raise Refused(Message("deadlines.not_earlier", {"due": row["due_on"].isoformat() if row["due_on"] else ""}))
    cut = row["not_after"] if row["task_id"] is None else None
    if cut is not None and until > cut:
        raise Refused(Message("deadlines.not_after", {"last": cut.isoformat()}))
    _CHANGE.run(
        tx, {"on_id": row["id"], "due_on": until, "extended_to": until, "status": _standing(row["status"], until)}
    )
    _set_anew(tx, ground, definition, row, until)


def recount(tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any]) -> tuple[date, date] | None:
    """Count an open deadline again after the calendar or its round changed; old and new date where they differ.

    One that had run out runs again where the new date is still to come.
    """
    counted = _counted(tx, ground, definition, row, row["pauses"])
    due = max(counted.due, row["extended_to"] or counted.due)
    if due == row["due_on"] and counted.provisional == row["provisional"]:
        return None
    changed = {"due_on": due, "ledger": counted.ledger, "provisional": counted.provisional}
    _CHANGE.run(tx, {"on_id": row["id"], **changed, "status": _standing(row["status"], due)})
    if due == row["due_on"]:
        return None
    _set_anew(tx, ground, definition, row, due)
    return row["due_on"], due


def start_anew(tx: Connection, ground: Ground, definition: Definition, row: Mapping[str, Any], first: date) -> date:
    """Count an open clock from another day than it was started from; one that had run out may run again.

    Returns its last day.
    """
    moved = {**row, "started_on": first}
    counted = _counted(tx, ground, definition, moved, row["pauses"])
    due = max(counted.due, row["extended_to"] or counted.due)
    changed = {"started_on": first, "due_on": due, "ledger": counted.ledger, "provisional": counted.provisional}
    _CHANGE.run(tx, {"on_id": row["id"], **changed, "status": _standing(row["status"], due)})
    _set_anew(tx, ground, definition, moved, due)
    return due


def _standing(status: str, due: date) -> str:
    """A clock that had run out runs again where its new last day is still to come."""
    return "running" if status == "breached" and due >= clock.today() else status


def _set_anew(tx: Connection, ground: Ground, definition: Definition, row: Mapping[str, Any], due: date) -> None:
    """Timers and tasks of a clock that ends on another day than before."""
    timers.silence(tx, row["id"])
    rule = rule_of(definition, row["clock"])
    if _standing(row["status"], due) == "running":
        here = {"case_id": row["case_id"], "deadline_id": row["id"]}
        timers.put(tx, ground, definition, here, due, rule.warn, rule.ends)
    if row["task_id"] is not None:
        tasks.set_due(tx, row["task_id"], due)
    else:
        tasks.postpone(tx, row["case_id"], earliest(tx, definition, row["case_id"]))


def earliest(tx: Connection, definition: Definition, case_id: int) -> date | None:
    """By when a case is due first. What organisations owe beside its holder has dates of its own, on their tasks."""
    return min(
        (
            row["due_on"]
            for row in open_deadlines(tx, case_id)
            if row["status"] != "paused" and row["task_id"] is None and not is_over(definition, row)
        ),
        default=None,
    )


def is_over(definition: Definition, row: Mapping[Any, Any]) -> bool:
    """Whether a clock has come to an end that is only pointed out."""
    return rule_of(definition, row["clock"]).soft and row["due_on"] is not None and row["due_on"] < clock.today()


def open_deadlines(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    """The clocks of a case that run, stand still, or have run out while the case stayed; the one due first comes first."""
    return _OPEN.rows(tx, {"case_id": case_id})


def of_case(tx: Connection, case_id: int) -> list[RowMapping]:
    """Every deadline of a case, oldest first, with its ledger."""
    return list(tx.execute(sa.select(deadline).where(deadline.c.case_id == case_id).order_by(deadline.c.id)).mappings())


def made_of(case_id: int, name: str, first: date, limit: str, cut: date | None = None) -> dict[str, Any]:
    """A clock as it starts, for ``insert``; ``cut`` is its last day at the latest."""
    return {
        "case_id": case_id,
        "clock": name,
        "started_on": first,
        "limit": limit,
        "not_after": cut,
        "pauses": [],
        "status": "running",
    }


def insert(tx: Connection, ground: Ground, definition: Definition, rule: Rule, made: dict[str, Any]) -> date:
    """Write a new clock, counted, with its timers; returns its last day."""
    made = {**made, "limit": settings.period(tx, definition, made["case_id"], made["limit"])}
    counted = _counted(tx, ground, definition, made, [])
    due = counted.due
    number = _NEW.scalar(tx, {**made, "due_on": due, "ledger": counted.ledger, "provisional": counted.provisional})
    here = {"case_id": made["case_id"], "deadline_id": number}
    timers.put(tx, ground, definition, here, due, rule.warn, rule.ends)
    return due


def _counted(
    tx: Connection, ground: Ground, definition: Definition, row: Mapping[str, Any], pauses: Any
) -> counting.Counted:
    roll = rule_of(definition, row["clock"]).roll
    return counting.count(tx, ground, definition, row["started_on"], row["limit"], pauses, row["not_after"], roll)


def pause(tx: Connection, row: Mapping[str, Any], today: date) -> None:
    """Let a clock stand still from a day on. One that has run out goes on being overdue."""
    if row["status"] == "running":
        _CHANGE.run(tx, {"on_id": row["id"], "status": "paused", "paused_since": today})
        timers.silence(tx, row["id"])


def note(step: Move, key: str, what: dict[str, Any]) -> None:
    """Keep with the act what it does to a clock; where it does the same to several, all of them."""
    before = noted(step.notes, key)
    step.notes[key] = [*before, what] if before else what


def noted(body: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """What an act has done to clocks: one stands by itself, several in a list."""
    found = body.get(key) or []
    return [found] if isinstance(found, Mapping) else list(found)


def note_due(step: Move) -> None:
    """Write by when the case is due now that one of its clocks has stopped or runs again."""
    due = earliest(step.tx, step.definition, step.case["id"])
    step.changes["due_on"] = due
    tasks.postpone(step.tx, step.case["id"], due)


def resume(step: Move, row: Mapping[str, Any], today: date) -> date:
    """Let a clock go on. A day to which it was extended moves on by as many days as it stood still."""
    pauses = [*row["pauses"], [row["paused_since"].isoformat(), today.isoformat()]]
    counted = _counted(step.tx, step.ground, step.definition, row, pauses)
    later = row["extended_to"] + (today - row["paused_since"]) if row["extended_to"] is not None else None
    due = max(counted.due, later or counted.due)
    changed = {
        "extended_to": later,
        "status": "running",
        "paused_since": None,
        "pauses": pauses,
        "due_on": due,
        "ledger": counted.ledger,
        "provisional": counted.provisional,
    }
    _CHANGE.run(step.tx, {"on_id": row["id"], **changed})
    rule = rule_of(step.definition, row["clock"])
    here = {"case_id": row["case_id"], "deadline_id": row["id"]}
    timers.put(step.tx, step.ground, step.definition, here, due, rule.warn, rule.ends)
    return due
