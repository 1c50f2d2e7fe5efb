"""Releases are stored once for ever; studies and results are rows that keep what they were made of."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from caseflow.db import Database
from caseflow.footprint.factors import read_release
from caseflow.footprint.study import read
from caseflow.studies.recompute import latest_result, recompute, results_of
from caseflow.studies.rule import Rule, read_rule, thresholds
from caseflow.studies.store import get_study, latest_study, publish, publish_releases, save_study, stored_shelf
from caseflow.words import Refused
from tests.footprint.published import line, shipped, study


def test_what_is_published_comes_back_equal_and_is_stored_once(database: Database) -> None:
    with database.write() as tx:
        first = publish(tx, shipped())
    with database.write() as tx:
        second = publish(tx, shipped())
    with database.read() as tx:
        found = stored_shelf(tx)

    assert (first, second) == (11, 0)
    assert set(shipped().factors.releases) == set(found.factors.releases)
    assert set(shipped().schemes) == set(found.schemes)
    assert [one.hash for one in shipped().factors.releases] == [one.hash for one in found.factors.releases]


def test_a_published_release_with_other_content_is_refused(database: Database) -> None:
    release = shipped().factors.releases[0]
    body = release.as_json()
    body["factors"][0]["value"] = "0.1"
    with database.write() as tx:
        publish(tx, shipped())

    with database.write() as tx, pytest.raises(Refused) as refused:
        publish_releases(tx, [read_release(body)])

    assert [("footprint.release_changed", release.id)] == [
        (reason.key, reason.values["id"]) for reason in refused.value.reasons
    ]


def test_a_release_published_later_is_on_the_shelf_at_once(database: Database) -> None:
    older, newer = shipped().factors.releases[:1], shipped().factors.releases[1:2]
    with database.write() as tx:
        publish_releases(tx, older)
        before = [one.id for one in stored_shelf(tx).factors.releases]
        publish_releases(tx, newer)
        after = [one.id for one in stored_shelf(tx).factors.releases]

    assert [one.id for one in older] == before
    assert [one.id for one in older + newer] == after


def test_a_changed_study_is_the_next_revision_and_an_equal_one_is_not(database: Database) -> None:
    with database.write() as tx:
        first = save_study(tx, case_id=7, study_=read(study()), by=3)
        same = save_study(tx, case_id=7, study_=read(study()), by=4)
        changed = save_study(tx, case_id=7, study_=read(study(declared="600")), by=4)
        other = save_study(tx, case_id=8, study_=read(study()), by=4)
    with database.read() as tx:
        latest, again = latest_study(tx, 7), get_study(tx, first.id)

    assert [(one.case_id, one.revision) for one in (first, same, changed, other)] == [(7, 1), (7, 1), (7, 2), (8, 1)]
    assert first.id == same.id
    assert changed == latest
    assert first == again


def test_a_recomputed_study_leaves_a_frozen_result_with_its_lines(database: Database) -> None:
    with database.write() as tx:
        publish(tx, shipped())
        saved = save_study(tx, case_id=7, study_=read(study(declared="530.6")), by=None)
        made = recompute(tx, study=saved, occasion="municipal_review", rule=Rule())
    with database.read() as tx:
        found = latest_result(tx, 7)

    assert found is not None
    assert made == found
    assert found.intact
    assert (found.declared, found.total, found.deviation, found.over) == (530.6, 577.7, -8.153, True)
    assert [one["kg"] for one in found.body["result"]["lines"]] == [577.7]
    assert [one["id"] for one in found.body["findings"]] == ["R01:declared"]
    assert list(found.release_hashes) == ["cn-electricity-footprint-2024"]


def test_both_databases_keep_every_result_and_the_same_hash_for_the_same_study(database: Database) -> None:
    with database.write() as tx:
        publish(tx, shipped())
        saved = save_study(tx, case_id=7, study_=read(study()), by=None)
        for occasion in ("municipal_review", "expert_evaluation"):
            recompute(tx, study=saved, occasion=occasion, rule=Rule())
    with database.read() as tx:
        found = results_of(tx, 7)
        none = results_of(tx, 8), latest_result(tx, 8)

    assert [one.occasion for one in found] == ["municipal_review", "expert_evaluation"]
    assert len({one.hash for one in found}) == 1
    assert none == ([], None)


def test_a_result_with_an_uncounted_line_confirms_nothing(database: Database) -> None:
    given = read(study(line(), line(id="x", unit="kg")))
    with database.write() as tx:
        publish(tx, shipped())
        made = recompute(tx, study=save_study(tx, case_id=7, study_=given, by=None), occasion="review", rule=Rule())

    assert (made.deviation, made.over) == (0.0, True)


def test_a_result_that_was_tampered_with_is_not_intact(database: Database) -> None:
    with database.write() as tx:
        publish(tx, shipped())
        saved = save_study(tx, case_id=7, study_=read(study()), by=None)
        made = recompute(tx, study=saved, occasion="review", rule=Rule())

    assert made.intact
    assert not replace(made, body={**made.body, "status": "clear."}).intact


def test_a_rule_comes_back_as_it_was_kept(database: Database) -> None:
    given = Rule(
        tolerance=Decimal("2.5"), blocks=("R01",), thresholds=thresholds({"large_line": "12.5", "old_years": 4}), draws=10000,
        requires=False,
    )  # fmt: skip
    with database.write() as tx:
        publish(tx, shipped())
        saved = save_study(tx, case_id=7, study_=read(study()), by=None)
        recompute(tx, study=saved, occasion="review", rule=given)
    with database.read() as tx:
        found = latest_result(tx, 7)

    assert found is not None
    assert read_rule(found.rule) == given
    assert (found.rule or {})["thresholds"] == {"large_line": "12.5", "old_years": "4"}


def test_a_result_without_a_rule_was_judged_by_the_program_s_own() -> None:
    assert read_rule(None) == Rule(Decimal(5))
