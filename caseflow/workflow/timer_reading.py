"""The register of time limits as it stands in its file: read strictly, every fault told at its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from caseflow.words import Message
from caseflow.workflow import nodes
from caseflow.workflow.complaints import complaints
from caseflow.workflow.problems import Problem, Unreadable
from caseflow.workflow.timers import Timers
from caseflow.workflow.vocabulary import Vocabulary

FILE = Path("data") / "timers.yaml"
"""Where it stands in a folder of workflows."""
_EMPTY = Timers()


def known(folder: Path) -> Timers:
    """The register of a folder of workflows; empty where it has none.

    Raises:
        Unreadable: every fault that was found.
    """
    found, problems = _read(folder / FILE)
    if problems:
        raise Unreadable(list(problems))
    return found


def beside(vocabulary: Vocabulary, folder: Path) -> Vocabulary:
    """A vocabulary with the register of a folder, where it has one; faulty rows are told by ``faults``."""
    rows = _read(folder / FILE)[0].timers
    return replace(vocabulary, timers=rows) if rows else vocabulary


def faults(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with the register of a folder."""
    return _read(folder / FILE)[1]


def read(content: str | bytes, name: str) -> tuple[Timers, tuple[Problem, ...]]:
    """A register from a text, with what is wrong with it; nothing of a register in which something is wrong."""
    tree, problems = nodes.parse(content, name)
    if tree is None or problems:
        return _EMPTY, tuple(problems)
    try:
        found = Timers.model_validate(nodes.plain(tree), strict=True)
    except ValidationError as error:
        return _EMPTY, tuple(complaints(error, tree))
    wrong = tuple(_wrong(found, tree))
    return (_EMPTY, wrong) if wrong else (found, ())


def _wrong(found: Timers, tree: nodes.Mapping) -> Iterator[Problem]:
    for key, timer in found.timers.items():
        mark = nodes.mark_at(tree, ("timers", key), key=True)
        if (timer.mark == "read") != (timer.confirm is None):
            yield Problem(*mark, Message("timers.confirmed" if timer.confirm else "timers.unconfirmed", {"key": key}))
        if not timer.value and timer.says is None:
            yield Problem(*mark, Message("timers.says_nothing", {"key": key}))
        if key.partition(".")[0] not in found.groups:
            yield Problem(*mark, Message("timers.no_group", {"key": key}))


def _read(path: Path) -> tuple[Timers, tuple[Problem, ...]]:
    return _once(path, path.stat().st_mtime_ns) if path.is_file() else (_EMPTY, ())


@cache
def _once(path: Path, _stamp: int) -> tuple[Timers, tuple[Problem, ...]]:
    """Read once for as long as the file stays as it is."""
    return read(path.read_bytes(), str(path))
