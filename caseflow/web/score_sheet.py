"""The score sheet as a form: each criterion with what its marks mean, the total, and the way to abstain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caseflow.cases import scores
from caseflow.web import drawing
from caseflow.words import Message
from caseflow.workflow.form import Field
from caseflow.workflow.panel import Criterion, Panel


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion, with the names of its inputs and what was typed."""

    name: str
    criterion: Criterion
    value: Any
    reason: str
    errors: list[str]

    @property
    def below(self) -> bool:
        """Whether the mark lies below what a case needs on average; said to the expert, never refused."""
        number = _whole(self.value)
        return number is not None and self.criterion.minimum is not None and number < self.criterion.minimum


@dataclass(frozen=True, slots=True)
class SheetForm:
    """What the macro ``sheet`` draws."""

    member: int | None
    lines: tuple[CriterionLine, ...]
    total: str
    """Of the marks typed so far; empty before the first."""
    full: str
    opinion: str
    abstain: bool
    why: str
    changing: bool
    """The sheet was given in before and is changed in the discussion, with a reason."""
    why_errors: list[str]
    opinion_errors: list[str]
    most: int
    """So many 字 each text may have."""

    @property
    def counted(self) -> list[CriterionLine]:
        return [one for one in self.lines if not one.criterion.apart]

    @property
    def apart(self) -> list[CriterionLine]:
        return [one for one in self.lines if one.criterion.apart]


def form(
    question: Field,
    value: Any,
    errors: Mapping[str, Sequence[Message]],
    panel: Panel,
    *,
    member: int | None,
    changing: bool,
) -> SheetForm:
    """The sheet with what was typed into it."""
    said: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    marks = said.get("marks") or {}
    lines = tuple(
        CriterionLine(
            name=f"{question.id}-marks-{criterion.id}",
            criterion=criterion,
            value="" if (given := marks.get(criterion.id) or {}).get("mark") is None else given["mark"],
            reason=str(given.get("reason") or ""),
            errors=[drawing.say(one) for one in errors.get(f"{question.id}.marks.{criterion.id}", ())],
        )
        for criterion in panel.rubric.values()
    )
    return SheetForm(
        member=member,
        lines=lines,
        total=total(panel, said),
        full=plain(scores.full(panel)),
        opinion=str(said.get("opinion") or ""),
        abstain=scores.abstains(said),
        why=str(said.get("why") or ""),
        changing=changing,
        why_errors=[drawing.say(one) for one in errors.get(f"{question.id}.why", ())],
        opinion_errors=[drawing.say(one) for one in errors.get(f"{question.id}.opinion", ())],
        most=panel.max_characters,
    )


def total(panel: Panel, said: Mapping[str, Any]) -> str:
    """The weighted sum of the marks typed so far that count; empty where none does."""
    marks = {
        name: number
        for name, one in (said.get("marks") or {}).items()
        if name in panel.rubric and (number := _whole((one or {}).get("mark"))) is not None
    }
    counted = any(not panel.rubric[name].apart for name in marks)
    return plain(scores.total(panel, marks)) if counted and not scores.abstains(said) else ""


def plain(number: Decimal) -> str:
    """A total without zeros that say nothing: ``7``, not ``7.0``."""
    return f"{number.normalize():f}"


def pairs(value: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """The names and values with which its form would post a sheet."""
    found = [(f"{name}-member", str(value.get("member") or ""))]
    for criterion, one in (value.get("marks") or {}).items():
        mark = one.get("mark")
        found.append((f"{name}-marks-{criterion}-mark", "" if mark is None else str(mark)))
        found.append((f"{name}-marks-{criterion}-reason", str(one.get("reason") or "")))
    found += [(f"{name}-{part}", str(value.get(part) or "")) for part in ("opinion", "why")]
    return [*found, (f"{name}-abstain", "yes" if scores.abstains(value) else "no")]


def _whole(typed: Any) -> int | None:
    try:
        return int(str(typed))
    except ValueError:
        return None
