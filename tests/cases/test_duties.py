"""What organisations owe beside the holder: asked for by an act or of all of a kind, with dates, answered, outdated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases import deadlines, dossier, entry, recounting, timers, view
from caseflow.cases.models import member, task
from caseflow.records import personal
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World, on

pytestmark = pytest.mark.usefixtures("open_all_the_time")


def asked_branch(world: World, by: str = "2026-12-04") -> int:
    """A case on which a branch is asked for its opinion."""
    parts.organisation(world, "branch", "branch")
    case_id = parts.submitted(world, world.person("applicant", "plant"))
    officer = world.person("municipal", "bureau")
    world.do(officer, case_id, "ask_branch", branch=world.organisations["branch"], by=by)
    return case_id


def departments(world: World) -> None:
    for name in ("reform", "finance"):
        parts.organisation(world, name, "department")


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, list[str]]]:
    return [(one.key, [who["zh"] for who in one.values.get("who", ())]) for one in refused.value.reasons]


def test_an_act_asks_an_organisation_by_a_day_and_its_answer_closes_that(world: World) -> None:
    with on("2026-11-23"):
        case_id = asked_branch(world)
        branch = world.organisations["branch"]
        asked = parts.owed(world, case_id)
        seq = world.row(case_id)["seq"]
        outcome = world.do(world.person("county", "branch"), case_id, "give_county_opinion", stance="agree")

    (row,) = parts.clocks(world, case_id, "county_opinion")
    assert [("duty:county_opinion", branch, date(2026, 12, 4))] == [one for one in asked if one[0].startswith("duty:")]
    assert (
        (outcome.action, outcome.state),
        row["status"],
        row["limit"],
    ) == (("give_county_opinion", "review"), "met", "")
    assert {str(seq + 1): {"stance": "agree"}} == parts.said(world, case_id)["duty_county_opinion"]
    assert [(branch, "given")] == parts.replies(world, case_id)
    assert [(branch, "county", None)] == parts.told(world, case_id, "inbox.duty_opened")


def test_the_case_itself_is_due_by_its_own_clock_and_not_by_what_others_owe(world: World) -> None:
    with on("2026-11-23"):
        case_id = asked_branch(world, "2026-11-25")

    assert date(2026, 12, 7) == world.row(case_id)["due_on"]


def test_who_owes_is_reminded_and_on_breach_the_named_roles_are_told_as_well(world: World) -> None:
    with on("2026-11-23"):
        case_id = asked_branch(world, "2026-11-27")
    fired = []
    for day in ("2026-11-24", "2026-11-25", "2026-11-27", "2026-11-28"):
        with on(day):
            fired.append(worker.fire_timers(world.database, world.ground))

    branch, bureau = world.organisations["branch"], world.organisations["bureau"]
    (row,) = parts.clocks(world, case_id, "county_opinion")
    assert (fired, row["status"]) == ([0, 1, 0, 1], "breached")
    assert [(branch, "county", None)] == parts.told(world, case_id, "inbox.due_soon")
    assert [(branch, "county", None), (bureau, "municipal_head", None)] == parts.told(world, case_id, "inbox.breached")
    assert parts.acts(world, case_id)[-2:] == ["deadline_warned", "deadline_breached"]


def test_what_is_answered_late_stays_late(world: World) -> None:
    with on("2026-11-23"):
        case_id = asked_branch(world, "2026-11-24")
    with on("2026-11-26"):
        worker.fire_timers(world.database, world.ground)
        world.do(world.person("county", "branch"), case_id, "give_county_opinion", stance="agree")

    (row,) = parts.clocks(world, case_id, "county_opinion")
    assert ("breached", date(2026, 11, 26)) == (row["status"], clock.local_date(row["closed_at"]))


def test_nobody_is_asked_for_something_by_a_day_that_has_passed(world: World) -> None:
    with on("2026-11-23"), pytest.raises(Refused) as refused:
        asked_branch(world, "2026-11-22")

    assert reasons(refused) == [("duties.day_past", [])]


def test_the_earliest_of_several_is_answered_first_and_an_answer_too_many_is_refused(world: World) -> None:
    applicant = world.person("applicant", "plant")
    with on("2026-11-23"):
        case_id = parts.working(world, applicant)
        officer = world.person("municipal", "bureau")
        world.do(officer, case_id, "call")
    with on("2026-11-24"):
        world.do(officer, case_id, "call")
        world.do(applicant, case_id, "report", progress="第一次")
        left = parts.owed(world, case_id)
        world.do(applicant, case_id, "report", progress="第二次")
        with pytest.raises(Refused) as refused:
            world.do(applicant, case_id, "report", progress="第三次")

    assert ("duty:report", world.organisations["plant"], date(2026, 12, 1)) in left
    assert [one["progress"] for one in parts.said(world, case_id)["duty_report"].values()] == ["第一次", "第二次"]
    assert "第一次" not in str(world.row(case_id)["facts"])
    assert reasons(refused) == [("act.duty_not_yours", [])]


def test_what_is_still_owed_keeps_the_case_and_is_void_once_the_case_goes_on_without_it(world: World) -> None:
    with on("2026-11-23"):
        case_id = asked_branch(world)
        officer = world.person("municipal", "bureau")
        with pytest.raises(Refused) as refused:
            world.do(officer, case_id, "check", **{"class": "coke"})
        world.do(officer, case_id, "decline")

    (row,) = parts.clocks(world, case_id, "county_opinion")
    assert reasons(refused) == [("guards.duty_open", ["branch"])]
    assert row["status"] == "void"
    assert [kind for kind, *_ in parts.owed(world, case_id, status="void")] == ["duty:county_opinion"]


def test_the_clock_of_who_owes_can_be_extended_and_is_counted_from_there(world: World) -> None:
    applicant = world.person("applicant", "plant")
    with on("2026-11-23"):
        case_id = parts.working(world, applicant)
        world.do(world.person("municipal", "bureau"), case_id, "call")
        (row,) = parts.clocks(world, case_id, "report")
        with world.database.write() as tx:
            definition = world.ground.definition(tx, world.row(case_id)["definition_id"]).definition
            deadlines.extend(tx, world.ground, definition, row, date(2026, 12, 18))
            again = recounting.recount(tx, world.ground, case_id, reason="示例", request_key="again")

    (after,) = parts.clocks(world, case_id, "report")
    assert (date(2026, 11, 30), date(2026, 12, 18), date(2026, 12, 18)) == (
        row["due_on"],
        after["due_on"],
        after["extended_to"],
    )
    assert ("duty:report", world.organisations["plant"], date(2026, 12, 18)) in parts.owed(world, case_id)
    assert again == []
    with world.database.read() as tx:
        waiting = timers.due(tx, clock.at_local(date(2027, 1, 1)))
    assert [date(2026, 12, 19)] == [clock.local_date(one["due_at"]) for one in waiting if one["case_id"] == case_id]


def test_a_clock_is_not_extended_to_a_day_before_its_last(world: World) -> None:
    applicant = world.person("applicant", "plant")
    with on("2026-11-23"):
        case_id = parts.submitted(world, applicant)
        with world.database.write() as tx:
            (row,) = deadlines.open_deadlines(tx, case_id)
            definition = world.ground.definition(tx, world.row(case_id)["definition_id"]).definition
            with pytest.raises(Refused) as refused:
                deadlines.extend(tx, world.ground, definition, row, date(2026, 12, 6))

    assert reasons(refused) == [("deadlines.not_earlier", [])]


def test_an_extended_clock_that_ran_out_runs_again_and_moves_on_by_the_days_it_stands_still(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    with on("2026-11-23"):
        case_id = parts.submitted(world, applicant)
    with on("2026-12-08"):
        worker.fire_timers(world.database, world.ground)
        world.do(officer, case_id, "extend", until="2026-12-18")
        with world.database.read() as tx:
            (extended,) = deadlines.open_deadlines(tx, case_id)
        world.do(officer, case_id, "return", gaps={"plan.goal": "请补充"})
    with on("2026-12-11"):
        world.do(applicant, case_id, "resubmit")

    with world.database.read() as tx:
        (resumed,) = deadlines.open_deadlines(tx, case_id)
    assert ("running", date(2026, 12, 18)) == (extended["status"], extended["due_on"])
    assert ("running", date(2026, 12, 21), date(2026, 12, 21)) == (
        resumed["status"],
        resumed["due_on"],
        world.row(case_id)["due_on"],
    )


def test_every_organisation_of_a_kind_owes_on_entry_each_with_its_own_clock(world: World) -> None:
    departments(world)
    with on("2026-11-23"):
        office = world.person("provincial", "office")
        host = parts.poll(world, office, [world.recommended(world.person("applicant", "plant"))])
        world.do(world.person("department", "finance"), host, "give_opinion", stance="agree", remarks="无意见")

    ids = {name: world.organisations[name] for name in ("reform", "finance")}
    assert [("duty:opinions", ids["reform"], date(2026, 11, 30))] == [
        one for one in parts.owed(world, host) if one[0].startswith("duty:")
    ]
    assert [row["status"] for row in parts.clocks(world, host, "opinions")] == ["running", "met"]
    assert {str(ids["finance"]): {"stance": "agree", "remarks": "无意见"}} == parts.said(world, host)["duty_opinions"]
    with pytest.raises(Refused) as refused:
        world.do(office, host, "to_meeting")
    assert reasons(refused) == [("guards.duty_open", ["reform"])]


def answered(world: World) -> tuple[int, list[int], dict[str, int]]:
    """A list of two cases to which both departments have agreed."""
    departments(world)
    cases = [world.recommended(world.person("applicant", world.enterprise(name))) for name in ("乙厂", "丙厂")]
    host = parts.poll(world, world.person("provincial", "office"), cases)
    for name in ("reform", "finance"):
        world.do(world.person("department", name), host, "give_opinion", stance="agree")
    return host, cases, {name: world.organisations[name] for name in ("reform", "finance")}


def test_opinions_count_no_longer_when_a_case_is_left_out_and_are_asked_for_again(world: World) -> None:
    office = world.person("provincial", "office")
    host, cases, ids = answered(world)
    world.do(office, host, "exclude", cases={str(cases[0]): {}})
    asked = [one[1] for one in parts.owed(world, host) if one[0].startswith("duty:")]
    with pytest.raises(Refused) as refused:
        world.do(office, host, "to_meeting")

    assert sorted(ids.values()) == sorted(asked)
    assert [(one, "void") for one in ids.values()] == parts.replies(world, host)
    assert reasons(refused) == [("guards.duty_outdated", ["reform", "finance"])]
    assert len(parts.told(world, host, "inbox.duty_again")) == 2
    for name in ids:
        world.do(world.person("department", name), host, "give_opinion", stance="agree")
    assert world.do(office, host, "to_meeting").state == "meeting"


def test_an_opinion_given_anew_leaves_nothing_of_the_one_before(world: World) -> None:
    departments(world)
    office, finance = world.person("provincial", "office"), str(world.organisations["finance"])
    cases = [world.recommended(world.person("applicant", world.enterprise(name))) for name in ("乙厂", "丙厂", "丁厂")]
    host = parts.poll(world, office, cases)
    read, kept = [], []
    for number, said in enumerate(({"remarks": "请再核"}, {}, {"remarks": "无意见"})):
        if number:
            world.do(office, host, "exclude", cases={str(cases[number]): {}})
        world.do(world.person("department", "finance"), host, "give_opinion", stance="agree", **said)
        read.append(parts.said(world, host)["duty_opinions"][finance].get("remarks"))
        with world.database.read() as tx:
            kept.append(len(personal.load(tx, world.ground.keys, host, dossier.FACTS)))

    assert read == ["请再核", None, "无意见"]
    assert kept[1] == kept[0] - 2


def test_opinions_count_no_longer_when_a_unit_withdraws_on_its_own(world: World) -> None:
    host, cases, ids = answered(world)
    unit = world.person("applicant", "乙厂")
    world.do(unit, cases[0], "withdraw")

    assert [(one, "void") for one in ids.values()] == parts.replies(world, host)
    assert parts.acts(world, host)[-1] == "member_left"
    assert parts.sound(world)
    with world.database.read() as tx:
        assert sorted(ids.values()) == sorted(
            tx.scalars(sa.select(task.c.organisation_id).where(task.c.case_id == host, task.c.kind == "duty:opinions", task.c.status == "open"))
        )  # fmt: skip


def test_opinions_count_no_longer_when_one_word_of_what_they_stand_for_is_changed(world: World) -> None:
    office = world.person("provincial", "office")
    host, cases, ids = answered(world)
    same = {str(one): {"result": "chosen", "reason": "同意"} for one in cases}
    world.do(office, host, "correct", results=same)
    unchanged = parts.replies(world, host)
    other = {**same, str(cases[1]): {"result": "chosen", "reason": "同意，第二"}}
    world.do(office, host, "correct", results=other)

    assert [(one, "given") for one in ids.values()] == unchanged
    assert [(one, "void") for one in ids.values()] == parts.replies(world, host)


def test_what_was_signed_is_asked_of_in_a_later_state_too(world: World) -> None:
    office = world.person("provincial", "office")
    host, cases, _ = answered(world)
    world.do(office, host, "to_meeting")
    world.do(office, host, "leave_out", cases={str(cases[0]): {}})
    with pytest.raises(Refused) as refused:
        world.do(office, host, "announce")

    assert reasons(refused) == [("guards.duty_outdated", ["reform", "finance"])]
    world.do(office, host, "again")
    for name in ("reform", "finance"):
        world.do(world.person("department", name), host, "give_opinion", stance="agree")
    world.do(office, host, "to_meeting")
    assert world.do(office, host, "announce").state == "announced"


def test_who_never_answered_before_the_case_went_on_holds_nothing_up_later(world: World) -> None:
    departments(world)
    office = world.person("provincial", "office")
    host = parts.poll(world, office, [world.recommended(world.person("applicant", "plant"))])
    world.do(world.person("department", "reform"), host, "give_opinion", stance="agree")
    world.do(office, host, "to_meeting_overdue")

    assert world.do(office, host, "announce").state == "announced"


def test_an_organisation_reads_its_own_answer_and_who_asked_reads_all(world: World) -> None:
    case_id = asked_branch(world, (clock.today()).isoformat())
    parts.organisation(world, "other branch", "branch")
    officer = world.person("municipal", "bureau")
    first, second = world.person("county", "branch"), world.person("county", "other branch")
    world.do(first, case_id, "give_county_opinion", stance="agree", remarks="一号")
    by = clock.today().isoformat()
    world.do(officer, case_id, "ask_branch", branch=world.organisations["other branch"], by=by)
    world.do(second, case_id, "give_county_opinion", stance="disagree", remarks="二号")

    read = {}
    for name, who in (("first", first), ("second", second), ("officer", officer)):
        with world.database.read() as tx:
            known = view.load(tx, world.ground, who, case_id).facts()
        read[name] = [one["remarks"] for one in known["duty_county_opinion"].values()]
        read[name].append(known["give_county_opinion"]["remarks"])
    assert read == {"first": ["一号", "一号"], "second": ["二号", "二号"], "officer": ["一号", "二号", "二号"]}


@contextmanager
def held(world: World, case_id: int) -> Iterator[None]:
    """Somebody else acts on a case at this moment. (On SQLite there is one writer at a time, who holds everything.)"""
    if world.database.is_sqlite:
        with world.database.write() as tx:
            tx.execute(member.update().where(member.c.host_id == case_id).values(status="out"))
        yield
        return
    with world.database.write() as tx:
        entry.locked(tx, case_id)
        yield


def test_an_outdated_opinion_is_given_again_even_where_nobody_could_be_asked_at_that_moment(world: World) -> None:
    host, cases, ids = answered(world)
    with held(world, host):
        world.do(world.person("applicant", "乙厂"), cases[0], "withdraw")
    department = world.person("department", "finance")
    before = [one for one in parts.owed(world, host) if one[0].startswith("duty:")]
    world.do(department, host, "give_opinion", stance="disagree")

    assert before == []
    assert [(one, "void") for one in ids.values()] == parts.replies(world, host)[:2]
    assert parts.replies(world, host)[2:] == [(ids["finance"], "given")]
    with pytest.raises(Refused) as refused:
        world.do(world.person("provincial", "office"), host, "to_meeting")
    assert reasons(refused) == [("guards.duty_outdated", ["reform"])]
