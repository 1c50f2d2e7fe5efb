"""From totals to one score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.evaluation.ranking import Entry, ranking
from caseflow.evaluation.scoring import Mark, Method, Rule, aggregate, exact, half_up, median

MEAN = Rule("mean", 0, 0, 7, 1, 4)
MEDIAN = Rule("median", 0, 0, 7, 1, 2)
TRIMMED = Rule("trimmed_mean", 1, 1, 7, 5, 2)

POINTS = st.integers(0, 100) | st.decimals(0, 100, places=1)
PANELS = st.lists(POINTS, min_size=5, max_size=12)
RULES = st.builds(
    Rule,
    st.sampled_from(["mean", "trimmed_mean", "median"]),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(5, 8),
    st.integers(1, 5),
    st.integers(0, 3),
)


def test_the_trimmed_mean_is_that_of_the_nag_library() -> None:
    """NAG Library, g07ddc/g07ddf, example: 16 values, 15 % off either end (2 values), trimmed mean 8.8333."""
    values = [26, 12, 9, 2, 5, 6, 8, 14, 7, 3, 1, 11, 10, 4, 17, 21]
    found = aggregate(values, Rule("trimmed_mean", 2, 2, 5, 1, 4))

    assert found.score == Decimal("8.8333")
    assert found.dropped == (1, 2, 21, 26)


def test_the_trimmed_mean_is_that_of_r() -> None:
    """R base, help(mean): c(0:10, 50) has mean 8.75, and 5.50 with trim = 0.10 (1 value off either end)."""
    values = [*range(11), 50]

    assert aggregate(values, MEAN).score == Decimal("8.75")
    assert aggregate(values, Rule("trimmed_mean", 1, 1, 3, 1, 2)).score == Decimal("5.50")


def test_nothing_is_dropped_below_the_number_the_rule_names() -> None:
    few, enough = aggregate([60, 70, 80, 90, 100, 100], TRIMMED), aggregate([60, 70, 80, 90, 100, 100, 10], TRIMMED)

    assert (few.score, few.dropped) == (Decimal("83.33"), ())
    assert (enough.score, enough.dropped) == (Decimal("80.00"), (10, 100))


def test_highest_and_lowest_are_dropped_each_by_its_own_number() -> None:
    found = aggregate([10, 60, 70, 80, 90], Rule("trimmed_mean", 2, 1, 5, 1, 2))

    assert (found.used, found.dropped, found.score) == ((60, 70), (10, 80, 90), Decimal("65.00"))


def test_too_few_totals_are_no_score() -> None:
    found = aggregate([60, 70, 80, 90], TRIMMED)

    assert (found.score, found.used, found.unrounded) == (None, (60, 70, 80, 90), None)


@pytest.mark.parametrize(
    ("totals", "expected"), [([1, 9, 5], "5.00"), ([1, 9, 5, 6], "5.50"), ([Decimal("0.1"), Fraction(1, 3)], "0.22")]
)
def test_the_median_is_the_middle_or_the_mean_of_the_middle_two(totals: list[Mark], expected: str) -> None:
    assert aggregate(totals, MEDIAN).score == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(1249, 10000), 2, "0.12"),
        (Fraction(2675, 1000), 2, "2.68"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Fraction(2, 3), 4, "0.6667"),
    ],
)
def test_a_half_is_rounded_up_and_a_figure_keeps_its_places(value: Fraction, decimals: int, expected: str) -> None:
    assert str(half_up(value, decimals)) == expected


@pytest.mark.parametrize("wrong", [0.5, Decimal("NaN"), Decimal("Infinity"), "7", None])
def test_only_an_exact_number_is_a_mark(wrong: Any) -> None:
    with pytest.raises(ValueError):
        exact(wrong)


@pytest.mark.parametrize(
    "wrong", [{"trim_from": 2}, {"drop_low": -1}, {"min_scores": 0}, {"decimals": -1}], ids=lambda one: next(iter(one))
)
def test_a_rule_that_could_leave_nothing_is_refused(wrong: dict[str, int]) -> None:
    good: dict[str, Any] = {"drop_high": 1, "drop_low": 1, "trim_from": 7, "min_scores": 5, "decimals": 2}
    with pytest.raises(ValueError):
        Rule("trimmed_mean", **(good | wrong))


def test_places_skip_after_equal_scores_and_stop_before_no_score() -> None:
    scores = {1: Decimal(80), 2: Decimal(90), 3: None, 4: Decimal(80), 5: Decimal(70)}
    found = ranking(Entry(key, "", score) for key, score in scores.items())

    assert [(one.key, one.place) for one in found] == [(2, 1), (1, 2), (4, 2), (5, 4), (3, None)]


@given(PANELS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_experts_does_not_matter(totals: list[Mark], rule: Rule, chance: Any) -> None:
    mixed = list(totals)
    chance.shuffle(mixed)

    assert aggregate(mixed, rule) == aggregate(totals, rule)


@given(PANELS, RULES, st.integers(0, 50))
def test_the_same_points_more_from_everybody_are_as_many_points_more(totals: list[Mark], rule: Rule, more: int) -> None:
    before, after = aggregate(totals, rule), aggregate([one + more for one in totals], rule)

    assert before.unrounded is not None
    assert after.unrounded == before.unrounded + more


@given(PANELS, RULES, st.integers(0, 11), st.integers(1, 40))
def test_a_higher_total_never_lowers_a_score(totals: list[Mark], rule: Rule, which: int, more: int) -> None:
    raised = list(totals)
    raised[which % len(totals)] += more
    before, after = aggregate(totals, rule).score, aggregate(raised, rule).score

    assert before is not None
    assert after is not None
    assert after >= before


@given(PANELS, RULES)
def test_a_score_lies_among_the_totals_that_count(totals: list[Mark], rule: Rule) -> None:
    found = aggregate(totals, rule)

    assert found.unrounded is not None
    assert min(map(exact, found.used)) <= found.unrounded <= max(map(exact, found.used))
    assert sorted(map(exact, found.used + found.dropped)) == sorted(map(exact, totals))


@given(PANELS)
def test_a_trimmed_mean_is_deaf_to_how_far_out_the_outermost_lie(totals: list[Mark]) -> None:
    rule = Rule("trimmed_mean", 1, 1, 5, 1, 2)
    ordered = sorted(totals, key=exact)
    further = [0, *ordered[1:-1], 1000]

    assert aggregate(further, rule).score == aggregate(totals, rule).score


@given(st.lists(POINTS, min_size=1, max_size=9), st.sampled_from(["mean", "median"]))
def test_of_equal_totals_every_method_gives_that_total(totals: list[Mark], method: Method) -> None:
    equal = [totals[0]] * len(totals)

    assert aggregate(equal, Rule(method, 0, 0, 7, 1, 1)).unrounded == exact(totals[0])


@given(st.lists(POINTS, min_size=1, max_size=9))
def test_half_of_the_marks_lie_on_either_side_of_the_median(marks: list[Mark]) -> None:
    middle = median(marks)

    assert sum(exact(mark) < middle for mark in marks) <= len(marks) / 2
    assert sum(exact(mark) > middle for mark in marks) <= len(marks) / 2
