"""What a footprint would be with another choice: an allocation, factor, supply or set of potentials, a named scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from caseflow.footprint.allocation import PRICE, keys, shares
from caseflow.footprint.calculation import calculate, total
from caseflow.footprint.gases import GwpSet
from caseflow.footprint.line import Line
from caseflow.footprint.process import Allocation, Process
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study, read
from caseflow.footprint.variants import Variant
from caseflow.words import Message, Refused

MOST_ALTERNATIVES = 50
_LEAST_ALTERNATIVES = 5
_WORK = 10_000
"""About so many lines and processes are computed anew for all alternatives together."""


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """A named scenario: its total in kgCO2e and the change in percent of the result's own; or why it has none."""

    variant: Variant
    total: float | None
    change: float | None = None
    problems: tuple[Message, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.variant.as_json(),
            "total": self.total,
            "change": self.change,
            "problems": [problem.as_json() for problem in self.problems],
        }


def with_variant(study: Study, variant: Variant) -> Study:
    """The study as a named scenario has it. Raises :class:`~caseflow.words.Refused` where it cannot be so: a figure
    outside the bounds of its parameter, a formula that comes to nothing.
    """
    body = study.as_json() | {"scenarios": []}
    for one in body.get("parameters", ()):
        if one["name"] in variant.parameters:
            one["value"] = variant.parameters[one["name"]]
            one.pop("uncertainty", None)  # it was stated for the other figure
    found = read(body)
    for line, amount in variant.amounts.items():
        found = with_amount(found, line, amount)
    for line, factor in variant.factors.items():
        found = with_factor(found, line, factor)
    return found


def outcomes(study: Study, shelf: Shelf, base: Result) -> tuple[Outcome, ...]:
    """What each named scenario of the study comes to."""
    found = []
    for variant in study.scenarios:
        try:
            result = calculate(with_variant(study, variant), shelf)
        except Refused as refused:
            found.append(Outcome(variant, None, problems=refused.reasons))
            continue
        problems = (*result.problems, *(line.problem for line in result.lines if line.problem))
        found.append(Outcome(variant, result.total, _change(result.total, base.total), problems))
    return tuple(found)


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
    """Every other way to allocate each process with several products that its data allow.

    At most MOST_ALTERNATIVES, fewer in a large system: those of the processes that share out most.
    """
    size = len(study.processes) + len(base.lines)
    most = max(_LEAST_ALTERNATIVES, min(MOST_ALTERNATIVES, _WORK // max(1, size)))
    carried: dict[str, float] = {}
    for one in base.processes:
        carried[one.process] = carried.get(one.process, 0.0) + abs(one.scaling * one.intensity)
    largest = sorted(study.processes, key=lambda process: -carried.get(process.id, 0.0))
    chosen = list(islice(((process, one) for process in largest for one in _others(process)), most))
    place = {process.id: at for at, process in enumerate(study.processes)}
    found = []
    for process, allocation in sorted(chosen, key=lambda pair: place[pair[0].id]):
        figure = total(with_allocation(study, process.id, allocation), shelf)
        found.append(Alternative(process.id, allocation, figure, _change(figure, base.total)))
    return tuple(found)


def _change(total: float, base: float) -> float | None:
    return (total - base) / abs(base) * 100 if base else None


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
