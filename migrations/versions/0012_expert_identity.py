"""What officers found of two entries of the expert pool that may be one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "expert_identity",
        sa.Column("id", Id, nullable=False),
        sa.Column("left_id", Id, nullable=False),
        sa.Column("right_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("found IN ('same', 'different')", name=op.f("ck_expert_identity_found")),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_expert_identity_ordered")),
        sa.ForeignKeyConstraint(["left_id"], ["expert.id"], name=op.f("fk_expert_identity_left_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expert_identity_person_id")),
        sa.ForeignKeyConstraint(["right_id"], ["expert.id"], name=op.f("fk_expert_identity_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_identity")),
        sa.UniqueConstraint("left_id", "right_id", "number", name=op.f("uq_expert_identity_left_id_right_id_number")),
    )
    op.create_index(op.f("ix_expert_identity_right_id"), "expert_identity", ["right_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
