"""Cases of the sample of changes, as far as a test needs them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from caseflow.cases import dossier, signing
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.records import files
from tests.cases.world import World

UNIT = {"name": "甲焦化厂", "product": "焦炭", "contact": "王二"}
ROWS = [{"task": "建立核算制度"}, {"task": "开展核查"}]


def drafted(world: World, who: Actor, **unit: Any) -> int:
    """A case that is being typed."""
    case_id = world.open(who, "toy-change")
    world.type(who, case_id, "unit", UNIT | unit)
    world.type(who, case_id, "plan", {"rows": ROWS})
    return case_id


def reviewed(world: World, who: Actor, **unit: Any) -> int:
    """A case before its bureau."""
    case_id = drafted(world, who, **unit)
    world.do(who, case_id, "submit")
    return case_id


def returned(world: World, who: Actor) -> int:
    """A case sent back, with the name of the product open."""
    case_id = reviewed(world, who)
    world.do(world.person("municipal", "bureau"), case_id, "return", gaps={"unit.product": "写全称"})
    return case_id


def implementing(world: World, who: Actor) -> int:
    """A case that was announced."""
    case_id = reviewed(world, who)
    world.do(world.person("municipal", "bureau"), case_id, "send_up")
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")
    world.do(world.person("provincial", "office"), case_id, "announce")
    return case_id


def says(world: World, case_id: int) -> dict[str, Any]:
    """The last revision of the dossier."""
    with world.database.read() as tx:
        return dossier.frozen(tx, world.ground, case_id, world.row(case_id)["revision"])


def waiting(world: World, case_id: int) -> list[str]:
    """The acts that wait for signatures."""
    with world.database.read() as tx:
        return [row["action"] for row in signing.waiting(tx, case_id)]


def file_of(world: World, case_id: int | None, who: Actor, name: str = "记录.pdf") -> int:
    """A file that belongs to a case, or to none yet."""
    kept = files.keep(b"%PDF-1.4 sample", name=name, media_type="application/pdf", root=world.settings.files, pages=1)
    with world.database.write() as tx:
        return files.record(tx, kept, uploaded_by=who.person_id, organisation_id=who.organisation_id, case_id=case_id)


def place(world: World, name: str, division: str) -> None:
    """Say of which division an organisation is in charge."""
    with world.database.write() as tx:
        tx.execute(
            sa.update(organisation).where(organisation.c.id == world.organisations[name]).values(division=division)
        )
