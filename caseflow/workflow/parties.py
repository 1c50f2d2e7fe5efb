"""Organisations that an act names by a path of the case: to be given a part in it, or to be noted without an account."""

from __future__ import annotations

from typing import Self

from pydantic import ValidationError

from caseflow.workflow.parts import Call, Id, Part, Path

INVOLVES, RECORDS = "involve", "record_organisation"


class Involved(Part):
    """What stands behind ``involve``; short: the role."""

    role: Id
    of: Path | None = None
    """An ``organisation`` or ``credit_code`` of the case; else the form names it."""
    if_known: bool = False
    """Nothing happens where nobody is registered with that code."""

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of ``involve``; nothing where it is another call, or is not understood."""
        if call.name != INVOLVES:
            return None
        try:
            return cls.model_validate({"role": call.argument} if isinstance(call.argument, str) else call.argument)
        except ValidationError:
            return None


class Recorded(Part):
    """What stands behind ``record_organisation``: paths of the case."""

    code: Path
    name: Path
    region: Path | None = None
    """The division code of the place, of six digits."""

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of ``record_organisation``; nothing where it is another call, or is not understood."""
        if call.name != RECORDS:
            return None
        try:
            return cls.model_validate(call.argument)
        except ValidationError:
            return None


def involves(call: Call) -> str | None:
    """The role to which a call gives a part; nothing where it is another call."""
    found = Involved.read(call)
    return found.role if found is not None else None
