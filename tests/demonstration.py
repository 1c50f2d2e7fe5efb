"""The demonstration, filled once in a run of the tests and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from caseflow import demo
from tests.office.stage import Stage, built

TODAY = date(2026, 11, 21)
"""The day on which it stands."""


def fill(migrated: Path, folder: Path) -> None:
    """Play every story into an empty folder."""
    with built(migrated, folder, demo=True) as stage:
        demo.fill(stage.database, stage.settings, TODAY)


@contextmanager
def copied(filled: Path, folder: Path) -> Iterator[Stage]:
    """A copy to work on, as somebody finds it in the morning."""
    shutil.copytree(filled / "home", folder / "home")
    with built(filled / "caseflow.db", folder, demo=True) as stage:
        yield stage
