"""A database with everything that is shipped in it, on which definitions are rehearsed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caseflow.cases.ground import Ground, Loaded
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.office import reference
from caseflow.people.roles import Roles


@dataclass
class Stage:
    database: Database
    settings: Settings
    ground: Ground
    roles: Roles

    def loaded(self, workflow: str) -> Loaded:
        with self.database.read() as tx:
            return self.ground.current(tx, workflow)


@contextmanager
def built(migrated: Path, folder: Path, *, demo: bool = False) -> Iterator[Stage]:
    """The shipped reference data and definitions on a copy of a migrated SQLite file."""
    path = folder / "caseflow.db"
    shutil.copyfile(migrated, path)
    settings = Settings(
        home=folder / "home",
        database_url=f"sqlite:///{path}",
        workflows=ROOT / "workflows",
        demo=demo,
        secure_cookies=False,
    )
    database = Database(settings.database_url)
    try:
        with database.write() as tx:
            reference.seed(tx, settings)
        with database.read() as tx:
            ground = reference.ground(tx, settings)
        yield Stage(database, settings, ground, reference.roles(settings))
    finally:
        database.close()
