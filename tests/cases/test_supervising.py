"""A higher office supervises a case below it: a demand by a day, answers, and an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import desk_acts, fire, supervising, timers, view
from caseflow.cases.models import timer
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from tests.cases import parts
from tests.cases.world import World, on


def under(world: World, name: str, above: str) -> None:
    """Put one office under another."""
    with world.database.write() as tx:
        here = organisation.c.id == world.organisations[name]
        tx.execute(organisation.update().where(here).values(parent_id=world.organisations[above]))


def before(world: World) -> tuple[int, Actor, Actor]:
    """A case before its bureau, an officer above it and one of it."""
    under(world, "bureau", "office")
    case_id = world.submitted(world.person("applicant", "plant"))
    return case_id, world.person("provincial", "office"), world.person("municipal", "bureau")


def demanded(world: World, days: int = 3) -> tuple[int, int, Actor, Actor]:
    """The same with a demand: its number beside it."""
    case_id, office, officer = before(world)
    day = (clock.today() + timedelta(days)).isoformat()
    to = world.organisations["bureau"]
    world.do(office, case_id, supervising.DEMAND, organisation=str(to), due_on=day, text="请三日内办结初审")
    return case_id, rows(world, case_id)[0]["id"], office, officer


def rows(world: World, case_id: int) -> list[dict[str, Any]]:
    with world.database.read() as tx:
        return supervising.of_case(tx, case_id)


def known(world: World, who: Actor, **narrowed: Any) -> list[tuple[int, str]]:
    """The cases on somebody's list, with who is supervised."""
    with world.database.read() as tx:
        found = tx.execute(supervising.known(tx, world.ground, who, **narrowed)).mappings()
        return [(row["id"], row["to_zh"]) for row in found]


def test_the_office_below_is_told_answers_as_often_as_it_likes_and_the_one_above_closes(world: World) -> None:
    case_id, number, office, officer = demanded(world)
    world.do(officer, case_id, supervising.ANSWER, supervision=number, text="已联系企业")
    world.do(officer, case_id, supervising.ANSWER, supervision=number, text="初审已完成")
    world.do(office, case_id, supervising.CLOSE, supervision=number, text="予以办结")

    (row,) = rows(world, case_id)
    with world.database.read() as tx:
        notes = desk_acts.notes(tx, world.ground, world.row(case_id))
        said = [notes[one.seq] for one in supervising.answers(tx, case_id)[number]]
    assert (row["status"], row["answers"], notes[row["entry"]]) == ("closed", 2, "请三日内办结初审")
    assert (said, notes[row["closing_entry"]]) == (["已联系企业", "初审已完成"], "予以办结")
    bureau, above = world.organisations["bureau"], world.organisations["office"]
    assert parts.told(world, case_id, "inbox.supervised") == [(bureau, None, None)]
    assert parts.told(world, case_id, "inbox.supervision_answered") == [(above, "provincial", None)] * 2
    assert parts.told(world, case_id, "inbox.supervision_closed") == [(bureau, None, None)]
    assert world.row(case_id)["state"] == "review"
    assert parts.sound(world)


def test_only_an_office_above_demands_only_of_whoever_owes_something_and_only_once(world: World) -> None:
    case_id, _, office, officer = demanded(world)
    day = clock.today().isoformat()
    to, up = (str(world.organisations[one]) for one in ("bureau", "office"))
    elsewhere = str(world.organisations["elsewhere"])

    for who, organisation_id in ((office, to), (office, elsewhere), (office, up), (officer, up), (officer, to)):
        given = {"organisation": organisation_id, "due_on": day, "text": "请办理"}
        assert world.refusal(who, case_id, supervising.DEMAND, **given) == ["supervising.not_below"]


def test_a_demand_needs_words_and_a_day_that_has_not_passed(world: World) -> None:
    case_id, office, officer = before(world)
    given = {"organisation": str(world.organisations["bureau"]), "text": " "}
    yesterday = (clock.today() - timedelta(1)).isoformat()

    missing = ["supervising.day_missing", "supervising.demand_missing"]
    assert world.refusal(office, case_id, supervising.DEMAND, **given, due_on=yesterday) == missing
    assert world.refusal(office, case_id, supervising.DEMAND, **given, due_on="") == missing
    plant = world.person("applicant", "plant")
    assert world.refusal(plant, case_id, supervising.DEMAND, **given) == ["supervising.offices_only"]
    assert world.refusal(officer, case_id, supervising.ANSWER, supervision="1", text="无") == ["supervising.not_yours"]


