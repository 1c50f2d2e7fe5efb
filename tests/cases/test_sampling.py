"""Rows are drawn by lot and kept so that the draw can be repeated; what cannot be drawn is refused."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.cases import view
from caseflow.evaluation.sampling import drawn
from caseflow.people.rights import Actor
from caseflow.records import journal, letters
from caseflow.words import Refused, render
from tests.cases import parts
from tests.cases.world import World

ROWS = [{"name": f"发票{number}"} for number in range(1, 13)]


@pytest.fixture
def office(world: World) -> Actor:
    return world.person("provincial", "office")


@pytest.fixture
def filed(world: World) -> int:
    who = world.person("applicant", "plant")
    case_id = world.open(who, "toy-sampled")
    world.type(who, case_id, "papers", {"list": ROWS})
    world.do(who, case_id, "submit")
    return case_id


def again(kept: dict[str, Any]) -> list[str]:
    """The rows that the seed gives."""
    return [str(row) for row in drawn(bytes.fromhex(kept["seed"]), kept["count"], kept["size"])]


def test_a_sample_is_kept_with_the_seed_from_which_it_is_drawn_again(world: World, office: Actor, filed: int) -> None:
    world.do(office, filed, "draw", many=4)
    first = parts.said(world, filed)["sample"]
    world.do(office, filed, "draw", many=5)
    second = parts.said(world, filed)["sample"]
    world.do(office, filed, "draw_least")
    fewest = parts.said(world, filed)["fewest"]
    with world.database.read() as tx:
        told = [row.body["samples"] for row in journal.entries(tx, filed) if "samples" in row.body]

    assert [(one["count"], one["size"], one["revision"]) for one in (first, second, fewest)] == [
        (12, 4, 1), (12, 5, 1), (12, 2, 1),
    ]  # fmt: skip
    assert [one["rows"] for one in (first, second, fewest)] == [again(one) for one in (first, second, fewest)]
    assert first["seed"] != second["seed"]
    assert told[:2] == [[{"of": "dossier.papers.list", "into": "sample", **one}] for one in (first, second)]


def test_more_rows_than_there_are_or_none_are_not_drawn(world: World, office: Actor, filed: int) -> None:
    said = []
    for many in (0, 13):
        with pytest.raises(Refused) as refused:
            world.do(office, filed, "draw", many=many)
        said += [render(reason, "zh") for reason in refused.value.reasons]
    with world.database.read() as tx:
        offer = view.load(tx, world.ground, office, filed).offer("draw")

    assert said == [
        f"从“证据清单”中抽{many}行，而该表共有12行；样本量应不少于1且不超过总行数。（示例第二条）" for many in (0, 13)
    ]
    assert offer is not None
    assert offer.reasons == ()


def test_conditions_and_papers_read_the_sample(world: World, office: Actor, filed: int) -> None:
    with pytest.raises(Refused) as missing:
        world.do(office, filed, "close")
    world.do(office, filed, "draw", many=3)
    world.do(office, filed, "close")
    kept = parts.said(world, filed)["sample"]
    with world.database.read() as tx:
        (paper,) = letters.of_case(tx, filed)
        (block,) = letters.opened(world.ground.keys, paper._mapping)["blocks"]

    assert [reason.key for reason in missing.value.reasons] == ["workflow.value_missing"]
    assert [value["zh"] for _, value in block["rows"]] == ["12", "3", "、".join(kept["rows"]), kept["seed"], "1"]
