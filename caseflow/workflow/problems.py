"""What is wrong with a definition, where, and what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from caseflow.words import Language, Message, render, text

Level = Literal["error", "warning", "note"]
Place = tuple[str | int, ...]
"""Where in a definition: the keys and numbers that lead there."""


class Mark(NamedTuple):
    """A position in a file, both numbers from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What ``check`` says about a definition that is already a value: no file, but the way to the spot."""

    rule: str
    place: Place
    message: Message
    hint: str | None = None
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one spot of a file."""

    file: str
    line: int
    column: int
    message: Message
    hint: str | None = None
    level: Level = "error"

    @property
    def rule(self) -> str:
        return self.message.key.removeprefix("workflow.")

    def text(self, language: Language) -> str:
        said = render(self.message, language)
        if self.hint is not None:
            said += text("workflow.hint", language, name=self.hint)
        return f"{self.file}:{self.line}:{self.column}: {said}"

    def __str__(self) -> str:
        return self.text("en")


class Unreadable(Exception):
    """A file that is no definition; carries every problem that was found."""

    def __init__(self, errors: Iterable[Problem]) -> None:
        once = {str(error): error for error in errors}
        self.errors = sorted(once.values(), key=lambda error: (error.file, error.line, error.column))
        super().__init__("\n".join(map(str, self.errors)))


def problem(mark: Mark, key: str, hint: str | None = None, **values: Any) -> Problem:
    return Problem(mark.file, mark.line, mark.column, Message(f"workflow.{key}", values), hint)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant."""
    found = difflib.get_close_matches(name[:60], list(known), n=1, cutoff=0.6)
    return found[0] if found else None
