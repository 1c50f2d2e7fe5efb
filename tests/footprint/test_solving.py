"""Systems of processes agree with an independent calculator, whatever loops, co-products and wastes they have."""

from __future__ import annotations

import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from caseflow.footprint.calculation import calculate
from caseflow.footprint.solve import DENSE, Singular, Technosphere, exact_scaling
from caseflow.footprint.study import read
from tests.footprint.published import shipped, system

with warnings.catch_warnings():  # it advises another solver when it is imported
    warnings.simplefilter("ignore")
    import bw2calc
    import bw_processing


def brightway(matrix: Any, direct: Any, demand: dict[int, float]) -> float:
    """The score of a demand by bw2calc: ``matrix`` of products by processes, ``direct`` burden of each process."""
    size = len(matrix)
    package = bw_processing.create_datapackage()
    rows, columns = np.nonzero(matrix)
    indices = np.array(list(zip(rows + 1000, columns + 1000, strict=True)), dtype=bw_processing.INDICES_DTYPE)
    package.add_persistent_vector(
        matrix="technosphere_matrix", indices_array=indices, data_array=matrix[rows, columns], name="technosphere"
    )
    indices = np.array([(1, column + 1000) for column in range(size)], dtype=bw_processing.INDICES_DTYPE)
    package.add_persistent_vector(
        matrix="biosphere_matrix", indices_array=indices, data_array=np.asarray(direct, float), name="biosphere"
    )
    package.add_persistent_vector(
        matrix="characterization_matrix",
        indices_array=np.array([(1, 1)], dtype=bw_processing.INDICES_DTYPE),
        data_array=np.array([1.0]),
        name="potentials",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = bw2calc.LCA({row + 1000: amount for row, amount in demand.items()}, data_objs=[package])
        found.lci()
        found.lcia()
    return float(found.score)


def random_system(chance: np.random.Generator, size: int, links: int) -> tuple[Any, Any]:
    """A system that can be solved: each process makes one product and takes a part of others, in loops too."""
    matrix = np.diag(chance.uniform(0.5, 100, size))
    for column in range(size):
        for row in chance.choice(size, min(links, size - 1), replace=False):
            if row != column:
                matrix[row, column] -= chance.uniform(0, 0.9 / links) * matrix[column, column]
    return matrix, chance.uniform(-1, 10, size)


def technosphere(matrix: Any) -> Technosphere:
    rows, columns = np.nonzero(matrix)
    return Technosphere(len(matrix), rows, columns, matrix[rows, columns])


def test_a_thousand_random_systems_agree_with_bw2calc() -> None:
    """Loops everywhere; sizes on both sides of the bound between dense and sparse."""
    chance = np.random.default_rng(20251120)
    worst = 0.0
    for number in range(1000):
        size = int(chance.integers(1, 15)) if number % 10 else int(chance.integers(DENSE + 1, 90))
        matrix, direct = random_system(chance, size, links=int(chance.integers(0, 5)))
        wanted, amount = int(chance.integers(size)), float(chance.uniform(0.1, 1000))
        demand = np.eye(size)[wanted] * amount
        expected = brightway(matrix, direct, {wanted: amount})
        ours = technosphere(matrix)
        size_of_terms = float(np.abs(direct) @ np.abs(ours.scaling(demand)))
        for found in (float(direct @ ours.scaling(demand)), float(ours.intensities(direct)[wanted] * amount)):
            worst = max(worst, abs(found - expected) / size_of_terms)

    assert worst < 1e-9


def _with_coproducts(chance: np.random.Generator, size: int) -> tuple[Any, list[dict[str, Any]], Any, Any]:
    """Processes in a ring with shortcuts, some with two products, as bodies of a study and as an expanded matrix.

    The matrix is written here the long way: one column for each product, everything shared in proportion to mass.
    """
    bodies: list[dict[str, Any]] = []
    owner: list[int] = []
    for number in range(size):
        products = [f"p{number}"] + ([f"q{number}"] if chance.random() < 0.4 else [])
        owner += [number] * len(products)
        outputs = [
            {
                "product": name,
                "amount": f"{chance.uniform(1, 20):.6f}",
                "unit": "kg",
                "role": "coproduct" if at else "product",
            }
            for at, name in enumerate(products)
        ]
        bodies.append({"id": f"a{number}", "name": f"a{number}", "stage": "production", "outputs": outputs})
    names = [one["product"] for body in bodies for one in body["outputs"]]
    matrix, direct = np.zeros((len(names), len(names))), np.zeros(len(names))
    for number, body in enumerate(bodies):
        mine = [column for column, process in enumerate(owner) if process == number]
        made = [float(one["amount"]) for one in body["outputs"]]
        others = [
            name
            for name in chance.choice(names, min(3, len(names)), replace=False)
            if owner[names.index(name)] != number
        ]
        body["inputs"] = [
            {"product": str(name), "amount": f"{chance.uniform(0.01, 0.25) * sum(made):.6f}", "unit": "kg"}
            for name in others
        ]
        body["lines"] = [
            {"id": f"l{number}", "name": "x", "amount": f"{chance.uniform(0.1, 50):.6f}", "unit": "kg", "gas": "CO2"}
        ]
        body["allocation"] = {"method": "physical", "key": "mass"} if len(mine) > 1 else None
        for column, amount in zip(mine, made, strict=True):
            share = amount / sum(made)
            matrix[column, column] += amount
            direct[column] = share * float(body["lines"][0]["amount"])
            for one in body["inputs"]:
                matrix[names.index(one["product"]), column] -= share * float(one["amount"])
    return names, bodies, matrix, direct


def test_random_studies_with_loops_and_coproducts_agree_with_bw2calc() -> None:
    chance = np.random.default_rng(7)
    worst = 0.0
    for _ in range(200):
        names, bodies, matrix, direct = _with_coproducts(chance, int(chance.integers(2, 9)))
        wanted = int(chance.integers(len(names)))
        body = system(*bodies, product=names[wanted], demand="3")
        found = calculate(read(body), shipped())
        expected = brightway(matrix, direct, {wanted: 3.0})
        worst = max(worst, abs(found.total - expected) / abs(expected))

        assert found.complete

    assert worst < 1e-9


@pytest.mark.parametrize("size", [3, DENSE + 5])
def test_a_system_without_a_solution_is_singular(size: int) -> None:
    matrix = np.eye(size)
    matrix[0, 1] = matrix[1, 0] = -1.0

    with pytest.raises(Singular):
        technosphere(matrix).scaling(np.eye(size)[0])


@pytest.mark.parametrize("size", [3, DENSE + 5])
def test_a_loop_that_grows_is_factorised_where_sweeps_do_not_settle(size: int) -> None:
    """Its needs exceed what it makes, so a sum of rounds diverges; the equation still has one answer."""
    matrix = np.eye(size)
    matrix[0, 1] = matrix[1, 0] = -1.5
    demand = np.eye(size)[0]

    found = technosphere(matrix).scaling(demand)

    assert found[:2] == pytest.approx([1 / (1 - 2.25), 1.5 / (1 - 2.25)], rel=1e-12)
    assert technosphere(matrix).intensities(demand)[:2] == pytest.approx(found[:2], rel=1e-12)


@pytest.mark.parametrize("size", [4, 2 * DENSE])
def test_a_corrected_solution_is_the_double_nearest_to_the_truth(size: int) -> None:
    """A chain in thirds: every figure is known as a fraction."""
    rows, columns, values = [0], [0], [Fraction(1)]
    for place in range(1, size):
        rows += [place, place]
        columns += [place, place - 1]
        values += [Fraction(1), Fraction(-1, 3)]

    found = exact_scaling(size, rows, columns, values, {0: Fraction(7)})

    assert [float(Fraction(7, 3**place)) for place in range(size)] == found


def test_a_correction_finds_no_solution_where_there_is_none() -> None:
    with pytest.raises(Singular):
        exact_scaling(
            2, [0, 1, 0, 1], [0, 1, 1, 0], [Fraction(1), Fraction(1), Fraction(-1), Fraction(-1)], {0: Fraction(1)}
        )


def test_what_differs_by_twenty_orders_is_still_exact() -> None:
    found = exact_scaling(
        2, [0, 1, 1], [0, 1, 0], [Fraction(1), Fraction(10) ** 12, Fraction(-1, 10**9)], {0: Fraction(1)}
    )

    assert found == [1.0, float(Fraction(1, 10**21))]
    assert Decimal(found[1]) != 0
