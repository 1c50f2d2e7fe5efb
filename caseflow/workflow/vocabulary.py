"""The names that a definition may use for what is done in code, and what stands behind each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from caseflow.workflow.timers import Timer

Argument = Literal[
    "none", "any", "text", "number", "dossier", "quota", "letter", "duty", "action", "state", "members", "panel",
    "role", "section", "table", "path", "paths", "notify", "clock", "decision", "register",
    "open_case", "linked_case", "lookup", "sample", "between", "involve", "record", "factor",
    "listed", "for_entries", "undone",
]  # fmt: skip
"""What may stand behind a name. ``members`` is an action of the member workflow, or ``{by, acts}``, with ``only_in``
where only the members of one state are meant; ``paths`` maps names to paths; ``notify`` is ``{role, text}``;
``dossier`` is the word itself; ``clock`` is a state that has one, or ``duty:<id>``; ``open_case`` is ``{workflow, link, in,
copies, owner}``, ``linked_case`` ``{link, reached}``; ``register`` is the id of one, or
what ``RegisterCall`` says; ``lookup`` is what ``Lookup`` says, ``sample`` what ``Sample`` says, ``between`` what ``Span`` says;
``involve`` is a role, or what ``Involved`` says, ``record`` what ``Recorded`` says, ``factor`` what ``PublishedFactor`` and
``RetiredFactor`` say; ``listed`` is the id of a register of the authority, ``for_entries`` what ``ForEntries`` says,
``undone`` what ``Undone`` says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered guard, warning or effect: its line of documentation and the argument it takes."""

    name: str
    doc: str
    argument: Argument = "none"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that ``needs``, ``warns`` and ``then`` may name."""

    guards: Mapping[str, Entry] = field(default_factory=dict)
    warnings: Mapping[str, Entry] = field(default_factory=dict)
    effects: Mapping[str, Entry] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    """The kinds of organisation, for ``each`` of a duty and ``of_kind``."""
    checks: tuple[str, ...] = ()
    """The reviewer's checks of a footprint, for ``blocks`` of ``calculates``."""
    thresholds: Mapping[str, bool] = field(default_factory=dict)
    """The bounds of those checks, and whether each is a whole number."""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What may be chosen as kind, unit and reach of a factor that is published."""
    timers: Mapping[str, Timer] = field(default_factory=dict)
    """The register of time limits."""
