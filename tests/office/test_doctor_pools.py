"""A pool that cannot meet the lot of a panel is told with what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from caseflow import clock
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import doctor_pools
from caseflow.people.expert_models import expert
from caseflow.words import render
from caseflow.workflow.panel import Lot
from tests.cases.world import World, build


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    made = build(database, settings)
    made.ground = replace(
        made.ground, references={"expert_field": {"energy": {"title": {"zh": "能源", "en": "Energy"}}}}
    )
    return made


def enter(world: World, employer: str, *fields: str, official: bool = False, trained: date | None = None) -> None:
    """Somebody active in the pool."""
    person_id = world.person("expert", "pool").person_id
    with world.database.write() as tx:
        tx.execute(
            expert.insert().values(
                authority_id=world.authority_id, person_id=person_id, status="active", fields=list(fields), classes=[],
                employer_name=employer, official=official, rank="研究员", trained_until=trained, credit="good",
                away=[], version=1, invited_at=clock.now(),
            )
        )  # fmt: skip


def told(world: World, lot: Lot) -> Sequence[str]:
    with world.database.read() as tx:
        panel = world.ground.current(tx, "toy-meeting").definition.panels["jury"]
        return [render(one, "en") for one in doctor_pools.unmet(tx, world.ground, world.authority_id, panel, lot)]


def test_a_pool_that_meets_the_lot_is_not_spoken_of(world: World) -> None:
    for number in range(4):
        enter(world, f"院{number}", "energy")

    assert told(world, Lot(fields={"energy": 2}, basis="internal")) == []


def test_what_the_lot_asks_and_the_pool_has_not_is_named(world: World) -> None:
    for number in range(4):
        enter(world, f"院{number}", *(["energy"] if number == 0 else []))
    (field,) = told(world, Lot(fields={"energy": 2}, basis="internal"))
    empty = told(world, Lot(trained=True, basis="internal"))

    assert "Energy" in field
    assert len(empty) > 0


def test_officials_and_one_employer_count_as_the_lot_says(world: World) -> None:
    for number in range(5):
        enter(world, "同一院" if number < 4 else "另一院", official=number > 2)

    assert told(world, Lot(per_employer=1, basis="internal")) != []
    assert told(world, Lot(per_employer=None, officials="1/3", basis="internal")) == []
