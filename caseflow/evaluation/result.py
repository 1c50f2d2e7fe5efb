"""What a panel came to, out of its sheets by its rule, as plain values from which anybody can work it out again.

A kept result names experts and cases by number and holds nothing that was written in words. It is canonical JSON; its
hash is that of its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from caseflow.evaluation.chance import parse
from caseflow.evaluation.normalisation import Normalised, normalise
from caseflow.evaluation.ranking import Place, TieBreak, entries, ranking
from caseflow.evaluation.scoring import Points, Rule, half_up
from caseflow.evaluation.sheets import Criterion, Scheme, Scored, Sheet, score
from caseflow.evaluation.stability import CaseStability, Stability, stability
from caseflow.evaluation.table import totals
from caseflow.words import Message, Refused

FIRST, METHOD = "caseflow-panel/1", "caseflow-panel/2"
"""How the outcome follows from the sheets; another number where that changes. The first drew panels by the score alone."""


@dataclass(frozen=True, slots=True)
class Given:
    """All that the outcome follows from, by case. ``lines``: the places of each group that has a line."""

    scheme: Scheme
    ties: tuple[TieBreak, ...]
    groups: Mapping[int, str]
    sheets: Mapping[int, tuple[Sheet, ...]]
    lines: Mapping[str, int]
    beside: bool
    """Whether a second figure, freed of severe and lenient experts, is worked out too."""
    method: str = METHOD


@dataclass(frozen=True, slots=True)
class Outcome:
    """``beside`` is None where it was not asked for, or the sheets leave nothing to estimate it from."""

    scored: Mapping[int, Scored]
    places: tuple[Place, ...]
    stability: Stability
    beside: Normalised | None
    second: Mapping[int, Decimal]
    """By case, the figure beside its score, rounded as the score is."""

    @property
    def stable(self) -> dict[int, CaseStability]:
        """By ranked case, what its place hangs on."""
        return {one.now.key: one for one in self.stability.cases}


def work_out(given: Given) -> Outcome:
    """Score and rank every case, and find what its place hangs on. Raises ValueError for a wrong mark."""
    scored = {case: score(own, given.scheme) for case, own in given.sheets.items()}
    places = ranking(entries(scored, given.groups, given.ties), given.ties, given.lines)
    found = stability(given.sheets, given.scheme, given.groups, given.lines, given.ties, by_score=given.method == FIRST)
    beside, decimals = _beside(given, scored), given.scheme.rule.decimals
    second = {one.case: half_up(Fraction(one.adjusted), decimals) for one in beside.cases} if beside else {}
    return Outcome(scored, places, found, beside, second)


def as_json(
    given: Given, outcome: Outcome, sources: Mapping[tuple[int, int], Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """What is kept. ``sources`` is what else is said of the sheet of a (case, expert); bound by the hash, not read."""
    places, stable = {one.key: one for one in outcome.places}, outcome.stable
    return {
        "method": given.method,
        "rule": asdict(given.scheme.rule),
        "criteria": [
            {
                "id": one.id,
                "weight": str(one.weight),
                "maximum": one.maximum,
                "minimum": one.minimum,
                "apart": one.independent,
            }
            for one in given.scheme.criteria
        ],
        "pass_mark": str(given.scheme.pass_mark) if given.scheme.pass_mark is not None else None,
        "ties": [one.figure for one in given.ties],
        "beside": "rater_effects" if given.beside else None,
        "lines": dict(given.lines),
        "cases": [
            {
                "case": case,
                "group": given.groups[case],
                "sheets": [
                    {
                        **((sources or {}).get((case, sheet.expert)) or {}),
                        "expert": sheet.expert,
                        "marks": dict(sheet.marks),
                        "abstained": sheet.abstained is not None,
                    }
                    for sheet in sorted(given.sheets[case], key=lambda sheet: sheet.expert)
                ],
            }
            for case in sorted(given.sheets)
        ],
        "outcome": [_came(outcome, places[case], stable.get(case)) for case in sorted(given.sheets)],
    }


def read(text: str) -> tuple[Given, dict[str, Any]]:
    """A kept result from its text: what it follows from, and the whole of it.

    Raises:
        Refused: it is none, was made by another method, has a key twice or a fraction.
    """
    try:
        body = parse(text)
    except (ValueError, RecursionError) as error:
        raise Refused(Message("panel_result.unreadable", {"why": str(error)[:200]})) from error
    if not isinstance(body, dict) or body.get("method") not in (FIRST, METHOD):
        raise Refused(Message("panel_result.other_method", {"method": METHOD}))
    try:
        return _given(body), body
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused(Message("panel_result.unreadable", {"why": str(error)[:200]})) from error


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came of working a kept result out again. ``hash`` is that of the text as it was given."""

    hash: str
    cases: int
    differs: tuple[Message, ...]


