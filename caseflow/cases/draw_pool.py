"""The frozen pool of a draw: facts under pseudonyms with the rule of the panel, and apart from it who is meant and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from caseflow.cases import draw_facts
from caseflow.cases.draw_facts import Facts
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.evaluation import infeasible
from caseflow.evaluation.conflicts import Exclusion, Policy, exclusions
from caseflow.evaluation.conflicts import Ground as ConflictGround
from caseflow.evaluation.counting import exists
from caseflow.evaluation.draw import terms
from caseflow.evaluation.identity import pseudonym
from caseflow.evaluation.pool import Bar, Bound, Candidate, Rule, Snapshot
from caseflow.people import expert_profile
from caseflow.words import Message, Refused
from caseflow.workflow.panel import Avoided, Lot, Panel

_GROUNDS: dict[Avoided, ConflictGround] = {
    "same_organisation": "same_organisation", "agent_in_round": "agent_in_round", "adviser": "adviser",
    "project": "co_project", "shares": "shareholding", "kin": "kin", "filed": "filed", "declared": "declared",
    "raised": "raised",
}  # fmt: skip
_MONTHS, _DAYS, _WORKDAYS = 12, 365, 245
"""How many make a year; fewer workdays than a year has, so that no window is shorter than it says."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """The snapshot, and what the office keeps sealed beside it, as plain JSON."""

    snapshot: Snapshot
    aside: dict[str, Any]


def freeze(move: Move, panel: Panel, lot: Lot, key: bytes, name: str, raised: Iterable[int], day: date) -> Frozen:
    """The pool as it stands.

    Args:
        key: of this draw, for pseudonyms and proofs.
        name: which draw it is.
        raised: the persons against whom an applicant's objection was heard.
        day: of the draw.

    Raises:
        Refused: the lot cannot be met; which requirement, and short by how many.
    """
    facts = draw_facts.gather(move, panel, raised, day)
    found = conflicts_on(facts, panel, day)
    absent = {who: codes for who, rows in facts.pool.items() if (codes := _absent(move, panel, lot, facts, rows, day))}
    people = [_candidate(facts, who, key, found, absent) for who in sorted(facts.pool)]
    cases = {pseudonym(key, "case", one.id): int(one.id) for one in facts.cases}
    snapshot = Snapshot(name, day, rule_of(panel, lot, people), tuple(people), tuple(cases))
    snapshot.check()
    shown = {pseudonym(key, "organisation", one): called for one, called in facts.names.items()}
    shown |= {one: facts.names[str(number)] for one, number in cases.items()}
    if against := _cannot(snapshot):
        raise Refused(*(readable(one, move.ground, shown) for one in against))
    return Frozen(snapshot, {**_aside(facts, found, absent, key), "cases": cases})


def conflicts_on(facts: Facts, panel: Panel, day: date) -> tuple[Exclusion, ...]:
    """Everything that the panel avoids and that is so on the day."""
    policy = Policy(day, years=years(panel.history), without=frozenset(set(_GROUNDS.values()) - _kept(panel)))
    return exclusions(
        facts.pool, facts.cases, facts.ties, facts.statements, policy,
        in_round=facts.in_round, parents=facts.parents, names=facts.names, doubts=facts.people.doubtful(),
    )  # fmt: skip


def rule_of(panel: Panel, lot: Lot, people: Iterable[Candidate]) -> Rule:
    """What a panel must be, over the regions that these people come from."""
    regions = sorted({one.region for one in people} - {""}) if lot.regions is not None else []
    share = [int(part) for part in lot.officials.split("/")] if lot.officials is not None else []
    return Rule(
        size=panel.size,
        reserves=panel.reserves,
        fields=tuple(Bound(code, at_least=least) for code, least in sorted(lot.fields.items())),
        regions=tuple(Bound(region, at_most=lot.regions) for region in regions),
        per_employer=lot.per_employer,
        officials=(share[0], share[1]) if share else None,
        max_load=lot.load,
        balance=lot.pool,
        free_per_case=panel.assign.each if panel.assign is not None else None,
    )


def readable(one: Message, ground: Ground, shown: Mapping[str, str]) -> Message:
    """The same sentence with names in place of codes and pseudonyms."""
    values = {name: _readable(value, ground, shown) for name, value in one.values.items()}
    if one.key == "draw.limit.field":
        values["key"] = ground.titles("expert_field", str(one.values["key"]))
    elif one.key == "draw.limit.region":
        values["key"] = ground.titles("region", str(one.values["key"]))
    elif one.key.startswith("draw.limit.") and values.get("key") in shown:
        values["key"] = shown[values["key"]]
    return Message(one.key, values)


def years(period: str) -> int:
    """A length of time in whole years, rounded up."""
    number, unit = period.split()
    in_a_year = {"year": 1, "month": _MONTHS, "day": _DAYS, "workday": _WORKDAYS}[unit.removesuffix("s")]
    return -(-int(number) // in_a_year)


def _readable(value: Any, ground: Ground, shown: Mapping[str, str]) -> Any:
    if isinstance(value, Message):
        return readable(value, ground, shown)
    return [_readable(one, ground, shown) for one in value] if isinstance(value, list | tuple) else value


def _kept(panel: Panel) -> set[ConflictGround]:
    return {_GROUNDS[one] for one in panel.avoid}


def _cannot(snapshot: Snapshot) -> tuple[Message, ...]:
    """Why no panel can be made of this pool; nothing where one can, or where it cannot be told."""
    pool, limits = terms(snapshot)
    if against := infeasible.shortages(snapshot.rule, pool, limits):
        return against
    ids = [one.id for one in pool.eligible]
    return infeasible.together(limits, ids) if exists(limits, ids) is False else ()


def _absent(move: Move, panel: Panel, lot: Lot, facts: Facts, rows: list[RowMapping], day: date) -> list[str]:
    """Why a person cannot come, in codes: away, training not valid, barred, or as much to score as was agreed."""
    wanted = panel.assign.least if panel.assign is not None else len(facts.cases)
    found = []
    if any(expert_profile.is_away(row, day) for row in rows):
        found.append("away")
    if lot.trained and not any(expert_profile.is_trained(row, day) for row in rows):
        found.append("untrained")
    if any(row["credit"] == "barred" for row in rows):
        found.append("barred")
    if any(row["most"] is not None and _load(facts, rows) + wanted > row["most"] for row in rows):
        found.append("full")
    return found


def _load(facts: Facts, rows: list[RowMapping]) -> int:
    return sum(facts.load[row["person_id"]] for row in rows)


def _candidate(
    facts: Facts, who: str, key: bytes, found: Iterable[Exclusion], absent: Mapping[str, list[str]]
) -> Candidate:
    rows = facts.pool[who]
    return Candidate(
        id=pseudonym(key, "person", who),
        fields=tuple(sorted({code for row in rows for code in row["fields"]})),
        region=next((row["region"] for row in rows if row["region"]), ""),
        employers=tuple(sorted(pseudonym(key, "organisation", one) for one in facts.employers.get(who, ()))),
        official=any(row["official"] for row in rows),
        load=_load(facts, rows),
        available=who not in absent,
        bars=tuple(_bar(one, key) for one in found if one.person == who),
    )


def _bar(one: Exclusion, key: bytes) -> Bar:
    return Bar(one.ground, pseudonym(key, "case", one.case) if one.case else "", one.bar(key).evidence)


def _aside(facts: Facts, found: Iterable[Exclusion], absent: Mapping[str, list[str]], key: bytes) -> dict[str, Any]:
    """Who is meant, and what proves each ground: for the office that can be asked to show it."""
    return {
        "people": {pseudonym(key, "person", who): rows[0]["person_id"] for who, rows in facts.pool.items()},
        "offices": {pseudonym(key, "person", who): rows[0]["employer_name"] for who, rows in facts.pool.items()},
        "names": {pseudonym(key, "organisation", one): called for one, called in facts.names.items()},
        "excluded": [
            {
                "person": pseudonym(key, "person", one.person),
                "ground": one.ground,
                "reason": one.reason.as_json(),
                "evidence": [proof.as_json() for proof in one.evidence],
            }
            for one in found
        ],
        "absent": {pseudonym(key, "person", who): codes for who, codes in absent.items()},
        "doubts": [
            {"why": [why.as_json() for why in one.why]} for one in (*facts.people.doubts, *facts.organisations.doubts)
        ],
    }
