"""Whole rounds assigned at once: the optimum of every small round by trial of all, and the rules that never give way."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.evaluation import assignment, assignment_solver
from caseflow.evaluation.assignment import Plan, assign
from caseflow.evaluation.assignment_round import Cap, Case, Expert, Pair, Round, Rules, Separation, Weights, fit_of
from caseflow.evaluation.assignment_rows import Core, Knot
from caseflow.evaluation.assignment_solver import relax, search
from caseflow.words import render


@st.composite
def rounds(draw: st.DrawFn) -> Round:
    """Small rounds of every rule: up to four cases and four experts."""
    cases = draw(st.integers(1, 4))
    experts = draw(st.integers(1, 4))
    people = []
    for at in range(experts):
        least = draw(st.sampled_from([0, 0, 0, 1, 2]))
        most = least + draw(st.integers(0, 3))
        tags = frozenset({"official"} if draw(st.booleans()) else ())
        people.append(
            Expert(f"e{at}", least, most, draw(st.sampled_from(["", "O", "P"])), tags, draw(st.integers(0, 2)))
        )
    separations = [
        Separation(
            "region", *draw(st.sampled_from([(None, None), (1, None), (2, 1), (None, 1)])), draw(st.integers(0, 3))
        )
    ]
    every = [(f"c{case}", f"e{expert}") for case in range(cases) for expert in range(experts)]
    conflicts = draw(st.frozensets(st.sampled_from(every), max_size=3))
    return Round(
        cases=tuple(
            Case(f"c{at}", draw(st.integers(0, min(3, experts))), {"region": draw(st.sampled_from(["", "N", "S"]))})
            for at in range(cases)
        ),
        experts=tuple(people),
        fit=tuple(tuple(draw(st.integers(0, 5)) for _ in range(experts)) for _ in range(cases)),
        conflicts=conflicts,
        fixed=draw(st.frozensets(st.sampled_from(every), max_size=1)) - conflicts,
        rules=Rules(
            draw(st.sampled_from([None, 1, 2])),
            draw(st.sampled_from([(), (Cap("official", Fraction(1, 3)),), (Cap("official", Fraction(1, 2)),)])),
            tuple(separations) if draw(st.booleans()) else (),
        ),
        weights=Weights(draw(st.integers(0, 3)), draw(st.integers(0, 2))),
        seed=draw(st.sampled_from(["a", "b"])),
    )


def every_way(asked: Round) -> Iterator[frozenset[Pair]]:
    choices = [itertools.combinations([one.id for one in asked.experts], case.wanted) for case in asked.cases]
    for chosen in itertools.product(*choices):
        yield frozenset((case.id, expert) for case, own in zip(asked.cases, chosen, strict=True) for expert in own)


def broken(asked: Round, assigned: frozenset[Pair]) -> list[str]:
    """Every rule that an assignment breaks, worked out from the rules' own words and not from the program."""
    found = []
    people = {one.id: one for one in asked.experts}
    loads = Counter(expert for _, expert in assigned)
    if assigned & asked.conflicts:
        found.append("conflict")
    if not asked.fixed <= assigned:
        found.append("kept")
    if any(not one.least <= loads[one.id] <= one.most for one in asked.experts):
        found.append("load")
    for case in asked.cases:
        own = [people[expert] for one, expert in assigned if one == case.id]
        if len(own) != case.wanted:
            found.append("wanted")
        employers = Counter(one.employer for one in own if one.employer)
        if asked.rules.per_employer is not None and max(employers.values(), default=0) > asked.rules.per_employer:
            found.append("employer")
        found += [
            cap.tag for cap in asked.rules.caps if sum(cap.tag in one.tags for one in own) > cap.share * case.wanted
        ]
    for rule in asked.rules.separations:
        together: Counter[tuple[str, ...]] = Counter()
        alone: Counter[tuple[str, ...]] = Counter()
        for case in asked.cases:
            group = case.groups.get(rule.kind)
            own_ids = sorted(expert for one, expert in assigned if one == case.id)
            if group:
                alone.update((group, one) for one in own_ids)
                together.update((group, *two) for two in itertools.combinations(own_ids, 2))
        if rule.per_expert is not None and max(alone.values(), default=0) > rule.per_expert:
            found.append("group")
        if rule.per_pair is not None and max(together.values(), default=0) > rule.per_pair:
            found.append("two")
    return found


