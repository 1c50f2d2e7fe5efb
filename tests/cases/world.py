"""A small authority with people, so that cases can be opened and moved through the one door."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import act, dossier, findings, fire, opening, timers
from caseflow.cases import ground as grounds
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, round_
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.people import accounts, organisations
from caseflow.people.models import authority, membership, person
from caseflow.people.rights import Actor, actor, standings
from caseflow.records import calendars, personal
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.reader import read

HERE = Path(__file__).parent
KINDS = {
    "applicant": "enterprise", "municipal": "bureau", "municipal_head": "bureau", "provincial": "authority",
    "department": "department", "expert": "pool",
}  # fmt: skip


@dataclass
class World:
    """One authority, one bureau, and whoever a test asks for."""

    database: Database
    settings: Settings
    ground: Ground
    authority_id: int
    organisations: dict[str, int]
    round_id: int
    _names: Any = field(default_factory=lambda: itertools.count(1))

    def person(self, role: str, organisation: str) -> Actor:
        """A new person who holds a role in an organisation."""
        number = next(self._names)
        with self.database.write() as tx:
            made = accounts.create(
                tx,
                authority_id=self.authority_id,
                login=f"person{number}",
                name=f"人员{number}",
                password_hash="-",
                keys=self.ground.keys,
            )
            where = self.organisations[organisation]
            tx.execute(membership.insert().values(person_id=made, organisation_id=where, role=role, since=clock.now()))
            row = tx.execute(sa.select(person).where(person.c.id == made)).mappings().one()
            return actor(row, standings(tx, made), where, frozenset())

    def enterprise(self, name: str) -> str:
        """A new applicant of the bureau's prefecture; returns its key."""
        with self.database.write() as tx:
            self.organisations[name] = organisations.create(
                tx,
                authority_id=self.authority_id,
                kind="enterprise",
                name_zh=name,
                prefecture_id=self.organisations["bureau"],
            )
        return name

    def open(self, who: Actor, workflow: str = "toy-case", key: str | None = None) -> int:
        with self.database.write() as tx:
            return opening.open_case(
                tx, self.ground, who, workflow, round_id=self.round_id, request_key=key or f"open{next(self._names)}"
            ).case_id

    def type(self, who: Actor, case_id: int, section: str, values: dict[str, Any]) -> None:
        owner, part = f"organisation:{who.organisation_id}", f"dossier.{section}"
        with self.database.write() as tx:
            seen, _ = dossier.read_draft(tx, self.ground, case_id, part, owner)
            dossier.save_draft(tx, self.ground, case_id, part, owner, values, seen, who.person_id)

    def do(self, who: Actor | None, case_id: int, action: str, key: str | None = None, **answers: Any) -> act.Outcome:
        with self.database.write() as tx:
            return act.perform(
                tx, self.ground, who, case_id, action, answers, request_key=key or f"act{next(self._names)}"
            )

    def refusal(self, who: Actor | None, case_id: int, action: str, **answers: Any) -> list[str]:
        """The keys of all reasons for which an act is refused; it must be."""
        with pytest.raises(Refused) as refused:
            self.do(who, case_id, action, **answers)
        return [one.key for one in refused.value.reasons]

    def fire_all(self) -> int:
        """Fire whatever has come due; how much it was."""
        with self.database.write() as tx:
            waiting = timers.due(tx, clock.now())
            return sum(fire.fire(tx, self.ground, row, clock.now()) for row in waiting)

    def row(self, case_id: int) -> Any:
        with self.database.read() as tx:
            return tx.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()

    def findings(self, case_id: int) -> list[int]:
        """What of a case waits for an answer."""
        with self.database.read() as tx:
            return [row["id"] for row in findings.open_findings(tx, case_id)]

    def recommended(self, who: Actor, **values: Any) -> int:
        """A case that its bureau has recommended, signed by the head."""
        case_id = self.submitted(who, **values)
        officer = self.person("municipal", "bureau")
        for finding in self.findings(case_id):
            self.do(officer, case_id, "answer_finding", finding=finding, answer="已核对")
        self.do(officer, case_id, "recommend", opinion="同意推荐")
        self.do(self.person("municipal_head", "bureau"), case_id, "sign", opinion="同意")
        return case_id

    def raise_finding(self, case_id: int) -> None:
        """Something that the officer has to answer."""
        with self.database.write() as tx:
            findings.note(tx, case_id, "warning", "test", Message("warnings.footprint_missing"), clock.now())

    def meeting(self, office: Actor, cases: list[int]) -> tuple[int, list[Actor]]:
        """A meeting in session over these cases, and its three experts."""
        host = self.open(office, "toy-meeting")
        self.do(office, host, "include", cases={str(case_id): {} for case_id in cases})
        experts = [self.person("expert", "pool") for _ in range(3)]
        self.do(office, host, "seat", experts=[one.person_id for one in experts])
        return host, experts

    def scored(self, office: Actor, cases: list[int]) -> int:
        """A meeting in which every expert gave every case 80 of 100."""
        host, experts = self.meeting(office, cases)
        for expert in experts:
            self.do(expert, host, "declare")
            for case_id in cases:
                self.do(expert, host, "score", sheet=sheet(case_id, 40, 40))
        self.do(office, host, "summarise")
        return host

    def submitted(self, who: Actor, **values: Any) -> int:
        """A case filled in and submitted."""
        case_id = self.open(who)
        filled = {"name": who.organisation_name["zh"], "product": "焦炭", "kind": "coke", "contact": "王二", **values}
        self.type(who, case_id, "unit", filled)
        self.do(who, case_id, "submit")
        return case_id


