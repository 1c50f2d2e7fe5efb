"""Who can be drawn, what a panel keeps, and what is said where none can be drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.evaluation.chance import Stream
from caseflow.evaluation.counting import Undecided, exists, first_in_order
from caseflow.evaluation.draw import draw, order_of, terms
from caseflow.evaluation.filters import pool_of
from caseflow.evaluation.pool import Bar, Bound, Candidate, Rule, Snapshot
from caseflow.words import Refused, render
from tests.evaluation.draws import DAY, FREE, crowd, fits, frozen, may_sit, mixed, panels, seeds

SEED = bytes(32)


def refusal(snapshot: Snapshot) -> list[str]:
    with pytest.raises(Refused) as refused:
        draw(SEED, snapshot)
    return [render(reason, "en") for reason in refused.value.reasons]


@st.composite
def snapshots(picked: st.DrawFn) -> Snapshot:
    """Any small pool under any rule, most of them with hardly a panel or none."""
    few = st.integers(0, 3)
    people = [
        Candidate(
            f"p{number}",
            tuple(picked(st.sets(st.sampled_from("xyz")))),
            picked(st.sampled_from(["", "north", "south"])),
            tuple(picked(st.sets(st.sampled_from("abcd"), max_size=2))),
            picked(st.booleans()),
            picked(few),
            picked(st.sampled_from([True, True, True, False])),
            tuple(
                picked(st.lists(st.sampled_from([Bar("kin", "c1"), Bar("filed", "c2"), Bar("raised", "")]), max_size=1))
            ),
        )
        for number in range(picked(st.integers(0, 9)))
    ]
    size = picked(st.integers(1, 4))

    def bounds(keys: tuple[str, ...]) -> tuple[Bound, ...]:
        return tuple(
            Bound(key, low, picked(st.sampled_from([None, low, low + 1])))
            for key in keys
            if (low := picked(st.integers(-2, 2))) >= 0
        )

    rule = Rule(
        size,
        picked(st.integers(0, 2)),
        bounds(("x", "y", "z")),
        bounds(("north", "south")),
        picked(st.sampled_from([None, 1, 2])),
        picked(st.sampled_from([None, (1, 3), (1, 2)])),
        odd=False,
        max_load=picked(st.sampled_from([None, 1, 2])),
        balance=picked(st.sampled_from([None, 1, 2])),
        free_per_case=picked(st.sampled_from([None, 0, 1, 2])),
    )
    return Snapshot("any", DAY, rule, tuple(people), ("c1", "c2"))


@settings(max_examples=150, deadline=None)
@given(snapshots(), st.binary(min_size=32, max_size=32))
def test_what_is_drawn_keeps_the_rule_and_a_refusal_is_true(snapshot: Snapshot, seed: bytes) -> None:
    possible = panels(snapshot)
    able = sum(may_sit(snapshot, one) for one in snapshot.candidates)
    try:
        found = draw(seed, snapshot)
    except Refused as refused:
        said = [render(reason, language) for reason in refused.reasons for language in ("zh", "en")]
        too_few = able < snapshot.rule.size + snapshot.rule.reserves
        assert (possible == [] or too_few) and all(said)  # noqa: PT018 -- a refusal is one of two good outcomes
        return

    assert fits(snapshot, found.panel)
    assert found == draw(seed, replace(snapshot, candidates=snapshot.candidates[::-1]))
    assert len({*found.panel, *found.reserves}) == snapshot.rule.size + snapshot.rule.reserves


@settings(max_examples=80, deadline=None)
@given(snapshots())
def test_counting_and_searching_agree_with_looking_at_every_panel(snapshot: Snapshot) -> None:
    plain = replace(snapshot, rule=replace(snapshot.rule, balance=None))
    pool, limits = terms(plain)
    ids = [one.id for one in pool.eligible]
    possible = panels(plain)

    assert exists(limits, ids) is (possible != [])
    assert first_in_order(limits, ids) == (possible[0] if possible else None)
    try:
        counted = order_of(Stream(SEED), limits, pool.eligible, most_tries=0).panels
    except Refused:
        counted = 0
    assert counted == len(possible)


@settings(max_examples=80, deadline=None)
@given(snapshots(), st.binary(min_size=32, max_size=32))
def test_nobody_with_a_conflict_is_ever_drawn_or_waits(snapshot: Snapshot, seed: bytes) -> None:
    whole = replace(snapshot, rule=replace(snapshot.rule, free_per_case=None, fields=(), regions=(), reserves=0))
    barred = {one.id for one in whole.candidates if one.bars}
    try:
        found = draw(seed, whole)
    except Refused:
        return

    assert barred & set(found.order.ids) == set()


def test_ten_thousand_draws_never_take_the_one_who_is_barred() -> None:
    snapshot = mixed()
    pool, limits = terms(snapshot)
    drawn = {one for seed in seeds(10_000) for one in order_of(Stream(seed), limits, pool.eligible).ids}

    assert drawn == {one.id for one in snapshot.candidates} - {"h"}


def test_a_conflict_with_one_case_may_leave_enough_for_each_case() -> None:
    people = (*crowd(2), Candidate("barred", bars=(Bar("kin", "c1"),)), Candidate("out", bars=(Bar("kin"),)))
    rule = replace(FREE, free_per_case=2)

    assert set(draw(SEED, frozen(people, rule, ["c1"])).panel) == {"p00", "p01", "barred"}


def test_who_is_left_out_is_told_with_every_reason() -> None:
    people = (
        *crowd(3),
        Candidate("away", available=False, load=9),
        Candidate("busy", load=9),
        Candidate("kin", bars=(Bar("kin", "c1"),)),
    )
    found = pool_of(frozen(people, replace(FREE, max_load=2), ["c1"]))

    assert found.left_out == (("away", ("unavailable", "load")), ("busy", ("load",)), ("kin", ("conflict",)))


def test_tiers_of_load_open_until_the_pool_is_a_multiple_of_the_seats() -> None:
    loads = [0, 0, 0, 1, 1, 2, 2, 3]
    people = [replace(one, load=load) for one, load in zip(crowd(8), loads, strict=True)]
    found = pool_of(frozen(people, replace(FREE, balance=2)))

    assert [(tier.load, tier.people, tier.panel) for tier in found.tiers] == [(0, 3, None), (1, 5, None), (2, 7, True)]
    assert found.left_out == (("p07", ("tier",)),)


def test_a_tier_that_makes_no_panel_opens_the_next() -> None:
    people = [*crowd(4), Candidate("x", ("coke",), load=5), Candidate("y", ("coke",), load=6)]
    found = pool_of(frozen(people, replace(FREE, balance=1, fields=(Bound("coke", 1),))))

    assert [(tier.load, tier.panel) for tier in found.tiers] == [(0, False), (5, True)]


def test_reserves_are_those_who_can_take_a_seat() -> None:
    """Whoever shares an employer with the only steel expert and is not from steel fits no seat of theirs."""
    steel = Candidate("steel", ("steel",), employers=("e1",))
    people = [steel, *(Candidate(f"only{n}", ("steel",), employers=("e1",)) for n in range(2)), *crowd(3)]
    rule = Rule(size=3, reserves=1, fields=(Bound("steel", 1, 1),))
    snapshot = frozen(people, rule)
    _, limits = terms(snapshot)

    for seed in seeds(50):
        found = draw(seed, snapshot)
        swapped = [(*found.panel[:seat], found.reserves[0], *found.panel[seat + 1 :]) for seat in range(3)]
        assert any(limits.kept(one) for one in swapped)


def test_a_pool_that_is_too_small_says_by_how_many_and_why() -> None:
    people = [*crowd(3), Candidate("kin", bars=(Bar("kin"),)), Candidate("away", available=False)]

    assert refusal(frozen(people, replace(FREE, size=5, reserves=1))) == [
        "3 can be drawn, 6 are needed with the reserves: 3 are lacking. Left out: 1 with a conflict, 1 not available."
    ]


def test_a_field_with_too_few_people_says_by_how_many() -> None:
    people = [replace(one, fields=("coke",)) if one.id == "p00" else one for one in crowd(6)]

    assert refusal(frozen(people, replace(FREE, fields=(Bound("coke", 3),)))) == [
        "field “coke” (3 to 3): only 1 can be drawn, 2 are lacking."
    ]


def test_every_shortage_is_told_at_once() -> None:
    people = [replace(one, region="north", official=True, employers=("same",)) for one in crowd(6)]
    rule = Rule(size=3, fields=(Bound("coke", 1),), regions=(Bound("north", 0, 1),))

    assert refusal(frozen(people, rule)) == [
        "field “coke” (1 to 3): only 0 can be drawn, 1 are lacking.",
        "region “north” (0 to 1): only 0 others can be drawn, 2 are lacking.",
        "officials (at most 1): only 0 others can be drawn, 2 are lacking.",
        "With at most 1 per employer no more than 1 can sit together, 3 are needed: 2 are lacking.",
    ]


def test_regions_that_ask_for_more_than_the_seats_are_told() -> None:
    people = [replace(one, region="north" if number % 2 else "south") for number, one in enumerate(crowd(8))]
    rule = replace(FREE, regions=(Bound("north", 2), Bound("south", 2)))

    assert refusal(frozen(people, rule)) == [
        "The regions ask for 4 members together, 1 more than the 3 seats."
    ]  # fmt: skip


def test_fields_that_ask_for_more_than_the_seats_can_know_are_told() -> None:
    people = [replace(one, fields=("abcd"[number % 4],)) for number, one in enumerate(crowd(8))]
    rule = replace(FREE, fields=tuple(Bound(key, 1) for key in "abcd"))

    assert refusal(frozen(people, rule)) == [
        "The fields ask for 4 in all; the 3 people who know most of them count for 3: 1 are lacking."
    ]


def test_more_free_members_than_seats_are_told() -> None:
    assert refusal(frozen(crowd(4), replace(FREE, free_per_case=4), ["c1"])) == [
        "members with a conflict in case “c1” (at most -1): more are asked for than there are seats, by 1."
    ]


def test_limits_that_only_fail_together_name_each_that_stands_in_the_way() -> None:
    """Both coke experts work for one employer, who may send one."""
    people = [replace(one, fields=("coke",), employers=("same",)) if one.id < "p02" else one for one in crowd(6)]
    rule = Rule(size=3, fields=(Bound("coke", 2),), officials=None)

    assert refusal(frozen(people, rule)) == [
        "Each requirement can be met by itself, but not all together:",
        "a panel can be drawn if this alone is loosened by 1: field “coke” (2 to 3).",
        "a panel can be drawn if this alone is loosened by 1: at most 1 per employer.",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(size=4), "The panel must have an odd size; the rule says 4."),
        (Rule(size=-1), "“size” in the rule of the draw is no allowed number."),
        (Rule(size=101), "“size” in the rule of the draw is no allowed number."),
        (Rule(size=3, per_employer=0), "“per_employer” in the rule of the draw is no allowed number."),
        (Rule(size=3, officials=(1, 0)), "“officials” in the rule of the draw is no allowed number."),
        (Rule(size=3, fields=(Bound("a", 2, 1),)), "The bounds of “a” cross, or are negative."),
        (Rule(size=3, regions=(Bound("a"), Bound("a", 1))), "The bounds of “a” stand twice."),
    ],
)
def test_a_rule_that_says_nonsense_is_refused(rule: Rule, said: str) -> None:
    assert refusal(frozen(crowd(9), rule)) == [said]


def test_a_pool_that_contradicts_itself_is_refused() -> None:
    twice = (*crowd(5), Candidate("p00"), Candidate("odd", bars=(Bar("kin", "unknown"),)))

    assert refusal(frozen(twice, FREE)) == [
        "Candidate p00 is listed twice.",
        "A conflict names case unknown, which is not before this panel.",
    ]


def test_a_search_that_is_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseflow.evaluation.counting.MOST_STEPS", 1)
    _, limits = terms(frozen(crowd(6), FREE))

    with pytest.raises(Undecided):
        first_in_order(limits, [one.id for one in crowd(6)])


def test_a_draw_that_cannot_be_decided_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseflow.evaluation.counting.MOST_STEPS", 1)
    monkeypatch.setattr("caseflow.evaluation.counting.MOST_STATES", 0)
    pool, limits = terms(frozen(crowd(6), FREE))

    with pytest.raises(Refused) as refused:
        order_of(Stream(SEED), limits, pool.eligible, most_tries=0)
    assert [reason.key for reason in refused.value.reasons] == ["draw.undecided"]
