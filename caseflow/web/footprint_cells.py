"""Which input of the page holds which key of a study. What has no input is carried along, so an edit loses nothing."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from caseflow.footprint.document import load
from caseflow.footprint.plain import canonical
from caseflow.words import Refused

Shape = Mapping[str, str]
"""The path in plain data by the name of its input."""

REST = "rest"
"""The input that carries what no other input holds, as JSON."""
_DEPTH = 12
"""No key of a study lies deeper."""


def _same(*names: str, **others: str) -> Shape:
    return MappingProxyType({**{name: name for name in names}, **others})


HEAD = _same(
    "product", "model", "product_code", "maker", "region", "boundary", "standard", "gwp_set", "pcr", "declared",
    "unit_type", "sensitivity",
    unit_quantity="functional_unit.quantity", unit_unit="functional_unit.unit",
    unit_description="functional_unit.description", mass_quantity="mass.quantity", mass_unit="mass.unit",
    output_quantity="output.quantity", output_unit="output.unit", **{"from": "period.from"}, to="period.to",
    scheme="stages", carbon_fossil="carbon_content.fossil", carbon_biogenic="carbon_content.biogenic",
    part_fossil="declared_parts.fossil", part_biogenic="declared_parts.biogenic", part_uptake="declared_parts.uptake",
    part_land_use="declared_parts.land_use", part_aircraft="declared_parts.aircraft",
)  # fmt: skip

_OWN = ("value", "unit", "kind", "origin", "source", "year", "evidence", "supplier", "region", "reach", "valid_until",
        "primary_share")  # fmt: skip

FAST = ("name", "amount", "unit", "factor")
"""The inputs of a line that are always in sight."""

GROUPS: Mapping[str, Shape] = MappingProxyType({
    "data": _same("data_source", "data_type", "primary", "evidence", "supplier", "region", "year", "declared"),
    "metering": _same("meter", "certificate", "valid_until"),
    "own": MappingProxyType({f"own_{name}": f"own.{name}" for name in _OWN}),
    "transport": MappingProxyType({
        f"transport_{name}": f"transport.{name}"
        for name in ("mode", "mass", "mass_unit", "distance", "distance_unit", "empty_return")
    }),
    "supply": _same("carrier", **{
        f"supply_{name}": f"supply.{name}"
        for name in ("source", "instrument", "redeemed", "from", "to", "region", "sold")
    }),
    "conversion": MappingProxyType({f"conversion_{name}": f"conversion.{name}" for name in ("value", "unit", "source")}),
    "quality": MappingProxyType({
        **{f"quality_{name}": f"quality.{name}" for name in ("technology", "geography", "time", "precision")},
        **{f"uncertainty_{name}": f"uncertainty.{name}"
           for name in ("distribution", "gsd2", "sigma", "pedigree", "basic", "matrix", "sd", "cv", "low", "high")},
    }),
    "other": _same("specification", "recycled_percent", "formula", "gas", "part", "after_years", "credit", "proxy"),
})  # fmt: skip
"""The inputs of a line that lie folded away, by what they are about."""

FOLDED: Shape = MappingProxyType({name: path for group in GROUPS.values() for name, path in group.items()})
LINE: Shape = MappingProxyType({"id": "id", **{name: name for name in FAST}, **FOLDED})

TABLES: Mapping[str, Shape] = MappingProxyType({
    "factors": _same("id", "name", *_OWN),
    "parameters": _same("name", "value", "formula", "unit", "low", "high", "description"),
    "omitted": _same("stage", "reason"),
    "cutoffs": _same("item", "mass_percent", "footprint_percent", "rare", "reason"),
    "balance": _same("role", "name", "mass", "unit", "carbon"),
})  # fmt: skip
"""The small tables beside the lines, with their columns."""

FLAGS = frozenset({"primary", "credit", "supply.redeemed", "supply.sold", "rare"})
SCORES = "uncertainty.pedigree"
_IDLE: Mapping[str, frozenset[str]] = MappingProxyType({
    "own": frozenset({"unit", "kind"}),
    "transport": frozenset({"mass_unit", "distance_unit"}),
    "output": frozenset({"unit"}),
    "mass": frozenset({"unit"}),
    "uncertainty": frozenset({"matrix", "basic"}),
    "supply": frozenset(),
    "conversion": frozenset({"unit"}),
    "quality": frozenset(),
})  # fmt: skip
"""The groups that are given or not as a whole; these keys alone, left over in a list, do not make one."""


def split(body: Mapping[str, Any], shape: Shape) -> dict[str, str]:
    """Plain data as texts of inputs; what the shape has no input for is JSON in the input ``rest``."""
    left = copy.deepcopy(dict(body))
    cells = {}
    for name, path in shape.items():
        value = _pop(left, path)
        if value not in (None, "", False):
            cells[name] = _text(value)
    # A group that only stood around what was taken out of it is gone; an empty list that stood there says nothing.
    left = {key: value for key, value in left.items() if value not in ({}, [], False, None)}
    return {**cells, REST: canonical(left)} if left else cells


def join(cells: Mapping[str, str], shape: Shape) -> dict[str, Any]:
    """Texts of inputs as the plain data that ``footprint.study.read`` takes. What cannot be read stays as it was typed."""
    body = carried(cells.get(REST, ""))
    given: dict[str, set[str]] = {}
    for name, path in shape.items():
        text = cells.get(name, "").strip()
        group, _, key = path.rpartition(".")
        if group:
            given.setdefault(group, set()).update({key} if text else ())
        if text:
            _put(body, path, text)
    for group, keys in given.items():
        if group in _IDLE and keys <= _IDLE[group]:
            body.pop(group, None)
    return body


def carried(text: str) -> dict[str, Any]:
    """What an input carries along; nothing where somebody made it unreadable."""
    if not text:
        return {}
    try:
        found = load(text)
    except Refused:
        return {}
    return found if isinstance(found, dict) and _is_shallow(found, _DEPTH) else {}


def _is_shallow(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)


def _pop(body: dict[str, Any], path: str) -> Any:
    group, _, key = path.rpartition(".")
    inside = body.get(group) if group else body
    if not isinstance(inside, dict):
        return None
    found = inside.pop(key, None)
    if group and not inside:
        del body[group]
    return found


def _put(body: dict[str, Any], path: str, text: str) -> None:
    group, _, key = path.rpartition(".")
    inside = body.setdefault(group, {}) if group else body
    if isinstance(inside, dict):
        inside[key] = text == "yes" if path in FLAGS else _scores(text) if path == SCORES else text


def _text(value: Any) -> str:
    if value is True:
        return "yes"
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _scores(text: str) -> list[int] | str:
    parts = [one for one in re.split(r"[^0-9]+", text) if one]
    return [int(one) for one in parts] if 0 < len(parts) <= 9 and all(len(one) == 1 for one in parts) else text
