"""Results with the rule they were judged by, traces of filed studies, and runs over a new release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, Json, UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a result was judged by, what other reviews compare with, and the tables of releases given in."""
    op.add_column("study_result", sa.Column("rule", Json(), nullable=True))
    op.add_column("study_result", sa.Column("input_hash", sa.String(64), nullable=True))
    op.add_column("study_result", sa.Column("gate", sa.Text(), nullable=True))
    op.add_column("study_result", sa.Column("run_id", Id, nullable=True))
    op.create_table(
        "study_trace",
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("study_id", Id, nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("amounts", sa.String(64), nullable=False),
        sa.Column("profile", Json(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_study_trace_study_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_study_trace")),
    )
    op.create_index("ix_study_trace_amounts", "study_trace", ["amounts"], unique=False)
    op.create_index("ix_study_trace_peers", "study_trace", ["product_code", "dimension"], unique=False)
    op.create_table(
        "study_evidence",
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "hash", name=op.f("pk_study_evidence")),
    )
    op.create_index("ix_study_evidence_hash", "study_evidence", ["hash"], unique=False)
    _releases()


def _releases() -> None:
    op.create_table(
        "release_proposal",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", Id, nullable=False),
        sa.Column("proposed_at", UtcTime(), nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'published', 'withdrawn')", name=op.f("ck_release_proposal_status")),
        sa.CheckConstraint(
            "status <> 'published' OR decided_by <> proposed_by", name=op.f("ck_release_proposal_two_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_proposal")),
    )
    op.create_index(op.f("ix_release_proposal_authority_id"), "release_proposal", ["authority_id"], unique=False)
    op.create_table(
        "release_run",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("release", sa.String(80), nullable=False),
        sa.Column("release_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("after_case", Id, nullable=False),
        sa.Column("studies", sa.Integer(), nullable=False),
        sa.Column("started_by", Id, nullable=True),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'done')", name=op.f("ck_release_run_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_run")),
        sa.UniqueConstraint("authority_id", "release", name=op.f("uq_release_run_authority_id_release")),
    )
    op.create_table(
        "release_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("study_id", Id, nullable=False),
        sa.Column("result_id", Id, nullable=False),
        sa.Column("before", sa.Double(), nullable=False),
        sa.Column("after", sa.Double(), nullable=False),
        sa.Column("percent", sa.Double(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("done_by", Id, nullable=True),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.CheckConstraint("level IN ('review', 'notify', 'note')", name=op.f("ck_release_change_level")),
        sa.CheckConstraint("status IN ('open', 'done')", name=op.f("ck_release_change_status")),
        sa.ForeignKeyConstraint(["result_id"], ["study_result.id"], name=op.f("fk_release_change_result_id")),
        sa.ForeignKeyConstraint(["run_id"], ["release_run.id"], name=op.f("fk_release_change_run_id")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_release_change_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_change")),
        sa.UniqueConstraint("run_id", "study_id", name=op.f("uq_release_change_run_id_study_id")),
    )
    op.create_index(op.f("ix_release_change_case_id"), "release_change", ["case_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