def test_nobody_answers_for_the_office_below_or_closes_for_the_one_above(world: World) -> None:
    case_id, number, office, officer = demanded(world)
    answer = world.refusal(office, case_id, supervising.ANSWER, supervision=number, text="已办")
    close = world.refusal(officer, case_id, supervising.CLOSE, supervision=number)
    empty = world.refusal(officer, case_id, supervising.ANSWER, supervision=number, text="")
    world.do(office, case_id, supervising.CLOSE, supervision=number)
    late = world.refusal(officer, case_id, supervising.ANSWER, supervision=number, text="已办")

    assert (answer, close, late) == (["supervising.not_yours"],) * 3
    assert empty == ["supervising.answer_missing"]


def test_it_stays_open_when_the_case_goes_on_and_both_lists_show_it_and_no_other_does(world: World) -> None:
    case_id, number, office, officer = demanded(world)
    world.do(officer, case_id, "recommend", opinion="同意推荐")
    head = world.person("municipal_head", "bureau")
    for finding in world.findings(case_id):
        world.do(officer, case_id, "answer_finding", finding=finding, answer="已核对")
    world.do(head, case_id, "sign", opinion="同意")

    assert world.row(case_id)["state"] == "recommended"
    assert known(world, office) == known(world, head, mine=True) == [(case_id, "bureau单位")]
    assert known(world, office, mine=True) == known(world, world.person("municipal", "elsewhere")) == []
    assert known(world, world.person("applicant", "plant")) == []
    world.do(office, case_id, supervising.CLOSE, supervision=number)
    assert (known(world, office, status="open"), known(world, officer, mine=True)) == ([], [])


def test_when_the_day_has_passed_both_offices_are_told_once_unless_it_was_closed(world: World) -> None:
    with on("2026-11-23"):
        case_id, _, office, _ = demanded(world, days=2)
    with on("2026-11-26"):
        assert known(world, office, overdue=True) == [(case_id, "bureau单位")]
        run(world)

    bureau, above = world.organisations["bureau"], world.organisations["office"]
    told = [(bureau, None, None), (above, "provincial", None)]
    assert parts.told(world, case_id, "inbox.supervision_overdue") == told
    assert parts.acts(world, case_id)[-1] == "supervision_overdue"
    assert parts.sound(world)


def test_what_was_closed_in_time_is_never_overdue(world: World) -> None:
    with on("2026-11-23"):
        case_id, number, office, _ = demanded(world, days=2)
        world.do(office, case_id, supervising.CLOSE, supervision=number)
    with on("2026-11-26"):
        overdue = known(world, office, overdue=True)
        run(world)

    assert (overdue, parts.told(world, case_id, "inbox.supervision_overdue")) == ([], [])


def test_the_applicant_and_the_timeline_of_others_say_nothing_of_it(world: World) -> None:
    case_id, _, office, officer = demanded(world)
    plant = world.person("applicant", "plant")
    seen = {}
    with world.database.read() as tx:
        for who in (plant, office, officer):
            entries = view.load(tx, world.ground, who, case_id).timeline()
            seen[who.person_id] = [one.note for one in entries if one.row.act == supervising.DEMAND]

    assert seen == {
        plant.person_id: [],
        office.person_id: ["请三日内办结初审"],
        officer.person_id: ["请三日内办结初审"],
    }


def run(world: World) -> None:
    """Fire the timers of supervisions that are due."""
    with world.database.write() as tx:
        due = [one for one in timers.due(tx, clock.now()) if one["kind"].startswith(supervising.TIMER)]
        assert len(due) == tx.scalar(
            sa.select(sa.func.count()).where(timer.c.kind.startswith(supervising.TIMER), timer.c.status == "waiting")
        )
        for one in due:
            fire.fire(tx, world.ground, one, clock.now())
