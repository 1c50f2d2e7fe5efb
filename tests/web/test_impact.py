"""Pages that show what hangs on a figure or on an entry that a newer one has replaced."""

from __future__ import annotations

import pytest
from flask import Flask

from caseflow import clock
from caseflow.app import create_app
from caseflow.cli import main as cli
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.rights import Actor
from tests.cases.footprints import published
from tests.cases.world import World, build
from tests.office.test_impact import benchmark, entries, rated
from tests.office.test_recalculation import RELEASE, publish_corrected, run
from tests.web.conftest import words_of
from tests.web.test_beside import visit

RATINGS = "示例评级名录"


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    made = build(sqlite_database, settings)
    published(made)
    return made


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def office(world: World) -> Actor:
    return world.person("provincial", "office")


def test_the_run_of_a_release_shows_what_rests_on_each_figure_and_what_would_be_decided(
    app: Flask, world: World, office: Actor
) -> None:
    benchmark(world, office)
    rated(world, office, world.person("applicant", "plant"))
    publish_corrected(world)
    number = run(world)
    reader = visit(app, world, office)
    page = words_of(reader.get(f"/releases/runs/{number}"))
    change = words_of(reader.get("/releases/changes/1"))
    table = reader.get(f"/releases/runs/{number}.xlsx")

    assert [one for one in (f"{RATINGS} 评级〔", "等级：甲 → 乙", "577.7", "650") if one not in page] == []
    assert ("以此数值为依据的登记和判定" in change, "等级：甲 → 乙" in change) == (True, True)
    assert table.status_code == 200


def test_the_page_of_a_newer_entry_lists_what_rests_on_the_one_before_with_the_act_that_a_person_decides_on(
    app: Flask, world: World, office: Actor
) -> None:
    kept = benchmark(world, office)
    case_id = rated(world, office, world.person("applicant", "plant"))
    world.do(office, kept, "renew", baseline="500", product="焦炭")
    old, new = entries(world, kept)
    reader = visit(app, world, office)
    answer = reader.get(f"/registers/north/benchmarks/{new}")
    page = words_of(answer)

    assert [one for one in ("以旧登记为依据的在册登记", "等级：甲 → 乙", "重新评级") if one not in page] == []
    assert f'href="/cases/{case_id}/acts/rerate"' in answer.text
    assert "以旧登记为依据的在册登记" in words_of(reader.get(f"/registers/north/benchmarks/{old}"))


def test_the_commands_show_the_same(
    world: World, office: Actor, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASEFLOW_HOME", str(settings.home))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    kept = benchmark(world, office)
    rated(world, office, world.person("applicant", "plant"))
    publish_corrected(world)
    cli.main(["releases", "recompute", RELEASE, "--dry-run", "--authority", "north"])
    preview = capsys.readouterr().out
    world.do(office, kept, "renew", baseline="500", product="焦炭")
    code = cli.main(["registers", "impact", "north", "benchmarks", f"基准〔{clock.today().year}〕0002"])
    told = capsys.readouterr().out
    unknown = cli.main(["registers", "impact", "north", "benchmarks", "基准〔2000〕0009"])

    assert [one for one in ("Sample ratings 评级〔", "A → B") if one not in preview] == []
    assert (code, unknown, "A → B" in told, "1 entries rest on" in told) == (0, 1, True, True)
