"""What a compiled condition says of the values of a case.

A value that is missing, or cannot be compared, is a refusal that names the field; nothing is taken for true because
it could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from caseflow.words import Message
from caseflow.workflow.expressions import EPOCH, Expression
from caseflow.workflow.operators import Kind


@dataclass(frozen=True, slots=True)
class _Unread:
    """A value that cannot be compared."""

    key: str


def answer(expression: Expression, values: Mapping[str, Any], gathered: frozenset[str] = frozenset()) -> bool | Message:
    """What CEL says: true, false, or the refusal that names the field which could not be read.

    ``gathered`` are the stores that hold a list of entries: one without an entry is empty.
    """
    data: dict[str, Any] = {}
    troubles: list[Message] = []
    for name, kind, steps in expression.reads:
        found = _at(values, steps)
        if found is None and steps[0] == "case" and steps[1:2] and steps[1] in gathered:
            found = []
        value = _counted(found, kind, expression.scale)
        if isinstance(value, _Unread):
            troubles.append(Message(f"workflow.{value.key}", {"field": name}))
        else:
            data[name] = value
    for name in expression.asks_for:
        data[f"has_.{name}"] = not _absent(_at(values, tuple(name.split("."))))
    try:
        result = expression.compiled.eval(data=data)
    except RuntimeError:  # the budget of iterations is spent
        return Message("workflow.not_decided", {"field": expression.text[:80]})
    if result.type().name() == "BOOL":
        said: Any = result.value()
        return said is True
    return troubles[0] if troubles else Message("workflow.not_decided", {"field": expression.text[:80]})


def _absent(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _at(values: Mapping[str, Any], steps: tuple[str, ...]) -> Any:
    """The value at a path; inside a table or members the list of a column."""
    found: Any = values
    for step in steps:
        if isinstance(found, list | tuple):
            found = [row.get(step) if isinstance(row, Mapping) else None for row in found]
        elif not isinstance(found, Mapping):
            return None
        elif step in found:
            found = found[step]
        elif found and all(key.isdigit() for key in found):
            found = [row.get(step) if isinstance(row, Mapping) else None for row in found.values()]
        else:
            return None
    return found


def _counted(value: Any, kind: Kind, scale: int) -> Any:
    """A value as the compiled condition takes it, or why it cannot be taken."""
    if kind[-1] == "s":
        if value is None:
            return _Unread("value_missing")
        if isinstance(value, Mapping):
            return [str(key) for key in value]
        if not isinstance(value, list | tuple):
            return _Unread("value_strange")
        single: Any = kind.removesuffix("s")
        if single == "text":
            return [item if isinstance(item, str) else "" for item in value]
        counted = [_counted(item, single, scale) for item in value]
        return next((item for item in counted if isinstance(item, _Unread)), counted)
    if isinstance(value, Mapping):
        value = value.get("conclusion", value.get("code"))
    if _absent(value):
        return _Unread("value_missing")
    if kind == "text":
        return value if isinstance(value, str) else _Unread("value_strange")
    if kind == "boolean":
        return value if isinstance(value, bool) else _Unread("value_strange")
    if kind == "date":
        return _days(value)
    return _whole(value, scale if kind == "decimal" else 0)


def _days(value: Any) -> int | _Unread:
    try:
        return ((value if isinstance(value, date) else date.fromisoformat(value)) - EPOCH).days
    except (TypeError, ValueError):
        return _Unread("value_strange")


def _whole(value: Any, scale: int) -> int | _Unread:
    """A number as a whole number of its smallest unit; more places than that cannot be compared exactly."""
    if isinstance(value, bool | float):
        return _Unread("value_strange")
    try:
        sign, digits, exponent = Decimal(value).as_tuple()
    except (InvalidOperation, TypeError, ValueError):
        return _Unread("value_strange")
    if not isinstance(exponent, int) or len(digits) > 60 or abs(exponent) > 60:
        return _Unread("value_strange")
    number, shift = int("".join(map(str, digits))), exponent + scale
    rest = 0
    if shift < 0:
        number, rest = divmod(number, 10**-shift)
    else:
        number *= 10**shift
    if rest:
        return _Unread("value_strange")
    return (-number if sign else number) if number < 2**63 else _Unread("value_too_great")
