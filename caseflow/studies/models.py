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
)
"""What a study came to on an occasion: frozen with its lines, comparison and findings in ``body``; ``declared`` and
``total`` in kgCO2e per functional unit and ``deviation`` in percent repeat it for search. Rows are never changed."""
