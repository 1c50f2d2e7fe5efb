"""How much each expert has to do at present, over all panels; on both databases."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.cases import expert_load
from caseflow.cases.models import case
from caseflow.cases.panel_models import assignment, seat
from caseflow.clock import now
from caseflow.people.rights import Actor
from tests.cases.world import World, sheet


def loads(world: World, experts: list[Actor]) -> list[int]:
    with world.database.read() as tx:
        found = expert_load.load(tx, [one.person_id for one in experts])
    return [found[one.person_id] for one in experts]


def in_session(world: World, cases: int) -> tuple[int, list[int], list[Actor]]:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    found = [world.recommended(applicant, product=f"焦炭{number}") for number in range(cases)]
    host, experts = world.meeting(office, found)
    return host, found, experts


def test_cases_without_a_sheet_and_without_an_interest_are_still_to_score(world: World) -> None:
    host, (first, _), experts = in_session(world, 2)
    nobody = world.person("expert", "pool")
    before = loads(world, [*experts, nobody])
    world.do(experts[0], host, "declare")
    world.do(experts[0], host, "score", sheet=sheet(first, 40, 40))
    world.do(experts[1], host, "declare", interests={str(first): {"conflict": True, "ground": "顾问"}})

    assert before == [2, 2, 2, 0]
    assert loads(world, experts) == [1, 1, 2]


def test_reserves_and_procedures_that_are_over_count_nothing(world: World) -> None:
    host, _, experts = in_session(world, 1)
    with world.database.write() as tx:
        tx.execute(seat.update().where(seat.c.person_id == experts[0].person_id).values(reserve=True))
    reserve = loads(world, experts)
    with world.database.read() as tx:
        sits = [expert_load.sits(tx, one.person_id) for one in experts]
    with world.database.write() as tx:
        tx.execute(case.update().where(case.c.id == host).values(final=True))
        over = expert_load.sits(tx, experts[0].person_id)

    assert (reserve, sits, over, loads(world, experts)) == ([0, 1, 1], [1, 1, 1], 0, [0, 0, 0])


def test_where_members_were_assigned_only_those_count(world: World) -> None:
    host, (first, second), experts = in_session(world, 2)
    row = {"case_id": host, "panel": "jury", "why": {}, "at": now()}
    with world.database.write() as tx:
        tx.execute(
            sa.insert(assignment),
            [
                {**row, "member_case_id": first, "person_id": experts[0].person_id, "status": "in"},
                {**row, "member_case_id": second, "person_id": experts[1].person_id, "status": "in"},
                {**row, "member_case_id": first, "person_id": experts[1].person_id, "status": "out"},
            ],
        )

    assert loads(world, experts) == [1, 1, 0]
