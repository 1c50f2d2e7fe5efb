"""What an office keeps of its rounds besides the rounds themselves."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata

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

round_rule = sa.Table(
    "round_rule",
    metadata,
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), primary_key=True),
    sa.Column("extension_signed_by", Json, nullable=False),
)
"""How an authority runs its rounds: the roles that sign an extension, one after the other; none: nobody but the
officer."""

round_extension = sa.Table(
    "round_extension",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("round_id", Id, sa.ForeignKey("round.id"), nullable=False),
    sa.Column("was", UtcTime, nullable=False),
    sa.Column("closes_at", UtcTime, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("proposed_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("proposed_at", UtcTime, nullable=False),
    sa.Column("signers", Json, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.CheckConstraint("status IN ('signing', 'signed', 'sent_back', 'void')", name="status"),
    sa.Index("ix_round_extension_round", "round_id"),
    sa.Index(
        "ux_round_extension_signing",
        "round_id",
        unique=True,
        sqlite_where=sa.text("status = 'signing'"),
        postgresql_where=sa.text("status = 'signing'"),
    ),
)
"""A later closing time that is proposed for a round, and how far its signatures have come; one at a time."""

round_signature = sa.Table(
    "round_signature",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("extension_id", Id, sa.ForeignKey("round_extension.id"), nullable=False, index=True),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("opinion", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("decision IN ('sign', 'send_back')", name="decision"),
)
"""A signature under a proposed extension, or the word with which it was sent back."""

bundle = sa.Table(
    "bundle",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("round_id", Id, sa.ForeignKey("round.id"), nullable=False),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("asked_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("papers", sa.Integer, nullable=False),
    sa.Column("file_id", Id),
    sa.Column("made_at", UtcTime),
    sa.CheckConstraint("status IN ('waiting', 'ready', 'gone')", name="status"),
    sa.Index("ix_bundle_round", "round_id"),
    sa.Index(
        "ux_bundle_waiting",
        "round_id",
        "organisation_id",
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    ),
)
"""All papers of a round in one archive, asked for by an officer and made by the worker; one at a time for an office.
``papers`` are the cases in it; once its days are over its file is gone and the row stays."""
