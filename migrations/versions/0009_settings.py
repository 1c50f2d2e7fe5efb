"""Parameters set by an office, and who confirmed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, UtcTime
from caseflow.records import triggers

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, with the triggers that keep what was set."""
    op.create_table(
        "parameter_setting",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("set_by", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_parameter_setting_authority_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_parameter_setting_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_setting")),
        sa.UniqueConstraint("request_key", name=op.f("uq_parameter_setting_request_key")),
    )
    op.create_index("ix_parameter_setting_workflow", "parameter_setting", ["authority_id", "workflow"], unique=False)
    op.create_table(
        "parameter_reason",
        sa.Column("setting_id", Id, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["setting_id"], ["parameter_setting.id"], name=op.f("fk_parameter_reason_setting_id")),
        sa.PrimaryKeyConstraint("setting_id", name=op.f("pk_parameter_reason")),
    )
    op.create_table(
        "parameter_confirmation",
        sa.Column("setting_id", Id, autoincrement=False, nullable=False),
        sa.Column("confirmed_by", Id, nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_parameter_confirmation_confirmed_by")),
        sa.ForeignKeyConstraint(
            ["setting_id"], ["parameter_setting.id"], name=op.f("fk_parameter_confirmation_setting_id")
        ),
        sa.PrimaryKeyConstraint("setting_id", name=op.f("pk_parameter_confirmation")),
    )
    triggers.create(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
