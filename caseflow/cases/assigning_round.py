"""What a whole round of a panel is assigned from: its cases and experts as they stand, who is kept off, what was given.

Ids are the numbers of cases and persons, as text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import avoiding, draw_facts, draws, expert_load, members, panels, scores
from caseflow.cases.draw_facts import Facts
from caseflow.cases.draw_pool import conflicts_on
from caseflow.cases.move import Move
from caseflow.db import canonical
from caseflow.evaluation.assignment import Plan, assign
from caseflow.evaluation.assignment_round import Cap, Case, Expert, Pair, Round, Rules, Separation, Weights, fit_of
from caseflow.words import Message
from caseflow.workflow.panel import Assign, Panel

STEP = 10
"""Points of fit that count as one unit, so that at equal weights a load that is uneven by one is worth ten to twenty."""
STAYS = 500
"""Units for leaving an assignment as it was made, where not all of them can stay: more than all other reasons."""
OFFICIAL = "official"
Numbers = tuple[int, int]
"""A case and a person."""


@dataclass(frozen=True, slots=True)
class Known:
    """A panel with all that its assignment hangs on."""

    name: str
    panel: Panel
    cases: tuple[RowMapping, ...]
    seats: tuple[RowMapping, ...]
    """Everybody who sits, reserves last."""
    experts: Mapping[int, Expert]
    """By person, reserves too; the limits are those of the panel and of what was agreed with the expert."""
    fits: Mapping[Pair, int]
    """How much of what a case asks for an expert brings, 0 to 100."""
    barred: frozenset[Pair]
    given: frozenset[Pair]
    """Assigned before, to experts who still sit and may judge the case."""
    scored: frozenset[Pair]
    """Of all pairs those whose sheet is in and counts."""
    names: Mapping[str, str]
    """How the employers are called."""

    @property
    def rule(self) -> Assign:
        if self.panel.assign is None:
            raise LookupError(f"the cases before {self.panel.id} are not assigned")
        return self.panel.assign

    @property
    def kept(self) -> frozenset[Pair]:
        return self.given | self.scored

    def called(self) -> dict[str, str]:
        """The experts by name."""
        return {str(row["person_id"]): row["name"] for row in self.seats}

    def numbers(self) -> dict[str, str]:
        """The cases by number."""
        return {str(row["id"]): row["number"] or row["title"] for row in self.cases}


def gather(move: Move, panel_id: str) -> Known:
    """The panel as it stands at this moment. Raises LookupError where its cases are not assigned."""
    panel, host = move.definition.panels[panel_id], move.case["id"]
    rows, seats = members.rows(move.tx, host), panels.seats(move.tx, host, panel_id)
    day = clock.local_date(move.at)
    facts = draw_facts.gather(move, panel, (), day)
    everybody = {row["person_id"] for row in seats}
    barred = _barred(move, panel, facts, rows, everybody) | _written(panels.conflicts(move.tx, host))
    cases = {row["id"] for row in rows}
    open_pairs = {
        (str(case), str(person)) for case in cases for person in everybody if (str(case), str(person)) not in barred
    }
    given = panels.assigned(move.tx, host, panel_id)
    sheets = {(row["member_case_id"], row["person_id"]) for row in scores.newest(move.tx, host, panel_id)}
    found = Known(
        name=f"{move.definition.workflow}/{host}/{panel_id}",
        panel=panel,
        cases=tuple(rows),
        seats=tuple(seats),
        experts={},
        fits=_fits(move, panel, facts, rows, everybody),
        barred=frozenset(barred),
        given=_written(given) & open_pairs,
        scored=_written(sheets) & open_pairs,
        names=facts.names,
    )
    elsewhere = expert_load.load(move.tx, everybody, besides=(host, panel_id))
    return replace(found, experts={one: _expert(found, facts, one, elsewhere[one]) for one in sorted(everybody)})


def round_of(
    known: Known, *, free: bool = False, called_up: Iterable[int] = (), weights: tuple[int, int, int] | None = None
) -> Round:
    """The round to be assigned.

    Args:
        free: what was assigned before may change where it must; else it stays. Sheets that are in always stay.
        called_up: reserves who are to read as well.
        weights: of fit, balance and separation, in place of those of the panel.
    """
    rule, up = known.rule, set(called_up)
    experts = [known.experts[row["person_id"]] for row in known.seats if not row["reserve"] or row["person_id"] in up]
    fit, balance, separate = weights or (rule.fit, rule.balance, rule.separate)
    sitting = {one.id for one in experts}
    fixed = {pair for pair in (known.scored if free else known.kept) if pair[1] in sitting}
    before = Counter(case for case, _ in fixed)
    wanted = {str(row["id"]): max(rule.each, before[str(row["id"])]) for row in known.cases}
    stays = known.given if free else frozenset[Pair]()
    return Round(
        cases=tuple(
            Case(str(row["id"]), wanted[str(row["id"])], {"applicant": str(row["organisation_id"])})
            for row in known.cases
        ),
        experts=tuple(experts),
        fit=tuple(tuple(_units(known, (str(row["id"]), one.id), stays) for one in experts) for row in known.cases),
        conflicts=frozenset(pair for pair in known.barred if pair[1] in sitting),
        fixed=frozenset(fixed),
        rules=_rules(known.panel, separate),
        weights=Weights(fit, balance),
        seed=known.name,
    )


def best(known: Known) -> tuple[Round, Plan]:
    """The best assignment that leaves what was given; where there is none, the best that changes as little as it must."""
    asked = round_of(known)
    plan = assign(asked)
    if plan.refused and known.given:
        freed = round_of(known, free=True)
        other = assign(freed)
        if not other.refused:
            return freed, other
    return asked, plan


def hash_of(asked: Round) -> str:
    """The SHA-256 of all that an assignment was worked out from."""
    return hashlib.sha256(canonical(as_json(asked)).encode()).hexdigest()


def as_json(asked: Round) -> dict[str, Any]:
    """A round as plain JSON; cases and experts by number."""
    return {
        "cases": [[one.id, one.wanted, dict(one.groups)] for one in asked.cases],
        "experts": [
            [one.id, one.least, one.most, one.employer, sorted(one.tags), one.carried] for one in asked.experts
        ],
        "fit": [list(row) for row in asked.fit],
        "conflicts": sorted(asked.conflicts),
        "fixed": sorted(asked.fixed),
        "per_employer": asked.rules.per_employer,
        "caps": [[one.tag, str(one.share)] for one in asked.rules.caps],
        "separations": [[one.kind, one.per_expert, one.per_pair, one.price] for one in asked.rules.separations],
        "weights": [asked.weights.fit, asked.weights.balance],
        "seed": asked.seed,
    }


def readable(one: Message, known: Known) -> Message:
    """The same sentence with numbers of cases and names of people in place of ids."""
    called = {"case": known.numbers(), "expert": known.called(), "employer": known.names}
    values = {
        name: _named(value, called.get(name.removesuffix("s"), {})) if name != "tag" else Message("assigning.official")
        for name, value in one.values.items()
    }
    return Message(one.key, values)


def _named(value: Any, called: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_named(one, called) for one in value]
    return called.get(value, value) if isinstance(value, str) else value


def _written(pairs: Iterable[Numbers]) -> frozenset[Pair]:
    return frozenset((str(case), str(person)) for case, person in pairs)


def _barred(move: Move, panel: Panel, facts: Facts, rows: list[RowMapping], people: set[int]) -> set[Pair]:
    """Whom a conflict keeps off which case: by what is known today, and by the draw."""
    found: set[Pair] = set()
    held = draws.newest(move.tx, move.case["id"], panel.id)
    if held is not None and held.stage == "drawn":
        found |= _written(draws.barred(move.ground.keys, held))
    for one in conflicts_on(facts, panel, clock.local_date(move.at)):
        wanted = [one.case] if one.case else [str(row["id"]) for row in rows]
        found |= {(case, str(row["person_id"])) for case in wanted for row in facts.pool[one.person]}
    if "same_organisation" in panel.avoid:
        belongs = avoiding.employers(move.tx, sorted(people))
        found |= {
            (str(row["id"]), str(person))
            for row in rows
            for person in people
            if row["organisation_id"] in belongs.get(person, ())
        }
    inside = {str(row["id"]) for row in rows}
    return {pair for pair in found if pair[0] in inside and int(pair[1]) in people}


def _fits(move: Move, panel: Panel, facts: Facts, rows: list[RowMapping], people: set[int]) -> dict[Pair, int]:
    """Each code at the paths of ``match`` is asked for; classes and fields of the expert's entry are brought."""
    entries = {row["person_id"]: row for found in facts.pool.values() for row in found}
    brings = {
        one: dict.fromkeys([*entries[one]["classes"], *entries[one]["fields"]], 1) if one in entries else {}
        for one in people
    }
    found: dict[Pair, int] = {}
    for row in rows:
        cache: dict[str, Any] = {}
        asks: dict[str, int] = {}
        for path in panel.match:
            value = members.cell(move.tx, move.ground, row, path, cache)
            asks |= dict.fromkeys([str(one) for one in (value if isinstance(value, list) else [value]) if one], 1)
        found |= {(str(row["id"]), str(one)): fit_of(asks, brings[one]) for one in people}
    return found


