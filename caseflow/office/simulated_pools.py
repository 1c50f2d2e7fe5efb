"""Values with which the answers to a form may stand beside each other: what the case knows of the same kind, and bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from caseflow import clock
from caseflow.cases import deadlines
from caseflow.cases.move import Move
from caseflow.office import samples
from caseflow.workflow.definition import Definition
from caseflow.workflow.expressions import tokens_of
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Check, Condition
from caseflow.workflow.report import paths
from caseflow.workflow.spans import ANSWERS, ASKS, TODAY, Span

OPEN = None
"""A question that need not be answered is left open."""
CASE = "case."
_MACRO = re.compile(r"\.(all|exists)$")
_AROUND, _FAR, _LATER = (-1, 0, 1), (-400, -200, -60, -20, 3, 15, 40), (1, 7, 20)
"""Days beside one that the case knows, beside today, and after the last day of a clock."""
_WRITTEN = ("text", "long_text", "document_number", "credit_code", "url", "email", "phone", "region", "product_class")
_FREE = ("text", "long_text")
"""Questions that take what was written anywhere."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a condition reads: paths as conditions write them (``asks.day``, ``case.store.field``, ``today``), and numbers."""

    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def of(self, prefix: str) -> frozenset[str]:
        """The questions that are read under a prefix."""
        return frozenset(name.removeprefix(prefix).split(".")[0] for name in self.names if name.startswith(prefix))

    @property
    def stores(self) -> frozenset[str]:
        return self.of(CASE)

    def union(self, others: Iterable[Reading]) -> Reading:
        """This and others together."""
        listed = [self, *others]
        return Reading(
            *(frozenset[str]().union(*(getattr(one, part) for one in listed)) for part in ("names", "numbers"))
        )


def reading(need: Condition) -> Reading:
    """What a condition of an act reads."""
    if isinstance(need, Check):
        return _written(need.check)
    span = Span.read(need) if need.name == ASKS else None
    ends = (path for _, path in span.ends) if span is not None else ()
    own = (ANSWERS, "dossier.", TODAY)
    return Reading(frozenset(path if path.startswith(own) else f"{CASE}{path}" for path in ends))


def _written(check: str) -> Reading:
    found = tokens_of(check)
    names = frozenset(_MACRO.sub("", one.text) for one in found if one.kind == "path")
    return Reading(names, frozenset(one.text for one in found if one.kind == "number"))


def reach(values: Mapping[str, Any], name: str) -> Any:
    """The value at a path as a condition reads it: the list of a column inside a table."""
    found: Any = values
    for step in name.split("."):
        if isinstance(found, list | tuple):
            found = [one.get(step) for one in found if isinstance(one, Mapping)]
        elif isinstance(found, Mapping) and step in found:
            found = found[step]
        else:
            return None
    return found


def pool(move: Move, question: Field, read: Reading) -> list[Any]:
    """What may be answered so that a condition which reads the question holds; nothing where no such answer is known."""
    known = [(field, value) for field, value in _known(move, read) if value not in (None, "", [], {})]
    kind = question.type
    found: list[Any]
    if kind == "date":
        found = list(_days(move, question, known))
    elif kind in ("integer", "decimal"):
        found = _figures(question, known, read.numbers)
    elif kind == "choices":
        found = list(_several(question, known))
    elif kind in _WRITTEN:
        found = list(_texts(question, known))
    elif kind == "choice":
        found = list(question.choices)
    else:
        found = [True, False] if kind == "boolean" else []
    return [*found, OPEN] if found and not question.required else found


def _known(move: Move, read: Reading) -> Iterator[tuple[Field | None, Any]]:
    """What a condition reads, with the question behind it."""
    values, asked = move.values(), paths(move.definition)
    for name in sorted(read.names):
        path = name.removeprefix(CASE)
        own = path.startswith(ANSWERS)
        field = move.action.asks.get(path.removeprefix(ANSWERS)) if own else asked.get(path)
        yield field, reach(values, name)


def _days(move: Move, question: Field, known: Iterable[tuple[Field | None, Any]]) -> list[str]:
    today = clock.today()
    found = {today, *(today + timedelta(days=far) for far in _FAR)}
    for _, value in known:
        for one in value if isinstance(value, list) else [value]:
            with suppress(ValueError):
                day = one if isinstance(one, date) else date.fromisoformat(str(one))
                found |= {day + timedelta(days=beside) for beside in _AROUND}
    due = [row["due_on"] for row in deadlines.open_deadlines(move.tx, move.case["id"]) if row["due_on"]]
    found |= {day + timedelta(days=after) for day in due for after in _LATER}
    least = samples.day(str(question.minimum)) if question.minimum is not None else date.min
    most = samples.day(str(question.maximum)) if question.maximum is not None else date.max
    return [one.isoformat() for one in sorted(found) if least <= one <= most]


def _several(question: Field, known: Iterable[tuple[Field | None, Any]]) -> list[list[str]]:
    among = list(question.choices)
    found = [[one] for one in among]
    found += [[one for one in among if one in value] for _, value in known if isinstance(value, list)]
    return [one for one in found if one]


def _figures(question: Field, known: Iterable[tuple[Field | None, Any]], written: Iterable[str]) -> list[Any]:
    """Bounds, and the figures that stand beside the question, with what lies next to them and half of them."""
    found = {Decimal(0), Decimal(1), *map(Decimal, written)}
    for _, value in known:
        if isinstance(value, list):
            found.add(Decimal(len(value)))
        elif not isinstance(value, bool):
            with suppress(InvalidOperation):
                found |= {Decimal(str(value)), Decimal(str(value)) / 2}
    found |= {one + step for one in found for step in (-1, 1)}
    places = 0 if question.type == "integer" else question.decimals or 0
    least = Decimal(question.minimum) if question.minimum is not None else Decimal(0)
    most = Decimal(question.maximum) if question.maximum is not None else max(found)
    within = sorted({one.quantize(Decimal(1).scaleb(-places)) for one in {*found, least, most} if least <= one <= most})
    return [int(one) if question.type == "integer" else str(one) for one in within]


def _texts(question: Field, known: Iterable[tuple[Field | None, Any]]) -> list[str]:
    """What was written of the same kind."""
    found = []
    for field, value in known:
        if question.type in _FREE or (field is not None and field.type == question.type):
            found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    longest = question.max_characters
    return [one for one in dict.fromkeys(found) if one and (longest is None or len(one) <= longest)]


@kept
def tables(definition: Definition) -> Mapping[str, Reading]:
    """By decision table what it reads, through other tables as well."""
    found = {
        one.id: Reading().union(
            Reading(frozenset({f"{CASE}{column.value}"})) if column.value is not None else _written(column.check or "")
            for column in one.inputs.values()
        )
        for one in definition.decisions.values()
    }
    for _ in found:
        found = {name: own.union(found[one] for one in own.stores if one in found) for name, own in found.items()}
    return found


def in_full(definition: Definition, read: Reading) -> Reading:
    """What a condition reads, and what the decision tables read of which it reads what they said."""
    known = tables(definition)
    return read.union(known[one] for one in read.stores if one in known)
