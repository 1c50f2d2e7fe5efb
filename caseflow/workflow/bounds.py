"""What an office may set stays within its bounds, and nothing in the procedure breaks at either end of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from caseflow.workflow.definition import Definition
from caseflow.workflow.parameters import (
    PREFIX,
    Parameter,
    canonical,
    is_parameter,
    measured,
    name_of,
    typed,
    unit_of,
    within,
)
from caseflow.workflow.problems import Finding, Place
from caseflow.workflow.report import Report
from caseflow.workflow.running import clocks

_NAMED = re.compile(r"\bparameter\.([a-z][a-z0-9_]*)", re.ASCII)
_STOPGAP = "1 day"
"""In place of a parameter that does not exist; that is said elsewhere."""


def check(report: Report) -> None:
    definition = report.definition
    said = _texts(definition.model_dump(exclude={"parameters"})) if definition.parameters else ()
    used = {name for text in said for name in _NAMED.findall(text)}
    for parameter in definition.parameters.values():
        place: Place = ("parameters", parameter.id)
        for key in ("set_by", "confirmed_by"):
            report.known("unknown_role", getattr(parameter, key), definition.roles, (*place, key))
        if parameter.confirmed_by is not None and parameter.set_by is None:
            report.say("confirms_nothing", (*place, "confirmed_by"))
        _values(report, parameter, place)
        if parameter.id not in used:
            report.say("unused", place, level="warning", name=parameter.id)
    for place, written, wanted in _places(report):
        name = name_of(written)
        if report.known("unknown_parameter", name, definition.parameters, place):
            kind = definition.parameters[name].type
            if kind != wanted:
                report.say("parameter_kind", place, name=name, type=kind)


def at_ends(report: Report, examine: Callable[[Report], None]) -> None:
    """Examine the definition with each parameter at its least and its greatest value; what is new is said of it.

    ``examine`` sees plain periods and numbers, never the name of a parameter.
    """
    if not report.definition.parameters:
        examine(report)
        return
    before = list(report.findings)
    report.findings = _examined(report, {}, before, examine)
    known = {(found.rule, found.place) for found in report.findings}
    for parameter in report.definition.parameters.values():
        for key in () if parameter.fixed or parameter.type not in ("period", "integer") else ("minimum", "maximum"):
            said = canonical(parameter, getattr(parameter, key))
            if said is None:
                continue
            for found in _examined(report, {parameter.id: said}, before, examine):
                if (found.rule, found.place) not in known:
                    place: Place = ("parameters", parameter.id, key)
                    report.say("parameter_breaks", place, value=said, reason=found.message, level=found.level)


def _examined(
    report: Report, values: Mapping[str, str], before: list[Finding], examine: Callable[[Report], None]
) -> list[Finding]:
    """What is found with these values, after what was found before."""
    tried = Report(settled(report.definition, values), report.vocabulary)
    tried.findings = list(before)
    examine(tried)
    return tried.findings


def default_of(definition: Definition, written: str) -> str:
    """A period as it is written, or the default of the parameter that says it."""
    parameter = definition.parameters.get(name_of(written)) if is_parameter(written) else None
    return (canonical(parameter, parameter.default) or _STOPGAP) if parameter is not None else written


def settled(definition: Definition, values: Mapping[str, str]) -> Definition:
    """The definition as it stands with these values of its parameters (the default where none is given)."""
    if not definition.parameters:
        return definition
    known: dict[str, Any] = {}
    for parameter in definition.parameters.values():
        said = values.get(parameter.id) or canonical(parameter, parameter.default)
        known[parameter.id] = typed(parameter, said) if said is not None else None
    body = json.loads(definition.canonical())
    for key in ("states", "anywhere", "clocks"):
        body[key] = _filled(body.get(key, {}), known)
    return Definition.model_validate(body)


def _filled(node: Any, known: Mapping[str, Any], key: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _filled(inner, known, name) for name, inner in node.items()}
    if isinstance(node, list):
        return [_filled(inner, known) for inner in node]
    if key in ("limit", "warn", "period", "at_most") and is_parameter(node):
        value = known.get(name_of(node))
        whole = isinstance(value, int) and not isinstance(value, bool)
        if key == "at_most":
            return max(value, 1) if whole and isinstance(value, int) else 1
        return value if isinstance(value, str) and " " in value else _STOPGAP
    return node


def _values(report: Report, parameter: Parameter, place: Place) -> None:
    """Default and bounds are of the type; the default lies within the bounds, the bounds within the law."""
    kept: dict[str, str] = {}
    for key in ("default", "minimum", "maximum", "at_least", "at_most"):
        written = getattr(parameter, key)
        if written is None:
            continue
        said = canonical(parameter, written)
        if said is None or (key != "default" and parameter.type in ("boolean", "choice")):
            report.say("bound_wrong", (*place, key), value=str(written), type=parameter.type)
        else:
            kept[key] = said
    if parameter.type == "choice" and len(parameter.choices) < 2:
        report.say("one_choice", place)
    if parameter.choices and parameter.type != "choice":
        report.say("field_key_unwanted", (*place, "choices"), key="choices", type=parameter.type, types=["choice"])
    open_ended = not {"minimum", "maximum"} <= set(kept) and parameter.type not in ("boolean", "choice")
    if not parameter.fixed and open_ended:
        report.say("parameter_unbounded", place, name=parameter.id)
    if len({unit_of(parameter, said) for said in kept.values()}) > 1:
        report.say("parameter_units", place)
        return
    if "default" in kept and not within(parameter, kept["default"]):
        report.say("default_outside", (*place, "default"), value=kept["default"])
    if {"minimum", "maximum"} <= set(kept) and _is_less(parameter, kept["maximum"], kept["minimum"]):
        report.say("limits_crossed", (*place, "minimum"), low=kept["minimum"], high=kept["maximum"])
    for key in ("minimum", "default"):
        if {key, "at_least"} <= set(kept) and _is_less(parameter, kept[key], kept["at_least"]):
            report.say("beyond_law", (*place, key), value=kept[key], law=kept["at_least"])
    for key in ("maximum", "default"):
        if {key, "at_most"} <= set(kept) and _is_less(parameter, kept["at_most"], kept[key]):
            report.say("beyond_law", (*place, key), value=kept[key], law=kept["at_most"])


def _is_less(parameter: Parameter, one: str, other: str) -> bool:
    low, high = measured(parameter, one), measured(parameter, other)
    return low is not None and high is not None and low < high


def _places(report: Report) -> Iterator[tuple[Place, str, str]]:
    """Every place where a parameter stands for a period or a number of times."""
    for clock in clocks(report.definition).values():
        for key in ("limit", "warn"):
            if is_parameter(getattr(clock.clock, key)):
                yield (*clock.place, key), getattr(clock.clock, key), "period"
    for state in report.definition.states.values():
        place: Place = ("states", state.id)
        timed: list[tuple[Place, Any, tuple[str, ...]]] = [
            ((*place, "publicity"), state.publicity, ("period",)),
            *(((*place, "duties", duty.id), duty, ("limit", "warn")) for duty in state.duties.values()),
        ]
        for at, part, keys in timed:
            for key in keys if part is not None else ():
                if is_parameter(getattr(part, key)):
                    yield (*at, key), getattr(part, key), "period"
    for at, _, action in report.actions():
        if is_parameter(action.at_most):
            yield (*at, "at_most"), str(action.at_most), "integer"


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for inner in node.values():
            yield from _texts(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from _texts(inner)
    elif isinstance(node, str) and PREFIX in node:
        yield node
