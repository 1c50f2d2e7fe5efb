"""Foreground systems: loops, co-products, wastes and avoided products come to what is published or conserved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from caseflow.footprint.calculation import calculate
from caseflow.footprint.study import Study, read
from caseflow.words import Refused
from tests.footprint.published import (
    coking,
    example,
    flow,
    gas,
    line,
    process,
    result,
    shipped,
    study,
    system,
    total,
)


def _problems(*processes: dict[str, Any], **values: Any) -> list[str]:
    found = result(system(*processes, **values))

    assert not found.complete
    return [problem.key.removeprefix("footprint.") for problem in found.problems]


def heijungs(uncertainty: dict[str, Any] | None = None) -> Any:
    """Heijungs and Suh (2002): electricity and fuel; every figure with the same uncertainty, if any."""
    case = example("heijungs_suh_electricity")
    (output, _), (need, fuel) = case["A"]
    spread = {"uncertainty": uncertainty} if uncertainty else {}
    return system(
        process(
            "electricity",
            flow("electricity", str(output), "kWh", **spread),
            inputs=[flow("fuel", str(-need), "L", **spread)],
            lines=[gas(str(case["B"][0][0]), id="b11", **spread)],
        ),
        process("fuel", flow("fuel", str(fuel), "L", **spread), lines=[gas(str(case["B"][0][1]), id="b12", **spread)]),
        demand=str(case["f"][0]),
        unit="kWh",
    )


def test_two_processes_need_the_published_scaling() -> None:
    """Heijungs and Suh (2002), as printed by E. Groen: scaling (100, 2), 120 kg CO2."""
    expected = example("heijungs_suh_electricity")["expected"]

    found = result(heijungs())

    assert expected["g_kgCO2"] == found.total
    assert expected["scaling"] == [one.scaling for one in found.processes]


@pytest.mark.parametrize("demand", ["gamma", "epsilon", "zeta"])
@pytest.mark.parametrize("method", ["first", "second"])
def test_several_demands_and_methods_give_the_published_scores(demand: str, method: str) -> None:
    """brightway2-calc test_multi_lca.py. The answers that it prints; the others by its own inputs in this test's way."""
    case = example("bw2calc_multilca_simple")
    potentials = {int(one): factor for one, factor in case["characterization"][method].items()}
    processes = []
    for number, name in enumerate(case["activities"], 1):
        made = [(row, amount) for row, column, amount in case["technosphere"] if column == number]
        burden = sum(potentials.get(row, 0) * amount for row, column, amount in case["biosphere"] if column == number)
        processes.append(
            process(
                name,
                *(flow(f"P{row}", str(amount)) for row, amount in made if amount > 0),
                inputs=[flow(f"P{row}", str(-amount)) for row, amount in made if amount < 0],
                lines=[gas(str(burden), id=name)] if burden else [],
            )
        )
    (row, amount) = next(iter(case["demands"][demand].items()))
    expected = case["expected"].get(f"{method}|{demand}")

    found = total(*processes, demand=str(amount), product=f"P{row}")

    if expected is None:  # not printed by the source: its own inputs, solved as a plain matrix
        matrix, burdens = np.zeros((6, 6)), np.zeros(6)
        for product, column, value in case["technosphere"]:
            matrix[product - 100, column - 1] += value
        for flow_, column, value in case["biosphere"]:
            burdens[column - 1] += potentials.get(flow_, 0) * value
        expected = burdens @ np.linalg.solve(matrix, np.eye(6)[int(row) - 100] * amount)

    assert expected == pytest.approx(found, rel=1e-12)


def test_a_loop_feeds_itself() -> None:
    """1 kg of steel takes 0.5 kWh, 1 kWh takes 0.2 kg of steel: x = 1 / (1 - 0.1)."""
    found = result(
        system(
            process("steel", flow("steel", "1"), inputs=[flow("power", "0.5", "kWh")], lines=[gas("2", id="a")]),
            process("power", flow("power", "1", "kWh"), inputs=[flow("steel", "0.2")], lines=[gas("1", id="b")]),
        )
    )

    assert [one.scaling for one in found.processes] == [1 / 0.9, 0.5 / 0.9]
    assert found.total == pytest.approx(2.5 / 0.9, rel=1e-15)


def test_a_process_may_use_its_own_product() -> None:
    found = total(process("kiln", flow("clinker", "10"), inputs=[flow("clinker", "2")], lines=[gas("4")]))

    assert found == 0.5


