"""Errands: left once, claimed by one, tried again, given up visibly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from caseflow import clock
from caseflow.db import Database
from caseflow.records import outbox
from caseflow.words import Message


def leave(database: Database, *keys: str) -> None:
    with database.write() as tx:
        for key in keys:
            outbox.leave(tx, "mail", key, {"to": 5}, case_id=1)


def claim(database: Database) -> list[str]:
    with database.write() as tx:
        return [row.key for row in outbox.claim(tx, 10)]


def test_an_errand_is_left_once_however_often_it_is_left(database: Database) -> None:
    leave(database, "a", "a", "b")
    leave(database, "a")

    with database.read() as tx:
        assert [(row.key, row.payload, row.attempts) for row in outbox.due(tx, 10)] == [
            ("a", {"to": 5}, 0),
            ("b", {"to": 5}, 0),
        ]


def test_an_errand_needs_a_key(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint"):
        leave(database, "")


def test_a_claimed_errand_is_nobody_elses_until_the_claim_runs_out(database: Database) -> None:
    leave(database, "a")

    first, second = claim(database), claim(database)
    with clock.at(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        third = claim(database)

    assert (first, second, third) == (["a"], [], ["a"])


def test_a_sent_errand_does_not_come_back(database: Database) -> None:
    leave(database, "a")
    with database.write() as tx:
        (row,) = outbox.claim(tx, 1)
        outbox.mark_sent(tx, row.id)

    leave(database, "a")

    with clock.at(clock.now() + timedelta(days=2)):
        assert claim(database) == []


def test_a_failed_errand_waits_longer_each_time_and_then_for_a_person(database: Database) -> None:
    leave(database, "a")
    at = clock.now()
    waits = []
    while True:
        with clock.at(at), database.write() as tx:
            claimed = outbox.claim(tx, 1)
            if not claimed:
                break
            outbox.mark_failed(tx, claimed[0], Message("mail.not_sent", {"reason": "x"}))
        with database.read() as tx:
            if outbox.failed(tx):
                break
        with clock.at(at + 2 * outbox.LONGEST_PAUSE), database.read() as tx:
            (row,) = outbox.due(tx, 1)
            waits.append(round((row.next_try_at - at).total_seconds()))
            at = row.next_try_at + timedelta(milliseconds=1)

    with database.write() as tx:
        (given_up,) = outbox.failed(tx)
        assert outbox.retry(tx, given_up.id)
        assert not outbox.retry(tx, given_up.id)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600]
    assert given_up.last_error == {"key": "mail.not_sent", "values": {"reason": "x"}}
    assert claim(database) == ["a"]


def test_leaving_an_errand_says_whether_it_is_a_new_one(database: Database) -> None:
    with database.write() as tx:
        left = [outbox.leave(tx, "mail", key, {}, person_id=7) for key in ("a", "a", "b")]
        numbers = [outbox.number(tx, key) for key in ("a", "b")]

    assert (left, len(set(numbers))) == ([True, False, True], 2)


def test_a_claim_given_back_leaves_the_errand_as_it_was(database: Database) -> None:
    leave(database, "a")
    with database.write() as tx:
        (first,) = outbox.claim(tx, 1)
        outbox.give_back(tx, first)
        (again,) = outbox.claim(tx, 1)

    assert (again.attempts, again.next_try_at) == (first.attempts, first.next_try_at) == (0, first.next_try_at)


def test_a_claim_that_ran_out_gives_nothing_back_and_holds_nothing(database: Database) -> None:
    leave(database, "a")
    with database.write() as tx:
        (first,) = outbox.claim(tx, 1)
    later = clock.now() + outbox.LEASE + timedelta(seconds=1)
    with clock.at(later), database.write() as tx:
        (second,) = outbox.claim(tx, 1)
        outbox.give_back(tx, first)
        held = [outbox.hold(tx, row, timedelta(hours=1)) for row in (first, second)]
    with clock.at(later + timedelta(minutes=30)), database.read() as tx:
        due = outbox.due(tx, 1)

    assert (held, due) == ([False, True], [])


def test_what_is_refused_for_good_waits_for_a_person_at_once(database: Database) -> None:
    leave(database, "a")
    with database.write() as tx:
        (row,) = outbox.claim(tx, 1)
        outbox.mark_failed(tx, row, Message("mail.rejected", {"code": 550}), for_good=True)
        (failed,) = outbox.failed(tx)

    assert (failed.attempts, failed.last_error["values"]) == (1, {"code": 550})
