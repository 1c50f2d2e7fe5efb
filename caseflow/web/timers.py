"""The register of time limits for everybody: each with its ground, whether its text was read, and who counts by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template

from caseflow.web import drawing, shell, sights
from caseflow.web.shell import page
from caseflow.workflow import timer_reading
from caseflow.workflow.days.workdays import Limit
from caseflow.workflow.definition import Definition
from caseflow.workflow.proof.timer_uses import Use, uses
from caseflow.workflow.timers import Timer

blueprint = Blueprint("timers", __name__)

MARKS = ("read", "page", "memory")
_OF_CASES = "application"


@dataclass(frozen=True, slots=True)
class Used:
    """A procedure that counts by a time limit, and where in it, as the reader may know that."""

    workflow: str
    title: str
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One time limit as it is read."""

    key: str
    timer: Timer
    values: tuple[str, ...]
    extension: tuple[str, ...]
    used: tuple[Used, ...]
    inside: int
    """How many procedures more count by it inside the offices."""

    @property
    def group(self) -> str:
        return self.key.partition(".")[0]


@page(blueprint, "/public/timers", policy=shell.anyone)
def index() -> str:
    """Every time limit of the register, by what it belongs to."""
    definitions = [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]
    known = timer_reading.known(shell.house().settings.workflows)
    lines = list(_lines(definitions, known.timers))
    groups: dict[str, list[Line]] = {}
    for one in lines:
        groups.setdefault(one.group, []).append(one)
    counts = {mark: sum(one.timer.mark == mark for one in lines) for mark in MARKS}
    counts |= {"n": len(lines), "used": sum(bool(one.used or one.inside) for one in lines)}
    return render_template("timers/index.html", groups=groups, titles=known.groups, counts=counts)


def _lines(definitions: Iterable[Definition], timers: Mapping[str, Timer]) -> Iterator[Line]:
    named: dict[str, dict[str, tuple[Definition, list[Use]]]] = {}
    for definition in definitions:
        for use in uses(definition):
            named.setdefault(use.key, {}).setdefault(definition.workflow, (definition, []))[1].append(use)
    for key, timer in timers.items():
        using = list(named.get(key, {}).values())
        shown = [(one, found) for one, found in using if _is_known(one)]
        yield Line(
            key,
            timer,
            tuple(map(_value, timer.value)),
            tuple(map(_value, timer.extension.value if timer.extension is not None else ())),
            tuple(Used(one.workflow, drawing.named(one.title), _where(one, found)) for one, found in shown),
            len(using) - len(shown),
        )


def _is_known(definition: Definition) -> bool:
    """Whether the reader may know how a procedure works: offices all, others those in which one applies."""
    return shell.official(g.actor) or definition.kind == _OF_CASES


def _where(definition: Definition, found: Iterable[Use]) -> tuple[str, ...]:
    """The parts of a procedure by the names that the reader knows, each once."""
    sight = sights.of_reader(definition, g.actor)
    return tuple(dict.fromkeys(drawing.named(_named(definition, use, sight.name)) for use in found))


def _named(definition: Definition, use: Use, state: Any) -> Any:
    kind, name = str(use.place[0]), str(use.place[1])
    return state(name) if kind == "states" else getattr(definition, kind)[name].title


def _value(written: str) -> str:
    """A length of time in words; a number as it is."""
    return drawing.say(Limit.parse(written).message()) if " " in written else written
