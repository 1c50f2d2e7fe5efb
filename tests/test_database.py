"""The ground of the database: what is read is rolled back, what is in the way is tried again, types bind everywhere."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from caseflow import db
from caseflow.cases.models import serial, timer
from caseflow.db import Database, Statement
from caseflow.people.models import authority
from caseflow.records.models import calendar_year, inbox_message

AT = datetime(2026, 11, 23, 4, 5, 6, 789, tzinfo=UTC)
POST = Statement(inbox_message.insert().returning(inbox_message.c.id))
READ = Statement(sa.select(inbox_message).where(inbox_message.c.id == sa.bindparam("id")))
MARK = Statement(inbox_message.update().where(inbox_message.c.id == sa.bindparam("on_id")))
DROP = Statement(inbox_message.delete().where(inbox_message.c.key == "greeting"))


def message(**values: object) -> dict[str, object]:
    return {"person_id": 7, "key": "greeting", "values": {"who": "喆", "n": [1, 2]}, "created_at": AT, **values}


def test_a_prepared_statement_binds_and_reads_as_any_other(database: Database) -> None:
    with database.write() as tx:
        number = POST.scalar(tx, message())
        changed = MARK.run(tx, {"on_id": number, "handed_at": AT})
        found = READ.first(tx, {"id": number})
        plain = tx.execute(sa.select(inbox_message).where(inbox_message.c.id == number)).mappings().one()

    assert (changed, found) == (1, dict(plain))
    assert found is not None
    assert (found["values"], found["handed_at"], found["role"]) == ({"who": "喆", "n": [1, 2]}, AT, None)


def test_a_prepared_statement_writes_the_columns_it_is_given_and_no_others(database: Database) -> None:
    with database.write() as tx:
        number = POST.scalar(tx, message(role="someone"))
        MARK.run(tx, {"on_id": number, "role": None})
        MARK.run(tx, {"on_id": number, "values": {}, "handed_at": AT})
        found = READ.first(tx, {"id": number})

    assert found is not None
    assert (found["role"], found["values"], found["key"]) == (None, {}, "greeting")


def test_a_prepared_statement_says_how_many_rows_it_met(database: Database) -> None:
    many = Statement(inbox_message.insert().inline())
    with database.write() as tx:
        many.run_all(tx, [message(person_id=number) for number in range(3)])
        many.run_all(tx, [])
        counted = (DROP.run(tx, {}), DROP.run(tx, {}), READ.rows(tx, {"id": 1}), READ.first(tx, {"id": 1}))

    assert counted == (3, 0, [], None)


def test_the_errors_of_a_prepared_statement_are_sqlalchemys_and_hold_no_value(database: Database) -> None:
    insert = Statement(authority.insert().inline())
    with database.write() as tx:
        insert.run(tx, {"code": "x", "name": {}})

    with pytest.raises(sa.exc.IntegrityError) as caught, database.write() as tx:
        insert.run(tx, {"code": "x", "name": {"zh": "机密"}})

    assert "机密" not in str(caught.value)
    assert db.is_passing(caught.value)


def test_what_a_reader_writes_is_lost(database: Database) -> None:
    with database.read() as tx:
        tx.execute(authority.insert().values(code="x", name={}))
    with database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(authority)) == 0


def test_a_reader_sees_one_moment_while_others_write(sqlite_database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(authority)
    with sqlite_database.read() as tx:
        before = tx.scalar(count)
        with sqlite_database.write() as other:
            other.execute(authority.insert().values(code="x", name={}))
        after = tx.scalar(count)
    with sqlite_database.read() as tx:
        later = tx.scalar(count)

    assert (before, after, later) == (0, 0, 1)


def test_work_is_done_again_where_another_transaction_was_in_the_way(database: Database) -> None:
    with database.write() as tx:
        tx.execute(authority.insert().values(code="taken", name={}))
    codes = iter(["taken", "free"])
    tried = []

    def work(tx: sa.Connection) -> str:
        code = next(codes)
        tried.append(code)
        tx.execute(authority.insert().values(code=f"{code}-first", name={}))
        tx.execute(authority.insert().values(code=code, name={}))
        return code

    found = database.once(work)

    with database.read() as tx:
        stored = sorted(tx.scalars(sa.select(authority.c.code)))
    assert (found, tried, stored) == ("free", ["taken", "free"], ["free", "free-first", "taken"])


def test_a_fault_that_stays_is_raised_and_other_faults_are_not_tried_again(database: Database) -> None:
    tried = []

    def taken(tx: sa.Connection) -> None:
        tried.append("taken")
        tx.execute(authority.insert(), [{"code": "x", "name": {}}, {"code": "x", "name": {}}])

    def missing(tx: sa.Connection) -> None:
        tried.append("missing")
        tx.execute(serial.insert().values(authority_id=99, name="n", year=2026, last=0))

    for work in (taken, missing):
        with pytest.raises(sa.exc.IntegrityError):
            database.once(work)

    assert (tried.count("taken"), tried.count("missing")) == (db.TRIES, 1)


def test_two_that_lock_each_other_both_get_through(postgresql_database: Database) -> None:
    with postgresql_database.write() as tx:
        tx.execute(authority.insert(), [{"code": "a", "name": {}}, {"code": "b", "name": {}}])
    meet = threading.Barrier(2)

    def change(first: str, second: str) -> None:
        met: list[bool] = []

        def work(tx: sa.Connection) -> None:
            for code in (first, second):
                tx.execute(authority.update().where(authority.c.code == code).values(name={first: second}))
                if not met:
                    met.append(True)
                    meet.wait(30)

        postgresql_database.once(work)

    threads = [threading.Thread(target=change, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with postgresql_database.read() as tx:
        names = list(tx.scalars(sa.select(authority.c.name).order_by(authority.c.code)))
    assert names[0] == names[1]


def test_dates_and_moments_come_back_as_they_went(database: Database) -> None:
    statement = Statement(sa.select(calendar_year.c.entered_at, timer.c.due_at).join(timer, sa.true(), isouter=True))
    with database.write() as tx:
        tx.execute(
            calendar_year.insert().values(calendar="c", year=2026, notice=None, body={"day": "x"}, entered_at=AT)
        )
        rows = statement.rows(tx, {})

    assert rows == [{"entered_at": AT, "due_at": None}]