def recompute(text: str) -> Recomputed:
    """Work a kept result out again and compare every figure.

    The second figure may differ by one in its last place: it is worked out in floating point.

    Raises:
        Refused: it cannot be read, or a mark in it is wrong.
    """
    given, body = read(text)
    try:
        again = as_json(given, work_out(given))
        kept = {one["case"]: one for one in body["outcome"]}
        least = Decimal(1).scaleb(-given.scheme.rule.decimals)
        differs = [
            Message("panel_result.differs", {"case": one["case"], "what": name, "kept": str(_of(kept, one, name)),
                                             "again": str(one.get(name))})
            for one in again["outcome"]
            for name in {**one, **kept.get(one["case"], {})}
            if not _agree(name, _of(kept, one, name), one.get(name), least)
        ]  # fmt: skip
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused(Message("panel_result.unreadable", {"why": str(error)[:200]})) from error
    more = sorted(set(kept) - set(given.sheets))
    differs += [Message("panel_result.no_sheets", {"case": case}) for case in more]
    return Recomputed(hashlib.sha256(text.encode()).hexdigest(), len(given.sheets), tuple(differs))


def _beside(given: Given, scored: Mapping[int, Scored]) -> Normalised | None:
    if not given.beside:
        return None
    try:
        return normalise(totals(given.sheets, given.scheme), {case: one.score for case, one in scored.items()})
    except ValueError:  # too few sheets to tell strictness from error
        return None


def _came(outcome: Outcome, place: Place, stable: CaseStability | None) -> dict[str, Any]:
    """What came of one case."""
    scored = outcome.scored[place.key]
    return {
        "case": place.key,
        "status": scored.status,
        "score": _text(scored.score),
        "totals": [
            {
                "expert": line.expert,
                "total": plain(line.total),
                "counted": str(line.counted),
                "dropped": line.dropped,
            }
            for line in scored.lines
        ],
        "criteria": {one.criterion: _text(one.figure) for one in scored.criteria + scored.independent},
        "below": [one.criterion for one in scored.shortfalls],
        "place": place.place,
        "last": place.last,
        "tied": list(place.tied),
        "decided_by": place.decided_by,
        "standing": place.standing,
        "margin": _text(place.margin),
        "beside": _text(outcome.second.get(place.key)),
        "stability": _stable(stable),
    }


def _stable(one: CaseStability | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "near": one.near,
        "flagged": one.flagged,
        "best": one.best,
        "worst": one.worst,
        "low": one.spread.low,
        "high": one.spread.high,
        "flips": [
            {"expert": flip.expert, "criterion": flip.criterion, "place": flip.place, "standing": flip.standing}
            for flip in one.flips
        ],
    }


def plain(points: Points) -> str:
    """A total as a decimal number: weights are decimals, so it always ends."""
    return str(points) if isinstance(points, int) else f"{Decimal(points.numerator) / Decimal(points.denominator):f}"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _given(body: Mapping[str, Any]) -> Given:
    criteria = tuple(
        Criterion(one["id"], Decimal(one["weight"]), one["maximum"], one["minimum"], independent=one["apart"])
        for one in body["criteria"]
    )
    pass_mark = Decimal(body["pass_mark"]) if body["pass_mark"] is not None else None
    sheets = {
        one["case"]: tuple(
            Sheet(sheet["expert"], sheet["marks"], "abstained" if sheet["abstained"] else None)
            for sheet in one["sheets"]
        )
        for one in body["cases"]
    }
    came = [one["case"] for one in body["outcome"]]
    if len(sheets) < len(body["cases"]) or len(set(came)) < len(came):
        raise ValueError("a case stands twice")
    return Given(
        Scheme(criteria, Rule(**body["rule"]), pass_mark),
        tuple(TieBreak(one) for one in body["ties"]),
        {one["case"]: one["group"] for one in body["cases"]},
        sheets,
        body["lines"],
        beside=body["beside"] is not None,
        method=body["method"],
    )


def _of(kept: Mapping[int, Any], one: Mapping[str, Any], name: str) -> Any:
    return kept.get(one["case"], {}).get(name)


def _agree(name: str, kept: Any, again: Any, least: Decimal) -> bool:
    if name == "beside" and kept is not None and again is not None:
        return abs(Decimal(kept) - Decimal(again)) <= least
    return bool(kept == again)
