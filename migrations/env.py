"""How Alembic reaches the database: through the same engine as the program, in one transaction.

Called from code: ``config.attributes["connection"]`` (an open writing transaction, which its owner commits) or
``config.attributes["url"]``; from the command line: the settings of the environment.
"""

from __future__ import annotations

import importlib
import pkgutil

from alembic import context
from sqlalchemy.engine import Connection

import caseflow
from caseflow import config as settings
from caseflow.db import Database, metadata


def know_all_tables() -> None:
    """Import every room's models, so that the metadata is whole (for ``alembic revision --autogenerate``)."""
    for room in pkgutil.walk_packages(caseflow.__path__, "caseflow."):
        if room.name.endswith("models"):
            importlib.import_module(room.name)


def run(tx: Connection) -> None:
    context.configure(connection=tx, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations look at the database they change; --sql is not offered.")

know_all_tables()
if (connection := context.config.attributes.get("connection")) is not None:
    run(connection)
else:
    database = Database(context.config.attributes.get("url") or settings.from_environment().database_url)
    try:
        with database.write() as tx:
            run(tx)
    finally:
        database.close()
