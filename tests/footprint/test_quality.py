"""Data quality ratings follow their formulas."""

from __future__ import annotations

import pytest

from caseflow.footprint.quality import Quality, from_pedigree, ilcd_rating, level, weighted


def test_a_rating_is_the_mean_of_the_four_scores() -> None:
    """Environmental footprint method: DQR = (TeR + GeR + TiR + P) / 4."""
    assert Quality(technology=1, geography=2, time=3, precision=4).rating == 2.5


def test_the_worst_score_counts_five_times_in_the_ilcd_rating() -> None:
    """ILCD handbook 2010: (sum + 4 x worst) / (i + 4)."""
    assert ilcd_rating([1, 2, 1, 3, 1, 2]) == 2.2


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        (1.0, "excellent"),
        (1.6, "excellent"),
        (1.7, "very_good"),
        (2.5, "good"),
        (3.0, "good"),
        (3.1, "fair"),
        (4.5, "poor"),
    ],
)
def test_a_rating_has_a_name(rating: float, expected: str) -> None:
    assert expected == level(rating)


def test_a_rating_is_weighted_by_absolute_contributions() -> None:
    found = weighted([(1.0, 30.0), (3.0, -10.0), (None, 60.0)])

    assert (found.rating, found.covered) == (1.5, 0.4)


def test_nothing_rated_is_no_rating() -> None:
    assert weighted([(None, 5.0)]).rating is None
    assert weighted([]).rating is None


def test_pedigree_scores_stand_for_quality_scores() -> None:
    assert from_pedigree((1, 2, 3, 4, 5)) == Quality(technology=5, geography=4, time=3, precision=1)
