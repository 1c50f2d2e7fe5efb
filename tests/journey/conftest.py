"""The site of the journeys on PostgreSQL, as a province runs it, empty of cases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caseflow.config import ROOT, Settings
from caseflow.db import Database
from tests import postgres
from tests.journey.world import Site, build

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
