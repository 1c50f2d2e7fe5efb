"""Clocks as people read them: what is left in working days, by when, and how it was counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import deadlines, surroundings
from caseflow.cases.ground import Ground
from caseflow.cases.models import deadline
from caseflow.cases.view import View
from caseflow.records import journal
from caseflow.web import drawing, shell
from caseflow.workflow import running, timer_reading
from caseflow.workflow.days import workdays
from caseflow.workflow.days.ledger import Run, runs_from_json
from caseflow.workflow.definition import Definition
from caseflow.workflow.parameters import Parameter, is_parameter, name_of
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import State
from caseflow.workflow.report import paths
from caseflow.workflow.running import Running
from caseflow.workflow.timers import Timer

SOON = workdays.Limit(5, "workdays")
"""From when on a deadline counts as near in lists and on the desk."""
MIDNIGHT = "24:00"
_MARKS = {"normal": "normal", "soon": "soon", "near": "soon", "overdue": "late"}


@dataclass(frozen=True, slots=True)
class Due:
    """What the macro ``deadline`` shows."""

    mark: str
    """``normal``, ``soon``, ``late``, ``over`` (a soft term), ``paused`` or ``done``."""
    on: date | None = None
    left: int | None = None
    """Working days left; negative when late."""
    at: str = MIDNIGHT
    """The time of day, where the closing of a round cuts the clock short."""


@dataclass(frozen=True, slots=True)
class Extension:
    """That a clock was given a later last day: by which act, when, and on what ground (for those who may read it)."""

    until: date
    act: str
    at: datetime
    ground: str


@dataclass(frozen=True, slots=True)
class Told:
    """One clock of a case with its ledger."""

    row: RowMapping
    title: dict[str, str]
    basis: str
    due: Due
    limit: Any
    runs: tuple[Run, ...]
    notices: tuple[str, ...]
    extension: Extension | None
    parameter: dict[str, str] | None
    """The parameter that says how long it is."""
    timer_key: str | None
    """The row of the register of time limits by which it is counted."""
    timer: Timer | None
    stopped: bool
    """It stands still where it would run: an act, or what others owe, has stopped it."""


def due(ground: Ground, definition: Definition, on: date | None, at: str = MIDNIGHT) -> Due | None:
    """How a due date stands today; nothing where there is none."""
    if on is None:
        return None
    found = workdays.remaining(ground.calendar(definition), on, clock.today())
    left = -found.workdays if found.standing == "overdue" else found.workdays
    return Due(_MARKS[found.standing], on, left, at)


def of_row(tx: Connection, ground: Ground, definition: Definition, row: RowMapping) -> Due | None:
    """How the date stands by which a case is due first; nothing where there is none."""
    return due(ground, definition, row["due_on"], _time_of_day(tx, definition, row, row["due_on"]))


def _time_of_day(tx: Connection, definition: Definition, row: RowMapping, on: date | None) -> str:
    """24:00, or the time at which the round closes where a clock ends on that day because of it."""
    for rule in running.in_state(definition, row["state"]):
        closes = surroundings.round_closes(tx, row, rule.clock.not_after) if rule.clock.not_after else None
        if closes is not None and clock.local_date(closes) == on:
            return f"{closes.astimezone(clock.SHANGHAI):%H:%M}"
    return MIDNIGHT


def of_rows(tx: Connection, ground: Ground, rows: Iterable[RowMapping]) -> dict[int, Due]:
    """The clock of each listed case: the one that ends first, or that it stands still."""
    listed = {int(row["id"]): row for row in rows}
    found: dict[int, Due] = {}
    standing = tx.execute(
        sa.select(deadline.c.case_id, deadline.c.due_on, deadline.c.status, deadline.c.clock)
        .where(
            deadline.c.case_id.in_(list(listed)),
            deadline.c.status.in_(["running", "paused", "breached"]),
            deadline.c.task_id.is_(None),  # what others owe beside the holder is due by their own dates
        )
        .order_by(deadline.c.id)
    )
    for case_id, on, status, name in standing:
        row = listed[case_id]
        definition = ground.definition(tx, row["definition_id"]).definition
        if status == "paused":
            found.setdefault(case_id, Due("paused"))
            continue
        if deadlines.is_over(definition, {"clock": name, "due_on": on}):
            found.setdefault(case_id, Due("over", on))
            continue
        counted = due(ground, definition, on, _time_of_day(tx, definition, row, on))
        known = found.get(case_id)
        if counted is not None and not row["final"] and (known is None or known.on is None or on < known.on):
            found[case_id] = counted
    for case_id, row in listed.items():
        if row["final"]:
            found[case_id] = Due("done")
    return found


def of_case(view: View) -> list[Told]:
    """Every clock of a case that its reader may see, newest first."""
    return [_told(view, row) for row in reversed(view.deadlines())]


def waiting(view: View) -> str:
    """Which clocks have not begun because their date is not there yet; empty where there is none."""
    begun = {row["clock"] for row in view.deadlines()}
    return " ".join(
        _waits(view, rule, rule.clock.starts)
        for rule in running.in_state(view.definition, view.state.id)
        if rule.clock.starts is not None and rule.name not in begun
    )


def _waits(view: View, rule: Running, starts: str) -> str:
    what = paths(view.definition)[starts].label
    name = drawing.named(_named(view, rule.title, rule.state))
    return drawing.t("clocks.waits", state=name, what=drawing.named(what))


def closing(at: datetime) -> str:
    """A closing time as offices write it: midnight is 24:00 of the day that ends."""
    local = at.astimezone(clock.SHANGHAI)
    if local.time() == time(0):
        return f"{drawing.day(local.date() - timedelta(days=1))} {MIDNIGHT}"
    return drawing.moment(at)


def soon_until(ground: Ground, definitions: Iterable[Definition]) -> date:
    """The last date that counts as near today."""
    calendar = next((ground.calendar(one) for one in definitions), None)
    today = clock.today()
    return workdays.count(calendar, today, SOON).due if calendar is not None else today


def _told(view: View, row: RowMapping) -> Told:
    found = deadlines.rule_of(view.definition, row["clock"])
    publicity = found.ends != deadlines.BREACH
    rule = found.duty or (found.state.publicity if publicity and found.state is not None else found.clock)
    if row["status"] == "paused":
        standing = Due("paused")
    elif deadlines.is_over(view.definition, row) and row["closed_at"] is None:
        standing = Due("over", row["due_on"])
    elif row["status"] in ("running", "breached"):
        ends = _time_of_day(view.tx, view.definition, view.row, row["due_on"])
        standing = due(view.ground, view.definition, row["due_on"], ends) or Due("normal")
    else:
        standing = Due("done", row["due_on"])
    stored, known = row["ledger"], _parameter(view, found, publicity=publicity)
    key = (rule.timer if rule is not None else None) or (known.timer if known is not None else None)
    return Told(
        row,
        _named(view, found.title, found.state if found.duty is None else None),
        rule.basis if rule is not None else "",
        standing,
        workdays.Limit.parse(row["limit"]).message() if row["limit"] else None,
        runs_from_json(stored.get("ledger", [])),
        tuple(stored.get("notices", ())),
        _extension(view, row) if row["extended_to"] is not None else None,
        None if known is None else {"zh": known.title.zh, "en": known.title.en},
        key,
        timer_reading.known(shell.house().settings.workflows).timers.get(key) if key is not None else None,
        row["status"] == "paused" and (publicity or _runs_here(view, row["clock"])),
    )


def _runs_here(view: View, name: str) -> bool:
    """Whether a clock is one that runs where the case stands."""
    return any(one.name == name for one in running.in_state(view.definition, view.row["state"]))


def _parameter(view: View, rule: deadlines.Rule, *, publicity: bool) -> Parameter | None:
    """The parameter that stands for a limit."""
    shown, own = rule.state.publicity if rule.state is not None else None, rule.duty or rule.clock
    written = shown.period if publicity and shown is not None else own.limit if own is not None else None
    return view.definition.parameters.get(name_of(written)) if written is not None and is_parameter(written) else None


def _named(view: View, title: Text, state: State | None) -> dict[str, str]:
    """A clock by its own title, or by its state as the reader knows that."""
    if state is None:
        return {"zh": title.zh, "en": title.en}
    return view.name_of(state.id) if view.is_staff else view.public_name(state.id)


def _extension(view: View, row: RowMapping) -> Extension | None:
    """The last act that extended a clock."""
    until = row["extended_to"].isoformat()
    for entry in reversed(journal.entries(view.tx, view.row["id"])):
        extended = deadlines.noted(entry.body, "extended")
        if not any((one.get("clock"), one.get("to")) == (row["clock"], until) for one in extended):
            continue
        action = view.definition.action(entry.from_state, entry.act) if entry.from_state else None
        said = view.facts().get(action.store or action.id, {}) if action is not None else {}
        texts = (said.get(one.id) for one in (action.asks.values() if action else ()) if one.type == "long_text")
        title = drawing.named(action.title) if action is not None else ""
        return Extension(
            row["extended_to"], title, entry.at, next((str(one) for one in texts if isinstance(one, str)), "")
        )
    return None
