"""Whether the database is fit to be worked on, and bringing it there."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from caseflow.config import ROOT
from caseflow.records import triggers
from caseflow.words import Message


def upgrade(tx: Connection) -> None:
    """Bring the tables to the newest migration, and put triggers back that were lost."""
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
    if triggers.missing(tx):
        triggers.create(tx)


def problems(tx: Connection) -> list[Message]:
    """Why the program must not start on this database: behind its migrations, or without its triggers."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    current = MigrationContext.configure(tx).get_current_revision()
    if current != head:
        return [Message("upkeep.behind", {"current": current or "-", "head": head or "-"})]
    absent = triggers.missing(tx)
    return [Message("upkeep.triggers", {"names": ", ".join(absent)})] if absent else []


def _config() -> Config:
    return Config(toml_file=ROOT / "pyproject.toml")
