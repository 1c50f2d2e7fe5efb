"""The conditions of a definition, compiled once and held against the values of a case.

A condition holds only where CEL answers BOOL True. A value that is missing, or cannot be compared, is a refusal
that names the field; nothing is taken for true because it could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.expressions import EPOCH, Expression, Wrong, compile_expression
from caseflow.workflow.form import Field, FieldType
from caseflow.workflow.kept import kept
from caseflow.workflow.operators import Kind
from caseflow.workflow.parts import Check, Text
from caseflow.workflow.problems import Finding, Place
from caseflow.workflow.procedure import Action

Names = dict[str, tuple[Kind, int | None]]

_KINDS: dict[FieldType, Kind] = {
    "boolean": "boolean", "date": "date", "integer": "integer", "decimal": "decimal", "choices": "texts",
    "people": "texts", "files": "texts", "field_comments": "texts", "table": "texts", "members": "texts",
}  # fmt: skip
_LISTS: dict[Kind, Kind] = {
    "text": "texts", "integer": "integers", "decimal": "decimals", "date": "dates", "boolean": "booleans",
}  # fmt: skip
CASE_NAMES: Names = {
    "today": ("date", None), "round": ("text", None), "round.opens": ("date", None), "round.closes": ("date", None),
    "round.municipal_closes": ("date", None), "organisation": ("text", None), "prefecture": ("text", None),
    "number": ("text", None),
}  # fmt: skip
"""What a condition may read besides answers. ``organisation`` and ``prefecture`` are codes."""


@dataclass(frozen=True, slots=True)
class _Unread:
    """A value that cannot be compared."""

    key: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Every condition of one definition by the part that it belongs to and its text."""

    found: Mapping[tuple[Place, str], Expression]
    labels: Mapping[str, Text]

    def holds(self, action: Action, check: Check, values: Mapping[str, Any], *, state: str | None) -> Message | None:
        """Nothing where a condition of an action holds; else why not.

        ``values`` is nested: ``dossier`` ``{section: {field: value}}``, ``asks``, ``case`` ``{store: {field:
        value}}``, ``round``, ``today`` and the names in ``CASE_NAMES``; dates are ``date`` or ISO texts,
        decimals ``Decimal`` or texts. ``state`` is none for an action offered anywhere.
        """
        expression = self.found[_owner(action, state), check.check]
        answer = _answer(expression, values)
        if answer is True:
            return None
        if isinstance(answer, Message):
            label = self.labels.get(str(answer.values["field"]))
            if label is None:
                return answer
            return Message(answer.key, {"field": {"zh": label.zh, "en": label.en}})
        said = {"text": {"zh": check.message.zh, "en": check.message.en}}
        if check.basis is None:
            return Message("workflow.condition", said)
        return Message("workflow.condition_with_basis", {**said, "basis": check.basis})

    def applies(self, place: Place, when: str, values: Mapping[str, Any]) -> bool:
        """Whether a question or section with ``when`` is put. ``place`` as in ``when_places``.

        ``values`` are those of the same section or form by field id, besides what ``holds`` takes. While a value
        is missing the question is not put.
        """
        return _answer(self.found[place, when], values) is True


@kept
def compile_rules(definition: Definition) -> Rules:
    """The compiled conditions of a definition that has been checked. Cached for as long as it lives."""
    found, wrong = _compiled(definition)
    if wrong:
        raise ValueError("; ".join(f"{place}: {each.message.key}" for place, each in wrong))
    return Rules(found, _labels(definition))


def check(definition: Definition) -> list[Finding]:
    """What is wrong with the conditions of a definition, with line and column inside each."""
    return [
        Finding(each.message.key.removeprefix("workflow."), place, each.message, each.hint)
        for place, each in _compiled(definition)[1]
    ]


def when_places(definition: Definition) -> Iterator[tuple[Place, str, Mapping[str, Field]]]:
    """Every ``when``: the place of its part, its text, and the fields that it may name without a path."""
    for section in definition.dossier.values():
        place: Place = ("dossier", section.id)
        if section.when:
            yield place, section.when, {}
        yield from _whens((*place, "fields"), section.fields)
    for place, _, action in _actions(definition):
        yield from _whens((*place, "asks"), action.asks)


def _whens(place: Place, fields: Mapping[str, Field]) -> Iterator[tuple[Place, str, Mapping[str, Field]]]:
    for field in fields.values():
        if field.when:
            yield (*place, field.id), field.when, fields
        yield from _whens((*place, field.id, "columns"), field.columns)


def _compiled(definition: Definition) -> tuple[dict[tuple[Place, str], Expression], list[tuple[Place, Wrong]]]:
    found: dict[tuple[Place, str], Expression] = {}
    wrong: list[tuple[Place, Wrong]] = []
    shared = _shared(definition)

    def put(owner: Place, place: Place, text: str, names: Names) -> None:
        result = compile_expression(text, names)
        if isinstance(result, Expression):
            found[owner, text] = result
        else:
            wrong.extend((place, each) for each in result)

    for place, _, action in _actions(definition):
        names = {**shared, **_fields("asks", action.asks)}
        for number, condition in enumerate(action.needs):
            if isinstance(condition, Check):
                put(place, (*place, "needs", number, "check"), condition.check, names)
    for place, text, fields in when_places(definition):
        own = {name: kind for name, kind in _fields("", fields).items() if name not in shared}
        put(place, (*place, "when"), text, {**shared, **own})
    return found, wrong


def _shared(definition: Definition) -> Names:
    names = dict(CASE_NAMES)
    for section in definition.dossier.values():
        names |= _fields(f"dossier.{section.id}", section.fields)
    for _, _, action in _actions(definition):
        store = f"case.{action.store or action.id}"
        names |= _fields(store, {name: field for name, field in action.asks.items() if not field.personal})
    return names


def _fields(prefix: str, fields: Mapping[str, Field]) -> Names:
    """What a condition reads of some fields: a table has a size and, for each column, the list of its values."""
    names: Names = {}
    for field in fields.values():
        path = f"{prefix}.{field.id}" if prefix else field.id
        if field.type == "checklist":
            names |= {f"{path}.{item}": ("text", None) for item in field.items}
        elif field.type != "score_sheet":
            names[path] = (_KINDS.get(field.type, "text"), field.decimals)
        for column in field.columns.values():
            kind = _LISTS.get(_KINDS.get(column.type, "text"))
            if kind is not None:
                names[f"{path}.{column.id}"] = (kind, column.decimals)
    return names


def _actions(definition: Definition) -> Iterator[tuple[Place, str | None, Action]]:
    for state in definition.states.values():
        for action in state.actions.values():
            yield _owner(action, state.id), state.id, action
    for action in definition.anywhere.values():
        yield _owner(action, None), None, action


def _owner(action: Action, state: str | None) -> Place:
    return ("anywhere", action.id) if state is None else ("states", state, "actions", action.id)


def _labels(definition: Definition) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for section in definition.dossier.values():
        found |= {f"dossier.{section.id}.{field.id}": field.label for field in section.fields.values()}
    for _, _, action in _actions(definition):
        for field in action.asks.values():
            found |= {f"asks.{field.id}": field.label, f"case.{action.store or action.id}.{field.id}": field.label}
    return found


def _answer(expression: Expression, values: Mapping[str, Any]) -> bool | Message:
    """What CEL says: true, false, or the refusal that names the field which could not be read."""
    data: dict[str, Any] = {}
    troubles: list[Message] = []
    for name, kind, steps in expression.reads:
        value = _counted(_at(values, steps), kind, expression.scale)
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
        answer: Any = result.value()
        return answer is True
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