def value(asked: Round, assigned: frozenset[Pair]) -> int:
    """Fit less the squares of the loads and the price of two cases of one group with one expert."""
    case_at = {one.id: at for at, one in enumerate(asked.cases)}
    expert_at = {one.id: at for at, one in enumerate(asked.experts)}
    fit = sum(asked.fit[case_at[case]][expert_at[expert]] for case, expert in assigned)
    loads = Counter(expert for _, expert in assigned)
    squares = sum((one.carried + loads[one.id]) ** 2 - one.carried**2 for one in asked.experts)
    apart = 0
    for rule in asked.rules.separations:
        held = Counter((asked.cases[case_at[case]].groups.get(rule.kind), expert) for case, expert in assigned)
        apart += rule.price * sum(n * (n - 1) // 2 for (group, _), n in held.items() if group)
    return asked.weights.fit * fit - asked.weights.balance * squares - apart


def best_by_trial(asked: Round) -> int | None:
    return max((value(asked, one) for one in every_way(asked) if not broken(asked, one)), default=None)


def said(plan: Plan) -> list[str]:
    return [render(one, "en") for one in plan.refused]


@given(rounds())
@settings(max_examples=250, deadline=None)
def test_the_optimum_is_that_of_trying_every_assignment(asked: Round) -> None:
    plan = assign(asked)
    best = best_by_trial(asked)

    assert bool(plan.refused) == (best is None)
    if best is not None:
        assert (plan.value, plan.gap, broken(asked, plan.assigned)) == (best, 0, [])
        assert plan.value == value(asked, plan.assigned) == plan.fit - plan.balance - plan.separation
        assert plan.proof in {"duals", "search"}


@pytest.mark.parametrize("direct", [0, assignment_solver.DIRECT])
def test_no_bound_of_the_duals_is_below_what_can_be_reached(direct: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment_solver, "DIRECT", direct)
    monkeypatch.setattr(assignment_solver, "_FIRST", 0)
    monkeypatch.setattr(assignment_solver, "_MORE", 1)

    @given(rounds())
    @settings(max_examples=150, deadline=None)
    def holds(asked: Round) -> None:
        best, core = best_by_trial(asked), Core(asked)
        found = [relax(core), relax(core, every_two(core))] if best is not None else []

        assert best is None or all(one is not None and best <= core.unscaled(one.bound) for one in found)

    holds()


def every_two(core: Core) -> list[Knot]:
    return [
        (at, group, one, other)
        for at, grouping in enumerate(core.groupings)
        for group in range(len(grouping.names) if grouping.per_pair is not None else 0)
        for one, other in itertools.combinations(range(core.experts), 2)
    ]


def middling(seed: int, rules: Rules, cases: int = 30, experts: int = 12) -> Round:
    chance = random.Random(seed)
    return Round(
        cases=tuple(Case(f"C{at}", 3, {"region": f"R{chance.randrange(4)}"}) for at in range(cases)),
        experts=tuple(
            Expert(f"E{at}", 3, 12, f"O{chance.randrange(8)}", frozenset({"official"} if at % 4 == 0 else ()))
            for at in range(experts)
        ),
        fit=tuple(tuple(chance.randrange(100) for _ in range(experts)) for _ in range(cases)),
        conflicts=frozenset((f"C{c}", f"E{e}") for c in range(cases) for e in range(experts) if chance.random() < 0.1),
        rules=rules,
        weights=Weights(10, 3),
    )


ALL_RULES = Rules(1, (Cap("official", Fraction(1, 3)),), (Separation("region", 5, 2, 1),))


@pytest.mark.parametrize("seed", range(6))
def test_a_round_of_thirty_keeps_every_rule_and_is_proven(seed: int) -> None:
    asked = middling(seed, ALL_RULES)
    plan = assign(asked)

    assert (plan.refused, plan.gap, broken(asked, plan.assigned)) == ((), 0, [])


@pytest.mark.parametrize("seed", range(4))
def test_leaving_out_what_cannot_be_better_leaves_out_nothing(seed: int) -> None:
    """The optimum by windows of prices is that of one search over all pairs, lots and all."""
    core = Core(middling(seed, replace(ALL_RULES, separations=(Separation("region", 6, 2, 1),))))
    knots: list[Knot] = []
    while True:
        found = search(core, core.open, knots, nodes=10_000)
        assert found.given is not None
        new = core.knots(found.given)
        if not new:
            break
        knots += new

    assert assign(core.asked).value == core.value(found.given)


def test_the_rows_of_twos_bring_the_bound_nearer_to_the_best() -> None:
    core = Core(middling(1, replace(ALL_RULES, separations=(Separation("region", 6, 2, 1),))))
    plain = relax(core)
    assert plain is not None
    knots = core.knots_and_next(plain.share > 0.5)
    tied, whole = relax(core, knots), relax(core, every_two(core))

    assert set(core.knots(plain.share > 0.5)) < set(knots)
    assert tied is not None
    assert whole is not None
    bounds = [core.unscaled(one.bound) for one in (whole, tied, plain)]
    assert [assign(core.asked).value, *bounds] == sorted([assign(core.asked).value, *bounds])
    assert bounds[1] < bounds[2]


def test_without_rules_that_cross_the_proof_needs_no_search() -> None:
    plan = assign(middling(1, Rules(1, (), (Separation("region", price=2),))))

    assert (plan.gap, plan.relative_gap, plan.proof) == (0, 0, "duals")


def test_the_same_round_gives_the_same_plan_in_whatever_order_it_is_given() -> None:
    asked = middling(2, ALL_RULES)
    turned = replace(
        asked, cases=asked.cases[::-1], experts=asked.experts[::-1], fit=tuple(row[::-1] for row in asked.fit[::-1])
    )

    assert assign(asked) == assign(asked)
    assert assign(asked).assigned == assign(turned).assigned


def test_the_seed_decides_among_equals_and_each_has_the_same_chance() -> None:
    """Six ways to give one case two of four equal experts; chi-square with 5 degrees of freedom, 0.999: 20.5."""
    asked = Round(
        (Case("c", 2),), tuple(Expert(f"e{at}", 0, 1) for at in range(4)), ((7, 7, 7, 7),), weights=Weights(1, 0)
    )
    counts = Counter(tuple(assign(replace(asked, seed=str(seed))).of_case("c")) for seed in range(300))

    assert len(counts) == 6
    assert sum((n - 50) ** 2 / 50 for n in counts.values()) < 20.5


def test_a_lot_never_outweighs_a_unit_of_value() -> None:
    asked = Round((Case("c", 1),), (Expert("a", 0, 1), Expert("b", 0, 1)), ((5, 6),))

    assert {assign(replace(asked, seed=str(seed))).of_case("c")[0] for seed in range(50)} == {"b"}


def test_columns_found_by_prices_give_the_same_optimum_as_all_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = middling(3, Rules(1, (), (Separation("region", 6, None, 2),)), cases=60, experts=40)
    whole = assign(asked)
    monkeypatch.setattr(assignment_solver, "DIRECT", 0)
    monkeypatch.setattr(assignment_solver, "_FIRST", 0)
    pieces = assign(asked)

    assert (pieces.value, pieces.gap, pieces.proof) == (whole.value, 0, "duals")
    assert pieces.assigned == whole.assigned


@pytest.mark.parametrize("seed", range(4))
def test_where_the_search_is_left_out_the_gap_that_is_stated_holds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = middling(seed, replace(ALL_RULES, separations=(Separation("region", 6, 2, 1),)))
    best = assign(asked)
    for room, name, limit in (
        (assignment_solver, "DIRECT", 0), (assignment, "DIRECT", 0), (assignment, "_WIDE", 0), (assignment, "_NEAR", 5),
    ):  # fmt: skip
        monkeypatch.setattr(room, name, limit)
    rough = assign(asked)

    assert (best.gap, rough.refused, broken(asked, rough.assigned)) == (0, (), [])
    assert rough.value <= best.value <= rough.bound
    assert (rough.proof == "none") == (rough.gap > 0) == (rough.relative_gap > 0)


def test_balance_spreads_the_load_and_counts_what_is_carried() -> None:
    experts = (Expert("a", 0, 9, carried=4), Expert("b", 0, 9), Expert("c", 0, 9))
    asked = Round(tuple(Case(f"c{at}", 1) for at in range(8)), experts, ((3, 3, 3),) * 8)

    assert assign(asked).loads == {"a": 0, "b": 4, "c": 4}


def test_the_fit_of_an_expert_is_the_share_of_what_is_asked() -> None:
    assert [fit_of({"steel": 2, "power": 1}, offers) for offers in ({}, {"steel": 1}, {"steel": 9, "power": 1})] == [
        0, 33, 100,
    ]  # fmt: skip
    assert fit_of({"steel": 8}, {"steel": 1}) == 13
    assert fit_of({}, {}) == 100


# --- what cannot be met ---------------------------------------------------------------------------------------------


def test_cases_that_ask_for_more_than_is_free_are_named_with_the_number_missing() -> None:
    asked = Round(
        tuple(Case(f"c{at}", 1) for at in range(4)),
        (Expert("e0", 0, 1), Expert("e1", 0, 1), Expert("e2", 0, 9)),
        ((1, 1, 1),) * 4,
        conflicts=frozenset({("c0", "e2"), ("c1", "e2"), ("c2", "e2")}),
    )
    plan = assign(asked)
    short, *others = said(plan)

    assert plan.assigned == frozenset()
    assert short in {f"c{at} needs 1 experts; missing: 1." for at in range(3)}
    assert others == [
        "These cases together need 3 places, and those free to read them can fill 2: c0, c1, c2.",
        "These experts are at their limit: e0, e1.",
    ]


def test_experts_who_cannot_get_their_least_are_named() -> None:
    asked = Round((Case("c0", 1),), (Expert("a", 1, 2), Expert("b", 1, 2)), ((1, 1),))
    plan = assign(asked)

    assert (
        "These experts are to read at least 2 cases together, and under the rules 1 can be given to them: a, b."
        in said(plan)
    )
    assert [one.values["missing"] for one in plan.refused if one.key == "assignment.expert_short"] == [1]


def test_the_rule_in_the_way_is_named() -> None:
    asked = Round((Case("c0", 2),), (Expert("a", 0, 2, "O"), Expert("b", 0, 2, "O")), ((1, 1),))

    assert "The limit of experts of one employer stands in the way: O, at c0." in said(assign(asked))


def test_two_who_would_have_to_share_too_many_cases_are_named_with_the_number() -> None:
    region = {"region": "N"}
    asked = Round(
        tuple(Case(f"c{at}", 2, region) for at in range(3)),
        (Expert("a", 0, 9), Expert("b", 0, 9)),
        ((1, 1),) * 3,
        rules=Rules(None, (), (Separation("region", per_pair=1),)),
    )

    assert said(assign(asked)) == ["a, b may share at most 1 cases of N; beyond it: 2."]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"conflicts": frozenset({("c0", "a")})}, "c0 is already assigned to a, who has a conflict of interest."),
        ({"cases": (Case("c0", 1), Case("c1", 1))}, "c0 needs 1 experts and already has 2."),
        ({"experts": (Expert("a", 0, 1), Expert("b", 0, 9))}, "a reads at most 1 cases and already has 2."),
        (
            {"experts": (Expert("a", 0, 9, "O"), Expert("b", 0, 9, "O"))},
            "c0 already has 2 experts of O; at most 1 are allowed.",
        ),
    ],
)
def test_what_is_kept_against_a_rule_is_told(changed: dict[str, object], sentence: str) -> None:
    asked = Round(
        (Case("c0", 2), Case("c1", 2)),
        (Expert("a", 0, 9), Expert("b", 0, 9)),
        ((1, 1), (1, 1)),
        fixed=frozenset({("c0", "a"), ("c0", "b"), ("c1", "a")}),
    )

    assert said(assign(replace(asked, **changed)))[0] == sentence  # type: ignore[arg-type]  # fields by name


