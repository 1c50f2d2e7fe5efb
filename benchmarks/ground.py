"""Where the benchmarks stand: an empty database of each kind, one authority, one applicant, its bureau and the office."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from alembic import command
from alembic.config import Config

from caseflow import clock
from caseflow.cases import ground as grounds
from caseflow.cases.ground import Ground
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.people import accounts, organisations, rights
from caseflow.people.models import authority, membership
from caseflow.people.rights import Actor, Standing
from caseflow.records import calendars, personal
from caseflow.workflow.reader import read
from tests import postgres

WORKFLOW = "bench-steps"


@dataclass
class Place:
    """A database with everybody who acts in the benchmark."""

    name: str
    settings: Settings
    database: Database
    ground: Ground
    applicant: Actor
    officer: Actor
    office: Actor
    counter_id: int | None = None


@contextmanager
def places() -> Iterator[list[Place]]:
    """SQLite as the program opens it (WAL, synchronous=FULL) and PostgreSQL with fsync on, both empty and migrated."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="caseflow-bench")))
        server = stack.enter_context(postgres.server())
        server.run("CREATE DATABASE bench")
        urls = {"SQLite": f"sqlite:///{folder / 'bench.db'}", "PostgreSQL": server.url("bench")}
        made = []
        for name, url in urls.items():
            settings = Settings(
                home=folder / "home", database_url=url, workflows=ROOT / "workflows", demo=False, secure_cookies=False
            )
            made.append(_place(name, settings))
            stack.callback(made[-1].database.close)
        yield made


def _place(name: str, settings: Settings) -> Place:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["url"] = settings.database_url
    command.upgrade(config, "head")
    database = Database(settings.database_url)
    data = yaml.safe_load((ROOT / "workflows/data/calendars/mainland-china.yaml").read_text("utf-8"))
    with database.write() as tx:
        authority_id = tx.execute(
            authority.insert().values(code="bench", name={"zh": "测试省", "en": "Bench"}).returning(authority.c.id)
        ).scalar_one()
        office = organisations.create(tx, authority_id=authority_id, kind="authority", name_zh="省厅")
        bureau = organisations.create(tx, authority_id=authority_id, kind="bureau", name_zh="市局")
        plant = organisations.create(
            tx, authority_id=authority_id, kind="enterprise", name_zh="甲焦化厂", prefecture_id=bureau
        )
        calendars.seed(tx, data)
        grounds.publish(tx, [read(Path(__file__).with_name("steps.yaml"), vocabulary=vocabulary())])
        ground = Ground(
            keys=personal.keyring(settings),
            calendars={"mainland-china": calendars.load(tx, data)},
        )
        people = []
        for number, (role, kind, where, prefecture) in enumerate(
            (
                ("applicant", "enterprise", plant, bureau),
                ("municipal", "bureau", bureau, bureau),
                ("provincial", "authority", office, None),
            )
        ):
            made = accounts.create(
                tx, authority_id=authority_id, login=f"bench{number}", name=f"人员{number}", password_hash="-",
                keys=ground.keys,
            )  # fmt: skip
            tx.execute(membership.insert().values(person_id=made, organisation_id=where, role=role, since=clock.now()))
            people.append(_actor(made, f"人员{number}", authority_id, where, kind, prefecture, role))
    return Place(name, settings, database, ground, *people)


def _actor(
    person_id: int, name: str, authority_id: int, organisation_id: int, kind: str, prefecture_id: int | None, role: str
) -> Actor:
    named = {"zh": "单位", "en": "Unit"}
    standing = Standing(
        authority_id, named, organisation_id, named, kind, prefecture_id, frozenset({role}), clock.now()
    )
    row = {"id": person_id, "name": name, "language": "zh", "authority_id": authority_id, "password_temporary": False}
    return rights.actor(row, [standing], None, frozenset())  # type: ignore[arg-type]  # a plain mapping serves as a row
