"""A seeded installation with people in every office, and cases brought to where a page is looked at."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import act, dossier, opening
from caseflow.cases.ground import Ground
from caseflow.cases.models import case as case_table
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference, rounds, sample_files, samples
from caseflow.people import accounts, organisations, rights, roles, sessions
from caseflow.people.models import authority, membership, organisation, person
from caseflow.people.rights import Actor
from caseflow.records import files
from caseflow.studies import store
from tests import pool
from tests.web.conftest import Visitor

PILOT = "pilot-management"
SUBMISSION = "municipal-submission"
MEETING = "review-meeting"
PANEL = "pilot_panel"
LIST = "pilot-list"

PEOPLE = {
    "taiyuan": ("municipal", "sx-taiyuan"),
    "taiyuan-head": ("municipal_head", "sx-taiyuan"),
    "taiyuan-leader": ("municipal_leader", "sx-taiyuan"),
    "datong": ("municipal", "sx-datong"),
    "province": ("provincial", "sx-ecology"),
    "province-head": ("provincial_head", "sx-ecology"),
    "province-leader": ("provincial_leader", "sx-ecology"),
    "finance": ("department", "sx-finance"),
    "supervisor": ("supervisor", "sx-ecology"),
    **{f"expert-{number}": ("expert", "sx-experts") for number in range(1, 11)},
}
SITTING = tuple(f"expert-{number}" for number in range(1, 8))
POOL = (*SITTING, "expert-8", "expert-9")
"""Who sits on every panel of these tests, in this order, whoever was drawn; the last two are reserves."""
DRAW: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("province", "commit", {}),
    ("province", "freeze", {}),
    ("supervisor", "draw", {"witness": "七四一九"}),
    ("province", "attest", {}),
    ("supervisor", "attest", {}),
)
NAMES = {
    "taiyuan": "市局经办甲", "taiyuan-head": "市局科长乙", "taiyuan-leader": "市局分管丙", "datong": "大同经办丁",
    "province": "省厅经办戊", "province-head": "省厅处长己", "province-leader": "省厅分管庚", "finance": "财政厅辛",
    "supervisor": "监督壬",
}  # fmt: skip


@dataclass
class World:
    """One installation. ``go`` brings a case somewhere through the one door; ``visit`` opens a browser."""

    database: Database
    settings: Settings
    ground: Ground
    app: Flask
    offices: dict[str, int]
    people: dict[str, int]
    round_id: int
    _keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def actor(self, login: str) -> Actor:
        with self.database.read() as tx:
            row = accounts.get(tx, self.people[login])
            assert row is not None
            return rights.actor(row, rights.standings(tx, row["id"]), None, reference.roles(self.settings).official)

    def elsewhere(self, login: str, role: str = "provincial") -> int:
        """Somebody in the office of another authority, whose roles are called as they are here; returns that authority."""
        with self.database.write() as tx:
            south = int(tx.execute(
                authority.insert().values(code=login, name={"zh": "南省", "en": "South"}).returning(authority.c.id)
            ).scalar_one())  # fmt: skip
            where = organisations.create(tx, authority_id=south, kind="authority", name_zh="南省厅")
            made = accounts.create(
                tx, authority_id=south, login=login, name="南省经办", password_hash="-", keys=self.ground.keys
            )
            given = {"person_id": made, "organisation_id": where, "role": role, "since": clock.now()}
            tx.execute(membership.insert().values(given))
        self.people[login] = made
        return south

    def key(self) -> str:
        return f"test-request-key-{next(self._keys):06}"

    def unit(self, number: int, bureau: str = "sx-taiyuan") -> str:
        """An enterprise with an applicant; returns the applicant's login."""
        login = f"unit-{number}"
        if login not in self.people:
            with self.database.write() as tx:
                authority = organisations.authority_id(tx, "shanxi")
                place = organisations.create(
                    tx, authority_id=authority, kind="enterprise", name_zh=f"示例焦化{number}有限公司",
                    name_en=f"Sample Coke {number}", prefecture_id=self.offices[bureau],
                )  # fmt: skip
                self.people[login] = _person(tx, self.ground, login, f"申报人{number}")
                known = reference.roles(self.settings)
                roles.grant(tx, known, person_id=self.people[login], organisation_id=place, role="applicant", by=None)
        return login

    def application(
        self, state: str, number: int = 1, bureau: str = "sx-taiyuan", *, footprint: bool = False, **answers: Any
    ) -> int:
        """A case of the management pilot entered at ``state`` with a whole dossier."""
        owner = self.actor(self.unit(number, bureau))
        loaded = None
        with self.database.write() as tx:
            loaded = self.ground.current(tx, PILOT)
            given = {
                "unit.unit_name": f"示例焦化{number}有限公司",
                "product.product": f"冶金焦{number}号",
                "product.product_class": "coke",
                **{path.replace("__", "."): value for path, value in answers.items()},
            }
            given = {path: value for path, value in given.items() if _is_typed(loaded.definition, path)}
            names = self.names(tx, owner, 0)
            values = samples.complete(loaded, self.ground, number, names, given)
            made = opening.import_case(
                tx, self.ground, self.actor("province"), PILOT, state, values,
                organisation_id=int(owner.organisation_id or 0), prefecture_id=self.offices[bureau],
                round_id=self.round_id, request_key=self.key(),
            ).case_id  # fmt: skip
            if footprint:
                store.save_study(tx, case_id=made, study_=samples.study(store.stored_shelf(tx)), by=None)
        return made

    def names(self, tx: Any, owner: Actor, case_id: int) -> samples.Names:
        def file(name: str, question: Any) -> int:
            made = sample_files.content(name, question.label.zh)
            kept = files.keep(
                made.body, name=name, media_type=made.media_type, root=self.settings.files, pages=made.pages
            )
            return files.record(
                tx, kept, uploaded_by=owner.person_id, organisation_id=owner.organisation_id, case_id=case_id or None
            )

        code = samples.UNKNOWN_FORM
        revision = tx.scalar(sa.select(case_table.c.revision).where(case_table.c.id == case_id)) if case_id else 0
        if revision:
            code = dossier.revision_code(dossier.revision_hash(tx, case_id, revision))
        return samples.Names(file=file, person=lambda name: self.people[name], case=int, revision_code=code)

    def do(self, login: str, case_id: int, action: str, **given: Any) -> None:
        """An act through the door; answers in the words of YAML."""
        actor = self.actor(login)
        with self.database.write() as tx:
            row = tx.execute(sa.select(case_table).where(case_table.c.id == case_id)).mappings().one()
            definition = self.ground.definition(tx, row["definition_id"]).definition
            found = definition.action(row["state"], action)
            answers = samples.answers(found.asks if found else {}, given, self.names(tx, actor, case_id))
            act.perform(tx, self.ground, actor, case_id, action, answers, request_key=self.key())

    def sign(self, case_id: int, *logins: str) -> None:
        for login in logins:
            self.do(login, case_id, "sign", opinion="同意")

    def recommend(self, case_id: int, *, signed: bool = True) -> None:
        items = ("typical", "leading", "chain", "data_basis", "life_cycle", "management")
        self.answer_findings("taiyuan", case_id)
        self.do(
            "taiyuan", case_id, "recommend",
            checklist={item: {"conclusion": "met", "remark": ""} for item in items},
            opinion="材料齐全，符合试点条件，建议推荐。", summary_strengths="产业链完整，数据基础好。",
            summary_plan="分三个阶段完成核算、标准和推广。", no_interest=True,
        )  # fmt: skip
        if signed:
            self.sign(case_id, "taiyuan-head", "taiyuan-leader")

    def answer_findings(self, login: str, case_id: int) -> None:
        from caseflow.cases import findings

        with self.database.read() as tx:
            rows = findings.open_findings(tx, case_id)
        for row in rows:
            self.do(login, case_id, "answer_finding", finding=row["id"], answer="已核实，属实。")

    def host(self, login: str, workflow: str) -> int:
        with self.database.write() as tx:
            return opening.open_case(
                tx,
                self.ground,
                self.actor(login),
                workflow,
                round_id=self.round_id,
                title="演示",
                request_key=self.key(),
            ).case_id

    def meeting(self, *members: int, convened: bool = True) -> int:
        """A review meeting on these cases, with seven experts; up to the session unless told otherwise."""
        found = self.host("province", MEETING)
        self.do("province", found, "include", cases=list(members))
        experts = list(SITTING)
        with self.database.write() as tx:
            pool.enrol(tx, [self.people[login] for login in POOL])
        for login, step, said in DRAW:
            self.do(login, found, step, **said)
        with self.database.write() as tx:
            pool.reseat(tx, found, PANEL, [self.people[login] for login in POOL])
        self.do("province", found, "notify_experts", held_on="+10 days", held_at="9时", place="第一会议室")
        if convened:
            for login in experts:
                self.do(login, found, "answer", answer="accept")
                self.declare(login, found)
            self.do("province", found, "convene", present=experts)
        return found

    def summarise(self, host: int) -> None:
        """From the last sheet to the scores: the discussion is opened and nobody changes anything."""
        self.do("province", host, "discuss")
        self.do("province", host, "summarise")

    def conclude(self, host: int, *members: int) -> None:
        """The opinion of the panel, signed by all, and the end of the meeting."""
        self.do("expert-1", host, "draft_opinion", cases={one: {"text": "建议入选"} for one in members})
        for login in SITTING:
            self.do(login, host, "sign_opinion")
        self.do("province", host, "close_meeting")

    def declare(self, login: str, host: int) -> None:
        from caseflow.cases import members

        with self.database.read() as tx:
            inside = [row["id"] for row in members.rows(tx, host)]
        self.do(
            login, host, "declare", secrecy=True, integrity=True,
            interests={one: {"conflict": False} for one in inside},
        )  # fmt: skip

    def score(self, login: str, host: int, member: int, mark: int, reason: str = "理由充分") -> None:
        criteria = ("distinctive", "representative", "feasible", "replicable")
        marks = {one: {"mark": mark, "reason": reason} for one in criteria}
        self.do(login, host, "score", sheet={"member": member, "marks": marks, "opinion": reason})

    def row(self, case_id: int) -> Any:
        with self.database.read() as tx:
            return tx.execute(sa.select(case_table).where(case_table.c.id == case_id)).mappings().one()

    def visit(self, login: str) -> Reader:
        """A browser in which ``login`` is signed in, the second factor given."""
        known = reference.roles(self.settings)
        with self.database.write() as tx:
            held = frozenset[str]().union(*(one.roles for one in rights.standings(tx, self.people[login])))
            token = sessions.begin(
                tx, self.people[login], idle_seconds=known.idle_seconds(held), address="192.0.2.1",
                second_factor_done=True,
            )  # fmt: skip
        visitor = Reader(self.app)
        visitor.client.set_cookie("caseflow", token)
        return visitor


