"""The small world in which cases are tried, on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from caseflow import clock
from caseflow.cases.models import round_
from caseflow.config import Settings
from caseflow.db import Database
from tests.cases.world import World, build


@pytest.fixture
def open_all_the_time(world: World) -> None:
    """For tests whose dates are fixed: the round is open on all of them."""
    with world.database.write() as tx:
        opens, closes = clock.at_local(date(2026, 1, 1)), clock.end_of(date(2027, 6, 30))
        tx.execute(round_.update().values(opens_at=opens, closes_at=closes))


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    return build(database, settings)
