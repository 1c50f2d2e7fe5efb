"""Cases are walked at random through the one door: everything is reached, traps are found, and each walk repeats itself."""

from __future__ import annotations

import ast
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases.ground import publish
from caseflow.cases.models import case
from caseflow.cases.vocabulary import vocabulary
from caseflow.cli import main as cli
from caseflow.config import ROOT
from caseflow.office import simulated_goals, simulation, simulation_report
from caseflow.office.simulated_aims import Aims
from caseflow.office.simulated_watch import Watch
from caseflow.office.simulation import Plan, Simulated
from caseflow.records.models import journal
from caseflow.words import LANGUAGES, Refused, from_json, render, text
from caseflow.workflow.reader import read
from tests.office.stage import Stage, built
from tests.shipped import service

TRAP = Path(__file__).parent / "toy-trap.yaml"
ALL = ("pilot-management", "pilot-service", "municipal-submission", "review-meeting", "pilot-list")


@contextmanager
def staged(migrated: Path, folder: Path) -> Iterator[Stage]:
    """A stage of its own with the trap beside what is shipped: what is simulated stays in it."""
    with built(migrated, folder) as stage:
        with stage.database.write() as tx:
            publish(tx, [read(TRAP, vocabulary=vocabulary())])
        yield stage


def simulated(stage: Stage, plan: Plan) -> tuple[Simulated, dict[str, Any]]:
    """A walk that is undone in the end, with its report."""
    with stage.database.read() as tx:
        found = simulation.run(tx, stage.ground, stage.roles, stage.settings.files, plan)
        return found, simulation_report.report(tx, found)


@pytest.fixture(scope="module")
def trap(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(migrated_sqlite, tmp_path_factory.mktemp("trap")) as stage:
        yield stage


@pytest.fixture(scope="module")
def walked(trap: Stage) -> tuple[Simulated, dict[str, Any]]:
    return simulated(trap, Plan("toy-trap", cases=8))


def test_a_state_that_some_cases_cannot_leave_is_found_with_their_story(
    walked: tuple[Simulated, dict[str, Any]],
) -> None:
    found, told = walked

    assert told["stuck"]
    for stuck in told["stuck"]:
        assert stuck["state"] == "waiting"
        assert [line["to"] for line in stuck["story"] if line["act"] == "send"] == ["waiting"]
        (reason,) = stuck["tried"]["let_go"]
        for language, said in zip(LANGUAGES, ("这一类不能放行", "This kind is not let go"), strict=True):
            assert render(from_json(reason["reason"]), language).startswith(said)
    assert simulation_report.failed(found, 100.0)


def test_cases_that_can_leave_are_not_called_stuck(walked: tuple[Simulated, dict[str, Any]]) -> None:
    _, told = walked

    assert told["ended"] > 0
    assert told["ended"] + len(told["stuck"]) == told["opened"] == 8
    assert told["workflows"][0]["coverage"]["actions"] == {"taken": 3, "of": 3, "never": []}


def test_rows_that_contradict_each_other_are_told(trap: Stage) -> None:
    with trap.database.read() as tx:
        found = simulation.run(tx, trap.ground, trap.roles, trap.settings.files, Plan("toy-trap", cases=2))
        watch, number = found.watch, max(found.watch.cases)
        where = (case.c.id == number,)
        tx.execute(case.update().where(*where).values(state="filling", final=True))
        watch.check(number)

    assert [one.what.key for one in watch.broken][:1] == ["simulation.broken_position"]
    assert {one.case_id for one in watch.broken} == {number}


def test_an_entry_that_a_case_does_not_remember_is_told(trap: Stage) -> None:
    with trap.database.read() as tx:
        plan = Plan("toy-trap", cases=2, until=date(2026, 12, 1))
        watch = simulation.run(tx, trap.ground, trap.roles, trap.settings.files, plan).watch
        number = max(watch.cases)
        tx.execute(case.update().where(case.c.id == number).values(last_hash="0" * 64, final=False))
        watch.check(number)

    assert "journal.cut" in [one.what.key for one in watch.broken]


def test_the_same_seed_gives_the_same_report_byte_for_byte(trap: Stage) -> None:
    first, second, other = (
        json.dumps(
            simulated(trap, Plan("toy-trap", cases=3, seed=seed, until=date(2026, 4, 30)))[1], ensure_ascii=False
        )
        for seed in (1, 1, 2)
    )

    assert first == second
    assert first != other


_SALTED = re.compile(r"\b([0-9a-f]{64}|[0-9A-F]{4}-[0-9A-F]{4})\b")
"""Hashes of what is sealed, each with a salt of its own."""


def journals(stage: Stage, plan: Plan) -> list[tuple[Any, ...]]:
    """Every entry of a walk: who did what when, what is kept of it, and of draws every hash."""
    with stage.database.read() as tx:
        simulation.run(tx, stage.ground, stage.roles, stage.settings.files, plan)
        rows = tx.execute(sa.select(journal).order_by(journal.c.id)).all()
    found = []
    for one in rows:
        rest = json.dumps({key: said for key, said in one.body.items() if key != "draw"}, ensure_ascii=False)
        spot = (one.case_id, one.seq, one.at, one.person_id, one.role, one.act, one.from_state, one.to_state)
        found.append((*spot, one.body.get("draw"), _SALTED.sub("", rest)))
    return found


def test_the_same_seed_draws_the_same_experts_and_leaves_the_same_journals(trap: Stage) -> None:
    plan = Plan("review-meeting", cases=4, seed=2, until=date(2026, 6, 30))
    first, second = (journals(trap, plan) for _ in range(2))

    assert {name for *_, draw, _ in first for name in draw or ()} >= {"commitment", "snapshot", "draw", "signed"}
    assert first == second


def test_only_a_simulation_takes_its_chance_from_elsewhere_than_the_operating_system(trap: Stage) -> None:
    named = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "caseflow").rglob("*.py")
        if "entropy" in (source := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.keyword) and node.arg == "entropy")
        or (isinstance(node, ast.Attribute) and node.attr == "entropy" and isinstance(node.ctx, ast.Store))
    }

    assert trap.ground.entropy is secrets.token_bytes
    assert named == {"caseflow/office/simulation.py"}


