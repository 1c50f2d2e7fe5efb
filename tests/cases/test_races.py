"""Many at once: a ceiling is never exceeded, of two officers one acts, a request sent twice is one act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from caseflow.cases.models import quota_counter, quota_entry
from caseflow.records import journal
from caseflow.records.models import journal as journal_table
from tests.cases.racing import Job, Racers, Told, racers
from tests.cases.world import World

PLACES = 3
PROCESSES = 50


@pytest.fixture(scope="module")
def fifty() -> Iterator[Racers]:
    with racers(PROCESSES) as made:
        yield made


@pytest.fixture
def field(fifty: Racers, world: World) -> Racers:
    """The fifty, connected to the database of the world."""
    fifty.enter(world.settings)
    return fifty


def recommended(world: World) -> list[int]:
    """As many cases as there are racers, each before the step that takes a place."""
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    head = world.person("municipal_head", "bureau")
    found = []
    for _ in range(PROCESSES):
        case_id = world.submitted(applicant)
        for finding in world.findings(case_id):
            world.do(officer, case_id, "answer_finding", finding=finding, answer="已核对，非重复申报")
        world.do(officer, case_id, "recommend", opinion="同意推荐")
        world.do(head, case_id, "sign", opinion="同意")
        found.append(case_id)
    return found


def used(world: World) -> tuple[int, int]:
    """What the counter says, and how many places are really held."""
    with world.database.read() as tx:
        counter = tx.scalar(sa.select(quota_counter.c.used))
        held = tx.scalar(sa.select(sa.func.count()).where(quota_entry.c.status != "released"))
    return counter or 0, held or 0


def run_for_places(world: World, field: Racers, runs: int) -> list[tuple[dict[str, int], tuple[int, int]]]:
    """The same race again and again; between two runs the winners give their places back."""
    office = world.person("provincial", "office")
    cases = recommended(world)
    seen = []
    for run in range(runs):
        told = field.race([Job(office, case_id, "place", f"run{run}/{case_id}") for case_id in cases])
        seen.append((dict(Counter(summary(one) for one in told)), used(world)))
        for case_id, one in zip(cases, told, strict=True):
            if one.how == "done":
                world.do(office, case_id, "drop")
    return seen


def summary(told: Told) -> str:
    return " ".join((told.how, *told.reasons))


EXACTLY_THREE = ({"done": PLACES, "refused quotas.full": PROCESSES - PLACES}, (PLACES, PLACES))


def test_fifty_processes_race_for_three_places_and_three_get_one(world: World, field: Racers) -> None:
    assert run_for_places(world, field, 5) == [EXACTLY_THREE] * 5


@pytest.mark.long
def test_fifty_processes_race_for_three_places_twenty_times(world: World, field: Racers) -> None:
    assert run_for_places(world, field, 20) == [EXACTLY_THREE] * 20


def test_of_two_officers_who_decide_at_once_one_acts_and_the_other_learns_who_did(world: World, field: Racers) -> None:
    applicant = world.person("applicant", "plant")
    officers = [world.person("municipal", "bureau") for _ in range(2)]
    told = []
    for run in range(5):
        case_id = world.submitted(applicant, product=f"焦炭{run}")
        seen = world.row(case_id)["version"]
        jobs = [
            Job(who, case_id, "return", f"return{run}/{number}", {"gaps": {"unit.product": "写全称"}}, seen)
            for number, who in enumerate(officers)
        ]
        told.append(sorted(summary(one) for one in field.race(jobs)))

    assert told == [["done", "stale return"]] * 5


def test_two_officers_who_do_not_say_what_they_saw_cannot_both_act(world: World, field: Racers) -> None:
    applicant = world.person("applicant", "plant")
    officers = [world.person("municipal", "bureau") for _ in range(2)]
    case_id = world.submitted(applicant)

    told = field.race(
        [Job(who, case_id, "return", f"r{n}", {"gaps": {"unit.product": "写"}}) for n, who in enumerate(officers)]
    )

    assert sorted(summary(one) for one in told) == ["done", "refused act.not_offered"]


def test_the_same_request_from_two_processes_is_one_act_with_one_outcome(world: World, field: Racers) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    seen = []
    for run in range(5):
        case_id = world.submitted(applicant, product=f"焦炭{run}")
        job = Job(officer, case_id, "return", f"twice{run}", {"gaps": {"unit.product": "写全称"}})
        told = field.race([job] * 10)
        outcomes = {(one.outcome.state, one.outcome.number) for one in told if one.outcome}
        seen.append((Counter(one.how for one in told), len(outcomes), entries(world, f"twice{run}")))

    assert [(Counter(again=9, done=1), 1, 1)] * 5 == seen


def test_a_case_opened_twice_by_one_request_is_one_case(world: World, field: Racers) -> None:
    applicant = world.person("applicant", "plant")
    seen = []
    for run in range(5):
        job = Job(applicant, None, "toy-case", f"open{run}x", {"round_id": world.round_id})
        told = field.race([job] * 10)
        cases = {one.outcome.case_id for one in told if one.outcome}
        seen.append((Counter(one.how for one in told), len(cases), entries(world, f"open{run}x")))

    assert [(Counter(again=9, done=1), 1, 1)] * 5 == seen


def test_the_journal_of_raced_cases_holds(world: World, field: Racers) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    field.race([Job(officer, case_id, "return", f"j{n}", {"gaps": {"unit.product": "写"}}) for n in range(PROCESSES)])
    row = world.row(case_id)

    with world.database.read() as tx:
        assert journal.verify(tx, case_id, {case_id: (row["seq"], row["last_hash"])}) == []


def entries(world: World, key: str) -> int:
    with world.database.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).where(journal_table.c.request_key == key)) or 0
