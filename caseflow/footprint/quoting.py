"""A study with other factors wherever it quotes one: in lines, in processes and in materials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from caseflow.footprint.line import Line
from caseflow.footprint.study import Study


def requoted(study: Study, change: Callable[[str], str]) -> Study:
    """Every factor that the study quotes as ``change`` gives it; the study itself where nothing changes."""

    def line(one: Line) -> Line:
        return replace(one, factor=change(one.factor)) if one.factor else one

    processes = tuple(
        replace(
            process,
            lines=tuple(line(one) for one in process.lines),
            outputs=tuple(
                replace(flow, factor=change(flow.factor)) if flow.factor else flow for flow in process.outputs
            ),
        )
        for process in study.processes
    )
    found = replace(
        study,
        lines=tuple(line(one) for one in study.lines),
        processes=processes,
        recycling=tuple(material.requoted(change) for material in study.recycling),
    )
    return study if found == study else found
