"""The guard that asks how much time lies between two dates: of the case, of this act, or today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from caseflow import clock
from caseflow.cases import paths, settings, show
from caseflow.cases.move import Move
from caseflow.cases.registry import GUARDS, guard
from caseflow.words import Message
from caseflow.workflow.days import workdays
from caseflow.workflow.parameters import is_parameter, name_of
from caseflow.workflow.parts import Call
from caseflow.workflow.spans import ANSWERS, ASKS, TODAY, Span


@guard(GUARDS, "between")
def period_between(move: Move, argument: Any) -> list[Message]:
    """As much time lies between the two dates as is asked for, the first day not counted, by the calendar."""
    span = Span.read(Call(name=ASKS, argument=argument))
    if span is None:
        raise LookupError(f"no time between two dates is meant by {argument!r}")
    ends = {key: (_label(move, path), _date(move, path)) for key, path in span.ends}
    missing = [label for label, day in ends.values() if day is None]
    if missing:
        return [Message("guards.between_missing", {"label": label}) for label in missing]
    (from_label, first), (to_label, last) = ends["from"], ends["to"]
    if first is None or last is None:
        return []
    said = {"from": show.day(first), "to": show.day(last), "from_label": from_label, "to_label": to_label}
    if last < first:
        return move.refuse("guards.between_order", **said)
    return list(_against(move, span, first, last, said))


def passes_after(move: Move, argument: Any) -> date | None:
    """The last day on which a time up to today is still too short; nothing where it is not counted up to today."""
    span = Span.read(Call(name=ASKS, argument=argument))
    first = _date(move, span.from_) if span is not None and not span.from_.startswith(ANSWERS) else None
    if span is None or span.to != TODAY or first is None:
        return None
    calendar = move.ground.calendar_now(move.tx, move.definition.calendar)
    days = [workdays.count(calendar, first, _period(move, one)).due for one in (span.at_least, span.over) if one]
    return max(days, default=None)


def _against(move: Move, span: Span, first: date, last: date, said: dict[str, show.Pair]) -> Iterator[Message]:
    for key in ("at_least", "at_most", "over"):
        written = getattr(span, key)
        if written is None:
            continue
        period = _period(move, written)
        counted = workdays.count(move.ground.calendar_now(move.tx, move.definition.calendar), first, period)
        bound = counted.nominal if key == "at_least" else counted.due
        holds = {"at_least": last >= bound, "at_most": last <= bound, "over": last > bound}[key]
        if not holds:
            values = {**said, "period": period.message(), "day": show.day(bound)}
            yield Message(f"guards.between_{key}{'_today' if span.to == TODAY else ''}", values)


def _period(move: Move, written: str) -> workdays.Limit:
    """A period as it is written, or as its parameter says for this case."""
    if is_parameter(written):
        written = settings.of_case(move.tx, move.definition, move.case)[name_of(written)]
    return workdays.Limit.parse(written)


def _date(move: Move, path: str) -> date | None:
    if path == TODAY:
        return clock.local_date(move.at)
    said = move.answers.get(path.removeprefix(ANSWERS)) if path.startswith(ANSWERS) else move.value(path)
    return date.fromisoformat(said) if said else None


def _label(move: Move, path: str) -> show.Pair:
    """What a date is called: by its question."""
    if path == TODAY:
        return show.words("guards.between_today")
    if path.startswith(ANSWERS):
        return show.pair(move.action.asks[path.removeprefix(ANSWERS)].label)
    question = paths.question(move.definition, path)
    return show.pair(question.label) if question is not None else show.both(path)
