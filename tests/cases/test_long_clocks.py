"""A clock over several states runs on from one to the next, waits where it is said, and ends when the case has left."""

from __future__ import annotations

from datetime import date

from caseflow.cases import deadlines
from caseflow.cases import ground as grounds
from caseflow.cases.vocabulary import vocabulary
from caseflow.people.rights import Actor
from caseflow.workflow.reader import read_text
from tests.cases import parts
from tests.cases.world import HERE, World, on

CASE = "clock:case_time"
DAY_90 = date(2027, 2, 1)
"""90 days after 2 November 2026 end on Sunday, 31 January 2027."""


def investigated(world: World) -> tuple[int, Actor, Actor]:
    """A case under investigation since Monday, 2 November 2026, its officer and its head."""
    plant = world.person("applicant", "plant")
    with on("2026-11-02"):
        case_id = world.open(plant, "toy-long")
        world.type(plant, case_id, "unit", {"name": "甲厂"})
        world.do(plant, case_id, "submit")
    return case_id, world.person("municipal", "bureau"), world.person("municipal_head", "bureau")


def clocks(world: World, case_id: int) -> dict[str, tuple[date, str]]:
    with world.database.read() as tx:
        return {row["clock"]: (row["due_on"], row["status"]) for row in deadlines.of_case(tx, case_id)}


def test_it_runs_over_its_states_waits_in_others_and_is_met_when_the_case_leaves_them(world: World) -> None:
    case_id, officer, _ = investigated(world)
    first = clocks(world, case_id), world.row(case_id)["due_on"]
    with on("2026-11-10"):
        world.do(officer, case_id, "review")
        second = clocks(world, case_id), world.row(case_id)["due_on"]
        world.do(officer, case_id, "hear")
        waits = clocks(world, case_id)[CASE][1], world.row(case_id)["due_on"]
    with on("2026-11-20"):
        world.do(officer, case_id, "close")
        third = clocks(world, case_id)[CASE], world.row(case_id)["due_on"]
        world.do(officer, case_id, "approve")
        world.do(officer, case_id, "decide")
        met = clocks(world, case_id)[CASE][1], world.row(case_id)["due_on"]
        world.do(officer, case_id, "reopen")
    with world.database.read() as tx:
        again = [row["started_on"] for row in deadlines.of_case(tx, case_id) if row["clock"] == CASE]

    assert first == (
        {"investigating": (date(2026, 12, 2), "running"), CASE: (DAY_90, "running")},
        date(2026, 12, 2),
    )
    assert second == ({"investigating": (date(2026, 12, 2), "met"), CASE: (DAY_90, "running")}, DAY_90)
    assert waits == ("paused", None)
    assert third == ((date(2027, 2, 11), "running"), date(2027, 2, 11))  # eleven days did not count
    assert met == ("met", None)
    assert again == [date(2026, 11, 2), date(2026, 11, 20)]
    assert parts.sound(world)


def test_a_date_starts_it_wherever_it_runs_and_a_corrected_date_counts_anew(world: World) -> None:
    case_id, officer, _ = investigated(world)
    with on("2026-11-10"):
        world.do(officer, case_id, "review")
        before = "clock:since_notice" in clocks(world, case_id)
        world.do(officer, case_id, "inform", informed_on="2026-11-09")
        begun = clocks(world, case_id)["clock:since_notice"]
        world.do(officer, case_id, "inform", informed_on="2026-11-10")
        anew = clocks(world, case_id)["clock:since_notice"]
        world.do(officer, case_id, "approve")
        over = clocks(world, case_id)["clock:since_notice"]

    assert not before
    assert begun == (date(2026, 12, 7), "running")
    assert anew == over == (date(2026, 12, 8), "running")
    assert parts.sound(world)


def test_it_is_extended_on_one_ground_after_the_other(world: World) -> None:
    case_id, officer, head = investigated(world)
    ground = {"ground": "案情复杂"}
    with on("2026-11-16"):
        out_of_turn = world.refusal(officer, case_id, "extend_further", until="2027-04-30", **ground)
        too_far = world.refusal(head, case_id, "extend", until="2027-03-31", **ground)
        world.do(head, case_id, "extend", until="2027-03-03", **ground)
        first = clocks(world, case_id)[CASE]
        theirs = world.refusal(head, case_id, "extend", until="2027-03-05", **ground)
    with on("2026-11-17"):
        for until in ("2027-04-30", "2027-06-30"):
            world.do(officer, case_id, "extend_further", until=until, **ground)
        further = clocks(world, case_id)
        used_up = world.refusal(officer, case_id, "extend_further", until="2027-07-30", **ground)

    assert (out_of_turn, too_far) == (["changing.extended_by_other"], ["changing.extended_too_far"])
    assert (first, theirs) == ((date(2027, 3, 3), "running"), ["changing.extended_by_other"])
    assert further == {"investigating": (date(2026, 12, 2), "running"), CASE: (date(2027, 6, 30), "running")}
    assert used_up == ["changing.extended_already"]
    assert parts.sound(world)


