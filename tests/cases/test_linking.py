"""Cases that an act opens, guards that ask how far they are, and acts of the system once they have come there."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases import dossier, linking, view
from caseflow.cases.models import deadline, timer
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from tests.cases import parts
from tests.cases.world import World


def reviewing(world: World) -> tuple[int, Actor]:
    """A case under review and an officer."""
    plant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.open(plant, "toy-opener")
    world.type(plant, case_id, "unit", {"name": "甲厂", "contact": "王二"})
    world.do(plant, case_id, "submit")
    return case_id, office


def inquiry(world: World, case_id: int, who: Actor, topic: str = "排放数据") -> int:
    """A case that an act on this one opens."""
    world.do(who, case_id, "inquire", topic=topic)
    with world.database.read() as tx:
        return int(linking.opened_by(tx, case_id, "inquiry")[-1]["id"])


def test_an_act_opens_a_case_with_what_it_copies_and_both_journals_say_so(world: World) -> None:
    case_id, office = reviewing(world)
    other = inquiry(world, case_id, office)

    row = world.row(other)
    assert (row["workflow"], row["state"], row["title"], row["number"][:2]) == ("toy-inquiry", "looking", "甲厂", "HC")
    assert (row["organisation_id"], row["prefecture_id"]) == (
        world.organisations["plant"],
        world.organisations["bureau"],
    )
    assert row["due_on"] is not None
    with world.database.read() as tx:
        values = dossier.frozen(tx, world.ground, other, 1)
        first = journal.entries(tx, other)[0]
        here = journal.entries(tx, case_id)[-1]
    assert values == {"matter": {"who": "甲厂", "topic": "排放数据", "contact": "王二"}}
    assert (first.act, first.person_id, first.body["opened_from"], first.body["link"]) == (
        "linked", office.person_id, case_id, "inquiry",
    )  # fmt: skip
    assert here.body["opened"] == [{"link": "inquiry", "case": other}]
    assert "王二" not in str((first.body, here.body))
    assert [kind for kind, *_ in parts.owed(world, other)] == ["state:looking"]
    assert parts.sound(world)


def test_a_clock_starts_at_once_from_a_date_that_is_copied_and_not_without_one(world: World) -> None:
    case_id, office = reviewing(world)
    seen = clock.today() - timedelta(days=1)
    for said in ({}, {"seen_on": seen.isoformat()}):
        world.do(office, case_id, "inquire", topic="排放数据", **said)
    with world.database.read() as tx:
        opened = [row["id"] for row in linking.opened_by(tx, case_id, "inquiry")]
        running = sa.select(deadline.c.case_id, deadline.c.started_on).where(deadline.c.clock == "clock:since_seen")
        found = [tuple(row) for row in tx.execute(running)]

    assert found == [(opened[1], seen)]


def test_a_case_may_belong_to_the_office_that_holds_it_and_not_to_the_applicant(world: World) -> None:
    case_id, office = reviewing(world)
    world.do(office, case_id, "pursue", topic="虚标")
    with world.database.read() as tx:
        other = int(linking.opened_by(tx, case_id, "pursuit")[-1]["id"])
    row = world.row(other)

    assert (row["organisation_id"], row["state"]) == (world.organisations["office"], "drafting")
    assert world.do(office, other, "begin").state == "looking"


def test_the_same_request_opens_one_case_alone(world: World) -> None:
    case_id, office = reviewing(world)
    world.do(office, case_id, "inquire", key="the same key", topic="一")
    world.do(office, case_id, "inquire", key="the same key", topic="一")

    with world.database.read() as tx:
        assert len(linking.opened_by(tx, case_id)) == 1


def test_a_guard_waits_for_every_linked_case(world: World) -> None:
    case_id, office = reviewing(world)
    with pytest.raises(Refused) as none:
        world.do(office, case_id, "pass")
    first, second = inquiry(world, case_id, office), inquiry(world, case_id, office, "台账")
    for one in (first, second):
        world.do(office, one, "find")
    world.do(office, first, "close")
    with pytest.raises(Refused) as one_open:
        world.do(office, case_id, "pass")
    world.do(office, second, "close")

    assert [one.key for one in none.value.reasons] == ["guards.linked_none"]
    assert [(one.key, one.values["numbers"]) for one in one_open.value.reasons] == [
        ("guards.linked_open", [world.row(second)["number"]])
    ]
    assert world.do(office, case_id, "pass").state == "closed"


def test_linked_cases_are_counted_and_not_named_to_whoever_may_not_read_them(world: World) -> None:
    case_id, office = reviewing(world)
    other = inquiry(world, case_id, office)
    asked, passing = {"link": "inquiry", "reached": "closed"}, Action(id="pass", title=Text(zh="办结", en="Pass"))
    with world.database.read() as tx:
        told = [
            linking.linked_case(view.load(tx, world.ground, who, case_id).move(passing, ""), asked)
            for who in (office, world.person("applicant", "plant"))
        ]

    assert told == [
        [Message("guards.linked_open", {"numbers": [world.row(other)["number"]]})],
        [Message("guards.linked_unseen", {"n": 1})],
    ]


def test_the_system_goes_on_once_the_linked_case_has_come_there(world: World) -> None:
    case_id, office = reviewing(world)
    other = inquiry(world, case_id, office)
    world.do(office, case_id, "wait")
    worker.fire_timers(world.database, world.ground)
    before = world.row(case_id)["state"]
    world.do(office, other, "find")
    worker.fire_timers(world.database, world.ground)
    worker.fire_timers(world.database, world.ground)

    assert (before, world.row(case_id)["state"]) == ("waiting", "review")
    assert parts.acts(world, case_id)[-1] == "go_on"
    assert parts.acts(world, case_id).count("go_on") == 1
    assert parts.sound(world)


def test_an_end_of_the_linked_case_counts_by_its_outcome(world: World) -> None:
    case_id, office = reviewing(world)
    other = inquiry(world, case_id, office)
    world.do(office, case_id, "wait")
    world.do(office, other, "nothing")
    worker.fire_timers(world.database, world.ground)

    assert world.row(case_id)["state"] == "refused"


def test_what_had_come_there_before_is_not_waited_for_again(world: World) -> None:
    case_id, office = reviewing(world)
    other = inquiry(world, case_id, office)
    world.do(office, other, "find")
    worker.fire_timers(world.database, world.ground)
    world.do(office, case_id, "wait")
    worker.fire_timers(world.database, world.ground)

    assert parts.acts(world, case_id)[-2:] == ["wait", "go_on"]


def test_word_that_comes_too_late_changes_nothing(world: World) -> None:
    case_id, office = reviewing(world)
    other = inquiry(world, case_id, office)
    world.do(office, case_id, "wait")
    world.do(office, other, "find")
    world.do(office, case_id, "back")
    worker.fire_timers(world.database, world.ground)

    with world.database.read() as tx:
        left = tx.scalars(sa.select(timer.c.status).where(timer.c.kind == "linked:inquiry")).all()
    assert (world.row(case_id)["state"], set(left)) == ("review", {"fired"})
