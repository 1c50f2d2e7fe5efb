"""What is promised of every way is proved, or told as the shortest story on which it breaks."""

from __future__ import annotations

import pytest

from caseflow.words import render
from caseflow.workflow.graph import starts, told
from caseflow.workflow.problems import Problem
from caseflow.workflow.proof.exploring import Watch, bounded_acts, explore
from tests.workflow import garden, test_check_registers

PROMISE = "{at_most_once: grant}"
WITHDRAW = "withdraw: {title: {zh: 撤回, en: Withdraw}, by: gardener,"


def said(promise: str, *changes: tuple[str, str], text: str = garden.TEXT) -> list[Problem]:
    """What is said of the example with this promise in the place of another."""
    return garden.problems(garden.changed((PROMISE, promise), *changes, text=text))


def rules(promise: str, *changes: tuple[str, str], text: str = garden.TEXT) -> list[str]:
    return [problem.rule for problem in said(promise, *changes, text=text)]


@pytest.mark.parametrize(
    "promise",
    [
        "{never: grant, before: {hold: plots}}",
        "{never: granting, until: {ended: shown}}",
        "{never: uphold, before: approve}",
        "{at_most_once: {commit: plots}}",
        "{at_most_once: granted}",
        "{never_both: [grant, refuse]}",
        "{never_both: [granted, refused, withdrawn]}",
        "{after: approve, eventually: [granted, refused, withdrawn]}",
        "{after: return, eventually: [resubmit, withdraw]}",
        "{after: {hold: plots}, eventually: [{commit: plots}, {release: plots}]}",
        "{never: withdraw, while: granted}",
        "{never: submit, while: {held: plots}}",
        "{different_person: [submit, close]}",
    ],
)
def test_a_promise_that_holds_on_every_way_is_proved(promise: str) -> None:
    assert rules(promise) == []


@pytest.mark.parametrize(
    ("promise", "rule", "way"),
    [
        ("{never: refuse, before: {hold: plots}}", "always_broken", "drafting —submit→ review —refuse→ refused"),
        ("{never: review, until: {ended: shown}}", "always_too_early", "drafting —submit→ review"),
        ("{at_most_once: {count: asked}}", None, ""),
        ("{at_most_once: review}", "more_than_once", "drafting —submit→ review —return→ correcting —resubmit→ review"),
        ("{never_both: [return, refuse]}", "always_both",
            "drafting —submit→ review —return→ correcting —resubmit→ review —refuse→ refused"),
        ("{after: submit, eventually: [approve, refuse]}", "always_never_done", "drafting —submit→ review —withdraw→ withdrawn"),
        ("{never: withdraw, while: review}", "always_meanwhile", "drafting —submit→ review —withdraw→ withdrawn"),
        ("{never: uphold, while: {held: plots}}", "always_meanwhile",
            "drafting —submit→ review —approve→ shown —uphold→ refused"),
        ("{different_person: [approve, return]}", "always_same_person",
            "drafting —submit→ review —return→ correcting —resubmit→ review —approve→ shown"),
    ],
)  # fmt: skip
def test_a_promise_that_breaks_is_told_with_the_shortest_way(promise: str, rule: str | None, way: str) -> None:
    found = said(promise)

    assert [problem.rule for problem in found] == ([] if rule is None else [rule])
    assert [problem.message.values["way"] for problem in found] == ([] if rule is None else [way])


def test_the_story_is_told_in_titles_and_in_both_languages() -> None:
    (problem,) = said("{after: submit, eventually: [approve, refuse]}")

    assert render(problem.message, "zh") == (
        "“提交”之后，未经“通过、不通过”也能办结：\n    1. 申请人在“填报中”环节办理“提交”，进入“审核”"
        "\n    2. 申请人在“审核”环节办理“撤回”，进入“已撤回”"
    )
    assert render(problem.message, "en") == (
        "after “Submit” a case can end without any of “Approve, Refuse”:\n    1. Gardener: “Submit” in “Draft”, on to “Review”"
        "\n    2. Gardener: “Withdraw” in “Review”, on to “Withdrawn”"
    )


