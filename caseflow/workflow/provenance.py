"""For each clause of a notice the parts of procedures that carry it out; and what rests on nothing but an office's word."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Literal

from caseflow.workflow.definition import Definition
from caseflow.workflow.grounds import Ground, grounds
from caseflow.workflow.notices import Clause, Notice, read_ground
from caseflow.workflow.problems import Place

Standing = Literal["enforced", "within", "open", "heading"]
LinesOf = Callable[[Definition, Place], str]
"""``file:line`` of a place of a definition; empty where nobody can say."""


@dataclass(frozen=True, slots=True)
class Enforced:
    """A part of a procedure that carries a clause out."""

    definition: Definition
    ground: Ground
    line: str


@dataclass(frozen=True, slots=True)
class Traced:
    """One clause with what carries it out, clauses below it not counted in."""

    clause: Clause
    by: tuple[Enforced, ...]
    above: str
    """The clause around it, where that alone is carried out."""
    below: bool
    """Whether a clause below it is carried out."""

    @property
    def standing(self) -> Standing:
        """``enforced`` by a part that names it; ``within`` what names the clause around it; ``open`` where nothing
        carries it out; ``heading`` where it holds no rule of its own.
        """
        if self.by:
            return "enforced"
        if self.clause.heading or self.below:
            return "heading"
        return "within" if self.above else "open"


@dataclass(frozen=True, slots=True)
class Provenance:
    notice: Notice
    clauses: tuple[Traced, ...]
    internal: tuple[Enforced, ...]
    """What an office decided itself, in whole or in part."""
    unknown: tuple[Enforced, ...]
    """What names a clause that the notice does not have."""

    def count(self, standing: Standing) -> int:
        """How many clauses stand so."""
        return sum(1 for one in self.clauses if one.standing == standing)


def resting_on(notice: Notice, definitions: Iterable[Definition]) -> list[Definition]:
    """The procedures that rest on a notice; on a law those that name it."""
    if notice.law:
        return [one for one in definitions if any(notice.called in ground.basis for ground in grounds(one))]
    return [one for one in definitions if one.basis.notice == notice.notice]


def trace(notice: Notice, definitions: Iterable[Definition], lines: LinesOf) -> Provenance:
    """The clauses of a notice in their order. A part that several procedures take from one file stands once."""
    by: dict[str, dict[object, Enforced]] = {}
    internal: dict[object, Enforced] = {}
    unknown: dict[object, Enforced] = {}
    for definition in resting_on(notice, definitions):
        for ground in grounds(definition):
            read = read_ground(ground.basis, notice)
            one = Enforced(definition, ground, lines(definition, ground.place))
            same = (one.line, ground.kind, ground.place, ground.basis)
            for clause in read.clauses:
                (by.setdefault(clause, {}) if clause in notice.known else unknown).setdefault(same, one)
            if read.internal and (read.clauses or not notice.law):
                internal.setdefault(same, one)
    traced = tuple(
        Traced(
            clause,
            tuple(by.get(clause.id, {}).values()),
            _above(clause, notice, by),
            any(one != clause.id and one.startswith(clause.id) for one in by),
        )
        for clause in notice.clauses
    )
    return Provenance(notice, traced, tuple(internal.values()), tuple(unknown.values()))


def _above(clause: Clause, notice: Notice, by: Container[str]) -> str:
    """The nearest clause around one, where parts name it."""
    around = [one.id for one in notice.clauses if one.id != clause.id and clause.id.startswith(one.id)]
    nearest = max(around, key=len, default="")
    return nearest if nearest in by else ""
