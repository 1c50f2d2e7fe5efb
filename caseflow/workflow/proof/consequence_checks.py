"""What follows from entries of registers: that registers, workflows and acts named for it are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from caseflow.words import Message
from caseflow.workflow import consequences
from caseflow.workflow.consequences import ForEntries, Undone
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import moves, starts
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Finding, Place, nearest
from caseflow.workflow.procedure import Action
from caseflow.workflow.proof.linking import links
from caseflow.workflow.proof.lookup_checks import issued
from caseflow.workflow.report import Report, paths, placed_actions
from caseflow.workflow.vocabulary import Entry


def argument(report: Report, entry: Entry, given: Any, place: Place) -> None:
    """The argument of ``listed_in``, ``open_for_entries`` or ``undo_for_entries``, as far as it lies in this file."""
    if entry.argument == "listed":
        if not isinstance(given, str):
            report.say("argument_wrong", place, name=entry.name, kind=entry.argument)
        return
    meant = (ForEntries if entry.argument == "for_entries" else Undone).read(given)
    if meant is None:
        report.say("argument_wrong", place, name=entry.name, kind=entry.argument)
        return
    report.known("unknown_register", meant.because, report.definition.registers, (*place, "because"))
    if isinstance(meant, ForEntries):
        known = paths(report.definition)
        for name, path in meant.where.items():
            report.known("unknown_path", path, known, (*place, "where", name))
    if isinstance(meant, Undone):
        opened = [one.link for _, _, one in _opening(report.definition)]
        report.known("unknown_link", meant.link, opened, (*place, "link"))


def check_pairs(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """What it says of registers and workflows of others."""
    family = [definition, *(one for one in peers.values() if one.authority == definition.authority)]
    written = frozenset[str]().union(*map(issued, family))
    for place, call in _warnings(definition):
        if isinstance(call.argument, str) and call.argument not in written:
            yield _found("unknown_register", (*place, call.name), written, name=call.argument)
    for place, _, meant in _opening(definition):
        for number, register in enumerate(meant.registers):
            if register not in written:
                yield _found("unknown_register", (*place, "registers", number), written, name=register)
        yield from _choices(meant, peers.get(meant.workflow), place)
    opened = links(definition)
    for place, _, action in placed_actions(definition):
        for at, call in enumerate(action.then):
            undone = Undone.read(call.argument) if call.name == consequences.UNDOES else None
            other = peers.get(opened.get(undone.link, "")) if undone is not None else None
            if other is not None and (missing := _standing_on(other)):
                where: Place = (*place, "then", at, call.name)
                yield _found("not_undone", where, workflow=other.workflow, states=missing)


def _choices(meant: ForEntries, other: Definition | None, place: Place) -> Iterator[Finding]:
    """The register of an entry is a choice there: each of those that bring a case has to be one."""
    known = paths(other) if other is not None else {}
    for target, path in meant.copies.items():
        if path != f"{consequences.ABOUT}.register" or target not in known:
            continue
        for number, register in enumerate(meant.registers):
            if known[target].type == "choice" and register not in known[target].choices:
                at: Place = (*place, "registers", number)
                yield _found("unknown_choice", at, known[target].choices, name=register)


def _standing_on(other: Definition) -> list[str]:
    """Where a case may stand, not undone yet, and nothing is said of how it is."""
    waiting = list(starts(other))
    seen = {*waiting}
    while waiting:
        spot = waiting.pop()
        undo = other.states[spot.state].when_undone
        for step in moves(other).get(spot, ()):
            if step.to not in seen and (undo is None or step.action != undo):
                seen.add(step.to)
                waiting.append(step.to)
    names = {spot.state for spot in seen}
    return [one.id for one in other.states.values() if one.id in names and not (one.final or one.when_undone)]


def _opening(definition: Definition) -> Iterator[tuple[Place, Action, ForEntries]]:
    for place, _, action in placed_actions(definition):
        for number, call in enumerate(action.then):
            meant = ForEntries.read(call.argument) if call.name == consequences.OPENS else None
            if meant is not None:
                yield (*place, "then", number, call.name), action, meant


def _warnings(definition: Definition) -> Iterator[tuple[Place, Call]]:
    for place, _, action in placed_actions(definition):
        for number, call in enumerate(action.warns):
            if call.name == consequences.LISTED:
                yield (*place, "warns", number), call


def _found(
    rule: str, place: Place, known: Mapping[str, object] | frozenset[str] | None = None, **values: object
) -> Finding:
    hint = nearest(str(values["name"]), known) if known is not None else None
    return Finding(rule, place, Message(f"workflow.{rule}", dict(values)), hint)