def test_units_of_links_are_converted() -> None:
    found = total(
        process("coke", flow("coke", "1", "t"), inputs=[flow("coal", "1.3", "t")], lines=[]),
        process("mine", flow("coal", "1000"), lines=[gas("182")]),
        unit="t",
    )

    assert found == pytest.approx(1.3 * 182)


def test_an_avoided_product_spares_its_own_production() -> None:
    """Expansion: 1 kg of coke brings 0.4 kWh that no power station has to make, at 0.9 kg/kWh."""
    coking = process(
        "coking",
        flow("coke", "1"),
        flow("power", "0.4", "kWh", role="avoided"),
        lines=[gas("2", id="a")],
        allocation={"method": "expansion"},
    )
    station = process("station", flow("power", "1", "kWh"), lines=[gas("0.9", id="b")])
    found = result(system(coking, station))

    assert found.total == pytest.approx(2 - 0.36)
    assert [one.scaling for one in found.processes] == [1.0, pytest.approx(-0.4)]


def test_a_system_that_grows_beyond_every_figure_is_told() -> None:
    chain = [
        process(f"q{n}", flow(f"p{n}", "1"), inputs=[flow(f"p{n + 1}", "10")] if n < 99 else [], lines=[gas("1", id=f"g{n}")])
        for n in range(100)
    ]  # fmt: skip

    assert _problems(*chain) == ["system_boundless"]


def test_an_avoided_product_may_be_weighed_by_a_factor() -> None:
    coking = process(
        "coking",
        flow("coke", "1"),
        flow("power", "0.4", "kWh", role="avoided", factor="cn-electricity-footprint-2024/mix"),
        lines=[gas("2")],
    )
    found = result(system(coking))

    assert found.total == pytest.approx(2 - 0.4 * 0.5777)
    assert found.credits == pytest.approx(-0.4 * 0.5777)


def test_waste_goes_to_its_treatment() -> None:
    """Each kilogram leaves 0.3 kg of slag; the landfill takes it in, 0.05 kg CO2e for each."""
    plant = process("plant", flow("steel", "1"), flow("slag", "0.3", role="waste"), lines=[gas("2", id="a")])
    landfill = {**process("landfill", lines=[gas("0.05", id="b")]), "treats": flow("slag", "1")}

    assert total(plant, landfill) == pytest.approx(2.015)


def test_treatment_itself_may_be_the_functional_unit() -> None:
    landfill = {**process("landfill", lines=[gas("50", id="b")]), "treats": flow("slag", "1", "t")}

    assert total(landfill, demand="2", unit="t", product="slag") == 100


def test_a_treatment_that_makes_power_shares_its_burden() -> None:
    burning = {
        **process(
            "burning",
            flow("power", "500", "kWh", role="coproduct"),
            lines=[gas("1000")],
            allocation={"method": "shares", "shares": {"waste": "0.7", "power": "0.3"}},
        ),
        "treats": flow("waste", "1", "t"),
    }

    assert total(burning, demand="1", unit="t", product="waste") == pytest.approx(700)
    assert total(burning, demand="1", unit="kWh", product="power") == pytest.approx(0.6)


def test_waste_weighed_by_a_factor_is_a_line() -> None:
    own = {"value": "50", "unit": "t", "source": "填埋场核算"}
    plant = process("plant", flow("steel", "1"), flow("slag", "300", "g", role="waste", own=own), lines=[gas("2")])
    found = result(system(plant))

    assert found.total == pytest.approx(2.015)
    assert [one.id for one in found.lines] == ["gas", "plant.slag"]


def test_closed_loop_scrap_is_a_link_like_any_other() -> None:
    """Steel takes 0.4 kg of its own scrap; collecting gives 1 kg of scrap for 0.9 kg of steel."""
    steel = process("steel", flow("steel", "1"), inputs=[flow("scrap", "0.4")], lines=[gas("1", id="a")])
    collecting = process("collecting", flow("scrap", "1"), lines=[gas("0.1", id="b")])

    assert total(steel, collecting) == pytest.approx(1.04)


def test_lines_beside_the_system_are_added() -> None:
    body = system(process("plant", flow("steel", "1"), lines=[gas("2")]), lines=[line(amount="10")])

    assert result(body).total == pytest.approx(2 + 5.777)


