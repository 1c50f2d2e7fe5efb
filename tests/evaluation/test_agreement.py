"""Agreement among experts, held against the worked examples of those who devised the coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.evaluation.agreement import krippendorff, meetings, shrout_fleiss
from caseflow.evaluation.agreement_interval import interval
from tests.evaluation.published import (
    KRIPPENDORFF,
    KRIPPENDORFF_ALPHAS,
    SHROUT_FLEISS,
    SHROUT_FLEISS_FORMS,
    THREE_CODERS,
)

LEVELS: tuple[Any, ...] = ("nominal", "ordinal", "interval", "ratio")


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_what_krippendorff_published(level: Any) -> None:
    found = krippendorff(KRIPPENDORFF, level)

    assert found.value is not None
    assert round(found.value, 3) == KRIPPENDORFF_ALPHAS[level]
    assert (found.units, found.pairable) == (11, 40)


def test_alpha_of_three_coders_with_many_gaps_is_as_published() -> None:
    nominal, interval = (krippendorff(THREE_CODERS, level) for level in ("nominal", "interval"))

    assert (round(nominal.value or 0, 3), round(interval.value or 0, 3)) == (0.691, 0.811)
    assert (nominal.units, nominal.pairable) == (12, 26)


@pytest.mark.parametrize("values", [KRIPPENDORFF, THREE_CODERS])
@pytest.mark.parametrize("level", LEVELS)
def test_the_interval_of_alpha_is_that_of_a_mean_of_as_many_pairs_as_were_observed(values: Any, level: Any) -> None:
    """The mean of M pairs drawn with the observed chances has a known spread; the ends lie near its normal ends."""
    met, alpha = meetings(values, level), krippendorff(values, level).value
    assert met is not None
    assert alpha is not None
    chances = met.coincidences / met.pairable
    spread = ((chances * met.distance**2).sum() - met.observed**2) ** 0.5 / met.expected / met.pairs**0.5
    ends = interval(values, level)

    assert met.pairs == {40: 55, 26: 16}[int(met.pairable)]
    assert ends is not None
    assert -1 <= ends[0] <= alpha <= ends[1] <= 1
    assert ends[0] == pytest.approx(alpha - 1.96 * spread, abs=0.1)
    assert ends[1] == pytest.approx(min(1, alpha + 1.96 * spread), abs=0.1)


def test_the_same_seed_gives_the_same_interval_and_more_certainty_a_wider_one() -> None:
    once, again = (interval(KRIPPENDORFF, "interval") for _ in range(2))
    other = interval(KRIPPENDORFF, "interval", seed=1)
    wide = interval(KRIPPENDORFF, "interval", inside=0.99)

    assert once == again == (0.7087662337662337, 0.9493506493506494)
    assert other != once
    assert wide is not None
    assert once is not None
    assert wide[0] < once[0] < once[1] <= wide[1]


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([[1.0, 1], [2, 2], [5, 5]], (0.0, 1.0)),  # three pairs alike: some samples hold one value alone
        ([[float(one), one] for one in range(40)], (1.0, 1.0)),
        ([[3.0, 3], [3, 3]], None),
        ([[1.0, np.nan]], None),
    ],
)
def test_an_interval_of_experts_who_agree_throughout(values: Any, ends: Any) -> None:
    assert interval(np.array(values), "interval") == ends


@pytest.mark.parametrize("level", LEVELS)
def test_experts_who_agree_throughout_have_alpha_one(level: Any) -> None:
    assert krippendorff(np.array([[1.0, 1], [2, 2], [5, 5]]), level).value == 1


@pytest.mark.parametrize("values", [[[3.0, 3], [3, 3]], [[1.0, np.nan], [np.nan, 2]], np.empty((0, 0))])
def test_where_nothing_varies_or_nothing_pairs_there_is_no_alpha(values: Any) -> None:
    assert krippendorff(np.array(values), "interval").value is None


@pytest.mark.parametrize("rows", [[[1, 2, 3], [2, 3, 1], [3, 1, 2]], [[1, 2], [2, 1], [1.5, 1.5]]])
def test_where_cases_and_experts_are_alike_on_average_no_interval_is_told(rows: list[list[float]]) -> None:
    found = shrout_fleiss(np.array(rows, dtype=np.float64))

    assert (found.between_cases, found.between_experts, found.residual > 0) == (0, 0, True)
    assert [(found.form(name).low, found.form(name).high) for name in ("2,1", "2,k")] == [(None, None)] * 2


def test_zero_is_a_mark_on_a_ratio_scale() -> None:
    found = krippendorff(np.array([[0.0, 0], [4, 4], [0, 4]]), "ratio")

    assert found.value == pytest.approx(1 - (1 / 3) / (18 / 30))


MARKS = st.lists(
    st.lists(st.integers(0, 4).map(float) | st.just(np.nan), min_size=3, max_size=3), min_size=2, max_size=8
)


@given(MARKS, st.sampled_from(LEVELS), st.permutations(range(3)))
def test_alpha_knows_no_order_of_experts_or_cases(marks: list[list[float]], level: Any, order: list[int]) -> None:
    values = np.array(marks)
    one, other = krippendorff(values, level), krippendorff(values[::-1, order], level)

    assert one.value == pytest.approx(other.value)
    assert one.value is None or one.value <= 1 + 1e-12


@given(MARKS, st.integers(1, 50))
def test_alpha_on_an_interval_scale_does_not_move_with_its_zero(marks: list[list[float]], more: int) -> None:
    values = np.array(marks)

    assert krippendorff(values + more, "interval").value == pytest.approx(krippendorff(values, "interval").value)


@pytest.mark.parametrize("form", SHROUT_FLEISS_FORMS)
def test_the_intraclass_correlations_are_those_of_shrout_and_fleiss(form: Any) -> None:
    value, low, high, f, df1, df2 = SHROUT_FLEISS_FORMS[form]
    found = shrout_fleiss(SHROUT_FLEISS).form(form)

    assert round(found.value or 0, 2) == value
    assert (round(found.low or 0, 3), round(found.high or 0, 3)) == (low, high)
    assert (round(found.f or 0, 2), found.df1, found.df2) == (f, df1, df2)


def test_their_mean_squares_and_tests_are_as_published() -> None:
    found = shrout_fleiss(SHROUT_FLEISS)
    squares = (found.between_cases, found.within_cases, found.between_experts, found.residual)

    assert [round(one, 2) for one in squares] == [11.24, 6.26, 32.49, 1.02]
    assert (round(found.form("1,1").p or 0, 6), round(found.form("3,k").p or 0, 6)) == (0.164769, 0.000135)


def test_a_case_that_lacks_a_mark_is_left_out_and_counted() -> None:
    more = np.vstack([SHROUT_FLEISS, [1, np.nan, 3, 4]])
    found = shrout_fleiss(more)

    assert (found.cases, found.left_out, found.experts) == (6, 1, 4)
    assert found.forms == shrout_fleiss(SHROUT_FLEISS).forms


def test_experts_who_differ_only_in_strictness_are_consistent_but_do_not_agree() -> None:
    found = shrout_fleiss(np.array([[60.1, 70.1], [65.1, 75.1], [80.1, 90.1]]))
    absolute, consistent = found.form("2,1"), found.form("3,1")

    assert (consistent.value, consistent.f, consistent.p, consistent.low) == (1, None, None, None)
    assert absolute.value is not None
    assert 0.6 < absolute.value < 0.75


def test_equal_marks_throughout_have_no_correlation() -> None:
    found = shrout_fleiss(np.full((3, 3), 0.1))

    assert {(one.value, one.f, one.low, one.high) for one in found.forms} == {(None, None, None, None)}


@pytest.mark.parametrize("values", [[[1.0, 2]], [[1.0], [2]], [[1.0, np.nan], [2, 3]]])
def test_less_than_two_complete_cases_or_experts_are_refused(values: Any) -> None:
    with pytest.raises(ValueError, match="two of each"):
        shrout_fleiss(np.array(values))


TABLES = st.lists(st.lists(st.integers(0, 30).map(float), min_size=3, max_size=3), min_size=3, max_size=9)


@given(TABLES, st.integers(-20, 20), st.permutations(range(3)))
def test_a_correlation_moves_neither_with_the_zero_nor_with_the_order(
    marks: list[list[float]], more: int, order: list[int]
) -> None:
    values = np.array(marks)
    one, other = shrout_fleiss(values), shrout_fleiss((values + more)[:, order])

    for form, same in zip(one.forms, other.forms, strict=True):
        assert form.value == pytest.approx(same.value, abs=1e-9)
        assert form.low is None or form.high is None or form.value is None or form.low <= form.value <= form.high
