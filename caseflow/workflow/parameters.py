"""Parameters: values that an office may set within bounds, without a new version of the procedure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from caseflow.workflow.form import Choice
from caseflow.workflow.parts import Id, Named, Text, TimerKey

PREFIX = "parameter."
SettablePeriod = Annotated[
    str,
    StringConstraints(pattern=r"^([1-9]\d{0,3} (workdays?|days?|months?|years?)|parameter\.[a-z][a-z0-9_]{0,59})$"),
]
"""A length of time, or the parameter that says it."""
ParameterName = Annotated[str, StringConstraints(pattern=r"^parameter\.[a-z][a-z0-9_]{0,59}$")]

_PERIOD = re.compile(r"([1-9]\d{0,3}) (workday|day|month|year)s?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)


class Parameter(Named):
    """A value with bounds. Without ``set_by`` it is as the notice says and nobody may set it."""

    title: Text
    type: Literal["integer", "decimal", "period", "boolean", "date", "choice"]
    default: bool | int | str
    minimum: int | str | None = None
    """The least that the office may set."""
    maximum: int | str | None = None
    at_least: int | str | None = None
    """The least that the law allows: a ``minimum`` below it is an error."""
    at_most: int | str | None = None
    """The most that the law allows."""
    choices: dict[Id, Choice] = {}
    set_by: Id | None = None
    confirmed_by: Id | None = None
    """The role of which a second person must confirm what was set before it counts."""
    timer: TimerKey | None = None
    """The row of the register of time limits that its default is."""
    basis: str

    @property
    def fixed(self) -> bool:
        """Whether it is fixed by the notice."""
        return self.set_by is None


def is_parameter(written: Any) -> bool:
    return isinstance(written, str) and written.startswith(PREFIX)


def name_of(written: str) -> str:
    """The id in ``parameter.<id>``."""
    return written.removeprefix(PREFIX)


def canonical(parameter: Parameter, written: Any) -> str | None:
    """A value as it is kept, whatever its type; nothing where it is no value of this type (bounds aside)."""
    if parameter.type == "boolean":
        return {True: "true", False: "false"}.get(written) if isinstance(written, bool) else _one_of(written, _TRUTHS)
    if isinstance(written, bool):
        return None
    text = str(written).strip()
    if parameter.type == "choice":
        return _one_of(text, parameter.choices)
    if parameter.type == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    if parameter.type == "period":
        found = _PERIOD.fullmatch(text)
        return f"{found[1]} {found[2]}{'' if found[1] == '1' else 's'}" if found else None
    if not _NUMBER.fullmatch(text) or (parameter.type == "integer" and "." in text):
        return None
    return format(Decimal(text), "f")


def measured(parameter: Parameter, kept: str) -> Fraction | None:
    """What a kept value is compared by: its number, the days since the year 1, the number before the unit."""
    if parameter.type in ("integer", "decimal"):
        return Fraction(kept)
    if parameter.type == "date":
        return Fraction(date.fromisoformat(kept).toordinal())
    return Fraction(kept.split(maxsplit=1)[0]) if parameter.type == "period" else None


def unit_of(parameter: Parameter, kept: str) -> str | None:
    """The unit of a period; periods of two units are not compared."""
    return kept.split()[1].removesuffix("s") if parameter.type == "period" else None


def within(parameter: Parameter, kept: str) -> bool:
    """Whether a kept value lies within the bounds that the office is given."""
    for bound, upwards in ((parameter.minimum, True), (parameter.maximum, False)):
        limit = canonical(parameter, bound) if bound is not None else None
        if limit is None:
            continue
        value, edge = measured(parameter, kept), measured(parameter, limit)
        if unit_of(parameter, kept) != unit_of(parameter, limit) or value is None or edge is None:
            return False
        if value < edge if upwards else value > edge:
            return False
    return True


def typed(parameter: Parameter, kept: str) -> Any:
    """A kept value as conditions read it."""
    if parameter.type == "integer":
        return int(kept)
    return kept == "true" if parameter.type == "boolean" else kept


_TRUTHS = ("true", "false")


def _one_of(written: Any, known: Any) -> str | None:
    return written if isinstance(written, str) and written in known else None
