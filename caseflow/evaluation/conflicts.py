"""From facts to exclusions: who may not judge which case, on what ground, and what proves it.

Everything doubtful counts against the person: a tie without a date, one whose end is unknown, one that a second row
has which may be the same person. An expert too many left out costs a name of the pool; one too few costs the round.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from caseflow.evaluation.chance import canonical
from caseflow.evaluation.pool import Bar
from caseflow.words import Message

Ground = Literal[
    "same_organisation", "agent_in_round", "adviser", "co_project", "shareholding", "kin", "filed", "declared", "raised",
    "identity_doubt",
]  # fmt: skip
TieKind = Literal["employed", "adviser", "co_project", "shareholding", "kin"]
Reach = Literal["itself", "line", "group"]
"""How far an organisation reaches: only itself; with all above and below it; with everything under its top."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds a person to an organisation; of kin, what binds the relative."""

    person: str
    kind: TieKind
    organisation: str
    source: str
    """Where it is known from; shown to the office only."""
    began: date | None = None
    ended: date | None = None
    """Last day; None: it lasts, or nobody knows."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said of a person and a case: the material filed, an interest declared, an objection raised."""

    person: str
    kind: Literal["filed", "declared", "raised"]
    case: str
    """Empty: the whole panel."""
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the round; ``group`` is the class within which cases compete."""

    id: str
    group: str = ""
    applicants: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Which grounds count on which day."""

    day: date
    """Of the draw."""
    years: int = 3
    """So long an adviser or co-project counts after its end."""
    employment_years: int = 0
    """So long a former employment counts."""
    reach: Reach = "line"
    without: frozenset[Ground] = frozenset()
    """Grounds that this procedure does not know."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One fact that proves a ground."""

    source: str
    organisation: str = ""
    party: str = ""
    """The applicant or agent whom the organisation is or belongs with."""
    other_case: str = ""
    """Of the round, where that is not the case itself."""
    began: str = ""
    ended: str = ""
    twin: str = ""
    """The other identity, where it is doubtful whether both are one person."""

    def as_json(self) -> dict[str, str]:
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A person may not judge a case, or with an empty case: not sit at all."""

    person: str
    case: str
    ground: Ground
    reason: Message
    evidence: tuple[Evidence, ...]

    def bar(self, key: bytes) -> Bar:
        """As the frozen pool holds it: the proof as a keyed hash that the office can open, and nobody can guess."""
        proof = canonical([self.person, self.case, self.ground, [one.as_json() for one in self.evidence]])
        return Bar(self.ground, self.case, hmac.digest(key, proof.encode(), "sha256").hex())


def exclusions(
    people: Iterable[str],
    cases: Sequence[Case],
    ties: Iterable[Tie],
    statements: Iterable[Statement],
    policy: Policy,
    *,
    in_round: Sequence[Case] = (),
    parents: Mapping[str, str] | None = None,
    names: Mapping[str, Any] | None = None,
    doubts: Iterable[tuple[str, str]] = (),
) -> tuple[Exclusion, ...]:
    """Every exclusion of these people from these cases, by person, case and ground; one for each ground.

    Args:
        people: identities (:func:`~caseflow.evaluation.identity.people`).
        cases: those before the panel.
        ties: of people to organisations, both resolved.
        statements: declared by experts, raised by applicants, material filed. Only those that count: whether an
            objection is heard is decided before.
        policy: the grounds, and the day of the draw on which they are dated.
        in_round: all cases of the round, also those before other panels.
        parents: the organisation above each, where there is one.
        names: how organisations and cases are called in the reasons; else by their id.
        doubts: pairs of identities that may be one person; what bars one bars the other.
    """
    wanted = set(people)
    twins: dict[str, set[str]] = defaultdict(set)
    for left, right in doubts:
        twins[left].add(right)
        twins[right].add(left)
    found: dict[tuple[str, str, Ground], set[Evidence]] = defaultdict(set)
    facts = [*_of_ties(cases, list(ties), policy, in_round, parents or {}), *_of_statements(cases, statements)]
    for person, case, ground, evidence in facts:
        if ground in policy.without:
            continue
        found[(person, case, ground)].add(evidence)
        if "identity_doubt" not in policy.without:
            for twin in twins[person]:
                found[(twin, case, "identity_doubt")].add(_with_twin(evidence, person))
    return tuple(
        Exclusion(person, case, ground, _reason(case, ground, proofs, policy, names or {}), tuple(sorted(proofs)))
        for (person, case, ground), proofs in sorted(found.items())
        if person in wanted
    )


def related(organisation: str, parents: Mapping[str, str], reach: Reach) -> frozenset[str]:
    """The organisations that count as this one. A loop of parents is gone round once."""
    if reach == "itself":
        return frozenset({organisation})
    above = _above(organisation, parents)
    if reach == "group":
        top = above[-1]
        return frozenset({one for one in (*parents, *parents.values(), organisation) if top in _above(one, parents)})
    below = {one for one in parents if organisation in _above(one, parents)}
    return frozenset({*above, *below, organisation})


def _above(organisation: str, parents: Mapping[str, str]) -> list[str]:
    line = [organisation]
    while (parent := parents.get(line[-1])) is not None and parent not in line:
        line.append(parent)
    return line


Fact = tuple[str, str, Ground, Evidence]


def _of_ties(
    cases: Sequence[Case], ties: Sequence[Tie], policy: Policy, in_round: Sequence[Case], parents: Mapping[str, str]
) -> Iterator[Fact]:
    tied = {one.organisation for one in ties}
    near = {one: related(one, parents, policy.reach) for one in tied}
    by_group: dict[str, dict[str, Case]] = defaultdict(dict)
    for case in (*in_round, *cases):
        by_group[case.group][case.id] = case
    for tie in ties:
        if not _counts(tie, policy):
            continue
        for case in cases:
            if tie.kind == "employed":
                yield from _of_employment(tie, case, near[tie.organisation], by_group[case.group].values())
            else:
                for party in sorted({*case.applicants, *case.agents} & near[tie.organisation]):
                    yield tie.person, case.id, tie.kind, _proof(tie, party)


def _of_employment(tie: Tie, case: Case, near: Collection[str], competing: Iterable[Case]) -> Iterator[Fact]:
    """An applicant's own people are out; so are those of any applicant or agent who competes in the same class."""
    for party in sorted(set(case.applicants) & set(near)):
        yield tie.person, case.id, "same_organisation", _proof(tie, party)
    for other in competing:
        parties = {*other.applicants, *other.agents} if other.id != case.id else {*case.agents}
        for party in sorted(parties & set(near)):
            yield tie.person, case.id, "agent_in_round", _proof(tie, party, "" if other.id == case.id else other.id)


