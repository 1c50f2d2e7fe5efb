"""Shares of a process's products in its burden, in exact fractions that add up to one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from caseflow.footprint import units
from caseflow.footprint.line import SLACK
from caseflow.footprint.process import Allocation, Flow, Process
from caseflow.words import Message, Refused

PRICE = "price"
_BASES = {"mass": "kg", "energy": "MJ", "volume": "m3"}
"""Keys that an amount answers by its own unit."""


def shares(process: Process, allocation: Allocation | None = None) -> dict[str, Fraction]:
    """The share of each function (product, co-product, treated waste) in what the process does not keep apart.

    ``allocation``: another than the process's own. Raises :class:`~caseflow.words.Refused`: none is given for
    several products, a key is missing, shares do not add up, something is not divided.
    """
    allocation = allocation or process.allocation
    functions = process.functions
    if len(functions) == 1:
        return {functions[0].product: Fraction(1)}
    if allocation is None:
        raise _refused(process, "footprint.allocation_missing", products=[flow.product for flow in functions])
    if allocation.method == "expansion":
        raise _refused(process, "footprint.allocation_not_expanded", products=[flow.product for flow in functions])
    if allocation.method == "subdivision":
        return _subdivided(process)
    if allocation.method == "shares":
        return _stated(process, allocation.shares)
    key = PRICE if allocation.method == "economic" else allocation.key
    if not key:
        raise _refused(process, "footprint.allocation_key", products=[])
    return _by_key(process, key)


def keys(process: Process) -> tuple[str, ...]:
    """The keys by which every product of a process can be measured: what else could have been chosen."""
    known = {name for flow in process.functions for name in flow.properties} | set(_BASES)
    return tuple(sorted(key for key in known if all(_measure(flow, key) is not None for flow in process.functions)))


def _by_key(process: Process, key: str) -> dict[str, Fraction]:
    measures = {flow.product: _measure(flow, key) for flow in process.functions}
    missing = [product for product, measure in measures.items() if measure is None]
    if missing:
        raise _refused(process, "footprint.allocation_property", products=missing, key=key)
    found = {product: measure for product, measure in measures.items() if measure is not None}
    whole = sum(found.values(), Fraction(0))
    if not whole:
        raise _refused(process, "footprint.allocation_property", products=list(found), key=key)
    return {product: measure / whole for product, measure in found.items()}


def _measure(flow: Flow, key: str) -> Fraction | None:
    """How much of the key there is in all of a flow."""
    stated = flow.properties.get(key)
    if stated is not None:
        return Fraction(flow.amount) * Fraction(stated)
    base = _BASES.get(key)
    ratio = units.ratio(flow.unit, base) if base else None
    return None if ratio is None else Fraction(flow.amount) * ratio


def _stated(process: Process, stated: Mapping[str, Decimal]) -> dict[str, Fraction]:
    products = [flow.product for flow in process.functions]
    wrong = sorted(set(products) ^ set(stated)) or [one for one in products if stated[one] < 0]
    if wrong:
        raise _refused(process, "footprint.allocation_shares_of", products=wrong)
    given = {product: Fraction(stated[product]) for product in products}
    whole = sum(given.values(), Fraction(0))
    if abs(whole - 1) > Fraction(SLACK):
        raise _refused(process, "footprint.allocation_sum", products=products, got=f"{float(whole):.10g}")
    return {product: share / whole for product, share in given.items()}


def _subdivided(process: Process) -> dict[str, Fraction]:
    """Nothing is shared: each line and each input says which product it serves, so the shares are never used."""
    undivided = [line.name for line in process.lines if not line.only and not line.shares]
    undivided += [flow.product for flow in process.inputs if not flow.only and not flow.shares]
    undivided += [flow.product for flow in process.outputs if flow.role in ("waste", "avoided")]
    if undivided:
        raise _refused(process, "footprint.allocation_undivided", products=undivided)
    equal = Fraction(1, len(process.functions))
    return {flow.product: equal for flow in process.functions}


def _refused(process: Process, message: str, /, **values: object) -> Refused:
    return Refused(Message(message, {"process": process.name, **values}))
