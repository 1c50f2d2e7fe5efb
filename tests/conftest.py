"""What every test may ask for: empty databases of both kinds, and the settings of an installation."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from caseflow.config import ROOT, Settings
from caseflow.db import Database
from tests import demonstration, postgres

hypothesis.settings.register_profile("caseflow", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("caseflow")

MEMORY = postgres.memory()
if MEMORY is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
FIRST = (
    "test_axe",
    "test_roads_of",
    "test_every_page",
    "test_simulation_coverage",
    "test_demo",
    "test_paper_and_keys",
    "test_browser",
    "test_http",
)
"""The files of minutes, begun first and in this order, else one process is still at them when the others have nothing left
to do. Beside the first goes one that does not wait, as it does, for the demonstration.
"""


class _Compiled(BytecodeCache):
    """Nearly every test of a page makes an application; what its templates compile to is the same in all of them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (found := self.kept.get((bucket.key, bucket.checksum))) is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": _Compiled()}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then whatever else waits for a browser (with ``--no-loadscope-reorder`` they are handed out so)."""
    items.sort(key=lambda item: (_rank(item.path.stem), item.get_closest_marker("browser") is None))


def _rank(stem: str) -> int:
    return next((rank for rank, first in enumerate(FIRST) if stem.startswith(first)), len(FIRST))


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
        with postgres.server(MEMORY) as server:
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
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, to copy: filled by the process of tests that asks first, for all of them."""
    base = tmp_path_factory.getbasetemp()
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, begun = place / "demonstration", place / "demonstration-begun"
    with (place / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun.mkdir()
            demonstration.fill(migrated_sqlite, begun)
            begun.rename(folder)
    return folder


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: postgres.Server) -> str:
    """The name of a migrated database to copy."""
    postgresql_server.run("CREATE DATABASE template_caseflow")
    migrate(postgresql_server.url("template_caseflow"))
    return "template_caseflow"


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Where the SQLite files of all tests lie, one after the other: with one engine, a statement is compiled once."""
    with _opened(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'caseflow.db'}") as database:
        yield database


@pytest.fixture(scope="session")
def postgresql_place(postgresql_server: postgres.Server) -> Iterator[Database]:
    """Where the PostgreSQL databases of all tests lie, one after the other."""
    with _opened(postgresql_server.url("test_caseflow")) as database:
        yield database


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, sqlite_place: Database) -> Iterator[Database]:
    """A migrated, empty SQLite database."""
    path = Path(str(sqlite_place.engine.url.database))
    shutil.copyfile(migrated_sqlite, path)
    yield sqlite_place
    sqlite_place.close()
    for file in path.parent.iterdir():
        file.unlink()


@pytest.fixture
def postgresql_database(
    postgresql_server: postgres.Server, migrated_postgresql: str, postgresql_place: Database
) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database."""
    name = postgresql_place.engine.url.database
    postgresql_server.run(f"CREATE DATABASE {name} TEMPLATE {migrated_postgresql}")
    yield postgresql_place
    postgresql_place.close()
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
