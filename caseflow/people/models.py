"""Who is who: authorities, organisations, persons, their memberships and sessions, and what was done to accounts."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata

ORGANISATION_KINDS = ("authority", "department", "bureau", "branch", "enterprise", "institution", "pool", "body")
"""Engine words: the office itself, a related department, a municipal bureau and its branch, a company,
a public institution, a pool of experts, a certification or service body."""
OFFICES = ORGANISATION_KINDS[:4]
"""The kinds that are offices."""

authority = sa.Table(
    "authority",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", Json, nullable=False),
)

organisation = sa.Table(
    "organisation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("parent_id", Id, sa.ForeignKey("organisation.id"), index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("code", sa.Text, unique=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False, server_default=""),
    sa.Column("sort_key", sa.Text, nullable=False),
    sa.Column("credit_code", sa.Text, unique=True),
    sa.Column("division", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("prefecture_id", Id, sa.ForeignKey("organisation.id"), index=True),
    sa.Column("data", Json, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.CheckConstraint("kind IN ('" + "', '".join(ORGANISATION_KINDS) + "')", name="kind"),
    sa.CheckConstraint("status IN ('pending', 'active', 'refused', 'closed')", name="status"),
    sa.Index(None, "authority_id", "sort_key"),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False, index=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sort_key", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("password_temporary", sa.Boolean, nullable=False),
    sa.Column("second_factor", sa.Text),
    sa.Column("second_factor_required", sa.Boolean, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.CheckConstraint("status IN ('active', 'locked', 'closed')", name="status"),
)
"""``second_factor``, ``email`` and ``phone`` are sealed texts; ``last_step`` is the last step whose code was used."""

membership = sa.Table(
    "membership",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("until", UtcTime),
    sa.Column("granted_by", Id, sa.ForeignKey("person.id")),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id")),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("idle_seconds", sa.Integer, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("second_factor_done", sa.Boolean, nullable=False),
    sa.Column("revoked_at", UtcTime),
)
"""``organisation_id`` is the organisation for which the person acts at present."""

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Column("blocked_until", UtcTime, nullable=False, index=True),
)

registration = sa.Table(
    "registration",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False, index=True),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("licence_file_id", Id),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("decided_by", Id, sa.ForeignKey("person.id")),
    sa.Column("decided_at", UtcTime),
    sa.Column("reason", sa.Text),
    sa.CheckConstraint("kind IN ('organisation', 'joining')", name="kind"),
    sa.CheckConstraint("status IN ('pending', 'approved', 'refused')", name="status"),
)
"""A request for a new organisation, or of a further person to join one that is registered already."""

security_log = sa.Table(
    "security_log",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), index=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("by_person_id", Id),
    sa.Column("about_person_id", Id, index=True),
    sa.Column("organisation_id", Id),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("succeeded", sa.Boolean, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("detail", Json, nullable=False),
)
"""Append-only. An attempt on a login that does not exist has neither an authority nor a person."""
