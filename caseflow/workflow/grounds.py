"""Every ground that a definition names, with the part that rests on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from caseflow.workflow import parts
from caseflow.workflow.decisions import Decision, Row
from caseflow.workflow.definition import Definition, NeverBoth, PublicForm
from caseflow.workflow.form import Choice, Field
from caseflow.workflow.kept import kept
from caseflow.workflow.many import Imports, Quota, Table
from caseflow.workflow.panel import Aggregate, Assign, Criterion, Lot, Outlier, Panel
from caseflow.workflow.parameters import Parameter
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, Calculates, Clock, Duty, LongClock, Publicity
from caseflow.workflow.promises import Always
from caseflow.workflow.registers import Register

_KINDS: tuple[tuple[type[parts.Part], str], ...] = (
    (Clock, "clock"), (LongClock, "clock"), (Publicity, "publicity"), (Calculates, "calculation"), (Duty, "duty"), (Action, "act"),
    (parts.Check, "guard"), (Field, "field"), (Choice, "choice"), (Quota, "quota"), (Panel, "panel"),
    (Criterion, "criterion"), (Aggregate, "panel"), (Lot, "panel"), (Assign, "panel"), (Outlier, "panel"),
    (Table, "table"), (Imports, "imports"), (Register, "register"),
    (Decision, "decision"), (Row, "decision"), (Parameter, "parameter"), (NeverBoth, "four_eyes"), (Always, "always"),
    (PublicForm, "public_form"),
)  # fmt: skip
_OF_LIST = {"needs": "guard", "warns": "warning", "then": "effect"}


@dataclass(frozen=True, slots=True)
class Ground:
    """A part of a definition that names a ground."""

    basis: str
    kind: str
    """clock, publicity, calculation, duty, act, guard, warning, effect, field, choice, quota, panel, criterion, table,
    imports, register, decision, parameter, four_eyes, always, public_form, or service of a letter."""
    place: Place
    path: tuple[parts.Text, ...]
    """What stands around it and itself, from the outside in, by the names that people read."""
    part: parts.Part
    """The part itself."""


@kept
def grounds(definition: Definition) -> tuple[Ground, ...]:
    """Every ground but that of the whole, in the order of the language."""
    return tuple(_inside(definition, (), (), ""))


def _inside(part: parts.Part, place: Place, path: tuple[parts.Text, ...], under: str) -> Iterator[Ground]:
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        key = info.alias or name
        if isinstance(value, parts.Part) and not isinstance(value, parts.Text) and (*place, key) != ("basis",):
            yield from _one(value, (*place, key), path, key)
        elif isinstance(value, dict):
            for step, inner in value.items():
                if isinstance(inner, parts.Part):
                    yield from _one(inner, (*place, key, step), path, key)
        elif isinstance(value, tuple):
            for number, inner in enumerate(value):
                if isinstance(inner, parts.Part):
                    yield from _one(inner, (*place, key, number), path, under if key not in _OF_LIST else key)


def _one(part: parts.Part, place: Place, path: tuple[parts.Text, ...], under: str) -> Iterator[Ground]:
    if isinstance(part, parts.Text):
        return
    own = _named(part)
    inner = (*path, own) if own is not None else path
    basis: Any = getattr(part, "basis", None)
    if isinstance(basis, str):
        yield Ground(basis, _kind(part, under), place, inner, part)
    yield from _inside(part, place, inner, under)


def _named(part: parts.Part) -> parts.Text | None:
    """The name of a part that people read."""
    for key in ("title", "label", "message"):
        found = getattr(part, key, None)
        if isinstance(found, parts.Text):
            return found
    return None


def _kind(part: parts.Part, under: str) -> str:
    return next((kind for type_, kind in _KINDS if type(part) is type_), _OF_LIST.get(under, under))
