"""Cases with a footprint in the small authority."""

from __future__ import annotations

from typing import Any

from caseflow.footprint.study import read
from caseflow.people.rights import Actor
from caseflow.studies import recompute, store
from caseflow.studies.recompute import StoredResult
from tests.cases.world import World
from tests.footprint.published import shipped, study

WORKFLOW = "toy-footprint"


def published(world: World) -> None:
    """Everything that is shipped stands in the database."""
    with world.database.write() as tx:
        store.publish(tx, shipped())


def declare(world: World, case_id: int, *lines: dict[str, Any], **values: Any) -> None:
    with world.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=read(study(*lines, **values)), by=None)


def filed(world: World, who: Actor, *lines: dict[str, Any], **values: Any) -> int:
    """A case submitted with a study."""
    case_id = world.open(who, WORKFLOW)
    declare(world, case_id, *lines, **values)
    world.do(who, case_id, "submit")
    return case_id


def result(world: World, case_id: int) -> StoredResult:
    """The newest result of a case."""
    with world.database.read() as tx:
        found = recompute.latest_result(tx, case_id)
    assert found is not None
    return found


def found(world: World, case_id: int) -> list[str]:
    """The findings of the newest result, by id."""
    return [one["id"] for one in result(world, case_id).body["findings"]]
