"""R11: an allocation is justified, and one that decides the result is tested."""

from __future__ import annotations

from collections.abc import Iterator

from caseflow.footprint.finding import Finding, finding
from caseflow.footprint.process import KEYS
from caseflow.footprint.scenarios import Alternative
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds
from caseflow.words import Message


def allocations(study: Study, others: tuple[Alternative, ...], thresholds: Thresholds) -> Iterator[Finding]:
    """``others``: what the result would be by each other allocation that the data allow."""
    for process in study.processes:
        path = f"processes.{process.id}"
        allocation = process.allocation
        avoided = [flow for flow in process.outputs if flow.role == "avoided"]
        if allocation is None:
            if avoided:
                yield finding("R11-reason", "warning", "expansion_unjustified", path, process=process.name)
            continue
        method = Message(f"footprint.method.{allocation.method}")
        if not allocation.justification and (len(process.functions) > 1 or avoided):
            values = {"process": process.name, "got": method}
            yield finding("R11-reason", "warning", "allocation_unjustified", path, **values)
        mine = [one for one in others if one.process == process.id]
        physical = [one for one in mine if one.allocation.method == "physical"]
        if allocation.method in ("economic", "shares") and physical and not allocation.justification:
            keys = [one.allocation.key for one in physical]
            yield finding("R11-level", "warning", "allocation_level", path, process=process.name, got=method, keys=keys)
        yield from _shifts(study, path, process.name, mine, thresholds)


def _shifts(study: Study, path: str, name: str, others: list[Alternative], thresholds: Thresholds) -> Iterator[Finding]:
    changes = [one for one in others if one.change is not None and abs(one.change) > thresholds.allocation_shift]
    if not changes:
        return
    largest = max(changes, key=lambda one: abs(one.change or 0))
    key = largest.allocation.key or "price"
    values = {
        "process": name,
        "other": Message(f"footprint.method.{largest.allocation.method}"),
        "key": Message(f"footprint.key.{key}") if key in KEYS else key,
        "change": f"{largest.change:+.1f}",
        "limit": str(thresholds.allocation_shift),
    }
    if study.sensitivity:
        yield finding("R11", "info", "allocation_tested", path, **values)
    else:
        yield finding("R11", "warning", "allocation_untested", path, **values)
