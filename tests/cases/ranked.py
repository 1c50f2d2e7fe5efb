"""A panel of three that has scored its cases by the whole rule of ``toy-ranked``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from caseflow import clock
from caseflow.cases import members, panel_results, quota_settings, ranking, view
from caseflow.cases.ranking import Worked
from caseflow.people.rights import Actor
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from tests.cases.world import World

LOOK = Action(id="look", title=Text(zh="-", en="-"))
Marks = tuple[int, int, int]
"""Distinctive (weight 1.5, of 40), feasible (of 40, at least 10), risk (apart, of 10)."""


@dataclass
class Ranked:
    """A panel of three that has scored its cases."""

    world: World
    office: Actor
    host: int
    cases: list[int]
    experts: list[Actor]

    def worked(self) -> Worked:
        with self.world.database.read() as tx:
            seen = view.load(tx, self.world.ground, self.office, self.host)
            return ranking.work_out(seen.move(LOOK, ""), "jury")

    def kept(self) -> list[Any]:
        with self.world.database.read() as tx:
            return panel_results.history(tx, self.host, "jury")

    def said(self) -> dict[int, dict[str, Any]]:
        with self.world.database.read() as tx:
            return {row["id"]: row["data"] for row in members.rows(tx, self.host)}


def scored(world: World, *cases: tuple[Marks, Marks, Marks], kinds: tuple[str, ...] = (), limit: int = 3) -> Ranked:
    """Each case with the marks of three experts."""
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    with world.database.write() as tx:
        quota_settings.set_limit(
            tx, world.ground.keys, world.authority_id, world.ground.current(tx, "toy-case").definition.quotas["places"],
            key="", limit=limit, across=None, reason="测试", by=office.person_id, at=clock.now(),
        )  # fmt: skip
    made = [
        world.recommended(applicant, product=f"产品{at}", kind=kinds[at] if kinds else "coke")
        for at in range(len(cases))
    ]
    host = world.open(office, "toy-ranked")
    world.do(office, host, "include", cases={str(one): {} for one in made})
    experts = [world.person("expert", "pool") for _ in range(3)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    for at, expert in enumerate(experts):
        world.do(expert, host, "declare")
        for case_id, marks in zip(made, cases, strict=True):
            world.do(expert, host, "score", sheet=sheet(case_id, marks[at]))
    return Ranked(world, office, host, made, experts)


def sheet(case_id: int, marks: Marks) -> dict[str, Any]:
    names = ("distinctive", "feasible", "risk")
    given = {name: {"mark": mark, "reason": "理由"} for name, mark in zip(names, marks, strict=True)}
    return {"member": case_id, "marks": given, "opinion": ""}


def alike(distinctive: int, feasible: int, risk: int = 5) -> tuple[Marks, Marks, Marks]:
    one = (distinctive, feasible, risk)
    return (one, one, one)
