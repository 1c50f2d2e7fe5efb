"""Cases that are opened about an entry of a register because of another one: of the same two there is one case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two entries to the link; SQLite adds columns in place, so no trigger is lost."""
    op.add_column("link", sa.Column("about", Id))
    op.add_column("link", sa.Column("cause", Id))
    op.create_index("ix_link_about", "link", ["from_id", "name", "about", "cause"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