def test_a_publicity_that_is_shown_anew_has_not_ended() -> None:
    again = (
        "      grant: {title",
        "      again: {title: {zh: 重新公示, en: Show again}, to: shown}\n      grant: {title",
    )
    skip = ("      uphold: {title", "      skip: {title: {zh: 直接批准, en: Skip}, to: granting}\n      uphold: {title")

    assert rules("{never: grant, until: {ended: shown}}", again) == []
    assert rules("{never: grant, until: {ended: shown}}", again, skip) == ["always_too_early"]


def test_what_happened_before_does_not_settle_what_is_owed_after() -> None:
    """Resubmitting after the first return does not do for the second."""
    free = ("        at_most: 1\n        beyond: sign_off\n", "")
    leave = (WITHDRAW, "withdraw: {title: {zh: 撤回, en: Withdraw}, by: [gardener, clerk],")
    (problem,) = said("{after: return, eventually: resubmit}", free, leave)

    assert problem.rule == "always_never_done"
    assert problem.message.values["way"] == "drafting —submit→ review —return→ correcting —withdraw→ withdrawn"


def test_a_bound_keeps_a_promise_and_is_not_taken_for_more_than_it_is() -> None:
    once = ("        beyond: sign_off\n", "        beyond: refuse\n")

    assert rules("{at_most_once: return}", once) == []
    assert rules("{at_most_once: return}") == ["more_than_once"]


def test_four_eyes_are_proved_by_not_by_or_by_roles_that_are_kept_apart() -> None:
    promise = "{different_person: [return, grant]}"
    apart = ("\nalways:", "\nnever_both: [{roles: [clerk, council], basis: 镇规}]\n\nalways:")
    not_by = ("grant: {title: {zh: 批准, en: Grant},", "grant: {title: {zh: 批准, en: Grant}, not_by: return,")

    assert rules(promise) == ["always_same_person"]
    assert rules(promise, apart) == []
    assert rules(promise, not_by) == []


@pytest.mark.parametrize(
    ("promise", "found"),
    [
        ("{never: finish, while: {valid: built}}", ["always_meanwhile"]),
        ("{never: approve, while: {valid: built}}", []),
        ("{never: finish, while: {withdrawn: built}}", []),
        ("{never: finish, while: {withdrawn: biult}}", ["unknown_register"]),
        ("{never: finish, while: {gone: built}}", ["always_shape"]),
        ("{at_most_once: {register_issue: built}}", []),
    ],
)
def test_the_status_of_the_own_entry_is_followed(promise: str, found: list[str]) -> None:
    own = "{never: built, before: approve"
    text = garden.changed((own, f"{promise}\n  - {own}"), text=test_check_registers.TEXT)

    assert [problem.rule for problem in garden.problems(text)] == found


@pytest.mark.parametrize(
    ("promise", "rule"),
    [
        ("{never: grant}", "always_shape"),
        ("{never: grant, before: shown, at_most_once: grant}", "always_shape"),
        ("{never_both: [grant]}", "always_shape"),
        ("{at_most_once: {commit: plots, hold: plots}}", "always_shape"),
        ("{never: grnat, before: shown}", "unknown_action"),
        ("{never: grant, until: {ended: review}}", "unknown_state"),
        ("{at_most_once: {commit: plot}}", "unknown_quota"),
        ("{at_most_once: {comit: plots}}", "unknown_effect"),
        ("{never: grant, while: shwon}", "unknown_state"),
        ("{different_person: [grant, shown]}", "unknown_action"),
    ],
)
def test_a_promise_that_cannot_be_meant_is_refused(promise: str, rule: str) -> None:
    assert rules(promise) == [rule]


def test_beyond_the_bound_nothing_counts_as_proved() -> None:
    definition = garden.garden()
    watch = Watch(("grant",), ("plots",), (), bounded_acts(definition))
    all_of_it = explore(definition, watch, starts(definition))
    some = explore(definition, watch, starts(definition), most=5)

    assert (all_of_it.decided, some.decided) == (True, False)
    assert len(some.before) == 5


def test_the_way_to_a_scene_is_the_shortest() -> None:
    definition = garden.garden()
    found = explore(definition, Watch(), starts(definition))
    ways = {scene.spot.state: told(found.way(scene)) for scene in found.before if scene.spot.origin is None}

    assert ways["granted"] == "drafting —submit→ review —approve→ shown —close→ granting —grant→ granted"
