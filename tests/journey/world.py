"""The province of the notice with people in its offices, a round open around a fixed day, and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pyotp
from flask import Flask

from caseflow import clock, worker
from caseflow.app import create_app
from caseflow.cases.ground import Ground
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference, rounds
from caseflow.people import accounts, organisations, roles
from caseflow.people.models import person
from tests.journey.pages import Page
from tests.journey.visitor import Visitor
from tests.people.conftest import PASSWORD, password_hash

BEGIN = datetime.combine(date(2026, 6, 1), time(9), clock.SHANGHAI)
"""A Monday; the Dragon Boat Festival (19-21 June) lies ahead."""
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The second factor of every official of these tests."""

DEPARTMENTS = ("sx-reform", "sx-industry", "sx-finance", "sx-commerce", "sx-market")
OFFICIALS = {
    "linfen.officer": ("演示郝临", "municipal", "sx-linfen"),
    "linfen.second": ("演示柴临", "municipal", "sx-linfen"),
    "linfen.head": ("演示翟科", "municipal_head", "sx-linfen"),
    "linfen.leader": ("演示郭局", "municipal_leader", "sx-linfen"),
    "datong.officer": ("演示孟大", "municipal", "sx-datong"),
    "province.officer": ("演示秦省", "provincial", "sx-ecology"),
    "province.second": ("演示纪省", "provincial", "sx-ecology"),
    "province.head": ("演示姚处", "provincial_head", "sx-ecology"),
    "province.leader": ("演示冀厅", "provincial_leader", "sx-ecology"),
    **{f"{code}.officer": (f"演示联络{number}", "department", code) for number, code in enumerate(DEPARTMENTS, 1)},
    "supervisor": ("演示监督", "supervisor", "sx-ecology"),
    **{f"expert{number}": (f"演示专家{number}", "expert", "sx-experts") for number in range(1, 10)},
}
ROUND = {"zh": "2026年第一批", "en": "First round of 2026"}


@dataclass
class Site:
    """The running program as its tests know it."""

    app: Flask
    database: Database
    settings: Settings
    ground: Ground
    authority_id: int
    round_id: int
    ids: dict[str, int]
    """Offices by their codes."""
    people: dict[str, int]
    """Officials by their logins."""
    ahead: timedelta = field(default_factory=timedelta)
    """How far its clock is ahead of the real one."""
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return clock.now() + self.ahead

    @property
    def today(self) -> date:
        return clock.local_date(self.now)

    @contextmanager
    def time(self) -> Iterator[None]:
        """The clock of the site, for what a test does itself."""
        with clock.at(self.now):
            yield

    def wait_until(self, day: date, hour: int = 10) -> None:
        """Let time pass to an hour of a day, and fire what comes due. Every session has ended by then."""
        self.visitors.clear()
        self.ahead = datetime.combine(day, time(hour), clock.SHANGHAI) - clock.now()
        with self.time():
            worker.fire_timers(self.database, self.ground)

    def code(self) -> str:
        """The second factor at this moment."""
        return pyotp.TOTP(SECRET).at(self.now)

    def visitor(self, login: str, password: str = PASSWORD) -> Visitor:
        """Somebody signed in through the page, with a browser of their own that is kept."""
        if login not in self.visitors:
            made = Visitor(self.app, f"192.0.2.{len(self.visitors) + 10}")
            signed = self.sign_in(made, login, password)
            assert signed.status == 200, signed.words
            self.visitors[login] = made
        return self.visitors[login]

    def sign_in(self, visitor: Visitor, login: str, password: str = PASSWORD) -> Page:
        page = visitor.get("/sign-in")
        page = visitor.send(page, page.form("login").fill(login=login, password=password))
        if page.has_form("code") and "second-factor" in page.url:
            page = visitor.send(page, page.form("code").fill(code=self.code()))
        return page

    def read(self, ask: Callable[..., Any], *arguments: Any) -> Any:
        with self.database.read() as tx:
            return ask(tx, *arguments)


def build(database: Database, settings: Settings, *, begin: datetime = BEGIN) -> Site:
    """Seed the shipped reference data and definitions, the officials, and a round from a month before to three weeks on."""
    ahead = begin - clock.now()
    with clock.at(begin):
        with database.write() as tx:
            reference.seed(tx, settings)
            ground = reference.ground(tx, settings)
            ids = organisations.load_reference(tx, reference.data(settings, "organisations.yaml"))
            authority_id = organisations.authority_id(tx, "shanxi")
            people = _officials(tx, settings, ground, ids, authority_id)
            today = clock.today()
            round_id = rounds.create(
                tx,
                authority_id,
                code="2026-1",
                title=ROUND,
                workflows=["pilot-management", "pilot-service", "municipal-submission", "review-meeting", "pilot-list"],
                opens_at=clock.at_local(today - timedelta(days=30)),
                closes_at=clock.at_local(today + timedelta(days=18), time(18)),
                priority_classes=["coke"],
                notice="晋环函〔2025〕344号",
            )
        app = create_app(database, settings, ground)
    return moving(Site(app, database, settings, ground, authority_id, round_id, ids, people, ahead))


def moving(site: Site) -> Site:
    """The site with its own clock for every request."""
    site.app.wsgi_app = _Shifted(site, site.app.wsgi_app)  # type: ignore[method-assign]
    return site


class _Shifted:
    """Every request sees the clock of the site."""

    def __init__(self, site: Site, inner: Any) -> None:
        self.site, self.inner = site, inner

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self.site.time():
            return self.inner(environ, start_response)


def _officials(tx: Any, settings: Settings, ground: Ground, ids: dict[str, int], authority_id: int) -> dict[str, int]:
    known = reference.roles(settings)
    made = {}
    for login, (name, role, office) in OFFICIALS.items():
        made[login] = accounts.create(
            tx, authority_id=authority_id, login=login, name=name, password_hash=password_hash(), keys=ground.keys
        )
        roles.grant(tx, known, person_id=made[login], organisation_id=ids[office], role=role, by=None)
        sealed = accounts.seal(ground.keys, login, "second_factor", SECRET)
        tx.execute(person.update().where(person.c.id == made[login]).values(second_factor=sealed, last_step=0))
    return made
