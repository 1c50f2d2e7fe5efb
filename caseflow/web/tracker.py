"""How far a case has come, in the steps that the applicant and the public read; and when a round closes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.web import drawing
from caseflow.words import Message
from caseflow.workflow.days import workdays
from caseflow.workflow.days.ledger import day_text
from caseflow.workflow.definition import Definition


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tracker. ``state``: done, now or later."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Closing:
    """When something closes, as an office writes it: 24:00 belongs to the day that ends."""

    day: date
    at: str
    over: bool
    left: Message
    """What is left until then, in working days."""


def steps(definition: Definition, state: str, walked: Iterable[str] = ()) -> list[Step]:
    """The steps of a workflow with the one where a case stands; ``walked`` are the states it has been in, in order.

    A state outside the steps (withdrawn, not recommended) leaves the case at the last step it had reached.
    """
    order = list(definition.stages)
    passed = [definition.states[name].stage for name in (*walked, state) if name in definition.states]
    reached = [stage for stage in passed if stage]
    here = order.index(reached[-1]) if reached else 0
    ended = definition.states[state].final
    well = definition.states[state].outcome == "positive"
    found = []
    for place, stage in enumerate(definition.stages.values()):
        done = place < here or (place == here and ended and well)
        standing = "done" if done else "now" if place == here and not ended else "later"
        found.append(Step(drawing.named(stage.title), standing))
    return found


def outline(definition: Definition) -> list[Step]:
    """The steps of a workflow before anything has begun."""
    return [Step(drawing.named(stage.title), "later") for stage in definition.stages.values()]


def at_step(shown: list[Step]) -> Message | None:
    """Third step of seven; nothing where a case has ended."""
    place = next((number for number, step in enumerate(shown, 1) if step.state == "now"), None)
    return Message("tracker.at_step", {"n": place, "all": len(shown)}) if place else None


def closing(ground: Ground, definition: Definition, moment: datetime) -> Closing:
    """A closing time with what is left until then."""
    local = moment.astimezone(clock.SHANGHAI)
    midnight = local.hour == 0 and local.minute == 0
    day = local.date() - timedelta(days=1) if midnight else local.date()
    at = "24:00" if midnight else f"{local:%H:%M}"
    found = workdays.remaining(ground.calendar(definition), day, clock.today(), at=at)
    over = clock.now() >= moment
    left = Message("tracker.closed", {"due": day_text(day), "at": at}) if over else found.message
    return Closing(day, at, over, left)


def alike(closings: Iterable[tuple[str, Closing]]) -> list[tuple[list[str], Closing]]:
    """Names gathered by their closing time, the earliest first."""
    found: dict[tuple[date, str], tuple[list[str], Closing]] = {}
    for name, one in closings:
        found.setdefault((one.day, one.at), ([], one))[0].append(name)
    return [found[key] for key in sorted(found)]
