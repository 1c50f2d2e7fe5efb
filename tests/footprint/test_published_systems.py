"""Systems, allocations and the circular formula against answers that others have printed."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.footprint.results import Result
from tests.footprint.published import example, flow, gas, process, result, system

OPENLCA = example("openlca_systems")["systems"]
SHARED = example("multifunctional_allocation")


def _process(name: str, function: list[Any], flows: list[list[Any]], emission: float, shares: Any, *mark: str) -> Any:
    treats = "treats" in mark
    made = [] if treats else [flow(function[0], str(function[1]))]
    roles = {"out": "coproduct", "waste": "waste", "avoided": "avoided", "treated": "treated"}
    made += [flow(one, str(amount), role=roles[role]) for role, one, amount in flows if role in roles]
    inputs = [flow(one, str(amount)) for role, one, amount in flows if role == "in"]
    lines = [gas(str(emission), id=f"{name}.co2")] if emission else []
    body = process(name, *made, inputs=inputs, lines=lines)
    if treats:
        body["treats"] = flow(function[0], str(function[1]))
    if shares:
        body["allocation"] = {"method": "shares", "shares": {one: str(share) for one, share in shares.items()}}
    return body


def _openlca(case: Any) -> Result:
    first, *others = case["processes"]
    wanted = _process(*first, *(["treats"] if case.get("treats") else []))
    body = system(wanted, *(_process(*one) for one in others), demand=str(case["demand"]), product=first[1][0])
    return result(body)


@pytest.mark.parametrize("case", OPENLCA, ids=[one["name"] for one in OPENLCA])
def test_a_system_comes_to_what_openlca_expects(case: Any) -> None:
    found = _openlca(case)

    assert found.complete
    assert found.total == pytest.approx(case["expected"], rel=1e-15)
    assert [one.scaling for one in found.processes] == case.get("scaling", [one.scaling for one in found.processes])
    assert [one.direct for one in found.processes] == case.get("direct", [one.direct for one in found.processes])


def _shared(product: str, allocation: dict[str, Any], emission: str = str(SHARED["emission"])) -> float:
    made = [
        flow(
            one["id"],
            str(one["amount"]),
            one["unit"],
            role="coproduct" if at else "product",
            properties={"price": str(one["price"]), "mass": str(one["mass"])},
        )
        for at, one in enumerate(SHARED["products"])
    ]
    wanted = next(one for one in SHARED["products"] if one["id"] == product)
    body = system(
        process("p", *made, lines=[gas(emission)], allocation=allocation),
        demand=str(wanted["amount"]),
        unit=wanted["unit"],
        product=product,
    )
    return result(body).total


@pytest.mark.parametrize(
    ("key", "allocation"),
    [
        ("price", {"method": "economic"}),
        ("mass", {"method": "physical", "key": "mass"}),
        ("manual", {"method": "shares", "shares": {"first": "0.2", "second": "0.8"}}),
        ("equal", {"method": "shares", "shares": {"first": "0.5", "second": "0.5"}}),
    ],
)
def test_a_burden_is_shared_as_brightway_shares_it(key: str, allocation: dict[str, Any]) -> None:
    found = [_shared(one["id"], allocation) for one in SHARED["products"]]

    assert found == pytest.approx(SHARED["expected"][key], rel=1e-15)


def test_scores_per_unit_by_price_are_those_of_brightway() -> None:
    emission = str(SHARED["emission"] * SHARED["weight"])

    found = [_shared(one["id"], {"method": "economic"}, emission) / one["amount"] for one in SHARED["products"]]

    assert found == pytest.approx(SHARED["score_by_price"], rel=1e-15)
