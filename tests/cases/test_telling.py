"""Whoever has a role in a case is told, wherever that role is held; the same occasion tells nobody twice."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from caseflow.cases import telling
from caseflow.cases.models import task
from caseflow.records.models import inbox_message
from caseflow.words import Message
from tests.cases.world import World

SAID = Message("inbox.notice", {"text": "x", "number": ""})
COLUMNS = (inbox_message.c.organisation_id, inbox_message.c.role, inbox_message.c.person_id)


def told(world: World, workflow: str, case_id: int, role: str, *keys: str, **changed: Any) -> list[tuple[Any, ...]]:
    """Tell a role under each of these keys; who got it."""
    row = {**world.row(case_id), **changed}
    with world.database.write() as tx:
        definition = world.ground.current(tx, workflow).definition
        for key in keys or ("once",):
            telling.tell(tx, definition, row, role, SAID, key=key)
        found = tx.execute(sa.select(*COLUMNS).where(inbox_message.c.key == SAID.key).order_by(inbox_message.c.id))
        return [tuple(one) for one in found]


def test_each_role_is_told_where_it_answers_for_the_case(world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))
    at = world.organisations
    for role in ("applicant", "municipal", "provincial"):
        told(world, "toy-case", case_id, role)

    assert told(world, "toy-case", case_id, "municipal") == [
        (at["plant"], "applicant", None),
        (at["bureau"], "municipal", None),
        (at["office"], "provincial", None),
    ]


def test_a_case_given_to_another_bureau_tells_that_one(world: World) -> None:
    case_id, elsewhere = world.submitted(world.person("applicant", "plant")), world.organisations["elsewhere"]

    found = told(world, "toy-case", case_id, "municipal", prefecture_id=elsewhere)
    assert found == [(elsewhere, "municipal", None)]


def test_the_same_occasion_tells_once_and_the_next_again(world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))

    assert len(told(world, "toy-case", case_id, "municipal", "one", "one", "two")) == 2


def test_experts_are_told_one_by_one(world: World) -> None:
    office = world.person("provincial", "office")
    case_id = world.recommended(world.person("applicant", "plant"))
    host, experts = world.meeting(office, [case_id])

    assert told(world, "toy-meeting", host, "expert") == [(None, None, one.person_id) for one in experts]


def test_who_owes_a_task_is_whoever_took_it_on(world: World) -> None:
    case_id, officer = world.submitted(world.person("applicant", "plant")), world.person("municipal", "bureau")
    with world.database.write() as tx:
        row = tx.execute(sa.select(task).where(task.c.case_id == case_id, task.c.status == "open")).mappings().one()
        for person_id in (None, officer.person_id):
            telling.tell_owing(tx, {"id": case_id}, {**row, "person_id": person_id}, SAID, key="k")
        found = tx.execute(
            sa.select(*COLUMNS).where(inbox_message.c.key == SAID.key).order_by(inbox_message.c.id)
        ).all()

    assert [tuple(one) for one in found] == [
        (world.organisations["bureau"], "municipal", None), (None, None, officer.person_id)
    ]  # fmt: skip


def test_what_corrects_serves_a_letter_or_ends_a_case_has_legal_consequences(world: World) -> None:
    with world.database.read() as tx:
        definition = world.ground.current(tx, "toy-case").definition
    actions = {one.id: one for state in definition.states for one in definition.actions_in(state)}

    found = {name: telling.has_consequences(definition, action) for name, action in actions.items()}
    assert {name for name, legal in found.items() if legal} == {"submit", "return", "finish", "withdraw"}
