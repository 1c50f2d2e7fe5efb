"""The first tables, and the triggers that keep the records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from caseflow.db import Id, Json, UtcTime
from caseflow.records import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first edition."""
    op.create_table(
        "attempt",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("blocked_until", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_blocked_until"), "attempt", ["blocked_until"], unique=False)
    op.create_table(
        "authority",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("code", name=op.f("uq_authority_code")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("id", Id, nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("entered_at", UtcTime(), nullable=False),
        sa.Column("entered_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_year")),
    )
    op.create_index(op.f("ix_calendar_year_calendar_year"), "calendar_year", ["calendar", "year"], unique=False)
    op.create_table(
        "factor_release",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("stored_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_release")),
        sa.UniqueConstraint("name", name=op.f("uq_factor_release_name")),
    )
    op.create_table(
        "file",
        sa.Column("id", Id, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("uploaded_by", Id, nullable=True),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("uploaded_at", UtcTime(), nullable=False),
        sa.Column("purged_at", UtcTime(), nullable=True),
        sa.Column("purge_reason", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index(op.f("ix_file_case_id"), "file", ["case_id"], unique=False)
    op.create_index(op.f("ix_file_organisation_id"), "file", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_file_sha256"), "file", ["sha256"], unique=False)
    op.create_table(
        "inbox_message",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR organisation_id IS NOT NULL", name=op.f("ck_inbox_message_addressee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
    )
    op.create_index(op.f("ix_inbox_message_case_id"), "inbox_message", ["case_id"], unique=False)
    op.create_index("ix_inbox_message_organisation_id_role", "inbox_message", ["organisation_id", "role"], unique=False)
    op.create_index(op.f("ix_inbox_message_person_id"), "inbox_message", ["person_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("position", Id, nullable=True),
        sa.CheckConstraint("request_key <> ''", name=op.f("ck_journal_request_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_journal_case_id_seq")),
        sa.UniqueConstraint("position", name=op.f("uq_journal_position")),
        sa.UniqueConstraint("request_key", name=op.f("uq_journal_request_key")),
    )
    op.create_table(
        "letter",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("formal_number", sa.Text(), nullable=True),
        sa.Column("formal_file_id", Id, nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("html_hash", sa.String(length=64), nullable=True),
        sa.Column("pdf_file_id", Id, nullable=True),
        sa.Column("docx_file_id", Id, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_case_id"), "letter", ["case_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcTime(), nullable=False),
        sa.Column("last_error", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_outbox_key")),
        sa.CheckConstraint("status IN ('pending', 'sent', 'failed')", name=op.f("ck_outbox_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_case_id"), "outbox", ["case_id"], unique=False)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_try_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "personal_value",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_value")),
        sa.UniqueConstraint("case_id", "revision", "path", name=op.f("uq_personal_value_case_id_revision_path")),
    )
    op.create_index(op.f("ix_personal_value_digest"), "personal_value", ["digest"], unique=False)
    op.create_table(
        "read_log",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
    )
    op.create_index(op.f("ix_read_log_case_id"), "read_log", ["case_id"], unique=False)
    op.create_index(op.f("ix_read_log_person_id"), "read_log", ["person_id"], unique=False)
    op.create_table(
        "stage_scheme",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("stored_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_scheme")),
        sa.UniqueConstraint("name", name=op.f("uq_stage_scheme_name")),
    )
    op.create_table(
        "study",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("case_id", "revision", name=op.f("uq_study_case_id_revision")),
    )
    op.create_index(op.f("ix_study_case_id"), "study", ["case_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("prefecture_id", Id, nullable=True),
        sa.Column("data", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('authority', 'department', 'bureau', 'branch', 'enterprise', 'institution', 'pool', 'body')",
            name=op.f("ck_organisation_kind"),
        ),
        sa.CheckConstraint("status IN ('pending', 'active', 'refused', 'closed')", name=op.f("ck_organisation_status")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_organisation_authority_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.ForeignKeyConstraint(["prefecture_id"], ["organisation.id"], name=op.f("fk_organisation_prefecture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
    )
    op.create_index(
        op.f("ix_organisation_authority_id_sort_key"), "organisation", ["authority_id", "sort_key"], unique=False
    )
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_index(op.f("ix_organisation_prefecture_id"), "organisation", ["prefecture_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_temporary", sa.Boolean(), nullable=False),
        sa.Column("second_factor", sa.Text(), nullable=True),
        sa.Column("second_factor_required", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'locked', 'closed')", name=op.f("ck_person_status")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_person_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_index(op.f("ix_person_authority_id"), "person", ["authority_id"], unique=False)
    op.create_table(
        "quota_counter",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("quota", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.CheckConstraint('NOT blocks OR used <= "limit"', name=op.f("ck_quota_counter_not_oversold")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_quota_counter_not_negative")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_quota_counter_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_counter")),
        sa.UniqueConstraint("authority_id", "quota", "key", name=op.f("uq_quota_counter_authority_id_quota_key")),
    )
    op.create_table(
        "round",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", Json(), nullable=False),
        sa.Column("workflows", Json(), nullable=False),
        sa.Column("opens_at", UtcTime(), nullable=False),
        sa.Column("closes_at", UtcTime(), nullable=False),
        sa.Column("priority_classes", Json(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("contact", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_round_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("authority_id", "code", name=op.f("uq_round_authority_id_code")),
    )
    op.create_table(
        "security_log",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("by_person_id", Id, nullable=True),
        sa.Column("about_person_id", Id, nullable=True),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("detail", Json(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_security_log_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_log")),
    )
    op.create_index(op.f("ix_security_log_about_person_id"), "security_log", ["about_person_id"], unique=False)
    op.create_index(op.f("ix_security_log_at"), "security_log", ["at"], unique=False)
    op.create_index(op.f("ix_security_log_authority_id"), "security_log", ["authority_id"], unique=False)
    op.create_table(
        "serial",
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_serial_authority_id")),
        sa.PrimaryKeyConstraint("authority_id", "name", "year", name=op.f("pk_serial")),
    )
    op.create_table(
        "study_result",
        sa.Column("id", Id, nullable=False),
        sa.Column("study_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.Column("release_hashes", Json(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("declared", sa.Double(), nullable=True),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("deviation", sa.Double(), nullable=True),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_study_result_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_result")),
    )
    op.create_index(op.f("ix_study_result_case_id"), "study_result", ["case_id"], unique=False)
    op.create_index(op.f("ix_study_result_study_id"), "study_result", ["study_id"], unique=False)
    op.create_table(
        "workflow_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_workflow_version_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_version")),
        sa.UniqueConstraint("hash", name=op.f("uq_workflow_version_hash")),
        sa.UniqueConstraint("workflow", "version", name=op.f("uq_workflow_version_workflow_version")),
    )
    op.create_table(
        "case",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("receipt_code", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("prefecture_id", Id, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("unlocked", Json(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("moved_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_case_authority_id")),
        sa.ForeignKeyConstraint(["definition_id"], ["workflow_version.id"], name=op.f("fk_case_definition_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_organisation_id")),
        sa.ForeignKeyConstraint(["prefecture_id"], ["organisation.id"], name=op.f("fk_case_prefecture_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_case_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("number", name=op.f("uq_case_number")),
        sa.UniqueConstraint("receipt_code", name=op.f("uq_case_receipt_code")),
    )
    op.create_index("ix_case_authority_moved", "case", ["authority_id", "moved_at"], unique=False)
    op.create_index(
        "ix_case_desk",
        "case",
        ["prefecture_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("NOT final"),
        postgresql_where=sa.text("NOT final"),
    )
    op.create_index("ix_case_listed", "case", ["authority_id", "listed"], unique=False)
    op.create_index("ix_case_own", "case", ["organisation_id"], unique=False)
    op.create_index("ix_case_prefecture_moved", "case", ["prefecture_id", "moved_at"], unique=False)
    op.create_index(
        "ix_case_province",
        "case",
        ["authority_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("NOT final"),
        postgresql_where=sa.text("NOT final"),
    )
    op.create_index("ix_case_round_state", "case", ["round_id", "workflow", "state"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=True),
        sa.Column("granted_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_membership_granted_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "quota_setting",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("quota", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("across", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_quota_setting_authority_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_quota_setting_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_setting")),
    )
    op.create_table(
        "registration",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("licence_file_id", Id, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('organisation', 'joining')", name=op.f("ck_registration_kind")),
        sa.CheckConstraint("status IN ('pending', 'approved', 'refused')", name=op.f("ck_registration_status")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_registration_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_index(op.f("ix_registration_organisation_id"), "registration", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_registration_person_id"), "registration", ["person_id"], unique=False)
    op.create_table(
        "round_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("was", UtcTime(), nullable=True),
        sa.Column("closes_at", UtcTime(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("by", Id, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_round_change_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_round_change_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_change_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_change")),
    )
    op.create_index(op.f("ix_round_change_round_id"), "round_change", ["round_id"], unique=False)
    op.create_table(
        "round_deadline",
        sa.Column("round_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("closes_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_round_deadline_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_deadline_round_id")),
        sa.PrimaryKeyConstraint("round_id", "organisation_id", name=op.f("pk_round_deadline")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("second_factor_done", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_session_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "dossier_revision",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_dossier_revision_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_dossier_revision")),
    )
    op.create_table(
        "draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=False),
        sa.Column("saved_by", Id, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_draft_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("case_id", "part", "owner", name=op.f("uq_draft_case_id_part_owner")),
    )
    op.create_table(
        "finding",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.Column("raised_at", UtcTime(), nullable=False),
        sa.Column("answered_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'answered', 'gone')", name=op.f("ck_finding_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_finding_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_finding_case_id_key")),
    )
    op.create_table(
        "interest",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_interest_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_interest_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint(
            "case_id", "member_case_id", "person_id", name=op.f("uq_interest_case_id_member_case_id_person_id")
        ),
    )
    op.create_table(
        "member",
        sa.Column("id", Id, nullable=False),
        sa.Column("host_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.CheckConstraint("status IN ('in', 'out', 'done')", name=op.f("ck_member_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_member_case_id")),
        sa.ForeignKeyConstraint(["host_id"], ["case.id"], name=op.f("fk_member_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("host_id", "case_id", name=op.f("uq_member_host_id_case_id")),
    )
    op.create_index("ix_member_case", "member", ["case_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("proposed_by", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("signers", Json(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('signing', 'signed', 'sent_back', 'void')", name=op.f("ck_proposal_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_proposal_case_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_proposal_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_case", "proposal", ["case_id", "status"], unique=False)
    op.create_table(
        "quota_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("counter_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("status IN ('held', 'committed', 'released')", name=op.f("ck_quota_entry_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_quota_entry_case_id")),
        sa.ForeignKeyConstraint(["counter_id"], ["quota_counter.id"], name=op.f("fk_quota_entry_counter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_entry")),
        sa.UniqueConstraint("case_id", "counter_id", name=op.f("uq_quota_entry_case_id_counter_id")),
    )
    op.create_index(op.f("ix_quota_entry_counter_id"), "quota_entry", ["counter_id"], unique=False)
    op.create_table(
        "score",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("marks", Json(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_score_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_score_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_score_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint(
            "case_id",
            "panel",
            "member_case_id",
            "person_id",
            name=op.f("uq_score_case_id_panel_member_case_id_person_id"),
        ),
    )
    op.create_table(
        "seat",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("reserve", sa.Boolean(), nullable=False),
        sa.Column("chair", sa.Boolean(), nullable=False),
        sa.Column("pledged_at", UtcTime(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('seated', 'left')", name=op.f("ck_seat_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_seat_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("case_id", "panel", "person_id", name=op.f("uq_seat_case_id_panel_person_id")),
    )
    op.create_index("ix_seat_person", "seat", ["person_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'done', 'void')", name=op.f("ck_task_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_task_organisation_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["task.id"], name=op.f("fk_task_parent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_case", "task", ["case_id", "status"], unique=False)
    op.create_index(
        "ix_task_desk",
        "task",
        ["organisation_id", "role", "due_on"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_person",
        "task",
        ["person_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("not_after", sa.Date(), nullable=True),
        sa.Column("pauses", Json(), nullable=False),
        sa.Column("paused_since", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ledger", Json(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'paused', 'met', 'breached', 'void')", name=op.f("ck_deadline_status")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_deadline_case_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_deadline_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_case", "deadline", ["case_id", "status"], unique=False)
    op.create_index("ix_deadline_open", "deadline", ["status", "due_on"], unique=False)
    op.create_table(
        "signature",
        sa.Column("id", Id, nullable=False),
        sa.Column("proposal_id", Id, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_signature_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index(op.f("ix_signature_proposal_id"), "signature", ["proposal_id"], unique=False)
    op.create_table(
        "timer",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("deadline_id", Id, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fired_at", UtcTime(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'fired', 'void')", name=op.f("ck_timer_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_timer_case_id")),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_timer_deadline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("key", name=op.f("uq_timer_key")),
    )
    op.create_index("ix_timer_case", "timer", ["case_id"], unique=False)
    op.create_index(
        "ix_timer_due",
        "timer",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    triggers.create(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first migration.")
