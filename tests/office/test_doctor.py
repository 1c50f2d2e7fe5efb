"""What keeps an installation from working is told with what to do about it, on both databases, and nothing is written."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases.models import quota_counter, workflow_version
from caseflow.cli import main as cli
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.office import doctor, reference
from caseflow.office.doctor import Complaint
from caseflow.people.absence_models import absence
from caseflow.people.models import authority, organisation, person
from caseflow.records.models import journal, outbox
from caseflow.words import LANGUAGES, catalogue, render
from tests.cases.world import HERE, World, build

DAY = date(2026, 11, 20)


@pytest.fixture
def world(database: Database, settings: Settings, tmp_path: Path) -> World:
    """The small world, its definitions lying in a folder of their own."""
    folder = tmp_path / "workflows"
    folder.mkdir()
    for path in HERE.glob("*.yaml"):
        shutil.copy(path, folder)
    return build(database, replace(settings, workflows=folder))


def complaints(world: World) -> list[Complaint]:
    with world.database.read() as tx:
        return doctor.examine(tx, world.ground, world.settings)


def said(world: World, rule: str) -> list[str]:
    """What is said under a rule, in English."""
    return [render(one.message, "en") for one in complaints(world) if one.rule == rule]


def test_roles_that_nobody_holds_are_told_until_somebody_does(world: World) -> None:
    before = said(world, "role_vacant")
    world.person("municipal_head", "bureau")
    after = said(world, "role_vacant")
    line = "nobody holds the role “Head” of “Sample application”"

    assert (line in before, line in after) == (True, False)


def test_an_office_that_proposes_without_a_signer_is_told(world: World) -> None:
    world.person("municipal", "bureau")
    alone = said(world, "no_signer")
    world.person("municipal_head", "bureau")
    together = said(world, "no_signer")

    assert any(line.startswith("at bureau单位 somebody proposes") for line in alone)
    assert not any(line.startswith("at bureau单位") for line in together)


def test_a_pool_is_too_small_then_tight_then_large_enough(world: World) -> None:
    found = [bool(said(world, "pool_small"))]
    for _ in range(5):
        world.person("expert", "pool")
    found += [bool(said(world, "pool_small")), bool(said(world, "pool_tight"))]

    assert found == [True, False, True]


def test_a_bureau_in_which_nobody_works_is_told(world: World) -> None:
    world.person("municipal", "bureau")

    assert said(world, "bureau_unstaffed") == ["nobody at elsewhere单位 holds any of the roles of a bureau"]


def test_a_prefecture_without_a_bureau_is_told(world: World) -> None:
    with world.database.write() as tx:
        tx.execute(organisation.update().where(organisation.c.name_zh == "bureau单位").values(division="140100"))
    world.ground.references = {
        "region": {
            code: {"title": {"zh": code, "en": f"Region {code}"}} for code in ("140000", "140100", "140200", "360100")
        }
    }

    assert said(world, "no_bureau") == ["Region 140200 (140200) has no bureau"]


def test_days_off_that_are_not_known_are_told_before_the_year_begins(world: World) -> None:
    with clock.at(clock.at_local(DAY)):
        near = [one.rule for one in complaints(world) if one.rule.startswith("calendar")]
    with clock.at(clock.at_local(date(2031, 3, 1))):
        late = [one.rule for one in complaints(world) if one.rule.startswith("calendar")]

    assert (near, late) == (["calendar_ahead"], ["calendar_missing"])


def test_what_is_due_and_not_done_tells_that_the_worker_is_silent(world: World) -> None:
    applicant = world.person("applicant", "plant")
    world.person("municipal", "bureau")
    world.submitted(applicant)
    with world.database.read() as tx:
        left = tx.scalar(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.status == "pending"))
    fresh = [one.rule for one in complaints(world) if one.rule in ("timers_overdue", "worker_silent")]
    with clock.at(clock.now() + timedelta(days=60)):
        stale = [one.rule for one in complaints(world) if one.rule in ("timers_overdue", "worker_silent")]

    assert fresh == []
    assert stale == ["timers_overdue", *(["worker_silent"] if left else [])]


def test_a_quota_below_what_is_taken_is_told(world: World) -> None:
    with world.database.write() as tx:
        tx.execute(
            quota_counter.insert().values(
                authority_id=world.authority_id, quota="places", key="k", limit=1, used=2, blocks=False
            )
        )
    (found,) = [one for one in complaints(world) if one.rule == "quota_below"]

    assert (found.level, render(found.message, "en")) == ("warning", "the quota “places” (k) is 1, and 2 are taken")


def test_a_letter_that_nobody_serves_is_told_after_a_while(world: World) -> None:
    plant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.open(plant, "toy-served")
    world.type(plant, case_id, "unit", {"name": "甲"})
    world.do(plant, case_id, "submit")
    world.do(office, case_id, "decide")
    fresh = said(world, "letter_unserved")
    with clock.at(clock.now() + timedelta(days=20)):
        old = said(world, "letter_unserved")

    assert fresh == []
    assert [line[:20] for line in old] == ["“Decision” of case J"]


def test_a_signer_whose_deputy_is_away_too_is_told(world: World) -> None:
    head, deputy = world.person("municipal_head", "bureau"), world.person("municipal_head", "bureau")
    today = clock.today()
    with world.database.write() as tx:
        one = {"first_day": today, "last_day": today, "set_by": head.person_id, "at": clock.now()}
        tx.execute(absence.insert().values(person_id=head.person_id, deputy_id=deputy.person_id, **one))
    stands_in = said(world, "deputy_missing")
    with world.database.write() as tx:
        tx.execute(person.update().where(person.c.id == deputy.person_id).values(status="closed"))
    gone = said(world, "deputy_missing")

    assert stands_in == []
    assert [line.endswith(f"is away until {today.isoformat()}, and so is the deputy") for line in gone] == [True]


def test_a_definition_on_disk_that_is_newer_or_broken_is_told(world: World) -> None:
    folder = world.settings.workflows
    toy = folder / "toy-inquiry.yaml"
    toy.write_text(toy.read_text("utf-8").replace('version: "2026.1"', 'version: "2026.2"'), "utf-8")
    newer = said(world, "definition_new")
    toy.write_text(toy.read_text("utf-8").replace("final: true", "finale: true"), "utf-8")
    broken = said(world, "definition_broken")

    assert newer == ["version 2026.2 of “toy-inquiry” stands on disk and not in the database"]
    assert broken == [f"the workflow file {toy} has errors"]


def test_what_concerns_another_authority_is_left_out_where_one_is_asked_for(world: World) -> None:
    with world.database.write() as tx:
        other = tx.execute(
            authority.insert().values(code="south", name={"zh": "南省", "en": "South"}).returning(authority.c.id)
        ).scalar_one()
        taken = {"quota": "places", "key": "k", "limit": 1, "used": 2, "blocks": False}
        tx.execute(quota_counter.insert().values(authority_id=other, **taken))
    with world.database.read() as tx:
        own, others = (doctor.examine(tx, world.ground, world.settings, one) for one in (world.authority_id, other))

    assert "quota_below" not in [one.rule for one in own]
    assert {one.rule for one in others} - {"quota_below", "calendar_ahead", "definition_broken"} == set()


def test_nothing_is_written(world: World) -> None:
    with world.database.read() as tx:
        before = tx.scalar(sa.select(sa.func.count()).select_from(workflow_version))
        doctor.examine(tx, world.ground, world.settings)
        after = tx.scalar(sa.select(sa.func.count()).select_from(workflow_version))

    assert before == after


def test_every_complaint_has_a_remedy_in_both_languages() -> None:
    named = {key.removesuffix(".do") for key in catalogue() if key.startswith("doctor.") and key.endswith(".do")}
    code = (ROOT / "caseflow" / "office" / "doctor.py").read_text("utf-8")

    assert len(named) > 12
    assert all(f'"{key.removeprefix("doctor.")}"' in code for key in named)
    assert all(catalogue()[key][language] for key in named for language in LANGUAGES)


def test_the_command_says_it_as_lines_and_as_json_and_fails_on_errors(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite_database.write() as tx:
        reference.seed(tx, settings)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CASEFLOW_HOME", str(settings.home))
    code = cli.main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    as_json = cli.main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)

    assert (code, as_json) == (1, 1)
    assert lines[0].startswith("Error: ")
    assert lines[-1] == f"{found['errors']} errors, {len(found['findings']) - found['errors']} warnings."
    assert {"level", "rule", "values", "message", "remedy"} == set(found["findings"][0])


def test_declarations_that_an_old_journal_holds_in_the_open_are_counted(world: World) -> None:
    office, case_id = world.person("provincial", "office"), world.recommended(world.person("applicant", "plant"))
    host, (expert, *_) = world.meeting(office, [case_id])
    world.do(expert, host, "declare", interests={str(case_id): {"conflict": True, "ground": "曾任顾问"}})
    today = said(world, "journal_open")
    old = {"answers": {"interests": {str(case_id): {"conflict": True, "ground": "曾任顾问"}}}}
    nothing = {"answers": {"interests": {str(case_id): {"conflict": False, "ground": ""}}}}
    with world.database.write() as tx:
        row = dict(tx.execute(sa.select(journal).where(journal.c.case_id == host)).mappings().all()[-1])
        for number, body in enumerate((old, nothing), start=1):
            values = {"id": None, "seq": row["seq"] + number, "body": body, "request_key": f"old{number}"}
            tx.execute(journal.insert().values({k: v for k, v in {**row, **values}.items() if v is not None}))

    assert row["act"] == "declare"
    assert (today, [one.split()[0] for one in said(world, "journal_open")]) == ([], ["1"])
