"""What an office keeps of its rounds besides the rounds themselves."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, UtcTime, metadata

round_change = sa.Table(
    "round_change",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("round_id", Id, sa.ForeignKey("round.id"), nullable=False, index=True),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id")),
    sa.Column("was", UtcTime),
    sa.Column("closes_at", UtcTime, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("by", Id, sa.ForeignKey("person.id"), nullable=False),
)
"""Every closing time that was set after a round began, with its notice and reason. ``organisation_id`` is the bureau
whose own closing time it is; none for the round itself."""
