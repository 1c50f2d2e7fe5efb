"""Why a ceiling was set and a round extended, what signers of extensions wrote, words of those who urge: sealed.

The words beside 催办 are kept with the case; the message no longer repeats them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from caseflow import config
from caseflow.db import Json
from caseflow.records import personal

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SEALED: dict[str, tuple[str, tuple[str, ...], Callable[[Any], str]]] = {
    "quota_setting": (
        "reason", ("authority_id", "quota", "key"), lambda row: f"{row.authority_id}/{row.quota}/{row.key}",
    ),
    "round_change": ("reason", ("round_id",), lambda row: str(row.round_id)),
    "round_extension": ("reason", ("round_id",), lambda row: str(row.round_id)),
    "round_signature": ("opinion", ("extension_id", "step"), lambda row: f"{row.extension_id}/{row.step}"),
}  # fmt: skip
"""Table, column, and what its cipher is bound to behind the name of the table."""


def upgrade() -> None:
    """Seal what stands in the open; the keys are asked for only where there is something to seal."""
    tx = op.get_bind()
    for name, (column, others, bound) in _SEALED.items():
        _seal(tx, name, column, others, bound)
    _shorten(tx)


def _seal(tx: Connection, name: str, column: str, others: tuple[str, ...], bound: Callable[[Any], str]) -> None:
    table = sa.table(name, sa.column("id"), sa.column(column), *(sa.column(other) for other in others))
    rows = tx.execute(sa.select(table)).all()
    keys = personal.keyring(config.from_environment()) if rows else None
    for row in rows:
        if keys is not None:
            sealed = personal.seal_json(keys, getattr(row, column), f"{name}/{bound(row)}")
            tx.execute(table.update().where(table.c.id == row.id).values({column: sealed}))


def _shorten(tx: Connection) -> None:
    """The messages that say in the open what the case, or the page of the round, keeps sealed."""
    message = sa.table("inbox_message", sa.column("id"), sa.column("key"), sa.column("values", Json))
    wanted = message.c.key.in_(("inbox.urged", "inbox.urged_by", "inbox.extension_sent_back"))
    note = {"message": {"key": "inbox.urged_note", "values": {}}}
    for row in tx.execute(sa.select(message).where(wanted)).all():
        values = {name: value for name, value in row._mapping["values"].items() if name != "reason"}  # noqa: SLF001 -- public in SQLAlchemy
        if values.get("note"):
            values["note"] = note
        tx.execute(message.update().where(message.c.id == row.id).values(values=values))


def downgrade() -> None:
    raise NotImplementedError("The records of an office are not taken back.")
