"""People vote one by one: those of a role in its office, and those of a panel, by name and in secret."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from caseflow.cases import find, view
from caseflow.cases.find import Filters
from caseflow.cases.models import reply
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from tests.cases import parts
from tests.cases.test_voting import refuse, standing
from tests.cases.world import World, day


def discussing(world: World, heads: int = 3) -> tuple[int, list[Actor], list[Actor], Actor]:
    """A council in session: its heads, its experts (the last is a reserve) and the officer who runs it."""
    office = world.person("provincial", "office")
    people = [world.person("provincial_head", "office") for _ in range(heads)]
    world.person("provincial_head", "elsewhere")
    experts = [world.person("expert", "pool") for _ in range(4)]
    case_id = world.open(office, "toy-council")
    world.do(office, case_id, "seat", experts=[one.person_id for one in experts])
    world.do(office, case_id, "discuss")
    return case_id, people, experts, office


def judging(world: World) -> tuple[int, list[Actor], Actor]:
    """The same before the jury."""
    case_id, people, experts, office = discussing(world, heads=1)
    world.do(people[0], case_id, "vote", stance="agree")
    world.do(office, case_id, "pass")
    return case_id, experts, office


def desk(world: World, who: Actor) -> list[str]:
    with world.database.read() as tx:
        return [row["kind"] for row in find.desk(tx, world.ground, who, Filters(), day("2026-11-21")).rows]


def test_everybody_who_holds_the_role_in_the_office_owes_a_vote_of_the_own(world: World) -> None:
    case_id, (first, second, third), _, office = discussing(world)
    before = desk(world, first), desk(world, third)
    world.do(first, case_id, "vote", stance="agree")
    twice = refuse(world, first, case_id, "vote", stance="disagree")
    tally = standing(world, case_id, "council")
    early = refuse(world, office, case_id, "pass")
    world.do(second, case_id, "vote", stance="agree")

    assert (before, desk(world, first)) == ((["duty:council"], ["duty:council"]), [])
    assert (twice, early) == (["act.duty_not_yours"], ["guards.vote_open"])
    assert (tally.asked, tally.given, tally.needed, tally.quorum) == (3, 1, 2, 2)
    assert parts.told(world, case_id, "inbox.duty_superseded") == [(None, None, third.person_id)]
    assert desk(world, third) == []
    assert world.do(office, case_id, "pass").state == "judging"
    assert parts.sound(world)


def test_a_vote_of_persons_is_kept_by_name_and_shown_to_the_office(world: World) -> None:
    case_id, (first, second, third), _, office = discussing(world)
    world.do(first, case_id, "vote", stance="agree")
    world.do(second, case_id, "vote", stance="disagree")
    world.do(third, case_id, "vote", stance="disagree")

    tally = standing(world, case_id, "council")
    assert (tally.status, tally.yes, tally.no, tally.abstained) == ("lost", 1, 2, 0)
    kept = parts.said(world, case_id)["duty_council"]
    assert [one["stance"] for one in kept.values()] == ["agree", "disagree", "disagree"]
    assert world.do(office, case_id, "drop").state == "refused"


def test_those_who_are_seated_vote_in_secret_and_reserves_do_not(world: World) -> None:
    case_id, experts, office = judging(world)
    owed = [desk(world, one) for one in experts]
    world.do(experts[0], case_id, "vote_secretly", choice="disagree")
    world.do(experts[1], case_id, "vote_secretly", choice="agree")
    reserve = refuse(world, experts[3], case_id, "vote_secretly", choice="agree")
    world.do(experts[2], case_id, "vote_secretly", choice="agree")

    assert owed == [["duty:ballot"]] * 3 + [[]]
    assert reserve == ["act.duty_not_yours"]
    tally = standing(world, case_id, "ballot")
    assert (tally.status, tally.yes, tally.no, tally.asked) == ("passed", 2, 1, 3)
    assert "disagree" not in everything(world, case_id, office)
    with world.database.read() as tx:
        voted = tx.scalars(sa.select(reply.c.organisation_id).where(reply.c.duty == "ballot")).all()
    assert voted == [world.organisations["pool"]] * 3
    assert world.do(office, case_id, "accept").state == "accepted"
    assert parts.sound(world)


def test_a_tie_of_the_jury_is_not_carried(world: World) -> None:
    case_id, experts, office = judging(world)
    for who, choice in zip(experts, ("agree", "disagree", "abstain"), strict=False):
        world.do(who, case_id, "vote_secretly", choice=choice)

    assert standing(world, case_id, "ballot").status == "tied"
    assert refuse(world, office, case_id, "accept") == ["guards.vote_tied"]
    assert world.do(office, case_id, "reject").state == "refused"


def everything(world: World, case_id: int, reader: Actor) -> str:
    """All that is kept of a case in the open, and all that its office reads of the secret vote."""
    row: Any = world.row(case_id)
    with world.database.read() as tx:
        bodies = tx.scalars(sa.select(journal.c.body).where(journal.c.case_id == case_id)).all()
        seen = view.load(tx, world.ground, reader, case_id).facts()
    return json.dumps([row["facts"], bodies, seen], default=str)
