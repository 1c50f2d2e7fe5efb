"""Cases brought to where a journey begins: through the one door, without the pages."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import act, dossier, entry, opening, quota_settings, quotas
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.office import reference, sample_files, samples
from caseflow.office.scene import HELD
from caseflow.people import accounts, organisations, rights, roles
from caseflow.people.rights import Actor
from caseflow.records import files
from caseflow.workflow.form import Field
from caseflow.workflow.identifiers import make_credit_code
from tests import pool
from tests.journey import walk
from tests.journey.drive import Stage, fill, press
from tests.journey.world import DEPARTMENTS, Site
from tests.people.conftest import password_hash

MANAGEMENT, SERVICE = "pilot-management", "pilot-service"
EXPERTS = [f"expert{number}" for number in range(1, 8)]
MARKS = ("distinctive", "representative", "feasible", "replicable")
_serial = itertools.count(1)


class Prepared:
    """A site on which acts are done at once."""

    def __init__(self, site: Site) -> None:
        self.site, self.ground = site, site.ground

    def person(self, login: str, name: str, role: str, office: int) -> None:
        """A further account."""
        site = self.site
        with site.time(), site.database.write() as tx:
            made = accounts.create(
                tx, authority_id=site.authority_id, login=login, name=name, password_hash=password_hash(),
                keys=site.ground.keys,
            )  # fmt: skip
            roles.grant(tx, reference.roles(site.settings), person_id=made, organisation_id=office, role=role, by=None)
            site.people[login] = made

    def unit(self, login: str, name: str, kind: str = "enterprise", bureau: str = "sx-linfen") -> int:
        """A unit with one account that applies for it."""
        site = self.site
        with site.time(), site.database.write() as tx:
            made = organisations.create(
                tx, authority_id=site.authority_id, kind=kind, name_zh=name, prefecture_id=site.ids[bureau],
                credit_code=make_credit_code("91", "141000", 7000 + next(_serial)),
            )  # fmt: skip
        self.person(login, f"演示{login}", "applicant", made)
        site.ids[login] = made
        return made

    def drafted(self, login: str, workflow: str, name: str, **given: Any) -> int:
        """An application with every answer typed, not yet frozen."""
        site = self.site
        with site.time(), site.database.write() as tx:
            actor = self.actor(tx, login)
            made = opening.open_case(
                tx, self.ground, actor, workflow, round_id=site.round_id, request_key=self.key()
            ).case_id
            for section, typed in self._dossier(tx, actor, workflow, name, given).items():
                owner = f"organisation:{actor.organisation_id}"
                dossier.save_draft(tx, self.ground, made, f"dossier.{section}", owner, typed, 0, actor.person_id)
        return made

    def stands(
        self,
        login: str,
        workflow: str,
        name: str,
        state: str,
        *,
        facts: Mapping[str, Any] | None = None,
        holds: tuple[str, ...] = (),
        commits: tuple[str, ...] = (),
        **given: Any,
    ) -> int:
        """A case with a whole dossier that stands in ``state``; ``given``: answers of its dossier, ``section__field``."""
        site = self.site
        with site.time(), site.database.write() as tx:
            owner, office = self.actor(tx, login), self.actor(tx, "province.officer")
            values = self._dossier(tx, owner, workflow, name, given)
            made = opening.import_case(
                tx, self.ground, office, workflow, state, values,
                organisation_id=owner.organisation_id or 0, prefecture_id=owner.prefecture_id,
                round_id=site.round_id, facts=facts, commits=commits, request_key=self.key(),
            ).case_id  # fmt: skip
            row = entry.locked(tx, made)
            loaded = self.ground.definition(tx, row["definition_id"])
            for quota in holds:
                quotas.take(Move(tx, self.ground, loaded, row, HELD, office, "", clock.now(), self.key()), quota)
        return made

    def do(self, login: str, case_id: int, action: str, **answers: Any) -> str:
        """One act, its answers in the words of YAML; where the case stands then."""
        site = self.site
        with site.time(), site.database.write() as tx:
            actor, row = self.actor(tx, login), entry.locked(tx, case_id)
            asked = self.ground.definition(tx, row["definition_id"]).definition.action(row["state"], action)
            said = samples.answers(asked.asks if asked else {}, answers, self.names(tx, actor))
            return act.perform(tx, self.ground, actor, case_id, action, said, request_key=self.key()).state

    def sign(self, case_id: int, *logins: str) -> str:
        return [self.do(login, case_id, "sign", opinion="同意。") for login in logins][-1]

    def opened(self, login: str, workflow: str, *members: int) -> int:
        """A procedure over many cases with these in it."""
        site = self.site
        with site.time(), site.database.write() as tx:
            host = opening.open_case(
                tx, self.ground, self.actor(tx, login), workflow, round_id=site.round_id, request_key=self.key()
            ).case_id
        self.do(login, host, "include", cases=list(members))
        return host

    def reviewed(self, *members: int) -> None:
        """A review meeting over these cases, from the draw to its end."""
        host = self.opened("province.officer", "review-meeting", *members)
        officer, today = "province.officer", self.site.today.isoformat()
        everybody = [self.site.people[login] for login in (*EXPERTS, "expert8", "expert9")]
        with self.site.time(), self.site.database.write() as tx:
            pool.enrol(tx, everybody)
        self.do(officer, host, "commit")
        self.do(officer, host, "freeze")
        self.do("supervisor", host, "draw", witness="七四一九")
        self.do(officer, host, "attest")
        self.do("supervisor", host, "attest")
        with self.site.time(), self.site.database.write() as tx:
            pool.reseat(tx, host, "pilot_panel", everybody)
        self.do(officer, host, "notify_experts", held_on=today, held_at="9时", place="第一会议室")
        for login in EXPERTS:
            self.do(login, host, "answer", answer="accept")
            self.do(login, host, "declare", secrecy=True, integrity=True, interests={})
        self.do(officer, host, "convene", present=EXPERTS)
        marks = {name: {"mark": 21, "reason": "材料充分。"} for name in MARKS}
        for login, one in itertools.product(EXPERTS, members):
            self.do(login, host, "score", sheet={"member": one, "marks": marks, "opinion": ""})
        self.do(officer, host, "discuss")
        self.do(officer, host, "summarise")
        self.do("expert1", host, "draft_opinion", cases={one: {"text": "建议列入。"} for one in members})
        for login in EXPERTS:
            self.do(login, host, "sign_opinion")
        self.do(officer, host, "close_meeting")

    def proposed(self, *members: int) -> int:
        """A list that proposes to select these cases, before the departments."""
        host = self.opened("province.officer", "pilot-list", *members)
        said = {one: {"result": "selected", "reason": "同类得分第一。"} for one in members}
        self.do("province.officer", host, "propose", results=said)
        self.sign(host, "province.head", "province.leader")
        return host

    def consulted(self, host: int, departments: tuple[str, ...] = DEPARTMENTS) -> None:
        for code in departments:
            self.do(f"{code}.officer", host, "give_opinion", stance="agree")

    def decided(self, host: int) -> None:
        """The departments agree, the meeting decides."""
        self.do("province.officer", host, "to_meeting")
        minutes = {"held_on": "today", "kind": "office_meeting", "minutes_file": "会议纪要.pdf"}
        self.do("province.officer", host, "decide", **minutes)

    def limit(self, key: dict[str, Any], limit: int) -> None:
        """A ceiling on the places of a class, set by the province."""
        site = self.site
        with site.time(), site.database.write() as tx:
            quota = self.ground.current(tx, MANAGEMENT).definition.quotas["pilot_places"]
            quota_settings.set_limit(
                tx, self.ground.keys, site.authority_id, quota, key=quotas.key_of(key, quota.across, None), limit=limit, across=None,
                reason="示例：名额调整", by=site.people["province.officer"], at=clock.now(),
            )  # fmt: skip

    def state(self, case_id: int) -> str:
        with self.site.database.read() as tx:
            return str(tx.scalar(sa.select(case.c.state).where(case.c.id == case_id)))

    def actor(self, tx: Connection, login: str) -> Actor:
        row = accounts.by_login(tx, login)
        assert row is not None, login
        return rights.actor(row, rights.standings(tx, row["id"]), None, frozenset())

    def key(self) -> str:
        return f"prepared/{next(_serial)}"

    def names(self, tx: Connection, actor: Actor) -> samples.Names:
        def file(name: str, question: Field) -> int:
            made, root = sample_files.content(name, question.label.zh), self.site.settings.files
            kept = files.keep(made.body, name=name, media_type=made.media_type, root=root, pages=made.pages)
            return files.record(tx, kept, uploaded_by=actor.person_id, organisation_id=actor.organisation_id)

        return samples.Names(
            file=file,
            person=lambda login: self.site.people[login],
            case=int,
            organisation=lambda code: self.site.ids[code],
        )

    def _dossier(
        self, tx: Connection, actor: Actor, workflow: str, name: str, given: Mapping[str, Any]
    ) -> dict[str, dict[str, Any]]:
        written = {path.replace("__", "."): value for path, value in given.items()}
        plain = {
            "unit.unit_name": name,
            "unit.region": "141000",
            "agent.by_agent": False,
            "product.product_class": "coke",
        }
        loaded = self.ground.current(tx, workflow)
        return samples.complete(loaded, self.ground, 1, self.names(tx, actor), {**plain, **written})


def enter(on: Stage, login: str) -> Page:
    """A browser of one's own in which somebody has signed in before."""
    page = on.person(login)
    if not page.context.cookies():
        token = walk.signed_in(on.site, login)
        page.context.add_cookies([{"name": "caseflow", "value": token, "url": on.address}])
    return page


def told(page: Page) -> str:
    """What the page says, on one line."""
    return " ".join(page.locator("main").inner_text().split())


def sign(on: Stage, login: str, case_id: int) -> Page:
    """Sign what waits on the page of a case."""
    page = enter(on, login)
    page.goto(f"/cases/{case_id}")
    fill(page, {"opinion": "同意。"})
    press(page, "同意签署")
    return page
