"""Pedigree scores and distributions give the published spreads, and what was drawn has them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from caseflow.footprint import pedigree
from caseflow.footprint.plain import Part
from caseflow.footprint.uncertainty import Law, Laws, read_spread
from caseflow.words import Refused
from tests.footprint.published import example

PUBLISHED = example("ecoinvent_pedigree")


def _law(figure: float, **body: Any) -> Law:
    part = Part(body)
    found = read_spread(part, Decimal(str(figure)))
    part.refuse_if_wrong()
    return found.law(figure)


def _problems(figure: str | None, **body: Any) -> list[tuple[str, str]]:
    part = Part(body)
    read_spread(part, None if figure is None else Decimal(figure))
    with pytest.raises(Refused) as refused:
        part.refuse_if_wrong()
    return [(reason.key, reason.values["path"]) for reason in refused.value.reasons]


def test_a_pedigree_adds_the_published_variance() -> None:
    """ecoSpold2 sample of olca-modules: variance 2 with scores (5,5,5,5,5) is printed as 2.21."""
    sample = PUBLISHED["sample"]

    found = sample["basic_variance"] + pedigree.added_variance(sample["scores"], "variances")

    assert PUBLISHED["expected"]["variance_with_pedigree"] == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize(("matrix", "name"), [("original", "example_v1"), ("empirical", "example_v2")])
def test_both_versions_of_the_matrix_give_the_published_spread(matrix: Any, name: str) -> None:
    """(2,2,3,1,4) with a basic factor of 1.05: original factors, and those of Ciroth et al. 2016."""
    given, expected = PUBLISHED["expected"], PUBLISHED["expected"][name]

    found = pedigree.sigma(given["example_scores"], given["example_basic_U"], matrix)

    assert expected["sigma"] == pytest.approx(found, abs=1e-9)
    assert expected["GSD2"] == pytest.approx(pedigree.gsd2(found), abs=1e-9)


@pytest.mark.parametrize(("matrix", "table"), [("original", "v1_U"), ("empirical", "v2_U")])
def test_every_factor_of_the_matrix_is_the_published_one(matrix: Any, table: str) -> None:
    """One indicator at a time: what a score adds is (ln U / 2)²."""
    for place, indicator in enumerate(pedigree.INDICATORS):
        for score in range(1, 6):
            scores = [1] * 5
            scores[place] = score
            expected = (math.log(PUBLISHED[table][indicator][score - 1]) / 2) ** 2

            assert expected == pytest.approx(pedigree.added_variance(scores, matrix), abs=1e-15)


def test_every_variance_of_the_table_is_the_published_one() -> None:
    for place, indicator in enumerate(pedigree.INDICATORS):
        for score in range(1, 6):
            scores = [1] * 5
            scores[place] = score

            assert PUBLISHED["ecoinvent3_variance"][indicator][score - 1] == pedigree.added_variance(
                scores, "variances"
            )


@pytest.mark.parametrize("scores", [[1, 1, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 1, 6]])
def test_other_scores_are_refused(scores: list[int]) -> None:
    with pytest.raises(ValueError):
        pedigree.added_variance(scores, "original")


LAWS = [
    (_law(5, distribution="lognormal", gsd2="1.5"), stats.lognorm(math.log(1.5) / 2, scale=5)),
    (_law(5, distribution="lognormal", sigma="0.3"), stats.lognorm(0.3, scale=5)),
    (_law(5, distribution="normal", sd="2"), stats.norm(5, 2)),
    (_law(-5, distribution="normal", cv="0.1"), stats.norm(-5, 0.5)),
    (_law(3, distribution="triangular", low="1", high="8"), stats.triang(2 / 7, loc=1, scale=7)),
    (_law(3, distribution="uniform", low="1", high="8"), stats.uniform(1, 7)),
]


@pytest.mark.parametrize(("law", "known"), LAWS)
def test_moments_and_quantiles_are_those_of_the_distribution(law: Law, known: Any) -> None:
    assert law.mean == pytest.approx(known.mean(), rel=1e-12)
    assert law.variance == pytest.approx(known.var(), rel=1e-12)
    for probability in (0.025, 0.2, 0.5, 0.9, 0.975):
        assert law.quantile(probability) == pytest.approx(known.ppf(probability), rel=1e-9)


def _drawn(draws: int, *laws: Law) -> Any:
    out = np.empty((len(laws), draws))
    Laws(laws).draw([np.random.default_rng(number) for number in range(3, 3 + len(laws))], out)
    return out


def test_laws_drawn_together_are_the_laws_drawn_alone() -> None:
    """Each has its own stream, so the company that it keeps changes nothing."""
    laws = [law for law, _ in LAWS]
    together = _drawn(100, *laws)
    out = np.empty((1, 100))
    Laws([laws[4]]).draw([np.random.default_rng(3 + 4)], out)

    assert np.array_equal(together[4], out[0])


def test_a_triangle_without_width_is_its_figure() -> None:
    assert set(_drawn(10, Law("triangular", 5.0, low=5.0, high=5.0)).ravel().tolist()) == {5.0}


@pytest.mark.parametrize(("law", "known"), LAWS)
def test_what_is_drawn_follows_the_distribution(law: Law, known: Any) -> None:
    out = _drawn(20_000, law)[0]

    assert stats.kstest(out, known.cdf).pvalue > 0.001


def test_a_negative_figure_stays_negative() -> None:
    law = _law(-5, distribution="lognormal", gsd2="1.5")

    assert _drawn(1000, law).max() < 0
    assert law.quantile(0.025) == pytest.approx(-5 * 1.5**0.98, rel=1e-4)
    assert law.quantile(0.025) < law.quantile(0.975) < 0


@given(st.floats(0.01, 0.99))
def test_a_quantile_of_a_triangle_has_its_probability(probability: float) -> None:
    law = Law("triangular", 3.0, low=1.0, high=8.0)

    assert stats.triang(2 / 7, loc=1, scale=7).cdf(law.quantile(probability)) == pytest.approx(probability, abs=1e-12)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"distribution": "lognormal"}, ("footprint.spread_needs", "sigma")),
        ({"sigma": "0.1", "gsd2": "1.2"}, ("footprint.spread_needs", "sigma")),
        ({"distribution": "normal", "sd": "1", "low": "0"}, ("footprint.spread_not_this", "low")),
        ({"distribution": "triangular", "low": "6", "high": "8"}, ("footprint.spread_bounds", "low")),
        ({"distribution": "uniform", "low": "8", "high": "6"}, ("footprint.spread_bounds", "low")),
        ({"distribution": "gamma"}, ("footprint.not_offered", "distribution")),
        ({"sigma": "9"}, ("footprint.not_in_range", "sigma")),
        ({"gsd2": "0.9"}, ("footprint.not_in_range", "gsd2")),
        ({"distribution": "normal", "cv": "-0.1"}, ("footprint.not_in_range", "cv")),
        ({"pedigree": [1, 2, 3]}, ("footprint.not_scores", "pedigree")),
        ({"pedigree": [1, 2, 3, 4, True]}, ("footprint.not_scores", "pedigree")),
    ],
)
def test_a_spread_that_says_nothing_or_too_much_is_refused(body: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in _problems("5", **body)


def test_a_spread_written_and_read_again_is_the_same() -> None:
    body = {"distribution": "lognormal", "pedigree": [1, 2, 3, 4, 5], "basic": "1.05", "matrix": "empirical"}
    first = read_spread(Part(body), None)

    assert first == read_spread(Part(first.as_json()), None)
    assert body == first.as_json()
