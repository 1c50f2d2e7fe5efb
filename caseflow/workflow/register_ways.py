"""What the ways through a procedure leave in a register: the status of the case's own entry at every spot."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import Spot, Way, moves, starts
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call
from caseflow.workflow.procedure import Action
from caseflow.workflow.registers import ISSUE, LIVE, STEPS, RegisterCall

BEFORE, TWICE = "before_issue", "issued_twice"


class Stand(NamedTuple):
    """Where a case stands, and the status of its entry (nothing: it has none)."""

    spot: Spot
    status: str | None


class Found(NamedTuple):
    """Every stand that can be reached, and the shortest way on which an act meets no entry, or one too many."""

    stands: frozenset[Stand]
    wrong: Mapping[str, Way]


def walked(definition: Definition, register: str) -> Found:
    """Follow every way with the entry that it leaves in a register."""
    known = moves(definition)
    before: dict[Stand, Way] = {Stand(spot, None): () for spot in starts(definition)}
    waiting = deque(before)
    wrong: dict[str, Way] = {}
    while waiting:
        here = waiting.popleft()
        for step in known.get(here.spot, ()):
            action = definition.action(step.at.state, step.action)
            if action is None or not lets_pass(action, register, here.status):
                continue
            status, problem = leaves_entry(action, register, here.status)
            way = (*before[here], step)
            if problem is not None:
                wrong.setdefault(problem, way)
                continue
            reached = Stand(step.to, status)
            if reached not in before:
                before[reached] = way
                waiting.append(reached)
    return Found(frozenset(before), wrong)


@kept
def left(definition: Definition) -> Mapping[str, Mapping[str, str]]:
    """By state the registers in which every way that leads there leaves an entry, each with the status it has there.

    Of several the one that is valid; where none of them is, and they differ, nothing is left for certain.
    """
    found: dict[str, dict[str, str]] = {}
    for register in definition.registers:
        by_state: dict[str, set[str | None]] = {}
        for stand in walked(definition, register).stands:
            by_state.setdefault(stand.spot.state, set()).add(stand.status)
        for state, statuses in by_state.items():
            certain = "valid" if "valid" in statuses else min(statuses, key=str)
            if None not in statuses and certain is not None and (certain == "valid" or len(statuses) == 1):
                found.setdefault(state, {})[register] = certain
    return found


def lets_pass(action: Action, register: str, status: str | None) -> bool:
    """Whether the guards of an act let an entry with this status pass."""
    for need in action.needs:
        if isinstance(need, Call) and need.name in ("entry_is", "no_entry"):
            meant = RegisterCall.read(need.argument)
            if meant is None or meant.register_ != register or not meant.own:
                continue
            if need.name == "entry_is" and status not in meant.status:
                return False
            if need.name == "no_entry" and status in LIVE:
                return False
    return True


def leaves_entry(action: Action, register: str, status: str | None) -> tuple[str | None, str | None]:
    """The status that an act leaves, and what is wrong with doing it; an act that is refused leaves nothing."""
    for one in action.then:
        meant = RegisterCall.read(one.argument) if one.name == ISSUE or one.name in STEPS else None
        if meant is None or meant.register_ != register or not meant.own:
            continue
        if one.name == ISSUE:
            if status in LIVE and not meant.replaces:
                return status, TWICE
            status = "valid"
        elif status is None:
            if not meant.if_any:
                return status, BEFORE
        elif status in STEPS[one.name][0]:
            status = STEPS[one.name][1]
    return status, None
