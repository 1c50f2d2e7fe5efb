"""What a simulation has shown, as plain values: the same plan gives the same report, byte for byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.ground import Loaded
from caseflow.cases.models import quota_counter
from caseflow.office import simulated_goals
from caseflow.office.simulated_acts import FULL, inner_of
from caseflow.office.simulated_goals import BRANCHES, Goal
from caseflow.office.simulated_watch import story
from caseflow.office.simulation import Simulated, covered
from caseflow.records.models import letter
from caseflow.words import Message
from caseflow.workflow.days import workdays

_REASONS, _REFUSALS, _P90 = 3, 12, 8
"""So many reasons beside an act, so many refusals in all; which of nine deciles is told."""


def report(tx: Connection, found: Simulated) -> dict[str, Any]:
    """The whole report; sentences are messages as JSON."""
    cases = found.watch.cases
    ended = set(cases) - set(found.stuck) - set(found.left)
    amiss = {one.case_id for one in found.walk.acts.crashes} | {one.case_id for one in found.watch.broken}
    told = sorted((amiss | set(found.stuck)) & set(cases))
    stories = story(tx, told)
    return {
        "workflow": found.plan.workflow,
        "cases": found.plan.cases,
        "seed": found.plan.seed,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "opened": len(cases),
        "ended": len(ended),
        "left": len(found.left),
        "acts": found.watch.acts,
        "workflows": [_workflow(tx, found, loaded) for loaded in found.family],
        "quotas": list(_quotas(tx, found)),
        "refusals": _refusals(found),
        "stuck": [{"case": one, **_where(found, one), "story": stories[one]} for one in found.stuck],
        "crashes": [
            {"case": one.case_id, "act": one.act, "role": one.role, "error": one.error,
             "story": stories.get(one.case_id, [])}
            for one in found.walk.acts.crashes
        ],
        "broken": [
            {"case": one.case_id, "entry": one.seq, "what": one.what.as_json(), "story": stories.get(one.case_id, [])}
            for one in found.watch.broken
        ],
    }  # fmt: skip


def failed(found: Simulated, least: float) -> bool:
    """Whether it has found something: a stuck case, a crash, rows that disagree, fewer actions taken than demanded."""
    bad = found.stuck or found.walk.acts.crashes or found.watch.broken
    return bool(bad) or covered(found.watch, found.family[0]) < least


def _workflow(tx: Connection, found: Simulated, loaded: Loaded) -> dict[str, Any]:
    name, watch = loaded.definition.workflow, found.watch
    all_goals = simulated_goals.goals(loaded.definition)
    parts = {
        "states": ("state",),
        "actions": ("action",),
        "branches": BRANCHES,
    }
    own = [case_id for case_id, one in watch.cases.items() if one.definition.workflow == name]
    issued = Counter(tx.scalars(sa.select(letter.c.kind).where(letter.c.case_id.in_(own))))
    return {
        "workflow": name,
        "version": loaded.definition.version,
        "cases": len(own),
        "coverage": {
            part: {
                "taken": sum(1 for goal in all_goals if goal[0] in kinds and goal in watch.taken[name]),
                "of": sum(1 for goal in all_goals if goal[0] in kinds),
                "never": [
                    {"what": list(goal), "reasons": _reasons(found, name, goal)}
                    for goal in watch.open_goals(loaded) if goal[0] in kinds
                ],
            }
            for part, kinds in parts.items()
        },
        "times": list(_times(found, loaded)),
        "breaches": {clock: n for (of, clock), n in sorted(watch.breaches.items()) if of == name},
        "letters": {kind: issued[kind] for kind in loaded.definition.letters},
    }  # fmt: skip


def _reasons(found: Simulated, name: str, goal: Goal) -> list[dict[str, Any]]:
    """What kept an act from being done, the most frequent reason first; nothing where nobody ever tried."""
    if goal[0] != "action":
        return []
    known = found.walk.acts.refusals.get((name, goal[1], goal[2]), {})
    listed = sorted(known.items(), key=lambda one: (-one[1][0], one[0]))
    return [{"times": count, "reason": message.as_json()} for _, (count, message) in listed[:_REASONS]]


def _times(found: Simulated, loaded: Loaded) -> Iterator[dict[str, Any]]:
    """By state how long cases stood there, in working days."""
    calendar = found.walk.acts.ground.calendar(loaded.definition)
    for state in loaded.definition.states:
        stays = found.watch.visits.get((loaded.definition.workflow, state), [])
        days = [workdays.workdays_between(calendar, first, last) for first, last in stays]
        if days:
            late = quantiles(days, n=10, method="inclusive")[_P90] if len(days) > 1 else float(days[0])
            yield {"state": state, "visits": len(days), "median": median(days), "p90": round(late, 1)}


def _quotas(tx: Connection, found: Simulated) -> Iterator[dict[str, Any]]:
    """By quota how many places its fullest counter ever held."""
    for loaded in found.family:
        for quota in loaded.definition.quotas.values():
            counters = sa.select(quota_counter.c.limit).where(quota_counter.c.quota == quota.counted_as)
            limits = list(tx.scalars(counters))
            yield {
                "workflow": loaded.definition.workflow,
                "quota": quota.id,
                "counters": len(limits),
                "most": found.watch.most[quota.counted_as],
                "limit": max(limits, default=quota.limit),
                "over": quota.over,
                "refused": _times_full(found, quota.title.zh),
            }


def _times_full(found: Simulated, title: str) -> int:
    """How often an act was refused because no place was left under a ceiling."""
    return sum(
        count
        for by_name in found.walk.acts.refusals.values()
        for name, (count, message) in by_name.items()
        if name == FULL and inner_of(message).values["quota"]["zh"] == title
    )


def _refusals(found: Simulated) -> list[dict[str, Any]]:
    """The reasons met most often, whatever the act."""
    counts: Counter[str] = Counter()
    examples: dict[str, Message] = {}
    for by_name in found.walk.acts.refusals.values():
        for name, (count, message) in by_name.items():
            counts[name] += count
            examples.setdefault(name, message)
    listed = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"times": count, "reason": examples[name].as_json()} for name, count in listed[:_REFUSALS]]


def _where(found: Simulated, case_id: int) -> dict[str, Any]:
    """Where a stuck case stands, and what was said to those who tried to lead it on."""
    row, loaded = found.walk.acts.row(case_id), found.watch.loaded(case_id)
    name, state = loaded.definition.workflow, row["state"]
    tried = {action.id: _reasons(found, name, ("action", state, action.id))
             for action in loaded.definition.states[state].actions.values()}  # fmt: skip
    return {"workflow": name, "state": state, "tried": tried}
