"""Cases that open others: that what is opened exists, fits, and comes to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from caseflow.words import Message
from caseflow.workflow import consequences
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Call, Condition
from caseflow.workflow.problems import Finding, Place, nearest
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import Report, paths

OPENS, LINKED = "open_case", "linked_case"
KEYS = frozenset({"workflow", "in", "link", "copies", "owner"})
FILES = ("file", "files")
NUMBER = "number"
"""The number of the case itself, which a text of the other may keep."""
OFFICE = "office"
"""Under ``owner``: the case belongs to the office that holds its first state, and not to the applicant of the other."""


def opened(definition: Definition) -> Iterator[tuple[Place, Action, Mapping[str, Any]]]:
    """Every place where a case is opened, the act that does it, and what it says."""
    actions: list[tuple[Place, Action]] = [
        (("states", s.id, "actions", a.id), a) for s in definition.states.values() for a in s.actions.values()
    ]
    actions += [(("anywhere", one.id), one) for one in definition.anywhere.values()]
    for place, action in actions:
        for number, call in enumerate(action.then):
            if call.name == OPENS and shape_of_opening(call.argument):
                yield (*place, "then", number, OPENS), action, call.argument
            elif (said := consequences.opening(call)) is not None:
                yield (*place, "then", number, call.name), action, said


def links(definition: Definition) -> dict[str, str]:
    """The names of links, and the workflow that each one opens."""
    return {str(said["link"]): str(said["workflow"]) for _, _, said in opened(definition)}


def shape_of_opening(argument: Any) -> bool:
    """Whether the argument of ``open_case`` has its keys: ``{workflow, link, in, copies, owner}``, the first two at least."""
    return (
        isinstance(argument, dict)
        and {"workflow", "link"} <= set(argument) <= KEYS
        and all(isinstance(argument.get(key, ""), str) for key in ("workflow", "link", "in"))
        and argument.get("owner", OFFICE) == OFFICE
        and isinstance(argument.get("copies", {}), dict)
        and all(isinstance(path, str) for path in argument.get("copies", {}).values())
    )


def shape_of_asking(argument: Any) -> bool:
    """Whether the argument of ``linked_case`` is ``{link, reached}``."""
    return (
        isinstance(argument, dict)
        and set(argument) == {"link", "reached"}
        and all(isinstance(value, str) for value in argument.values())
    )


def check(report: Report) -> None:
    """What one definition says of links by itself."""
    known = links(report.definition)
    for place, _, said in opened(report.definition):
        fields = _sources(report.definition, place)
        for target, path in said.get("copies", {}).items():
            report.known("unknown_path", path, [*fields, NUMBER], (*place, "copies", target))
    for state in report.definition.states.values():
        for number, rule in enumerate(state.when_linked):
            at: Place = ("states", state.id, "when_linked", number)
            report.known("unknown_link", rule.link, known, (*at, "link"))
            if (
                report.known("unknown_action", rule.do, state.actions, (*at, "do"))
                and not state.actions[rule.do].system
            ):
                report.say("linked_not_system", (*at, "do"), name=rule.do)
        undo, at = state.when_undone, ("states", state.id, "when_undone")
        if report.known("unknown_action", undo, state.actions, at) and undo and not state.actions[undo].system:
            report.say("linked_not_system", at, name=undo)
    for place, _, action in report.actions():
        for number, need in enumerate(action.needs):
            argument = _asked(need)
            if argument is not None:
                report.known("unknown_link", argument["link"], known, (*place, "needs", number, LINKED, "link"))


def check_pairs(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """What it says of the workflows that it opens."""
    for place, _, said in opened(definition):
        other = peers.get(said["workflow"])
        if other is None:
            yield _found("unknown_workflow", (*place, "workflow"), peers, name=said["workflow"])
            continue
        if other.authority != definition.authority or other.kind != "application":
            yield _found("opens_elsewhere", (*place, "workflow"), name=other.workflow)
        if other.rounds == "required" and definition.rounds != "required":
            yield _found("opens_without_round", (*place, "workflow"), name=other.workflow)
        if said.get("in") is not None and (said["in"] not in other.states or other.states[said["in"]].final):
            yield _found("linked_state_unknown", (*place, "in"), other.states, name=said["in"], workflow=other.workflow)
        yield from _copies(definition, other, said, place)
    yield from _reached(definition, peers)
    if (way := _for_ever(definition, peers)) is not None:
        yield _found("opens_for_ever", ("workflow",), way=" → ".join(way))


def _copies(definition: Definition, other: Definition, said: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    """A copied value fits the question under which it is kept."""
    mine, theirs = _sources(definition, place), paths(other)
    for target, path in said.get("copies", {}).items():
        at = (*place, "copies", target)
        if target not in theirs or target.count(".") != 2 or not target.startswith("dossier."):
            yield _found("linked_path_unknown", at, theirs, name=target, workflow=other.workflow)
        elif (kind := "text" if path == NUMBER else mine[path].type if path in mine else None) is not None and (
            kind != theirs[target].type or kind in FILES
        ):
            yield _found("copies_differ", at, name=target, type=kind, other=theirs[target].type)
        elif path in mine and mine[path].personal and not theirs[target].personal:
            yield _found("copies_personal", at, name=path)


def _sources(definition: Definition, place: Place) -> Mapping[str, Field]:
    """The questions whose answers a call may copy: of a case about an entry what stands in it too."""
    return {**paths(definition), **(consequences.PATHS if place[-1] == consequences.OPENS else {})}


def _reached(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """What a linked case is to reach is a state of its workflow, or an outcome of one of its ends."""
    known = links(definition)
    asked: list[tuple[Place, str, str]] = [
        (("states", state.id, "when_linked", number, "reaches"), rule.link, rule.reaches)
        for state in definition.states.values()
        for number, rule in enumerate(state.when_linked)
    ]
    for state in definition.states.values():
        for action in state.actions.values():
            for number, need in enumerate(action.needs):
                argument = _asked(need)
                if argument is not None:
                    at: Place = ("states", state.id, "actions", action.id, "needs", number, LINKED, "reached")
                    asked.append((at, argument["link"], argument["reached"]))
    for place, link, reached in asked:
        other = peers.get(known.get(link, ""))
        if other is None or reached in other.states:
            continue
        if reached not in {state.outcome for state in other.states.values()}:
            yield _found("linked_state_unknown", place, other.states, name=reached, workflow=other.workflow)


def _asked(need: Condition) -> Mapping[str, str] | None:
    """What ``linked_case`` asks for, where a condition is that."""
    if isinstance(need, Call) and need.name == LINKED and shape_of_asking(need.argument):
        found: Mapping[str, str] = need.argument
        return found
    return None


def _for_ever(definition: Definition, peers: Mapping[str, Definition]) -> list[str] | None:
    """A circle of workflows that open each other with no person in between, by way of this one."""

    def by_itself(name: str) -> list[str]:
        found = peers.get(name)
        return [str(said["workflow"]) for _, action, said in opened(found) if action.system] if found else []

    waiting = [[definition.workflow, after] for after in by_itself(definition.workflow)]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        if way[-1] == definition.workflow:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            waiting += [[*way, after] for after in by_itself(way[-1])]
    return None


def _found(rule: str, place: Place, known: Mapping[str, object] | None = None, **values: object) -> Finding:
    hint = nearest(str(values["name"]), known) if known is not None else None
    return Finding(rule, place, Message(f"workflow.{rule}", dict(values)), hint)