def test_stopped_by_an_act_it_stands_still_over_states_until_an_act_resumes_it(world: World) -> None:
    case_id, officer, head = investigated(world)
    with on("2026-11-10"):
        nothing = world.refusal(head, case_id, "resume")
        world.do(head, case_id, "stop", ground="等待鉴定")
        apart = clocks(world, case_id)
        world.do(officer, case_id, "review")
        moved = clocks(world, case_id)[CASE][1]
        world.do(officer, case_id, "hear")
        world.do(officer, case_id, "close")
        back = clocks(world, case_id)[CASE][1]
    with on("2026-11-20"):
        world.do(head, case_id, "resume")
        resumed = clocks(world, case_id)[CASE]
        world.do(officer, case_id, "hear")
        world.do(officer, case_id, "close")
        runs = clocks(world, case_id)[CASE]

    assert nothing == ["stopping.nothing_stands"]
    assert apart == {"investigating": (date(2026, 12, 2), "running"), CASE: (DAY_90, "paused")}
    assert (moved, back) == ("paused", "paused")
    assert resumed == runs == (date(2027, 2, 11), "running")
    assert parts.sound(world)


def test_where_it_waits_no_act_resumes_it_and_the_state_s_own_clock_is_stopped_apart(world: World) -> None:
    case_id, officer, head = investigated(world)
    with on("2026-11-10"):
        world.do(head, case_id, "stop_step", ground="等待检测")
        apart = clocks(world, case_id)
        world.do(head, case_id, "resume_step")
        world.do(officer, case_id, "hear")
        offered = world.row(case_id)["state"], clocks(world, case_id)["investigating"][1]

    assert apart == {"investigating": (date(2026, 12, 2), "paused"), CASE: (DAY_90, "running")}
    assert offered == ("hearing", "met")


def test_it_warns_and_runs_out_wherever_the_case_stands_and_a_duty_is_owed_there(world: World) -> None:
    case_id, officer, _ = investigated(world)
    with on("2026-11-10"):
        world.do(officer, case_id, "review")
    with on("2027-01-23"):
        world.fire_all()
        warned = parts.told(world, case_id, "inbox.due_soon")
    with on("2027-02-02"):
        world.fire_all()
        late = parts.told(world, case_id, "inbox.breached")
        owed = [kind for kind, _, _ in parts.owed(world, case_id)]
        world.do(officer, case_id, "hear")
        kept = clocks(world, case_id)[CASE]
    bureau = world.organisations["bureau"]

    assert warned == [(bureau, "municipal", None)]
    assert late == [(bureau, "municipal", None), (bureau, "municipal_head", None)]
    assert owed == ["state:reviewing", "duty:urging"]
    assert kept == (DAY_90, "breached")
    assert parts.sound(world)


def test_taken_back_it_runs_on_as_if_it_had_never_been_met(world: World) -> None:
    lines = (HERE / "toy-long.yaml").read_text("utf-8").split("tests:\n", maxsplit=1)[0].splitlines()
    kept = [one for one in lines[: lines.index("  propose:")] if not one.startswith("    duties:")]
    text = "\n".join(kept).replace("workflow: toy-long", "workflow: toy-long-back").replace(", opens: urging", "")
    title = "    title: {zh: 执行, en: Execute}\n"
    text = text.replace(title, f"{title}    may_be_taken_back: true\n")
    with world.database.write() as tx:
        grounds.publish(tx, [read_text(text, vocabulary=vocabulary())])
    plant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    with on("2026-11-02"):
        case_id = world.open(plant, "toy-long-back")
        world.type(plant, case_id, "unit", {"name": "甲厂"})
        world.do(plant, case_id, "submit")
        for act in ("review", "approve"):
            world.do(officer, case_id, act)
    with on("2026-11-10"):
        world.do(officer, case_id, "decide")
        met = clocks(world, case_id)[CASE]
        world.do(officer, case_id, "take_back")

    assert met == (DAY_90, "met")
    assert clocks(world, case_id)[CASE] == (DAY_90, "running")
    assert (world.row(case_id)["state"], world.row(case_id)["due_on"]) == ("approval", DAY_90)
    assert parts.sound(world)
