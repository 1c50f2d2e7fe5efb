"""Extensions of rounds, proposed and signed; the roles that sign them. An index from which cases are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, Json, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of proposed extensions, and count cases from an index that holds all that is counted by."""
    op.drop_index("ix_case_round_state", table_name="case")
    op.create_index(
        "ix_case_counts",
        "case",
        [
            "workflow",
            "state",
            "prefecture_id",
            "definition_id",
            "round_id",
            "authority_id",
            "shared",
            "organisation_id",
        ],
        unique=False,
    )
    op.create_table(
        "round_rule",
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("extension_signed_by", Json(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_round_rule_authority_id")),
        sa.PrimaryKeyConstraint("authority_id", name=op.f("pk_round_rule")),
    )
    op.create_table(
        "round_extension",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("was", UtcTime(), nullable=False),
        sa.Column("closes_at", UtcTime(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", Id, nullable=False),
        sa.Column("proposed_at", UtcTime(), nullable=False),
        sa.Column("signers", Json(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('signing', 'signed', 'sent_back', 'void')", name=op.f("ck_round_extension_status")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_round_extension_proposed_by")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_extension_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_extension")),
    )
    op.create_index("ix_round_extension_round", "round_extension", ["round_id"], unique=False)
    op.create_index(
        "ux_round_extension_signing",
        "round_extension",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("status = 'signing'"),
        postgresql_where=sa.text("status = 'signing'"),
    )
    op.create_table(
        "round_signature",
        sa.Column("id", Id, nullable=False),
        sa.Column("extension_id", Id, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("decision IN ('sign', 'send_back')", name=op.f("ck_round_signature_decision")),
        sa.ForeignKeyConstraint(["extension_id"], ["round_extension.id"], name=op.f("fk_round_signature_extension_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_round_signature_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_signature")),
    )
    op.create_index(op.f("ix_round_signature_extension_id"), "round_signature", ["extension_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
