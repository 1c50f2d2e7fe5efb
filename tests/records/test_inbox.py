"""Messages reach the person, the role and the organisation they are for, and nobody else."""

from __future__ import annotations

import pytest

from caseflow.db import Database
from caseflow.records import inbox, reading
from caseflow.records.inbox import Reader
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