def _of_statements(cases: Sequence[Case], statements: Iterable[Statement]) -> Iterator[Fact]:
    known = {"", *(case.id for case in cases)}
    for one in statements:
        if one.case in known:
            yield one.person, one.case, one.kind, Evidence(one.source)


def _counts(tie: Tie, policy: Policy) -> bool:
    years = {"adviser": policy.years, "co_project": policy.years, "employed": policy.employment_years}.get(tie.kind, 0)
    return tie.ended is None or tie.ended >= years_before(policy.day, years)


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 29 February becomes the 28th, so the window is never shorter."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _proof(tie: Tie, party: str, other_case: str = "") -> Evidence:
    began, ended = (one.isoformat() if one else "" for one in (tie.began, tie.ended))
    return Evidence(tie.source, tie.organisation, party, other_case, began, ended)


def _with_twin(evidence: Evidence, twin: str) -> Evidence:
    one = evidence
    return Evidence(one.source, one.organisation, one.party, one.other_case, one.began, one.ended, twin)


def _reason(case: str, ground: Ground, proofs: Iterable[Evidence], policy: Policy, names: Mapping[str, Any]) -> Message:
    values = {
        "case": names.get(case, case),
        "organisations": [names.get(one, one) for one in sorted({proof.party for proof in proofs} - {""})],
        "cases": [names.get(one, one) for one in sorted({proof.other_case for proof in proofs} - {""}) or [case]],
        "years": policy.years,
    }
    return Message(f"conflict.{ground}" if case else f"conflict.panel.{ground}", values)
