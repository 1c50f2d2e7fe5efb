"""Small pools and the rules of a draw said a second time, plainly, for the tests of the draw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from caseflow.evaluation.pool import Bar, Bound, Candidate, Rule, Snapshot

DAY = date(2026, 5, 11)
SECRET = bytes(range(32))
FREE = Rule(size=3, per_employer=None, officials=None)
"""Three people, whoever they are."""


def crowd(count: int) -> tuple[Candidate, ...]:
    """People of whom nothing is known but that each has an employer of their own."""
    return tuple(Candidate(f"p{number:02}", employers=(f"e{number:02}",)) for number in range(count))


def frozen(candidates: Sequence[Candidate], rule: Rule, cases: Sequence[str] = ()) -> Snapshot:
    return Snapshot("draw 1", DAY, rule, tuple(candidates), tuple(cases))


def seeds(count: int) -> Iterator[bytes]:
    return (hashlib.sha256(str(number).encode()).digest() for number in range(count))


def mixed() -> Snapshot:
    """Nine people, one of whom is barred, under every kind of limit."""
    people = (
        Candidate("a", ("coke",), "north", ("x",)),
        Candidate("b", ("coke",), "north", ("x",)),
        Candidate("c", ("coke", "steel"), "south", ("y",)),
        Candidate("d", ("steel",), "south", ("z",), official=True),
        Candidate("e", ("steel",), "north", ("w",), official=True),
        Candidate("f", (), "south", ("v",)),
        Candidate("g", ("coke",), "north", ("u", "y")),
        Candidate("h", ("coke", "steel"), "north", ("t",), bars=(Bar("kin", "case 1", "ref"),)),
        Candidate("i", ("steel",), "", ("s",)),
    )
    rule = Rule(
        size=3,
        reserves=2,
        fields=(Bound("coke", 1), Bound("steel", 1)),
        regions=(Bound("north", 1, 2), Bound("south", 0, 1)),
    )
    return frozen(people, rule, ("case 1",))


def fits(snapshot: Snapshot, panel: Sequence[str]) -> bool:
    """Whether a panel keeps the rule, read off the rule itself."""
    rule = snapshot.rule
    seated = [one for one in snapshot.candidates if one.id in panel]
    employers = [employer for one in seated for employer in set(one.employers)]
    bounds = [(sum(bound.key in one.fields for one in seated), bound) for bound in rule.fields]
    bounds += [(sum(bound.key == one.region for one in seated), bound) for bound in rule.regions]
    return (
        len(seated) == len(panel) == rule.size
        and all(may_sit(snapshot, one) for one in seated)
        and all(bound.at_least <= count <= (99 if bound.at_most is None else bound.at_most) for count, bound in bounds)
        and (rule.per_employer is None or all(employers.count(one) <= rule.per_employer for one in employers))
        and (rule.officials is None or sum(one.official for one in seated) * rule.officials[1] <= rule.size * rule.officials[0])
        and all(
            rule.free_per_case is None
            or sum(all(bar.case != case for bar in one.bars) for one in seated) >= rule.free_per_case
            for case in snapshot.cases
        )
    )  # fmt: skip


def may_sit(snapshot: Snapshot, one: Candidate) -> bool:
    rule = snapshot.rule
    barred = any(bar.case == "" or rule.free_per_case is None for bar in one.bars)
    return one.available and not barred and (rule.max_load is None or one.load <= rule.max_load)


def panels(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """Every set of people that keeps the rule."""
    ids = sorted(one.id for one in snapshot.candidates)
    return [panel for panel in combinations(ids, snapshot.rule.size) if fits(snapshot, panel)]
