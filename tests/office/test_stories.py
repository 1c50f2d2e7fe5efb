"""Stories written in YAML become dated steps in their order."""

from __future__ import annotations

from datetime import date

import pytest

from caseflow import clock
from caseflow.office import stories
from tests.office.stage import Stage

TODAY = date(2026, 10, 20)
DATA = {
    "roads": {"far": ["near", {"do": "third", "wait": 2}], "near": [{"do": "first"}, {"do": "second", "wait": 1}]},
    "stories": {
        "slow": {"begins": "-20d", "road": ["far", {"do": "last", "day": "$end"}], "end": "-5d"},
        "fixed": {"begins": "2026-10-01", "road": []},
    },
}
PEOPLE = {
    "companies": {"mill": {"at": "west"}},
    "people": [
        {"login": "clerk-east", "at": "east", "role": "clerk"},
        {"login": "clerk-west", "at": "west", "role": ["clerk", "reader"]},
        {"login": "miller", "at": "mill", "role": "applicant"},
        {"login": "chief", "at": "office", "role": "chief"},
    ],
}


def test_steps_of_all_stories_come_in_the_order_of_their_days(stage: Stage) -> None:
    steps = stories.timeline(DATA, TODAY, stage.ground.calendars["mainland-china"])

    assert [(step.story, step.number, step.data.get("do")) for step in steps] == [
        ("slow", 0, None),
        ("slow", 1, "first"),
        ("slow", 2, "second"),
        ("fixed", 0, None),
        ("slow", 3, "third"),
        ("slow", 4, "last"),
    ]
    assert [step.moment for step in steps] == sorted({step.moment for step in steps})


def test_what_falls_on_a_day_off_is_done_on_the_working_day_before(stage: Stage) -> None:
    steps = stories.timeline(DATA, TODAY, stage.ground.calendars["mainland-china"])

    assert [clock.local_date(step.moment).isoformat() for step in steps] == [
        "2026-09-30", "2026-09-30", "2026-09-30", "2026-09-30", "2026-09-30", "2026-10-15",
    ]  # fmt: skip


def test_names_and_places_are_filled_in_wherever_they_stand() -> None:
    names = {"cases": ["$one", "b"], "one": "a"}

    assert stories.filled(
        {"x": "$cases", "y": ["{unit}的{product}"], "z": 3}, names, {"unit": "甲", "product": "焦炭"}
    ) == {
        "x": ["a", "b"],
        "y": ["甲的焦炭"],
        "z": 3,
    }


def test_a_day_counted_from_the_day_of_the_demonstration_stands_wherever_it_is_written() -> None:
    said = {"due_on": "@+3d", "rows": [{"due": "@-10d"}], "matter": "@+3d 之前", "limit": 3}

    assert stories.dated_from(said, TODAY) == {
        "due_on": "2026-10-23",
        "rows": [{"due": "2026-10-10"}],
        "matter": "@+3d 之前",
        "limit": 3,
    }


@pytest.mark.parametrize(("value", "names"), [("$lost", {}), ("$one", {"one": "$one"})])
def test_a_name_that_stands_for_nothing_or_for_itself_is_told(value: str, names: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        stories.filled(value, names, {})


@pytest.mark.parametrize(
    ("story", "name", "expected"),
    [
        ({"company": "mill"}, "applicant", "miller"),
        ({"company": "mill"}, "clerk", "clerk-west"),
        ({"company": "mill"}, "chief", "chief"),
        ({"opener": "clerk-east"}, "clerk", "clerk-east"),
        ({"opener": "clerk-east"}, "miller", "miller"),
    ],
)
def test_a_role_is_that_of_somebody_near_the_story(story: dict[str, str], name: str, expected: str) -> None:
    assert stories.login(PEOPLE, story, name) == expected
    assert stories.opener(PEOPLE, story) == story.get("opener", "miller")


def test_a_role_that_nobody_holds_is_told() -> None:
    with pytest.raises(LookupError, match="judge"):
        stories.login(PEOPLE, {"company": "mill"}, "judge")
