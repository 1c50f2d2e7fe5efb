"""Ceilings: taken once, given back, committed; per class; a ceiling that warns is only counted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases.models import quota_counter, quota_entry
from caseflow.words import Refused
from tests.cases.world import World


def counters(world: World) -> dict[str, int]:
    with world.database.read() as tx:
        return {row.key: row.used for row in tx.execute(sa.select(quota_counter))}


def entries(world: World) -> list[str]:
    with world.database.read() as tx:
        return list(tx.scalars(sa.select(quota_entry.c.status).order_by(quota_entry.c.id)))


def test_a_full_ceiling_says_so_with_its_basis_and_leaves_the_case_where_it_stands(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    cases = [world.recommended(applicant, product=f"焦炭{number}") for number in range(4)]
    for case_id in cases[:3]:
        world.do(office, case_id, "place")

    with pytest.raises(Refused) as refused:
        world.do(office, cases[3], "place")

    (reason,) = refused.value.reasons
    assert (reason.key, reason.values["limit"], reason.values["basis"]) == ("quotas.full", 3, "示例第一条")
    assert (world.row(cases[3])["state"], counters(world)) == ("recommended", {'{"dossier.unit.kind":"coke"}': 3})


def test_each_class_has_its_own_places(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    for kind in ("coke", "glass"):
        world.do(office, world.recommended(applicant, product=kind, kind=kind), "place")

    assert counters(world) == {'{"dossier.unit.kind":"coke"}': 1, '{"dossier.unit.kind":"glass"}': 1}


def test_a_place_given_back_is_free_for_another_and_may_be_taken_again(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.recommended(applicant)
    seen = []
    for action in ("place", "drop", "place"):
        world.do(office, case_id, action)
        seen.append((list(counters(world).values()), entries(world)))

    assert seen == [([1], ["held"]), ([0], ["released"]), ([1], ["held"])]


def test_a_withdrawn_application_gives_its_place_back(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.recommended(applicant)
    world.do(office, case_id, "place")
    world.do(applicant, case_id, "withdraw")

    assert (list(counters(world).values()), entries(world)) == ([0], ["released"])


def test_a_place_once_committed_stays_used(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.recommended(applicant)
    world.do(office, case_id, "place")
    world.do(office, case_id, "finish")

    assert (list(counters(world).values()), entries(world)) == ([1], ["committed"])


def test_the_database_itself_refuses_one_place_too_many(world: World) -> None:
    office = world.person("provincial", "office")
    world.do(office, world.recommended(world.person("applicant", "plant")), "place")

    with pytest.raises(sa.exc.IntegrityError), world.database.write() as tx:
        tx.execute(quota_counter.update().values(used=4))
