"""Clocks: paused and resumed with their ledger, cut by a round, warned before they end, counted again by a new notice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases import deadlines, timers
from caseflow.cases.models import case, round_, round_deadline, task, timer
from caseflow.office import calendar_notice
from caseflow.people.models import organisation
from caseflow.records import journal
from caseflow.records.models import inbox_message
from caseflow.words import Refused
from tests.cases.world import World, on

NOTICE = {
    "notice": "示例〔2026〕99号",
    "holidays": [
        {"zh": "元旦", "en": "New Year's Day", "from": "2027-01-01", "to": "2027-01-03", "statutory": ["2027-01-01"]},
        {"zh": "加假", "en": "Added holiday", "from": "2027-01-04", "to": "2027-01-06"},
    ],
    "worked": ["2027-01-09"],
}


pytestmark = pytest.mark.usefixtures("open_all_the_time")


def clocks(world: World, case_id: int) -> list[Any]:
    with world.database.read() as tx:
        return deadlines.of_case(tx, case_id)


def waiting(world: World, case_id: int) -> list[tuple[str, date]]:
    """The timers that wait: kind, and the local date on which they fire."""
    with world.database.read() as tx:
        rows = tx.execute(
            sa.select(timer).where(timer.c.case_id == case_id, timer.c.status == "waiting").order_by(timer.c.due_at)
        )
        return [(row.kind, clock.local_date(row.due_at)) for row in rows]


def acts(world: World, case_id: int) -> list[str]:
    with world.database.read() as tx:
        return [row.act for row in journal.entries(tx, case_id)]


def test_ten_working_days_skip_the_weekends_and_the_first_day(world: World) -> None:
    with on("2026-11-23"):
        case_id = world.submitted(world.person("applicant", "plant"))

    (row,) = clocks(world, case_id)
    assert (date(2026, 11, 23), date(2026, 12, 7), False) == (row["started_on"], row["due_on"], row["provisional"])
    assert date(2026, 12, 7) == world.row(case_id)["due_on"]
    assert row["ledger"]["ledger"] == [
        ["2026-11-24", "2026-11-27", "counted", 4, "workdays"],
        ["2026-11-28", "2026-11-29", "weekend", 4, "workdays"],
        ["2026-11-30", "2026-12-04", "counted", 9, "workdays"],
        ["2026-12-05", "2026-12-06", "weekend", 9, "workdays"],
        ["2026-12-07", "2026-12-07", "counted", 10, "workdays"],
    ]
    assert [("warn", date(2026, 12, 2)), ("breach", date(2026, 12, 8))] == waiting(world, case_id)


def test_a_clock_stands_still_while_the_applicant_corrects_and_goes_on_where_it_stood(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = world.submitted(applicant)
    with on("2026-11-25"):
        world.do(officer, case_id, "return", gaps={"unit.strengths": "请补充"})
    paused, silent, due = clocks(world, case_id)[0], waiting(world, case_id), world.row(case_id)["due_on"]
    with on("2026-11-30"):
        world.do(applicant, case_id, "resubmit")

    (row,) = clocks(world, case_id)
    assert ("paused", date(2026, 11, 25), [], None) == (paused["status"], paused["paused_since"], silent, due)
    # Stopped on the 25th and started on the 30th: neither day counts, so the 24th was the first of ten.
    assert ("running", [["2026-11-25", "2026-11-30"]], date(2026, 12, 11)) == (
        row["status"],
        row["pauses"],
        row["due_on"],
    )
    assert "paused" in [line[2] for line in row["ledger"]["ledger"]]
    assert [("warn", date(2026, 12, 8)), ("breach", date(2026, 12, 12))] == waiting(world, case_id)


def test_a_clock_ends_when_the_case_goes_on(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    world.do(officer, case_id, "recommend", opinion="同意")
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")

    (row,) = clocks(world, case_id)
    assert (row["status"], waiting(world, case_id), world.row(case_id)["due_on"]) == ("met", [], None)


def test_a_clock_that_runs_out_warns_first_tells_then_and_decides_nothing(world: World) -> None:
    world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = world.submitted(world.person("applicant", "plant"))
    seen = []
    for day in ("2026-12-01", "2026-12-02", "2026-12-07", "2026-12-08"):
        with on(day):
            seen.append(worker.fire_timers(world.database, world.ground))

    row = world.row(case_id)
    assert seen == [0, 1, 0, 1]
    assert (row["state"], clocks(world, case_id)[0]["status"]) == ("review", "breached")
    assert acts(world, case_id) == ["open", "submit", "deadline_warned", "deadline_breached"]
    with world.database.read() as tx:
        told = tx.execute(
            sa.select(inbox_message.c.key, inbox_message.c.role)
            .where(inbox_message.c.case_id == case_id, inbox_message.c.role.is_not(None))
            .order_by(inbox_message.c.id)
        ).all()
    assert [tuple(row) for row in told] == [
        ("inbox.due_soon", "municipal"),
        ("inbox.breached", "municipal"),
        ("inbox.breached", "provincial"),
    ]


def test_what_ran_out_gains_no_new_days_by_sending_the_case_back(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = world.submitted(applicant)
    with on("2026-12-09"):
        worker.fire_timers(world.database, world.ground)
        world.do(officer, case_id, "return", gaps={"unit.strengths": "请补充"})
    with on("2026-12-10"):
        world.do(applicant, case_id, "resubmit")

    (row,) = clocks(world, case_id)
    assert ("breached", date(2026, 12, 7)) == (row["status"], row["due_on"])
    assert date(2026, 12, 7) == world.row(case_id)["due_on"]


def test_a_clock_that_ran_out_is_closed_when_the_case_goes_on(world: World) -> None:
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    with on("2026-11-23"):
        case_id = world.submitted(world.person("applicant", "plant"))
    with on("2026-12-09"):
        worker.fire_timers(world.database, world.ground)
        world.do(officer, case_id, "recommend", opinion="同意")
        world.do(head, case_id, "sign")

    (row,) = clocks(world, case_id)
    assert (row["status"], row["closed_at"] is not None, world.row(case_id)["due_on"]) == ("breached", True, None)


def test_a_limit_that_reaches_into_a_year_without_notice_is_provisional(world: World) -> None:
    with on("2026-12-25"):
        case_id = world.submitted(world.person("applicant", "plant"))

    (row,) = clocks(world, case_id)
    assert (date(2027, 1, 11), True) == (row["due_on"], row["provisional"])


def test_a_holiday_notice_moves_what_is_open_with_an_entry_and_a_word_to_the_holder(world: World) -> None:
    applicant = world.person("applicant", "plant")
    with on("2026-12-25"):
        moved, other = world.submitted(applicant), world.open(applicant)
    with on("2026-12-28"), world.database.write() as tx:
        found = calendar_notice.enter(tx, world.ground, world.settings, "mainland-china", 2027, NOTICE, by=None)

    # Three days off more and one weekend day worked: from 11 to 13 January.
    assert [(moved, "review", date(2027, 1, 11), date(2027, 1, 13))] == [
        (one.case_id, one.clock, one.old, one.new) for one in found
    ]
    (row,) = clocks(world, moved)
    assert (date(2027, 1, 13), False) == (row["due_on"], row["provisional"])
    assert (acts(world, moved), acts(world, other)) == (["open", "submit", "deadline_recounted"], ["open"])
    assert [("warn", date(2027, 1, 10)), ("breach", date(2027, 1, 14))] == waiting(world, moved)
    with world.database.read() as tx:
        assert [date(2027, 1, 13)] * 2 == [
            tx.scalar(sa.select(case.c.due_on).where(case.c.id == moved)),
            tx.scalar(sa.select(task.c.due_on).where(task.c.case_id == moved, task.c.status == "open")),
        ]
        entry = journal.entries(tx, moved)[-1]
        assert {
            "notice": NOTICE["notice"],
            "clocks": [{"clock": "review", "from": "2027-01-11", "to": "2027-01-13"}],
        } == entry.body
        told = tx.scalars(sa.select(inbox_message.c.role).where(inbox_message.c.key == "inbox.recounted"))
        assert list(told) == ["municipal"]
        assert journal.verify(tx) == []


def test_what_is_counted_later_is_counted_by_the_new_notice_in_every_process(world: World) -> None:
    with world.database.write() as tx:
        elsewhere = world.ground.apart()
        calendar_notice.enter(tx, elsewhere, world.settings, "mainland-china", 2027, NOTICE, by=None)
    with on("2026-12-25"):
        case_id = world.submitted(world.person("applicant", "plant"))

    (row,) = clocks(world, case_id)
    assert (date(2027, 1, 13), False) == (row["due_on"], row["provisional"])


def test_a_notice_that_is_rolled_back_leaves_no_trace(world: World) -> None:
    with pytest.raises(RuntimeError), world.database.write() as tx:
        calendar_notice.enter(tx, world.ground, world.settings, "mainland-china", 2027, NOTICE, by=None)
        raise RuntimeError("the machine stops before the commit")
    with on("2026-12-25"):
        case_id = world.submitted(world.person("applicant", "plant"))

    assert (date(2027, 1, 11), True) == (clocks(world, case_id)[0]["due_on"], clocks(world, case_id)[0]["provisional"])


def test_a_clock_that_ran_out_by_a_wrong_count_runs_again_when_the_notice_comes(world: World) -> None:
    with on("2026-12-25"):
        case_id = world.submitted(world.person("applicant", "plant"))
    with on("2027-01-12"):
        worker.fire_timers(world.database, world.ground)
        before = clocks(world, case_id)[0]["status"]
        with world.database.write() as tx:
            calendar_notice.enter(tx, world.ground, world.settings, "mainland-china", 2027, NOTICE, by=None)

    assert (before, clocks(world, case_id)[0]["status"]) == ("breached", "running")
    assert ("breach", date(2027, 1, 14)) in waiting(world, case_id)


@pytest.mark.parametrize(
    ("calendar", "entry", "keys"),
    [
        ("nowhere", NOTICE, ["calendar.unknown"]),
        ("mainland-china", {"notice": "x", "worked": ["2027-01-04"]}, ["calendar.fault"]),
    ],
)
def test_a_notice_that_cannot_be_entered_is_refused_with_its_faults(
    world: World, calendar: str, entry: dict[str, Any], keys: list[str]
) -> None:
    with pytest.raises(Refused) as refused, world.database.write() as tx:
        calendar_notice.enter(tx, world.ground, world.settings, calendar, 2027, entry, by=None)

    assert keys == [reason.key for reason in refused.value.reasons]


def test_the_closing_time_of_a_round_cuts_a_limit_short(world: World) -> None:
    closes = clock.end_of(date(2026, 11, 30))
    with world.database.write() as tx:
        tx.execute(round_.update().values(closes_at=closes))
    with on("2026-11-23"):
        case_id = world.open(world.person("applicant", "plant"), "toy-cut")
        world.do(world.person("applicant", "plant"), case_id, "hand_in")

    (row,) = clocks(world, case_id)
    assert (date(2026, 11, 30), date(2026, 11, 30)) == (row["not_after"], row["due_on"])


def test_a_condition_reads_the_round_and_the_bureau_of_the_case(world: World) -> None:
    with world.database.write() as tx:
        tx.execute(
            organisation.update().where(organisation.c.id == world.organisations["bureau"]).values(code="bureau-1")
        )
        tx.execute(
            round_.update().values(
                opens_at=clock.at_local(date(2026, 11, 1)), closes_at=clock.end_of(date(2026, 11, 30))
            )
        )
        own = {"round_id": world.round_id, "organisation_id": world.organisations["bureau"]}
        tx.execute(round_deadline.insert().values(**own, closes_at=clock.end_of(date(2026, 11, 25))))
    officer = world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = world.open(world.person("applicant", "plant"), "toy-cut")
        world.do(world.person("applicant", "plant"), case_id, "hand_in")

    with on("2026-11-26"), pytest.raises(Refused) as refused:
        world.do(officer, case_id, "finish_in_time")
    with on("2026-11-25"):
        finished = world.do(officer, case_id, "finish_in_time")

    assert [reason.values["text"]["zh"] for reason in refused.value.reasons] == ["本批次已截止。"]
    assert finished.state == "done"


def test_a_soft_term_that_is_over_makes_nothing_late(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = world.open(applicant, "toy-cut")
        world.do(applicant, case_id, "hand_in")
        world.do(officer, case_id, "try_out")
    assert world.row(case_id)["due_on"] == date(2027, 1, 25)  # the 23rd is a Saturday

    with on("2027-01-26"):
        worker.fire_timers(world.database, world.ground)
        over = world.row(case_id)["due_on"], acts(world, case_id)[-1]
        with world.database.read() as tx:
            told = tx.scalars(sa.select(inbox_message.c.key).where(inbox_message.c.case_id == case_id)).all()
    with on("2027-01-27"):
        world.do(applicant, case_id, "more_time", until="2027-04-30")
        with world.database.read() as tx:
            owed = tx.scalars(sa.select(task.c.due_on).where(task.c.case_id == case_id, task.c.status == "open")).all()

    assert over == (None, "term_over")
    assert told.count("inbox.term_over") == 2
    assert (world.row(case_id)["due_on"], owed) == (date(2027, 4, 30), [date(2027, 4, 30)])
    assert [row["status"] for row in clocks(world, case_id) if row["clock"] == "trying"] == ["running"]


def test_an_act_and_a_timer_that_meet_do_not_wait_for_each_other(world: World) -> None:
    """The timer's claim waits for the case; whoever comes second finds nothing left to do."""
    with on("2026-11-23"):
        case_id = world.submitted(world.person("applicant", "plant"))
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    with on("2026-12-08"):
        with world.database.read() as tx:
            due = timers.due(tx, clock.now())
        world.do(officer, case_id, "recommend", opinion="同意")
        world.do(head, case_id, "sign")
        fired = [worker._fire(world.database, world.ground, row) for row in due]

    assert (fired, clocks(world, case_id)[0]["status"]) == ([False, False], "met")


def test_a_deadline_ends_at_midnight_where_the_law_is_applied(world: World) -> None:
    with on("2026-11-23"):
        case_id = world.submitted(world.person("applicant", "plant"))
    seen = []
    for moment in (clock.end_of(date(2026, 12, 7)) - timedelta(seconds=1), clock.end_of(date(2026, 12, 7))):
        with clock.at(moment):
            worker.fire_timers(world.database, world.ground)
        seen.append(clocks(world, case_id)[0]["status"])

    assert seen == ["running", "breached"]
