"""What is worked out once for a definition and kept as long as the definition lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from caseflow.workflow.definition import Definition

T = TypeVar("T")


def kept(build: Callable[[Definition], T]) -> Callable[[Definition], T]:
    """Call ``build`` once per definition object. Two threads may both build; one result stays."""
    known: dict[int, T] = {}

    @wraps(build)
    def found(definition: Definition) -> T:
        key = id(definition)
        if key not in known:
            built = build(definition)
            if known.setdefault(key, built) is built:
                weakref.finalize(definition, known.pop, key, None)
        return known[key]

    return found
