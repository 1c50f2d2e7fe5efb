"""Who is told when somebody is invited to the pool of experts, or leaves it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.people.models import organisation
from caseflow.people.roles import Roles
from caseflow.records import inbox
from caseflow.words import Message


def invited(tx: Connection, person_id: int) -> None:
    """The person is asked to declare."""
    inbox.post(tx, Message("inbox.expert_invited"), person_id=person_id, kind="account")


def ended(tx: Connection, person_id: int) -> None:
    """The person is told that the office ended the entry; the reason is not sent about."""
    inbox.post(tx, Message("inbox.expert_ended"), person_id=person_id, kind="account")


def left(tx: Connection, known: Roles, authority_id: int, name: str) -> None:
    """Whoever keeps the pool is told that an expert left it."""
    offices = sa.select(organisation.c.id).where(
        organisation.c.authority_id == authority_id,
        organisation.c.kind == "authority",
        organisation.c.status == "active",
    )
    keepers = [role.id for role in known.values() if role.manages_experts]
    for office in tx.scalars(offices).all():
        for role in keepers:
            inbox.post(tx, Message("inbox.expert_left", {"name": name}), organisation_id=office, role=role)
