"""From marks to a ranking. Pure: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """How the totals of a panel become one score."""

    method: Literal["mean", "trimmed_mean"]
    drop_high: int
    drop_low: int
    trim_from: int
    """With fewer totals than this none is dropped."""
    min_scores: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Aggregated:
    """One score, and how it came about."""

    score: Decimal | None
    """None where there are fewer totals than the rule needs."""
    used: tuple[int, ...]
    dropped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place within a group; equal scores share a place and the next one is skipped."""

    key: int
    group: str
    score: Decimal | None
    place: int | None


def aggregate(totals: Iterable[int], rule: Rule) -> Aggregated:
    """The score of one case from the total of each expert, rounded half up."""
    ordered = sorted(totals)
    if len(ordered) < rule.min_scores:
        return Aggregated(None, tuple(ordered), ())
    used, dropped = ordered, []
    if rule.method == "trimmed_mean" and len(ordered) >= rule.trim_from:
        end = len(ordered) - rule.drop_high
        used, dropped = ordered[rule.drop_low : end], ordered[: rule.drop_low] + ordered[end:]
    score = Decimal(sum(used)) / len(used)
    return Aggregated(score.quantize(Decimal(1).scaleb(-rule.decimals), ROUND_HALF_UP), tuple(used), tuple(dropped))


def rank(scores: Mapping[int, Decimal | None], groups: Mapping[int, str]) -> Sequence[Ranked]:
    """Places within each group, best first; a case without a valid score has none."""
    found: list[Ranked] = []
    for group in sorted(set(groups.values())):
        keys = [key for key in scores if groups[key] == group]
        valid = sorted((key for key in keys if scores[key] is not None), key=lambda key: (-_known(scores[key]), key))
        for key in valid:
            place = 1 + sum(1 for other in valid if _known(scores[other]) > _known(scores[key]))
            found.append(Ranked(key, group, scores[key], place))
        found += [Ranked(key, group, None, None) for key in sorted(keys) if scores[key] is None]
    return found


def _known(score: Decimal | None) -> Decimal:
    return score if score is not None else Decimal(0)