def test_a_reference_flow_fulfils_a_unit_of_another_measure() -> None:
    """A square metre painted takes 0.3 kg of paint."""
    body = system(process("paint", flow("paint", "1"), lines=[gas("4")]), unit="m2")
    body["reference"] = {"product": "paint", "flow": {"quantity": "0.3", "unit": "kg"}}

    assert result(body).total == pytest.approx(1.2)


def test_a_result_says_what_each_link_carries() -> None:
    found = result(heijungs())

    assert {(one.source, one.target): one.kg for one in found.links} == {
        ("fuel", "electricity"): 20.0,
        ("electricity", ""): 120.0,
    }
    assert [one.intensity for one in found.processes] == [0.12, 0.1]


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ([process("a", flow("x", "1"), inputs=[flow("y", "1")])], ["product_of_none"]),
        ([process("a", flow("x", "1")), process("b", flow("x", "1"))], ["product_of_two"]),
        ([process("a", flow("x", "1"), inputs=[flow("x", "1", "t")])], ["product_unit"]),
        ([process("a", flow("x", "1"), flow("y", "1", role="coproduct"))], ["allocation_missing"]),
        ([coking(method="physical")], ["allocation_key"]),
        ([coking(method="physical", key="carbon")], ["allocation_property"]),
        ([coking(method="expansion")], ["allocation_not_expanded"]),
        ([coking(method="subdivision")], ["allocation_undivided"]),
        ([coking(method="shares", shares={"coke": "1"})], ["allocation_shares_of"]),
        ([coking(method="shares", shares={"coke": "0.9", "tar": "0.06", "gas": "0.05"})], ["allocation_sum"]),
        (
            [
                process("a", flow("x", "1"), inputs=[flow("y", "1")]),
                process("b", flow("y", "1"), inputs=[flow("x", "1")]),
            ],
            ["system_singular"],
        ),
    ],
)
def test_a_system_that_cannot_be_solved_says_why(processes: list[dict[str, Any]], expected: list[str]) -> None:
    unit = {"product_unit": "kWh"}.get(expected[0], "kg")
    if expected == ["product_unit"]:
        processes = [process("a", flow("x", "1", "kWh"), inputs=[flow("x", "1", "t")])]

    assert expected == _problems(*processes, unit=unit)


def test_a_unit_that_is_not_the_products_is_told() -> None:
    assert _problems(process("a", flow("x", "1")), unit="kWh") == ["reference_unit"]


def test_a_study_with_a_system_written_and_read_again_is_the_same() -> None:
    body = system(
        coking(method="shares", shares={"coke": "0.9", "tar": "0.06", "gas": "0.04"}, justification="合同"),
        {**process("landfill", lines=[gas("1", id="b")]), "treats": flow("slag", "1")},
        parameters=[{"name": "rate", "value": "1.5", "uncertainty": {"gsd2": "1.2"}}],
    )
    first = read(body)

    assert first == read(first.as_json())
    assert first.hash == read(first.as_json()).hash


def test_a_formula_gives_the_amount_of_a_flow_and_of_a_line() -> None:
    body = system(
        process(
            "plant",
            flow("steel", "1"),
            inputs=[{"product": "ore", "unit": "kg", "formula": "rate * 1.1"}],
            lines=[gas(None, id="a", formula="rate ^ 2")],
        ),
        process("mine", flow("ore", "1"), lines=[gas("0.5", id="b")]),
        parameters=[{"name": "rate", "value": "1.5"}],
    )

    assert result(body).total == pytest.approx(1.5**2 + 1.65 * 0.5)


def test_a_plain_study_has_no_processes() -> None:
    found: Study = read(study())

    assert calculate(found, shipped()).processes == ()


def test_a_system_without_a_reference_is_refused() -> None:
    body = system(process("a", flow("x", "1")))
    del body["reference"]

    with pytest.raises(Refused) as refused:
        read(body)

    assert [reason.values["path"] for reason in refused.value.reasons] == ["reference"]


def test_one_treatment_takes_in_several_wastes_and_each_bears_its_share() -> None:
    oven = process("oven", flow("sludge", "3", role="treated"), lines=[gas("2")])
    oven["treats"] = flow("paper", "1")
    oven["allocation"] = {"method": "physical", "key": "mass", "justification": "按质量"}
    mill = process("mill", flow("x", "1"), flow("sludge", "6", role="waste"), flow("paper", "1", role="waste"))

    found = result(system(mill, oven, product="x"))

    assert found.total == pytest.approx(2 * 2 * 0.75 + 2 * 0.25)
    assert [one.scaling for one in found.processes] == [1, 1, 2]
