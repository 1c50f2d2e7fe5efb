"""The shipped definitions and their reference data, as tests read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import yaml

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action
from caseflow.workflow.reader import examine_folder

FOLDER = ROOT / "workflows" / "shanxi"
EVERYWHERE = ROOT / "workflows"
PILOTS = ("pilot-management", "pilot-service")
COLLECTIVE = ("municipal-submission", "review-meeting", "pilot-list")
NAMES = (*PILOTS, *COLLECTIVE)
"""What rests on the notice of Shanxi."""
BY_NATIONAL_NOTICE = "shanxi-label-pilot"
"""It takes all but two lines from the national part, so that of the other province stands for it."""

_NAME = re.compile(r"^workflow: *(\S+)", re.MULTILINE)
EVERY = sorted(
    found.group(1)
    for path in EVERYWHERE.rglob("*.yaml")
    if (found := _NAME.search(path.read_text("utf-8"))) and "data" not in path.relative_to(EVERYWHERE).parts
)
"""Every workflow that is shipped, by its id."""

_instead: list[dict[str, Definition]] = []


@contextmanager
def replaced(definitions: dict[str, Definition]) -> Iterator[None]:
    """What the tests of the procedure then take for the shipped definitions."""
    _instead.append({**shipped(), **definitions})
    try:
        yield
    finally:
        _instead.pop()


def shipped() -> dict[str, Definition]:
    """The definitions that rest on the notice of Shanxi."""
    return _instead[-1] if _instead else {name: everything()[name] for name in NAMES}


@cache
def everything() -> dict[str, Definition]:
    """Every definition of every authority."""
    readings = examine_folder(EVERYWHERE, vocabulary())
    said = [problem.text("en") for reading in readings for problem in reading.problems]
    assert said == []
    return {reading.definition.workflow: reading.definition for reading in readings if reading.definition}


def pilot() -> Definition:
    return shipped()["pilot-management"]


def service() -> Definition:
    return shipped()["pilot-service"]


def data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(
        (ROOT / "workflows" / "data" / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return found


def actions(definition: Definition) -> Iterator[tuple[str, Action]]:
    for state in definition.states.values():
        for action in state.actions.values():
            yield f"{state.id}.{action.id}", action
    for action in definition.anywhere.values():
        yield f"anywhere.{action.id}", action


def does(definition: Definition, state: str, action: str) -> list[tuple[str, Any]]:
    found = definition.action(state, action)
    assert found is not None
    return [(call.name, call.argument) for call in found.then]


def road(definition: Definition, start: str, *names: str) -> list[str | None]:
    """The states to which these actions lead, one after the other."""
    stands, passed = start, []
    for name in names:
        found = definition.action(stands, name)
        assert found is not None, f"{name} is not offered in {stands}"
        stands = found.to or stands
        passed.append(stands)
    return passed


def printed(definition: Definition, section: str) -> list[tuple[str, str, int | None]]:
    return [
        (one.id, one.label.zh, one.max_characters if one.type == "long_text" else None)
        for one in definition.dossier[section].fields.values()
        if one.printed
    ]