def build(database: Database, settings: Settings) -> World:
    """The authority ``north`` with its bureau, and a round open today."""
    with database.write() as tx:
        authority_id = tx.execute(
            authority.insert().values(code="north", name={"zh": "北省", "en": "North"}).returning(authority.c.id)
        ).scalar_one()
        made: dict[str, int] = {}
        for name, kind in (("office", "authority"), ("bureau", "bureau"), ("elsewhere", "bureau"), ("pool", "pool")):
            made[name] = organisations.create(tx, authority_id=authority_id, kind=kind, name_zh=f"{name}单位")
        made["plant"] = organisations.create(
            tx, authority_id=authority_id, kind="enterprise", name_zh="甲焦化厂", prefecture_id=made["bureau"]
        )
        calendars.seed(tx, calendar_data())
        grounds.publish(tx, definitions())
        today = clock.today()
        round_id = tx.execute(
            round_.insert()
            .values(
                authority_id=authority_id,
                code="r1",
                title={"zh": "第一批", "en": "Round 1"},
                workflows=["toy-case"],
                opens_at=clock.at_local(today - timedelta(days=30)),
                closes_at=clock.end_of(today + timedelta(days=30)),
                priority_classes=[],
                created_at=clock.now(),
            )
            .returning(round_.c.id)
        ).scalar_one()
        ground = ground_of(tx, settings)
    return World(database, settings, ground, authority_id, made, round_id)


def ground_of(tx: Connection, settings: Settings) -> Ground:
    """What acts stand on in a process of its own."""
    return Ground(
        keys=personal.keyring(settings),
        calendars={"mainland-china": calendars.load(tx, calendar_data())},
    )


@cache
def definitions() -> list[Definition]:
    """The small workflows of this folder."""
    known = vocabulary()
    return [read(path, vocabulary=known) for path in sorted(HERE.glob("*.yaml"))]


@cache
def calendar_data() -> Any:
    return yaml.load((ROOT / "workflows/data/calendars/mainland-china.yaml").read_text("utf-8"), yaml.CSafeLoader)


def sheet(case_id: int, distinctive: int, feasible: int, reason: str = "理由") -> dict[str, Any]:
    """A score sheet of the sample panel."""
    marks = {"distinctive": distinctive, "feasible": feasible}
    return {
        "member": case_id,
        "marks": {name: {"mark": mark, "reason": reason} for name, mark in marks.items()},
        "opinion": "",
    }


@contextmanager
def on(text: str) -> Iterator[None]:
    """Ten in the morning of a day."""
    with clock.at(clock.at_local(day(text), time(10))):
        yield


def day(text: str) -> date:
    return date.fromisoformat(text)
