"""Parts given to organisations, replies and what they stand for, extended clocks, cases carried over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns of the side roads."""
    op.create_table(
        "involvement",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_involvement_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_involvement_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_involvement")),
        sa.UniqueConstraint(
            "case_id", "organisation_id", "role", name=op.f("uq_involvement_case_id_organisation_id_role")
        ),
    )
    op.create_index("ix_involvement_organisation", "involvement", ["organisation_id"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("stands_for", sa.String(length=64), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("status IN ('given', 'void')", name=op.f("ck_reply_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_reply_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_reply_organisation_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_reply_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    op.create_index("ix_reply_case", "reply", ["case_id", "duty"], unique=False)
    op.add_column("task", sa.Column("entry", sa.Integer(), nullable=True))
    op.add_column("deadline", sa.Column("extended_to", sa.Date(), nullable=True))
    op.add_column("case", sa.Column("carried_from", Id, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
