"""Scores had every expert been equally strict."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.evaluation.normalisation import normalise
from tests.evaluation.published import CATALYSTS, SHROUT_FLEISS

JUDGES = {case: {expert: int(mark) for expert, mark in enumerate(row)} for case, row in enumerate(SHROUT_FLEISS)}


def test_least_squares_is_the_intrablock_analysis_of_an_incomplete_block_design() -> None:
    """Montgomery 2001, table 4-22; a standard error of 0.4868 follows from his mean square of 0.65."""
    found = normalise(CATALYSTS, {}, "least_squares")
    reach = 2.5706 * 0.4868  # Student's t, 5 degrees of freedom

    assert [one.adjusted for one in found.cases] == pytest.approx([72.5 + part / 8 for part in (-9, -7, -4, 20)])
    assert (found.error_variance, found.freedom, found.components) == (pytest.approx(0.65), 5, 1)
    assert [one.high - one.adjusted for one in found.cases] == pytest.approx([reach] * 4, abs=1e-3)


def test_variances_are_those_of_the_published_mean_squares() -> None:
    """Shrout and Fleiss 1979: error 1.02; judges (32.49 - 1.02) / 6."""
    found = normalise(JUDGES, {})

    assert (found.error_variance, found.expert_variance) == (
        pytest.approx(1.0194, abs=1e-4),
        pytest.approx(5.2444, abs=1e-4),
    )


@pytest.mark.parametrize("model", ["least_squares", "empirical_bayes"])
def test_where_every_expert_marks_every_case_nothing_is_adjusted(model: Any) -> None:
    found = normalise(JUDGES, {}, model)

    assert [one.adjusted for one in found.cases] == pytest.approx([one.mean for one in found.cases])
    assert sum(one.effect for one in found.experts) == pytest.approx(0)


def test_the_published_score_stands_beside_the_adjusted_one() -> None:
    found = normalise(CATALYSTS, {1: Decimal("72.67"), 2: None})

    assert [one.score for one in found.cases] == [Decimal("72.67"), None, None, None]
    assert [one.mean for one in found.cases] == pytest.approx([218 / 3, 214 / 3, 72, 74])
    assert all(one.low < one.adjusted < one.high for one in found.cases)


def test_empirical_bayes_goes_part_of_the_way_of_least_squares() -> None:
    plain, shrunk = normalise(CATALYSTS, {}, "least_squares"), normalise(CATALYSTS, {})

    share = shrunk.experts[0].effect / plain.experts[0].effect  # every batch holds three catalysts: all shrink alike

    assert 0.5 < share < 1
    assert [one.effect for one in shrunk.experts] == pytest.approx([share * one.effect for one in plain.experts])
    for whole, part in zip(plain.cases, shrunk.cases, strict=True):
        assert part.adjusted == pytest.approx(part.mean + share * (whole.adjusted - whole.mean))


def test_strictness_that_was_put_in_is_found_again() -> None:
    chance = np.random.default_rng(5)
    worth, strict = chance.normal(70, 8, 60), chance.normal(0, 8, 12)
    totals = {
        case: {
            int(expert): Fraction(round(100 * (worth[case] + strict[expert] + chance.normal(0, 2))), 100)
            for expert in chance.choice(12, 5, replace=False)
        }
        for case in range(60)
    }
    found = normalise(totals, {})
    off = np.array([[one.mean - worth[one.case], one.adjusted - worth[one.case]] for one in found.cases])
    centred = off - off.mean(axis=0)

    assert centred[:, 1].std() < 0.6 * centred[:, 0].std()
    assert found.error_variance**0.5 == pytest.approx(2, rel=0.15)
    assert np.corrcoef([one.effect for one in found.experts], strict)[0, 1] > 0.98


def test_an_interval_holds_the_worth_of_a_case_as_often_as_it_says() -> None:
    chance = np.random.default_rng(11)
    held = []
    for _ in range(200):
        worth, strict = chance.normal(70, 8, 12), chance.normal(0, 4, 6)
        strict -= strict.mean()
        totals = {
            case: {int(one): Fraction(round(1000 * (worth[case] + strict[one] + chance.normal(0, 2))), 1000)
                   for one in chance.choice(6, 3, replace=False)}
            for case in range(12)
        }  # fmt: skip
        found = normalise(totals, {}, "least_squares")
        held += [one.low <= worth[one.case] <= one.high for one in found.cases if found.components == 1]

    assert 0.93 < np.mean(held) < 0.97


def test_cases_without_a_common_expert_are_told_apart() -> None:
    totals = {
        1: {1: 60, 2: 70},
        2: {1: 62, 2: 73},
        3: {8: 80, 9: 85},
        4: {8: 81, 9: 88},
        5: {},
    }
    found = normalise(totals, {}, "least_squares")

    assert [(one.case, one.component) for one in found.cases] == [(1, 0), (2, 0), (3, 1), (4, 1)]
    assert [one.component for one in found.experts] == [0, 0, 1, 1]
    assert found.components == 2
    assert found.cases[0].adjusted == pytest.approx(65)


def test_parts_of_a_panel_that_share_no_case_are_less_surely_compared() -> None:
    apart = {case: {expert + 4 * (case % 2): 60 + case + 6 * expert + case * expert % 3 for expert in range(4)}
             for case in range(8)}  # fmt: skip
    joined = {case: dict(enumerate(row.values())) for case, row in apart.items()}
    one, other = normalise(apart, {}), normalise(joined, {})

    assert (one.components, other.components) == (2, 1)
    assert one.cases[0].high - one.cases[0].low > 1.5 * (other.cases[0].high - other.cases[0].low)


def test_experts_who_do_not_differ_are_not_adjusted() -> None:
    totals = {case: {expert: 60 + case + (case + expert) % 2 for expert in (case % 3, 3, 4)} for case in range(6)}
    found = normalise(totals, {})

    assert found.expert_variance == 0
    assert [one.adjusted for one in found.cases] == [one.mean for one in found.cases]


def test_marks_that_the_model_explains_whole_are_adjusted_whole() -> None:
    totals = {
        case: {expert: 60 + 2 * case + 5 * expert for expert in range(4) if expert != case % 4} for case in range(8)
    }
    found = normalise(totals, {})

    assert [one.adjusted - found.cases[0].adjusted for one in found.cases] == pytest.approx([2 * at for at in range(8)])


@pytest.mark.parametrize("totals", [{}, {1: {1: 5}}, {1: {1: 5, 2: 6}}, {1: {1: 5}, 2: {1: 6}}])
def test_too_few_sheets_are_refused(totals: Any) -> None:
    with pytest.raises(ValueError, match="too few"):
        normalise(totals, {})


@given(
    st.lists(st.lists(st.integers(0, 100), min_size=4, max_size=4), min_size=4, max_size=8),
    st.integers(0, 30),
    st.sampled_from(["least_squares", "empirical_bayes"]),
    st.permutations(range(4)),
)
def test_adjusting_knows_no_zero_and_no_order(rows: list[list[int]], more: int, model: Any, order: list[int]) -> None:
    totals = {case: {at: mark for at, mark in enumerate(row) if at != case % 4} for case, row in enumerate(rows)}
    moved = {case: {order[at]: mark + more for at, mark in row.items()} for case, row in totals.items()}
    one, other = normalise(totals, {}, model), normalise(moved, {}, model)

    assert [case.adjusted + more for case in one.cases] == pytest.approx(
        [case.adjusted for case in other.cases], abs=1e-6
    )
