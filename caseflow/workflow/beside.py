"""What runs beside a case: votes, cases that it opens, letters that are served, entries that are like it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints
from pydantic import Field as Value

from caseflow.workflow.parts import Id, Part, Path, Period, TimerKey

Share = Annotated[str, StringConstraints(pattern=r"^(majority|[1-9]\d?/[1-9]\d?)$")]
"""More than half, or at least a share: ``majority``, ``2/3``."""


class Vote(Part):
    """A ballot: which answer is for, and how many of whom carry it. A tie never does."""

    for_: Path = Value(alias="for")
    """The question of the settling act and its choice that is for: ``stance.agree``."""
    abstain: Path | None = None
    of: Share = "majority"
    base: Literal["owed", "given", "decided"] = "owed"
    """Of all who vote, of those who voted, or of those for and against alone."""
    quorum: Share | None = None
    """How many must have voted."""
    secret: bool = False
    """Nothing is kept of what anybody voted; only that they did, and the sums."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Counts = Literal["all", "any", "majority"] | Annotated[int, Value(ge=1)] | Vote
"""How many answers settle a duty, or the ballot that they are."""


class Service(Part):
    """How a letter is served on its addressee; the day may start clocks (``served.<letter>.on``)."""

    ways: tuple[Literal["direct", "left", "mail", "electronic", "entrusted", "forwarded", "announcement"], ...]
    receipt: bool = False
    """A signed receipt of service must be kept with it, except where it is announced."""
    deemed: Period | None = None
    """How long after an announcement it counts as served."""
    timer: TimerKey | None = None
    """The row of the register of time limits that says so."""
    basis: str


class Extends(Part):
    """By whose word, how often and how far a clock is given a later last day by acts that extend it."""

    by: Id
    """The role that does such an act, or signs it."""
    at_most: Annotated[int, Value(ge=1)] = 1
    """How often, from when it starts."""
    up_to: Period | None = None
    """How far each time beyond the last day that it has; to any day unless given."""
    timer: TimerKey | None = None
    """The row of the register of time limits whose extension it is."""
    basis: str


class Stops(Part):
    """By whose word a clock stands still while the case stays: by ``stop_clock``, until ``resume_clock``."""

    by: Id
    """The role that does such an act, or signs it."""
    basis: str


class Linked(Part):
    """What the system does once a case that was opened from here has come somewhere."""

    link: Id
    reaches: Id
    """A state of the linked case, or the outcome of its end."""
    do: Id
    """The action (with ``system: true``) of the state that is done then."""


class Beside(Part):
    """Entries of a register that are like the case, shown to officers beside the acts of a state."""

    register_: Id = Value(alias="register")
    where: dict[Id, Path] = Value(min_length=1)
    """By value of the entry the path of what it must be."""
    columns: tuple[Id, ...] = Value(min_length=1)
    """The values shown; of numbers the median and the range too."""
    most: Annotated[int, Value(ge=1, le=100)] = 20
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
