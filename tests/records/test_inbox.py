"""Messages reach the person, the role and the organisation they are for, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from caseflow import clock
from caseflow.config import ROOT
from caseflow.db import Database
from caseflow.records import inbox, reading
from caseflow.records.inbox import Reader
from caseflow.records.models import inbox_message, inbox_read, inbox_seen
from caseflow.words import Message

OFFICER = Reader(1, [(10, "officer")])
COLLEAGUE = Reader(2, [(10, "officer"), (11, "expert")])
CHIEF = Reader(3, [(10, "chief")])
STRANGER = Reader(4, [])


@pytest.fixture
def posted(database: Database) -> Database:
    with database.write() as tx:
        inbox.post(tx, Message("to_person", {"n": 1}), person_id=1, case_id=5)
        inbox.post(tx, Message("to_role"), organisation_id=10, role="officer")
        inbox.post(tx, Message("to_all"), organisation_id=10)
        inbox.post(tx, Message("to_others"), organisation_id=12, role="officer")
    return database


def test_everybody_sees_their_own(posted: Database) -> None:
    with posted.read() as tx:
        seen = [[row.key for row in inbox.messages(tx, reader)] for reader in (OFFICER, COLLEAGUE, CHIEF, STRANGER)]

    assert seen == [["to_all", "to_role", "to_person"], ["to_all", "to_role"], ["to_all"], []]


def test_pages_follow_each_other(posted: Database) -> None:
    with posted.read() as tx:
        first = inbox.messages(tx, OFFICER, limit=2)
        second = inbox.messages(tx, OFFICER, limit=2, before=first[-1].id)

    pages = [[row.key for row in page] for page in (first, second)]
    assert pages == [["to_all", "to_role"], ["to_person"]]


def test_reading_lowers_the_count_of_the_reader(posted: Database) -> None:
    with posted.write() as tx:
        newest = inbox.messages(tx, OFFICER)[0]
        before = inbox.unread(tx, OFFICER)
        by_stranger = inbox.mark_read(tx, STRANGER, newest.id)
        by_officer = inbox.mark_read(tx, OFFICER, newest.id)
        after = inbox.unread(tx, OFFICER)
        inbox.mark_read(tx, OFFICER)

    assert (before, by_stranger, by_officer, after) == (3, 0, 1, 2)
    with posted.read() as tx:
        assert inbox.unread(tx, OFFICER) == 0


def test_of_a_message_to_a_role_each_reads_for_himself(posted: Database) -> None:
    with posted.write() as tx:
        for _ in range(2):
            inbox.mark_read(tx, OFFICER)
        unread = [inbox.unread(tx, reader) for reader in (OFFICER, COLLEAGUE, CHIEF)]
        read_by = tx.scalars(sa.select(inbox_read.c.person_id).distinct()).all()

    assert (unread, read_by) == ([0, 2, 1], [1])


def test_letters_and_deadlines_have_legal_consequences_whatever_is_said(database: Database) -> None:
    with database.write() as tx:
        for kind in inbox.KINDS:
            inbox.post(tx, Message("m"), person_id=1, kind=kind)
        inbox.post(tx, Message("m"), person_id=1, kind="notice", legal=True)
        found = tx.execute(sa.select(inbox_message.c.kind, inbox_message.c.legal).order_by(inbox_message.c.id)).all()

    assert [tuple(row) for row in found] == [
        ("letter", True), ("deadline", True), ("notice", False), ("desk", False), ("account", False), ("notice", True)
    ]  # fmt: skip


def test_what_an_organisation_got_before_one_joined_it_is_not_new(database: Database) -> None:
    now = clock.now()
    for ago, where in ((2, 10), (2, 11), (0, 10)):
        with clock.at(now - timedelta(days=ago)), database.write() as tx:
            inbox.post(tx, Message(f"{where} {ago} days ago"), organisation_id=where)
    reader = Reader(1, [(10, "officer"), (11, "officer")], {10: now - timedelta(days=1), 11: now - timedelta(days=9)})

    with database.write() as tx:
        seen = [(row.key, bool(row.is_new)) for row in inbox.messages(tx, reader)]
        counted = [inbox.unread(tx, reader), inbox.mark_read(tx, reader), inbox.unread(tx, reader)]
    assert seen == [("10 0 days ago", True), ("11 2 days ago", True), ("10 2 days ago", False)]
    assert counted == [2, 2, 0]


def moved_on(database: Database, reader: Reader) -> int:
    with database.write() as tx:
        inbox.move_on(tx, reader, clock.now())
        return int(tx.execute(sa.select(inbox_seen.c.up_to).where(inbox_seen.c.person_id == 1)).scalar_one())


def test_the_mark_of_what_is_known_to_be_read_stops_before_the_first_new_message(posted: Database) -> None:
    up_to = [moved_on(posted, OFFICER)]
    for number in (1, 3, 2):
        with posted.write() as tx:
            inbox.mark_read(tx, OFFICER, number)
            before = inbox.unread(tx, OFFICER)
        up_to.append(moved_on(posted, OFFICER))
        with posted.read() as tx:
            assert inbox.unread(tx, OFFICER) == before

    assert up_to == [0, 1, 1, 4]


def test_what_is_posted_after_the_mark_is_new(posted: Database) -> None:
    with posted.write() as tx:
        inbox.mark_read(tx, OFFICER)
    moved_on(posted, OFFICER)
    with posted.write() as tx:
        inbox.post(tx, Message("late"), organisation_id=10)

    with posted.read() as tx:
        assert [row.key for row in inbox.messages(tx, OFFICER, unread_only=True)] == ["late"]


def test_the_mark_leaves_out_what_is_so_new_that_earlier_messages_may_still_come(posted: Database) -> None:
    with posted.write() as tx:
        inbox.mark_read(tx, OFFICER)
        inbox.move_on(tx, OFFICER, clock.now() - timedelta(hours=1))

    with posted.read() as tx:
        assert tx.scalar(sa.select(inbox_seen.c.up_to)) == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def before_marks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database as it stood before read marks were one for each person."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        server.run("CREATE DATABASE old_marks")
        url = server.url("old_marks")
    _migrate(url, "0003")
    yield url
    if request.param == "postgresql":
        server.run("DROP DATABASE old_marks WITH (FORCE)")


def _migrate(url: str, target: str) -> None:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["url"] = url
    command.upgrade(config, target)


_OLD = """
INSERT INTO authority (id, code, name) VALUES (1, 'a', '{}');
INSERT INTO organisation (id, authority_id, kind, name_zh, sort_key, status, data, created_at)
  VALUES (10, 1, 'bureau', 'x', 'x', 'active', '{}', '2026-01-01T00:00:00.000000Z');
