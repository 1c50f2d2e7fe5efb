"""Which names mean one organisation: what the names suggest, and what officers found where that is doubtful.

Experts name employers and clients in their own words. Whoever is tied to an organisation that may be an applicant is
left out of its cases until an officer has found whether it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from caseflow import clock
from caseflow.evaluation import identity
from caseflow.evaluation.identity import OrganisationRow
from caseflow.evaluation.linking import Resolution
from caseflow.people.expert_identity import FOUND
from caseflow.people.expert_models import organisation_identity
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused

Keys = tuple[str, str]
"""The keys of two rows, in the order of their code points."""


def resolved(tx: Connection, authority_id: int, rows: Sequence[OrganisationRow]) -> Resolution:
    """Rows resolved to organisations, with what officers found of them."""
    inside = {row.id for row in rows}
    pairs: dict[str, list[Keys]] = {one: [] for one in FOUND}
    for keys, row in counting(tx, authority_id).items():
        if inside.issuperset(keys):
            pairs[row["found"]].append(keys)
    return identity.organisations(rows, pairs["same"], pairs["different"])


def counting(tx: Connection, authority_id: int) -> dict[Keys, RowMapping]:
    """What counts of each pair that an officer of the authority has looked at, with the ``name`` of the officer."""
    found = _found().where(organisation_identity.c.authority_id == authority_id)
    return {(row["left_key"], row["right_key"]): row for row in tx.execute(found).mappings()}


def of_pair(tx: Connection, authority_id: int, both: Keys) -> list[RowMapping]:
    """Everything that was found of two rows, newest first, with the ``name`` of who found it."""
    return list(tx.execute(_found().where(*_pair(authority_id, both))).mappings())[::-1]


def reason(keys: Keyring, row: RowMapping) -> str:
    """Why an officer found so."""
    return str(personal.open_json(keys, row["sealed"], _context(row)))


def decide(
    tx: Connection, keys: Keyring, authority_id: int, both: Sequence[OrganisationRow], seen: int, found: str, why: str,
    *, by: int,
) -> None:  # fmt: skip
    """An officer finds two rows to be one organisation, or two; the next draw goes by it.

    Args:
        both: the two rows, in the order of their keys.
        seen: how often the pair had been decided when the officer looked.
        found: ``same`` or ``different``.
        why: kept sealed.
        by: the officer.

    Raises:
        Refused: nothing found or no reason, one organisation would have two credit codes, or somebody decided meanwhile.
    """
    against = []
    if found not in FOUND:
        against.append(Message("expert_identity.no_finding", {"input": "found"}))
    if not why.strip():
        against.append(Message("expert_identity.no_reason", {"input": "reason"}))
    if found == "same" and len({row.credit_code for row in both if row.credit_code}) > 1:
        against.append(Message("organisation_identity.two_codes", {"input": "found"}))
    if against:
        raise Refused(*against)
    left, right = (row.id for row in both)
    known = sa.select(sa.func.max(organisation_identity.c.number)).where(*_pair(authority_id, (left, right)))
    if (tx.scalar(known) or 0) != seen:
        raise Refused(Message("experts.changed"))
    row = {"authority_id": authority_id, "left_key": left, "right_key": right, "number": seen + 1}
    sealed = personal.seal_json(keys, why.strip(), _context(row))
    try:
        with tx.begin_nested():
            tx.execute(
                organisation_identity.insert().values(
                    {**row, "found": found, "sealed": sealed, "person_id": by, "at": clock.now()}
                )
            )
    except IntegrityError:
        raise Refused(Message("experts.changed")) from None


def _found() -> sa.Select[Any]:
    return (
        sa.select(organisation_identity, person.c.name)
        .join(person, person.c.id == organisation_identity.c.person_id)
        .order_by(organisation_identity.c.number, organisation_identity.c.id)
    )


def _pair(authority_id: int, both: Keys) -> tuple[sa.ColumnElement[bool], ...]:
    row = organisation_identity.c
    return (row.authority_id == authority_id, row.left_key == both[0], row.right_key == both[1])


def _context(row: Any) -> str:
    pair = json.dumps([row["left_key"], row["right_key"]], ensure_ascii=False)
    return f"organisation_identity/{row['authority_id']}/{pair}/{row['number']}"
