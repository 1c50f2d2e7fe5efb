"""Letters with sealed blocks, their issuer and formal date; archives of a round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of letters and the table of archives."""
    op.add_column("letter", sa.Column("sealed", sa.Text(), nullable=True))
    op.add_column("letter", sa.Column("organisation_id", Id, nullable=True))
    op.add_column("letter", sa.Column("formal_date", sa.Date(), nullable=True))
    op.create_table(
        "bundle",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("file_id", Id, nullable=True),
        sa.Column("made_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'ready', 'gone')", name=op.f("ck_bundle_status")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_bundle_asked_by")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_bundle_authority_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bundle_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_bundle_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
    )
    op.create_index("ix_bundle_round", "bundle", ["round_id"], unique=False)
    op.create_index(
        "ux_bundle_waiting",
        "bundle",
        ["round_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
