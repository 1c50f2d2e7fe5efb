"""The rows of panels: who sits, what each declared of an own interest, and the scores."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata

seat = sa.Table(
    "seat",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("reserve", sa.Boolean, nullable=False),
    sa.Column("chair", sa.Boolean, nullable=False),
    sa.Column("pledged_at", UtcTime),
    sa.Column("status", sa.Text, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "person_id"),
    sa.CheckConstraint("status IN ('seated', 'left')", name="status"),
    sa.Index("ix_seat_person", "person_id"),
)

interest = sa.Table(
    "interest",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("conflict", sa.Boolean, nullable=False),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "member_case_id", "person_id"),
)
"""What a person declared of an own interest in a case (experts: per member; officers: ``case_id`` itself)."""

score = sa.Table(
    "score",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("marks", Json, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("opinion", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "member_case_id", "person_id"),
)
"""``marks`` is ``{criterion: {"mark": int, "reason": text}}``; ``total`` their sum."""