def _expert(known: Known, facts: Facts, person: int, carried: int) -> Expert:
    """What an expert may be given. What is kept is never beyond the limit: an agreed one may have been lowered since."""
    rule, name = known.rule, str(person)
    of = {row["person_id"]: who for who, rows in facts.pool.items() for row in rows}
    entry = next((row for row in facts.pool.get(of.get(person, ""), ()) if row["person_id"] == person), None)
    most, kept = rule.most, sum(one == name for _, one in known.kept)
    if entry is not None and entry["most"] is not None:
        most = min(most, max(0, entry["most"] - carried))
    most = max(most, kept)
    free = sum((str(row["id"]), name) not in known.barred for row in known.cases)
    return Expert(
        id=name,
        least=min(rule.least, most, free),
        most=most,
        employer=min(facts.employers.get(of.get(person, ""), ()), default=""),
        tags=frozenset({OFFICIAL} if entry is not None and entry["official"] else ()),
        carried=carried,
    )


def _units(known: Known, pair: Pair, stays: frozenset[Pair]) -> int:
    return (known.fits[pair] + STEP // 2) // STEP + (STAYS if pair in stays else 0)


def _rules(panel: Panel, separate: int) -> Rules:
    lot = panel.lot
    share = lot.officials if lot is not None else None
    return Rules(
        per_employer=lot.per_employer if lot is not None else None,
        caps=(Cap(OFFICIAL, Fraction(share)),) if share is not None else (),
        separations=(Separation("applicant", price=separate),) if separate else (),
    )
