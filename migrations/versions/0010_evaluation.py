"""Expert evaluation: the pool, draws, assignment, sheets by version, the discussion, results, signatures and fees.

What experts had said in plain text is sealed on the way: reasons and opinions of scores, grounds of interests.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from caseflow import config
from caseflow.db import Id, Json, UtcTime
from caseflow.records import personal, triggers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, carry over the scores that there are, and seal what was said in them."""
    op.create_table(
        "expert",
        sa.Column("id", Id, nullable=False),
        sa.Column("authority_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("classes", Json, nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("employer_id", Id, nullable=True),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("employer_code", sa.Text(), nullable=True),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("trained_until", sa.Date(), nullable=True),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("away", Json, nullable=False),
        sa.Column("identity_hash", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("invited_at", UtcTime(), nullable=False),
        sa.Column("declared_at", UtcTime(), nullable=True),
        sa.Column("left_at", UtcTime(), nullable=True),
        sa.CheckConstraint("credit IN ('good', 'warned', 'barred')", name=op.f("ck_expert_credit")),
        sa.CheckConstraint("status IN ('invited', 'active', 'paused', 'left')", name=op.f("ck_expert_status")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_expert_authority_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["organisation.id"], name=op.f("fk_expert_employer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expert_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
        sa.UniqueConstraint("authority_id", "identity_hash", name=op.f("uq_expert_authority_id_identity_hash")),
        sa.UniqueConstraint("person_id", name=op.f("uq_expert_person_id")),
    )
    op.create_index("ix_expert_pool", "expert", ["authority_id", "status"], unique=False)
    op.create_table(
        "expert_tie",
        sa.Column("id", Id, nullable=False),
        sa.Column("expert_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('employer', 'adviser', 'project', 'shares', 'kin', 'filed')", name=op.f("ck_expert_tie_kind")
        ),
        sa.CheckConstraint("said_by IN ('expert', 'office')", name=op.f("ck_expert_tie_said_by")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_tie_expert_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_expert_tie_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_tie")),
    )
    op.create_index("ix_expert_tie_expert_id", "expert_tie", ["expert_id"], unique=False)
    op.create_table(
        "expert_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("expert_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("detail", Json, nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_event_expert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_event")),
    )
    op.create_index("ix_expert_event_expert_id", "expert_event", ["expert_id"], unique=False)
    op.create_table(
        "draw",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_draw_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("case_id", "panel", "number", name=op.f("uq_draw_case_id_panel_number")),
    )
    op.create_table(
        "draw_step",
        sa.Column("id", Id, nullable=False),
        sa.Column("draw_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('committed', 'frozen', 'drawn', 'departed', 'signed')", name=op.f("ck_draw_step_kind")
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_step_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_step")),
        sa.UniqueConstraint("draw_id", "seq", name=op.f("uq_draw_step_draw_id_seq")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", Json, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("status IN ('in', 'out')", name=op.f("ck_assignment_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assignment_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_assignment_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "case_id",
            "panel",
            "member_case_id",
            "person_id",
            name=op.f("uq_assignment_case_id_panel_member_case_id_person_id"),
        ),
    )
    op.create_index("ix_assignment_person", "assignment", ["person_id", "case_id"], unique=False)
    op.create_table(
        "sheet",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("phase IN ('own', 'discussion')", name=op.f("ck_sheet_phase")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sheet_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_sheet_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sheet_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint(
            "case_id",
            "panel",
            "member_case_id",
            "person_id",
            "version",
            name=op.f("uq_sheet_case_id_panel_member_case_id_person_id_version"),
        ),
    )
    op.create_table(
        "sheet_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sheet_draft_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_sheet_draft_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sheet_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_draft")),
        sa.UniqueConstraint(
            "case_id",
            "panel",
            "member_case_id",
            "person_id",
            "version",
            name=op.f("uq_sheet_draft_case_id_panel_member_case_id_person_id_version"),
        ),
    )
    op.create_table(
        "page_note",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("removed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_page_note_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_page_note_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_page_note_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_note")),
    )
    op.create_index("ix_page_note_person", "page_note", ["case_id", "member_case_id", "person_id"], unique=False)
    op.create_table(
        "remark",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("member_case_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to_person_id", Id, nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("kind IN ('remark', 'question', 'answer', 'opinion')", name=op.f("ck_remark_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_remark_case_id")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case.id"], name=op.f("fk_remark_member_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_case", "remark", ["case_id", "member_case_id"], unique=False)
    op.create_table(
        "panel_result",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_panel_result_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_result")),
        sa.UniqueConstraint("case_id", "panel", "number", name=op.f("uq_panel_result_case_id_panel_number")),
    )
    op.create_table(
        "panel_signature",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("stands_for", sa.String(64), nullable=False),
        sa.Column("dissents", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("noted_by", Id, nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_panel_signature_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_panel_signature_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_signature")),
        sa.UniqueConstraint(
            "case_id",
            "panel",
            "person_id",
            "stands_for",
            name=op.f("uq_panel_signature_case_id_panel_person_id_stands_for"),
        ),
    )
    op.create_table(
        "fee",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("confirmed_at", UtcTime(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint("status IN ('settled', 'confirmed', 'paid')", name=op.f("ck_fee_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_fee_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fee_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee")),
        sa.UniqueConstraint("case_id", "panel", "person_id", name=op.f("uq_fee_case_id_panel_person_id")),
    )
    for name, kind in (("answer", sa.Text()), ("answered_at", UtcTime()), ("left_why", sa.Text())):
        op.add_column("seat", sa.Column(name, kind, nullable=True))
    _carry_over(op.get_bind())
    op.drop_table("score")
    triggers.create(op.get_bind())


def _carry_over(tx: Connection) -> None:
    """The scores become first versions of sheets; the keys are asked for only where there is something to seal."""
    score = sa.table("score", *(sa.column(name) for name in _OLD), sa.column("marks", Json), sa.column("at", UtcTime))
    interest = sa.table("interest", *(sa.column(name) for name in _INTEREST))
    scores, interests = tx.execute(sa.select(score)).mappings().all(), tx.execute(sa.select(interest)).mappings().all()
    if not scores and not interests:
        return
    keys = personal.keyring(config.from_environment())
    sheet = sa.table("sheet", *(sa.column(name) for name in _NEW), sa.column("marks", Json), sa.column("at", UtcTime))
    for row in scores:
        place = "/".join(str(row[name]) for name in ("case_id", "panel", "member_case_id", "person_id"))
        said: dict[str, Any] = {
            "reasons": {name: one["reason"] for name, one in row["marks"].items()},
            "opinion": row["opinion"],
            "why": "",
        }
        kept = {name: row[name] for name in ("case_id", "panel", "member_case_id", "person_id", "at")}
        tx.execute(
            sheet.insert().values(
                **kept,
                version=1,
                phase="own",
                abstained=False,
                marks={name: one["mark"] for name, one in row["marks"].items()},
                sealed=personal.seal_json(keys, said, f"sheet/{place}/1"),
            )
        )
    for row in interests:
        place = "/".join(str(row[name]) for name in ("case_id", "member_case_id", "person_id"))
        sealed = personal.seal_json(keys, row["ground"], f"interest/{place}")
        tx.execute(interest.update().where(interest.c.id == row["id"]).values(ground=sealed))


_OLD = ("case_id", "panel", "member_case_id", "person_id", "opinion")
_NEW = ("case_id", "panel", "member_case_id", "person_id", "version", "phase", "abstained", "sealed")
_INTEREST = ("id", "case_id", "member_case_id", "person_id", "ground")


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
