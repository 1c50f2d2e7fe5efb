"""From the sheets of a panel to what is published of one case: its score, its criteria, and what was left out.

Totals are trimmed, never single criteria: an expert is left out as a whole or not at all. What is published decides:
minimums and ties are compared with the rounded figures that everybody sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Literal

from caseflow.evaluation.scoring import Mark, Points, Rule, aggregate, exact, half_up, mean, median, span, times

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an expert marks, in points from 0 to ``maximum``."""

    id: str
    weight: Mark = 1
    """A total is the sum of weight times mark."""
    maximum: Mark | None = None
    minimum: Mark | None = None
    """A case whose figure for this criterion lies below it is not eligible."""
    independent: bool = False
    """Shown apart: no part of the total, and an expert may leave it out."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """Criteria and rule of a panel. Raises ValueError for an id that stands twice or nothing that counts."""

    criteria: tuple[Criterion, ...]
    rule: Rule
    pass_mark: Mark | None = None
    """A score below it is not eligible."""

    def __post_init__(self) -> None:
        twice = [name for name, times in Counter(one.id for one in self.criteria).items() if times > 1]
        if twice:
            raise ValueError(f"the criterion {twice[0]} stands twice")
        if not self.counted:
            raise ValueError("no criterion counts towards the total")
        for one in self.criteria:
            if exact(one.weight) <= 0:
                raise ValueError(f"{one.id}: a weight is more than 0")

    @property
    def counted(self) -> tuple[Criterion, ...]:
        return tuple(one for one in self.criteria if not one.independent)

    def without(self, criterion: str) -> Scheme:
        """The same scheme had the criterion not been asked. Raises ValueError where nothing would count any more."""
        return replace(self, criteria=tuple(one for one in self.criteria if one.id != criterion))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The marks of one expert for one case, or the reason why the expert gives none."""

    expert: int
    marks: Mapping[str, Mark]
    abstained: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one expert's total did. ``counted``: 1, 0 where it was dropped; between them where several experts gave the
    same total and only some of it was dropped: they share it, so that neither order nor number of an expert decides.
    """

    expert: int
    total: Points
    counted: Fraction
    dropped: Literal["high", "low", "both"] | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One criterion over the experts who count. ``figure`` is None where nobody marked it."""

    criterion: str
    figure: Decimal | None
    unrounded: Fraction | None
    marks: int
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A published figure below its minimum; ``criterion`` is None for the score itself."""

    criterion: str | None
    figure: Decimal
    minimum: Mark


@dataclass(frozen=True, slots=True)
class Scored:
    """What is published of one case and what it came from.

    With a mean or a trimmed mean the sum of weight times unrounded figure over ``criteria`` is the unrounded score.
    """

    status: Literal["valid", "too_few", "below_minimum"]
    score: Decimal | None
    """None where too few sheets are in. A case below a minimum keeps its score and takes no place."""
    unrounded: Fraction | None
    trimmed: bool
    lines: tuple[Line, ...]
    abstained: tuple[Sheet, ...]
    criteria: tuple[Figure, ...]
    independent: tuple[Figure, ...]
    shortfalls: tuple[Shortfall, ...]

    @property
    def eligible(self) -> bool:
        return self.status == "valid"

    def figure(self, name: str) -> Fraction:
        """A figure that may break a tie: ``unrounded`` (the score), ``mean``, ``median``, ``highest``, ``lowest`` and
        ``range`` of all totals, dropped ones too, or ``criterion.`` and an id (as published).

        Raises ValueError for another name, or where this case has no such figure.
        """
        totals = [line.total for line in self.lines]
        if name.startswith("criterion."):
            for one in self.criteria + self.independent:
                if one.criterion == name.removeprefix("criterion.") and one.figure is not None:
                    return Fraction(one.figure)
        elif totals and name in OF_TOTALS:
            return Fraction(OF_TOTALS[name](totals))
        elif name == "unrounded" and self.unrounded is not None:
            return self.unrounded
        raise ValueError(f"no figure {name}")


OF_TOTALS: dict[str, Callable[[list[Points]], Points]] = {
    "mean": mean,
    "median": median,
    "highest": max,
    "lowest": min,
    "range": lambda totals: max(totals) - min(totals),
}


def total(sheet: Sheet, scheme: Scheme) -> Points:
    """The sum of weight times mark. Raises ValueError for a mark that is missing, unknown, or outside its range."""
    known = {one.id for one in scheme.criteria}
    for name in sheet.marks:
        if name not in known:
            raise ValueError(f"expert {sheet.expert}: no criterion {name}")
    found: Points = 0
    for one in scheme.criteria:
        mark = sheet.marks.get(one.id)
        if mark is None:
            if one.independent:
                continue
            raise ValueError(f"expert {sheet.expert}: no mark for {one.id}")
        if mark < 0 or (one.maximum is not None and mark > one.maximum):
            raise ValueError(f"expert {sheet.expert}: {mark} is no mark for {one.id}")
        if not one.independent:
            found += times(mark, one.weight)
    return found.numerator if found.denominator == 1 else found


def score(sheets: Iterable[Sheet], scheme: Scheme) -> Scored:
    """What the panel's sheets for one case come to, whatever their order.

    Raises ValueError where an expert stands twice, a sheet has both marks and a reason to abstain, or a mark is wrong.
    """
    found = sorted(sheets, key=lambda sheet: sheet.expert)
    if len({sheet.expert for sheet in found}) < len(found):
        raise ValueError("an expert has two sheets for one case")
    for sheet in found:
        if sheet.abstained is not None and sheet.marks:
            raise ValueError(f"expert {sheet.expert}: marks and an abstention")
    abstained = tuple(sheet for sheet in found if sheet.abstained is not None)
    marked = [sheet for sheet in found if sheet.abstained is None]
    return weigh([(sheet, total(sheet, scheme)) for sheet in marked], abstained, scheme)


def weigh(
    marked: Sequence[tuple[Sheet, Points]],
    abstained: tuple[Sheet, ...],
    scheme: Scheme,
    only: Collection[str] | None = None,
) -> Scored:
    """The same from sheets whose totals are known and checked, in the order of the experts.

    ``only``: the criteria whose figures are wanted, where a score is worked out many times over.
    """
    rule = scheme.rule
    lines = _lines([(sheet.expert, points) for sheet, points in marked], rule)
    if len(marked) < rule.min_scores:
        return Scored("too_few", None, None, trimmed=False, lines=lines, abstained=abstained, criteria=(),
                      independent=(), shortfalls=())  # fmt: skip
    together = aggregate((points for _, points in marked), rule)
    papers = [sheet for sheet, _ in marked]
    wanted = [one for one in scheme.criteria if only is None or one.id in only]
    counted = tuple(_counted(one, papers, lines, rule) for one in wanted if not one.independent)
    apart = tuple(_apart(one, papers, rule) for one in wanted if one.independent)
    shortfalls = _shortfalls(together.score, counted + apart, scheme)
    status: Literal["valid", "below_minimum"] = "below_minimum" if shortfalls else "valid"
    return Scored(status, together.score, together.unrounded, bool(together.dropped), lines, abstained, counted, apart,
                  shortfalls)  # fmt: skip


def _lines(totals: Sequence[tuple[int, Points]], rule: Rule) -> tuple[Line, ...]:
    first, end = span(len(totals), rule)
    if (first, end) == (0, len(totals)):
        return tuple(Line(expert, points, ONE, None) for expert, points in totals)
    lines: dict[int, Line] = {}
    at = 0
    for points, run in groupby(sorted(totals, key=lambda one: one[1]), key=lambda one: one[1]):
        equal = [expert for expert, _ in run]
        upto = at + len(equal)
        low, high = at < first, upto > end
        share = Fraction(max(0, min(upto, end) - max(at, first)), len(equal))
        ends: Literal["high", "low", "both"] | None = "both" if low and high else "low" if low else "high"
        for expert in equal:
            lines[expert] = Line(expert, points, share, ends if low or high else None)
        at = upto
    return tuple(lines[expert] for expert, _ in totals)


def _counted(one: Criterion, papers: Sequence[Sheet], lines: Sequence[Line], rule: Rule) -> Figure:
    marks = [sheet.marks[one.id] for sheet in papers]
    if rule.method == "median":
        middle = median(marks)
    elif all(line.counted.denominator == 1 for line in lines):
        middle = mean([mark for mark, line in zip(marks, lines, strict=True) if line.counted])
    else:
        shares = sum((line.counted for line in lines), Fraction(0))
        middle = (
            sum((exact(mark) * line.counted for mark, line in zip(marks, lines, strict=True)), Fraction(0)) / shares
        )
    return Figure(one.id, half_up(middle, rule.decimals), middle, len(marks), exact(one.weight))


def _apart(one: Criterion, papers: Sequence[Sheet], rule: Rule) -> Figure:
    marks = [sheet.marks[one.id] for sheet in papers if one.id in sheet.marks]
    found = aggregate(marks, replace(rule, min_scores=1))
    return Figure(one.id, found.score, found.unrounded, len(marks), exact(one.weight))


def _shortfalls(score: Decimal | None, figures: Sequence[Figure], scheme: Scheme) -> tuple[Shortfall, ...]:
    least = {one.id: one.minimum for one in scheme.criteria}
    found = []
    for one in figures:
        minimum = least[one.criterion]
        if minimum is not None and one.figure is not None and one.figure < minimum:
            found.append(Shortfall(one.criterion, one.figure, minimum))
    if scheme.pass_mark is not None and score is not None and score < scheme.pass_mark:
        found.append(Shortfall(None, score, scheme.pass_mark))
    return tuple(found)