def test_a_walk_breaks_off_on_its_last_day(trap: Stage, walked: tuple[Simulated, dict[str, Any]]) -> None:
    whole, _ = walked
    until = whole.first + timedelta(days=20)
    found, told = simulated(trap, Plan("toy-trap", cases=8, until=until))

    assert found.last <= until < whole.last
    assert told["opened"] < 8 or told["left"] > 0


def test_the_way_to_a_goal_leads_round_what_is_barred() -> None:
    near, round_about = (
        simulated_goals.distances(service(), ["provincial_intake"], barred)["drafting"]
        for barred in ((), {("drafting", "submit_direct")})
    )
    shut = simulated_goals.distances(read(TRAP, vocabulary=vocabulary()), ["gone"], {("waiting", "let_go")})

    assert near == 1 < round_about
    assert shut == {"gone": 0}


def test_who_opens_a_duty_helps_the_act_that_settles_it_and_was_not_taken_yet() -> None:
    new = [("action", "implementing", "report_progress"), ("action", "", "withdraw"), ("state", "summary")]

    assert simulated_goals.settled(service(), new) == {"report"}
    assert simulated_goals.settled(service(), new[1:]) == set()


def test_what_was_refused_again_and_again_is_a_way_to_nothing_else_until_it_was_taken(trap: Stage) -> None:
    loaded, aim = trap.loaded("pilot-service"), ("action", "awaiting_submission", "recall")
    direct = {"id": 1, "state": "provincial_intake", "origin": None}
    with trap.database.read() as tx:
        watch = Watch(tx, trap.ground)
        aims = Aims(watch, Random(1), [loaded])
        near = aims.distance(direct, loaded, aim), aims.distance(direct, loaded, aim, "drafting")
        for _ in range(30):
            aims.refuse(direct, loaded, "return_to_bureau")
        far = aims.distance(direct, loaded, aim), aims.distance(direct, loaded, aim, "drafting")
        watch.taken["pilot-service"]["action", "provincial_intake", "return_to_bureau"] += 1
        again = aims.distance(direct, loaded, aim)

    assert (near, again) == ((2, 3), 2)
    assert far[0] is not None
    assert far[0] > near[0]
    assert far[1] == near[1]


def test_a_case_that_wants_to_act_on_its_own_does_not_let_itself_be_brought_there(trap: Stage) -> None:
    loaded, aim = trap.loaded("pilot-service"), ("action", "to_announce", "announce_alone")
    with trap.database.read() as tx:
        aims = Aims(Watch(tx, trap.ground), Random(1), [loaded])
        on_the_way, apart = (
            aims.distance({"id": 1, "state": state, "origin": None}, loaded, aim)
            for state in ("publicity", "objection")
        )

    assert (on_the_way, apart) == (2, 1)


def test_a_workflow_that_is_not_there_is_refused(trap: Stage) -> None:
    with pytest.raises(Refused) as refused:
        simulated(trap, Plan("no-such"))

    assert [reason.key for reason in refused.value.reasons] == ["simulation.no_workflow"]


def test_the_command_tells_what_it_found_and_fails_below_the_coverage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = cli.main(["workflow", "simulate", "municipal-submission", "--cases", "1", "--until", "2026-03-20", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert code == 1
    assert told["workflow"] == told["workflows"][0]["workflow"] == "municipal-submission"
    assert {one["workflow"] for one in told["workflows"]} >= set(ALL)
    assert told["workflows"][0]["coverage"]["actions"]["taken"] < told["workflows"][0]["coverage"]["actions"]["of"]


def test_a_replay_tells_one_case_entry_by_entry(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["workflow", "simulate", "municipal-submission", "--cases", "1", "--until", "2026-03-20", "--replay"]
    code = cli.main([*asked, "1"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    days, ways = [line[0] for line in lines], [(line[-3], line[-1]) for line in lines]

    assert code == 0
    assert len(lines) > 1
    assert days == sorted(days)
    assert ways[0][0] == "·"
    assert [begins for begins, _ in ways[1:]] == [ends for _, ends in ways[:-1]]


def test_a_replay_of_a_case_that_is_not_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(
        ["workflow", "simulate", "municipal-submission", "--cases", "1", "--until", "2026-03-02", "--replay", "99"]
    )
    said = capsys.readouterr().out.strip()

    assert code == 1
    assert said == text("simulation.no_case", "en", case=99)


def test_a_procedure_runs_with_all_that_belong_to_it_and_nothing_in_it_breaks(trap: Stage) -> None:
    found, told = simulated(trap, Plan("pilot-service", cases=6, until=date(2026, 4, 20)))

    assert {loaded.definition.workflow for loaded in found.own} == set(ALL)
    assert found.walk.acts.crashes == []
    assert found.watch.broken == []
    assert told["acts"] > 50
