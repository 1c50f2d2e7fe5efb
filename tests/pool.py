"""Experts of a pool, for tests of what comes after they were drawn: active, trained, each with an employer of the own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.models import task
from caseflow.cases.panel_models import seat
from caseflow.people.expert_models import expert
from caseflow.people.models import person

FIELDS = ("footprint_accounting",)


def enrol(tx: Connection, people: Iterable[int], fields: Iterable[str] = FIELDS, **said: Any) -> None:
    """Take these persons into the pool of their authority, whoever is not in it yet."""
    known = set(tx.scalars(sa.select(expert.c.person_id)))
    authorities = {row.id: row.authority_id for row in tx.execute(sa.select(person.c.id, person.c.authority_id))}
    for number in people:
        if number in known:
            continue
        row = {
            "authority_id": authorities[number],
            "person_id": number,
            "status": "active",
            "fields": list(fields),
            "classes": [],
            "employer_name": f"示例单位{number}",
            "official": False,
            "rank": "高级工程师",
            "credit": "good",
            "away": [],
            "version": 1,
            "invited_at": clock.now(),
            "declared_at": clock.now(),
        }
        tx.execute(expert.insert().values({**row, **said}))


def reseat(tx: Connection, case_id: int, panel: str, people: list[int]) -> None:
    """Let these people sit where others were drawn, in this order, reserves last: a test can name them then."""
    where = (seat.c.case_id == case_id, seat.c.panel == panel)
    ordered = sa.select(seat).where(*where, seat.c.status == "seated").order_by(seat.c.reserve, sa.desc(seat.c.chair))
    rows = [dict(row) for row in tx.execute(ordered.order_by(seat.c.id)).mappings()]
    tx.execute(seat.delete().where(*where))
    for row, number in zip(rows, people, strict=True):
        tx.execute(
            seat.insert().values({name: value for name, value in row.items() if name != "id"} | {"person_id": number})
        )
    owed = sa.select(task.c.id).where(
        task.c.case_id == case_id, task.c.kind == f"panel:{panel}", task.c.status == "open"
    )
    for number, person_id in zip(tx.scalars(owed.order_by(task.c.id)).all(), people, strict=False):
        tx.execute(task.update().where(task.c.id == number).values(person_id=person_id))
