"""The time between two dates of a case, as ``period_between`` asks for it."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, ValidationError
from pydantic import Field as Value

from caseflow.workflow.parameters import SettablePeriod
from caseflow.workflow.parts import Call, Condition, Part, Path

ASKS = "period_between"
TODAY = "today"
ANSWERS = "asks."
"""Before a question of the act itself."""
BOUNDS = ("at_least", "at_most", "over")


class Span(Part):
    """What stands behind ``period_between``. The day of ``from`` does not count."""

    from_: Path = Value(alias="from")
    """The earlier date: a path of the case, ``asks.<question>`` of this act, or ``today``."""
    to: Path
    """The later date."""
    at_least: SettablePeriod | None = None
    """``to`` is the last day of this period at the earliest."""
    at_most: SettablePeriod | None = None
    """``to`` is the last day of this period at the latest, moved on as a clock does where that is a day off."""
    over: SettablePeriod | None = None
    """This period has run out: ``to`` is later than its last day, moved on likewise."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The keys of the two dates with their paths."""
        return ("from", self.from_), ("to", self.to)

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of a call that asks for a time between dates; nothing where it is not understood."""
        try:
            found = cls.model_validate(call.argument)
        except ValidationError:
            return None
        return found if any(getattr(found, key) for key in BOUNDS) else None


def rests_on_answers(need: Condition, store: str) -> bool:
    """Whether a condition asks for a time from or to a date that this very act says."""
    found = Span.read(need) if isinstance(need, Call) and need.name == ASKS else None
    return found is not None and any(
        path.startswith(ANSWERS) or path.partition(".")[0] == store for _, path in found.ends
    )
