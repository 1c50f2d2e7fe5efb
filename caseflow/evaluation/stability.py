"""Would one expert, or one criterion, have decided otherwise? For the discussion before the decision.

Each expert, then each criterion, is left out of the whole meeting and everything is worked out anew by the rule as it
stands for the sheets that remain: with one sheet less a mean may no longer be trimmed. Only the least number of sheets
is not asked, and without a criterion no pass mark, since it was set for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from caseflow.evaluation.ranking import Place, Standing, TieBreak, entries, ranking
from caseflow.evaluation.redrawn import Asked
from caseflow.evaluation.resampling import Sampling, Spread, resample
from caseflow.evaluation.scoring import Mark, Points, times
from caseflow.evaluation.sheets import Scheme, Scored, Sheet, total, weigh

Marked = Mapping[int, Sequence[tuple[Sheet, Points]]]


@dataclass(frozen=True, slots=True)
class Without:
    """Where a case would stand without one expert, or without one criterion (the other is None)."""

    expert: int | None
    criterion: str | None
    score: Decimal | None
    place: int | None
    last: int | None
    standing: Standing | None
    flips: bool
    """It would stand on another side of the line, or on it, or be no longer ranked."""


@dataclass(frozen=True, slots=True)
class CaseStability:
    """One ranked case: where it stands, and what that hangs on."""

    now: Place
    near: bool
    """Close to the line, or something flips it."""
    without: tuple[Without, ...]
    """Every expert and criterion left out, for a case near the line; else none."""
    flips: tuple[Without, ...]
    best: int
    """The best place over all that was left out, and now; ``worst`` with every tie decided against it."""
    worst: int
    spread: Spread

    @property
    def flagged(self) -> bool:
        """To be discussed before the decision."""
        return bool(self.flips) or self.now.standing == "on"


@dataclass(frozen=True, slots=True)
class Stability:
    """Every ranked case, group by group in the order of places. ``near``: so many places from the line are near it."""

    cases: tuple[CaseStability, ...]
    near: int
    level: float
    seed: int
    samplings: tuple[Sampling, ...]


def stability(
    sheets: Mapping[int, Sequence[Sheet]],
    scheme: Scheme,
    groups: Mapping[int, str],
    quotas: Mapping[str, int],
    tie_breaks: Sequence[TieBreak] = (),
    given: Mapping[int, Mapping[str, Mark]] | None = None,
    *,
    near: int = 3,
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
    by_score: bool = False,
) -> Stability:
    """The sheets of a meeting by case, to what every place hangs on. ``draws``, ``seed``, ``level``: see ``resample``.

    ``by_score``: the draws rank by the score alone, and only those cases that have a place now, as the first method did.

    Raises ValueError as ``total`` and ``ranking`` do.
    """
    marked, abstained = _checked(sheets, scheme)
    scored = {case: weigh(own, abstained[case], scheme) for case, own in marked.items()}
    taking = {case: own for case, own in marked.items() if scored[case].status != "too_few"}
    now = {one.key: one for one in ranking(entries(scored, groups, tie_breaks, given), tie_breaks, quotas)}
    ranked = {case: one for case, one in now.items() if one.place is not None}
    found: dict[int, list[Without]] = {case: [] for case in ranked}
    for expert, criterion, changed, rules in _left_out(taking, scheme, tie_breaks):
        touched = {groups[case] for case in changed}
        anew = {case: changed.get(case, scored[case]) for case in taking if groups[case] in touched}
        places = {one.key: one for one in ranking(entries(anew, groups, rules, given), rules, quotas)}
        for case, present in ranked.items():
            then = places.get(case, present)
            flips = then.place is None or then.standing != present.standing
            found[case].append(Without(expert, criterion, then.score, then.place, then.last, then.standing, flips))
    drawn = ranked if by_score else taking
    points = {case: {sheet.expert: sum_ for sheet, sum_ in marked[case]} for case in drawn}
    papers = {case: {sheet.expert: sheet for sheet, _ in marked[case]} for case in drawn}
    asked = None if by_score else Asked(scheme, tuple(tie_breaks), papers, given or {})
    spreads, samplings = resample(points, scheme.rule, groups, quotas, draws, seed, level, asked)
    cases = tuple(_case(ranked[case], found[case], spreads[case], quotas, near) for case in now if case in ranked)
    return Stability(cases, near, level, seed, samplings)


def _checked(
    sheets: Mapping[int, Sequence[Sheet]], scheme: Scheme
) -> tuple[dict[int, list[tuple[Sheet, Points]]], dict[int, tuple[Sheet, ...]]]:
    marked, abstained = {}, {}
    for case, own in sheets.items():
        ordered = sorted(own, key=lambda sheet: sheet.expert)
        marked[case] = [(sheet, total(sheet, scheme)) for sheet in ordered if sheet.abstained is None]
        abstained[case] = tuple(sheet for sheet in ordered if sheet.abstained is not None)
    return marked, abstained


def _left_out(
    marked: Marked, scheme: Scheme, tie_breaks: Sequence[TieBreak]
) -> Iterator[tuple[int | None, str | None, dict[int, Scored], Sequence[TieBreak]]]:
    """Each expert, then each criterion: the cases that score otherwise without, and the tie-breaks that remain."""
    fewer = replace(scheme, rule=replace(scheme.rule, min_scores=1))
    needed = {one.id for one in scheme.criteria if one.minimum is not None}
    needed |= {rule.figure.removeprefix("criterion.") for rule in tie_breaks}
    for expert in sorted({sheet.expert for own in marked.values() for sheet, _ in own}):
        touched = {
            case: [pair for pair in own if pair[0].expert != expert]
            for case, own in marked.items()
            if any(sheet.expert == expert for sheet, _ in own)
        }
        yield expert, None, {case: weigh(own, (), fewer, needed) for case, own in touched.items()}, tie_breaks
    for one in scheme.counted if len(scheme.counted) > 1 else ():
        rest = replace(scheme.without(one.id), pass_mark=None)
        rules = [rule for rule in tie_breaks if rule.figure != f"criterion.{one.id}"]
        changed = {
            case: weigh(
                [(sheet, points - times(sheet.marks[one.id], one.weight)) for sheet, points in own], (), rest, needed
            )
            for case, own in marked.items()
        }
        yield None, one.id, changed, rules


def _case(
    now: Place, without: Sequence[Without], spread: Spread, quotas: Mapping[str, int], near: int
) -> CaseStability:
    flips = tuple(one for one in without if one.flips)
    quota = quotas.get(now.group)
    first, last = now.place or 0, now.last or 0
    best = min([first, *(one.place for one in without if one.place is not None)])
    worst = max([last, *(one.last for one in without if one.last is not None)])
    close = bool(flips) or (quota is not None and first - near <= quota < last + near)
    return CaseStability(now, close, tuple(without) if close else (), flips, best, worst, spread)
