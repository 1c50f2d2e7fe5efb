"""A new release finds the studies it touches, and what is stored of them is exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from caseflow.footprint.bulk import ledger, recompute, renewed, successor, values
from caseflow.footprint.calculation import calculate
from caseflow.footprint.factors import Release, read_release
from caseflow.footprint.shelf import Shelf, shelf
from caseflow.footprint.study import Study, read
from tests.footprint.published import flow, gas, line, process, shipped, study, system

OLD = "cn-electricity-footprint-2023/mix"
NEW = shipped().factors.release("cn-electricity-footprint-2024")


def new() -> Release:
    assert NEW is not None
    return NEW


def studies() -> dict[str, Study]:
    avoided = process(
        "coking", flow("coke", "1"), flow("power", "2", "kWh", role="avoided", factor=OLD), lines=[gas("5")]
    )
    bodies: dict[str, Any] = {
        "touched": study(line(factor=OLD), declared=None),
        "slightly": study(line(factor=OLD, amount="1"), gas("100", stage="production"), declared=None),
        "of its year": study(line(factor=OLD), period={"from": "2023-01-01", "to": "2023-12-31"}, declared=None),
        "new already": study(),
        "by a system": system(avoided),
    }
    return {name: read(body) for name, body in bodies.items()}


def test_a_ledger_gives_every_total() -> None:
    book = ledger(studies().items(), shipped())
    totals = book.totals(values(book.columns, shipped()))

    assert dict(zip(book.names, totals.tolist(), strict=True)) == {
        name: pytest.approx(calculate(one, shipped()).total, rel=1e-12) for name, one in studies().items()
    }


def test_a_factor_is_followed_by_a_nearer_year_and_not_by_one_after_the_activity() -> None:
    old = shipped().factors.get(OLD)
    assert old is not None

    assert [
        following.ref if following else None
        for following in (successor(old, year, new()) for year in (2023, 2024, 2026))
    ] == [
        None,
        "cn-electricity-footprint-2024/mix",
        "cn-electricity-footprint-2024/mix",
    ]


def test_only_what_is_touched_is_recomputed_with_the_largest_change_first() -> None:
    found = recompute(studies(), shipped(), new())

    assert [(one.name, one.level) for one in found] == [
        ("touched", "notify"),
        ("by a system", "note"),
        ("slightly", "note"),
    ]
    assert (found[0].before, found[0].after) == (620.5, 577.7)
    assert found[0].percent == pytest.approx(-6.9, abs=0.05)
    assert found[0].result == calculate(renewed(studies()["touched"], shipped(), new()), shipped())
    assert found[1].after == pytest.approx(5 - 2 * 0.5777)


def test_a_lower_bound_asks_for_another_review() -> None:
    found = recompute(studies(), shipped(), new(), notify=Decimal(1), review=Decimal(6))

    assert [one.level for one in found] == ["review", "notify", "note"]


def test_what_is_not_touched_is_the_same_study() -> None:
    untouched = studies()["new already"]

    assert renewed(untouched, shipped(), new()) is untouched


def _corrected() -> tuple[Shelf, Release]:
    body = new().as_json()
    body |= {"id": "corrected", "supersedes": [new().id]}
    body["factors"] = [{**one, "value": "0.6"} if one["id"] == "mix" else one for one in body["factors"]]
    release = read_release(body)
    return shelf([*shipped().factors.releases, release], shipped().schemes), release


def test_a_release_that_supersedes_another_touches_all_that_quote_it() -> None:
    data, release = _corrected()

    found = recompute(studies(), data, release)

    assert {one.name: one.after for one in found} == {
        "new already": 600.0,
        "touched": 600.0,
        "slightly": 100.6,
        "by a system": pytest.approx(5 - 2 * 0.6),
    }


def test_the_candidates_of_a_matrix_are_the_rows_of_the_changed_columns() -> None:
    book = ledger(studies().items(), shipped())
    changed = [number for number, (ref, year) in enumerate(book.columns) if (ref, year) == (OLD, 2024)]

    assert [book.names[row] for row in book.touched(changed)] == ["touched", "slightly", "by a system"]
    assert len(book.touched([])) == 0


def test_many_studies_are_one_product() -> None:
    book = ledger(((f"s{number}", read(study(line(amount=str(number + 1))))) for number in range(200)), shipped())

    assert book.totals(values(book.columns, shipped())) == pytest.approx(0.5777 * np.arange(1, 201), rel=1e-14)
