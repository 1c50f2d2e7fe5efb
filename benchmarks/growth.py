"""What a step and the work list cost as a case gets longer, and as the database holds more cases."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks import door, pages, raw
from benchmarks.ground import Place
from caseflow import clock
from caseflow.cases import act, find, opening
from caseflow.cases.models import case, deadline, quota_entry, revision, task, timer
from caseflow.people import organisations
from caseflow.people.models import organisation
from caseflow.records.models import journal, personal_value

BUREAUS = 11
TEMPLATE = {"review": 12, "scoring": 4, "done": 60, "withdrawn": 24}
"""Of a hundred cases so many stand where: a tenth or so is open, as in a province after some years."""


def microseconds(works: dict[Any, Callable[[], Any]], times: int) -> dict[Any, float]:
    """The median of one call of each, taken in turns: whatever else the machine does falls on all alike."""
    taken: dict[Any, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(values) * 1e6 for name, values in taken.items()}


# As a case gets longer


def by_length(place: Place, lengths: tuple[int, ...] = (10, 100, 1000), times: int = 60) -> dict[int, float]:
    """Microseconds of one more step on a case that has had so many."""
    cases = {}
    for length in lengths:
        cases[length] = _stand_in(place, "scoring")
        with place.database.read() as tx:
            acts = tx.scalar(sa.select(case.c.seq).where(case.c.id == cases[length])) or 0
        for _ in range(length - acts):
            _note(place, cases[length])
    return microseconds({length: partial(_note, place, case_id) for length, case_id in cases.items()}, times)


def _note(place: Place, case_id: int) -> None:
    with place.database.write() as tx:
        act.perform(tx, place.ground, place.office, case_id, "note", {"mark": 88}, request_key=str(uuid.uuid4()))


def _open(place: Place) -> None:
    with place.database.write() as tx:
        opening.open_case(tx, place.ground, place.applicant, "bench-steps", request_key=str(uuid.uuid4()))


def _stand_in(place: Place, state: str) -> int:
    """A case that has come as far as a state."""
    for step, case_id in door.case(place):
        if state == "withdrawn" and step == "recommend":
            with place.database.write() as tx:
                key = str(uuid.uuid4())
                act.perform(tx, place.ground, place.applicant, case_id, "withdraw", {}, request_key=key)
            return case_id
        with place.database.read() as tx:
            if tx.scalar(sa.select(case.c.state).where(case.c.id == case_id)) == state:
                return case_id
    return case_id


# As the database holds more cases


def by_cases(place: Place, sizes: tuple[int, ...], times: int = 40) -> dict[int, dict[str, float]]:
    """Microseconds of a step on a new and on a random old case, and of the work list of one bureau with its total."""
    made = [_stand_in(place, state) for state, many in TEMPLATE.items() for _ in range(many)]
    bureaus = _bureaus(place)
    copies = _copies(place, made, bureaus)
    found = {}
    for size in sizes:
        with place.database.read() as tx:
            there = tx.scalar(sa.select(sa.func.count()).select_from(case)) or 0
        for _ in range((size - there) // len(made)):
            next(copies)
        _analyse(place)
        with place.database.read() as tx:
            old = list(tx.scalars(sa.select(case.c.id).where(case.c.state == "scoring").order_by(case.c.id)))
        chance = random.Random(5)
        hand = raw.Raw(place)
        works = {
            "commit": partial(_commit, hand),
            "new": partial(_open, place),
            "old": lambda old=old, chance=chance: _note(place, chance.choice(old)),
            "desk": partial(_desk, place),
            "list": partial(_list, place),
        }
        found[size] = microseconds(works, times) | pages.milliseconds(place)
        hand.connection.close()
    return found


def _commit(hand: raw.Raw) -> None:
    """The least a durable step can be at this moment: one row written by hand."""
    hand.begin()
    hand.run("UPDATE serial SET last = last + 1 WHERE year = ?", clock.today().year)
    hand.commit()


def _desk(place: Place) -> find.Page:
    with place.database.read() as tx:
        return find.desk(tx, place.ground, place.officer, find.Filters(), clock.today())


def _list(place: Place) -> find.Page:
    with place.database.read() as tx:
        return find.cases(tx, place.ground, place.officer, find.Filters(), clock.today())


def _bureaus(place: Place) -> list[int]:
    with place.database.write() as tx:
        for number in range(BUREAUS - 1):
            organisations.create(tx, authority_id=place.office.authority_id, kind="bureau", name_zh=f"第{number}市局")
        return list(tx.scalars(sa.select(organisation.c.id).where(organisation.c.kind == "bureau")))


def _copies(place: Place, made: list[int], bureaus: list[int]) -> Iterator[None]:
    """Copy the rows of the cases that went through the door, again and again, to bureau after bureau."""
    chance = random.Random(11)
    number = 0
    while True:
        number += 1
        with place.database.write() as tx:
            _copy(tx, made, number, bureaus[number % len(bureaus)], chance.randint(-30, 60))
        yield


def _copy(tx: Connection, made: list[int], number: int, bureau: int, days: int) -> None:
    first, last = min(made), max(made)
    cases = (tx.scalar(sa.select(sa.func.max(case.c.id))) or 0) + 1 - first
    clocks = (tx.scalar(sa.select(sa.func.max(deadline.c.id))) or 0) + 1
    clocks -= tx.scalar(sa.select(sa.func.min(deadline.c.id)).where(deadline.c.case_id >= first)) or 0
    mark = f"-{number}"
    due = clock.today() + timedelta(days=days)

    def copied(table: sa.Table, column: sa.Column[Any], leave: tuple[str, ...] = (), **changed: Any) -> None:
        names = [one.name for one in table.c if one.name not in leave]
        values = [changed.get(name, table.c[name]) for name in names]
        tx.execute(
            table.insert().from_select(names, sa.select(*values).where(column.between(first, last), column.in_(made)))
        )

    def dated(column: sa.Column[Any]) -> Any:
        return sa.case((column.is_(None), None), else_=sa.literal(due, sa.Date))

    copied(
        case, case.c.id, id=case.c.id + cases, number=case.c.number + mark, receipt_code=case.c.receipt_code + mark,
        prefecture_id=sa.literal(bureau), due_on=dated(case.c.due_on),
    )  # fmt: skip
    copied(
        journal,
        journal.c.case_id,
        ("id", "position"),
        case_id=journal.c.case_id + cases,
        request_key=journal.c.request_key + mark,
    )
    owner = sa.case((task.c.role == "municipal", bureau), else_=task.c.organisation_id)
    copied(
        task,
        task.c.case_id,
        ("id",),
        case_id=task.c.case_id + cases,
        organisation_id=owner,
        due_on=dated(task.c.due_on),
    )
    copied(deadline, deadline.c.case_id, id=deadline.c.id + clocks, case_id=deadline.c.case_id + cases)
    copied(
        timer, timer.c.case_id, ("id",), case_id=timer.c.case_id + cases, deadline_id=timer.c.deadline_id + clocks,
        key=timer.c.key + mark,
    )  # fmt: skip
    copied(revision, revision.c.case_id, case_id=revision.c.case_id + cases)
    copied(personal_value, personal_value.c.case_id, ("id",), case_id=personal_value.c.case_id + cases)
    copied(quota_entry, quota_entry.c.case_id, ("id",), case_id=quota_entry.c.case_id + cases)
    if tx.dialect.name == "postgresql":
        for name in ("case", "deadline"):
            tx.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))"
            )


def _analyse(place: Place) -> None:
    """What a database does by itself in the long run, done at once after so many rows: statistics, and its house in order."""
    if place.database.is_sqlite:
        statements = ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"]
    else:
        statements = ["VACUUM ANALYZE", "CHECKPOINT"]
    with place.database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if not place.database.is_sqlite:
            driver.autocommit = True
        for statement in statements:
            driver.execute(statement)
        if not place.database.is_sqlite:
            driver.autocommit = False
