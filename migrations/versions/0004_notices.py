"""Notices: read marks of each person, kinds, ways of delivery and their state, what each person wishes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MARK_OWN = """
INSERT INTO inbox_read (person_id, message_id, read_at)
SELECT person_id, id, read_at FROM inbox_message WHERE read_at IS NOT NULL AND person_id IS NOT NULL
"""
# A mark on a message to a role was one for all: it stays one for each who holds the role now.
_MARK_SHARED = """
INSERT INTO inbox_read (person_id, message_id, read_at)
SELECT DISTINCT m.person_id, i.id, i.read_at
FROM inbox_message i
JOIN membership m ON m.organisation_id = i.organisation_id AND (i.role IS NULL OR m.role = i.role)
WHERE i.read_at IS NOT NULL AND i.person_id IS NULL AND m.until IS NULL
"""


def upgrade() -> None:
    """Add the tables and columns; nothing that was posted before is mailed afterwards."""
    op.add_column("outbox", sa.Column("person_id", Id, nullable=True))
    op.add_column("outbox", sa.Column("via", sa.Text(), nullable=True))
    op.add_column("inbox_message", sa.Column("kind", sa.Text(), nullable=False, server_default="notice"))
    op.add_column("inbox_message", sa.Column("legal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("inbox_message", sa.Column("once", sa.Text(), nullable=True))
    op.add_column("inbox_message", sa.Column("handed_at", UtcTime(), nullable=True))
    op.create_table(
        "inbox_read",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("message_id", Id, autoincrement=False, nullable=False),
        sa.Column("read_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["inbox_message.id"], name=op.f("fk_inbox_read_message_id")),
        sa.PrimaryKeyConstraint("person_id", "message_id", name=op.f("pk_inbox_read")),
    )
    op.execute(_MARK_OWN)
    op.execute(_MARK_SHARED)
    op.execute("UPDATE inbox_message SET handed_at = created_at")
    op.drop_column("inbox_message", "read_at")
    op.create_table(
        "inbox_seen",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("up_to", Id, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_inbox_seen")),
    )
    op.drop_index("ix_inbox_message_organisation_id_role", table_name="inbox_message")
    op.create_index("ix_inbox_message_role", "inbox_message", ["organisation_id", "role", "id"], unique=False)
    op.create_index("ix_inbox_message_once", "inbox_message", ["once"], unique=True)
    op.create_index(
        "ix_inbox_message_to_hand",
        "inbox_message",
        ["id"],
        unique=False,
        sqlite_where=sa.text("handed_at IS NULL"),
        postgresql_where=sa.text("handed_at IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("message_id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("errand_id", Id, nullable=True),
        sa.CheckConstraint("way IN ('mail', 'digest', 'inbox', 'read', 'no_address')", name=op.f("ck_delivery_way")),
        sa.ForeignKeyConstraint(["errand_id"], ["outbox.id"], name=op.f("fk_delivery_errand_id")),
        sa.ForeignKeyConstraint(["message_id"], ["inbox_message.id"], name=op.f("fk_delivery_message_id")),
        sa.PrimaryKeyConstraint("message_id", "person_id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_errand", "delivery", ["errand_id"], unique=False)
    op.create_index(
        "ix_delivery_to_gather",
        "delivery",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("way = 'digest' AND errand_id IS NULL"),
        postgresql_where=sa.text("way = 'digest' AND errand_id IS NULL"),
    )
    op.create_table(
        "notice_choice",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('mail', 'digest', 'inbox')", name=op.f("ck_notice_choice_way")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_choice")),
    )


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