class Reader(Visitor):
    """A signed-in browser that can fill in the form of an act."""

    def form_of(self, path: str, marker: str = 'id="act"') -> dict[str, str]:
        """The hidden inputs of the form on a page that carries ``marker``."""
        text = self.get(path).text
        return hidden_inputs(text, marker)

    def act(self, path: str, data: dict[str, Any], hidden: dict[str, str] | None = None) -> TestResponse:
        """Send an act's form; the answer is the page at which the browser ends."""
        sent = {**(hidden or self.form_of(path)), **data}
        answer = self.client.post(path, data=sent, environ_base=self.address)
        if answer.status_code == 303:
            return self.get(answer.headers["Location"])
        return answer


def hidden_inputs(page: str, marker: str) -> dict[str, str]:
    """The hidden inputs of the form that carries ``marker``."""
    forms = re.findall(r"(?s)<form\b.*?</form>", page)
    found = next((one for one in forms if marker in one), "")
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found))


def _is_typed(definition: Any, path: str) -> bool:
    section, _, name = path.partition(".")
    question = definition.dossier[section].fields.get(name) if section in definition.dossier else None
    return question is not None and not question.fixed


def _person(tx: Any, ground: Ground, login: str, name: str) -> int:
    return accounts.create(
        tx, authority_id=organisations.authority_id(tx, "shanxi"), login=login, name=name, password_hash="-",
        keys=ground.keys,
    )  # fmt: skip


