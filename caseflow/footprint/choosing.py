"""A study weighed by the factors of one release, whatever it quotes itself: what another year's table would give."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from caseflow.footprint.factors import Release
from caseflow.footprint.line import Line
from caseflow.footprint.process import Flow
from caseflow.footprint.shelf import Factors, Shelf
from caseflow.footprint.study import Study

Quoting = TypeVar("Quoting", Line, Flow)


def with_release(study: Study, shelf: Shelf, release: Release) -> Study:
    """Every official factor replaced by that of the same thing, kind and region in ``release``; others stay.

    Of several years in the release, the one that fits the study's period best is taken.
    """
    offered = Factors((release,))

    def change(one: Quoting) -> Quoting:
        factor = shelf.factors.get(one.factor)
        found = offered.best(factor.series, factor.region, study.period_to.year) if factor else None
        return replace(one, factor=found.ref) if factor and found and found.kind == factor.kind else one

    processes = tuple(
        replace(
            process,
            lines=tuple(change(line) for line in process.lines),
            outputs=tuple(change(flow) for flow in process.outputs),
        )
        for process in study.processes
    )
    return replace(study, lines=tuple(change(line) for line in study.lines), processes=processes)
