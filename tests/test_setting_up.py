"""The ground on which the tests stand."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.config import Settings
from caseflow.db import Database, metadata


def test_a_migrated_database_has_every_table_of_the_models(database: Database) -> None:
    with database.read() as tx:
        found = set(sa.inspect(tx).get_table_names())

    assert {*metadata.tables, "alembic_version"} == found


def test_each_test_gets_a_database_of_its_own(database: Database) -> None:
    with database.write() as tx:
        tx.exec_driver_sql("CREATE TABLE only_here (number INTEGER)")
    with database.read() as tx:
        rows = tx.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one()

    assert rows == 1


def test_postgresql_keeps_what_it_confirmed(postgresql_database: Database) -> None:
    with postgresql_database.read() as tx:
        durable = [tx.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("fsync", "synchronous_commit")]

    assert durable == ["on", "on"]


def test_postgresql_sorts_by_code_point_in_utf8(postgresql_database: Database) -> None:
    with postgresql_database.read() as tx:
        words = tx.exec_driver_sql("SELECT w FROM (VALUES ('é'), ('z'), ('Z')) AS t(w) ORDER BY w").scalars().all()

    assert words == ["Z", "z", "é"]


def test_the_settings_name_the_database_of_the_test(database: Database, settings: Settings) -> None:
    assert settings.database_url == database.engine.url.render_as_string(hide_password=False)
