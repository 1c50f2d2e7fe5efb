"""Who is away, and who stands in."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, UtcTime, metadata

absence = sa.Table(
    "absence",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("deputy_id", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("set_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.CheckConstraint("first_day <= last_day", name="days"),
)
"""A person away from one day to another, both included, with the colleague who stands in (AB岗)."""
