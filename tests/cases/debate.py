"""A panel of three that has scored blind and comes to its discussion."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from caseflow.cases import panel_peers
from caseflow.cases.panel_peers import Talk
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.words import Refused, render
from tests.cases.world import World, sheet

FAR = "此分偏离较大，请说明"


@dataclass
class Debate:
    """The meeting, its cases, the office and the three experts; the first expert is the chair."""

    world: World
    office: Actor
    host: int
    cases: list[int]
    experts: list[Actor]

    def do(self, who: Actor, action: str, **answers: Any) -> Any:
        return self.world.do(who, self.host, action, **answers)

    def say(self, who: Actor, action: str, case_id: int, text: str) -> Any:
        return self.do(who, action, cases={str(case_id): {"text": text}})

    def talk(self, who: Actor, case_id: int, sees: str = "anonymous") -> Talk | None:
        """What an expert may read of the discussion of a case, where the panel ``sees`` its peers so."""
        with self.world.database.read() as tx:
            row = self.world.row(self.host)
            definition = self.world.ground.definition(tx, row["definition_id"]).definition
            jury = definition.panels["jury"].model_copy(update={"sees_peers": sees})
            definition = definition.model_copy(update={"panels": {"jury": jury}})
            return panel_peers.talk(tx, self.world.ground, definition, row, "jury", case_id, who.person_id)

    def opinions(self, text: str = "同意推荐") -> None:
        """The chair drafts the opinion of every case."""
        self.do(self.experts[0], "draft", cases={str(one): {"text": text} for one in self.cases})


def scoring(world: World, cases: int = 1, conflict: tuple[int, int] | None = None) -> Debate:
    """Pledged and ready to score; ``conflict`` is the place of an expert and of the case with an own interest."""
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    found = [world.recommended(applicant, product=f"焦炭{number}") for number in range(cases)]
    host = world.open(office, "toy-debate")
    world.do(office, host, "include", cases={str(one): {} for one in found})
    experts = [world.person("expert", "pool") for _ in range(3)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    for place, expert in enumerate(experts):
        said = {
            str(one): {"conflict": conflict == (place, number), "ground": "亲属" if conflict == (place, number) else ""}
            for number, one in enumerate(found)
        }
        world.do(expert, host, "declare", interests=said)
    return Debate(world, office, host, found, experts)


def debating(
    world: World, marks: tuple[int, int, int] = (40, 40, 15), cases: int = 1, conflict: tuple[int, int] | None = None
) -> Debate:
    """In discussion: each expert gave every case twice the own mark."""
    found = scoring(world, cases, conflict)
    for place, (expert, mark) in enumerate(zip(found.experts, marks, strict=True)):
        for number, case_id in enumerate(found.cases):
            if conflict != (place, number):
                found.do(expert, "score", sheet=sheet(case_id, mark, mark))
    found.do(found.office, "discuss")
    return found


def signing(world: World, cases: int = 1, conflict: tuple[int, int] | None = None) -> Debate:
    """Scores worked out, ready for the opinion."""
    found = debating(world, (40, 40, 38), cases, conflict)
    found.do(found.office, "summarise")
    return found


def paper(found: Debate, kind: str) -> dict[str, Any]:
    """The newest paper of a kind, opened."""
    with found.world.database.read() as tx:
        row = next(one._mapping for one in letters.of_case(tx, found.host) if one.kind == kind)
        return letters.opened(found.world.ground.keys, row)


def told(found: Debate, kind: str) -> str:
    """What stands on it."""
    return json.dumps(paper(found, kind), ensure_ascii=False)


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.key for reason in refused.value.reasons]


def shown(talk: Talk | None) -> list[tuple[str, Any]]:
    """Who gave what, as a page calls it."""
    assert talk is not None
    return [(render(one.label, "zh"), one.typed["total"]) for one in talk.sheets]
