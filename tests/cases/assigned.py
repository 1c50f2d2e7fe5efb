"""A panel of five whose cases are assigned, two experts for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseflow.cases import assigning_round, panels, view
from caseflow.cases.assigning_round import Known
from caseflow.cases.models import task
from caseflow.cases.panel_models import assignment
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from tests.cases.drawn import in_pool
from tests.cases.world import World

JURY = "jury"
LOOK = Action(id="look", title=Text(zh="-", en="-"))
KINDS = ("coke", "coke", "coke", "glass", "glass")


@dataclass
class Assigning:
    """A meeting, who runs it, its cases and its experts."""

    world: World
    office: Actor
    host: int
    cases: list[int]
    experts: list[Actor]

    def allot(self, act: str = "allot") -> None:
        self.world.do(self.office, self.host, act)

    def given(self) -> set[tuple[int, int]]:
        with self.world.database.read() as tx:
            return panels.assigned(tx, self.host, JURY)

    def of(self, who: Actor) -> list[int]:
        return sorted(case_id for case_id, person_id in self.given() if person_id == who.person_id)

    def rows(self) -> dict[tuple[int, int], Any]:
        """Every assignment that was ever made."""
        with self.world.database.read() as tx:
            found = tx.execute(sa.select(assignment).where(assignment.c.case_id == self.host)).mappings()
            return {(row["member_case_id"], row["person_id"]): dict(row) for row in found}

    def noted(self) -> list[dict[str, Any]]:
        """What the journal says of each assignment."""
        with self.world.database.read() as tx:
            bodies = tx.scalars(sa.select(journal.c.body).where(journal.c.case_id == self.host).order_by(journal.c.seq))
            return [one["assignment"] for one in bodies if "assignment" in one]

    def owing(self) -> set[int | None]:
        with self.world.database.read() as tx:
            where = (task.c.case_id == self.host, task.c.kind == f"panel:{JURY}", task.c.status == "open")
            return set(tx.scalars(sa.select(task.c.person_id).where(*where)))

    def known(self) -> Known:
        with self.world.database.read() as tx:
            return assigning_round.gather(view.load(tx, self.world.ground, self.office, self.host).move(LOOK, ""), JURY)

    def declare(self, who: Actor, *cases: int, act: str = "declare") -> None:
        """An own interest in these cases, and in no other."""
        said = {str(one): {"conflict": True, "ground": "近亲属任职"} for one in cases}
        self.world.do(who, self.host, act, interests=said)


def assigning(
    world: World,
    kinds: tuple[str, ...] = KINDS,
    classes: tuple[tuple[str, ...], ...] = ((), (), (), (), ()),
    unlisted: int = 0,
    **values: Any,
) -> Assigning:
    """A case of each kind, and an expert of each list of classes, all seated; ``values`` are of the first expert.

    After them sit so many who have the role and no entry in the pool.
    """
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    made = [world.recommended(applicant, product=f"产品{at}", kind=kind) for at, kind in enumerate(kinds)]
    host = world.open(office, "toy-assigned")
    world.do(office, host, "include", cases={str(one): {} for one in made})
    experts = [in_pool(world, classes=list(one), **(values if at == 0 else {})) for at, one in enumerate(classes)]
    experts += [world.person("expert", "pool") for _ in range(unlisted)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    return Assigning(world, office, host, made, experts)
