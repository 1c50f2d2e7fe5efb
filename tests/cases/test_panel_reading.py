"""Which cases are before whom: a reserve reads nothing yet, and no second declaration opens what a first one shut."""

from __future__ import annotations

import pytest

from caseflow.cases import panel_reading, panels, view
from caseflow.cases.entry import NotHere
from caseflow.people import absences
from caseflow.people.rights import Actor
from tests.cases.world import World


def seated(world: World) -> tuple[int, list[int], list[Actor]]:
    """A meeting over two cases: three experts, and a reserve as the last."""
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    cases = [world.recommended(applicant, product=f"焦炭{number}") for number in range(2)]
    host = world.open(office, "toy-debate")
    world.do(office, host, "include", cases={str(one): {} for one in cases})
    experts = [world.person("expert", "pool") for _ in range(4)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    return host, cases, experts


def opened(world: World, host: int, who: Actor, cases: list[int]) -> list[int]:
    """The cases that somebody on the panel may open."""
    with world.database.read() as tx:
        found = [one for one in cases if panel_reading.host_of(tx, who.person_id, one) == host]
        assert found == [one for one in panels.before(tx, host, "jury", who.person_id) if one in found]

    return found


def test_a_reserve_declares_and_reads_nothing(world: World) -> None:
    host, cases, experts = seated(world)
    for who in experts:
        world.do(who, host, "declare")

    assert [opened(world, host, who, cases) for who in experts] == [cases, cases, cases, []]
    with world.database.read() as tx, pytest.raises(NotHere):
        view.load(tx, world.ground, experts[-1], cases[0])


def test_a_declared_conflict_stays_whatever_is_declared_later(world: World) -> None:
    host, (first, second), (who, *_) = seated(world)
    world.do(who, host, "declare", interests={str(first): {"conflict": True, "ground": "顾问"}})
    world.do(who, host, "declare", interests={str(first): {"conflict": False}})
    world.do(who, host, "declare", interests={str(second): {"conflict": False}})
    with world.database.read() as tx:
        said = panels.declared(tx, world.ground.keys, host, who.person_id)

    assert opened(world, host, who, [first, second]) == [second]
    assert said[first] == {"conflict": True, "ground": "顾问"}


def test_experts_of_one_pool_are_no_colleagues_and_do_not_learn_of_each_other(world: World) -> None:
    _, _, experts = seated(world)
    officers = [world.person("municipal", "bureau") for _ in range(2)]
    with world.database.read() as tx:
        named = [absences.colleagues(tx, who.person_id) for who in (experts[0], officers[0])]

    assert named[0] == []
    assert officers[1].person_id in dict(named[1])
