"""The program starts on a database that is fit for it, or says in one sentence what to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from caseflow import app
from caseflow.cli import main as cli
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.office import upkeep
from tests.test_migrations import scripts

COMMAND = "caseflow db upgrade"


def _set_back(database: Database) -> None:
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")


def _without_a_trigger(database: Database) -> None:
    on = "" if database.engine.dialect.name == "sqlite" else " ON journal"
    with database.write() as tx:
        tx.exec_driver_sql(f"DROP TRIGGER journal_unchanged{on}")


def _why_not(database: Database, settings: Settings) -> list[str]:
    with pytest.raises(app.NotReady) as refused:
        app.create_app(database, settings)
    return str(refused.value).splitlines()


def test_a_database_behind_its_migrations_is_refused_with_the_command_to_run(
    database: Database, settings: Settings
) -> None:
    _set_back(database)

    newest = scripts().get_current_head()
    chinese, english = _why_not(database, settings)

    assert ("0000" in chinese, COMMAND in chinese) == (True, True)
    assert english == f"The database stands at 0000, the program needs {newest}. Run first: {COMMAND}"


def test_a_database_without_a_protecting_trigger_is_refused_with_its_name(
    database: Database, settings: Settings
) -> None:
    _without_a_trigger(database)

    chinese, english = _why_not(database, settings)

    assert ("journal_unchanged" in chinese, COMMAND in chinese) == (True, True)
    assert english == f"Protecting triggers are missing: journal_unchanged. Run first: {COMMAND}"


def test_the_command_named_in_the_refusal_mends_a_missing_trigger(database: Database, settings: Settings) -> None:
    _without_a_trigger(database)
    with database.write() as tx:
        upkeep.upgrade(tx)

    with database.read() as tx:
        assert upkeep.problems(tx) == []


def test_an_empty_database_is_refused(settings: Settings) -> None:
    empty = Database(f"sqlite:///{settings.home.parent / 'empty.db'}")
    try:
        reasons = _why_not(empty, settings)
    finally:
        empty.close()

    assert [COMMAND in line for line in reasons] == [True, True]


def test_the_server_does_not_start_on_a_database_behind_its_migrations(settings: Settings) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{settings.home.parent / 'behind.db'}",
        "CASEFLOW_HOME": str(settings.home),
    }

    started = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert (started.returncode, COMMAND in started.stderr) == (1, True)


def test_the_check_of_the_database_says_what_is_wrong_and_fails(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CASEFLOW_HOME", str(settings.home))
    sound = cli.main(["db", "check"])
    _set_back(sqlite_database)
    behind = cli.main(["db", "check"])

    assert (sound, behind, COMMAND in capsys.readouterr().out) == (0, 1, True)
