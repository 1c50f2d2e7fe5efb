"""The rows of registers: entries and what happened to them, both appended only; and how each entry stands now."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata
from caseflow.workflow.registers import STATUSES

KINDS = ("issued", "suspended", "restored", "revoked", "withdrawn", "expired", "superseded", "corrected")

register_entry = sa.Table(
    "register_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("register", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("definition_id", Id, sa.ForeignKey("workflow_version.id"), nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("authority_id", "register", "number"),
    sa.Index("ix_register_entry_case", "case_id", "register"),
)

register_event = sa.Table(
    "register_event",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("entry_id", Id, sa.ForeignKey("register_entry.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("case_id", Id, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("request_key", sa.Text, nullable=False),
    sa.Column("person_id", Id),
    sa.Column("body", Json, nullable=False),
    sa.Column("sealed", sa.Text),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("entry_id", "seq"),
    sa.CheckConstraint("kind IN ('" + "', '".join(KINDS) + "')", name="kind"),
)
"""What happened to an entry, by which act of which case. ``body`` is the whole entry as it stands from then on (never
anything personal); ``sealed`` the salted hash of the reason, whose text lies with the personal values of the case and
goes with them; each event is bound to the one before by its hash."""

register_standing = sa.Table(
    "register_standing",
    metadata,
    sa.Column("entry_id", Id, sa.ForeignKey("register_entry.id"), primary_key=True, autoincrement=False),
    sa.Column("authority_id", Id, nullable=False),
    sa.Column("register", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("number_key", sa.Text, nullable=False),
    sa.Column("case_id", Id, nullable=False),
    sa.Column("definition_id", Id, nullable=False),
    sa.Column("organisation_id", Id, nullable=False),
    sa.Column("prefecture_id", Id),
    sa.Column("called", sa.Text, nullable=False),
    sa.Column("called_key", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Column("shown_until", sa.Date),
    sa.Column("values", Json, nullable=False),
    sa.Column("open_text", sa.Text, nullable=False),
    sa.Column("whole_text", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("last_hash", sa.String(64), nullable=False),
    sa.CheckConstraint("status IN ('" + "', '".join(STATUSES) + "')", name="status"),
    sa.Index("ix_register_standing_issued", "authority_id", "register", "issued_on"),
    sa.Index("ix_register_standing_called", "authority_id", "register", "called_key"),
    sa.Index("ix_register_standing_number", "number_key"),
    sa.Index("ix_register_standing_organisation", "organisation_id", "register"),
)
"""How an entry stands now, derived from its events; ``seq`` and ``last_hash`` are the head of their chain. What the
public may search stands in ``open_text``, everything in ``whole_text``."""

register_gram = sa.Table(
    "register_gram",
    metadata,
    sa.Column("gram", sa.Text, primary_key=True),
    sa.Column("entry_id", Id, sa.ForeignKey("register_entry.id"), primary_key=True, autoincrement=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Index("ix_register_gram_entry", "entry_id"),
)
"""The pairs of neighbouring characters in an entry, so that two characters are found among very many."""
