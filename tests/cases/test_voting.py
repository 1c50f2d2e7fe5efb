"""Tasks that run side by side: settled by any, by a number, by most, and votes by name and in secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases import settled, view, voting
from caseflow.cases.models import case, reply, task
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.words import Refused
from caseflow.workflow.beside import Vote
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Duty
from tests.cases import parts
from tests.cases.world import World, day, on

NAMES = ("reform", "finance", "industry")


def consulting(world: World) -> tuple[int, dict[str, Actor]]:
    """A case before three departments, and an officer of each."""
    for name in NAMES:
        parts.organisation(world, name, "department")
    plant = world.person("applicant", "plant")
    case_id = world.open(plant, "toy-side")
    world.type(plant, case_id, "unit", {"name": "甲厂"})
    world.do(plant, case_id, "submit")
    return case_id, {name: world.person("department", name) for name in NAMES}


def balloting(world: World) -> tuple[int, dict[str, Actor], Actor]:
    """A case before its vote."""
    case_id, people = consulting(world)
    office = world.person("provincial", "office")
    world.do(people["reform"], case_id, "sign_one")
    for name in ("reform", "finance"):
        world.do(people[name], case_id, "sign_two")
        world.do(people[name], case_id, "sign_most")
    world.do(office, case_id, "go")
    return case_id, people, office


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.key for one in refused.value.reasons]


def standing(world: World, case_id: int, duty_id: str) -> voting.Tally:
    with world.database.read() as tx:
        row = tx.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()
        definition = world.ground.definition(tx, row["definition_id"]).definition
        return settled.tally_of(tx, world.ground, row, settled.duty_of(definition, row["state"], duty_id))


def refuse(world: World, who: Actor, case_id: int, act: str, **answers: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        world.do(who, case_id, act, **answers)
    return keys(refused)


def test_one_answer_settles_what_any_may_settle_and_the_others_owe_nothing_more(world: World) -> None:
    case_id, people = consulting(world)
    world.do(people["finance"], case_id, "sign_one")

    owed = [row[:2] for row in parts.owed(world, case_id) if row[0] == "duty:any_one"]
    assert owed == []
    assert refuse(world, people["reform"], case_id, "sign_one") == ["act.duty_not_yours"]
    assert sorted(row["status"] for row in parts.clocks(world, case_id, "any_one")) == ["met", "void", "void"]
    assert [row[0] for row in parts.told(world, case_id, "inbox.duty_superseded")] == [
        world.organisations["reform"],
        world.organisations["industry"],
    ]
    with world.database.read() as tx:
        outcomes = tx.scalars(
            sa.select(task.c.outcome)
            .where(task.c.case_id == case_id, task.c.kind == "duty:any_one")
            .order_by(task.c.id)
        ).all()
    assert outcomes == ["superseded", "sign_one", "superseded"]


def test_two_of_three_are_enough_where_two_are_asked_for_and_one_is_not(world: World) -> None:
    case_id, people = consulting(world)
    office = world.person("provincial", "office")
    world.do(people["reform"], case_id, "sign_one")
    world.do(people["reform"], case_id, "sign_two")
    world.do(people["reform"], case_id, "sign_most")
    before = refuse(world, office, case_id, "go")
    world.do(people["industry"], case_id, "sign_two")
    world.do(people["industry"], case_id, "sign_most")

    assert before == ["guards.duty_too_few", "guards.duty_too_few"]
    assert world.do(office, case_id, "go").state == "balloting"


def test_a_vote_is_carried_by_more_than_half_of_those_who_decided_once_all_have_voted(world: World) -> None:
    case_id, people, office = balloting(world)
    world.do(people["reform"], case_id, "vote", stance="agree")
    world.do(people["finance"], case_id, "vote", stance="abstain")
    early = refuse(world, office, case_id, "carried")
    world.do(people["industry"], case_id, "vote", stance="agree")

    assert early == ["guards.vote_open"]
    tally = standing(world, case_id, "ballot")
    assert (tally.status, tally.yes, tally.no, tally.abstained, tally.needed) == ("passed", 2, 0, 1, 2)
    assert refuse(world, office, case_id, "failed") == ["guards.vote_passed"]
    assert world.do(office, case_id, "carried").state == "secret_ballot"


def test_a_tie_is_not_carried(world: World) -> None:
    case_id, people, office = balloting(world)
    for name, stance in zip(NAMES, ("agree", "disagree", "abstain"), strict=True):
        world.do(people[name], case_id, "vote", stance=stance)

    assert standing(world, case_id, "ballot").status == "tied"
    assert refuse(world, office, case_id, "carried") == ["guards.vote_tied"]
    assert world.do(office, case_id, "failed").state == "refused"


def test_after_the_last_day_a_vote_counts_with_its_quorum_and_is_void_without_it(world: World) -> None:
    with on("2026-11-23"):
        case_id, people, office = balloting(world)
        world.do(people["reform"], case_id, "vote", stance="agree")
    with on("2026-12-01"):
        short = refuse(world, office, case_id, "carried")
        world.do(people["finance"], case_id, "vote", stance="agree")
        enough = standing(world, case_id, "ballot")

    assert short == ["guards.vote_no_quorum"]
    assert (enough.status, enough.given, enough.quorum) == ("passed", 2, 2)


def secret(world: World) -> tuple[int, dict[str, Actor], Actor]:
    case_id, people, office = balloting(world)
    for who in people.values():
        world.do(who, case_id, "vote", stance="agree")
    world.do(office, case_id, "carried")
    return case_id, people, office


def test_a_secret_vote_keeps_who_voted_and_nowhere_what(world: World) -> None:
    case_id, people, office = secret(world)
    world.do(people["reform"], case_id, "vote_secretly", choice="disagree")

    row = world.row(case_id)
    with world.database.read() as tx:
        entries = tx.execute(sa.select(journal.c.body).where(journal.c.case_id == case_id)).scalars().all()
        seen = view.load(tx, world.ground, office, case_id).facts()
        voted = tx.scalars(sa.select(reply.c.organisation_id).where(reply.c.duty == "paper")).all()
    assert "disagree" not in json.dumps([row["facts"], entries, seen], default=str)
    assert voted == [world.organisations["reform"]]
    assert standing(world, case_id, "paper").status == "open"


def test_a_secret_vote_ends_as_soon_as_it_cannot_turn_out_otherwise(world: World) -> None:
    case_id, people, office = secret(world)
    world.do(people["reform"], case_id, "vote_secretly", choice="agree")
    world.do(people["finance"], case_id, "vote_secretly", choice="agree")

    tally = standing(world, case_id, "paper")
    assert (tally.status, tally.yes, tally.asked, tally.needed) == ("passed", 2, 3, 2)
    assert refuse(world, people["industry"], case_id, "vote_secretly", choice="agree") == ["act.duty_not_yours"]
    assert world.do(office, case_id, "agreed").state == "accepted"


def test_a_vote_that_can_no_longer_be_won_is_lost(world: World) -> None:
    case_id, people, office = secret(world)
    world.do(people["reform"], case_id, "vote_secretly", choice="disagree")
    world.do(people["finance"], case_id, "vote_secretly", choice="abstain")

    assert standing(world, case_id, "paper").status == "lost"
    assert world.do(office, case_id, "not_agreed").state == "refused"


@pytest.mark.parametrize(("closes_rest", "status"), [(True, "lost"), (False, "open")])
def test_the_sums_of_a_secret_vote_stay_closed_while_anybody_may_still_vote(closes_rest: bool, status: str) -> None:
    rule = Vote.model_validate({"for": "stance.agree", "of": "2/3", "base": "owed", "secret": True})
    duty = Duty(
        id="d", title=Text(zh="表决", en="Vote"), role="r", action="vote", counts=rule, closes_rest=closes_rest, basis="x"
    )  # fmt: skip

    assert voting.tally(duty, 3, 2, {voting.NO: 2}, over=False).status == status


def test_after_its_last_day_no_secret_vote_is_taken(world: World) -> None:
    with on("2026-11-23"):
        case_id, people, office = secret(world)
        world.do(people["reform"], case_id, "vote_secretly", choice="disagree")
    with world.database.write() as tx:
        owed = sa.and_(task.c.case_id == case_id, task.c.status == "open", task.c.kind == "duty:paper")
        tx.execute(task.update().where(owed).values(due_on=day("2026-11-27")))
    with on("2026-12-01"):
        late = refuse(world, people["finance"], case_id, "vote_secretly", choice="agree")
        ended = world.do(office, case_id, "not_agreed").state

    assert (late, ended) == (["duties.vote_over"], "refused")


@pytest.mark.parametrize(
    ("of", "base", "votes", "status"),
    [
        ("majority", "owed", (3, 2, 1), "lost"),
        ("majority", "given", (3, 2, 1), "lost"),
        ("majority", "decided", (3, 2, 1), "passed"),
        ("2/3", "owed", (4, 1, 1), "passed"),
        ("2/3", "decided", (3, 2, 1), "lost"),
        ("1/1", "decided", (5, 0, 1), "passed"),
        ("majority", "decided", (0, 0, 6), "tied"),
    ],
)
def test_what_carries_a_vote_of_six(of: str, base: str, votes: tuple[int, int, int], status: str) -> None:
    rule = Vote.model_validate({"for": "stance.agree", "of": of, "base": base})
    duty = Duty(id="d", title=Text(zh="表决", en="Vote"), role="r", action="vote", counts=rule, basis="x")
    sums = dict(zip((voting.YES, voting.NO, voting.ABSTAINED), votes, strict=True))

    assert voting.tally(duty, 6, 6, sums, over=True).status == status
