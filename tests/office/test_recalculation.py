"""A new release goes over all filed studies: what it touches, what is written, and that doing it again writes nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.cases.entry import NotHere
from caseflow.footprint.factors import read_release
from caseflow.office import recalculation, release_worklist
from caseflow.office.release_worklist import Narrowed
from caseflow.people.rights import Actor
from caseflow.records.models import inbox_message
from caseflow.studies import recompute, store
from caseflow.studies.models import release_change, release_run, study_result
from caseflow.words import Refused
from tests.cases.conftest import world
from tests.cases.footprints import WORKFLOW, declare, filed, published
from tests.cases.world import World
from tests.footprint.published import gas, line, shipped

__all__ = ["world"]

OLD = "cn-electricity-footprint-2024"
RELEASE = "corrected-2024"


@pytest.fixture
def applicant(world: World) -> Actor:
    published(world)
    return world.person("applicant", "plant")


@pytest.fixture
def office(world: World) -> Actor:
    return world.person("provincial", "office")


def publish_corrected(world: World, value: str = "0.65") -> None:
    """A release that takes the place of the shipped electricity factors."""
    found = shipped().factors.release(OLD)
    assert found is not None
    body = found.as_json() | {"id": RELEASE, "supersedes": [OLD]}
    body["factors"] = [{**one, "value": value} if one["id"] == "mix" else one for one in body["factors"]]
    with world.database.write() as tx:
        store.publish_releases(tx, [read_release(body)])


def ask(world: World) -> int:
    with world.database.write() as tx:
        return recalculation.ask(tx, world.authority_id, RELEASE, None)


def run(world: World) -> int:
    """Ask for a run and let the worker do it; returns its number."""
    number = ask(world)
    worker.recalculate(world.database, world.ground)
    return number


def changes(world: World, who: Actor, number: int, **narrowed: Any) -> list[Any]:
    with world.database.read() as tx:
        return release_worklist.changes(tx, world.ground, who, number, Narrowed(**narrowed))[0]


def rows(world: World, table: sa.Table) -> int:
    with world.database.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_every_touched_study_gets_a_new_result_and_keeps_the_old_one(
    world: World, applicant: Actor, office: Actor
) -> None:
    touched = filed(world, applicant)
    filed(world, applicant, gas("100", stage="production"), declared="100")
    publish_corrected(world)
    number = run(world)
    found = changes(world, office, number)
    with world.database.read() as tx:
        results = recompute.results_of(tx, touched)
        newest = recompute.latest_result(tx, touched)

    assert [(one["case_id"], one["before"], one["after"], one["level"]) for one in found] == [
        (touched, 577.7, 650.0, "review")
    ]
    assert [(one.occasion, one.total, one.run_id) for one in results] == [
        ("checking", 577.7, None),
        (RELEASE, 650.0, number),
    ]
    assert results[1].intact
    assert results[1].rule == results[0].rule
    assert newest == results[0]


def test_doing_it_again_writes_nothing_new_and_takes_up_what_was_filed_since(
    world: World, applicant: Actor, office: Actor
) -> None:
    filed(world, applicant)
    publish_corrected(world)
    number = run(world)
    before = [rows(world, one) for one in (study_result, release_change, release_run, inbox_message)]
    again = run(world)
    after = [rows(world, one) for one in (study_result, release_change, release_run, inbox_message)]
    later = filed(world, applicant)
    run(world)

    assert (number, before) == (again, after)
    assert [one["case_id"] for one in changes(world, office, number)][-1] == later


def test_a_run_that_cannot_go_on_does_not_hold_up_the_others(world: World, applicant: Actor, office: Actor) -> None:
    case_id = filed(world, applicant)
    with world.database.write() as tx:
        gone = {"release": "never-published", "release_hash": "0" * 64, "status": "waiting", "after_case": 0}
        tx.execute(
            release_run.insert().values(
                authority_id=world.authority_id, studies=0, started_at=clock.now(), finished_at=None, **gone
            )
        )
    publish_corrected(world)

    assert [one["case_id"] for one in changes(world, office, run(world))] == [case_id]


def test_a_run_that_broke_off_goes_on_where_it_stood(world: World, applicant: Actor, office: Actor) -> None:
    cases = [filed(world, applicant) for _ in range(5)]
    publish_corrected(world)
    number = ask(world)
    with world.database.read() as tx:
        batch = recalculation.prepare(tx, world.ground, number, 2)
    assert batch is not None
    with world.database.write() as tx:
        first = recalculation.keep(tx, batch)
    with world.database.write() as tx:
        twice = recalculation.keep(tx, batch)
    half = len(changes(world, office, number))
    worker.recalculate(world.database, world.ground)

    assert (first, twice, half) == (True, False, 2)
    assert sorted(one["case_id"] for one in changes(world, office, number)) == cases


def test_a_dry_run_tells_the_same_and_writes_nothing(world: World, applicant: Actor) -> None:
    case_id = filed(world, applicant)
    publish_corrected(world)
    before = rows(world, study_result)
    with world.database.write() as tx:
        seen = list(recalculation.preview(tx, world.ground, world.authority_id, RELEASE))

    assert [(one.row["id"], one.change.after, one.decided) for batch in seen for one in batch.touched] == [
        (case_id, 650.0, False)
    ]
    assert (rows(world, study_result), rows(world, release_run)) == (before, 0)


def test_what_was_decided_on_the_figure_stands_first(world: World, applicant: Actor, office: Actor) -> None:
    waits = filed(world, applicant, line(amount="2000"), declared=None)
    ended, entered = filed(world, applicant), filed(world, applicant)
    officer = world.person("municipal", "bureau")
    world.do(officer, ended, "pass")
    world.do(officer, entered, "certify")
    publish_corrected(world)
    number = run(world)

    assert [(one["case_id"], one["decided"]) for one in changes(world, office, number)] == [
        (ended, True),
        (entered, True),
        (waits, False),
    ]
    assert [one["case_id"] for one in changes(world, office, number, decided=True)] == [ended, entered]


def test_the_holder_is_told_once_and_only_where_it_matters(world: World, applicant: Actor) -> None:
    much = filed(world, applicant)
    filed(world, applicant, line(amount="1"), gas("100", stage="production"), declared=None)
    publish_corrected(world)
    run(world)
    run(world)
    with world.database.read() as tx:
        told = tx.execute(
            sa.select(inbox_message.c.case_id, inbox_message.c.organisation_id).where(
                inbox_message.c.key == "inbox.release_changed"
            )
        ).all()

    assert [tuple(one) for one in told] == [(much, world.organisations["plant"])]


def test_drafts_and_studies_never_filed_are_left_alone(world: World, applicant: Actor, office: Actor) -> None:
    draft = world.open(applicant, WORKFLOW)
    declare(world, draft)
    publish_corrected(world)

    assert changes(world, office, run(world)) == []


def test_a_worklist_shows_only_what_its_reader_may_know_of(world: World, applicant: Actor, office: Actor) -> None:
    case_id = filed(world, applicant)
    publish_corrected(world)
    number = run(world)
    readers = [world.person("municipal", place) for place in ("bureau", "elsewhere")]

    assert [[one["case_id"] for one in changes(world, who, number)] for who in (office, *readers)] == [
        [case_id],
        [case_id],
        [],
    ]
    change = changes(world, office, number)[0]["id"]
    with world.database.read() as tx, pytest.raises(NotHere):
        release_worklist.find(tx, world.ground, readers[1], change)


def test_a_change_is_seen_once_with_a_word(world: World, applicant: Actor, office: Actor) -> None:
    filed(world, applicant)
    publish_corrected(world)
    number = run(world)
    change = changes(world, office, number)[0]["id"]
    refused = []
    for word in ("", "x" * 501, "已核对，证书不变", "再说一次"):
        with world.database.write() as tx:
            try:
                release_worklist.mark(tx, world.ground, office, change, word)
            except Refused as refusal:
                refused.append(refusal.reasons[0].key)
    found = changes(world, office, number)[0]

    assert refused == ["releases.word_missing", "releases.word_too_long", "releases.done_already"]
    assert (found["status"], found["word"], found["done_name"]) == ("done", "已核对，证书不变", office.name)
    assert changes(world, office, number, status="open") == []
    with world.database.read() as tx:
        assert "证书不变" not in str(tx.scalar(sa.select(release_change.c.word)))


def test_a_change_is_shown_line_by_line(world: World, applicant: Actor, office: Actor) -> None:
    filed(world, applicant, line(), gas("100", stage="production"), declared=None)
    publish_corrected(world)
    number = run(world)
    with world.database.read() as tx:
        lines = release_worklist.by_line(*release_worklist.results(tx, changes(world, office, number)[0]))

    assert [(one.id, one.before, one.after) for one in lines] == [("grid", 577.7, 650.0), ("gas", 100.0, 100.0)]
    assert [(one or {})["factor"].split("/")[0] for one in (lines[0].old, lines[0].new)] == [OLD, RELEASE]


def test_a_release_that_is_not_published_is_refused(world: World, applicant: Actor) -> None:
    with world.database.write() as tx, pytest.raises(Refused) as refused:
        recalculation.ask(tx, world.authority_id, "nowhere", None)

    assert [one.key for one in refused.value.reasons] == ["releases.unknown"]
