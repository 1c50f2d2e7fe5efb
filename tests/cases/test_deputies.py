"""Somebody is away: a colleague signs instead, both names stand there, and four eyes stay four."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import blocks, find, signing
from caseflow.cases.find import Filters
from caseflow.cases.models import signature
from caseflow.people import absences, accounts
from caseflow.people.rights import Actor
from caseflow.records.models import inbox_message
from caseflow.words import Refused
from tests.cases import changed, parts
from tests.cases.test_four_eyes import with_role
from tests.cases.test_signers import proposed
from tests.cases.world import World


def away(world: World, who: Actor, deputy: Actor, first: int = 0, last: int = 5) -> int:
    """An absence from so many days from now on, to so many."""
    today = clock.today()
    with world.database.write() as tx:
        return absences.enter(
            tx, who.person_id,
            {"deputy": str(deputy.person_id), "first_day": str(today + timedelta(first)), "last_day": str(today + timedelta(last))},
            by=who.person_id,
        )  # fmt: skip


def refused(world: World, who: Actor, **given: Any) -> list[str]:
    with pytest.raises(Refused) as found, world.database.write() as tx:
        absences.enter(tx, who.person_id, given, by=who.person_id)
    return [one.key for one in found.value.reasons]


def test_a_deputy_signs_and_the_slip_names_both(world: World) -> None:
    case_id, number, _ = proposed(world)
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    before = world.refusal(deputy, case_id, "sign", proposal=number)
    away(world, head, deputy)
    outcome = world.do(deputy, case_id, "sign", proposal=number, opinion="同意")

    assert (before, outcome.state) == (["signing.not_your_turn"], "recommended")
    with world.database.read() as tx:
        row = tx.execute(sa.select(signature.c.person_id, signature.c.for_person_id)).one()
        ((slip, signed),) = signing.slips(tx, world.ground.keys, case_id)
        definition = world.ground.definition(tx, world.row(case_id)["definition_id"]).definition
        names = accounts.names(tx, signing.people_of(slip, signed))
        table = blocks.signature_table(definition, names, slip, signed)
    assert tuple(row) == (deputy.person_id, head.person_id)
    assert table["rows"][1][3]["zh"] == f"{head.name}（{deputy.name}代）"
    assert parts.sound(world)


def test_who_proposed_an_act_signs_it_for_nobody(world: World) -> None:
    case_id, number, officer = proposed(world)
    away(world, world.person("municipal_head", "bureau"), officer)

    assert world.refusal(officer, case_id, "sign", proposal=number) == ["signing.four_eyes"]


def test_nobody_stands_in_before_or_after_the_days_or_once_the_absence_is_ended(world: World) -> None:
    case_id, number, _ = proposed(world)
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    away(world, head, deputy, first=1, last=2)
    early = world.refusal(deputy, case_id, "sign", proposal=number)
    made = away(world, head, deputy, first=0, last=0)
    with world.database.write() as tx:
        ended = absences.end(tx, head.person_id, made), absences.end(tx, head.person_id, made)

    assert (early, ended) == (["signing.not_your_turn"], (True, False))
    assert world.refusal(deputy, case_id, "sign", proposal=number) == ["signing.not_your_turn"]


def test_an_absence_needs_a_colleague_and_days_that_fit(world: World) -> None:
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    stranger = world.person("provincial", "office")
    today = clock.today()
    away(world, head, deputy, first=3, last=5)
    days = {"first_day": str(today), "last_day": str(today)}

    assert refused(world, head, **days, deputy=str(stranger.person_id)) == ["absences.no_colleague"]
    assert refused(world, head, **days, deputy=str(head.person_id)) == ["absences.no_colleague"]
    assert refused(
        world,
        head,
        deputy=str(deputy.person_id),
        first_day=str(today - timedelta(1)),
        last_day=str(today - timedelta(2)),
    ) == ["absences.first_past", "absences.last_wrong"]
    assert refused(
        world, head, deputy=str(deputy.person_id), first_day=str(today), last_day=str(today + timedelta(3))
    ) == ["absences.overlaps"]
    with world.database.read() as tx:
        told = tx.scalars(sa.select(inbox_message.c.person_id).where(inbox_message.c.key == "inbox.stands_in")).all()
    assert told == [deputy.person_id]


def desk(world: World, who: Actor) -> list[tuple[str, str | None]]:
    """What stands on somebody's desk, with the name of whom it is done for; the count says the same."""
    with world.database.read() as tx:
        page = find.desk(tx, world.ground, who, Filters(), clock.today())
    assert page.count == len(page.rows)

    return [(row["kind"], row["in_place_of"]) for row in page.rows]


def test_a_deputy_finds_on_the_desk_what_waits_for_the_absent_and_nobody_else_does(world: World) -> None:
    proposed(world)
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    stranger = world.person("stranger", "bureau")
    before = desk(world, deputy)
    away(world, head, deputy)
    away(world, world.person("municipal_head", "bureau"), stranger)

    assert before == [("state:review", None)]
    assert sorted(desk(world, deputy)) == [("sign:recommend", head.name), ("state:review", None)]
    assert desk(world, stranger) == []
    assert desk(world, head) == [("sign:recommend", None)]


def test_what_a_deputy_proposed_or_may_sign_in_an_own_role_stands_there_for_nobody_else(world: World) -> None:
    _, _, officer = proposed(world)
    head, other = (world.person("municipal_head", "bureau") for _ in range(2))
    away(world, head, officer)
    away(world, head, other, first=6, last=7)
    away(world, other, head, first=0, last=1)

    assert desk(world, officer) == [("state:review", None)]
    assert desk(world, head) == [("sign:recommend", None)]


def test_standing_in_for_somebody_in_one_act_signs_no_other_act_of_that_person(world: World) -> None:
    """Two acts wait for the same role; the absent head has typed one of them and so may not sign it."""
    applicant, deputy = world.person("applicant", "plant"), world.person("municipal", "bureau")
    head = with_role(world, world.person("municipal", "bureau"), "municipal_head")
    case_id = changed.reviewed(world, applicant)
    world.do(applicant, case_id, "change", name="乙焦化厂")
    world.do(head, case_id, "transfer", bureau=world.organisations["elsewhere"])
    away(world, head, deputy)
    with world.database.read() as tx:
        of_others, of_head = [str(row["id"]) for row in signing.waiting(tx, case_id)]

    assert world.refusal(deputy, case_id, "sign", proposal=of_head) == ["signing.not_your_turn"]
    assert world.do(deputy, case_id, "sign", proposal=of_others).action == "sign"


def test_no_administrator_stands_in_and_who_is_entered_as_away_is_told(world: World) -> None:
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal", "bureau")
    keeper, today = world.person("security_admin", "bureau"), str(clock.today())
    days = {"first_day": today, "last_day": today}
    itself = refused(world, head, **days, deputy=str(keeper.person_id))
    with world.database.write() as tx:
        absences.enter(tx, head.person_id, {**days, "deputy": str(deputy.person_id)}, by=keeper.person_id)
        told = [(row.person_id, row.key) for row in tx.execute(sa.select(inbox_message).order_by(inbox_message.c.id))]

    assert itself == ["absences.no_colleague"]
    assert told[-2:] == [(deputy.person_id, "inbox.stands_in"), (head.person_id, "inbox.absence_entered")]
