"""A doubt about a study, with its place, its figures, its weight and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from caseflow.footprint.line import Line
from caseflow.footprint.plain import decimal_text
from caseflow.words import Message

Severity = Literal["info", "warning", "block"]
"""``block`` says that the figure cannot stand as it is; what follows from it, the workflow says."""
SEVERITIES: tuple[Severity, ...] = ("block", "warning", "info")

CHECKS = tuple(f"R{number:02}" for number in range(1, 19))
"""The reviewer's checks, R01 to R18."""

_LINES = "lines."


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt. ``id`` is the check and where it struck (``R05:lines.grid``), stable from one recomputation to the
    next, so an answer given to it stays with it; ``path`` is the place in the study.
    """

    id: str
    message: Message
    severity: Severity
    path: str

    @property
    def check(self) -> str:
        """The check's number, R01 to R18."""
        return self.id.split(":", 1)[0].split("-", 1)[0]

    @property
    def line(self) -> str:
        """The id of the line it is about; empty where it is about something else."""
        return self.path.removeprefix(_LINES) if self.path.startswith(_LINES) else ""

    @property
    def expected(self) -> str:
        """The figure that was expected, where there is one."""
        return _text(self.message.values.get("expected", ""))

    @property
    def got(self) -> str:
        """The figure or text that was found, where there is one."""
        return _text(self.message.values.get("got", ""))

    @property
    def advice(self) -> Message:
        """What to do about it."""
        return Message(f"footprint.advice.{self.check}")

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "check": self.check,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "expected": self.expected,
            "got": self.got,
            "message": self.message.as_json(),
            "advice": self.advice.as_json(),
        }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def finding(check: str, severity: Severity, key: str, path: str, /, **values: Any) -> Finding:
    """A finding of ``check`` (``R05``, or ``R05-newer`` where one check asks several things) at ``path``."""
    return Finding(f"{check}:{path}", Message(f"footprint.{key}", values), severity, path)


def at(line: Line) -> str:
    """The place of a line."""
    return f"{_LINES}{line.id}"


def figure(value: float | Decimal) -> str:
    """A figure for a sentence: six significant digits, without an exponent."""
    return decimal_text(Decimal(f"{float(value):.6g}"))
