"""Three authorities from elsewhere with their own procedures, on which nothing shipped is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import fire, timers
from caseflow.cases import ground as grounds
from caseflow.cases.ground import Ground
from caseflow.cases.models import round_
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import rehearsal
from caseflow.people import organisations
from caseflow.people.models import authority, membership, person
from caseflow.people.rights import Actor, actor, standings
from caseflow.people.roles import Roles, read_roles
from caseflow.records import calendars, files, personal
from caseflow.workflow.definition import Definition
from caseflow.workflow.reader import examine_folder, read_folder
from tests.cases.world import World, calendar_data

HERE = Path(__file__).parent


@cache
def definitions(authority_code: str) -> list[Definition]:
    """The definitions of one authority, read and checked against each other."""
    found = read_folder(HERE, vocabulary())
    return [one for one in found.values() if one.authority == authority_code]


def complaints(*workflows: str) -> list[str]:
    """Everything that the check says of these workflows, warnings too."""
    return [
        str(problem)
        for reading in examine_folder(HERE, vocabulary())
        for problem in reading.problems
        if reading.definition is None or reading.definition.workflow in workflows
    ]


def build(database: Database, settings: Settings, code: str) -> World:
    """One authority with its organisations, its definitions and, where its procedures know rounds, one that is open."""
    said = _data()["authorities"][code]
    with database.write() as tx:
        authority_id = tx.execute(
            authority.insert().values(code=code, name=said["name"]).returning(authority.c.id)
        ).scalar_one()
        made = _organisations(tx, authority_id, said["organisations"])
        calendars.seed(tx, calendar_data())
        grounds.publish(tx, definitions(code))
        round_id = _round(tx, authority_id, said["round"])
        ground = Ground(
            keys=personal.keyring(settings), calendars={"mainland-china": calendars.load(tx, calendar_data())}
        )
    return World(database, settings, ground, authority_id, made, round_id)


def roles() -> Roles:
    """The roles that people of these authorities may hold."""
    return read_roles({"roles": _data()["roles"]})


def rehearsed(world: World) -> list[tuple[str, str, tuple[Any, ...]]]:
    """How the tests went that the definitions carry: workflow, name, faults."""
    with world.database.write() as tx:
        found = rehearsal.run_all(tx, world.ground, roles(), world.settings.files)
    return [(one.workflow, one.name.en, one.lines) for one in found]


def holding_too(world: World, who: Actor, role: str, organisation: str) -> Actor:
    """The same person, who holds one more role in an organisation."""
    where = world.organisations[organisation]
    with world.database.write() as tx:
        tx.execute(
            membership.insert().values(person_id=who.person_id, organisation_id=where, role=role, since=clock.now())
        )
        row = tx.execute(person.select().where(person.c.id == who.person_id)).mappings().one()
        return actor(row, standings(tx, who.person_id), where, frozenset())


def uploaded(world: World, organisation: str, name: str) -> int:
    """A file that an organisation has uploaded."""
    kept = files.keep(b"%PDF-1.4", name=name, media_type="application/pdf", root=world.settings.files)
    with world.database.write() as tx:
        return files.record(tx, kept, uploaded_by=None, organisation_id=world.organisations[organisation])


def open_all_the_time(world: World) -> None:
    """For tests whose dates are fixed: the round is open on all of them."""
    with world.database.write() as tx:
        opens, closes = clock.at_local(date(2026, 1, 1)), clock.end_of(date(2027, 12, 31))
        tx.execute(round_.update().values(opens_at=opens, closes_at=closes))


def fire_due(world: World) -> int:
    """Do what the system owes by now; how many timers were fired."""
    fired = 0
    with world.database.write() as tx:
        while waiting := timers.due(tx, clock.now(), 1):
            fire.fire(tx, world.ground, waiting[0], clock.now())
            fired += 1
    return fired


@cache
def _data() -> Any:
    return yaml.load((HERE / "data" / "places.yaml").read_text("utf-8"), yaml.CSafeLoader)


def _organisations(tx: Connection, authority_id: int, wanted: Mapping[str, str]) -> dict[str, int]:
    """By key; none of them belongs to a bureau, which these authorities do not have."""
    return {
        name: organisations.create(tx, authority_id=authority_id, kind=kind, name_zh=f"{name}单位")
        for name, kind in wanted.items()
    }


def _round(tx: Connection, authority_id: int, workflows: list[str]) -> int:
    today = clock.today()
    return int(
        tx.execute(
            sa.insert(round_)
            .values(
                authority_id=authority_id,
                code="call",
                title={"zh": "本期", "en": "This call"},
                workflows=workflows,
                opens_at=clock.at_local(today - timedelta(days=30)),
                closes_at=clock.end_of(today + timedelta(days=30)),
                priority_classes=[],
                created_at=clock.now(),
            )
            .returning(round_.c.id)
        ).scalar_one()
    )
