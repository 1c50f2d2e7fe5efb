"""The pages show procedures from elsewhere as they stand: of the first pages of each person no link is dead."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import rights, sessions
from caseflow.people.rights import Actor
from caseflow.web import installing, pages
from tests.cases.world import World
from tests.elsewhere import test_conference, test_grant, test_licence
from tests.elsewhere import world as elsewhere
from tests.web.conftest import Visitor, bare_app

MOST = 30
"""So many pages are opened for one person."""
STARTS = ("/home", "/desk", "/cases", "/inbox", "/collective", "/new", "/registers", "/parameters", "/quota", "/basis",
          "/procedures", "/overview")  # fmt: skip


def app_of(world: World) -> Flask:
    made = bare_app()
    installing.install(
        made, world.database, world.settings, roles=elsewhere.roles(), ground=world.ground,
        blueprints=pages.BLUEPRINTS, menu=pages.MENU, home=pages.HOME,
    )  # fmt: skip
    return made


def visit(world: World, app: Flask, who: Actor) -> Visitor:
    """A browser in which somebody is signed in, the second factor given."""
    with world.database.write() as tx:
        held = frozenset[str]().union(*(one.roles for one in rights.standings(tx, who.person_id)))
        idle = elsewhere.roles().idle_seconds(held)
        token = sessions.begin(tx, who.person_id, idle_seconds=idle, address="192.0.2.1", second_factor_done=True)
    found = Visitor(app)
    found.client.set_cookie("caseflow", token)
    return found


def walked(world: World, app: Flask, who: Actor, *first: str) -> dict[str, Any]:
    """The pages that a person comes to by following links, each with its answer."""
    reader, waiting, seen = visit(world, app, who), list(first), {}
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = reader.get(path, follow_redirects=True)
        seen[path] = answer
        if answer.status_code == 200 and html(answer):
            links = re.findall(r'<a\b[^>]*\bhref="(/[^"#]*)', answer.text)
            waiting += [one for one in map(unescape, links) if not one.startswith(("/static", "/language", "/sign"))]
    return seen


def open_to(world: World, app: Flask, who: Actor) -> list[str]:
    """Of the pages of the menu those that a person may open."""
    reader = visit(world, app, who)
    return [path for path in STARTS if reader.get(path).status_code == 200]


def html(answer: Any) -> bool:
    return "html" in answer.content_type


def dead(seen: dict[str, Any]) -> dict[str, int]:
    return {path: answer.status_code for path, answer in seen.items() if answer.status_code != 200}


@pytest.fixture
def world(request: pytest.FixtureRequest, sqlite_database: Database, settings: Settings) -> World:
    return elsewhere.build(sqlite_database, settings, request.param)


@pytest.mark.parametrize("world", ["foundation"], indirect=True)
def test_every_role_of_the_grant_finds_its_way(world: World) -> None:
    case_id, applicant, officer = test_grant.running(world)
    app, director = app_of(world), world.person("director", "office")
    world.do(officer, case_id, "call_report", period="第一年")

    for who in (applicant, officer, director):
        seen = walked(world, app, who, f"/cases/{case_id}", *open_to(world, app, who))
        assert dead(seen) == {}
        assert "城市热岛" in seen[f"/cases/{case_id}"].text


@pytest.mark.parametrize("world", ["foundation"], indirect=True)
def test_no_page_of_a_reviewer_tells_the_contact_of_an_applicant(world: World) -> None:
    applicant, officer = world.person("applicant", "first"), world.person("officer", "office")
    case_id = test_grant.screened(world, applicant, officer)
    host = world.open(officer, test_grant.PANEL)
    world.do(officer, host, "include")
    referee = world.person("referee", "pool")
    world.do(officer, host, "seat", people=[referee.person_id])
    world.do(referee, host, "declare", interests={str(case_id): {"conflict": False}})
    app = app_of(world)
    seen = walked(
        world, app, referee, f"/cases/{host}", f"/cases/{case_id}", f"/cases/{host}/panel/{case_id}",
        *open_to(world, app, referee),
    )  # fmt: skip
    office = "".join(
        answer.text for answer in walked(world, app, officer, f"/cases/{case_id}").values() if html(answer)
    )
    shown = "".join(answer.text for answer in seen.values() if html(answer))

    assert dead(seen) == {}
    assert "城市热岛" in shown
    assert test_grant.MARK in office
    assert [mark in shown for mark in (test_grant.MARK, test_grant.LEAD, "400-000-0001", "sample@example.org")] == [
        False
    ] * 4


@pytest.mark.parametrize("world", ["trade_office"], indirect=True)
def test_every_role_of_the_licence_finds_its_way(world: World) -> None:
    case_id, appeal, worker, head = test_licence.appealed(world)
    app = app_of(world)
    exporter, adviser = world.person("exporter", "plant"), world.person("adviser", "defence")
    registrar = world.person("registrar", "office")

    for who, first in ((worker, case_id), (head, case_id), (exporter, appeal), (adviser, appeal), (registrar, appeal)):
        seen = walked(world, app, who, f"/cases/{first}", *open_to(world, app, who))
        assert dead(seen) == {}
    assert f"/cases/{appeal}" in visit(world, app, exporter).get(f"/cases/{case_id}").text


@pytest.mark.parametrize("world", ["society"], indirect=True)
def test_every_role_of_the_conference_finds_its_way(world: World) -> None:
    conference = test_conference.called(world, papers=4, reviewers=4, talks=1)
    papers, seated = next(conference.groups)
    host = test_conference.group(conference, papers, seated)
    committee = world.open(conference.chair, test_conference.PROGRAMME)
    app = app_of(world)

    for who, first in ((conference.chair, committee), (seated[0], host), (conference.author, papers[0])):
        seen = walked(world, app, who, f"/cases/{first}", *open_to(world, app, who))
        assert dead(seen) == {}
