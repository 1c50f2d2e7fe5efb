"""The first tables, and the triggers that keep the journal."""

from __future__ import annotations

from alembic import op

from caseflow.db import metadata
from caseflow.records import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table that the models name."""
    bind = op.get_bind()
    metadata.create_all(bind)
    triggers.create(bind)


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first migration.")
