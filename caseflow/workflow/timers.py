"""The register of time limits: what law and practice say of each, and whence it is known.

The rows stand in ``data/timers.yaml`` of a folder of workflows. A part of a definition names its row under ``timer``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints
from pydantic import Field as Value

from caseflow.workflow.parts import Part, Period, Text, TimerKey

Group = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}$")]
Number = Annotated[str, StringConstraints(pattern=r"^\d{1,9}(\.\d{1,9})?$")]


class Extension(Part):
    """That a limit may be extended, by how much each time, and by whose word."""

    value: tuple[Period, ...] = ()
    says: Text


class Timer(Part):
    """One row of the register."""

    title: Text
    value: tuple[Period | Number, ...] = ()
    """The lengths of time that it may be; of a rate or a ceiling its number."""
    says: Text | None = None
    """What the value alone does not say."""
    from_: Text = Value(alias="from")
    """From when it is counted."""
    extension: Extension | None = None
    pauses: Text | None = None
    basis: str
    mark: Literal["read", "page", "memory"]
    """Whether its text was read in full, seen in an excerpt of a page, or is known from memory."""
    confirm: Text | None = None
    """What somebody is still to look up, where it was not read in full."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Timers(Part):
    """The whole register, in its order."""

    groups: dict[Group, Text] = {}
    """What the letters before the point of a key stand for."""
    timers: dict[TimerKey, Timer] = {}
