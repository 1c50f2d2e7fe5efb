"""Entries of the pool that may be one person: what an officer finds of them, kept and counted."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.people import expert_erasing, expert_history, expert_identity, expert_personal, experts, organisations
from caseflow.people.expert_models import expert_identity as kept
from caseflow.people.expert_personal import Own, identity_digit
from caseflow.people.models import person
from caseflow.words import Refused
from tests.people.test_experts import IDENTITY, OWN, Pool, keys_of, pool

__all__ = ["pool"]

OTHER = "99000019810202002"


def namesakes(pool: Pool) -> tuple[int, int]:
    """Two active entries of one name, of which nothing else is known."""
    left, right = pool.active("one"), pool.active("two")
    with pool.database.write() as tx:
        both = [pool.row(number)["person_id"] for number in (left, right)]
        tx.execute(person.update().where(person.c.id.in_(both)).values(name="演示同名"))
    return left, right


def decide(pool: Pool, both: tuple[int, int], found: str, seen: int = 0, why: str = "电话核实") -> None:
    rows = [pool.row(number) for number in both]
    with pool.database.write() as tx:
        expert_identity.decide(tx, pool.keys, rows, seen, found, why, by=pool.officer)


def stand(pool: Pool) -> tuple[int, int]:
    """How many persons the pool has, and how many pairs are in doubt."""
    with pool.database.read() as tx:
        rows = experts.pool(tx, organisations.authority_id(tx, "shanxi"), "expert")
        found = expert_identity.resolved(tx, pool.keys, rows)
    return len(found.identities), len(found.doubts)


def told(pool: Pool, both: tuple[int, int]) -> list[Any]:
    with pool.database.read() as tx:
        return [
            (one["found"], one["name"], expert_identity.reason(pool.keys, one))
            for one in expert_identity.of_pair(tx, *both)
        ]


def test_what_an_officer_finds_settles_the_doubt_and_the_last_finding_counts(pool: Pool) -> None:
    both = namesakes(pool)
    before = stand(pool)
    decide(pool, both, "same")
    merged = stand(pool)
    decide(pool, both, "different", seen=1, why=" 见过两人 ")

    assert (before, merged, stand(pool)) == ((2, 1), (1, 0), (2, 0))
    assert told(pool, both) == [("different", "演示officer", "见过两人"), ("same", "演示officer", "电话核实")]


def test_a_finding_stands_in_the_history_of_both_entries_without_its_reason(pool: Pool) -> None:
    left, right = both = namesakes(pool)
    decide(pool, both, "same")
    with pool.database.read() as tx:
        rows = [expert_history.events(tx, number)[0] for number in both]
        sealed = tx.scalar(sa.select(kept.c.sealed))

    assert [(one["kind"], one["person_id"], one["detail"]) for one in rows] == [
        ("identity_same", pool.officer, {"other": right, "number": 1}),
        ("identity_same", pool.officer, {"other": left, "number": 1}),
    ]
    assert "核实" not in str(sealed)


def test_nothing_is_found_without_a_finding_and_a_reason(pool: Pool) -> None:
    both = namesakes(pool)
    with pytest.raises(Refused) as refusal:
        decide(pool, both, "perhaps", why=" ")

    assert keys_of(refusal) == ["expert_identity.no_finding", "expert_identity.no_reason"]
    assert stand(pool) == (2, 1)


def test_one_person_has_no_two_identity_numbers(pool: Pool) -> None:
    both = namesakes(pool)
    with pool.database.write() as tx:
        for number, own in zip(both, (OWN, Own(OTHER + identity_digit(OTHER))), strict=True):
            expert_personal.keep(tx, pool.keys, number, own, by=pool.officer)
    with pytest.raises(Refused) as refusal:
        decide(pool, both, "same")
    decide(pool, both, "different")

    assert keys_of(refusal) == ["expert_identity.two_numbers"]
    assert IDENTITY[6:14] not in str(told(pool, both))


def test_who_looked_before_another_decided_decides_nothing(pool: Pool) -> None:
    both = namesakes(pool)
    decide(pool, both, "same")
    with pytest.raises(Refused) as refusal:
        decide(pool, both, "different")

    assert keys_of(refusal) == ["experts.changed"]
    assert stand(pool) == (1, 0)


def test_of_two_findings_at_once_one_counts(pool: Pool) -> None:
    both = namesakes(pool)
    barrier, refusals = threading.Barrier(2), []

    def run(found: str) -> None:
        barrier.wait()
        try:
            decide(pool, both, found)
        except Refused as refused:
            refusals.append(refused.reasons[0].key)

    threads = [threading.Thread(target=run, args=(one,)) for one in expert_identity.FOUND]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert (refusals, len(told(pool, both))) == (["experts.changed"], 1)


def test_who_is_not_in_the_pool_any_longer_leaves_the_others_findings_alone(pool: Pool) -> None:
    both = namesakes(pool)
    decide(pool, both, "same")
    pool.do(experts.pause, both[0], by=pool.officer)

    assert stand(pool) == (1, 0)


def test_the_reason_goes_with_the_personal_data_and_the_finding_stays(pool: Pool) -> None:
    both = namesakes(pool)
    decide(pool, both, "different")
    with pool.database.write() as tx:
        row = experts.get(tx, pool.row(both[1])["authority_id"], both[1])
        assert row is not None

        experts.leave(tx, pool.keys, pool.known, row, row["version"], "调离", sits=0, by=pool.officer)
    pool.do(expert_erasing.erase, both[1], unpaid=0, by=pool.officer)

    assert told(pool, both) == [("different", "演示officer", "")]
