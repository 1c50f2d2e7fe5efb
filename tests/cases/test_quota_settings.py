"""What the authority sets about a ceiling."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow import clock
from caseflow.cases import quota_settings, quotas
from caseflow.words import Refused
from tests.cases.world import World


def placed(world: World, name: str) -> int:
    case_id = world.submitted(world.person("applicant", world.enterprise(name)))
    world.do(world.person("municipal", "bureau"), case_id, "recommend", opinion="同意")
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")
    world.do(world.person("provincial", "office"), case_id, "place")
    return case_id


def used(world: World) -> list[tuple[str, int]]:
    with world.database.read() as tx:
        places = world.ground.current(tx, "toy-case").definition.quotas["places"]
        rows = quotas.counters(tx, world.authority_id, places)
    return [(row["key"], row["used"]) for row in rows if row["used"]]


def change(world: World, **given: Any) -> None:
    who = world.person("provincial", "office")
    with world.database.write() as tx:
        definition = world.ground.current(tx, "toy-case").definition
        what = {"key": "", "limit": None, "across": None, "reason": "按会议纪要", **given}
        quota_settings.set_limit(
            tx,
            world.ground.keys,
            world.authority_id,
            definition.quotas["places"],
            by=who.person_id,
            at=clock.now(),
            **what,
        )


def test_places_taken_follow_when_the_ceiling_counts_by_round(world: World) -> None:
    placed(world, "甲厂")
    placed(world, "乙厂")

    change(world, across="round")

    assert [('{"dossier.unit.kind":"coke","round":' + str(world.round_id) + "}", 2)] == used(world)
    placed(world, "丙厂")
    with pytest.raises(Refused):
        placed(world, "丁厂")


def test_a_ceiling_below_what_is_taken_is_refused(world: World) -> None:
    placed(world, "甲厂")
    placed(world, "乙厂")

    with pytest.raises(Refused) as refused:
        change(world, limit=1)

    assert [one.key for one in refused.value.reasons] == ["quotas.more_taken"]


def test_a_change_needs_its_reason(world: World) -> None:
    with pytest.raises(Refused) as refused:
        change(world, limit=5, reason=" ")

    assert [one.key for one in refused.value.reasons] == ["quotas.reason_missing"]
