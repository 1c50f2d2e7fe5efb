"""What follows from an entry of a register: findings on cases of its holder, a case about each of its other entries,
and all of it taken back, in order, where the entry had no basis.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from caseflow import clock, worker
from caseflow.cases import dossier, linking, register_book, view
from caseflow.cases import fire as firing
from caseflow.cases.models import timer
from caseflow.cases.register_models import register_standing
from caseflow.people.rights import Actor
from caseflow.records import journal
from tests.cases import parts
from tests.cases.racing import Job, Racers, racers
from tests.cases.world import World, on


@pytest.fixture
def office(world: World) -> Actor:
    return world.person("provincial", "office")


def filed(world: World, unit: str = "plant") -> int:
    """A case of an enterprise that waits with its bureau."""
    who = world.person("applicant", unit)
    case_id = world.open(who, "toy-licence")
    world.type(who, case_id, "unit", {"name": unit})
    world.do(who, case_id, "submit")
    return case_id


def holding(world: World, office: Actor, *kinds: str, unit: str = "plant") -> list[str]:
    """Entries that an enterprise gets one after the other; returns their numbers."""
    found = []
    for kind in kinds:
        case_id = filed(world, unit)
        world.do(world.person("municipal", "bureau"), case_id, "forward")
        world.do(office, case_id, kind)
        found.append(number(world, case_id))
    return found


def number(world: World, case_id: int) -> str:
    with world.database.read() as tx:
        return str(next(iter(register_book.of_case(tx, case_id).values()))["number"])


def listing(world: World, office: Actor, act: str = "list", unit: str = "plant") -> int:
    case_id = world.open(office, "toy-blacklist")
    world.do(office, case_id, act, unit=world.organisations[unit], reason="弄虚作假")
    return case_id


def reviews(world: World, case_id: int) -> list[int]:
    with world.database.read() as tx:
        return [int(row["id"]) for row in linking.opened_by(tx, case_id, "review")]


def entries(world: World, review_ids: list[int]) -> list[str]:
    with world.database.read() as tx:
        return [dossier.frozen(tx, world.ground, one, 1)["entry"]["number"] for one in review_ids]


def noted(world: World, case_id: int, who: Actor) -> list[tuple[str, str]]:
    """The findings that somebody reads on a case, with how each stands."""
    with world.database.read() as tx:
        return [(row["key"], row["status"]) for row in view.load(tx, world.ground, who, case_id).findings()]


def whole(world: World) -> bool:
    """Whether the journals and the chains of all entries are as they were written."""
    with world.database.read() as tx:
        numbers = tx.scalars(sa.select(register_standing.c.entry_id)).all()
        return parts.sound(world) and all(register_book.verify(tx, one) for one in numbers)


def fire(world: World) -> None:
    worker.fire_timers(world.database, world.ground)


def test_whoever_is_listed_files_all_the_same_and_the_finding_is_answered_first(world: World, office: Actor) -> None:
    listed = listing(world, office)
    case_id, other = filed(world), filed(world, world.enterprise("elsewhere厂"))
    officer = world.person("municipal", "bureau")
    world.do(officer, case_id, "forward")
    seen = noted(world, case_id, office)
    refused = world.refusal(office, case_id, "grant")
    world.do(office, case_id, "answer_finding", finding=world.findings(case_id)[0], answer="已核实，不影响许可条件")

    assert seen == [("listed_in.blacklist", "open")]
    assert refused == ["guards.findings_open"]
    assert world.findings(other) == []
    assert world.do(office, case_id, "grant").state == "granted"
    with world.database.read() as tx:
        row = view.load(tx, world.ground, office, case_id).findings()[0]
    assert row["message"]["values"]["numbers"] == [number(world, listed)]


def test_a_running_case_gets_the_finding_once_and_loses_it_with_the_entry(world: World, office: Actor) -> None:
    running, other = filed(world), filed(world, world.enterprise("elsewhere厂"))
    world.do(world.person("municipal", "bureau"), running, "forward")
    draft = world.open(world.person("applicant", "plant"), "toy-licence")
    listed = listing(world, office)
    before = world.findings(running)
    fire(world)
    fire(world)
    noticed = noted(world, running, office)
    world.do(office, running, "answer_finding", finding=world.findings(running)[0], answer="已核实")
    world.do(office, listed, "hold")
    fire(world)
    held = noted(world, running, office)
    world.do(office, listed, "annul")
    fire(world)

    assert (before, noticed, held) == (
        [], [("listed_in.blacklist", "open")], [("listed_in.blacklist", "answered")],
    )  # fmt: skip
    assert noted(world, running, office) == []
    assert (world.findings(other), world.findings(draft)) == ([], [])
    assert parts.acts(world, running).count("listing_noted") == 2
    assert "listing_noted" not in parts.acts(world, draft) + parts.acts(world, other)
    assert parts.told(world, running, "inbox.listed") == [(world.organisations["office"], "provincial", None)]
    assert whole(world)


def test_of_two_entries_the_finding_names_both_and_stays_while_one_is_left(world: World, office: Actor) -> None:
    running = filed(world)
    first, second = listing(world, office), listing(world, office)
    fire(world)
    world.do(office, first, "annul")
    fire(world)
    with world.database.read() as tx:
        row = view.load(tx, world.ground, office, running).findings()[0]

    assert row["message"]["values"]["numbers"] == [number(world, second)]


def test_what_stands_in_a_closed_register_is_read_by_those_alone_who_read_it(world: World, office: Actor) -> None:
    running, officer = filed(world), world.person("municipal", "bureau")
    applicant = world.person("applicant", "plant")
    filed_away = listing(world, office, "file")
    fire(world)
    inside, bureau, outside = (noted(world, running, who) for who in (office, officer, applicant))
    with world.database.read() as tx:
        words = str([entry.body for entry in journal.entries(tx, running)])

    assert (inside, bureau, outside) == ([("listed_in.files", "open")], [], [])
    assert parts.told(world, running, "inbox.listed") == []
    assert number(world, filed_away) not in words


def test_each_live_entry_of_the_holder_comes_up_once_and_in_order(world: World, office: Actor) -> None:
    badge, licence, lapsed, second = holding(world, office, "badge", "grant", "grant", "grant")
    holding(world, office, "grant", unit=world.enterprise("elsewhere厂"))
    with world.database.read() as tx:
        gone = tx.scalar(sa.select(register_standing.c.case_id).where(register_standing.c.number == lapsed))
    world.do(office, gone or 0, "lapse")
    listed = listing(world, office)
    found = reviews(world, listed)
    for _ in range(2):
        world.do(office, listed, "repeat")
    row = world.row(found[0])
    with world.database.read() as tx:
        said = dossier.frozen(tx, world.ground, found[0], 1)["entry"]
        note = journal.entries(tx, listed)[1].body["opened"]

    assert entries(world, found) == [licence, second, badge]
    assert reviews(world, listed) == found
    assert (row["state"], row["organisation_id"]) == ("looking", world.organisations["office"])
    assert said == {
        "register": "licences", "number": licence, "holder": "甲焦化厂", "because": number(world, listed),
        "reason": "弄虚作假",
    }  # fmt: skip
    assert [(one["register"], one["number"]) for one in note] == [
        ("licences", licence), ("licences", second), ("badges", badge),
    ]  # fmt: skip
    assert whole(world)


def test_an_entry_that_came_later_is_found_when_it_is_looked_for_again(world: World, office: Actor) -> None:
    listed = listing(world, office)
    none = reviews(world, listed)
    later = filed(world)
    world.do(world.person("municipal", "bureau"), later, "forward")
    world.do(office, later, "answer_finding", finding=world.findings(later)[0], answer="已核实")
    world.do(office, later, "grant")
    world.do(office, listed, "repeat")

    assert none == []
    assert len(reviews(world, listed)) == 1


def test_a_new_listing_is_a_new_basis_and_without_one_nothing_is_opened(world: World, office: Actor) -> None:
    holding(world, office, "grant")
    listed = listing(world, office)
    world.do(office, listed, "remove")
    refused = world.refusal(office, listed, "look")
    world.do(office, listed, "restore")

    assert refused == ["consequences.no_basis"]
    assert len(reviews(world, listed)) == 2


def test_all_is_undone_newest_first_and_what_was_done_goes_to_a_person(world: World, office: Actor) -> None:
    with on("2026-09-01"):
        holding(world, office, "grant", "grant", "grant", "badge")
        listed = listing(world, office)
        untouched = reviews(world, listing(world, office))
        first, second, third, fourth = reviews(world, listed)
        for one in (first, second):
            world.do(office, one, "act")
        world.do(office, second, "close")
        world.do(office, listed, "annul", key="annulled")
        world.do(office, listed, "annul", key="annulled")
        fire(world)
        fire(world)
        fired = _order(world, [first, second, third, fourth])

    assert [world.row(one)["state"] for one in (first, second, third, fourth)] == [
        "undoing", "closed", "dropped", "dropped",
    ]  # fmt: skip
    assert fired == [fourth, third, first]
    assert {world.row(one)["state"] for one in untouched} == {"looking"}
    assert world.do(office, first, "restored").state == "dropped"
    assert whole(world)


def _order(world: World, case_ids: list[int]) -> list[int]:
    """The cases in the order in which the system undid them."""
    with world.database.read() as tx:
        done = [
            (entry.at, entry.id, case_id)
            for case_id in case_ids
            for entry in journal.entries(tx, case_id)
            if entry.act in ("drop", "undo")
        ]
    return [case_id for *_, case_id in sorted(done)]


def test_one_that_is_not_undone_yet_holds_up_those_behind_it_alone(world: World, office: Actor) -> None:
    holding(world, office, "grant", "grant")
    listed, other = listing(world, office), listing(world, office)
    for one in (listed, other):
        world.do(office, one, "annul")
    with world.database.read() as tx:
        rows = tx.execute(sa.select(timer).where(timer.c.kind == "undo").order_by(timer.c.id)).mappings().all()
    fire_one = [_fire(world, row) for row in (rows[1], rows[3], rows[0], rows[1], rows[2], rows[3])]

    assert fire_one == [False, False, True, True, True, True]
    assert {world.row(one)["state"] for one in reviews(world, listed) + reviews(world, other)} == {"dropped"}


def _fire(world: World, row: RowMapping) -> bool:
    with world.database.write() as tx:
        return firing.fire(tx, world.ground, row, clock.now())


@pytest.fixture(scope="module")
def pair() -> Iterator[Racers]:
    with racers(2) as made:
        yield made


def test_two_listings_at_one_moment_each_bring_one_case_for_each_entry(
    world: World, office: Actor, pair: Racers
) -> None:
    numbers = holding(world, office, "grant", "badge")
    running = filed(world)
    pair.enter(world.settings)
    cases = [world.open(office, "toy-blacklist") for _ in range(2)]
    answers = {"unit": world.organisations["plant"], "reason": "弄虚作假"}
    told = pair.race([Job(office, one, "list", f"list/{one}", answers) for one in cases])
    same = world.open(office, "toy-blacklist")
    again = pair.race([Job(office, same, "list", f"same/{which}", answers) for which in range(2)])
    fire(world)

    assert [one.how for one in told] == ["done", "done"]
    assert sorted(one.how for one in again) == ["done", "refused"]
    assert [entries(world, reviews(world, one)) for one in (*cases, same)] == [numbers] * 3
    assert len(world.findings(running)) == 1
    assert whole(world)
