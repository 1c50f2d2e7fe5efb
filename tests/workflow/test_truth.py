"""Which conditions can hold is decided exactly where single values are compared with what is written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from caseflow.workflow.proof.truth import Domain, Truth, truth
from caseflow.workflow.proof.truth_reading import Undecided, read

DOMAINS = {
    "n": Domain("integer", (), Fraction(1), Fraction(20), Fraction(1)),
    "d": Domain("decimal", (), Fraction(0), None, Fraction(1, 10)),
    "x": Domain("decimal"),
    "day": Domain("date", step=Fraction(1)),
    "size": Domain("text", ("big", "small")),
    "place": Domain("text"),
    "yes_": Domain("boolean"),
    "m": Domain("integer", (), Fraction(1), Fraction(20), Fraction(1)),
    "from_": Domain("date", step=Fraction(1)),
    "until": Domain("date", step=Fraction(1)),
    "size(rows)": Domain("integer", (), Fraction(0), None, Fraction(1)),
}
EITHER: set[bool | None] = {True, False}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("n < 5", EITHER), ("n >= 1", {True}), ("n > 20", {False}), ("n < 5 && n > 10", {False}), ("n < 5 || n >= 5", {True}),
        ("n > 4 && n < 5", {False}), ("d > 0.1 && d < 0.2", {False}), ("x > 0.1 && x < 0.2", EITHER), ("n > 4 && n < 6", EITHER),
        ("5 > n && 10 < n", {False}), ("d < 0", {False}), ("d == -1", {False}), ("!(n < 5) && n < 5", {False}),
        ('size == "big" && size == "small"', {False}), ('size == "big" || size == "small"', {True}), ('size == "huge"', {False}),
        ('size in ["big", "small"]', {True}), ('place in ["north"] && place != "north"', {False}), ('place == "a"', EITHER),
        ('day < date("2026-01-01") && day > date("2025-12-31")', {False}), ('day <= date("2026-01-01")', EITHER),
        ("yes_ && !yes_", {False}), ("yes_ == true || yes_ == false", {True}), ("true", {True}),
        ("has(n)", EITHER), ("has(n) && n < 0", {False}), ("has(n) || n > 20", {True, None}), ("!has(n) || n >= 1", {True}),
        ("has(n) && n >= 1 || !has(n)", {True}), ("n < 5 && has(n)", EITHER), ("!has(n) && n > 3", {False, None}),
        ("n < m", EITHER), ("n < m && m < n", {False}), ("n < m || n >= m", {True}), ("n > 19 && m < n", EITHER), ("n > m && m > 18", EITHER),
        ("n > m && m > 19", {False}), ("day > from_ && from_ > until && until > day", {False}), ("day > from_ && from_ > until", EITHER),
        ('day > from_ && from_ > until && until > date("2026-01-01")', EITHER),
        ("size(rows) >= 0", {True}), ("size(rows) > 1 && size(rows) < 2", {False}),
    ],
)  # fmt: skip
def test_a_condition_is_decided_by_one_value_for_each_part(text: str, found: set[bool | None]) -> None:
    assert truth(read(text), DOMAINS) == Truth(True in found, found == {True})


@pytest.mark.parametrize(
    "text",
    [
        "n + 1 < 5", "n * 2 == 4", "rows.all(r, r > 1)", 'place.contains("a")', "n ? yes_ : yes_",
        "n <", 'day < date("2026-02-30")', 'place == "a\\"b"', "n in [d]", "n < 5 n", "-place == 1", "has(5)", "5", "n in n", "size(rows, n) > 1",
    ],
)  # fmt: skip
def test_what_holds_anything_else_is_left_undecided(text: str) -> None:
    with pytest.raises(Undecided):
        read(text)


def test_too_many_combinations_are_left_undecided() -> None:
    names = [f"v{number}" for number in range(14)]

    with pytest.raises(Undecided):
        truth(read(" && ".join(names)), dict.fromkeys(names, Domain("boolean")))


def test_texts_are_not_ordered() -> None:
    with pytest.raises(Undecided):
        truth(read('place < "b"'), DOMAINS)


@pytest.mark.parametrize("text", ["place == size", "x > d", "d > x && d > 1.0"])
def test_values_without_common_steps_compared_with_each_other_are_left_undecided(text: str) -> None:
    with pytest.raises(Undecided):
        truth(read(text), DOMAINS)
