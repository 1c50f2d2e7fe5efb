"""Every panel that keeps the rule is as likely as any other; counted over a hundred thousand draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest
from scipy.stats import chisquare

from caseflow.evaluation import draw as drawing
from caseflow.evaluation.chance import Stream
from caseflow.evaluation.counting import Panels, listing
from caseflow.evaluation.draw import order_of, terms
from caseflow.evaluation.pool import Bound, Rule
from tests.evaluation.draws import FREE, crowd, frozen, mixed, panels, seeds

DRAWS = 100_000
ALARM = 0.001
"""A true draw fails one test of a thousand; the draws are fixed, so a test that passed once always does. The draw by
the first fitting order, which is not uniform, stands a million times below (see there)."""


def chance_of(found: Iterable[tuple[str, ...]], possible: Iterable[tuple[str, ...]]) -> float:
    """How likely such a spread is where all are equally likely. Fails where something else was drawn."""
    counted = Counter(found)
    expected = list(possible)
    assert set(counted) <= set(expected)
    return float(chisquare([counted[one] for one in expected]).pvalue)


def ordered(sets: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [order for one in sets for order in permutations(one)]


def test_a_hundred_thousand_constrained_draws_are_uniform_over_all_ordered_panels() -> None:
    snapshot = mixed()
    pool, limits = terms(snapshot)
    found = [order_of(Stream(seed), limits, pool.eligible).ids[:3] for seed in seeds(DRAWS)]
    possible = ordered(panels(snapshot))

    assert len(possible) == 126
    assert chance_of(found, possible) > ALARM


def test_the_whole_order_without_limits_is_uniform() -> None:
    pool, limits = terms(frozen(crowd(5), FREE))
    found = [order_of(Stream(seed), limits, pool.eligible).ids for seed in seeds(DRAWS)]

    assert chance_of(found, permutations(one.id for one in crowd(5))) > ALARM


def test_who_stands_by_is_in_chance_order_too() -> None:
    snapshot = mixed()
    pool, limits = terms(snapshot)
    orders = [order_of(Stream(seed), limits, pool.eligible) for seed in seeds(40_000)]
    first = panels(snapshot)[0]
    rest = [one.id for one in pool.eligible if one.id not in first]
    found = [order.ids[3:5] for order in orders if set(order.ids[:3]) == set(first)]

    assert len(found) > 1_500
    assert chance_of(found, permutations(rest, 2)) > ALARM


def test_draws_by_counting_are_uniform_over_all_ordered_panels() -> None:
    snapshot = mixed()
    pool, limits = terms(snapshot)
    found = [order_of(Stream(seed), limits, pool.eligible, most_tries=0) for seed in seeds(4_000)]

    assert {order.method for order in found} == {"counting"}
    assert chance_of((order.ids[:3] for order in found), ordered(panels(snapshot))) > ALARM


def test_counting_numbers_every_panel_once() -> None:
    snapshot = mixed()
    pool, limits = terms(snapshot)
    counted = Panels(limits, listing(pool.eligible))

    numbered = [tuple(sorted(counted.number(number))) for number in range(counted.total)]

    assert sorted(numbered) == panels(snapshot)


def test_panels_are_numbered_like_words_in_a_dictionary() -> None:
    snapshot = mixed()
    pool, limits = terms(snapshot)
    order = listing(pool.eligible)
    counted = Panels(limits, order)

    places = [[order.index(one) for one in counted.number(number)] for number in range(counted.total)]

    assert places == sorted(places)


def test_the_first_that_fits_along_an_order_would_not_have_been_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    """The power of the tests above, and why the fallback is named in the record."""
    monkeypatch.setattr("caseflow.evaluation.counting.MOST_STATES", 0)
    snapshot = mixed()
    pool, limits = terms(snapshot)
    found = [order_of(Stream(seed), limits, pool.eligible, most_tries=0) for seed in seeds(8_000)]

    assert {order.method for order in found} == {"first_in_order"}
    assert chance_of((order.ids[:3] for order in found), ordered(panels(snapshot))) < 1e-6


def test_a_rare_panel_is_found_by_counting() -> None:
    """One panel in four million: nobody waits for it."""
    rare = {"p00", "p100", "p200"}
    people = [replace(one, fields=("rare",)) if one.id in rare else one for one in crowd(300)]
    rule = Rule(size=3, fields=(Bound("rare", 3),))
    pool, limits = terms(frozen(people, rule))
    found = order_of(Stream(bytes(32)), limits, pool.eligible)

    assert (found.method, found.tries, found.panels) == ("counting", drawing.TRIES, 1)
    assert set(found.ids[:3]) == rare
    assert sorted(found.ids) == sorted(one.id for one in people)
