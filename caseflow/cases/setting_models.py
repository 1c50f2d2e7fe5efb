"""The rows of parameters that an office has set."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.db import Id, UtcTime, metadata

parameter_setting = sa.Table(
    "parameter_setting",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("authority_id", Id, sa.ForeignKey("authority.id"), nullable=False),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("parameter", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("from_on", sa.Date, nullable=False),
    sa.Column("needs_second", sa.Boolean, nullable=False),
    sa.Column("set_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("request_key", sa.Text, nullable=False, unique=True),
    sa.Index("ix_parameter_setting_workflow", "authority_id", "workflow"),
)
"""Appended, never changed. Of those whose first day has come the one with the latest first day counts, of two with
the same the later one; one that needs a second person counts from the day after the confirmation."""

parameter_reason = sa.Table(
    "parameter_reason",
    metadata,
    sa.Column("setting_id", Id, sa.ForeignKey("parameter_setting.id"), primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.Text, nullable=False),
)
"""Why a parameter was set: free text, apart from what is never changed."""

parameter_confirmation = sa.Table(
    "parameter_confirmation",
    metadata,
    sa.Column("setting_id", Id, sa.ForeignKey("parameter_setting.id"), primary_key=True, autoincrement=False),
    sa.Column("confirmed_by", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("confirmed_on", sa.Date, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
