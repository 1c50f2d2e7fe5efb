"""Further organisations of the small authority, and the cases in which they have a part or owe something."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import deadlines, dossier, duties, opening, tasks
from caseflow.cases.models import deadline, member, round_, task
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.records.models import inbox_message
from caseflow.workflow.identifiers import make_credit_code
from tests.cases.world import World

WORKFLOW = "toy-part"


def organisation(world: World, name: str, kind: str, **more: Any) -> int:
    """A further organisation under the authority; people of it are made by its name."""
    with world.database.write() as tx:
        made = organisations.create(
            tx, authority_id=world.authority_id, kind=kind, name_zh=name,
            prefecture_id=world.organisations["bureau"] if kind in ("branch", "body") else None, **more,
        )  # fmt: skip
    world.organisations[name] = made
    return made


def code(seed: int) -> str:
    return make_credit_code("91", "140000", seed)


def filled(who: Actor, **values: Any) -> dict[str, Any]:
    return {"name": who.organisation_name["zh"], "code": code(1), "product": "焦炭", "contact": "王二", **values}


def drafted(world: World, who: Actor, **values: Any) -> int:
    """A case whose dossier is typed."""
    case_id = world.open(who, WORKFLOW)
    world.type(who, case_id, "unit", filled(who, **values))
    return case_id


def submitted(world: World, who: Actor, **values: Any) -> int:
    case_id = drafted(world, who, **values)
    world.do(who, case_id, "submit")
    return case_id


def working(world: World, who: Actor, **values: Any) -> int:
    """A case that its bureau has passed."""
    case_id = submitted(world, who, **values)
    world.do(world.person("municipal", "bureau"), case_id, "check", **{"class": "coke"})
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")
    return case_id


def poll(world: World, office: Actor, cases: list[int], **reasons: str) -> int:
    """A list of cases on which every department is asked."""
    host = world.open(office, "toy-poll")
    world.do(office, host, "include", cases={str(one): {} for one in cases})
    said = {str(one): {"result": "chosen", "reason": "同意"} for one in cases}
    world.do(office, host, "propose", results=said)
    return host


def owed(world: World, case_id: int, *, status: str = "open") -> list[tuple[str, int, date | None]]:
    """The tasks of a case: kind, organisation, by when."""
    with world.database.read() as tx:
        rows = tx.execute(
            sa.select(task).where(task.c.case_id == case_id, task.c.status == status).order_by(task.c.id)
        ).mappings()
        return [(row["kind"], row["organisation_id"], row["due_on"]) for row in rows]


def open_task(world: World, case_id: int, kind: str) -> int:
    with world.database.read() as tx:
        return next(int(row["id"]) for row in tasks.open_tasks(tx, case_id) if row["kind"] == kind)


def clocks(world: World, case_id: int, name: str) -> list[Any]:
    with world.database.read() as tx:
        return list(
            tx.execute(
                sa.select(deadline)
                .where(deadline.c.case_id == case_id, deadline.c.clock.like(f"{deadlines.DUTY}%.{name}"))
                .order_by(deadline.c.id)
            ).mappings()
        )


def replies(world: World, case_id: int) -> list[tuple[int, str]]:
    """The answers to duties: by whom, and whether they still count."""
    with world.database.read() as tx:
        return [(row["organisation_id"], row["status"]) for row in duties.replies(tx, case_id)]


def said(world: World, case_id: int) -> dict[str, Any]:
    with world.database.read() as tx:
        return dossier.facts(tx, world.ground, world.row(case_id))


def acts(world: World, case_id: int) -> list[str]:
    with world.database.read() as tx:
        return [row.act for row in journal.entries(tx, case_id)]


def sound(world: World) -> bool:
    """Whether every hash of every journal still fits."""
    with world.database.read() as tx:
        return journal.verify(tx) == []


def told(world: World, case_id: int, key: str) -> list[tuple[int | None, str | None, int | None]]:
    """Who was told a message: organisation, role, person."""
    with world.database.read() as tx:
        rows = tx.execute(
            sa.select(inbox_message)
            .where(inbox_message.c.case_id == case_id, inbox_message.c.key == key)
            .order_by(inbox_message.c.id)
        )
        return [(row.organisation_id, row.role, row.person_id) for row in rows]


def another_round(world: World, *, closes: int = 30) -> int:
    """A further round for these cases, closing in so many days."""
    with world.database.write() as tx:
        return int(
            tx.execute(
                round_.insert()
                .values(
                    authority_id=world.authority_id,
                    code=f"next{closes}",
                    title={"zh": "第二批", "en": "Round 2"},
                    workflows=[WORKFLOW],
                    opens_at=clock.at_local(clock.today() - timedelta(days=60)),
                    closes_at=clock.end_of(clock.today() + timedelta(days=closes)),
                    priority_classes=[],
                    created_at=clock.now(),
                )
                .returning(round_.c.id)
            ).scalar_one()
        )


def carry(world: World, who: Actor, case_id: int, round_id: int, key: str) -> Any:
    with world.database.write() as tx:
        return opening.carry_over(tx, world.ground, who, case_id, round_id, key)


def put_in(world: World, host: int, case_id: int) -> None:
    """Write a case into a procedure over many cases, as if an act there had taken it in."""
    with world.database.write() as tx:
        tx.execute(member.insert().values(host_id=host, case_id=case_id, position=1, status="in", data={}))
