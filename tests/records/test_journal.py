"""The journal of acts: chained, append-only on both databases, and what tampering looks like."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from caseflow.db import Database
from caseflow.records import journal, triggers
from caseflow.records.models import journal as table

AT = datetime(2026, 3, 5, 1, 2, 3, 456789, tzinfo=UTC)


def write(tx: Connection, case_id: int, count: int) -> str:
    previous = journal.GENESIS
    for seq in range(1, count + 1):
        previous = journal.append(
            tx,
            case_id=case_id,
            seq=seq,
            at=AT,
            person_id=7,
            role="officer",
            organisation_id=3,
            act="move",
            from_state="here",
            to_state="there",
            body={"b": [1, 2.5, None], "a": "意见"},
            request_key=f"{case_id}-{seq}",
            previous_hash=previous,
        )
    return previous


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as tx:
        write(tx, 1, 3)
        write(tx, 2, 2)
    return database


def problems(database: Database, **asked: Any) -> list[tuple[int, int, str]]:
    with database.read() as tx:
        return [(found.case_id, found.seq, found.message.key) for found in journal.verify(tx, **asked)]


def tamper(database: Database, statement: str) -> None:
    """Change rows as somebody would who owns the database and has dropped the triggers."""
    with database.write() as tx:
        for name in [name for name in triggers_of(tx) if name.startswith("journal")]:
            on = "" if database.is_sqlite else " ON journal"
            tx.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        tx.exec_driver_sql(statement)


def triggers_of(tx: Connection) -> list[str]:
    if tx.dialect.name == "sqlite":
        return list(tx.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    return list(tx.scalars(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))


def test_an_untouched_journal_has_no_problems(filled: Database) -> None:
    assert problems(filled) == []


def test_entries_come_back_as_they_were_written(filled: Database) -> None:
    with filled.read() as tx:
        entries = journal.entries(tx, 1)

    expected = [(seq, AT, {"a": "意见", "b": [1, 2.5, None]}) for seq in (1, 2, 3)]
    assert expected == [(entry.seq, entry.at, entry.body) for entry in entries]


def test_the_hash_covers_the_previous_hash_and_the_leaf(filled: Database) -> None:
    with filled.read() as tx:
        first, second, _ = journal.entries(tx, 1)
        leaf = dict(journal.leaves_without_position(tx, 10))[second.id]

    assert hashlib.sha256(first.hash.encode() + leaf).hexdigest() == second.hash


def test_a_request_key_finds_its_first_outcome(filled: Database) -> None:
    with filled.read() as tx:
        found = journal.outcome(tx, "1-2")

    assert found is not None
    assert (found.case_id, found.seq) == (1, 2)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE journal SET act = 'other' WHERE seq = 2",
        "UPDATE journal SET position = 5, act = 'other' WHERE seq = 2",
        "UPDATE journal SET hash = previous_hash",
        "UPDATE journal SET body = '{}'",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
    ],
)
def test_the_triggers_refuse_update_and_delete(filled: Database, attack: str) -> None:
    with pytest.raises(DatabaseError, match="journal is append-only"), filled.write() as tx:
        tx.exec_driver_sql(attack)

    assert problems(filled) == []


def test_the_triggers_refuse_truncate(postgresql_database: Database) -> None:
    with postgresql_database.write() as tx:
        heads = {1: (2, write(tx, 1, 2))}

    for attack in (
        "TRUNCATE journal",
        "TRUNCATE journal CASCADE",
        "SET session_replication_role = replica; DELETE FROM journal",
    ):
        with pytest.raises(DatabaseError, match="journal is append-only"), postgresql_database.write() as tx:
            tx.exec_driver_sql(attack)

    assert problems(postgresql_database, heads=heads) == []


def test_an_upsert_changes_nothing(filled: Database) -> None:
    values = "SELECT id, case_id, seq, at, role, 'other', body, request_key, previous_hash, hash FROM journal"
    columns = "(id, case_id, seq, at, role, act, body, request_key, previous_hash, hash)"
    attack = f"INSERT INTO journal {columns} {values} WHERE true ON CONFLICT (request_key) DO UPDATE SET act = 'other'"

    with pytest.raises(DatabaseError), filled.write() as tx:
        tx.exec_driver_sql(attack)

    assert problems(filled) == []


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("same", ["id", "case_id, seq", "request_key"])
def test_insert_or_replace_is_refused_even_without_the_pragma(
    sqlite_database: Database, recursive: str, same: str
) -> None:
    with sqlite_database.write() as tx:
        write(tx, 1, 2)
    keys = {"id": "1", "case_id, seq": "1, 1", "request_key": "'1-1'"}
    other = {"id": "99", "case_id, seq": "9, 9", "request_key": "'other'"}
    values = ", ".join(keys[key] if key == same else other[key] for key in keys)
    connection = sqlite3.connect(str(sqlite_database.engine.url.database))
    connection.execute(f"PRAGMA recursive_triggers={recursive}")

    with pytest.raises(sqlite3.IntegrityError, match="journal is append-only"):
        connection.execute(
            "INSERT OR REPLACE INTO journal (id, case_id, seq, request_key, at, role, act, body,"
            f" previous_hash, hash) VALUES ({values}, 'x', 'x', 'x', 'x', 'x', 'x')"
        )

    connection.close()
    assert problems(sqlite_database) == []


def test_a_position_is_given_once(filled: Database) -> None:
    with filled.write() as tx:
        entry = journal.leaves_without_position(tx, 1)[0][0]
        journal.set_position(tx, entry, 0)

    with pytest.raises(DatabaseError, match="journal is append-only"), filled.write() as tx:
        journal.set_position(tx, entry, 1)

    with filled.read() as tx:
        assert tx.scalar(sa.select(table.c.position).where(table.c.id == entry)) == 0
    assert problems(filled) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE journal SET act = 'other' WHERE case_id = 1 AND seq = 2", [(1, 2, "journal.altered")]),
        (
            "UPDATE journal SET at = '2026-03-05T01:02:03.456788Z' WHERE case_id = 2 AND seq = 1",
            [(2, 1, "journal.altered")],
        ),
        (
            'UPDATE journal SET body = \'{"a":"意见","b":[1,2.5,0]}\' WHERE case_id = 1 AND seq = 1',
            [(1, 1, "journal.altered")],
        ),
        ("UPDATE journal SET person_id = NULL WHERE case_id = 1 AND seq = 3", [(1, 3, "journal.altered")]),
        ("UPDATE journal SET previous_hash = hash WHERE case_id = 1 AND seq = 2", [(1, 2, "journal.unlinked")]),
        ("DELETE FROM journal WHERE case_id = 1 AND seq = 2", [(1, 2, "journal.gap")]),
        ("DELETE FROM journal WHERE case_id = 1 AND seq = 1", [(1, 1, "journal.gap")]),
        ("UPDATE journal SET seq = seq + 10 WHERE case_id = 2 AND seq = 2", [(2, 2, "journal.gap")]),
        ("UPDATE journal SET role = 'x'", [(1, 1, "journal.altered"), (2, 1, "journal.altered")]),
    ],
)
def test_tampering_is_found_at_the_first_bad_entry(
    filled: Database, statement: str, expected: list[tuple[int, int, str]]
) -> None:
    tamper(filled, statement)

    assert expected == problems(filled)


def test_entries_cut_off_at_the_end_are_missed_beside_what_the_case_remembers(database: Database) -> None:
    with database.write() as tx:
        heads = {1: (3, write(tx, 1, 3)), 2: (2, write(tx, 2, 2))}
    tamper(database, "DELETE FROM journal WHERE seq = 3 OR case_id = 2")

    assert problems(database) == []
    assert problems(database, heads=heads) == [(1, 3, "journal.cut"), (2, 1, "journal.cut")]
    assert problems(database, case_id=2, heads=heads) == [(2, 1, "journal.cut")]


def test_missing_triggers_are_named(database: Database) -> None:
    with database.read() as tx:
        assert triggers.missing(tx) == []

    tamper(database, "SELECT 1")

    with database.read() as tx:
        expected = sorted(name for name in triggers._statements(tx, "journal"))
        assert expected == sorted(triggers.missing(tx))


def test_a_trigger_that_was_hollowed_out_counts_as_missing(sqlite_database: Database) -> None:
    with sqlite_database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER journal_kept")
        tx.exec_driver_sql("CREATE TRIGGER journal_kept BEFORE DELETE ON journal BEGIN SELECT 1; END")

    with sqlite_database.read() as tx:
        assert triggers.missing(tx) == ["journal_kept"]


def test_a_trigger_function_that_was_hollowed_out_counts_as_missing(postgresql_database: Database) -> None:
    with postgresql_database.write() as tx:
        tx.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION caseflow_append_only() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$"
        )

    with postgresql_database.read() as tx:
        assert "journal_unchanged" in triggers.missing(tx)


def test_making_the_triggers_again_repairs_them(database: Database) -> None:
    tamper(database, "SELECT 1")

    with database.write() as tx:
        triggers.create(tx)

    with database.read() as tx:
        assert triggers.missing(tx) == []
