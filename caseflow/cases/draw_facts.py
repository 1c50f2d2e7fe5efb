"""What a draw must know of the pool and of the cases, from the rows: who is who, who is tied to whom, who said what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import draw_parties, draw_statements, expert_load, members
from caseflow.cases.draw_parties import Places
from caseflow.cases.draw_statements import Named
from caseflow.cases.move import Move
from caseflow.evaluation.conflicts import Case, Statement, Tie, TieKind
from caseflow.evaluation.linking import Resolution
from caseflow.people import expert_identity, expert_ties, experts, organisation_identity
from caseflow.people.models import membership, organisation
from caseflow.workflow.panel import Panel

_TIES: dict[str, TieKind] = {
    "employer": "employed", "adviser": "adviser", "project": "co_project", "shares": "shareholding", "kin": "kin",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known, persons and organisations resolved to identities."""

    pool: dict[str, list[RowMapping]]
    """The entries of the pool by identity."""
    load: dict[int, int]
    """What each has to score elsewhere: who sits on this panel gives the seat up when it is drawn anew."""
    people: Resolution
    organisations: Resolution
    employers: dict[str, set[str]]
    """To which organisations each identity belongs on the day."""
    cases: list[Case]
    in_round: list[Case]
    ties: list[Tie]
    statements: list[Statement]
    parents: dict[str, str]
    names: dict[str, str]
    """How organisations and cases are called."""


def gather(move: Move, panel: Panel, raised: Iterable[int], day: date) -> Facts:
    """The facts for a panel of the move's case.

    Args:
        raised: the persons against whom an applicant's objection was heard.
        day: of the draw.
    """
    pool = experts.pool(move.tx, move.case["authority_id"], panel.role)
    people = expert_identity.resolved(move.tx, move.ground.keys, pool)
    who = people.of()
    places = Places()
    said = expert_ties.ties(move.tx, [row["id"] for row in pool])
    named = [*of_entries(pool, said, places), *of_members(move.tx, pool, places)]
    inside = members.rows(move.tx, move.case["id"])
    cases, in_round = draw_parties.competing(move, panel, inside, places)
    known = draw_parties.known(move.tx, places)
    organisations = organisation_identity.resolved(move.tx, move.case["authority_id"], list(known.values()))
    of = organisations.of()
    ties = [one for one in named if one[1] != "filed"]
    names = {of[key]: row.name for key, row in sorted(known.items(), reverse=True)}
    return Facts(
        pool=_by_identity(pool, who),
        load=expert_load.load(move.tx, [row["person_id"] for row in pool], besides=(move.case["id"], panel.id)),
        people=people,
        organisations=organisations,
        employers=_employers(ties, who, of, day),
        cases=[draw_parties.resolved(one, of) for one in cases],
        in_round=[draw_parties.resolved(one, of) for one in in_round],
        ties=[
            Tie(who[person], _TIES[kind], place, source, began, ended)
            for person, kind, key, source, began, ended in ties
            for place in draw_parties.meant(organisations, of[key])
        ],
        statements=[
            *draw_statements.filed_for(named, cases, who, of, organisations),
            *draw_statements.filed(move, pool, inside, who),
            *draw_statements.declared(move, pool, inside, who),
            *(draw_statements.raised(move, panel.objections, pool, inside, who) if panel.objections else ()),
            *(
                Statement(who[str(one)], "raised", "", f"raised:{one}")
                for one in sorted(set(raised))
                if str(one) in who
            ),
        ],
        parents=draw_parties.parents(move, of),
        names=names | {str(row["id"]): row["number"] or row["title"] for row in inside},
    )


def of_entries(pool: Iterable[RowMapping], said: Mapping[int, list[RowMapping]], places: Places) -> Iterator[Named]:
    """The employer of each entry, and the ties that were said of it."""
    for row in pool:
        person = str(row["person_id"])
        if row["employer_name"]:
            place = places.of(row["employer_id"], row["employer_name"], row["employer_code"])
            yield person, "employer", place, f"expert:{row['id']}", None, None
        for tie in said.get(row["id"], ()):
            place = places.of(tie["organisation_id"], tie["name"], tie["credit_code"])
            yield person, tie["kind"], place, f"tie:{tie['id']}", tie["since"], tie["until"]


def of_members(tx: Connection, pool: Iterable[RowMapping], places: Places) -> Iterator[Named]:
    """Whoever holds a role in an organisation belongs to it; the pool of experts itself is none."""
    rows = tx.execute(
        sa.select(membership.c.id.label("membership_id"), membership.c.person_id, organisation)
        .join(organisation, organisation.c.id == membership.c.organisation_id)
        .where(
            membership.c.person_id.in_([row["person_id"] for row in pool]),
            membership.c.until.is_(None),
            organisation.c.kind != "pool",
        )
        .order_by(membership.c.id)
    ).mappings()
    for row in rows:
        place = places.of(row["id"], row["name_zh"], row["credit_code"])
        yield str(row["person_id"]), "employer", place, f"membership:{row['membership_id']}", None, None


def _by_identity(pool: Iterable[RowMapping], who: Mapping[str, str]) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    for row in pool:
        found.setdefault(who[str(row["person_id"])], []).append(row)
    return found


def _employers(ties: Iterable[Named], who: Mapping[str, str], of: Mapping[str, str], day: date) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for person, kind, place, _, _, ended in ties:
        if kind == "employer" and (ended is None or ended >= day):
            found.setdefault(who[person], set()).add(of[place])
    return found
