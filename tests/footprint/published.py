"""Worked examples with published answers, and small studies to vary."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from caseflow.config import ROOT
from caseflow.footprint.calculation import calculate
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf, load
from caseflow.footprint.study import read

ELECTRICITY = "cn-electricity-footprint-2024/mix"


@cache
def shipped() -> Shelf:
    """The reference data as it is shipped."""
    return load(ROOT / "workflows" / "data")


def line(**values: Any) -> dict[str, Any]:
    """A line of 1,000 kWh bought in production, with ``values`` in place of its own."""
    own: dict[str, Any] = {
        "id": "grid",
        "stage": "production",
        "name": "外购电力",
        "amount": "1000",
        "unit": "kWh",
        "factor": ELECTRICITY,
        "primary": True,
        "data_source": "电费结算单",
    }
    return {name: value for name, value in {**own, **values}.items() if value is not None}


def study(*lines: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A study of one tonne of a product made in 2024, gate to gate, with ``values`` in place of its own."""
    own: dict[str, Any] = {
        "product": "焦炭",
        "functional_unit": {"quantity": 1, "unit": "t", "description": "干基焦炭"},
        "boundary": "gate_to_gate",
        "period": {"from": "2024-01-01", "to": "2024-12-31"},
        "standard": "GB/T 24067-2024",
        "gwp_set": "AR6",
        "stages": "gbt-24067-2024",
        "declared": "577.7",
        "lines": list(lines) or [line()],
    }
    return {name: value for name, value in {**own, **values}.items() if value is not None}


@cache
def example(name: str) -> dict[str, Any]:
    """A published worked example, with its source and its answers."""
    found: dict[str, Any] = json.loads((Path(__file__).with_name("cases") / f"{name}.json").read_text("utf-8"))
    return found


def gas(amount: str | None, **values: Any) -> dict[str, Any]:
    """A line of so many kilograms of a gas, carbon dioxide if nothing else is said."""
    own = {"id": "gas", "name": "直接排放", "amount": amount, "unit": "kg", "gas": "CO2", "primary": True}
    return {name: value for name, value in {**own, **values}.items() if value is not None}


def process(id_: str, *outputs: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A process of production; an output or input is ``flow(...)``."""
    return {"id": id_, "name": id_, "stage": "production", "outputs": list(outputs), **values}


def flow(product: str, amount: str, unit: str = "kg", **values: Any) -> dict[str, Any]:
    return {"product": product, "amount": amount, "unit": unit, **values}


def system(*processes: dict[str, Any], demand: str = "1", unit: str = "kg", product: str = "", **values: Any) -> Any:
    """A study of a foreground system; the first output of the first process is what is asked for."""
    wanted = product or processes[0]["outputs"][0]["product"]
    own: dict[str, Any] = {
        "functional_unit": {"quantity": demand, "unit": unit},
        "reference": {"product": wanted},
        "processes": list(processes),
        "declared": None,
    }
    return {**study(**{**own, **values}), "lines": values.get("lines", [])}


def result(body: Any) -> Result:
    return calculate(read(body), shipped())


def total(*processes: dict[str, Any], **values: Any) -> float:
    """The total of a system that can be solved."""
    found = result(system(*processes, **values))

    assert found.complete, found.problems
    return found.total


COPRODUCTS: list[dict[str, Any]] = [
    flow("coke", "1000", properties={"energy": "28", "price": "1.8"}),
    flow("tar", "50", role="coproduct", properties={"energy": "37", "price": "3"}),
    flow("gas", "200", role="coproduct", properties={"energy": "40", "price": "0.5"}),
]


def coking(**allocation: Any) -> dict[str, Any]:
    return process("coking", *COPRODUCTS, lines=[gas("1000")], allocation=allocation)
