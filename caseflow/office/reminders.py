"""Reminders before what is owed falls due: five working days, two, and on the day itself.

Found from the open tasks once a day; a key for each task, date and step keeps it once, however many workers look.
A step whose day was missed is caught up with; what was asked for later than that day needs no reminder of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import fees, show, telling
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, task
from caseflow.words import Message
from caseflow.workflow.days import workdays
from caseflow.workflow.days.holidays import Calendar
from caseflow.workflow.definition import Definition

STEPS = (5, 2, 0)
"""Working days before the last day."""
HORIZON = timedelta(days=31)
"""Further ahead nothing can be within the first step: no run of days off is that long."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is to be said, to whom it is owed by, and under which key."""

    case_row: RowMapping
    task: Mapping[str, Any]
    message: Message
    key: str


def due(tx: Connection, ground: Ground, today: date) -> Iterator[Reminder]:
    """The reminders that belong to ``today`` or to a day before it that was missed."""
    query = (
        sa.select(
            case,
            task.c.id.label("task_id"),
            task.c.kind.label("task_kind"),
            task.c.organisation_id.label("task_organisation"),
            task.c.role.label("task_role"),
            task.c.person_id.label("task_person"),
            task.c.due_on.label("task_due"),
            task.c.opened_at.label("task_opened"),
        )
        .join(case, case.c.id == task.c.case_id)
        .where(task.c.status == "open", task.c.due_on >= today, task.c.due_on <= today + HORIZON, ~case.c.final)
        .order_by(task.c.id)
    )
    for row in tx.execute(query).mappings():
        definition = ground.definition(tx, row["definition_id"]).definition
        calendar = ground.calendars[definition.calendar]
        step = _step(calendar, row["task_due"], clock.local_date(row["task_opened"]), today)
        what = _what(definition, row["state"], row["task_kind"])
        if step is not None and what is not None:
            yield _reminder(row, what, step, today, calendar)


def remind(tx: Connection, found: Iterable[Reminder]) -> None:
    """Tell whoever owes it; under the same key nobody is told twice."""
    for one in found:
        telling.tell_owing(tx, one.case_row, one.task, one.message, key=one.key, kind="deadline")


def _reminder(row: RowMapping, what: show.Pair, step: int, today: date, calendar: Calendar) -> Reminder:
    due_on: date = row["task_due"]
    left = workdays.workdays_between(calendar, today, due_on)
    values = {"number": row["number"] or "", "title": row["title"], "what": what, "due": show.day(due_on), "days": left}
    owed = {"person_id": row["task_person"], "organisation_id": row["task_organisation"], "role": row["task_role"]}
    message = Message("inbox.due_today" if due_on == today else "inbox.reminder", values)
    return Reminder(row, owed, message, f"remind/{row['task_id']}/{due_on}/{step}")


def _step(calendar: Calendar, due_on: date, opened_on: date, today: date) -> int | None:
    """The last step whose day has come since the task was opened."""
    reached = None
    for step in STEPS:
        day = workdays.before(calendar, due_on, workdays.Limit(step, "workdays")) if step else due_on
        if opened_on < day <= today:
            reached = step
    return reached


def _what(definition: Definition, state_id: str, kind: str) -> show.Pair | None:
    """What is owed, in words; nothing for a task that only waits for a publicity to end."""
    kind, _, what = kind.partition(":")
    if kind == "state" and what in definition.states:
        state = definition.states[what]
        return None if state.publicity is not None and state.clock is None else show.pair(state.title)
    if kind == "sign":
        action = definition.action(state_id, what)
        return show.pair(action.title) if action is not None else None
    if kind == "duty":
        duties = (state.duties[what] for state in definition.states.values() if what in state.duties)
        return next((show.pair(duty.title) for duty in duties), None)
    if kind == "panel" and what in definition.panels:
        return show.pair(definition.panels[what].title)
    if f"{kind}:" == fees.FEE:
        return show.pair(fees.TO_CONFIRM)
    return None
