"""What a step of a definition's test says beside the state: last days, papers, who is told, ceilings, acts, sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import deadlines, dossier, findings, paths, view
from caseflow.cases.entry import NotHere
from caseflow.cases.models import quota_counter, quota_entry
from caseflow.cases.move import Move
from caseflow.cases.view import View
from caseflow.office.scene import HELD, Scene
from caseflow.people.rights import Actor
from caseflow.records import journal, letters
from caseflow.words import Message
from caseflow.workflow import running
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Step
from caseflow.workflow.rules import OF_TESTS

_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Written:
    """How much stood on paper and in the journal before a step."""

    letters: int
    entries: int


def written(scene: Scene) -> Written:
    """How much stands on paper and in the journal now."""
    return Written(len(letters.of_case(scene.tx, scene.case_id)), len(journal.entries(scene.tx, scene.case_id)))


def looks(step: Step) -> bool:
    """Whether a step says what its role may do or see."""
    return step.as_ is not None and (step.offered is not None or bool(step.hidden))


def without(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The answers of a step but for one; ``rows.status`` is left out of every row."""
    name, _, column = path.partition(".")
    if not column:
        return {key: value for key, value in given.items() if key != name}

    def cut(row: Any) -> Any:
        return {key: value for key, value in row.items() if key != column} if isinstance(row, Mapping) else row

    rows = given.get(name)
    if isinstance(rows, Mapping):
        return {**given, name: {key: cut(row) for key, row in rows.items()}}
    return {**given, name: [cut(row) for row in rows or ()]}


def otherwise(scene: Scene, number: int, step: Step, before: Written, actor: Actor | None) -> Iterator[Message]:
    """What went otherwise than the step says. ``actor``: who stands for its role, where it says what that one sees."""
    for key, wanted, found in (*_acted(scene, step, before), *_stands(scene, step), *_seen(scene, step, actor)):
        if wanted != found:
            what = Message(f"rehearsal.what.{key}")
            values = {"step": number, "what": what, "expected": _text(wanted), "found": _text(found)}
            yield Message("rehearsal.otherwise", values)


def finding(scene: Scene, name: str) -> int:
    """The open finding that a warning of this name has raised.

    Raises:
        LookupError: there is none.
    """
    rows = findings.open_findings(scene.tx, scene.case_id)
    found = next((row["id"] for row in rows if row["key"].split(".")[0] == name), None)
    if found is None:
        raise LookupError(name)
    return int(found)


def _acted(scene: Scene, step: Step, before: Written) -> Iterator[tuple[str, Any, Any]]:
    """What the step itself wrote."""
    if step.issued is not None:
        kinds = [row.kind for row in letters.of_case(scene.tx, scene.case_id)]
        yield "issued", sorted(step.issued), sorted(set(kinds[before.letters :]))
    if step.told is not None:
        entries = journal.entries(scene.tx, scene.case_id)[before.entries :]
        yield "told", sorted(step.told), sorted({role for one in entries for role in one.body.get("told", ())})


def _stands(scene: Scene, step: Step) -> Iterator[tuple[str, Any, Any]]:
    """How the case stands after the step."""
    if step.due is not None:
        wanted = step.due if isinstance(step.due, Mapping) else {scene.row["state"]: step.due}
        open_now = _running(scene)
        for name, period in wanted.items():
            days, row = _days(scene, period), open_now.get(name)
            due = row["due_on"] if row is not None else None
            yield "due", days[-1], due if due not in days else days[-1]
    if step.warned is not None:
        noted = [row["key"] for row in findings.open_findings(scene.tx, scene.case_id) if row["kind"] == "warning"]
        yield "warned", sorted(step.warned), sorted(key.split(".")[0] for key in noted)
    for name, standing in step.places.items():
        yield "places", f"{name} {standing}", f"{name} {_place(scene, name)}"
    if step.holds is not None:
        said = scene.loaded.rules.says(OF_TESTS, step.holds, _move(scene).values())
        yield "holds", step.holds, step.holds if said is True else said
    if step.ends is not None:
        yield "ends", step.ends, scene.definition.states[scene.row["state"]].outcome


def _seen(scene: Scene, step: Step, actor: Actor | None) -> Iterator[tuple[str, Any, Any]]:
    """What the role may do where the case stands, and what of it stays out of its sight."""
    if actor is None:
        return
    try:
        seen = view.load(scene.tx, scene.ground, actor, scene.case_id)
    except NotHere:
        yield "offered", sorted(step.offered or ()), Message("rehearsal.not_here")
        return
    if step.offered is not None:
        yield "offered", sorted(step.offered), sorted(offer.action.id for offer in seen.offers())
    shown, stored = seen.dossier(), seen.facts()
    for path in step.hidden:
        known = _answered(_move(scene).dossier, dossier.facts(scene.tx, scene.ground, seen.row), path, seen)
        wrong = "shown" if _answered(shown, stored, path, seen) else "absent" if not known else None
        yield "hidden", path, Message(f"rehearsal.{wrong}", {"path": path}) if wrong is not None else path


def _answered(values: Mapping[str, Any], stored: Mapping[str, Any], path: str, seen: View) -> bool:
    head, *steps = path.split(".")
    if head == "dossier":
        return steps[-1] in values.get(steps[0], {})
    said = stored.get(head, {})
    rows = [row for _, row in paths.entries(said)] if head in paths.appended(seen.definition) else [said]
    return any(steps[-1] in row for row in rows)


def _running(scene: Scene) -> dict[str, Any]:
    """The clocks by their own id, or that of their state or duty; a state's publicity under its id, where it has no other clock."""
    found = deadlines.open_deadlines(scene.tx, scene.case_id)
    found.sort(key=lambda row: not row["clock"].startswith(deadlines.PUBLICITY))
    return {
        row["clock"].removeprefix(deadlines.PUBLICITY).removeprefix(running.LONG).rpartition(".")[2]: row
        for row in found
    }


def _days(scene: Scene, period: str) -> list[date]:
    """The last day of a period from today: as it is counted, then as it rolls from a day off."""
    calendar = scene.ground.calendar_now(scene.tx, scene.definition.calendar)
    counted = workdays.count(calendar, clock.today(), workdays.Limit.parse(period))
    return [counted.nominal, counted.due]


def _place(scene: Scene, name: str) -> str:
    mine = sa.select(quota_entry.c.status).join(quota_counter, quota_counter.c.id == quota_entry.c.counter_id)
    counted = scene.definition.quotas[name].counted_as
    found = scene.tx.scalars(
        mine.where(quota_entry.c.case_id == scene.case_id, quota_counter.c.quota == counted).order_by(quota_entry.c.id)
    ).all()
    return str(found[-1]) if found else "none"


def _move(scene: Scene) -> Move:
    """The case as conditions read it; nobody acts."""
    return Move(scene.tx, scene.ground, scene.loaded, scene.row, HELD, None, "", clock.now(), scene.key())


def _text(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(value) or _NOTHING
    return _NOTHING if value is None or value is False else value
