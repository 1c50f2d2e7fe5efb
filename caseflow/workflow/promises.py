"""What a definition promises of every way through it (``always``)."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, model_validator
from pydantic import Field as Value

from caseflow.workflow.parts import Id, Part, Text

Happening = Id | dict[Id, Id]
"""An act, a state that is entered, or what an act does: ``{commit: places}``; ``{ended: publicity}`` is the end of the
publicity of a state."""
ENDED = "ended"
HELD = "held"
"""Of a condition: while a place of the quota is held."""
SHAPES: tuple[frozenset[str], ...] = tuple(
    frozenset(keys)
    for keys in (
        ("never", "before"), ("never", "until"), ("never", "while"), ("at_most_once",), ("never_both",),
        ("after", "eventually"), ("different_person",),
    )
)  # fmt: skip
"""The keys that go together, one promise each."""


class Always(Part):
    """What holds on every path, checked before the definition runs."""

    never: Happening | None = None
    """What may not happen …"""
    before: Happening | None = None
    """… before this has happened at least once;"""
    until: Happening | None = None
    """… until this has happened; the end of a publicity counts no longer once that state is entered again;"""
    while_: Happening | None = Value(default=None, alias="while")
    """… while the case stands in this state, holds a place (``held``), or its entry has a status (``valid``)."""
    at_most_once: Happening | None = None
    never_both: tuple[Happening, ...] = ()
    """Of these no way does two."""
    after: Happening | None = None
    """Once this has happened …"""
    eventually: tuple[Happening, ...] = ()
    """… no case ends before one of these has."""
    different_person: tuple[Id, ...] = ()
    """Acts of which nobody does two in one case."""
    message: Text | None = None
    basis: str | None = None
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("eventually"), str | dict):
            return {**data, "eventually": (data["eventually"],)}
        return data

    @property
    def shape(self) -> frozenset[str]:
        """The keys that are written, besides message and ground."""
        keys = ("never", "before", "until", "at_most_once", "never_both", "after", "eventually", "different_person")
        return frozenset([*(key for key in keys if getattr(self, key)), *(["while"] if self.while_ else [])])

    @property
    def happenings(self) -> tuple[tuple[str, Happening], ...]:
        """Everything that is named, with the key under which it stands; conditions under ``while`` aside."""
        single = [(key, getattr(self, key)) for key in ("never", "before", "until", "at_most_once", "after")]
        listed = [(key, one) for key in ("never_both", "eventually", "different_person") for one in getattr(self, key)]
        return tuple((key, one) for key, one in [*single, *listed] if one is not None)
