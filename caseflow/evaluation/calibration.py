"""How far a practice sheet lies from the marks the example was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from caseflow.evaluation.scoring import Mark, Points, exact
from caseflow.evaluation.sheets import Scheme, Sheet, total


@dataclass(frozen=True, slots=True)
class Gap:
    """One criterion, in points; ``difference`` above 0 is more generous than the example."""

    criterion: str
    given: Mark
    example: Mark
    difference: Fraction
    share: Fraction | None
    """The distance as a share of the highest mark, 0 to 1; None where the criterion names none."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A practice sheet beside its example. ``widest``: the criterion furthest off, None where every mark agrees."""

    gaps: tuple[Gap, ...]
    total: Points
    example: Points
    difference: Points
    mean_distance: Fraction
    """Points a criterion, whatever their sign: marks too high and too low do not cancel out here."""
    widest: str | None


def calibrate(practice: Sheet, example: Mapping[str, Mark], scheme: Scheme) -> Calibration:
    """The practice sheet against the example's marks, criterion by criterion.

    A criterion that only one of them marks is passed over, if it is independent. Raises ValueError as ``total`` does.
    """
    own, right = total(practice, scheme), total(Sheet(practice.expert, example), scheme)
    gaps = []
    for one in scheme.criteria:
        if one.id not in practice.marks or one.id not in example:
            continue
        difference = exact(practice.marks[one.id]) - exact(example[one.id])
        share = abs(difference) / exact(one.maximum) if one.maximum else None
        gaps.append(Gap(one.id, practice.marks[one.id], example[one.id], difference, share))
    off = sum((abs(gap.difference) for gap in gaps), Fraction(0))
    widest = max(gaps, key=lambda gap: abs(gap.difference) if gap.share is None else gap.share)
    return Calibration(tuple(gaps), own, right, own - right, off / len(gaps), widest.criterion if off else None)
