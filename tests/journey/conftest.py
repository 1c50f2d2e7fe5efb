"""The site of the journeys, empty of cases."""

from __future__ import annotations

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey.world import Site, build


@pytest.fixture
def site(postgresql_database: Database, settings: Settings) -> Site:
    """On PostgreSQL, as a province runs it."""
    return build(postgresql_database, settings)
