"""Who leaves is followed by the next of the same draw who keeps the limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.evaluation.draw import Draw, Order, draw
from caseflow.evaluation.pool import Bound, Candidate, Rule, Snapshot
from caseflow.evaluation.replacing import Departure, Passed, Replacement, standing, vacancies
from caseflow.words import Refused, render
from tests.evaluation.draws import DAY, FREE, crowd, fits, frozen
from tests.evaluation.test_draw import snapshots


def gone(*ids: str) -> list[Departure]:
    return [Departure(one, "declined", DAY) for one in ids]


def drawn(order: str, reserves: str = "", size: int = 3) -> Draw:
    """A draw as if chance had made this order."""
    ids = tuple(order.split())
    return Draw(Order(ids, "rejection", 1, None), ids[:size], tuple(reserves.split()))


def experts() -> Snapshot:
    """a and b know coke, d and e know steel; a panel needs one of each, and one of an employer."""
    people = (
        Candidate("a", ("coke",), employers=("x",)),
        Candidate("b", ("coke",), employers=("y",)),
        Candidate("c", employers=("x",)),
        Candidate("d", ("steel",), employers=("z",)),
        Candidate("e", ("steel",), employers=("y",)),
        Candidate("f", employers=("w",)),
    )
    return frozen(people, Rule(size=3, fields=(Bound("coke", 1), Bound("steel", 1)), officials=None))


def test_the_next_of_the_queue_takes_the_empty_seat() -> None:
    found = standing(frozen(crowd(5), FREE), drawn("p00 p01 p02 p03 p04"), gone("p01"))

    assert found.panel == ("p00", "p03", "p02")
    assert found.queue == ("p04",)
    assert found.steps == ((Replacement(1, "p03", ()),),)


def test_named_reserves_come_before_those_who_stand_by() -> None:
    found = standing(frozen(crowd(5), FREE), drawn("p00 p01 p02 p03 p04", "p04"), gone("p01"))

    assert found.panel == ("p00", "p04", "p02")


def test_whoever_would_break_a_limit_is_passed_over_with_the_reason() -> None:
    found = standing(experts(), drawn("a d f c e b"), gone("a"))

    assert found.panel == ("b", "d", "f")
    assert found.steps[0][0].passed == (
        Passed("c", (("field", "coke"),)),
        Passed("e", (("field", "coke"),)),
    )  # fmt: skip


def test_who_was_passed_over_is_still_next_for_another_seat() -> None:
    found = standing(experts(), drawn("a d f c e b"), gone("a", "f"))

    assert found.panel == ("b", "d", "c")
    assert found.queue == ("e",)


def test_one_who_waits_may_leave_and_no_seat_changes() -> None:
    found = standing(frozen(crowd(5), FREE), drawn("p00 p01 p02 p03 p04"), gone("p03", "p00"))

    assert found.panel == ("p04", "p01", "p02")
    assert found.steps[0] == ()


def test_a_seat_stays_empty_where_nobody_fits_and_says_why() -> None:
    found = standing(experts(), drawn("a d f c e b"), gone("b", "a"))
    said = [render(one, "en") for one in vacancies(experts(), found)]

    assert found.panel == (None, "d", "f")
    assert said == [
        "Seat 1 is empty and none of the 2 who wait can take it; a new draw is needed.",
        "2 of the 2 who wait would break: field “coke” (1 to 3).",
    ]


def test_two_empty_seats_are_filled_together_where_neither_could_be_alone() -> None:
    """Of employer y there are both: b for coke and e for steel; first a has no heir, then d leaves as well."""
    people = (
        Candidate("a", ("coke",)),
        Candidate("d", ("steel",), employers=("x",)),
        Candidate("f"),
        Candidate("b", ("coke",), employers=("x",)),
        Candidate("e", ("steel",)),
    )
    snapshot = frozen(people, Rule(size=3, fields=(Bound("coke", 1), Bound("steel", 1)), officials=None))
    first = standing(snapshot, drawn("a d f b e"), gone("a"))
    second = standing(snapshot, drawn("a d f b e"), gone("a", "d"))

    assert first.panel == (None, "d", "f")
    assert second.panel == ("b", "e", "f")
    assert [len(step) for step in second.steps] == [0, 2]


def test_an_empty_queue_is_told() -> None:
    snapshot = frozen(crowd(3), FREE)
    found = standing(snapshot, drawn("p00 p01 p02"), gone("p00"))

    assert [one.key for one in vacancies(snapshot, found)] == ["draw.vacant", "draw.queue_empty"]


@pytest.mark.parametrize("leaving", [["p01", "p01"], ["unknown"]])
def test_nobody_leaves_twice_and_no_stranger_leaves(leaving: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        standing(frozen(crowd(5), FREE), drawn("p00 p01 p02 p03 p04"), gone(*leaving))
    assert [one.key for one in refused.value.reasons] == ["draw.cannot_leave"]


@settings(max_examples=100, deadline=None)
@given(snapshots(), st.binary(min_size=32, max_size=32), st.data())
def test_after_any_departures_a_whole_panel_keeps_the_rule(
    snapshot: Snapshot, seed: bytes, data: st.DataObject
) -> None:
    try:
        found = draw(seed, replace(snapshot, rule=replace(snapshot.rule, reserves=0)))
    except Refused:
        return
    leaving = data.draw(st.lists(st.sampled_from(found.order.ids), unique=True, max_size=4))
    stands = standing(snapshot, found, gone(*leaving))
    whole = [one for one in stands.panel if one is not None]

    assert set(leaving) & {*stands.panel, *stands.queue} == set()
    assert stands.vacant or fits(snapshot, whole)
    for seat, one in enumerate(found.panel):
        assert stands.panel[seat] == one or one in leaving  # who sits stays seated