@pytest.fixture(scope="session")
def seeded(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A database with the reference data and the officers, to copy; the home folder that holds its keys."""
    return _seeded(migrated_sqlite, tmp_path_factory.getbasetemp() / "seeded")


@cache  # a fixture is another one in each file that imports it
def _seeded(migrated_sqlite: Path, folder: Path) -> tuple[Path, Path, dict[str, Any]]:
    folder.mkdir()
    path, home = folder / "seeded.db", folder / "home"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    settings = _settings(home, path)
    known = reference.roles(settings)
    with database.write() as tx:
        reference.seed(tx, settings)
        ground = reference.ground(tx, settings)
        offices = {
            row.code: row.id for row in tx.execute(sa.select(organisation.c.code, organisation.c.id)) if row.code
        }
        people = {}
        for login, (role, office) in PEOPLE.items():
            people[login] = _person(tx, ground, login, NAMES.get(login, f"专家{login[-1]}"))
            roles.grant(tx, known, person_id=people[login], organisation_id=offices[office], role=role, by=None)
        tx.execute(person.update().values(second_factor_required=False))
        made = rounds.create(
            tx, organisations.authority_id(tx, "shanxi"), code="test", title={"zh": "测试批次", "en": "Test round"},
            workflows=[PILOT, SUBMISSION, MEETING, LIST], opens_at=clock.now() - timedelta(days=20),
            closes_at=clock.end_of(clock.today() + timedelta(days=30)), notice="演环函〔2026〕1号",
        )  # fmt: skip
    database.close()
    return path, home, {"offices": offices, "people": people, "round": made}


def _settings(home: Path, path: Path) -> Settings:
    from caseflow.config import ROOT

    return Settings(
        home=home, database_url=f"sqlite:///{path}", workflows=ROOT / "workflows", demo=True, secure_cookies=False
    )


@cache
def _installed(template: Path, home: Path) -> Flask:
    """One application for the tests of a process, each of which finds the database laid in anew and a ground of its own.

    What does not change stays: compiled statements, pages and definitions.
    """
    path = template.with_name("office.db")
    shutil.copyfile(template, path)
    settings = _settings(home, path)
    database = Database(settings.database_url)
    with database.read() as tx:
        ground = reference.ground(tx, settings)
        ground.all_current(tx)
    return create_app(database, settings, ground)


def installed(seeded: tuple[Path, Path, dict[str, Any]]) -> Iterator[World]:
    """An installation of its own for one test, or for one file of tests."""
    template, home, known = seeded
    app = _installed(template, home)
    house = app.extensions["caseflow"]
    database, path = house.database, template.with_name("office.db")
    database.close()
    for file in path.parent.glob("office.db*"):
        file.unlink()
    shutil.copyfile(template, path)
    ground = replace(house.ground.apart(), _loaded=dict(house.ground._loaded), _current={})
    app.extensions["caseflow"] = replace(house, ground=ground)
    yield World(database, house.settings, ground, app, known["offices"], dict(known["people"]), known["round"])
    app.extensions["caseflow"] = house
    database.close()


office = pytest.fixture(installed, name="office")
Open = Callable[[str], Reader]
