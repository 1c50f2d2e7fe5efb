"""The rows of panels: who was drawn and how, who sits, own interests, and the sheets by which cases are scored."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, Json, UtcTime, metadata

draw = sa.Table(
    "draw",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "number"),
)
"""A draw of a panel; the newest counts. ``sealed`` is its secret until the draw has been made."""

draw_step = sa.Table(
    "draw_step",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("draw_id", Id, sa.ForeignKey("draw.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("person_id", Id),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("draw_id", "seq"),
    sa.CheckConstraint("kind IN ('committed', 'frozen', 'drawn', 'departed', 'signed')", name="kind"),
)
"""Append-only: what anybody needs to draw again. ``body`` names experts by number, never by name."""

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
    sa.Column("answer", sa.Text),
    sa.Column("answered_at", UtcTime),
    sa.Column("left_why", sa.Text),
    sa.UniqueConstraint("case_id", "panel", "person_id"),
    sa.CheckConstraint("status IN ('seated', 'left')", name="status"),
    sa.Index("ix_seat_person", "person_id"),
)
"""``answer`` to the invitation is ``accepted`` or ``declined``; ``left_why`` is ``declined``, ``recused``, ``absent`` or
``replaced``."""

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

assignment = sa.Table(
    "assignment",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("why", Json, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "member_case_id", "person_id"),
    sa.CheckConstraint("status IN ('in', 'out')", name="status"),
    sa.Index("ix_assignment_person", "person_id", "case_id"),
)
"""Who scores what, where not everybody on a panel scores every case; ``why`` are the reasons, in figures."""

sheet = sa.Table(
    "sheet",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("phase", sa.Text, nullable=False),
    sa.Column("marks", Json, nullable=False),
    sa.Column("abstained", sa.Boolean, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "member_case_id", "person_id", "version"),
    sa.CheckConstraint("phase IN ('own', 'discussion')", name="phase"),
)
"""Versions are only added, and the journal keeps the hash of each; the newest counts. ``marks`` is
``{criterion: mark}``, empty where the expert abstained;
``sealed`` are the words: ``{"reasons": {criterion: text}, "opinion": text, "why": text}``, ``why`` of abstaining, or of a
change in the discussion."""

sheet_draft = sa.Table(
    "sheet_draft",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "member_case_id", "person_id", "version"),
)
"""What an expert has typed and not given in yet; no version is written over."""

page_note = sa.Table(
    "page_note",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("file_id", Id, nullable=False),
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("removed_at", UtcTime),
    sa.Index("ix_page_note_person", "case_id", "member_case_id", "person_id"),
)
"""A note that an expert pinned to a page of a file; nobody else reads it."""

remark = sa.Table(
    "remark",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("member_case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("to_person_id", Id),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("kind IN ('remark', 'question', 'answer', 'opinion')", name="kind"),
    sa.Index("ix_remark_case", "case_id", "member_case_id"),
)
"""What was said of a case in the discussion, only added to; a question goes to one expert, and is answered by that one.
The newest ``opinion`` is the panel's."""

panel_result = sa.Table(
    "panel_result",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("person_id", Id),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "number"),
)
"""Append-only: what was worked out of which sheets by which rule, as canonical JSON; the newest counts."""

panel_signature = sa.Table(
    "panel_signature",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("stands_for", sa.String(64), nullable=False),
    sa.Column("dissents", sa.Boolean, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("noted_by", Id),
    sa.Column("at", UtcTime, nullable=False),
    sa.UniqueConstraint("case_id", "panel", "person_id", "stands_for"),
)
"""An expert's signature under the opinion of the panel; once what it stands for changes it counts no more.
``sealed`` is the dissent, by member. With ``noted_by`` it is no signature: an officer noted why there is none."""

fee = sa.Table(
    "fee",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("case.id"), nullable=False),
    sa.Column("panel", sa.Text, nullable=False),
    sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("fen", sa.Integer, nullable=False),
    sa.Column("sheets", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("sealed", sa.Text),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),
    sa.Column("paid_on", sa.Date),
    sa.UniqueConstraint("case_id", "panel", "person_id"),
    sa.CheckConstraint("status IN ('settled', 'confirmed', 'paid')", name="status"),
)
"""What an expert is paid for a meeting, in fen; ``sealed`` is the bank account as the expert confirmed it."""