def test_the_smallest_shortage_is_that_of_trying_every_part() -> None:
    """Of ten rounds that cannot be met, what is missing is what the best incomplete assignment leaves."""
    chance = random.Random(5)
    met = 0
    for _ in range(10):
        asked = Round(
            tuple(Case(f"c{at}", 2) for at in range(3)),
            tuple(Expert(f"e{at}", 0, 1) for at in range(4)),
            ((1,) * 4,) * 3,
            conflicts=frozenset((f"c{c}", f"e{e}") for c in range(3) for e in range(4) if chance.random() < 0.5),
        )
        pairs = [(c.id, e.id) for c in asked.cases for e in asked.experts if (c.id, e.id) not in asked.conflicts]
        most = max(
            len(part)
            for size in range(5)
            for part in itertools.combinations(pairs, size)
            if max(Counter(e for _, e in part).values(), default=0) <= 1
            and max(Counter(c for c, _ in part).values(), default=0) <= 2
        )
        missing = sum(one.values["missing"] for one in assign(asked).refused if one.key == "assignment.case_short")
        met += missing == 6 - most

    assert met == 10


def test_a_round_that_cannot_be_meant_is_refused_with_every_reason() -> None:
    asked = Round(
        (Case("c", 1), Case("c", -1)), (Expert("e", 2, 1),), ((1,),), conflicts=frozenset({("x", "e")}),
        rules=Rules(0), weights=Weights(-1),
    )  # fmt: skip
    with pytest.raises(ValueError) as refused:
        assign(asked)

    assert str(refused.value) == (
        "case c stands twice; conflict: no case x; case c: wanted -1; expert e: least 2, most 1, carried 0; "
        "fit: not 2 rows of 1; weight of fit: -1 is below 0 or above 100; per employer: 0"
    )


def test_a_round_of_nothing_is_assigned() -> None:
    plan = assign(Round((), (), ()))

    assert (plan.assigned, plan.value, plan.gap, plan.refused) == (frozenset(), 0, 0, ())


def test_every_figure_of_the_arrays_is_whole() -> None:
    core = Core(middling(1, ALL_RULES))

    assert core.gain.dtype == np.int64
    assert core.scale > 8 * 90 * 4095
