"""The frozen pool of a draw: who could be drawn, what is known of each, and under which rule. Pure values and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from caseflow.evaluation.chance import digest
from caseflow.words import Message, Refused

MOST_SEATS = 99
"""No panel is larger; it also bounds the work that a made-up record can ask for."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Why somebody may not judge: the ground, and what proves it."""

    ground: str
    case: str = ""
    """The case it concerns; empty: the whole panel."""
    evidence: str = ""
    """A reference or keyed hash: the record may be public, the proof is not."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One identity of the pool, under a pseudonym."""

    id: str
    fields: tuple[str, ...] = ()
    region: str = ""
    employers: tuple[str, ...] = ()
    """Every organisation the person belongs to, as identities."""
    official: bool = False
    load: int = 0
    """Panels or cases held at present."""
    available: bool = True
    bars: tuple[Bar, ...] = ()

    def as_json(self) -> dict[str, Any]:
        bars = sorted((one.ground, one.case, one.evidence) for one in set(self.bars))
        return {
            "id": self.id,
            "fields": sorted(set(self.fields)),
            "region": self.region,
            "employers": sorted(set(self.employers)),
            "official": self.official,
            "load": self.load,
            "available": self.available,
            "bars": [{"ground": ground, "case": case, "evidence": evidence} for ground, case, evidence in bars],
        }


@dataclass(frozen=True, slots=True)
class Bound:
    """How many members of the panel come from one field or region."""

    key: str
    at_least: int = 0
    at_most: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "at_least": self.at_least, "at_most": self.at_most}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a panel must be. None stands for: no such limit."""

    size: int
    reserves: int = 0
    fields: tuple[Bound, ...] = ()
    regions: tuple[Bound, ...] = ()
    per_employer: int | None = 1
    officials: tuple[int, int] | None = (1, 3)
    """At most this share of the size, as numerator and denominator, rounded down."""
    odd: bool = True
    max_load: int | None = None
    """Who holds more than this is not drawn."""
    balance: int | None = None
    """The least loaded first: only so many tiers of load as make the pool this multiple of size + reserves."""
    free_per_case: int | None = None
    """None: a conflict with one case keeps off the panel. A number: so many members of each case have none."""

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "reserves": self.reserves,
            "fields": [one.as_json() for one in sorted(self.fields, key=lambda one: one.key)],
            "regions": [one.as_json() for one in sorted(self.regions, key=lambda one: one.key)],
            "per_employer": self.per_employer,
            "officials": list(self.officials) if self.officials else None,
            "odd": self.odd,
            "max_load": self.max_load,
            "balance": self.balance,
            "free_per_case": self.free_per_case,
        }

    @property
    def most_officials(self) -> int:
        if self.officials is None:
            return self.size
        return self.size * self.officials[0] // self.officials[1]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a draw depends on but its seed, as it stood when the pool was frozen."""

    draw: str
    """Which draw this is: a pool frozen for one serves no other."""
    day: date
    rule: Rule
    candidates: tuple[Candidate, ...]
    cases: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The JSON whose hash is published: candidates by id, everything that is a set in code point order."""
        return {
            "draw": self.draw,
            "day": self.day.isoformat(),
            "rule": self.rule.as_json(),
            "cases": sorted(set(self.cases)),
            "candidates": [one.as_json() for one in sorted(self.candidates, key=lambda one: one.id)],
        }

    def hash(self) -> str:
        return digest(self.as_json())

    def check(self) -> None:
        """Raises Refused with every sentence about what is wrong with the rule or the list itself."""
        against = list(_problems(self.rule))
        ids = [one.id for one in self.candidates]
        against += [Message("draw.listed_twice", {"id": one}) for one in sorted({i for i in ids if ids.count(i) > 1})]
        against += [Message("draw.empty_id")] * ("" in ids)
        if any(one.load < 0 for one in self.candidates):
            against.append(Message("draw.not_a_number", {"what": "load"}))
        for one in sorted({bar.case for candidate in self.candidates for bar in candidate.bars} - {"", *self.cases}):
            against.append(Message("draw.unknown_case", {"case": one}))
        if against:
            raise Refused(*against)


def _problems(rule: Rule) -> list[Message]:
    against = []
    whole = {"size": rule.size - 1, "reserves": rule.reserves, "per_employer": (rule.per_employer or 1) - 1}
    whole |= {"max_load": rule.max_load or 0, "balance": (rule.balance or 1) - 1, "free": rule.free_per_case or 0}
    if rule.per_employer == 0:
        whole["per_employer"] = -1
    against += [Message("draw.not_a_number", {"what": what}) for what, value in whole.items() if value < 0]
    if rule.size > MOST_SEATS:
        against.append(Message("draw.not_a_number", {"what": "size"}))
    if rule.odd and rule.size % 2 == 0:
        against.append(Message("draw.even", {"size": rule.size}))
    if rule.officials and not 0 <= rule.officials[0] <= rule.officials[1] != 0:
        against.append(Message("draw.not_a_number", {"what": "officials"}))
    for bounds in (rule.fields, rule.regions):
        keys = [one.key for one in bounds]
        against += [Message("draw.bound_twice", {"key": key}) for key in sorted({k for k in keys if keys.count(k) > 1})]
        for one in bounds:
            if one.at_least < 0 or (one.at_most is not None and one.at_most < one.at_least):
                against.append(Message("draw.bound_crossed", {"key": one.key}))
    return against


def read_snapshot(value: Any) -> Snapshot:
    """The snapshot that a record holds.

    Raises:
        Refused: something is missing, unknown, of the wrong type, or not in the order that was hashed.
    """
    try:
        rule = dict(value["rule"])
        fields, regions = (tuple(Bound(**one) for one in rule.pop(name)) for name in ("fields", "regions"))
        share = rule.pop("officials")
        found = Snapshot(
            draw=value["draw"],
            day=date.fromisoformat(value["day"]),
            rule=Rule(**rule, fields=fields, regions=regions, officials=(share[0], share[1]) if share else None),
            cases=tuple(value["cases"]),
            candidates=tuple(_candidate(one) for one in value["candidates"]),
        )
        same = found.as_json() == value and _typed(found)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise Refused(Message("draw.malformed", {"where": "snapshot"})) from error
    if not same:
        raise Refused(Message("draw.malformed", {"where": "snapshot"}))
    found.check()
    return found


def _candidate(value: dict[str, Any]) -> Candidate:
    rest = {name: tuple(value[name]) for name in ("fields", "employers")}
    bars = tuple(Bar(**one) for one in value["bars"])
    return Candidate(**{**value, **rest, "bars": bars})


def _typed(found: Snapshot) -> bool:
    """JSON knows more types than the fields: ``true`` equals 1 in Python and is another text when hashed."""
    rule = found.rule
    bounds = [number for one in (*rule.fields, *rule.regions) for number in (one.at_least, one.at_most)]
    limits = [rule.per_employer, rule.max_load, rule.balance, rule.free_per_case, *bounds, *(rule.officials or ())]
    numbers = [rule.size, rule.reserves, *(one for one in limits if one is not None)]
    numbers += [one.load for one in found.candidates]
    flags = [rule.odd, *(flag for one in found.candidates for flag in (one.official, one.available))]
    texts = [found.draw, *found.cases, *(one.key for one in (*rule.fields, *rule.regions))]
    for one in found.candidates:
        texts += [one.id, one.region, *one.fields, *one.employers]
        texts += [text for bar in one.bars for text in (bar.ground, bar.case, bar.evidence)]
    return (
        all(type(one) is int for one in numbers)
        and all(type(one) is bool for one in flags)
        and all(type(one) is str for one in texts)
    )
