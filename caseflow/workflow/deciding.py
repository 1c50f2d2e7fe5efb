"""What a decision table says of given values: the row that fits, what follows, and why the others do not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from caseflow.words import Message
from caseflow.workflow import cells
from caseflow.workflow.cells import Domain, Kind, Settings, Tests, Value
from caseflow.workflow.decisions import Cell, Decision, Input, Row
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field, FieldType
from caseflow.workflow.kept import kept
from caseflow.workflow.parameters import canonical, measured
from caseflow.workflow.report import gathered, paths

DEFAULT = 0
"""Stands for the row number where no row fits and the default follows; rows count from 1."""

_KINDS: dict[FieldType, Kind] = {
    "integer": "integer", "decimal": "decimal", "date": "date", "boolean": "boolean", "choice": "choice",
    "text": "text", "region": "text", "product_class": "text", "credit_code": "text", "document_number": "text",
}  # fmt: skip
_TRUTHS = ({"zh": "否", "en": "no"}, {"zh": "是", "en": "yes"})
_OTHER = {"zh": "其他", "en": "any other"}


@dataclass(frozen=True, slots=True)
class Table:
    """A decision with its cells read."""

    decision: Decision
    domains: Mapping[str, Domain]
    rows: tuple[Mapping[str, Tests], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Of one row: whether it fits, and else the first input that does not."""

    number: int
    row: Row
    fits: bool
    counts: bool
    """Of ``first``, only the first row that fits counts."""
    against: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What follows, by which rows."""

    rows: tuple[int, ...]
    outputs: dict[str, Any]
    """By output its value; of ``collect`` the list of the values of all rows that fit."""
    told: tuple[Told, ...]


@kept
def tables(definition: Definition) -> Mapping[str, Table]:
    """The decisions of a definition that has been checked."""
    found = {}
    for decision in definition.decisions.values():
        domains = {one.id: domain_of(definition, one) or Domain("text") for one in decision.inputs.values()}
        rows = tuple(
            {name: cells.read(cell, domains[name]) for name, cell in row.when.items()} for row in decision.rows
        )
        found[decision.id] = Table(decision, domains, rows)
    return found


def domain_of(definition: Definition, column: Input) -> Domain | None:
    """The values that an input can have; nothing where no cell can speak of them."""
    if column.check is not None:
        return Domain("boolean")
    field = field_of(definition, column)
    kind = _KINDS.get(field.type) if field is not None else None
    if field is None or kind is None:
        return None
    if kind not in cells.ORDERED:
        return Domain(kind, words=tuple(field.choices))
    return Domain(kind, number(kind, field.minimum), number(kind, field.maximum), _step(kind, field))


def field_of(definition: Definition, column: Input) -> Field | None:
    """The question behind an input, where it stands for one value."""
    path = column.value or ""
    above, _, _ = path.rpartition(".")
    known = paths(definition)
    if above in known or path.partition(".")[0] in gathered(definition):
        return None  # a column of a table, or many entries
    return known.get(path)


def _step(kind: Kind, field: Field) -> Fraction | None:
    if kind == "decimal":
        return Fraction(1, 10**field.decimals) if field.decimals is not None else None
    return Fraction(1)


def number(kind: Kind, raw: Any) -> Fraction | None:
    """A number or day as it is compared; nothing where it is none."""
    if raw is None or isinstance(raw, bool | float):
        return None
    try:
        if kind == "date":
            day = raw if isinstance(raw, date) else date.fromisoformat(str(raw))
            return Fraction(day.toordinal())
        said = Decimal(raw)
        return Fraction(said) if said.is_finite() else None
    except (InvalidOperation, TypeError, ValueError):
        return None


def value_of(domain: Domain, raw: Any) -> Value | None:
    """An answer as cells compare it; nothing where there is none."""
    if isinstance(raw, Mapping):
        raw = raw.get("code")
    if domain.kind == "boolean":
        return raw if isinstance(raw, bool) else None
    if domain.kind in cells.ORDERED:
        return number(domain.kind, raw)
    return raw if isinstance(raw, str) and raw else None


def settings_of(definition: Definition, in_force: Mapping[str, str]) -> Settings:
    """The parameters as cells compare them, from what is in force (or the default)."""
    found = {}
    for parameter in definition.parameters.values():
        said = in_force.get(parameter.id) or canonical(parameter, parameter.default)
        value = measured(parameter, said) if said is not None else None
        if value is not None:
            found[parameter.id] = value
    return found


def decide(
    definition: Definition, decision_id: str, values: Mapping[str, Any], settings: Settings
) -> Decided | Message:
    """What a decision says of ``values`` (the answer of each input by its id), or the reason why it says nothing."""
    table = tables(definition)[decision_id]
    decision = table.decision
    read = {name: value_of(domain, values.get(name)) for name, domain in table.domains.items()}
    for name, value in read.items():
        if value is None:
            return Message("workflow.value_missing", {"field": title_of(definition, decision.inputs[name])})
    told: list[Told] = []
    for index, row in enumerate(table.rows):
        against = next(
            (name for name, tests in row.items() if not cells.fits(tests, read[name] or False, settings)), None
        )
        counts = against is None and not (decision.hit == "first" and any(one.counts for one in told))
        told.append(Told(index + 1, decision.rows[index], against is None, counts, against))
    hit = tuple(one.number for one in told if one.counts)
    title = {"zh": decision.title.zh, "en": decision.title.en}
    if decision.hit == "collect":
        rows = [decision.rows[one - 1].then for one in hit] or ([decision.default] if decision.default else [])
        gathered_up = {name: [row[name] for row in rows if name in row] for name in decision.outputs}
        return Decided(hit or (DEFAULT,), gathered_up, tuple(told))
    if len(hit) > 1:
        return Message("workflow.decided_twice", {"name": title, "rows": list(hit)})
    if hit:
        return Decided(hit, dict(decision.rows[hit[0] - 1].then), tuple(told))
    if decision.default is None:
        return Message("workflow.decided_nothing", {"name": title})
    return Decided((DEFAULT,), dict(decision.default), tuple(told))


def title_of(definition: Definition, column: Input) -> dict[str, str]:
    """What an input is called: its own title, else the question behind it."""
    field = field_of(definition, column)
    named = column.title or (field.label if field is not None else None)
    return {"zh": named.zh, "en": named.en} if named is not None else {"zh": column.id, "en": column.id}


def shown(definition: Definition, column: Input, value: Value) -> dict[str, str]:
    """A value of an input in words."""
    if isinstance(value, bool):
        return _TRUTHS[value]
    if value == cells.OTHER:
        return _OTHER
    field = field_of(definition, column)
    if isinstance(value, Fraction):
        if field is not None and field.type == "date":
            return _day(date.fromordinal(int(value)))
        return {"zh": plain(value), "en": plain(value)}
    choice = field.choices.get(value) if field is not None else None
    return {"zh": choice.title.zh, "en": choice.title.en} if choice is not None else {"zh": value, "en": value}


def shown_cell(definition: Definition, column: Input, cell: Cell | None) -> dict[str, str]:
    """A cell in words: of words their titles, anything else as it is written."""
    if cell is None or cell == cells.ANY:
        return {"zh": "—", "en": "—"}
    parts = cell if isinstance(cell, tuple) else (cell,)
    found = []
    for part in parts:
        bare = part.removeprefix("!=").strip() if isinstance(part, str) else part
        said = shown(definition, column, bare if isinstance(bare, str | bool) else Fraction(bare))
        found.append({key: ("≠ " if bare != part else "") + text for key, text in said.items()})
    joined = {"zh": "、".join(one["zh"] for one in found), "en": ", ".join(one["en"] for one in found)}
    for parameter in definition.parameters.values():
        written = re.compile(rf"parameter\.{parameter.id}\b")
        joined = {key: written.sub(getattr(parameter.title, key), text) for key, text in joined.items()}
    return joined


def _day(when: date) -> dict[str, str]:
    return {"zh": f"{when.year}年{when.month}月{when.day}日", "en": f"{when.day} {when:%B} {when.year}"}


def dated(value: Fraction) -> str:
    """A day as it is written."""
    return date.fromordinal(int(value)).isoformat()


def plain(value: Fraction) -> str:
    """A number as people write it; where it has no end, as a fraction."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
