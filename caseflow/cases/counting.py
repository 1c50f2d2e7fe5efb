"""The last day of a clock, counted by the calendar that is in force now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition


@dataclass(frozen=True, slots=True)
class Counted:
    """When a clock runs out, with the ledger to be stored."""

    due: date
    ledger: dict[str, Any]
    provisional: bool


def count(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    first: date,
    limit: str,
    pauses: Any,
    cut: date | None,
    roll: workdays.Roll = "rest_days",
) -> Counted:
    """Count a limit, cut short by the closing date of the round; without a limit that date alone bounds the clock."""
    if not limit and cut is not None:
        return Counted(cut, {}, provisional=False)
    spans = [(date.fromisoformat(a), date.fromisoformat(b)) for a, b in pauses]
    calendar = ground.calendar_now(tx, definition.calendar)
    counted = workdays.count(calendar, first, workdays.Limit.parse(limit), pauses=spans, roll=roll)
    due = counted.due if cut is None else min(counted.due, cut)
    return Counted(due, counted.as_json(), counted.provisional)
