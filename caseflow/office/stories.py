"""Stories of the demonstration: what is written in YAML becomes dated steps, in the order in which they happened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from caseflow import clock
from caseflow.workflow.days.holidays import DAY, Calendar

_OFFSET = re.compile(r"([+-]\d{1,4})d")
_DATED = re.compile(r"@([+-]\d{1,4}d)")
_NAMED = re.compile(r"\$([a-z_]+)")
_MORNING = time(9)
_PACE = timedelta(minutes=1)
MOST_DEEP = 20
PUBLIC = "public"
"""As the opener of a story: it begins with a form that anybody may file."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story. Number 0 opens the case."""

    moment: datetime
    story: str
    number: int
    data: Mapping[str, Any] = field(default_factory=dict)


def timeline(data: Mapping[str, Any], today: date, calendar: Calendar) -> list[Step]:
    """Every step of every story in its order. What falls on a day off was done on the working day before it."""
    dated = [
        (day, number, key, step)
        for key, story in data["stories"].items()
        for number, (day, step) in enumerate(_days(data["roads"], story, today))
    ]
    dated.sort(key=lambda one: one[0])  # steps of a day stay in the order of the file
    steps: list[Step] = []
    last = datetime.min.replace(tzinfo=clock.SHANGHAI)
    for day, number, key, step in dated:
        last = max(last + _PACE if steps else last, clock.at_local(_worked(calendar, day), _MORNING))
        steps.append(Step(last, key, number, dated_from(step, today)))
    return steps


def day_of(written: Any, today: date) -> date:
    """A date, or days from today such as ``-8d``."""
    offset = _OFFSET.fullmatch(str(written))
    return today + timedelta(days=int(offset[1])) if offset else date.fromisoformat(str(written))


def dated_from(value: Any, today: date) -> Any:
    """``value`` with every ``@+3d`` in it as the date so many days from today."""
    if isinstance(value, Mapping):
        return {key: dated_from(part, today) for key, part in value.items()}
    if isinstance(value, list):
        return [dated_from(part, today) for part in value]
    found = _DATED.fullmatch(value) if isinstance(value, str) else None
    return day_of(found[1], today).isoformat() if found else value


def filled(value: Any, names: Mapping[str, Any], places: Mapping[str, str], *, deep: int = 0) -> Any:
    """``value`` with every ``$name`` and ``{place}`` in it filled in.

    Raises:
        LookupError: a name stands for nothing, or for itself.
    """
    if deep > MOST_DEEP:
        raise LookupError(f"a name stands for itself: {value!r}")
    if isinstance(value, Mapping):
        return {key: filled(part, names, places, deep=deep + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, names, places, deep=deep + 1) for part in value]
    if not isinstance(value, str):
        return value
    named = _NAMED.fullmatch(value)
    if named:
        if named[1] not in names:
            raise LookupError(f"no story says what {value} is")
        return filled(names[named[1]], names, places, deep=deep + 1)
    for place, text in places.items():
        value = value.replace(f"{{{place}}}", text)
    return value


def declared(studies: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A footprint of the data (``of``) as plain JSON, with what a story has otherwise: ``lines`` by their ids, the rest
    by name.
    """
    changed = said.get("lines", {})
    body = {**studies[said["of"]], **{name: value for name, value in said.items() if name not in ("of", "lines")}}
    body["lines"] = [{**line, **changed.get(line["id"], {})} for line in body["lines"]]
    return body


def opener(people: Mapping[str, Any], story: Mapping[str, Any]) -> str:
    """The login of whoever opens the case of a story: as it says, else somebody of its company."""
    if "opener" in story:
        return str(story["opener"])
    return next(str(one["login"]) for one in people["people"] if one["at"] == story["company"])


def login(people: Mapping[str, Any], story: Mapping[str, Any], name: str) -> str:
    """A login as it is; for a role, somebody of the story's company, its bureau, the opener's office, or anywhere.

    Raises:
        LookupError: nobody has the login or holds the role.
    """
    places = {one["login"]: one["at"] for one in people["people"]}
    if name in places:
        return name
    near = [places[one] for one in [opener(people, story)] if one != PUBLIC]
    near += [people["companies"][one]["at"] for one in near if one in people["companies"]]
    holding = [one for one in people["people"] if name in roles_of(one)]
    holding.sort(key=lambda one: near.index(one["at"]) if one["at"] in near else len(near))
    if not holding:
        raise LookupError(f"nobody is called {name}, and nobody holds such a role")
    return str(holding[0]["login"])


def roles_of(person: Mapping[str, Any]) -> list[str]:
    """The roles of an entry of ``people``; one may stand without a list."""
    return [person["role"]] if isinstance(person["role"], str) else list(person["role"])


def _days(roads: Mapping[str, Any], story: Mapping[str, Any], today: date) -> Iterator[tuple[date, Mapping[str, Any]]]:
    day = day_of(story["begins"], today)
    yield day, {}
    for step in _steps(roads, story["road"]):
        day = day_of(filled(step["day"], story, {}), today) if "day" in step else day + DAY * int(step.get("wait", 0))
        yield day, step


def _steps(roads: Mapping[str, Any], road: list[Any]) -> Iterator[Mapping[str, Any]]:
    for part in road:
        if isinstance(part, str):
            yield from _steps(roads, roads[part])
        else:
            yield part


def _worked(calendar: Calendar, day: date) -> date:
    while not calendar.is_workday(day):
        day -= DAY
    return day
