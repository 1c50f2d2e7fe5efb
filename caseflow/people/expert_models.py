"""The rows of the expert pool: what is known of each expert, the ties each has, and how the entry came about."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata

STATUSES = ("invited", "active", "paused", "left")
TIES = ("employer", "adviser", "project", "shares", "kin", "filed")
CREDITS = ("good", "warned", "barred")

expert = sa.Table(
    "expert",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("fields", Json, nullable=False),
    sa.Column("classes", Json, nullable=False),
    sa.Column("region", sa.Text),
    sa.Column("employer_id", Id, sa.ForeignKey("organisation.id")),
    sa.Column("employer_name", sa.Text, nullable=False),
    sa.Column("employer_code", sa.Text),
    sa.Column("official", sa.Boolean, nullable=False),
    sa.Column("rank", sa.Text, nullable=False),
    sa.Column("trained_until", sa.Date),
    sa.Column("credit", sa.Text, nullable=False),
    sa.Column("most", sa.Integer),
    sa.Column("away", Json, nullable=False),
    sa.Column("identity_hash", sa.Text),
    sa.Column("sealed", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("invited_at", UtcTime, nullable=False),
    sa.Column("declared_at", UtcTime),
    sa.Column("left_at", UtcTime),
    sa.CheckConstraint("status IN ('invited', 'active', 'paused', 'left')", name="status"),
    sa.CheckConstraint("credit IN ('good', 'warned', 'barred')", name="credit"),
    sa.UniqueConstraint("authority_id", "identity_hash"),
    sa.Index("ix_expert_pool", "authority_id", "status"),
)
"""``fields`` and ``classes`` are codes of the reference data, ``region`` a division; ``rank`` is the professional title
(职称); ``away`` is ``[[first day, last day], …]``. ``sealed`` holds identity number and bank account; ``identity_hash``
is the keyed hash of the number, by which one person is known under two accounts."""

expert_tie = sa.Table(
    "expert_tie",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("expert_id", Id, sa.ForeignKey("expert.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("credit_code", sa.Text),
    sa.Column("since", sa.Date),
    sa.Column("until", sa.Date),
    sa.Column("sealed", sa.Text),
    sa.Column("said_by", sa.Text, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.CheckConstraint("kind IN ('employer', 'adviser', 'project', 'shares', 'kin', 'filed')", name="kind"),
    sa.CheckConstraint("said_by IN ('expert', 'office')", name="said_by"),
)
"""To which organisation an expert has what tie; ``sealed`` is the remark. A tie that was wrong ends, and is kept."""

expert_event = sa.Table(
    "expert_event",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("expert_id", Id, sa.ForeignKey("expert.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id),
    sa.Column("detail", Json, nullable=False),
)
"""Append-only: what happened to an entry of the pool, in codes (never what personal values were)."""

expert_identity = sa.Table(
    "expert_identity",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("left_id", Id, sa.ForeignKey("expert.id"), nullable=False),
    sa.Column("right_id", Id, sa.ForeignKey("expert.id"), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("sealed", sa.Text),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("found IN ('same', 'different')", name="found"),
    sa.CheckConstraint("left_id < right_id", name="ordered"),
    sa.UniqueConstraint("left_id", "right_id", "number"),
)
"""What officers found of two entries that may be one person; the highest number of a pair counts. ``sealed`` is the
reason, which goes when one of the two has the personal data erased; what was found stays."""

organisation_identity = sa.Table(
    "organisation_identity",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("left_key", sa.Text, nullable=False),
    sa.Column("right_key", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("found IN ('same', 'different')", name="found"),
    sa.CheckConstraint("left_key <> right_key", name="two"),
    sa.UniqueConstraint("authority_id", "left_key", "right_key", "number"),
)
"""Append-only: what officers found of two rows that may be one organisation. A key is ``o`` and the number of a
registered organisation, or ``n`` with code and name as an expert wrote them; the highest number of a pair counts."""
