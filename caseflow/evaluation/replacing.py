"""Who takes the seat of somebody who leaves: the next of the same draw, never a choice by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from caseflow.evaluation import infeasible
from caseflow.evaluation.counting import Undecided, first_in_order
from caseflow.evaluation.draw import Draw, terms
from caseflow.evaluation.limits import Limits
from caseflow.evaluation.pool import Snapshot
from caseflow.words import Message, Refused


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody of the draw, seated or waiting, who will not sit: a decline, a recusal, a conflict found later."""

    candidate: str
    kind: str
    day: date
    evidence: str = ""
    """A reference or keyed hash."""

    def as_json(self) -> dict[str, Any]:
        day = self.day.isoformat()
        return {"candidate": self.candidate, "kind": self.kind, "day": day, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody who stood earlier in the queue, and the limits (kind, key) that would be broken by taking them."""

    candidate: str
    breaks: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        return {"candidate": self.candidate, "breaks": [list(one) for one in self.breaks]}


@dataclass(frozen=True, slots=True)
class Replacement:
    """Who took which seat after a departure."""

    seat: int
    """Place on the panel, from 0."""
    came: str
    passed: tuple[Passed, ...]

    def as_json(self) -> dict[str, Any]:
        return {"seat": self.seat, "came": self.came, "passed": [one.as_json() for one in self.passed]}


@dataclass(frozen=True, slots=True)
class Standing:
    """The panel as it stands after some departures; None is an empty seat."""

    panel: tuple[str | None, ...]
    queue: tuple[str, ...]
    """Who is called next, in this order."""
    steps: tuple[tuple[Replacement, ...], ...] = ()
    """For each departure the replacements that it led to."""

    @property
    def vacant(self) -> tuple[int, ...]:
        return tuple(seat for seat, one in enumerate(self.panel) if one is None)

    def as_json(self) -> dict[str, Any]:
        return {"panel": list(self.panel), "queue": list(self.queue)}


def standing(snapshot: Snapshot, drawn: Draw, departures: Iterable[Departure]) -> Standing:
    """The panel after these departures, in their order: a function of the draw and of who left, of nothing else.

    Who sits stays seated. The empty seats are filled by the first people of the queue who together keep every limit
    (for one seat: the next who fits); the first of them takes the lowest seat. Where nobody fits, the seat stays empty
    until a later departure opens another way, or a new draw is held.

    Raises:
        Refused: somebody leaves who was not drawn from, or left before.
    """
    _, limits = terms(snapshot)
    found = Standing(drawn.panel, drawn.queue)
    for departure in departures:
        if departure.candidate not in {*found.panel, *found.queue}:
            raise Refused(Message("draw.cannot_leave", {"id": departure.candidate}))
        found = _without(found, departure.candidate)
        found = _filled(limits, found)
    return found


def vacancies(snapshot: Snapshot, found: Standing) -> tuple[Message, ...]:
    """Why seats are empty: for each limit how many of the queue would break it."""
    if not found.vacant:
        return ()
    _, limits = terms(snapshot)
    seated = [one for one in found.panel if one is not None]
    because = infeasible.of_vacancy(limits, seated, found.queue) if len(found.vacant) == 1 else ()
    values = {"seats": [seat + 1 for seat in found.vacant], "queue": len(found.queue)}
    return (Message("draw.vacant", values), *because)


def _without(found: Standing, who: str) -> Standing:
    panel = tuple(None if one == who else one for one in found.panel)
    return replace(found, panel=panel, queue=tuple(one for one in found.queue if one != who))


def _filled(limits: Limits, found: Standing) -> Standing:
    seated = [one for one in found.panel if one is not None]
    try:
        newcomers = first_in_order(limits, found.queue, seated) or ()
    except Undecided:
        newcomers = ()
    panel = list(found.panel)
    for seat, came in zip(found.vacant, newcomers, strict=False):
        panel[seat] = came
    came_to = tuple(
        Replacement(seat, came, _passed(limits, panel, found.queue, seat, newcomers))
        for seat, came in zip(found.vacant, newcomers, strict=False)
    )
    queue = tuple(one for one in found.queue if one not in newcomers)
    return Standing(tuple(panel), queue, (*found.steps, came_to))


def _passed(
    limits: Limits, panel: Sequence[str | None], queue: Sequence[str], seat: int, newcomers: Sequence[str]
) -> tuple[Passed, ...]:
    """Those of the queue between the newcomer before and this one: each would break a limit in this one's seat."""
    came = newcomers.index(panel[seat] or "")
    begin = queue.index(newcomers[came - 1]) + 1 if came else 0
    others = [one for place, one in enumerate(panel) if one is not None and place != seat]
    return tuple(
        Passed(one, tuple((limit.kind, limit.key) for limit in limits.broken((*others, one))))
        for one in queue[begin : queue.index(newcomers[came])]
    )
