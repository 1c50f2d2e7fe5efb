"""The site of the journeys on PostgreSQL, as a province runs it, empty of cases."""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caseflow import demo
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from tests import postgres
from tests.journey.world import Site, build
from tests.office.stage import built
from tests.test_demo import TODAY

_numbers = itertools.count(1)


@contextmanager
def _built(server: postgres.Server, template: str, home: Path) -> Iterator[Site]:
    name = f"journey_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = server.url(name)
    database = Database(url)
    try:
        yield build(database, Settings(home, url, ROOT / "workflows", demo=False, secure_cookies=False))
    finally:
        database.close()
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


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
            with built(migrated_sqlite, begun, demo=True) as stage:
                demo.fill(stage.database, stage.settings, TODAY)
            begun.rename(folder)
    return folder


@pytest.fixture(scope="module")
def shared(
    postgresql_server: postgres.Server, migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One site for the tests of a module, each with an enterprise and cases of its own; its clock stays where it is."""
    with _built(postgresql_server, migrated_postgresql, tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture
def site(postgresql_server: postgres.Server, migrated_postgresql: str, tmp_path: Path) -> Iterator[Site]:
    """A site of one's own, in which time may pass."""
    with _built(postgresql_server, migrated_postgresql, tmp_path) as site:
        yield site
