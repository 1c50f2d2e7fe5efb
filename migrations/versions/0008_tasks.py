"""Votes, linked cases, letters served, signatures in the place of somebody away, supervision, circulation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of what runs beside a case."""
    op.create_table(
        "ballot_box",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_ballot_box_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_box")),
    )
    op.create_index("ix_ballot_box_case", "ballot_box", ["case_id", "duty"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["case.id"], name=op.f("fk_link_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["case.id"], name=op.f("fk_link_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("to_id", name=op.f("uq_link_to_id")),
    )
    op.create_index("ix_link_from", "link", ["from_id", "name"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("letter_id", Id, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("file_id", Id, nullable=True),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_service_case_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_service_letter_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_service_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_index("ix_service_letter", "service", ["letter_id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("deputy_id", Id, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("set_by", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absence_days")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_absence_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_deputy_id"), "absence", ["deputy_id"], unique=False)
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.add_column("signature", sa.Column("for_person_id", Id, nullable=True))
    op.create_table(
        "supervision",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcTime(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("closing_entry", sa.Integer(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_supervision_status")),
        sa.ForeignKeyConstraint(["by_id"], ["organisation.id"], name=op.f("fk_supervision_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_supervision_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_supervision_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index("ix_supervision_by", "supervision", ["by_id", "status"], unique=False)
    op.create_index("ix_supervision_case", "supervision", ["case_id"], unique=False)
    op.create_index("ix_supervision_organisation", "supervision", ["organisation_id", "status"], unique=False)
    op.create_table(
        "circulation",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("sent_by", Id, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'read', 'withdrawn')", name=op.f("ck_circulation_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_circulation_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_circulation_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_circulation_person_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_circulation_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation")),
    )
    op.create_index("ix_circulation_case", "circulation", ["case_id"], unique=False)
    op.create_index("ix_circulation_person", "circulation", ["person_id", "status"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
