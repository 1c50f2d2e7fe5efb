"""Facts become exclusions, each with its ground, its sentence and its proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from caseflow.evaluation.conflicts import (
    Case,
    Exclusion,
    Policy,
    Statement,
    Tie,
    exclusions,
    related,
    years_before,
)
from caseflow.evaluation.draw import draw
from caseflow.evaluation.pool import Candidate, Rule
from caseflow.words import render
from tests.evaluation.draws import frozen

DAY = date(2026, 5, 11)
COKE = Case("c1", "coke", ("works",), ("agency",))
STEEL = Case("c2", "steel", ("mill",))
OTHER_COKE = Case("c3", "coke", ("rival",), ("bureau",))


def found(
    *ties: Tie, said: tuple[Statement, ...] = (), policy: Policy | None = None, **more: Any
) -> tuple[Exclusion, ...]:
    people = ("ann", "bob", "eve")
    return exclusions(
        people, (COKE, STEEL), ties, said, policy or Policy(DAY), in_round=(COKE, STEEL, OTHER_COKE), **more
    )


def short(several: tuple[Exclusion, ...]) -> list[tuple[str, str, str]]:
    return [(one.person, one.case, one.ground) for one in several]


def test_an_applicants_own_people_are_out_of_its_case_and_of_those_who_compete() -> None:
    """Whoever works for an applicant also judges no rival of the same class."""
    assert short(found(Tie("ann", "employed", "works", "list"))) == [("ann", "c1", "same_organisation")]
    assert short(found(Tie("ann", "employed", "rival", "list"))) == [("ann", "c1", "agent_in_round")]


@pytest.mark.parametrize("employer", ["agency", "bureau"])
def test_an_agents_people_are_out_of_the_same_class_and_of_no_other(employer: str) -> None:
    assert short(found(Tie("ann", "employed", employer, "list"))) == [("ann", "c1", "agent_in_round")]


def test_the_sentence_names_organisation_and_case() -> None:
    names = {"bureau": "某咨询公司", "c3": "办件三"}
    one = found(Tie("ann", "employed", "bureau", "list"), names=names)[0]

    assert render(one.reason, "zh") == "受雇于本批次同类申报单位或其代理机构：某咨询公司（办件三）"
    assert one.evidence[0].as_json() == {
        "source": "list",
        "organisation": "bureau",
        "party": "bureau",
        "other_case": "c3",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["adviser", "co_project"])
@pytest.mark.parametrize(
    ("ended", "counts"),
    [
        (date(2023, 5, 11), True),
        (date(2023, 5, 10), False),
        (date(2026, 6, 1), True),
        (None, True),
    ],
)
def test_advice_and_projects_count_for_three_years_to_the_day(kind: Any, ended: date | None, *, counts: bool) -> None:
    assert bool(found(Tie("ann", kind, "mill", "cv", ended=ended))) is counts


def test_the_years_are_the_procedures() -> None:
    tie = Tie("ann", "adviser", "mill", "cv", ended=date(2022, 1, 1))

    assert found(tie) == ()
    assert short(found(tie, policy=Policy(DAY, years=5))) == [("ann", "c2", "adviser")]


def test_a_window_from_a_leap_day_is_not_shorter() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


def test_a_former_employment_counts_only_where_the_procedure_says_so() -> None:
    tie = Tie("ann", "employed", "mill", "cv", ended=date(2025, 12, 31))

    assert found(tie) == ()
    assert short(found(tie, policy=Policy(DAY, employment_years=1))) == [("ann", "c2", "same_organisation")]


@pytest.mark.parametrize("kind", ["shareholding", "kin"])
def test_shares_and_kin_count_while_they_last(kind: Any) -> None:
    assert short(found(Tie("ann", kind, "agency", "register"))) == [("ann", "c1", kind)]
    assert found(Tie("ann", kind, "agency", "register", ended=date(2026, 5, 10))) == ()


@pytest.mark.parametrize("kind", ["filed", "declared", "raised"])
def test_what_was_said_counts_for_its_case_or_for_the_panel(kind: Any) -> None:
    said = (
        Statement("ann", kind, "c2", "letter"),
        Statement("bob", kind, "", "letter"),
        Statement("eve", kind, "c9", "x"),
    )
    several = found(said=said)

    assert short(several) == [("ann", "c2", kind), ("bob", "", kind)]
    assert all(render(one.reason, language) for one in several for language in ("zh", "en"))


PARENTS = {"works": "group", "sister": "group", "workshop": "works", "group": "holding"}


@pytest.mark.parametrize(
    ("employer", "reach", "out"),
    [
        ("works", "itself", True),
        ("group", "itself", False),
        ("group", "line", True),
        ("holding", "line", True),
        ("workshop", "line", True),
        ("sister", "line", False),
        ("sister", "group", True),
        ("stranger", "group", False),
    ],
)
def test_an_organisation_reaches_as_far_as_the_procedure_says(employer: str, reach: Any, *, out: bool) -> None:
    several = found(Tie("ann", "employed", employer, "list"), policy=Policy(DAY, reach=reach), parents=PARENTS)

    assert short(several) == ([("ann", "c1", "same_organisation")] if out else [])


def test_a_loop_of_parents_ends() -> None:
    assert related("a", {"a": "b", "b": "a"}, "line") == {"a", "b"}


def test_a_ground_that_the_procedure_does_not_know_bars_nobody() -> None:
    assert found(Tie("ann", "kin", "works", "x"), policy=Policy(DAY, without=frozenset({"kin"}))) == ()


def test_two_proofs_of_one_ground_are_one_exclusion() -> None:
    several = found(Tie("ann", "adviser", "works", "cv"), Tie("ann", "adviser", "agency", "contract"))

    assert [(one.ground, [proof.source for proof in one.evidence]) for one in several] == [
        ("adviser", ["contract", "cv"])
    ]  # fmt: skip


def test_what_bars_one_bars_whoever_may_be_the_same_person() -> None:
    several = found(Tie("stranger", "kin", "works", "x"), doubts=[("ann", "stranger")])

    assert short(several) == [("ann", "c1", "identity_doubt")]
    assert several[0].evidence[0].twin == "stranger"
    assert "身份待核" in render(several[0].reason, "zh")


def test_the_order_of_the_facts_is_nothing() -> None:
    ties = (Tie("ann", "adviser", "works", "cv"), Tie("bob", "kin", "mill", "x"), Tie("ann", "adviser", "agency", "y"))

    assert found(*ties) == found(*ties[::-1])


def test_the_bar_of_the_frozen_pool_tells_nothing_and_binds_the_proof() -> None:
    one = found(Tie("ann", "kin", "works", "registry office"))[0]
    other = replace(one, evidence=(replace(one.evidence[0], source="another"),))

    assert (one.bar(b"k").ground, one.bar(b"k").case) == ("kin", "c1")
    assert len({one.bar(b"k").evidence, one.bar(b"l").evidence, other.bar(b"k").evidence}) == 3


def test_exclusions_keep_off_the_panel_that_is_drawn() -> None:
    (one,) = found(Tie("ann", "kin", "works", "x"))
    people = [Candidate("ann", bars=(one.bar(b"key"),)), *(Candidate(free) for free in ("bob", "eve", "joe"))]
    drawn = draw(bytes(32), frozen(people, Rule(size=3, per_employer=None, officials=None), ("c1", "c2")))

    assert set(drawn.panel) == {"bob", "eve", "joe"}
