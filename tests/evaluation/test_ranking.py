"""Places within each group, and who stands inside, on and outside the line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow.evaluation.ranking import Entry, Place, TieBreak, entries, ranking
from caseflow.evaluation.scoring import Rule
from caseflow.evaluation.sheets import Criterion, Scheme, Sheet, score

NEW, LOAD = TieBreak("criterion.new"), TieBreak("load", "lower")


def _entry(key: int, points: str | None, **figures: int) -> Entry:
    named = {name.replace("new", "criterion.new"): value for name, value in figures.items()}
    return Entry(key, "steel", None if points is None else Decimal(points), named)


def _by_key(places: tuple[Place, ...]) -> dict[int, Place]:
    return {one.key: one for one in places}


def test_the_line_runs_after_the_last_place_of_the_quota() -> None:
    found = ranking([_entry(1, "80"), _entry(2, "90"), _entry(3, "70.5"), _entry(4, None)], quotas={"steel": 2})

    assert [(one.key, one.place, one.standing, one.margin) for one in found] == [
        (2, 1, "inside", Decimal("19.5")),
        (1, 2, "inside", Decimal("9.5")),
        (3, 3, "outside", Decimal("-9.5")),
        (4, None, None, None),
    ]


def test_cases_tied_over_the_line_are_left_to_those_who_decide() -> None:
    found = ranking([_entry(key, points) for key, points in enumerate(["90", "80", "80", "70"])], quotas={"steel": 2})

    assert [(one.place, one.last, one.tied, one.standing, one.margin) for one in found] == [
        (1, 1, (), "inside", Decimal(10)),
        (2, 3, (2,), "on", Decimal(0)),
        (2, 3, (1,), "on", Decimal(0)),
        (4, 4, (), "outside", Decimal(-10)),
    ]


def test_a_tie_inside_the_line_needs_no_decision() -> None:
    found = ranking([_entry(1, "80"), _entry(2, "80"), _entry(3, "70")], quotas={"steel": 2})

    assert [(one.place, one.standing) for one in found] == [(1, "inside"), (1, "inside"), (3, "outside")]


def test_tie_breaks_are_asked_in_their_order_and_say_which_was_needed() -> None:
    cases = [
        _entry(1, "80", new=20, load=3),
        _entry(2, "80", new=21, load=9),
        _entry(3, "80", new=20, load=2),
        _entry(4, "90", new=1, load=1),
    ]
    found = ranking(cases, [NEW, LOAD], {"steel": 3})

    assert [(one.key, one.place, one.decided_by, one.standing) for one in found] == [
        (4, 1, None, "inside"),
        (2, 2, "criterion.new", "inside"),
        (3, 3, "load", "inside"),
        (1, 4, "load", "outside"),
    ]
    assert [one.margin for one in found] == [Decimal(10), Decimal(0), Decimal(0), Decimal(0)]


def test_where_the_tie_breaks_end_the_cases_stay_tied_whatever_their_numbers() -> None:
    one = _by_key(ranking([_entry(1, "80", new=20), _entry(2, "80", new=20)], [NEW], {"steel": 1}))
    other = _by_key(ranking([_entry(9, "80", new=20), _entry(2, "80", new=20)], [NEW], {"steel": 1}))

    assert (one[1].place, one[1].standing, one[1].decided_by) == (1, "on", None)
    assert (other[9].place, other[9].standing, other[9].tied) == (1, "on", (2,))


def test_each_group_has_its_own_line_and_one_without_a_quota_has_none() -> None:
    cases = [Entry(1, "steel", Decimal(50)), Entry(2, "glass", Decimal(90)), Entry(3, "steel", Decimal(60))]
    found = ranking(cases, quotas={"steel": 1})

    assert [(one.group, one.key, one.place, one.standing) for one in found] == [
        ("glass", 2, 1, None),
        ("steel", 3, 1, "inside"),
        ("steel", 1, 2, "outside"),
    ]


def test_a_quota_of_none_leaves_everybody_outside_and_a_large_one_nobody() -> None:
    cases = [_entry(1, "80"), _entry(2, "70")]

    assert [one.standing for one in ranking(cases, quotas={"steel": 0})] == ["outside", "outside"]
    assert [(one.standing, one.margin) for one in ranking(cases, quotas={"steel": 9})] == [("inside", None)] * 2


def test_the_figures_come_from_the_sheets_or_from_outside() -> None:
    scheme = Scheme((Criterion("new", minimum=2), Criterion("sound")), Rule("mean", 0, 0, 7, 1, 0))
    scored = {
        key: score([Sheet(1, {"new": new, "sound": 10 - new})], scheme) for key, new in ((1, 4), (2, 6), (3, 4), (4, 1))
    }
    found = entries(scored, dict.fromkeys(scored, "steel"), [NEW, LOAD], {key: {"load": key} for key in scored})

    assert [(one.key, one.score) for one in found] == [(1, 10), (2, 10), (3, 10), (4, None)]
    assert found[0].figures == {"criterion.new": 4, "load": 1}
    assert [one.key for one in ranking(found, [NEW, LOAD])] == [2, 1, 3, 4]


def test_a_missing_figure_is_refused_before_anything_is_tied() -> None:
    with pytest.raises(ValueError, match="case 2: no figure load"):
        ranking([_entry(1, "80", load=1), _entry(2, "70")], [LOAD])


def test_a_case_stands_once_and_a_quota_is_no_debt() -> None:
    with pytest.raises(ValueError, match="twice"):
        ranking([_entry(1, "80"), _entry(1, "70")])
    with pytest.raises(ValueError, match="below 0"):
        ranking([_entry(1, "80")], quotas={"steel": -1})


CASES = st.lists(st.tuples(st.integers(0, 6) | st.none(), st.integers(0, 2), st.integers(0, 2)), max_size=14)


@given(CASES, st.integers(0, 8), st.randoms(use_true_random=False))
def test_a_ranking_is_consistent_with_itself(cases: list[Any], quota: int, chance: Any) -> None:
    given_ = [
        _entry(key, None if one[0] is None else str(one[0]), new=one[1], load=one[2]) for key, one in enumerate(cases)
    ]
    found = ranking(given_, [NEW, LOAD], {"steel": quota})
    mixed = list(given_)
    chance.shuffle(mixed)
    order = {one.key: (-(cases[one.key][0] or 0), -cases[one.key][1], cases[one.key][2]) for one in found if one.place}

    assert ranking(mixed, [NEW, LOAD], {"steel": quota}) == found
    assert {one.key for one in found if one.place is None} == {key for key, one in enumerate(cases) if one[0] is None}
    for one in found:
        if one.place is not None:
            assert one.place == 1 + sum(other < order[one.key] for other in order.values())
            assert one.last == sum(other <= order[one.key] for other in order.values())
            assert set(one.tied) == {key for key, other in order.items() if other == order[one.key]} - {one.key}
            assert (one.standing == "inside") == (one.last <= quota)
            assert (one.standing == "outside") == (one.place > quota)
    assert sum(one.standing == "inside" for one in found) <= quota
    on = [one for one in found if one.standing == "on"]
    inside = [one for one in found if one.standing == "inside"]
    assert not on or len(inside) < quota < len(inside) + len(on)
