"""The notices on which the shipped procedures rest: read from the folder of workflows, and held against their grounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from caseflow.words import Message
from caseflow.workflow.grounds import grounds
from caseflow.workflow.nodes import mark_at
from caseflow.workflow.notices import Notice, read_notice, unknown
from caseflow.workflow.problems import Problem
from caseflow.workflow.reader import Reading


@cache
def known(folder: Path) -> Mapping[str, Notice]:
    """The notices under ``data/notices`` of a folder of workflows, by the names of their files.

    Raises:
        ValueError: a file is no notice.
    """
    found = {}
    for path in sorted((folder / "data" / "notices").glob("*.yaml")):
        try:
            found[path.stem] = read_notice(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
        except ValueError as fault:
            raise ValueError(f"{path.name}: {fault}") from None
    return found


def check(readings: Iterable[Reading], folder: Path) -> list[Problem]:
    """A warning for every ground that names a clause which its notice does not have."""
    by_number = {one.notice: one for one in known(folder).values()}
    found: dict[tuple[str, int, str], Problem] = {}
    for reading in readings:
        if reading.definition is None or reading.tree is None:
            continue
        notice = by_number.get(reading.definition.basis.notice)
        if notice is None:
            continue
        for ground in grounds(reading.definition):
            for clause in unknown(ground.basis, notice):
                mark = mark_at(reading.tree, (*ground.place, "basis"), key=False)
                message = Message("provenance.unknown_clause", {"clause": clause, "notice": notice.notice})
                found[mark.file, mark.line, clause] = Problem(*mark, message, level="warning")
    return list(found.values())
