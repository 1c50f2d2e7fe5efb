"""A sheet is taken whole or not at all: where one of its rows is wrong, everything that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from caseflow.words import Message, Refused


class _Line(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def errors(self) -> tuple[tuple[str, Message], ...]: ...


LineT = TypeVar("LineT", bound=_Line)


def whole(lines: Iterable[LineT]) -> list[LineT]:
    """What the rows of a sheet bring.

    Raises:
        Refused: everything that is wrong, with the addresses of the cells.
    """
    found = list(lines)
    wrong = [
        Message("importing.cell", {"cell": cell or str(line.number), "reason": reason})
        for line in found
        for cell, reason in line.errors
    ]
    if wrong:
        raise Refused(*wrong)
    return found
