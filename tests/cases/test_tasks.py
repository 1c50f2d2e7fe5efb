"""Where a role answers for a case: on whose desks its work lies."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.cases.models import task
from caseflow.people import organisations
from tests.cases.world import World


def department(world: World, name: str) -> str:
    with world.database.write() as tx:
        world.organisations[name] = organisations.create(
            tx, authority_id=world.authority_id, kind="department", name_zh=f"{name}部门"
        )
    return name


def desk(world: World, case_id: int) -> str:
    """The organisation that owes the newest open task of a case."""
    with world.database.read() as tx:
        owner = tx.scalar(
            sa.select(task.c.organisation_id)
            .where(task.c.case_id == case_id, task.c.status == "open")
            .order_by(task.c.id.desc())
        )
    return next(name for name, number in world.organisations.items() if number == owner)


def test_work_lies_with_the_one_department_whose_people_hold_the_role(world: World) -> None:
    officer = world.person("provincial", department(world, "market"))

    assert desk(world, world.open(officer, "toy-benchmark")) == "market"


def test_work_lies_with_the_office_where_anybody_there_holds_the_role(world: World) -> None:
    officer = world.person("provincial", department(world, "market"))
    world.person("provincial", "office")

    assert desk(world, world.open(officer, "toy-benchmark")) == "office"


def test_of_two_departments_neither_is_taken_for_the_other(world: World) -> None:
    officer = world.person("provincial", department(world, "market"))
    world.person("provincial", department(world, "industry"))

    assert desk(world, world.open(officer, "toy-benchmark")) == "office"
