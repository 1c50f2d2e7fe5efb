"""What each place hangs on: one expert, one criterion, or the panel as it was drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.evaluation.ranking import TieBreak, entries, ranking
from caseflow.evaluation.redrawn import Asked
from caseflow.evaluation.resampling import MOST_DRAWS, Sampling, resample
from caseflow.evaluation.scoring import Mark, Rule, aggregate
from caseflow.evaluation.sheets import Criterion, Scheme, Sheet, score, total
from caseflow.evaluation.stability import Stability, stability

MEAN = Rule("mean", 0, 0, 7, 2, 2)
TWO = Scheme((Criterion("new"), Criterion("sound")), MEAN)


def _meeting(*cases: dict[int, tuple[int, int]]) -> dict[int, list[Sheet]]:
    return {
        at: [Sheet(expert, {"new": new, "sound": sound}) for expert, (new, sound) in own.items()]
        for at, own in enumerate(cases, start=1)
    }


CLOSE = _meeting(
    {1: (40, 40), 2: (40, 40), 3: (40, 40)},
    {1: (30, 40), 2: (30, 40), 3: (40, 10)},
    {1: (29, 33), 2: (28, 33), 3: (29, 31)},
    {1: (10, 10), 2: (10, 10), 3: (10, 10)},
)
"""Totals 80 80 80; 70 70 50; 62 61 60; 20 20 20: two places. The third expert keeps the second case close."""
STEEL = dict.fromkeys(CLOSE, "steel")


def _names(found: Stability) -> dict[int, list[int | str | None]]:
    return {one.now.key: [flip.expert or flip.criterion for flip in one.flips] for one in found.cases}


def test_the_expert_or_criterion_that_flips_a_case_is_named() -> None:
    found = stability(CLOSE, TWO, STEEL, {"steel": 2}, near=1)

    assert _names(found) == {1: [], 2: [1, 2, "new"], 3: [1, 2, "new"], 4: []}
    assert [(one.near, one.flagged) for one in found.cases] == [
        (False, False),
        (True, True),
        (True, True),
        (False, False),
    ]
    second = found.cases[1]
    assert [(one.expert, one.criterion, one.score, one.place, one.standing) for one in second.without] == [
        (1, None, Decimal(60), 3, "outside"),
        (2, None, Decimal(60), 3, "outside"),
        (3, None, Decimal(70), 2, "inside"),
        (None, "new", Decimal(30), 3, "outside"),
        (None, "sound", Decimal("33.33"), 2, "inside"),
    ]


def test_a_case_far_from_the_line_lists_nothing_and_keeps_its_place() -> None:
    last = stability(CLOSE, TWO, STEEL, {"steel": 2}, near=1).cases[-1]

    assert (last.near, last.without, last.best, last.worst, last.now.margin) == (False, (), 4, 4, Decimal("-43.33"))


def test_what_is_left_out_is_worked_out_by_the_rule_for_what_remains() -> None:
    rule = Rule("trimmed_mean", 1, 1, 5, 5, 2)
    sheets = {case: [Sheet(expert, {"new": mark}) for expert, mark in enumerate(marks)]
              for case, marks in {1: (10, 50, 50, 50, 90), 2: (40, 40, 40, 40, 99)}.items()}  # fmt: skip
    found = stability(sheets, Scheme((Criterion("new"),), rule), {1: "", 2: ""}, {"": 1})
    first = found.cases[0]

    assert [(one.expert, one.score) for one in first.without] == [
        (0, Decimal(60)),
        (1, Decimal(50)),
        (2, Decimal(50)),
        (3, Decimal(50)),
        (4, Decimal(40)),
    ]
    assert [one.expert for one in first.flips] == [1, 2, 3, 4]


def test_cases_that_nothing_ranks_take_no_part() -> None:
    scheme = Scheme((Criterion("new", minimum=20), Criterion("sound")), MEAN, pass_mark=30)
    sheets = CLOSE | {5: [Sheet(1, {"new": 50, "sound": 50})], 6: [Sheet(1, {}, "ill"), Sheet(2, {}, "ill")]}
    found = stability(sheets, scheme, dict.fromkeys(sheets, ""), {"": 2})

    assert [one.now.key for one in found.cases] == [1, 2, 3]


def test_falling_below_a_minimum_is_a_flip_as_well() -> None:
    scheme = Scheme((Criterion("new", minimum=20), Criterion("sound")), Rule("mean", 0, 0, 7, 1, 2))
    sheets = {1: [Sheet(1, {"new": 30, "sound": 9}), Sheet(2, {"new": 10, "sound": 9})]}
    found = stability(sheets, scheme, {1: ""}, {"": 5}).cases[0]

    assert [(one.expert, one.place, one.standing) for one in found.flips] == [(1, None, None)]
    assert (found.best, found.worst) == (1, 1)


def test_an_expert_touches_only_the_cases_marked() -> None:
    sheets = CLOSE | {5: [Sheet(8, {"new": 60, "sound": 1}), Sheet(9, {"new": 1, "sound": 60})]}
    groups = STEEL | {5: "glass"}
    found = stability(sheets, TWO, groups, {"steel": 2, "glass": 1})
    alone = stability(CLOSE, TWO, STEEL, {"steel": 2})

    for one, other in zip(found.cases[1:], alone.cases, strict=True):
        assert [without for without in one.without if without.expert not in (8, 9)] == list(other.without)
        assert not [without for without in one.without if without.expert in (8, 9) and without.flips]
        assert one.spread == other.spread


def test_a_tie_break_that_is_left_out_breaks_no_tie() -> None:
    sheets = _meeting({1: (30, 20), 2: (30, 20)}, {1: (20, 30), 2: (20, 30)})
    rules = [TieBreak("criterion.new")]
    found = stability(sheets, TWO, dict.fromkeys(sheets, ""), {"": 1}, rules)

    assert [(one.now.place, one.now.standing) for one in found.cases] == [(1, "inside"), (2, "outside")]
    assert [[(flip.criterion, flip.place) for flip in one.flips] for one in found.cases] == [[("new", 2)], [("new", 1)]]


def test_a_pass_mark_for_all_criteria_is_not_asked_of_fewer() -> None:
    found = stability(CLOSE, Scheme(TWO.criteria, MEAN, pass_mark=60), STEEL, {"steel": 2})

    assert [one.now.key for one in found.cases] == [1, 2, 3]
    assert [(one.criterion, one.score, one.place) for one in found.cases[0].without[3:]] == [
        ("new", Decimal(40), 1),
        ("sound", Decimal(40), 1),
    ]


def test_where_there_is_no_line_only_a_minimum_can_flip() -> None:
    scheme = Scheme((Criterion("new", minimum=20), Criterion("sound")), Rule("mean", 0, 0, 7, 1, 2))
    sheets = {1: [Sheet(1, {"new": 30, "sound": 9}), Sheet(2, {"new": 10, "sound": 9})]}

    assert _names(stability(sheets, scheme, {1: ""}, {})) == {1: [1]}


def test_without_a_line_nothing_can_flip() -> None:
    found = stability(CLOSE, TWO, STEEL, {})

    assert [(one.near, one.flagged, one.spread.inside) for one in found.cases] == [(False, False, None)] * 4


def _panel(*totals: tuple[int, ...]) -> dict[int, dict[int, int]]:
    return {case: dict(enumerate(own)) for case, own in enumerate(totals)}


RULES = [
    Rule("mean", 0, 0, 7, 1, 1),
    Rule("median", 0, 0, 7, 1, 1),
    Rule("trimmed_mean", 1, 0, 3, 1, 1),
    Rule("trimmed_mean", 1, 1, 4, 1, 0),
]


def _counted_out(totals: dict[int, dict[int, Any]], rule: Rule, quota: int) -> dict[int, tuple[Any, ...]]:
    """The same by hand: every ordered draw of as many experts, each case scored by the published rule."""
    experts = sorted({expert for own in totals.values() for expert in own})
    places: dict[int, list[tuple[int, int]]] = {case: [] for case in totals}
    for drawn in product(experts, repeat=len(experts)):
        scores = {}
        for case, own in totals.items():
            marks: list[Mark] = [own[expert] for expert in drawn if expert in own]
            if marks:
                scores[case] = aggregate(marks, rule).score or Decimal(0)
        for case, mine in scores.items():
            above = sum(other > mine for other in scores.values())
            places[case].append((1 + above, sum(other >= mine for other in scores.values())))
    found: dict[int, tuple[Any, ...]] = {}
    for case, mine in places.items():
        ordered = sorted(place for place, _ in mine)
        low, high = ordered[math.ceil(len(mine) * 0.1) - 1], ordered[math.ceil(len(mine) * 0.9) - 1]
        inside, on = (sum(one) / len(mine) for one in ([last <= quota for _, last in mine],
                                                       [place <= quota < last for place, last in mine]))  # fmt: skip
        found[case] = (low, high, inside, on, len(mine) / len(experts) ** len(experts))
    return found


PANELS = st.lists(
    st.dictionaries(st.integers(0, 3), st.integers(0, 12), min_size=1, max_size=4), min_size=1, max_size=4
)


@settings(max_examples=40, deadline=None)
@given(PANELS, st.sampled_from(RULES), st.integers(0, 3))
def test_small_panels_are_counted_out(cases: list[dict[int, int]], rule: Rule, quota: int) -> None:
    totals = dict(enumerate(cases))
    found, samplings = resample(totals, rule, dict.fromkeys(totals, ""), {"": quota}, draws=35, level=0.8)

    assert samplings[0].exact
    for case, expected in _counted_out(totals, rule, quota).items():
        spread = found[case]
        assert (spread.low, spread.high) == expected[:2]
        assert (spread.inside, spread.on, spread.ranked) == pytest.approx(expected[2:])


RULED = Scheme(
    (Criterion("new", Fraction(3, 2), minimum=4), Criterion("sound"), Criterion("risk", minimum=2, independent=True)),
    Rule("mean", 0, 0, 7, 1, 1),
    pass_mark=Decimal("7.5"),
)
TIES: list[tuple[TieBreak, ...]] = [
    (TieBreak("criterion.sound"),),
    (TieBreak("median"), TieBreak("criterion.new", "lower")),
    (TieBreak("range", "lower"), TieBreak("lowest")),
    (TieBreak("unrounded"),),
    (TieBreak("mean"), TieBreak("highest")),
]


def _ranked_by_hand(
    sheets: dict[int, dict[int, Sheet]], scheme: Scheme, ties: tuple[TieBreak, ...], quota: int
) -> dict[int, tuple[Any, ...]]:
    """Every ordered draw, each case scored and ranked as a meeting does it: who falls twice gives two sheets."""
    experts = sorted({expert for own in sheets.values() for expert in own})
    places: dict[int, list[tuple[int | None, int | None]]] = {case: [] for case in sheets}
    for drawn in product(experts, repeat=len(experts)):
        scored = {
            case: score([Sheet(at, own[one].marks) for at, one in enumerate(drawn) if one in own], scheme)
            for case, own in sheets.items()
            if set(drawn) & set(own)
        }
        for one in ranking(entries(scored, dict.fromkeys(scored, ""), ties), ties, {"": quota}):
            places[one.key].append((one.place, one.last))
    found: dict[int, tuple[Any, ...]] = {}
    for case, mine in places.items():
        taken = sorted(place for place, _ in mine if place is not None)
        low, high = (taken[math.ceil(len(taken) * one) - 1] if taken else None for one in (0.1, 0.9))
        there = [(place, last) for place, last in mine if place is not None and last is not None]
        inside = sum(last <= quota for _, last in there) / len(mine)
        on = sum(place <= quota < last for place, last in there) / len(mine)
        share = len(taken) / len(experts) ** len(experts)
        found[case] = (low, high, inside if taken else None, on if taken else None, share)
    return found


MARKED = st.lists(
    st.dictionaries(
        st.integers(0, 3),
        st.tuples(st.integers(2, 7), st.integers(2, 7), st.integers(1, 3) | st.none()),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(MARKED, st.sampled_from(RULES), st.sampled_from(TIES), st.integers(0, 3))
def test_draws_are_ranked_as_the_meeting_ranks(
    cases: list[dict[int, tuple[int, int, int | None]]], rule: Rule, ties: tuple[TieBreak, ...], quota: int
) -> None:
    scheme = replace(RULED, rule=rule)
    sheets = {
        case: {
            expert: Sheet(
                expert, {"new": new, "sound": sound} if risk is None else {"new": new, "sound": sound, "risk": risk}
            )
            for expert, (new, sound, risk) in own.items()
        }
        for case, own in enumerate(cases)
    }
    totals = {case: {expert: total(one, scheme) for expert, one in own.items()} for case, own in sheets.items()}
    asked = Asked(scheme, ties, sheets, {})
    found, _ = resample(totals, rule, dict.fromkeys(totals, ""), {"": quota}, draws=35, level=0.8, asked=asked)

    for case, expected in _ranked_by_hand(sheets, scheme, ties, quota).items():
        spread = found[case]
        assert (spread.low, spread.high) == expected[:2]
        assert (spread.inside, spread.on, spread.ranked) == pytest.approx(expected[2:])


def test_a_minimum_that_other_panels_miss_narrows_who_takes_a_place_and_lets_others_in() -> None:
    scheme = Scheme((Criterion("new", minimum=20), Criterion("sound")), Rule("mean", 0, 0, 7, 1, 2))
    sheets = _meeting({1: (30, 50), 2: (30, 10)}, {1: (40, 10), 2: (10, 10)}, {1: (10, 60), 2: (20, 60)})
    groups = dict.fromkeys(sheets, "")
    now, before = (stability(sheets, scheme, groups, {"": 1}, by_score=plain).cases for plain in (False, True))
    first, second = (one.spread for one in now)

    assert [one.now.key for one in now] == [1, 2]
    assert (first.low, first.high, first.inside, first.ranked) == (1, 2, 0.75, 1.0)
    assert (second.low, second.high, second.inside, second.ranked) == (2, 2, 0.0, 0.75)
    assert [(one.spread.low, one.spread.high, one.spread.ranked) for one in before] == [(1, 1, 1.0), (2, 2, 1.0)]


def test_a_figure_that_no_ranking_has_breaks_no_tie() -> None:
    totals, sheets = {1: {1: 5}}, {1: {1: Sheet(1, {"new": 2, "sound": 2})}}

    with pytest.raises(ValueError):
        resample(totals, MEAN, {1: ""}, {}, asked=Asked(RULED, (TieBreak("charm"),), sheets, {}))


def test_five_experts_have_126_draws_and_more_are_drawn_with_the_seed() -> None:
    five, nine = _panel((1, 2, 3, 4, 5), (5, 4, 3, 2, 1)), _panel(tuple(range(9)), tuple(range(9, 0, -1)))

    assert resample(five, MEAN, {0: "", 1: ""}, {})[1] == (Sampling("", 5, 126, exact=True),)
    assert resample(nine, MEAN, {0: "", 1: ""}, {})[1] == (Sampling("", 9, 2000, exact=False),)


def test_draws_come_near_what_counting_out_gives() -> None:
    totals = _panel((70, 75, 80, 62, 71), (72, 74, 76, 70, 66), (60, 90, 55, 70, 72), (50, 60, 70, 80, 90))
    groups, quotas = dict.fromkeys(totals, ""), {"": 2}
    whole, _ = resample(totals, RULES[2], groups, quotas)
    drawn, (sampling,) = resample(totals, RULES[2], groups, quotas, draws=125)
    many = [resample(totals, RULES[2], groups, quotas, draws=125, seed=seed)[0] for seed in range(200)]

    assert not sampling.exact
    assert many[0] == drawn
    assert any(one != drawn for one in many)
    for case in totals:
        mean = sum(one[case].inside or 0 for one in many) / len(many)
        assert mean == pytest.approx(whole[case].inside, abs=0.01)


def test_a_seed_gives_the_same_draws_on_every_machine() -> None:
    totals = _panel(tuple(range(60, 69)), tuple(range(68, 59, -1)), (64,) * 9)
    found, _ = resample(totals, MEAN, dict.fromkeys(totals, ""), {"": 1}, draws=500, seed=20260101)

    assert [(one.low, one.high, one.inside) for one in found.values()] == [(1, 3, 0.496), (1, 3, 0.438), (1, 2, 0.0)]


def test_the_published_score_is_what_draws_are_ranked_by() -> None:
    totals = _panel((62, 63), (63, 63), (62, 62))
    found, _ = resample(totals, Rule("mean", 0, 0, 7, 1, 0), dict.fromkeys(totals, ""), {"": 1})

    assert [(one.inside, one.on) for one in found.values()] == [(0, 0.75), (0.25, 0.75), (0, 0)]


def test_numbers_too_large_for_the_machine_are_weighed_all_the_same() -> None:
    large, small = 10**14, _panel((70, 75, 80), (72, 74, 76), (60, 90, 55))
    groups, rule = dict.fromkeys(small, ""), Rule("mean", 0, 0, 7, 1, 0)
    totals = {case: {expert: mark + Fraction(1, large) for expert, mark in own.items()} for case, own in small.items()}

    assert resample(totals, rule, groups, {"": 1})[0] == resample(small, rule, groups, {"": 1})[0]


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"draws": MOST_DRAWS + 1}, {"level": 1.0}, {"level": 0.0}], ids=str)
def test_draws_and_level_have_bounds(wrong: Any) -> None:
    with pytest.raises(ValueError):
        resample(_panel((1, 2)), MEAN, {0: ""}, {}, **wrong)


MEETINGS = st.lists(
    st.dictionaries(st.integers(0, 4), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(MEETINGS, st.sampled_from(RULES), st.integers(0, 4), st.randoms(use_true_random=False))
def test_leaving_out_is_scoring_and_ranking_anew(
    cases: list[dict[int, tuple[int, int]]], rule: Rule, quota: int, chance: Any
) -> None:
    sheets, scheme = _meeting(*cases), Scheme(TWO.criteria, rule)
    groups, rules = {case: f"group {case % 2}" for case in sheets}, [TieBreak("criterion.sound"), TieBreak("lowest")]
    quotas = {"group 0": quota, "group 1": 1}
    found = stability(sheets, scheme, groups, quotas, rules, near=99)
    mixed = {case: chance.sample(own, len(own)) for case, own in reversed(sheets.items())}

    assert stability(mixed, scheme, groups, quotas, rules, near=99) == found
    for expert in {expert for own in cases for expert in own}:
        rest = {case: [sheet for sheet in own if sheet.expert != expert] for case, own in sheets.items()}
        scored = {case: score(own, scheme) for case, own in rest.items()}
        places = {one.key: one for one in ranking(entries(scored, groups, rules), rules, quotas)}
        for one in found.cases:
            without = next(then for then in one.without if then.expert == expert)
            then = places[one.now.key]
            assert (without.score, without.place, without.last) == (then.score, then.place, then.last)
            assert without.standing == then.standing
