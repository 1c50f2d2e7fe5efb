"""One world for each authority from elsewhere, on both databases."""

from __future__ import annotations

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.cases.world import World
from tests.elsewhere import world as elsewhere


@pytest.fixture
def foundation(database: Database, settings: Settings) -> World:
    return elsewhere.build(database, settings, "foundation")


@pytest.fixture
def trade_office(database: Database, settings: Settings) -> World:
    return elsewhere.build(database, settings, "trade_office")


@pytest.fixture
def society(database: Database, settings: Settings) -> World:
    return elsewhere.build(database, settings, "society")
