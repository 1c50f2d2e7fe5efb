"""A pool of experts and a meeting whose panel is drawn from it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from caseflow import clock
from caseflow.cases import draws, panels
from caseflow.cases.draws import Held
from caseflow.people.expert_models import expert, expert_tie
from caseflow.people.rights import Actor
from caseflow.words import Refused
from tests.cases.world import World

JURY = "jury"


@dataclass
class Drawing:
    """A meeting, who runs it, who supervises the draw, and the pool."""

    world: World
    office: Actor
    supervisor: Actor
    host: int
    cases: list[int]
    pool: list[Actor]

    def held(self) -> Held:
        with self.world.database.read() as tx:
            found = draws.newest(tx, self.host, JURY)
        assert found is not None

        return found

    def seats(self) -> list[Any]:
        """Who sits now, without the reserves."""
        with self.world.database.read() as tx:
            return [row for row in panels.seats(tx, self.host, JURY) if not row["reserve"]]

    def seated(self) -> list[Actor]:
        by_id = {one.person_id: one for one in self.pool}
        return [by_id[row["person_id"]] for row in self.seats()]

    def freeze(self, **answers: Any) -> None:
        self.world.do(self.office, self.host, "commit")
        self.world.do(self.office, self.host, "freeze", **answers)

    def draw(self, said: str = "今日气温21.4度") -> None:
        self.freeze()
        self.world.do(self.supervisor, self.host, "draw", witness=said)

    def accept(self) -> None:
        for one in self.seated():
            self.world.do(one, self.host, "answer", answer="accept")

    def name_of(self, who: Actor) -> str:
        """What the record calls a person of the pool."""
        known = draws.people(self.world.ground.keys, self.held())
        return next(name for name, person in known.items() if person == who.person_id)


def in_pool(world: World, who: Actor | None = None, **values: Any) -> Actor:
    """Somebody active in the pool: trained, free, of an employer of the own, unless ``values`` say otherwise."""
    who = who or world.person("expert", "pool")
    today = clock.today()
    row: dict[str, Any] = {
        "status": "active", "fields": ["lca"], "classes": [], "region": None, "employer_id": None,
        "employer_name": f"{who.person_id}号研究所", "employer_code": None, "official": False, "rank": "高级工程师",
        "trained_until": today + timedelta(days=200), "credit": "good", "most": None, "away": [], "version": 1,
    }  # fmt: skip
    with world.database.write() as tx:
        made = expert.insert().values(
            authority_id=world.authority_id, person_id=who.person_id, invited_at=clock.now(), **{**row, **values}
        )
        tx.execute(made)
    return who


def tie(world: World, who: Actor, kind: str, name: str, **values: Any) -> None:
    """What is known of a person of the pool."""
    with world.database.write() as tx:
        expert_id = tx.scalar(expert.select().with_only_columns(expert.c.id).where(expert.c.person_id == who.person_id))
        tx.execute(
            expert_tie.insert().values(
                **{"expert_id": expert_id, "kind": kind, "name": name, "said_by": "office", "at": clock.now(),
                   "person_id": who.person_id, **values}
            )
        )  # fmt: skip


def drawing(world: World, people: int = 8, cases: int = 1, workflow: str = "toy-drawn") -> Drawing:
    """A meeting over some cases of one applicant, ready for its draw."""
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    supervisor = world.person("supervisor", "office")
    found = [world.recommended(applicant, product=f"焦炭{number}") for number in range(cases)]
    host = world.open(office, workflow)
    if found:
        world.do(office, host, "include", cases={str(case_id): {} for case_id in found})
    return Drawing(world, office, supervisor, host, found, [in_pool(world) for _ in range(people)])


def refused(act: Callable[..., Any], *given: Any, **answers: Any) -> list[str]:
    with pytest.raises(Refused) as found:
        act(*given, **answers)
    return [reason.key for reason in found.value.reasons]


def at_once(acts: list[Callable[[], Any]]) -> list[str]:
    """Do each in a thread of its own; what came of it."""
    told: list[str] = []
    barrier = threading.Barrier(len(acts))

    def run(one: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            one()
        except Refused as error:
            told.append(error.reasons[0].key)
        else:
            told.append("done")

    threads = [threading.Thread(target=run, args=(one,)) for one in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told
