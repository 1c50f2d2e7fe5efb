"""One stage for all tests of this folder: what they play is undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office.stage import Stage, built


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("stage")) as found:
        yield found
