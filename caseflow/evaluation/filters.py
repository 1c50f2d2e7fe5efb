"""From the frozen pool to those among whom is drawn: who stays out, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from caseflow.evaluation.counting import exists
from caseflow.evaluation.limits import limits_of
from caseflow.evaluation.pool import Candidate, Rule, Snapshot

UNAVAILABLE = "unavailable"
CONFLICT = "conflict"
LOAD = "load"
TIER = "tier"
"""Less loaded people suffice."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the load: how many people hold at most this much, and whether a panel can be made of them."""

    load: int
    people: int
    panel: bool | None
    """None: it was not asked, or could not be decided."""

    def as_json(self) -> dict[str, Any]:
        return {"load": self.load, "people": self.people, "panel": self.panel}


@dataclass(frozen=True, slots=True)
class Pool:
    """Those among whom is drawn, by id, and those who are left out with every reason."""

    eligible: tuple[Candidate, ...]
    left_out: tuple[tuple[str, tuple[str, ...]], ...]
    tiers: tuple[Tier, ...]
    """The steps that were tried where the rule balances the load; the last one holds."""

    def as_json(self) -> dict[str, Any]:
        return {
            "eligible": [one.id for one in self.eligible],
            "left_out": [{"candidate": who, "why": list(why)} for who, why in self.left_out],
            "tiers": [one.as_json() for one in self.tiers],
        }

    def counts(self) -> dict[str, int]:
        """How many were left out for each reason; one person may have several."""
        return dict(sorted(Counter(reason for _, why in self.left_out for reason in why).items()))


def pool_of(snapshot: Snapshot) -> Pool:
    """Apply availability, conflicts and load to a frozen pool.

    Balance: the tiers of load are opened from the lowest on, until the pool is the stated multiple of the people that
    are needed and a panel can be made of it. So nobody with more work is drawn while enough with less are there.
    """
    rule = snapshot.rule
    people = sorted(snapshot.candidates, key=lambda one: one.id)
    why = {one.id: _against(one, rule) for one in people}
    free = [one for one in people if not why[one.id]]
    tiers = _tiers(snapshot, free) if rule.balance is not None else ()
    kept = [one for one in free if not tiers or one.load <= tiers[-1].load]
    inside = {one.id for one in kept}
    left = tuple((one.id, why[one.id] or (TIER,)) for one in people if one.id not in inside)
    return Pool(tuple(kept), left, tiers)


def _against(one: Candidate, rule: Rule) -> tuple[str, ...]:
    barred = any(rule.free_per_case is None or not bar.case for bar in one.bars)
    loaded = rule.max_load is not None and one.load > rule.max_load
    found = ((UNAVAILABLE, not one.available), (CONFLICT, barred), (LOAD, loaded))
    return tuple(reason for reason, holds in found if holds)


def _tiers(snapshot: Snapshot, free: list[Candidate]) -> tuple[Tier, ...]:
    rule = snapshot.rule
    wanted = (rule.balance or 1) * (rule.size + rule.reserves)
    tried: list[Tier] = []
    for load in sorted({one.load for one in free}):
        people = [one for one in free if one.load <= load]
        if len(people) < wanted:
            tried.append(Tier(load, len(people), None))
            continue
        panel = exists(limits_of(rule, people, snapshot.cases), [one.id for one in people])
        tried.append(Tier(load, len(people), panel))
        if panel is not False:
            break
    return tuple(tried)
