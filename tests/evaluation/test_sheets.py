"""From the sheets of a panel to what is published of one case."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.evaluation.scoring import Rule
from caseflow.evaluation.sheets import Criterion, Line, Scheme, Sheet, Shortfall, score, total

MEAN = Rule("mean", 0, 0, 7, 2, 2)
TRIMMED = Rule("trimmed_mean", 1, 1, 5, 3, 2)
TWO = (Criterion("new", maximum=50), Criterion("sound", maximum=50))


def _sheet(expert: int, new: int, sound: int) -> Sheet:
    return Sheet(expert, {"new": new, "sound": sound})


def test_weights_are_exact() -> None:
    scheme = Scheme((Criterion("new", Decimal("0.1")), Criterion("sound", Fraction(1, 3))), MEAN)

    assert total(Sheet(1, {"new": 3, "sound": Decimal("0.5")}), scheme) == Fraction(3, 10) + Fraction(1, 6)
    assert total(Sheet(1, {"new": 10, "sound": 3}), scheme) == 2


def test_every_line_says_what_it_did() -> None:
    sheets = [_sheet(5, 10, 10), _sheet(1, 40, 40), _sheet(2, 30, 30), _sheet(4, 30, 32), _sheet(3, 30, 34)]
    found = score(sheets, Scheme(TWO, TRIMMED))

    assert found.lines == (
        Line(1, 80, Fraction(0), "high"),
        Line(2, 60, Fraction(1), None),
        Line(3, 64, Fraction(1), None),
        Line(4, 62, Fraction(1), None),
        Line(5, 20, Fraction(0), "low"),
    )
    assert (found.score, found.trimmed, found.status) == (Decimal("62.00"), True, "valid")
    assert [(one.criterion, one.figure) for one in found.criteria] == [("new", Decimal(30)), ("sound", Decimal(32))]


def test_experts_with_the_same_total_share_what_is_dropped_of_it() -> None:
    sheets = [_sheet(1, 50, 30), _sheet(2, 30, 50), _sheet(3, 30, 30), _sheet(4, 20, 20), _sheet(5, 10, 10)]
    found = score(sheets, Scheme(TWO, TRIMMED))

    assert [(line.expert, line.counted, line.dropped) for line in found.lines[:2]] == [
        (1, Fraction(1, 2), "high"),
        (2, Fraction(1, 2), "high"),
    ]
    assert [one.unrounded for one in found.criteria] == [30, 30]


def test_where_all_totals_are_equal_all_share_both_ends() -> None:
    found = score([_sheet(expert, 10 + expert, 20 - expert) for expert in range(5)], Scheme(TWO, TRIMMED))

    assert {(line.counted, line.dropped) for line in found.lines} == {(Fraction(3, 5), "both")}
    assert (found.score, found.criteria[0].figure) == (Decimal(30), Decimal(12))


def test_an_abstention_is_no_mark_and_keeps_its_reason() -> None:
    found = score([_sheet(1, 20, 20), _sheet(2, 30, 30), Sheet(3, {}, "not my field")], Scheme(TWO, MEAN))

    assert found.score == Decimal(50)
    assert [(sheet.expert, sheet.abstained) for sheet in found.abstained] == [(3, "not my field")]
    assert [line.expert for line in found.lines] == [1, 2]


def test_abstentions_may_leave_too_few() -> None:
    found = score([_sheet(1, 20, 20), Sheet(2, {}, "ill")], Scheme(TWO, MEAN))

    assert (found.status, found.score, found.eligible, found.criteria) == ("too_few", None, False, ())
    assert [line.total for line in found.lines] == [40]


def test_a_case_below_a_minimum_keeps_its_score_and_is_not_eligible() -> None:
    scheme = Scheme((Criterion("new", minimum=20), Criterion("sound")), MEAN, pass_mark=60)
    found = score([_sheet(1, 19, 50), _sheet(2, 20, 50)], scheme)
    low = score([_sheet(1, 25, 30), _sheet(2, 25, 30)], scheme)

    assert (found.status, found.score) == ("below_minimum", Decimal("69.50"))
    assert found.shortfalls == (Shortfall("new", Decimal("19.50"), 20),)
    assert low.shortfalls == (Shortfall(None, Decimal(55), 60),)
    assert score([_sheet(1, 25, 35), _sheet(2, 25, 35)], scheme).eligible


def test_what_is_published_is_what_a_minimum_is_held_against() -> None:
    scheme = Scheme((Criterion("new", minimum=20),), Rule("mean", 0, 0, 7, 1, 0))
    found = score([Sheet(1, {"new": 20}), Sheet(2, {"new": 19})], scheme)

    assert (found.criteria[0].figure, found.eligible) == (Decimal(20), True)


def test_an_independent_criterion_stands_apart_and_may_be_left_out() -> None:
    scheme = Scheme((*TWO, Criterion("risk", independent=True, minimum=3)), MEAN)
    sheets = [_sheet(1, 20, 20), Sheet(2, {"new": 30, "sound": 30, "risk": 2})]
    found = score(sheets, scheme)
    silent = score([*sheets[:1], _sheet(2, 30, 30)], scheme)

    assert (found.score, found.independent[0].figure, found.independent[0].marks) == (Decimal(50), Decimal(2), 1)
    assert found.shortfalls == (Shortfall("risk", Decimal(2), 3),)
    assert (silent.independent[0].figure, silent.eligible) == (None, True)


def test_a_median_takes_each_criterion_by_itself() -> None:
    sheets = [_sheet(1, 10, 50), _sheet(2, 20, 40), _sheet(3, 50, 0)]
    found = score(sheets, Scheme(TWO, Rule("median", 0, 0, 7, 1, 2)))

    assert (found.score, found.trimmed) == (Decimal(60), False)
    assert [one.figure for one in found.criteria] == [Decimal(20), Decimal(40)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("unrounded", 62), ("mean", Fraction(286, 5)), ("median", 62), ("highest", 80), ("lowest", 20), ("range", 60),
     ("criterion.sound", 32)],
)  # fmt: skip
def test_the_figures_that_may_break_a_tie(name: str, expected: Any) -> None:
    sheets = [_sheet(5, 10, 10), _sheet(1, 40, 40), _sheet(2, 30, 30), _sheet(4, 30, 32), _sheet(3, 30, 34)]

    assert score(sheets, Scheme(TWO, TRIMMED)).figure(name) == expected


@pytest.mark.parametrize("name", ["mood", "criterion.mood", ""])
def test_there_is_no_other_figure(name: str) -> None:
    with pytest.raises(ValueError, match="no figure"):
        score([_sheet(1, 1, 1), _sheet(2, 2, 2)], Scheme(TWO, MEAN)).figure(name)


@pytest.mark.parametrize(
    ("sheets", "text"),
    [
        ([Sheet(1, {"new": 1})], "no mark for sound"),
        ([Sheet(1, {"new": 1, "sound": 1, "mood": 1})], "no criterion mood"),
        ([_sheet(1, 51, 0)], "51 is no mark for new"),
        ([_sheet(1, -1, 0)], "-1 is no mark for new"),
        ([_sheet(1, 1, 1), _sheet(1, 2, 2)], "two sheets"),
        ([Sheet(1, {"new": 1, "sound": 1}, "ill")], "marks and an abstention"),
    ],
)
def test_a_wrong_sheet_is_refused_with_what_is_wrong(sheets: list[Sheet], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        score(sheets, Scheme(TWO, MEAN))


def test_a_scheme_needs_something_that_counts_once() -> None:
    with pytest.raises(ValueError, match="new stands twice"):
        Scheme((Criterion("new"), Criterion("new")), MEAN)
    with pytest.raises(ValueError, match="no criterion counts"):
        Scheme((Criterion("new", independent=True),), MEAN)
    with pytest.raises(ValueError, match="more than 0"):
        Scheme((Criterion("new", 0),), MEAN)


PANELS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=8)
WEIGHTS = st.sampled_from([1, 2, Decimal("0.3"), Fraction(1, 3)])


@given(PANELS, WEIGHTS, WEIGHTS, st.permutations(range(8)), st.sampled_from(["mean", "trimmed_mean", "median"]))
def test_neither_order_nor_number_of_an_expert_decides(
    panel: list[tuple[int, int]], first: Any, second: Any, numbers: list[int], method: Any
) -> None:
    scheme = Scheme((Criterion("new", first), Criterion("sound", second)), Rule(method, 1, 1, 3, 1, 2))
    one = score([_sheet(at, *marks) for at, marks in enumerate(panel)], scheme)
    other = score([_sheet(numbers[at], *marks) for at, marks in enumerate(panel)][::-1], scheme)

    assert (one.score, one.criteria, one.shortfalls) == (other.score, other.criteria, other.shortfalls)


@given(PANELS, WEIGHTS, WEIGHTS, st.integers(0, 2), st.integers(0, 2))
def test_the_criteria_add_up_to_the_score(
    panel: list[tuple[int, int]], first: Any, second: Any, high: int, low: int
) -> None:
    scheme = Scheme((Criterion("new", first), Criterion("sound", second)), Rule("trimmed_mean", high, low, 5, 1, 2))
    found = score([_sheet(at, *marks) for at, marks in enumerate(panel)], scheme)

    assert sum(one.weight * one.unrounded for one in found.criteria if one.unrounded is not None) == found.unrounded
    assert sum(line.counted for line in found.lines) == len(panel) - (high + low if len(panel) >= 5 else 0)
