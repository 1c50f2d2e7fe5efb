"""How each expert marks beside the others, and a practice sheet beside its example."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.evaluation.calibration import Calibration, Gap, calibrate
from caseflow.evaluation.diagnostics import Outlier, diagnose, outliers
from caseflow.evaluation.scoring import Rule
from caseflow.evaluation.sheets import Criterion, Scheme, Sheet
from caseflow.evaluation.table import marks, table, totals

SCHEME = Scheme((Criterion("new", maximum=10), Criterion("sound", maximum=10)), Rule("mean", 0, 0, 7, 1, 2))
SHEETS = {
    1: [Sheet(1, {"new": 5, "sound": 5}), Sheet(2, {"new": 6, "sound": 6}), Sheet(3, {"new": 0, "sound": 2})],
    2: [Sheet(1, {"new": 7, "sound": 7}), Sheet(2, {"new": 8, "sound": 8}), Sheet(3, {"new": 10, "sound": 10})],
    3: [Sheet(1, {"new": 6, "sound": 6}), Sheet(2, {"new": 7, "sound": 7}), Sheet(3, {}, "employed there once")],
    4: [Sheet(4, {"new": 1, "sound": 1})],
}
"""Totals 10 12 2, 14 16 20, 12 14 -, and 2 of an expert alone."""


def test_severity_is_the_mean_distance_from_the_others_on_the_same_cases() -> None:
    found = {one.expert: one for one in diagnose(SHEETS, SCHEME, 8).profiles}

    assert found[1].severity == pytest.approx(((10 - 7) + (14 - 18) + (12 - 14)) / 3)
    assert found[2].severity == pytest.approx(((12 - 6) + (16 - 17) + (14 - 12)) / 3)
    assert found[3].severity == pytest.approx(((2 - 11) + (20 - 15)) / 2)
    assert found[4].severity is None


def test_an_interval_of_severity_says_when_it_may_be_chance() -> None:
    """Student's t with 2 degrees of freedom: 4.303; deviations 3, -4, -2 have a standard deviation of 3.606."""
    one = diagnose(SHEETS, SCHEME, 8).profiles[0]

    assert one.severity_low == pytest.approx(-1 - 4.303 * 3.606 / 3**0.5, abs=1e-2)
    assert one.severity_high == pytest.approx(-1 + 4.303 * 3.606 / 3**0.5, abs=1e-2)


def test_spread_and_correlation_show_who_uses_the_scale_and_who_orders_otherwise() -> None:
    found = {one.expert: one for one in diagnose(SHEETS, SCHEME, 8).profiles}

    assert found[1].spread == pytest.approx(2)
    assert found[3].spread == pytest.approx((162) ** 0.5)
    assert found[3].others_spread == pytest.approx(8**0.5)
    assert found[1].others_spread == pytest.approx(((4 + 162) / 2) ** 0.5)
    assert found[2].correlation == pytest.approx(22 / (8 * 182 / 3) ** 0.5)
    assert (found[3].correlation, found[4].spread, found[4].others_spread) == (None, None, None)


def test_marks_at_either_end_of_a_criterion_and_abstentions_are_counted() -> None:
    one = diagnose(SHEETS, SCHEME, 8).profiles[2]

    assert (one.lowest_marks, one.highest_marks, one.marks) == (1, 2, 4)
    assert (one.sheets, one.abstained, one.outliers) == (2, 1, 1)


def test_an_outlier_lies_further_from_the_others_median_than_the_distance_says() -> None:
    found = diagnose(SHEETS, SCHEME, 8)

    assert found.outliers == (Outlier(1, 3, 2, Fraction(11), Fraction(-9)),)
    assert outliers(totals(SHEETS, SCHEME), 9) == ()
    assert [(one.case, one.expert) for one in outliers(totals(SHEETS, SCHEME), Decimal("4.9"))] == [
        (1, 3),
        (1, 2),
        (2, 3),
    ]


def test_two_experts_alone_are_no_outliers_of_each_other() -> None:
    assert outliers({1: {1: 0, 2: 100}}, 5) == ()


def test_an_expert_who_only_abstained_is_listed_without_figures() -> None:
    one = diagnose({1: [Sheet(7, {}, "ill")]}, SCHEME, 8).profiles[0]

    assert (one.expert, one.sheets, one.abstained, one.severity, one.marks) == (7, 0, 1, None, 0)


def test_experts_who_all_mark_alike_have_no_correlation() -> None:
    sheets = {case: [Sheet(expert, {"new": 5, "sound": 5}) for expert in (1, 2, 3)] for case in range(4)}

    assert [(one.severity, one.correlation, one.spread) for one in diagnose(sheets, SCHEME, 1).profiles] == [
        (0, None, 0)
    ] * 3


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=6), st.integers(1, 9))
def test_one_point_more_from_one_expert_is_one_point_milder(rows: list[list[int]], more: int) -> None:
    def sheets(extra: int) -> dict[int, list[Sheet]]:
        return {
            case: [Sheet(at, {"new": mark + (extra if at == 1 else 0), "sound": 0}) for at, mark in enumerate(row)]
            for case, row in enumerate(rows)
        }

    scheme = Scheme((Criterion("new"), Criterion("sound")), SCHEME.rule)
    before, after = diagnose(sheets(0), scheme, 5).profiles, diagnose(sheets(more), scheme, 5).profiles

    assert after[1].severity == pytest.approx((before[1].severity or 0) + more)
    assert after[0].severity == pytest.approx((before[0].severity or 0) - more / 2)
    assert after[1].spread == pytest.approx(before[1].spread)


def test_a_table_has_a_row_a_case_and_a_gap_where_no_mark_is() -> None:
    found = table(marks(SHEETS, "new"))

    assert (found.cases, found.experts) == ((1, 2, 3, 4), (1, 2, 3, 4))
    assert found.there.sum(axis=1).tolist() == [3, 3, 2, 1]
    assert found.values[1].tolist()[:3] == [7, 8, 10]


def test_a_practice_sheet_is_held_against_the_example_criterion_by_criterion() -> None:
    scheme = Scheme((Criterion("new", 2, maximum=10), Criterion("sound", maximum=20)), SCHEME.rule)
    found = calibrate(Sheet(1, {"new": 7, "sound": 10}), {"new": 9, "sound": Decimal("6.5")}, scheme)

    assert found == Calibration(
        (
            Gap("new", 7, 9, Fraction(-2), Fraction(1, 5)),
            Gap("sound", 10, Decimal("6.5"), Fraction(7, 2), Fraction(7, 40)),
        ),
        total=24,
        example=Fraction(49, 2),
        difference=Fraction(-1, 2),
        mean_distance=Fraction(11, 4),
        widest="new",
    )


def test_a_practice_sheet_like_the_example_is_off_by_nothing() -> None:
    found = calibrate(Sheet(1, {"new": 7, "sound": 10}), {"new": 7, "sound": 10}, SCHEME)

    assert (found.difference, found.mean_distance, found.widest) == (0, 0, None)


def test_an_independent_criterion_only_one_of_them_marked_is_passed_over() -> None:
    scheme = Scheme((Criterion("new"), Criterion("risk", independent=True)), SCHEME.rule)
    found = calibrate(Sheet(1, {"new": 7, "risk": 3}), {"new": 5}, scheme)

    assert [(gap.criterion, gap.share) for gap in found.gaps] == [("new", None)]


def test_a_practice_sheet_lacks_nothing_that_counts() -> None:
    with pytest.raises(ValueError, match="no mark for sound"):
        calibrate(Sheet(1, {"new": 7}), {"new": 5, "sound": 5}, SCHEME)
