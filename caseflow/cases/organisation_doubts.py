"""Which organisations named by the experts of a pool may be one with another, as the next draw would find them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import draw_facts, draw_parties
from caseflow.cases.draw_parties import Places
from caseflow.evaluation.identity import OrganisationRow
from caseflow.people import expert_ties, experts, organisation_identity
from caseflow.people.models import organisation
from caseflow.people.organisation_identity import Keys
from caseflow.words import Message


@dataclass(frozen=True, slots=True)
class Doubts:
    """The organisations of a pool beside all that are registered with the authority."""

    rows: dict[str, OrganisationRow]
    open: dict[Keys, tuple[Message, ...]]
    """Why two rows may be one organisation; at least one of them is, or is one with, a row that an expert named."""
    decided: dict[Keys, RowMapping]
    named: dict[str, list[tuple[str, str]]]
    """Who named a row: names of experts, each with the kind of the tie."""


def of_pool(tx: Connection, authority_id: int, role: str) -> Doubts:
    """The pool of an authority whose experts hold ``role``."""
    pool, places = experts.pool(tx, authority_id, role), Places()
    said = expert_ties.ties(tx, [row["id"] for row in pool])
    ties = [*draw_facts.of_entries(pool, said, places), *draw_facts.of_members(tx, pool, places)]
    called = {str(row["person_id"]): str(row["name"]) for row in pool}
    named: dict[str, list[tuple[str, str]]] = {}
    for person, kind, key, *_ in ties:
        if (called[person], kind) not in named.setdefault(key, []):
            named[key].append((called[person], kind))
    rows = {**_registered(tx, authority_id), **draw_parties.known(tx, places)}
    found = organisation_identity.resolved(tx, authority_id, list(rows.values()))
    of = found.of()
    tied = {of[key] for key in named}
    counting = organisation_identity.counting(tx, authority_id)
    return Doubts(
        rows,
        {(one.left, one.right): one.why for one in found.doubts if of[one.left] in tied or of[one.right] in tied},
        {both: row for both, row in counting.items() if rows.keys() >= set(both)},
        named,
    )


def _registered(tx: Connection, authority_id: int) -> dict[str, OrganisationRow]:
    """Every organisation that works with the authority, pools apart."""
    query = sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.credit_code).where(
        organisation.c.authority_id == authority_id, organisation.c.status == "active", organisation.c.kind != "pool"
    )
    return {
        f"o{row.id}": OrganisationRow(f"o{row.id}", row.name_zh, row.credit_code or "") for row in tx.execute(query)
    }
