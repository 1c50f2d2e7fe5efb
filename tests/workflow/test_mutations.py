"""A mistake in a shipped workflow is refused, or changes nothing that anybody may do or must do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import shipped
from tests.office.stage import built
from tests.workflow import mutations, sheets
from tests.workflow.mutations import Mutant, Way
from tests.workflow.verdicts import Court, court_of, table

SEED = 344


@pytest.fixture(scope="module")
def court(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("mutations")) as stage, stage.database.write() as tx:
        yield court_of(tx, stage)


def changed(court: Court, stem: str, old: str, new: str) -> Mutant:
    before = court.texts[stem]
    assert before.count(old) >= 1, old
    after = before.replace(old, new, 1)
    return Mutant(stem, "by hand", place_of(before, after), after, old, new)


def place_of(before: str, after: str) -> Way:
    """Where two files first say different things; nowhere where one of them is none."""
    with suppress(yaml.YAMLError):
        return next(_differing((), yaml.safe_load(before), yaml.safe_load(after)), ())
    return ()


def _differing(place: Way, one: Any, other: Any) -> Iterator[Way]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() & other.keys():
            yield from _differing((*place, key), one[key], other[key])
        yield from ((*place, key) for key in one.keys() ^ other.keys())
    elif one != other:
        yield place


@pytest.mark.parametrize(
    ("by", "stem", "old", "new"),
    [
        ("reader", "pilot-common", "      submit:\n", "      submit:\n      submit:\n"),
        ("reader", "pilot-common", "        style: primary\n", "        stile: primary\n"),
        ("check", "pilot-common", "    holder: applicant\n", "    holder: applicants\n"),
        ("check", "municipal-submission", "    persons: true\n", ""),
        ("check", "pilot-common", "then: [freeze: dossier, issue: annex_2]", "then: [issue: annex_2, freeze: dossier]"),
        ("proof", "pilot-list", "never: announce, before: publicity", "never: publicity, before: announce"),
        ("procedure tests", "pilot-municipal", "sign_off: [municipal_head, municipal_leader]", "sign_off: [municipal_head]"),
        ("file tests", "pilot-selection", "text) || today > case.", "text) && today > case."),
        ("the same", "pilot-common", "    private: true\n", "    private: true  # 草稿\n"),
        ("words", "pilot-common", "zh: 删除草稿", "zh: 删去草稿"),
        ("room", "pilot-selection", "label: {zh: 理由, en: Reason}, max_characters: 300", "label: {zh: 理由, en: Reason}, max_characters: 301"),
        ("file tests", "pilot-list", "limit: 10 workdays", "limit: 11 workdays"),
        ("file tests", "pilot-municipal", "then: [issue: correction_notice]", "then: [issue: correction_receipt]"),
        ("file tests", "pilot-selection", "label: {zh: 理由, en: Reason}, required: true", "label: {zh: 理由, en: Reason}"),
        ("file tests", "pilot-list", "    outcome: neutral", "    outcome: negative"),
        ("order", "pilot-implementation", "then: [close_duty: report, issue: progress_report]", "then: [issue: progress_report, close_duty: report]"),
        ("sheet", "pilot-list", "retention: 10 years", "retention: 11 years"),
    ],
)  # fmt: skip
def test_a_defect_made_by_hand_is_judged_as_expected(court: Court, by: str, stem: str, old: str, new: str) -> None:
    assert court.judge(changed(court, stem, old, new), most=3).by == by


def test_a_defect_of_one_workflow_leaves_nothing_behind_for_the_next(court: Court) -> None:
    """The number of a published version that is undone is given again."""
    first = changed(court, "review-meeting-preparation", "        to: called_off\n", "")
    second = changed(
        court, "pilot-list", "label: {zh: 修改原因, en: Reason}, required: true", "label: {zh: 修改原因, en: Reason}"
    )

    assert [court.judge(one, most=3).by for one in (first, second, first)] == ["file tests"] * 3


def test_a_file_that_is_only_written_out_again_says_the_same(court: Court) -> None:
    for stem, file in mutations.files(court.texts).items():
        again = Mutant(stem, "none", (), mutations.written(file.data), "", "")

        assert (stem, court.judge(again, most=0).by) == (stem, "the same")


def test_the_same_seed_gives_the_same_defects_and_none_twice(court: Court) -> None:
    made = mutations.mutants(court.texts, SEED, 80)

    assert made == mutations.mutants(court.texts, SEED, 80)
    assert made != mutations.mutants(court.texts, SEED + 1, 80)
    assert len({(one.stem, one.text) for one in made}) == 80
    assert all(one.text != court.texts[one.stem] for one in made)


def test_every_operator_finds_places_for_its_mistake(court: Court) -> None:
    made = mutations.mutants(court.texts, SEED, len(mutations.OPERATORS))

    assert [one.operator for one in made] == list(mutations.OPERATORS)


def test_each_of_a_sample_of_defects_is_refused_or_harmless(court: Court) -> None:
    """``make test-long`` goes on to twelve hundred, and plays the files' tests too."""
    verdicts = [(one, court.judge(one, most=0)) for one in mutations.mutants(court.texts, SEED, 150)]

    assert [str(one) for one, verdict in verdicts if not (verdict.refused or verdict.harmless)] == []
    assert sum(verdict.by in ("reader", "check", "proof") for _, verdict in verdicts) > 60


@pytest.mark.long
def test_each_of_twelve_hundred_defects_is_refused_or_harmless(court: Court) -> None:
    """Prints the table of docs/mutations.md (``-s``)."""
    verdicts = [(one, court.judge(one, most=25)) for one in mutations.mutants(court.texts, SEED, 1200)]
    print(table([(one.operator, verdict.by) for one, verdict in verdicts]))  # noqa: T201 -- what the run is for

    assert [str(one) for one, verdict in verdicts if not (verdict.refused or verdict.harmless)] == []


@pytest.mark.parametrize("name", shipped.EVERY)
def test_what_is_in_force_is_what_was_accepted(name: str) -> None:
    """Whoever means to change a procedure runs ``python -m tests.workflow.sheets`` and looks at the difference."""
    accepted = (sheets.FOLDER / f"{name}.txt").read_text("utf-8")

    assert sheets.sheet(shipped.everything()[name]).splitlines() == accepted.splitlines()
