"""Acts that must stand with two persons: who did or signed one of them does not do the other."""

from __future__ import annotations

import pytest

from caseflow import clock
from caseflow.cases import circulating, view
from caseflow.people.models import membership, person
from caseflow.people.rights import Actor, actor, standings
from caseflow.words import Refused, render
from tests.cases.test_deciding import reviewed
from tests.cases.world import World


def with_role(world: World, who: Actor, role: str) -> Actor:
    """The same person, who holds one more role in the bureau."""
    where = world.organisations["bureau"]
    with world.database.write() as tx:
        tx.execute(
            membership.insert().values(person_id=who.person_id, organisation_id=where, role=role, since=clock.now())
        )
        row = tx.execute(person.select().where(person.c.id == who.person_id)).mappings().one()
        return actor(row, standings(tx, who.person_id), where, frozenset())


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.key for one in refused.value.reasons]


def graded(world: World) -> tuple[int, Actor]:
    case_id, officer = reviewed(world)
    world.do(officer, case_id, "assess", doubt=False)
    return case_id, officer


def test_who_did_an_act_does_not_do_the_one_that_checks_it(world: World) -> None:
    case_id, officer = graded(world)

    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "confirm")

    assert keys(refused) == ["four_eyes.act"]
    assert (
        render(refused.value.reasons[0], "en")
        == "you have done “Grade” on this case, so another person must do this (示例第七条)"
    )
    assert world.do(world.person("municipal", "bureau"), case_id, "confirm").state == "deciding"


def test_the_button_says_so_before_it_is_pressed(world: World) -> None:
    case_id, officer = graded(world)

    with world.database.read() as tx:
        own = view.load(tx, world.ground, officer, case_id).offer("confirm")
        other = view.load(tx, world.ground, world.person("municipal", "bureau"), case_id).offer("confirm")

    assert own is not None
    assert other is not None
    assert [one.key for one in own.reasons] == ["four_eyes.act"]
    assert other.reasons == ()


def test_who_acted_in_one_role_does_not_sign_in_another(world: World) -> None:
    case_id, officer = graded(world)
    second = world.person("municipal", "bureau")
    world.do(second, case_id, "confirm")
    world.do(world.person("municipal", "bureau"), case_id, "grant")
    both = with_role(world, officer, "municipal_head")

    with pytest.raises(Refused) as refused:
        world.do(both, case_id, "sign")

    assert keys(refused) == ["four_eyes.role"]
    assert not _may_sign(world, both, case_id)
    assert world.do(world.person("municipal_head", "bureau"), case_id, "sign").state == "granted"


def test_who_has_only_read_what_was_passed_to_them_still_signs(world: World) -> None:
    case_id, officer = graded(world)
    reader = world.person("municipal", "bureau")
    world.do(officer, case_id, circulating.SEND, people=[str(reader.person_id)], text="请阅知")
    with world.database.read() as tx:
        number = circulating.of_case(tx, case_id)[0]["id"]
    world.do(reader, case_id, circulating.READ, circulation=number)
    world.do(world.person("municipal", "bureau"), case_id, "confirm")
    world.do(world.person("municipal", "bureau"), case_id, "grant")

    assert world.do(with_role(world, reader, "municipal_head"), case_id, "sign").state == "granted"


def _may_sign(world: World, who: Actor, case_id: int) -> bool:
    with world.database.read() as tx:
        return view.load(tx, world.ground, who, case_id).may_sign()


def test_who_signed_in_one_role_does_not_act_in_another(world: World) -> None:
    case_id, _ = graded(world)
    world.do(world.person("municipal", "bureau"), case_id, "confirm")
    world.do(world.person("municipal", "bureau"), case_id, "grant")
    head = world.person("municipal_head", "bureau")
    world.do(head, case_id, "send_back", opinion="再核对")

    with pytest.raises(Refused) as refused:
        world.do(with_role(world, head, "municipal"), case_id, "grant")

    assert keys(refused) == ["four_eyes.role"]
