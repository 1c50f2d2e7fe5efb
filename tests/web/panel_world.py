"""The pages over a panel that has scored its cases, and those who may and may not read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference
from caseflow.people import rights, sessions
from caseflow.people.rights import Actor
from caseflow.web import installing, pages
from tests.cases.ranked import Marks, Ranked, scored
from tests.cases.world import World, build
from tests.web.conftest import bare_app
from tests.web.office_world import Reader


@dataclass
class Room:
    """One installation with the small workflows."""

    world: World
    app: Flask

    def visit(self, who: Actor) -> Reader:
        """A browser in which somebody is signed in, the second factor given."""
        known = reference.roles(self.world.settings)
        with self.world.database.write() as tx:
            held = frozenset[str]().union(*(one.roles for one in rights.standings(tx, who.person_id)))
            token = sessions.begin(
                tx, who.person_id, idle_seconds=known.idle_seconds(held), address="192.0.2.1", second_factor_done=True
            )
        found = Reader(self.app)
        found.client.set_cookie("caseflow", token)
        return found

    def ranked(self, *cases: tuple[Marks, Marks, Marks], limit: int = 3, kinds: tuple[str, ...] = ()) -> Ranked:
        """A panel that has scored these cases and whose scores were worked out."""
        found = scored(self.world, *cases, kinds=kinds, limit=limit)
        self.world.do(found.office, found.host, "summarise")
        return found


Visit = Callable[[Actor], Reader]
Answer = TestResponse


@pytest.fixture
def room(sqlite_database: Database, settings: Settings) -> Room:
    world = build(sqlite_database, settings)
    app = bare_app()
    installing.install(
        app, sqlite_database, settings, roles=reference.roles(settings), ground=world.ground,
        blueprints=pages.BLUEPRINTS, menu=pages.MENU, home=pages.HOME,
    )  # fmt: skip
    return Room(world, app)
