"""Registers: entries and what happened to them, how each stands now, and what they are searched by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, Json, UtcTime
from caseflow.records import triggers

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, with the triggers that keep entries and events as they are."""
    op.create_table(
        "register_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_register_entry_authority_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_register_entry_case_id")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["workflow_version.id"], name=op.f("fk_register_entry_definition_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_register_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint(
            "authority_id", "register", "number", name=op.f("uq_register_entry_authority_id_register_number")
        ),
    )
    op.create_index("ix_register_entry_case", "register_entry", ["case_id", "register"], unique=False)
    op.create_table(
        "register_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "kind IN ('issued', 'suspended', 'restored', 'revoked', 'withdrawn', 'expired', 'superseded', 'corrected')",
            name=op.f("ck_register_event_kind"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name=op.f("fk_register_event_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_event")),
        sa.UniqueConstraint("entry_id", "seq", name=op.f("uq_register_event_entry_id_seq")),
    )
    op.create_table(
        "register_standing",
        sa.Column("entry_id", Id, autoincrement=False, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("prefecture_id", Id, nullable=True),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("called_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("shown_until", sa.Date(), nullable=True),
        sa.Column("values", Json(), nullable=False),
        sa.Column("open_text", sa.Text(), nullable=False),
        sa.Column("whole_text", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "status IN ('valid', 'suspended', 'revoked', 'expired', 'withdrawn', 'superseded')",
            name=op.f("ck_register_standing_status"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name=op.f("fk_register_standing_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_register_standing")),
    )
    for name, columns in (
        ("issued", ["authority_id", "register", "issued_on"]),
        ("called", ["authority_id", "register", "called_key"]),
        ("number", ["number_key"]),
        ("organisation", ["organisation_id", "register"]),
    ):
        op.create_index(f"ix_register_standing_{name}", "register_standing", columns, unique=False)
    op.create_table(
        "register_gram",
        sa.Column("gram", sa.Text(), nullable=False),
        sa.Column("entry_id", Id, autoincrement=False, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name=op.f("fk_register_gram_entry_id")),
        sa.PrimaryKeyConstraint("gram", "entry_id", name=op.f("pk_register_gram")),
    )
    op.create_index("ix_register_gram_entry", "register_gram", ["entry_id"], unique=False)
    triggers.create(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
