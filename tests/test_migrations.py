"""The migrations lead, one after the other, to what the models say."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from caseflow.config import ROOT
from caseflow.db import Database, metadata


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml"))


def test_the_migrations_have_one_head() -> None:
    assert len(scripts().get_heads()) == 1


def test_the_migrations_are_numbered_in_their_order() -> None:
    revisions = [script.revision for script in scripts().walk_revisions()][::-1]

    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]


def test_a_migration_file_is_named_after_its_number() -> None:
    files = sorted(path.stem for path in (ROOT / "migrations" / "versions").glob("*.py"))

    assert [name for name in files if not re.fullmatch(r"\d{4}_[a-z0-9_]+", name)] == []


def test_the_migrated_tables_are_those_of_the_models(database: Database) -> None:
    with database.read() as tx:
        differences = compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata)

    assert differences == []
