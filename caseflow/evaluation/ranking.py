"""Places within each group under its quota. What the rules leave open stays open, for those who decide.

Cases with the same published score are told apart by the tie-breaks, in their order. Where these end, the cases are
tied: neither chance nor a number settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Literal

from caseflow.evaluation.scoring import Mark, exact
from caseflow.evaluation.sheets import Scored

Standing = Literal["inside", "on", "outside"]
"""``on``: cases tied over the line, more than the places left."""


Order = tuple[Decimal | Fraction, ...]


@dataclass(frozen=True, slots=True)
class TieBreak:
    """Of cases with the same score the one with the higher (or lower) figure comes first. See ``Scored.figure``."""

    figure: str
    prefer: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True, slots=True)
class Entry:
    """One case to be ranked. ``score`` is None where it takes no place."""

    key: int
    group: str
    score: Decimal | None
    figures: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in its group. Tied cases share a place and the next ones are skipped."""

    key: int
    group: str
    score: Decimal | None
    place: int | None
    """None where the case is not ranked."""
    last: int | None
    """The place the case takes if every tie is decided against it."""
    tied: tuple[int, ...]
    """The cases that no rule tells from this one."""
    decided_by: str | None
    """The last figure that was needed to tell it from a case with the same score."""
    standing: Standing | None
    """None where the group has no quota, or the case no place."""
    margin: Decimal | None
    """Points of score to the nearest case on the other side of the line, below 0 outside it. None where none is."""


def entries(
    scored: Mapping[int, Scored],
    groups: Mapping[int, str],
    tie_breaks: Sequence[TieBreak] = (),
    given: Mapping[int, Mapping[str, Mark]] | None = None,
) -> tuple[Entry, ...]:
    """What ``ranking`` takes, from scored cases. ``given``: figures by case that do not come from its sheets.

    Raises ValueError where an eligible case lacks the figure of a tie-break.
    """
    found = []
    for key, one in scored.items():
        figures: dict[str, Mark] = {}
        for rule in tie_breaks if one.eligible else ():
            own = given.get(key, {}) if given else {}
            figures[rule.figure] = own[rule.figure] if rule.figure in own else one.figure(rule.figure)
        found.append(Entry(key, groups[key], one.score if one.eligible else None, figures))
    return tuple(found)


def ranking(
    cases: Iterable[Entry],
    tie_breaks: Sequence[TieBreak] = (),
    quotas: Mapping[str, int] | None = None,
) -> tuple[Place, ...]:
    """Every case with its place, group by group, best first; a group without a quota has no line.

    Raises ValueError where a case stands twice, a quota is below 0, or a case lacks the figure of a tie-break: also
    when nothing is tied today, since it may be after the next sheet.
    """
    found = list(cases)
    if len({one.key for one in found}) < len(found):
        raise ValueError("a case stands twice")
    if quotas and min(quotas.values()) < 0:
        raise ValueError("a quota is not below 0")
    ordered: list[Place] = []
    for group in sorted({one.group for one in found}):
        inside = [one for one in found if one.group == group]
        ordered += _group(inside, tie_breaks, quotas.get(group) if quotas else None)
    return tuple(ordered)


def _group(cases: list[Entry], tie_breaks: Sequence[TieBreak], quota: int | None) -> list[Place]:
    order = {one.key: _order(one, tie_breaks) for one in cases if one.score is not None}
    ranked = sorted((one for one in cases if one.score is not None), key=lambda one: (order[one.key], one.key))
    blocks = [tuple(block) for _, block in groupby(ranked, key=lambda one: order[one.key])]
    equal = {score: list(run) for score, run in groupby(ranked, key=lambda one: one.score)}
    line = _line(blocks, quota)
    places, above = [], 0
    for block in blocks:
        last = above + len(block)
        standing = _standing(above, last, quota)
        for one in block:
            tied = tuple(other.key for other in block if other.key != one.key)
            decided = _decided(one, equal[one.score], order, tie_breaks)
            margin = _margin(one.score, standing, line)
            places.append(Place(one.key, one.group, one.score, above + 1, last, tied, decided, standing, margin))
        above = last
    rest = sorted((one for one in cases if one.score is None), key=lambda one: one.key)
    return places + [Place(one.key, one.group, None, None, None, (), None, None, None) for one in rest]


def _order(one: Entry, tie_breaks: Sequence[TieBreak]) -> Order:
    """What sorts a case: the smaller comes first."""
    order: list[Decimal | Fraction] = [] if one.score is None else [-one.score]
    for rule in tie_breaks:
        if rule.figure not in one.figures:
            raise ValueError(f"case {one.key}: no figure {rule.figure} to break a tie")
        figure = exact(one.figures[rule.figure])
        order.append(-figure if rule.prefer == "higher" else figure)
    return tuple(order)


def _decided(
    one: Entry, equal: Sequence[Entry], order: Mapping[int, Order], tie_breaks: Sequence[TieBreak]
) -> str | None:
    own, needed = order[one.key], 0
    for other in equal:
        others = order[other.key]
        if others != own:
            needed = max(
                needed, next(at for at, pair in enumerate(zip(own, others, strict=True)) if pair[0] != pair[1])
            )
    return tie_breaks[needed - 1].figure if needed else None


def _standing(above: int, last: int, quota: int | None) -> Standing | None:
    if quota is None:
        return None
    if last <= quota:
        return "inside"
    return "outside" if above >= quota else "on"


def _line(blocks: Sequence[tuple[Entry, ...]], quota: int | None) -> tuple[Decimal | None, Decimal | None]:
    """The lowest score that is not outside and the highest that is not inside."""
    lowest: Decimal | None = None
    above = 0
    for block in blocks if quota is not None else ():
        standing = _standing(above, above + len(block), quota)
        above += len(block)
        if standing != "outside":
            lowest = block[0].score
        if standing != "inside":
            return lowest, block[0].score
    return lowest, None


def _margin(
    score: Decimal | None, standing: Standing | None, line: tuple[Decimal | None, Decimal | None]
) -> Decimal | None:
    lowest, highest = line
    if score is None or standing is None:
        return None
    if standing == "on":
        return Decimal(0)
    other = highest if standing == "inside" else lowest
    return None if other is None else score - other
