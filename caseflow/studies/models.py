"""Factor releases, stage schemes, studies and their frozen results, as rows."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow import db

factor_release = sa.Table(
    "factor_release",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    sa.Column("authority", sa.String(80), nullable=False),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("body", db.Json, nullable=False),
    sa.Column("published_on", sa.Date),
    sa.Column("stored_at", db.UtcTime, nullable=False),
)
"""A published factor release. Rows are never changed: another content is another name."""

stage_scheme = sa.Table(
    "stage_scheme",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    sa.Column("authority", sa.String(80), nullable=False),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("body", db.Json, nullable=False),
    sa.Column("stored_at", db.UtcTime, nullable=False),
)
"""A list of life-cycle stages. Rows are never changed."""

study = sa.Table(
    "study",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    # No foreign key: cases stand on a higher floor.
    sa.Column("case_id", db.Id, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("body", db.Json, nullable=False),
    sa.Column("created_at", db.UtcTime, nullable=False),
    sa.Column("created_by", db.Id),
    sa.UniqueConstraint("case_id", "revision"),
)
"""A revision of a case's study. Rows are never changed: an edit is the next revision."""

study_result = sa.Table(
    "study_result",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    sa.Column("study_id", db.Id, sa.ForeignKey("study.id"), nullable=False, index=True),
    sa.Column("case_id", db.Id, index=True),
    sa.Column("at", db.UtcTime, nullable=False),
    sa.Column("occasion", sa.String(80), nullable=False),
    sa.Column("release_hashes", db.Json, nullable=False),
    sa.Column("body", db.Json, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("declared", sa.Double),
    sa.Column("total", sa.Double, nullable=False),
    sa.Column("deviation", sa.Double),
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Column("rule", db.Json),
    sa.Column("input_hash", sa.String(64)),
    sa.Column("gate", sa.Text),
    sa.Column("run_id", db.Id),
)
"""What a study came to on an occasion: frozen with its lines, comparison and findings in ``body``; ``declared`` and
``total`` in kgCO2e per functional unit and ``deviation`` in percent repeat it for search. ``rule`` is what it was
judged by, ``gate`` what came of that (``passed``, ``blocked``), ``run_id`` the run over a new release that made it.
Rows are never changed."""

study_trace = sa.Table(
    "study_trace",
    db.metadata,
    sa.Column("case_id", db.Id, primary_key=True, autoincrement=False),
    sa.Column("study_id", db.Id, sa.ForeignKey("study.id"), nullable=False),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("dimension", sa.Text, nullable=False),
    sa.Column("amounts", sa.String(64), nullable=False),
    sa.Column("profile", db.Json, nullable=False),
    sa.Index("ix_study_trace_amounts", "amounts"),
    sa.Index("ix_study_trace_peers", "product_code", "dimension"),
)
"""By what other applications know the study that a case has filed last: a hash of its amounts, and in ``profile`` its
figures per base unit of the product. Written anew when the case files another study."""

study_evidence = sa.Table(
    "study_evidence",
    db.metadata,
    sa.Column("case_id", db.Id, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Index("ix_study_evidence_hash", "hash"),
)
"""The evidence that the filed study of a case names, as hashes."""

release_proposal = sa.Table(
    "release_proposal",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    sa.Column("authority_id", db.Id, nullable=False, index=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("body", db.Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("proposed_by", db.Id, nullable=False),
    sa.Column("proposed_at", db.UtcTime, nullable=False),
    sa.Column("decided_by", db.Id),
    sa.Column("decided_at", db.UtcTime),
    sa.CheckConstraint("status IN ('waiting', 'published', 'withdrawn')", name="status"),
    sa.CheckConstraint("status <> 'published' OR decided_by <> proposed_by", name="two_persons"),
)
"""A release that one officer has given in; another one publishes it."""

release_run = sa.Table(
    "release_run",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    sa.Column("authority_id", db.Id, nullable=False),
    sa.Column("release", sa.String(80), nullable=False),
    sa.Column("release_hash", sa.String(64), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("after_case", db.Id, nullable=False),
    sa.Column("studies", sa.Integer, nullable=False),
    sa.Column("started_by", db.Id),
    sa.Column("started_at", db.UtcTime, nullable=False),
    sa.Column("finished_at", db.UtcTime),
    sa.CheckConstraint("status IN ('waiting', 'done')", name="status"),
    sa.UniqueConstraint("authority_id", "release"),
)
"""All filed studies of an authority recomputed with a release. ``after_case``: how far it has come, by the ids of the
cases; ``studies``: so many were looked at. Asked for again, it goes through those that were filed since."""

release_change = sa.Table(
    "release_change",
    db.metadata,
    sa.Column("id", db.Id, primary_key=True),
    sa.Column("run_id", db.Id, sa.ForeignKey("release_run.id"), nullable=False),
    sa.Column("case_id", db.Id, nullable=False, index=True),
    sa.Column("study_id", db.Id, sa.ForeignKey("study.id"), nullable=False),
    sa.Column("result_id", db.Id, sa.ForeignKey("study_result.id"), nullable=False),
    sa.Column("before", sa.Double, nullable=False),
    sa.Column("after", sa.Double, nullable=False),
    sa.Column("percent", sa.Double),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("decided", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("word", sa.Text),
    sa.Column("done_by", db.Id),
    sa.Column("done_at", db.UtcTime),
    sa.CheckConstraint("level IN ('review', 'notify', 'note')", name="level"),
    sa.CheckConstraint("status IN ('open', 'done')", name="status"),
    sa.UniqueConstraint("run_id", "study_id"),
)
"""What a run changed in a study: kgCO2e per functional unit before and after. ``decided``: the case had ended well
or stood in a register, so that what was granted rests on the old figure. ``word``: what the officer wrote
who looked at it, sealed."""
