"""What officers found of two names of organisations, one of them named by an expert, that may be one organisation.

What experts declared of own interests lay in the open beside the sealed declaration; that copy goes. The journal of that
time cannot be changed and keeps it: ``caseflow doctor`` tells how many entries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from caseflow.db import Id, Json, UtcTime
from caseflow.records import triggers

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, append-only from the first day; take the open copies of declarations out of the cases."""
    op.create_table(
        "organisation_identity",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("left_key", sa.Text(), nullable=False),
        sa.Column("right_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("found IN ('same', 'different')", name=op.f("ck_organisation_identity_found")),
        sa.CheckConstraint("left_key <> right_key", name=op.f("ck_organisation_identity_two")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_organisation_identity_authority_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_organisation_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_identity")),
        sa.UniqueConstraint(
            "authority_id", "left_key", "right_key", "number",
            name=op.f("uq_organisation_identity_authority_id_left_key_right_key_number"),
        ),
    )  # fmt: skip
    triggers.create(op.get_bind())
    _take_out(op.get_bind())


def _take_out(tx: Connection) -> None:
    version = sa.table("workflow_version", sa.column("id"), sa.column("body", sa.Text))
    case = sa.table("case", sa.column("id"), sa.column("definition_id"), sa.column("facts", Json))
    for one in tx.execute(sa.select(version)).all():
        places = list(_places(json.loads(one.body) if one.body.startswith("{") else {}))
        rows = tx.execute(sa.select(case).where(case.c.definition_id == one.id)).all() if places else ()
        for row in rows:
            facts = dict(row.facts)
            for store, question, appends in places:
                facts[store] = _without(facts.get(store) or {}, question, appends=appends)
            facts = {name: said for name, said in facts.items() if said or name in row.facts}
            if facts != row.facts:
                tx.execute(case.update().where(case.c.id == row.id).values(facts=facts))


def _places(found: Any) -> Iterator[tuple[str, str, bool]]:
    """Store and question of every act by which an expert declares interests case by case; whether it appends."""
    if isinstance(found, list):
        for one in found:
            yield from _places(one)
    elif isinstance(found, dict):
        if any(isinstance(call, dict) and call.get("name") == "declare_interest" for call in found.get("then") or ()):
            for name, question in (found.get("asks") or {}).items():
                if question.get("type") == "members":
                    yield found.get("store") or found["id"], name, bool(found.get("appends"))
        for one in found.values():
            yield from _places(one)


def _without(stored: dict[str, Any], question: str, *, appends: bool) -> dict[str, Any]:
    if appends:
        return {entry: _without(said, question, appends=False) for entry, said in stored.items()}
    return {name: said for name, said in stored.items() if name != question}


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
