"""Why an assignment was made, what another costs, and what a changed round does to a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caseflow.evaluation.assignment import assign
from caseflow.evaluation.assignment_reasons import reasons, what_if, with_conflicts, without_expert
from caseflow.evaluation.assignment_round import Case, Expert, Round, Rules, Separation, Weights
from tests.evaluation.test_assignment import ALL_RULES, broken, middling, value

SMALL = Round(
    (Case("c0", 1), Case("c1", 1)),
    (Expert("a", 0, 2), Expert("b", 0, 2), Expert("c", 0, 2)),
    ((90, 80, 10), (70, 60, 20)),
    weights=Weights(1, 3),
)


def test_a_reason_tells_fit_place_load_and_what_another_would_cost() -> None:
    first, second = reasons(SMALL, assign(SMALL))

    assert (first.case, first.expert, first.fit, first.place, first.among) == ("c0", "a", 90, 1, 3)
    assert (first.load, first.most, first.kept) == (2, 2, False)
    assert (first.instead, first.loss) == ("b", 10 - 3 * (4 - 2))
    assert (second.case, second.expert, second.instead) == ("c1", "a", "b")


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_told_is_the_loss_of_the_swap_and_no_swap_is_a_gain(seed: int) -> None:
    asked = middling(seed, ALL_RULES)
    plan = assign(asked)
    found = [one for one in reasons(asked, plan) if one.instead is not None]
    swapped = [plan.assigned - {(one.case, one.expert)} | {(one.case, str(one.instead))} for one in found]

    assert len(found) > 40
    assert [one.loss for one in found] == [plan.value - value(asked, other) for other in swapped]
    assert min(one.loss for one in found if one.loss is not None) >= 0
    assert [broken(asked, other) for other in swapped if broken(asked, other)] == []


def test_what_is_kept_has_no_alternative() -> None:
    asked = replace(SMALL, fixed=frozenset({("c0", "c")}))
    found = {(one.case, one.expert): one for one in reasons(asked, assign(asked))}

    assert (found["c0", "c"].kept, found["c0", "c"].instead, found["c0", "c"].loss) == (True, None, None)


def test_one_more_conflict_changes_the_cases_that_it_must_and_tells_what_it_costs() -> None:
    plan = assign(SMALL)
    told = what_if(SMALL, plan, with_conflicts(SMALL, [("c0", "a")]))

    assert (told.added, told.removed, told.cases) == ((("c0", "b"),), (("c0", "a"),), ("c0",))
    assert told.value == 80 + 70 - 3 * 2 - (90 + 70 - 3 * 4)


def test_keeping_an_assignment_that_was_not_made_tells_its_exact_cost() -> None:
    told = what_if(SMALL, assign(SMALL), replace(SMALL, fixed=frozenset({("c1", "c")})))

    assert told.value == 90 + 20 - 3 * 2 - (160 - 12)


def test_an_expert_less_is_replaced_and_one_more_is_used_where_it_pays() -> None:
    asked = middling(1, Rules(1, (), (Separation("region", price=1),)))
    plan = assign(asked)
    less = what_if(asked, plan, without_expert(asked, "E1"))
    more = replace(asked, experts=(*asked.experts, Expert("new", 0, 12)), fit=tuple((*row, 100) for row in asked.fit))
    gained = what_if(asked, plan, more)

    assert {case for case, expert in less.removed if expert == "E1"} <= set(less.cases)
    assert "E1" not in less.plan.loads
    assert gained.value > 0
    assert gained.plan.loads["new"] == 12


def test_other_weights_give_another_plan() -> None:
    told = what_if(SMALL, assign(SMALL), replace(SMALL, weights=Weights(1, 20)))

    assert sorted(told.plan.loads.values()) == [0, 1, 1]


def test_the_same_round_changes_nothing() -> None:
    told = what_if(SMALL, assign(SMALL), SMALL)

    assert (told.added, told.removed, told.cases, told.value) == ((), (), (), 0)
