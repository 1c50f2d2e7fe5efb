"""Which keys of a part hold other parts: what walks through a whole definition looks there and nowhere else."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from caseflow.workflow.parts import Part


@cache
def holding(part: type[Part]) -> tuple[str, ...]:
    """The names of the attributes that are parts, or lists or mappings of them."""
    return tuple(name for name, field in part.model_fields.items() if _holds(field.annotation))


def _holds(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return True
    return any(_holds(argument) for argument in get_args(annotation))
