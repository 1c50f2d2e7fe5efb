"""Rows of what runs beside a case: ballots, links between cases, letters served, supervision, circulation."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, UtcTime, metadata

ballot_box = sa.Table(
    "ballot_box",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("duty", sa.Text, nullable=False),
    sa.Column("yes", sa.Integer, nullable=False),
    sa.Column("no", sa.Integer, nullable=False),
    sa.Column("abstained", sa.Integer, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Index("ix_ballot_box_case", "case_id", "duty"),
)
"""The sums of a secret vote; who voted stands in its tasks, what anybody voted stands nowhere."""

link = sa.Table(
    "link",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("from_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("to_id", Id, sa.ForeignKey("case.id"), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("about", Id),
    sa.Column("cause", Id),
    sa.Index("ix_link_from", "from_id", "name"),
    sa.Index("ix_link_about", "from_id", "name", "about", "cause", unique=True),
)
"""A case that an act on another one opened; ``entry`` is that act in the journal of the first. Where it is about an entry
of a register because of another one, ``about`` and ``cause`` are these: of the same two there is one case."""

service = sa.Table(
    "service",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("letter_id", Id, sa.ForeignKey("letter.id"), nullable=False),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("done_on", sa.Date, nullable=False),
    sa.Column("served_on", sa.Date, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("file_id", Id),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_service_letter", "letter_id"),
)
"""One attempt recorded of serving a letter. ``done_on`` is the day of the act, ``served_on`` the day on which the letter
counts as served; receiver and remarks are sealed."""

supervision = sa.Table(
    "supervision",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("by_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("answers", sa.Integer, nullable=False),
    sa.Column("answered_at", UtcTime),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.Column("closing_entry", sa.Integer),
    sa.CheckConstraint("status IN ('open', 'closed')", name="status"),
    sa.Index("ix_supervision_case", "case_id"),
    sa.Index("ix_supervision_organisation", "organisation_id", "status"),
    sa.Index("ix_supervision_by", "by_id", "status"),
)
"""What a higher office (``by_id``, in ``role``) demands of one below it. The words are kept with the journal entries."""

circulation = sa.Table(
    "circulation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("sent_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("sent_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.CheckConstraint("status IN ('waiting', 'read', 'withdrawn')", name="status"),
    sa.Index("ix_circulation_case", "case_id"),
    sa.Index("ix_circulation_person", "person_id", "status"),
)
"""A case passed to one colleague to read; ``closed_at`` is when it was read, or withdrawn."""
