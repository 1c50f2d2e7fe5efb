"""A walk through all parts of a definition."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Part
from caseflow.workflow.problems import Place


@kept
def inside(definition: Definition) -> tuple[tuple[Place, Part], ...]:
    """Every part inside a definition with its place, each before those inside it."""
    found: list[tuple[Place, Part]] = []
    _walk(definition, (), found)
    return tuple(found)


def _walk(part: Part, place: Place, found: list[tuple[Place, Part]]) -> None:
    for key in _holding(type(part)):
        value = getattr(part, key)
        kind, at = type(value), (*place, key)
        if kind is dict or kind is tuple:
            for step, one in value.items() if kind is dict else enumerate(value):
                if isinstance(one, Part):
                    inner = (*at, step)
                    found.append((inner, one))
                    if _holding(type(one)):
                        _walk(one, inner, found)
        elif isinstance(value, Part):
            found.append((at, value))
            if _holding(type(value)):
                _walk(value, at, found)


@cache
def _holding(part: type[Part]) -> tuple[str, ...]:
    """The names of the attributes that are parts, or lists or mappings of them."""
    return tuple(name for name, field in part.model_fields.items() if _holds(field.annotation))


def _holds(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return True
    return any(_holds(argument) for argument in get_args(annotation))
