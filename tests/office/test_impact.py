"""What hangs on a figure or on an entry that was replaced: entries of registers, and what would be decided now."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import register_book, register_find
from caseflow.cases.register_find import Book
from caseflow.office import impact
from caseflow.office.impact import Impact, Succession
from caseflow.people.rights import Actor
from caseflow.records.models import inbox_message
from caseflow.words import from_json, render
from tests.cases.conftest import world
from tests.cases.footprints import declare, published
from tests.cases.world import World
from tests.footprint.published import line

__all__ = ["world"]


@pytest.fixture
def office(world: World) -> Actor:
    published(world)
    return world.person("provincial", "office")


@pytest.fixture
def applicant(world: World) -> Actor:
    return world.person("applicant", "plant")


def benchmark(world: World, office: Actor, product: str = "焦炭", baseline: str = "600") -> int:
    case_id = world.open(office, "toy-benchmark")
    world.do(office, case_id, "publish", product=product, baseline=baseline, places=["east"], since="2026-01-01")
    return case_id


def rated(world: World, office: Actor, applicant: Actor, product: str = "焦炭") -> int:
    """An entry that rests on the benchmark of its product and on a footprint of 577.7."""
    case_id = world.open(applicant, "toy-rated")
    declare(world, case_id, line(), declared="577.7")
    world.do(applicant, case_id, "request", product=product, place="east")
    world.do(office, case_id, "compare")
    world.do(office, case_id, "rate")
    return case_id


def on_figure(world: World, reader: Actor | None, case_id: int, total: float) -> Impact:
    with world.database.read() as tx:
        return impact.of_figures(tx, world.ground, reader, [(case_id, total)])[0]


def book(world: World, register: str = "benchmarks") -> Book:
    with world.database.read() as tx:
        found = register_find.book(tx, world.ground, "north", register)
    assert found is not None
    return found


def entries(world: World, case_id: int, register: str = "benchmarks") -> list[int]:
    """The entries of a case, oldest first."""
    with world.database.read() as tx:
        rows = tx.execute(
            sa.select(register_book.register_standing.c.entry_id)
            .where(register_book.register_standing.c.case_id == case_id)
            .order_by(register_book.register_standing.c.entry_id)
        )
        return list(rows.scalars())


def on_entry(world: World, reader: Actor | None, entry_id: int, **page: int) -> Succession:
    with world.database.read() as tx:
        return impact.of_entry(tx, world.ground, reader, book(world), entry_id, **page)


def told(found: Succession) -> list[tuple[str, str, list[tuple[str, str | None]]]]:
    return [
        (one.number[-4:], one.rests_on[-4:], [(of.before["zh"], (of.after or {}).get("zh")) for of in one.outcomes])
        for one in found.dependents
    ]


def test_a_figure_shows_the_entries_that_rest_on_it_and_what_would_be_decided(
    world: World, office: Actor, applicant: Actor
) -> None:
    benchmark(world, office)
    case_id = rated(world, office, applicant)
    worse, same = (on_figure(world, office, case_id, total) for total in (650.0, 590.0))

    assert [(one.register.id, one.number[-4:], one.status) for one in worse.entries] == [("ratings", "0001", "valid")]
    assert [(one.before["zh"], one.after, one.changes) for one in worse.outcomes] == [
        ("甲", {"zh": "乙", "en": "B"}, True)
    ]
    assert [one.changes for one in same.outcomes] == [False]
    assert world.row(case_id)["facts"]["rating"]["grade"] == "a"


def test_a_figure_on_which_nothing_was_decided_has_no_impact(world: World, office: Actor, applicant: Actor) -> None:
    case_id = world.open(applicant, "toy-rated")
    declare(world, case_id, line(), declared="577.7")

    assert on_figure(world, None, case_id, 650.0) == Impact()


def test_a_newer_entry_shows_what_rests_on_the_one_before_and_what_it_would_be(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept, other = benchmark(world, office), benchmark(world, office, "玻璃")
    rated(world, office, applicant)
    rated(world, office, applicant, "玻璃")
    before = on_entry(world, office, entries(world, kept)[0])
    world.do(office, kept, "renew", baseline="500", product="焦炭")
    old, new = entries(world, kept)

    assert told(before) == []
    assert told(on_entry(world, office, new)) == [("0001", "0001", [("甲", "乙")])]
    assert told(on_entry(world, office, old)) == told(on_entry(world, office, new))
    assert on_entry(world, office, new, limit=1, offset=1).dependents == ()
    assert on_entry(world, office, new, limit=1, offset=1).count == 1
    assert told(on_entry(world, office, entries(world, other)[0])) == []


def test_what_rests_on_an_entry_that_was_withdrawn_is_shown_without_an_outcome(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept = benchmark(world, office)
    rated(world, office, applicant)
    world.do(office, kept, "withdraw")
    found = on_entry(world, office, entries(world, kept)[0])

    assert (found.newest, told(found)) == (None, [("0001", "0001", [])])


def test_the_office_whose_entries_rest_on_a_replaced_one_is_told_once(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept = benchmark(world, office)
    for _ in range(2):
        rated(world, office, applicant)
    world.do(office, kept, "renew", baseline="500", product="焦炭")
    with world.database.read() as tx:
        rows = tx.execute(sa.select(inbox_message).where(inbox_message.c.key == "inbox.entry_replaced")).all()
        said = [render(from_json({"key": row.key, "values": row.values}), "zh") for row in rows]
    year = clock.today().year

    assert [(row.organisation_id, row.role, row.case_id) for row in rows] == [
        (world.organisations["office"], "provincial", kept)
    ]
    assert said == [
        f"“示例基准值”基准〔{year}〕0001已由基准〔{year}〕0002代替，“示例评级”中有2条在册登记以旧登记为依据。请在名录台账中打开新登记，逐件研究是否重新办理。"
    ]


def test_nobody_is_told_where_nothing_rests_on_the_old_entry(world: World, office: Actor) -> None:
    kept = benchmark(world, office)
    world.do(office, kept, "renew", baseline="500", product="焦炭")
    with world.database.read() as tx:
        rows = tx.execute(sa.select(inbox_message).where(inbox_message.c.key == "inbox.entry_replaced")).all()

    assert rows == []


def test_a_reader_sees_neither_entries_nor_decisions_that_are_not_for_the_own_role(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept = benchmark(world, office)
    case_id = rated(world, office, applicant)
    world.do(office, kept, "renew", baseline="500", product="焦炭")
    newest = entries(world, kept)[-1]
    stranger = world.person("municipal", "elsewhere")

    assert on_figure(world, applicant, case_id, 650.0) == Impact()
    assert told(on_entry(world, stranger, newest)) == []
    assert told(on_entry(world, None, newest)) == [("0001", "0001", [("甲", "乙")])]
