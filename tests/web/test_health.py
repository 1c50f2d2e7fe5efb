"""The page on which the system administrator reads what keeps the installation from working."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from caseflow.app import create_app
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import sessions
from caseflow.people.rights import Actor
from tests.cases.world import World, build
from tests.web.conftest import Visitor, words_of

Open = Callable[[Actor], Visitor]


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def enter(world: World) -> Open:
    """A browser in which somebody is signed in."""
    site: Flask = create_app(world.database, world.settings, world.ground)

    def open_(who: Actor) -> Visitor:
        with world.database.write() as tx:
            token = sessions.begin(
                tx, who.person_id, idle_seconds=600, address="192.0.2.1", second_factor_done=True
            )  # fmt: skip
        browser = Visitor(site)
        browser.client.set_cookie("caseflow", token)
        return browser

    return open_


def test_the_system_administrator_reads_what_is_amiss_and_what_to_do(world: World, enter: Open) -> None:
    words = words_of(enter(world.person("system_admin", "office")).get("/health-check"))

    assert "流程“示例申报”的岗位“科室负责人”没有人担任" in words
    assert "由安全管理员为一名人员授予“科室负责人”" in words


@pytest.mark.parametrize("held", [("municipal", "bureau"), ("applicant", "plant"), ("audit_admin", "office")])
def test_nobody_else_opens_the_page(world: World, enter: Open, held: tuple[str, str]) -> None:
    assert enter(world.person(*held)).get("/health-check").status_code == 404
