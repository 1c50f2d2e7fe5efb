"""The small world in which cases are tried, on both databases."""

from __future__ import annotations

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.cases.world import World, build


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    return build(database, settings)
