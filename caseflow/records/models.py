"""The rows of the records: journal, outbox, inbox, files, personal values, letters, who read what.

Cases and people live on higher floors, so their ids are plain indexed numbers here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from caseflow.db import Id, Json, UtcTime, metadata

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("organisation_id", Id),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("from_state", sa.Text),
    sa.Column("to_state", sa.Text),
    sa.Column("body", Json, nullable=False),
    sa.Column("request_key", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("position", Id),
    sa.UniqueConstraint("case_id", "seq"),
    sa.UniqueConstraint("request_key"),
    sa.UniqueConstraint("position"),
    sa.CheckConstraint("request_key <> ''", name="request_key"),
)
"""One row for one act. ``position`` is the place in the Merkle log, given once by the worker."""

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("case_id", Id, index=True),
    sa.Column("payload", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcTime, nullable=False),
    sa.Column("last_error", Json),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("sent_at", UtcTime),
    sa.Column("person_id", Id),
    sa.Column("via", sa.Text),
    sa.UniqueConstraint("key"),
    sa.CheckConstraint("key <> ''", name="key"),
    sa.CheckConstraint("status IN ('pending', 'sent', 'failed')", name="status"),
    sa.Index(
        "ix_outbox_due",
        "next_try_at",
        "id",
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    ),
)
"""What must happen outside, left in the transaction of the act and delivered after its commit. ``person_id`` is to
whom a mail goes, ``via`` how it went: ``server``, or ``folder`` where no mail server is set."""

inbox_message = sa.Table(
    "inbox_message",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, index=True),
    sa.Column("organisation_id", Id),
    sa.Column("role", sa.Text),
    sa.Column("case_id", Id, index=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("values", Json, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="notice"),
    sa.Column("legal", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("once", sa.Text),
    sa.Column("handed_at", UtcTime),
    sa.Index("ix_inbox_message_role", "organisation_id", "role", "id"),
    sa.Index("ix_inbox_message_once", "once", unique=True),
    sa.Index(
        "ix_inbox_message_to_hand",
        "id",
        sqlite_where=sa.text("handed_at IS NULL"),
        postgresql_where=sa.text("handed_at IS NULL"),
    ),
    sa.CheckConstraint("person_id IS NOT NULL OR organisation_id IS NOT NULL", name="addressee"),
)
"""A message to one person, to one role in an organisation, or to a whole organisation. ``kind`` is one of
``notices.KINDS``; a ``legal`` one cannot be declined; ``once`` keeps the same message from being posted twice;
``handed_at`` is when the worker decided for each addressee by which way it goes outside."""

inbox_read = sa.Table(
    "inbox_read",
    metadata,
    sa.Column("person_id", Id, primary_key=True, autoincrement=False),
    sa.Column("message_id", Id, sa.ForeignKey("inbox_message.id"), primary_key=True, autoincrement=False),
    sa.Column("read_at", UtcTime, nullable=False),
)
"""Who has read which message: of those to a role, each of its holders for himself."""

inbox_seen = sa.Table(
    "inbox_seen",
    metadata,
    sa.Column("person_id", Id, primary_key=True, autoincrement=False),
    sa.Column("up_to", Id, nullable=False),
)
"""Up to which message nothing is new to a person. The worker moves it on, so that counting does not grow with years."""

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("message_id", Id, sa.ForeignKey("inbox_message.id"), primary_key=True, autoincrement=False),
    sa.Column("person_id", Id, primary_key=True, autoincrement=False),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("errand_id", Id, sa.ForeignKey("outbox.id")),
    sa.CheckConstraint("way IN ('mail', 'digest', 'inbox', 'read', 'no_address')", name="way"),
    sa.Index("ix_delivery_errand", "errand_id"),
    sa.Index(
        "ix_delivery_to_gather",
        "person_id",
        sqlite_where=sa.text("way = 'digest' AND errand_id IS NULL"),
        postgresql_where=sa.text("way = 'digest' AND errand_id IS NULL"),
    ),
)
"""How a message goes to one person besides the inbox: by a mail of its own, in a digest (whose errand is filled in
when it is made; ``read``: in the inbox before that), or not at all (by choice, or for want of an address)."""

notice_choice = sa.Table(
    "notice_choice",
    metadata,
    sa.Column("person_id", Id, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("way", sa.Text, nullable=False),
    sa.CheckConstraint("way IN ('mail', 'digest', 'inbox')", name="way"),
)
"""How a person wishes to be told of a kind of notice; without a row the default of the person's office counts."""

file = sa.Table(
    "file",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("case_id", Id, index=True),
    sa.Column("field", sa.Text),
    sa.Column("uploaded_by", Id),
    sa.Column("organisation_id", Id, index=True),
    sa.Column("uploaded_at", UtcTime, nullable=False),
    sa.Column("purged_at", UtcTime),
    sa.Column("purge_reason", sa.Text),
    sa.Column("pages", sa.Integer),
)
"""A file somebody gave or the program made. The bytes lie under their hash, outside the web root."""

personal_value = sa.Table(
    "personal_value",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("cipher", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("case_id", "revision", "path"),
)
"""A personal value of a dossier revision, encrypted; the revision itself holds its salted hash."""

read_log = sa.Table(
    "read_log",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", Id, nullable=False, index=True),
    sa.Column("case_id", Id, index=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text),
)
"""Who opened or exported which dossier."""

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("formal_number", sa.Text),
    sa.Column("formal_file_id", Id),
    sa.Column("body", Json, nullable=False),
    sa.Column("html_hash", sa.String(64)),
    sa.Column("pdf_file_id", Id),
    sa.Column("docx_file_id", Id),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", Id),
    sa.Column("sealed", sa.Text),
    sa.Column("organisation_id", Id),
    sa.Column("formal_date", sa.Date),
)
"""A letter made for a case: its title and date, our slip number, and the office's number, date and file once they are
back. ``sealed`` are its filled blocks, in which names and free text stand; ``organisation_id`` is who issued it."""

calendar_year = sa.Table(
    "calendar_year",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("calendar", sa.Text, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("notice", sa.Text),
    sa.Column("body", Json, nullable=False),
    sa.Column("entered_at", UtcTime, nullable=False),
    sa.Column("entered_by", Id),
    sa.Index(None, "calendar", "year"),
)
"""One year of a calendar as a notice fixed it. The newest row of a year counts; earlier ones stay."""


class InsertOnce(sa.Insert):
    """An INSERT that leaves a row with the same key as it is; the same text on both databases."""

    inherit_cache = True


@compiles(InsertOnce)
def _insert_once(statement: InsertOnce, compiler: Any, **options: Any) -> str:
    return str(compiler.visit_insert(statement, **options)) + " ON CONFLICT DO NOTHING"
