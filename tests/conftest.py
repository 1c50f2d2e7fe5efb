"""What every test may ask for: empty databases of both kinds, and the settings of an installation."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from alembic import command
from alembic.config import Config

from caseflow.config import ROOT, Settings
from caseflow.db import Database
from tests import postgres

hypothesis.settings.register_profile("caseflow", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("caseflow")

_numbers = itertools.count(1)


def migrate(url: str) -> None:
    """Bring the database at ``url`` to the newest migration."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["url"] = url
    command.upgrade(config, "head")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgres.Server]:
    """One private server for each process of tests; it starts with the first test that needs it."""
    try:
        with postgres.server() as server:
            yield server
    except postgres.NoPostgres as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: postgres.Server) -> str:
    """The name of a migrated database to copy."""
    postgresql_server.run("CREATE DATABASE template_caseflow")
    migrate(postgresql_server.url("template_caseflow"))
    return "template_caseflow"


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database."""
    path = tmp_path / "caseflow.db"
    shutil.copyfile(migrated_sqlite, path)
    with _opened(f"sqlite:///{path}") as database:
        yield database


@pytest.fixture
def postgresql_database(postgresql_server: postgres.Server, migrated_postgresql: str) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database."""
    name = f"test_{next(_numbers)}"
    postgresql_server.run(f"CREATE DATABASE {name} TEMPLATE {migrated_postgresql}")
    try:
        with _opened(postgresql_server.url(name)) as database:
            yield database
    finally:
        postgresql_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database; the test runs once on each kind."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation under ``tmp_path``, on the database that the test asked for (else an SQLite file)."""
    url = f"sqlite:///{tmp_path / 'caseflow.db'}"
    for name in ("database", "sqlite_database", "postgresql_database"):
        if name in request.fixturenames:
            opened: Database = request.getfixturevalue(name)
            url = opened.engine.url.render_as_string(hide_password=False)
            break
    return Settings(
        home=tmp_path / "home", database_url=url, workflows=ROOT / "workflows", demo=False, secure_cookies=False
    )
