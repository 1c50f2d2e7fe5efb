"""The rows of a case: where it stands, what is owed, by when, and what it holds."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata

workflow_version = sa.Table(
    "workflow_version",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("published_at", UtcTime, nullable=False),
    sa.UniqueConstraint("workflow", "version"),
)

round_ = sa.Table(
    "round",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("title", Json, nullable=False),
    sa.Column("workflows", Json, nullable=False),
    sa.Column("opens_at", UtcTime, nullable=False),
    sa.Column("closes_at", UtcTime, nullable=False),
    sa.Column("priority_classes", Json, nullable=False),
    sa.Column("notice", sa.Text),
    sa.Column("contact", Json),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("authority_id", "code"),
)

round_deadline = sa.Table(
    "round_deadline",
    metadata,
    sa.Column("round_id", Id, sa.ForeignKey("round.id"), primary_key=True),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), primary_key=True),
    sa.Column("closes_at", UtcTime, nullable=False),
)

_COUNTED = (
    "workflow", "state", "prefecture_id", "definition_id", "round_id", "authority_id", "shared", "organisation_id",
)  # fmt: skip
"""All that cases are counted by and shown by, in the order of the groups: counting them reads one index."""

case = sa.Table(
    "case",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number", sa.Text, unique=True),
    sa.Column("receipt_code", sa.Text, nullable=False, unique=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("definition_id", Id, sa.ForeignKey("workflow_version.id"), nullable=False),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("round_id", Id, sa.ForeignKey("round.id")),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("prefecture_id", Id, sa.ForeignKey("organisation.id")),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("origin", sa.Text),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("final", sa.Boolean, nullable=False),
    sa.Column("listed", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("last_hash", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("title_key", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("unlocked", Json, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("moved_at", UtcTime, nullable=False),
    sa.Column("carried_from", Id),
    sa.Index(
        "ix_case_desk",
        "prefecture_id",
        "due_on",
        sqlite_where=sa.text("NOT final"),
        postgresql_where=sa.text("NOT final"),
    ),
    sa.Index(
        "ix_case_province",
        "authority_id",
        "due_on",
        sqlite_where=sa.text("NOT final"),
        postgresql_where=sa.text("NOT final"),
    ),
    sa.Index("ix_case_own", "organisation_id"),
    sa.Index("ix_case_prefecture_moved", "prefecture_id", "moved_at"),
    sa.Index("ix_case_authority_moved", "authority_id", "moved_at"),
    sa.Index("ix_case_counts", *_COUNTED),
    sa.Index("ix_case_listed", "authority_id", "listed"),
)
"""``facts`` are the answers of acts that later steps read (``{"intake": {"product_class": …}}``), never personal.
``seq`` and ``last_hash`` are the head of the journal; ``due_on`` is the earliest open deadline; ``carried_from`` is
the case of an earlier round whose dossier this one began with."""

revision = sa.Table(
    "dossier_revision",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("body", Json, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", Id),
)
"""Immutable. ``body`` is ``{section: {field: value}}`` with salted hashes where a value is personal."""

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("saved_at", UtcTime, nullable=False),
    sa.Column("saved_by", Id, nullable=False),
    sa.UniqueConstraint("case_id", "part", "owner"),
)
"""What is being typed. ``part`` is ``dossier.<section>`` (owner ``organisation:<id>``) or ``act.<action>``
(owner ``person:<id>``)."""

task = sa.Table(
    "task",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id")),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id")),
    sa.Column("parent_id", Id, sa.ForeignKey("task.id")),
    sa.Column("due_on", sa.Date),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.Column("entry", sa.Integer),
    sa.CheckConstraint("status IN ('open', 'done', 'void')", name="status"),
    sa.Index("ix_task_case", "case_id", "status"),
    sa.Index(
        "ix_task_desk",
        "organisation_id",
        "role",
        "due_on",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    ),
    sa.Index(
        "ix_task_person",
        "person_id",
        "due_on",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    ),
)
"""What somebody owes. ``kind`` is ``state:<id>``, ``duty:<id>``, ``sign:<action>``, ``panel:<id>``; ``entry`` the
journal entry of the act that asked for it, where one did. A person beside an organisation took it on there."""

deadline = sa.Table(
    "deadline",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("task_id", Id, sa.ForeignKey("task.id")),
    sa.Column("clock", sa.Text, nullable=False),
    sa.Column("started_on", sa.Date, nullable=False),
    sa.Column("limit", sa.Text, nullable=False),
    sa.Column("not_after", sa.Date),
    sa.Column("pauses", Json, nullable=False),
    sa.Column("paused_since", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("ledger", Json, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.Column("extended_to", sa.Date),
    sa.CheckConstraint("status IN ('running', 'paused', 'met', 'breached', 'void')", name="status"),
    sa.Index("ix_deadline_case", "case_id", "status"),
    sa.Index("ix_deadline_open", "status", "due_on"),
)

involvement = sa.Table(
    "involvement",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("until", UtcTime),
    sa.UniqueConstraint("case_id", "organisation_id", "role"),
    sa.Index("ix_involvement_organisation", "organisation_id"),
)
"""An organisation that was given a part in a case: an agent, a branch asked for its opinion, an office in copy."""

reply = sa.Table(
    "reply",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("duty", sa.Text, nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("task_id", Id, sa.ForeignKey("task.id"), nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("stands_for", sa.String(64)),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("status IN ('given', 'void')", name="status"),
    sa.Index("ix_reply_case", "case_id", "duty"),
)
"""What an organisation answered to a duty, and the hash of what it stands for; void once that has changed."""

timer = sa.Table(
    "timer",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("deadline_id", Id, sa.ForeignKey("deadline.id")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("fired_at", UtcTime),
    sa.CheckConstraint("status IN ('waiting', 'fired', 'void')", name="status"),
    sa.Index(
        "ix_timer_due",
        "due_at",
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    ),
    sa.Index("ix_timer_case", "case_id"),
)
"""``kind`` is ``warn``, ``breach``, ``act:<action>``, ``register:<entry>`` at the end of its validity or ``register_ends:<entry>`` before it,
``listed:<register>`` where an entry of the applicant there has changed, ``undo`` where the basis of the case is gone."""

proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("proposed_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("organisation_id", Id, nullable=False),
    sa.Column("signers", Json, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.CheckConstraint("status IN ('signing', 'signed', 'sent_back', 'void')", name="status"),
    sa.Index("ix_proposal_case", "case_id", "status"),
)
"""An act that waits for signatures; its answers are sealed until it takes effect."""

signature = sa.Table(
    "signature",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("proposal_id", Id, sa.ForeignKey("proposal.id"), nullable=False, index=True),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("opinion", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("for_person_id", Id),
)
"""``for_person_id`` was away; ``person_id`` signed in that person's place."""

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("message", Json, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("answered_by", Id),
    sa.Column("raised_at", UtcTime, nullable=False),
    sa.Column("answered_at", UtcTime),
    sa.CheckConstraint("status IN ('open', 'answered', 'gone')", name="status"),
    sa.UniqueConstraint("case_id", "key"),
)
"""What a warning or the recomputation found. It does not refuse; it must be answered."""

quota_counter = sa.Table(
    "quota_counter",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("quota", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("limit", sa.Integer, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("blocks", sa.Boolean, nullable=False),
    sa.UniqueConstraint("authority_id", "quota", "key"),
    sa.CheckConstraint("used >= 0", name="not_negative"),
    sa.CheckConstraint('NOT blocks OR used <= "limit"', name="not_oversold"),
)

quota_entry = sa.Table(
    "quota_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("counter_id", Id, sa.ForeignKey("quota_counter.id"), nullable=False, index=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "counter_id"),
    sa.CheckConstraint("status IN ('held', 'committed', 'released')", name="status"),
)

quota_setting = sa.Table(
    "quota_setting",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("quota", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("limit", sa.Integer),
    sa.Column("across", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("set_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
"""Each setting with its reason; the newest counts. An empty ``key`` is the default of all counters."""

serial = sa.Table(
    "serial",
    metadata,
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("host_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.UniqueConstraint("host_id", "case_id"),
    sa.CheckConstraint("status IN ('in', 'out', 'done')", name="status"),
    sa.Index("ix_member_case", "case_id"),
)
"""A case inside a procedure over many cases; ``data`` is what that procedure said of it."""
