"""What a footprint would be with another choice: another allocation, factor, supply or set of potentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from caseflow.footprint.allocation import PRICE, keys, shares
from caseflow.footprint.calculation import calculate
from caseflow.footprint.gases import GwpSet
from caseflow.footprint.line import Line
from caseflow.footprint.process import Allocation, Process
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.words import Refused

MOST_ALTERNATIVES = 50


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another allocation of one process: its total in kgCO2e and the change in percent of the result's own."""

    process: str
    allocation: Allocation
    total: float
    change: float | None

    def as_json(self) -> dict[str, Any]:
        return {
            "process": self.process,
            "allocation": self.allocation.as_json(),
            "total": self.total,
            "change": self.change,
        }


def with_allocation(study: Study, process: str, allocation: Allocation) -> Study:
    return replace(
        study,
        processes=tuple(replace(one, allocation=allocation) if one.id == process else one for one in study.processes),
    )


def with_gwp_set(study: Study, gwp_set: GwpSet) -> Study:
    return replace(study, gwp_set=gwp_set)


def with_factor(study: Study, line: str, factor: str) -> Study:
    """``factor``: ``release/factor``, or ``own/id``."""
    return _with_line(study, line, lambda one: replace(one, factor=factor, own=None, gas=""))


def with_amount(study: Study, line: str, amount: Decimal) -> Study:
    """The amount of a line; a formula or a transport that gave it is left aside."""
    return _with_line(study, line, lambda one: replace(one, amount=amount, formula="", transport=None))


def at_the_mix(study: Study, shelf: Shelf) -> Study:
    """Contracted electricity weighed by the mix of the grid instead: what the contracts are worth."""
    mixes = {tuple(factor.due.split("/", 1)) for factor in shelf.factors.search(kind="co2") if factor.due}
    best = [shelf.factors.best(series, region, study.period_to.year) for series, region in sorted(mixes)]
    mix = next((factor for factor in best if factor is not None), None)
    bought = [line.id for line in study.activity if line.supply and line.supply.source == "contract"]
    for line in bought if mix else ():
        study = with_factor(study, line, mix.ref if mix else "")
    return study


def alternatives(study: Study, shelf: Shelf, base: Result) -> tuple[Alternative, ...]:
    """Every other way to allocate each process with several products that its data allow, as far as MOST_ALTERNATIVES."""
    found = []
    others = ((process, allocation) for process in study.processes for allocation in _others(process))
    for process, allocation in islice(others, MOST_ALTERNATIVES):
        total = calculate(with_allocation(study, process.id, allocation), shelf).total
        change = (total - base.total) / abs(base.total) * 100 if base.total else None
        found.append(Alternative(process.id, allocation, total, change))
    return tuple(found)


def _others(process: Process) -> list[Allocation]:
    if len(process.functions) < 2 or process.allocation is None:
        return []
    chosen = _by_share(process, process.allocation)
    given = [Allocation("economic") if key == PRICE else Allocation("physical", key) for key in keys(process)]
    return [one for one in given if _by_share(process, one) not in (None, chosen)]


def _by_share(process: Process, allocation: Allocation) -> Any:
    try:
        return shares(process, allocation)
    except Refused:
        return None


def _with_line(study: Study, line: str, change: Callable[[Line], Line]) -> Study:
    def changed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(change(one) if one.id == line else one for one in lines)

    processes = tuple(replace(process, lines=changed(process.lines)) for process in study.processes)
    return replace(study, lines=changed(study.lines), processes=processes)
