"""Entries of the expert pool by what is looked for, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.people.expert_models import expert
from caseflow.people.models import person

NAMED = sa.select(
    expert, person.c.name, person.c.login, person.c.phone, person.c.email, person.c.sort_key, person.c.language
).join(person, person.c.id == expert.c.person_id)
"""An entry with what is known of the person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows a list of the pool. Empty: not narrowed."""

    text: str = ""
    field: str = ""
    class_: str = ""
    region: str = ""
    status: str = ""
    credit: str = ""


def find(
    tx: Connection, authority_id: int, wanted: Wanted, *, limit: int | None = None, offset: int = 0
) -> list[RowMapping]:
    """The entries that fit, in the order of names."""
    found = NAMED.where(*_narrowed(authority_id, wanted)).order_by(person.c.sort_key, expert.c.id)
    return list(tx.execute(found.limit(limit).offset(offset)).mappings())


def count(tx: Connection, authority_id: int, wanted: Wanted) -> dict[str, int]:
    """How many entries fit, by status."""
    counted = sa.select(expert.c.status, sa.func.count().label("number")).join(
        person, person.c.id == expert.c.person_id
    )
    rows = tx.execute(counted.where(*_narrowed(authority_id, wanted)).group_by(expert.c.status))
    return {row.status: row.number for row in rows}


def _narrowed(authority_id: int, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = [expert.c.authority_id == authority_id]
    if text := wanted.text.strip():
        places = (person.c.name, person.c.login, expert.c.employer_name)
        found = [place.contains(text, autoescape=True) for place in places]
        where.append(sa.or_(*found, person.c.sort_key.contains(text.lower(), autoescape=True)))
    for column, code in ((expert.c.fields, wanted.field), (expert.c.classes, wanted.class_)):
        if code:
            where.append(sa.cast(column, sa.Text).contains(f'"{code}"', autoescape=True))
    same = {expert.c.region: wanted.region, expert.c.status: wanted.status, expert.c.credit: wanted.credit}
    return where + [column == value for column, value in same.items() if value]
