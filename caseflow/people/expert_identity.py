"""Who of the pool is one person: what the entries suggest, and what officers found where that is doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from caseflow import clock
from caseflow.evaluation import identity
from caseflow.evaluation.identity import PersonRow
from caseflow.evaluation.linking import Resolution
from caseflow.people import accounts, expert_history, expert_personal
from caseflow.people.expert_models import expert_identity
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused

FOUND = ("same", "different")

Pair = tuple[int, int]
"""The numbers of two entries, the lower first."""


def resolved(tx: Connection, keys: Keyring, pool: Sequence[RowMapping]) -> Resolution:
    """The entries of a pool (:func:`~caseflow.people.experts.pool`) resolved to persons, with what officers found.

    The rows of the answer are named by the number of their person.
    """
    who = {row["id"]: str(row["person_id"]) for row in pool}
    pairs: dict[str, list[tuple[str, str]]] = {one: [] for one in FOUND}
    for (left, right), row in counting(tx, who).items():
        pairs[row["found"]].append((who[left], who[right]))
    return identity.people([_person(keys, row) for row in pool], pairs["same"], pairs["different"])


def counting(tx: Connection, expert_ids: Iterable[int]) -> dict[Pair, RowMapping]:
    """What counts of each pair of these entries that an officer has looked at, with the ``name`` of the officer."""
    return {(row["left_id"], row["right_id"]): row for row in _rows(tx, list(expert_ids))}


def of_pair(tx: Connection, left: int, right: int) -> list[RowMapping]:
    """Everything that was found of two entries, newest first, with the ``name`` of who found it."""
    return _rows(tx, [left, right])[::-1]


def reason(keys: Keyring, row: RowMapping) -> str:
    """Why an officer found so; nothing where it was erased."""
    return str(personal.open_json(keys, row["sealed"], _context(row))) if row["sealed"] else ""


def decide(
    tx: Connection, keys: Keyring, both: Sequence[RowMapping], seen: int, found: str, why: str, *, by: int
) -> None:
    """An officer finds two entries to be one person, or two; the next draw goes by it.

    Args:
        both: the two entries, the lower number first.
        seen: how often the pair had been decided when the officer looked.
        found: ``same`` or ``different``.
        why: kept sealed.
        by: the officer.

    Raises:
        Refused: nothing found or no reason, one person would have two identity numbers, or somebody decided meanwhile.
    """
    against = []
    if found not in FOUND:
        against.append(Message("expert_identity.no_finding", {"input": "found"}))
    if not why.strip():
        against.append(Message("expert_identity.no_reason", {"input": "reason"}))
    numbers = {number for row in both if (number := expert_personal.opened(keys, row).identity)}
    if found == "same" and len(numbers) > 1:
        against.append(Message("expert_identity.two_numbers", {"input": "found"}))
    if against:
        raise Refused(*against)
    left, right = (row["id"] for row in both)
    row: dict[str, Any] = {"left_id": left, "right_id": right, "number": seen + 1}
    sealed = personal.seal_json(keys, why.strip(), _context(row))
    known = sa.select(sa.func.max(expert_identity.c.number)).where(
        expert_identity.c.left_id == left, expert_identity.c.right_id == right
    )
    if (tx.scalar(known) or 0) != seen:
        raise Refused(Message("experts.changed"))
    try:
        with tx.begin_nested():
            tx.execute(
                sa.insert(expert_identity).values(
                    {**row, "found": found, "sealed": sealed, "person_id": by, "at": clock.now()}
                )
            )
    except IntegrityError:
        raise Refused(Message("experts.changed")) from None
    for own, other in ((left, right), (right, left)):
        expert_history.keep(tx, own, f"identity_{found}", by=by, detail={"other": other, "number": seen + 1})


def _rows(tx: Connection, expert_ids: list[int]) -> list[RowMapping]:
    return list(
        tx.execute(
            sa.select(expert_identity, person.c.name)
            .join(person, person.c.id == expert_identity.c.person_id)
            .where(expert_identity.c.left_id.in_(expert_ids), expert_identity.c.right_id.in_(expert_ids))
            .order_by(expert_identity.c.number, expert_identity.c.id)
        ).mappings()
    )


def _person(keys: Keyring, row: RowMapping) -> PersonRow:
    def contact(name: str) -> tuple[str, ...]:
        value = accounts.unseal(keys, row, name)
        return (personal.digest(keys.current, value),) if value else ()

    return PersonRow(
        id=str(row["person_id"]),
        name=row["name"],
        pinyin=row["sort_key"],
        id_number=row["identity_hash"] or "",
        phones=contact("phone"),
        mails=contact("email"),
        employers=(row["employer_name"],),
        credit_codes=(row["employer_code"],) if row["employer_code"] else (),
    )


def _context(row: Any) -> str:
    return f"expert_identity/{row['left_id']}/{row['right_id']}/{row['number']}"