INSERT INTO person (id, authority_id, login, name, sort_key, password_hash, password_temporary, second_factor_required,
  language, status, created_at)
  SELECT n, 1, 'login' || n, 'x', 'x', '-', false, false, 'zh', 'active', '2026-01-01T00:00:00.000000Z'
  FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) AS numbers;
INSERT INTO membership (person_id, organisation_id, role, since, until) VALUES
  (1, 10, 'officer', '2026-01-01T00:00:00.000000Z', NULL), (1, 10, 'head', '2026-01-01T00:00:00.000000Z', NULL),
  (2, 10, 'officer', '2026-01-01T00:00:00.000000Z', '2026-02-01T00:00:00.000000Z'),
  (3, 10, 'head', '2026-01-01T00:00:00.000000Z', NULL);
INSERT INTO inbox_message (id, person_id, organisation_id, role, key, "values", created_at, read_at) VALUES
  (1, 2, NULL, NULL, 'm', '{}', '2026-03-01T00:00:00.000000Z', '2026-03-02T00:00:00.000000Z'),
  (2, NULL, 10, 'officer', 'm', '{}', '2026-03-01T00:00:00.000000Z', '2026-03-02T00:00:00.000000Z'),
  (3, NULL, 10, NULL, 'm', '{}', '2026-03-01T00:00:00.000000Z', '2026-03-02T00:00:00.000000Z'),
  (4, NULL, 10, NULL, 'm', '{}', '2026-03-01T00:00:00.000000Z', NULL)
"""


def test_the_marks_of_before_stay_for_each_who_holds_the_role_and_nothing_old_is_mailed(before_marks: str) -> None:
    database = Database(before_marks)
    with database.write() as tx:
        for statement in _OLD.split(";"):
            tx.exec_driver_sql(statement.replace("%", "%%"))
    _migrate(before_marks, "head")

    with database.read() as tx:
        marks = tx.execute(sa.select(inbox_read.c.message_id, inbox_read.c.person_id)).all()
        unhanded = tx.scalar(sa.select(sa.func.count()).where(inbox_message.c.handed_at.is_(None)))
        kinds = tx.scalars(sa.select(inbox_message.c.kind).distinct()).all()
    database.close()
    assert sorted(tuple(row) for row in marks) == [(1, 2), (2, 1), (3, 1), (3, 3)]
    assert (unhanded, kinds) == (0, ["notice"])


def test_a_message_needs_an_addressee(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint"), database.write() as tx:
        inbox.post(tx, Message("to_nobody"), role="officer")


def test_the_read_log_is_append_only(database: Database) -> None:
    with database.write() as tx:
        reading.log(tx, 1, 5, "dossier")
        reading.log(tx, 2, 5, "export", "年度检查")
        reading.log(tx, 2, 6, "dossier")

    with pytest.raises(Exception, match="read_log is append-only"), database.write() as tx:
        tx.exec_driver_sql("UPDATE read_log SET person_id = 3")

    with database.read() as tx:
        assert [(row.person_id, row.what, row.purpose) for row in reading.of_case(tx, 5)] == [
            (2, "export", "年度检查"),
            (1, "dossier", None),
        ]
