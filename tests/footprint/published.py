"""Worked examples with published answers, and small studies to vary."""

from __future__ import annotations

from functools import cache
from typing import Any

from caseflow.config import ROOT
from caseflow.footprint.shelf import Shelf, load

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
