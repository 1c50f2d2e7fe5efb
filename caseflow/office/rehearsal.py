"""The tests that definitions carry, played through the one door. Nothing of a rehearsal stays in the database.

The caller opens the transaction, on a database that holds the definitions and the reference data.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import act, entry, fire, guards, opening, panels, service, standing, taken, timers
from caseflow.cases.entry import Invalid, NotHere
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.move import Move
from caseflow.cases.vocabulary import effect_of
from caseflow.db import undone
from caseflow.office import expected, rehearsed_service, samples
from caseflow.office.cast import Cast
from caseflow.office.scene import Scene, opener
from caseflow.people.rights import Actor
from caseflow.people.roles import Roles
from caseflow.words import Message, Refused
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition, Step, Test
from caseflow.workflow.parts import Check, Text
from caseflow.workflow.procedure import Action

CHECK = "check"
"""In ``refused``: any condition written in the file."""
WHO = "_who"
"""In ``with``: the second, third … person of the role, or ``all`` who sit on its panel or owe what the act settles."""
AT = "_at"
"""In ``with``: the organisation, by its name in ``PLACES``, in which the role is held; else the one of this case."""
_NOON = time(12)
_WORDS = {
    "act.not_yours": "role",
    "act.not_offered": "offered",
    "guards.at_most": "at_most",
    "four_eyes.act": "not_by",
    "four_eyes.role": "never_both",
    "quotas.full": "place_free",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one test went; ``lines`` say at which step it went otherwise than written."""

    workflow: str
    name: Text
    lines: tuple[Message, ...]

    @property
    def passed(self) -> bool:
        return not self.lines


def run_all(
    tx: Connection, ground: Ground, known_roles: Roles, root: Path, workflow: str | None = None
) -> list[Result]:
    """Play every test of the newest versions, or those of one workflow. ``root``: where sample files are laid."""
    return [
        run(tx, ground, known_roles, root, loaded, test)
        for loaded in ground.all_current(tx)
        if workflow in (None, loaded.definition.workflow)
        for test in loaded.definition.tests
    ]


def run(tx: Connection, ground: Ground, known_roles: Roles, root: Path, loaded: Loaded, test: Test) -> Result:
    """Play one test from its given to its last step; all that it wrote is undone."""
    found: tuple[Message, ...] = ()
    with ExitStack() as stack:
        stack.enter_context(clock.at(clock.at_local(clock.today(), _NOON)))
        stack.enter_context(undone(tx))
        cast = Cast(tx, ground, known_roles, root, loaded.definition)
        scene = Scene(tx, ground, cast, loaded, test)
        try:
            scene.prepare()
            found = tuple(itertools.islice(_Play(scene, stack).wrong(), 1))
        except (Refused, Invalid, NotHere, LookupError) as refused:
            found = (Message("rehearsal.not_given", {"reasons": reasons_of(refused)}),)
    return Result(loaded.definition.workflow, test.name, found)


@dataclass(slots=True)
class _Play:
    """A scene and the steps that are played in it."""

    scene: Scene
    shifts: ExitStack
    """Holds the clock where the steps have moved it."""
    _hosts: dict[str, int] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return self.scene.definition

    def wrong(self) -> Iterator[Message]:
        """What goes otherwise than written; the steps behind the first such one mean nothing."""
        for number, step in enumerate(self.scene.test.steps, 1):
            before = expected.written(self.scene)
            if step.after is not None:
                self._wait(step.after)
            for path in step.requires:
                yield from self._miss(number, step, path)
            if step.do is not None:
                yield from self._try(number, step)
            stands = self.scene.row["state"]
            if step.state is not None and stands != step.state:
                yield Message("rehearsal.elsewhere", {"step": number, "expected": step.state, "found": stands})
            actor = self._actor(step, int(step.with_.get(WHO, 1))) if expected.looks(step) else None
            yield from expected.otherwise(self.scene, number, step, before, actor)

    def _miss(self, number: int, step: Step, path: str) -> Iterator[Message]:
        """Whether the act is refused where one of its answers is left out."""
        cut = step.model_copy(update={"with_": expected.without(step.with_, path)})
        name = path.split(".", maxsplit=1)[0]
        try:
            with self._all_or_nothing():
                self._do(cut, next(self._actors(cut)))
        except Invalid as refused:
            if any(one.split(".", maxsplit=1)[0] == name for one in refused.errors):
                return
        except (Refused, NotHere):
            pass
        yield Message("rehearsal.not_required", {"step": number, "act": step.do, "name": path})

    def _try(self, number: int, step: Step) -> Iterator[Message]:
        values = {"step": number, "act": step.do, "who": step.as_ or "-"}
        try:
            with self._all_or_nothing():
                for actor in self._actors(step):
                    self._do(step, actor)
        except LookupError as unknown:
            yield Message("rehearsal.no_such_name", {**values, "name": str(unknown).strip("'")})
            return
        except (Refused, Invalid, NotHere) as refused:
            reasons = {**values, "reasons": reasons_of(refused)}
            if step.refused is None:
                yield Message("rehearsal.refused", reasons)
                return
            by = self._refusing(step) | _in_words(refused)
            if step.refused not in by:
                yield Message(
                    "rehearsal.other_guard", {**reasons, "expected": step.refused, "found": sorted(by) or "-"}
                )
            return
        if step.refused is not None:
            yield Message("rehearsal.not_refused", {**values, "expected": step.refused})

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """A savepoint; the people, places and hosts that went with it are made anew when they are needed again."""
        hosts, known = dict(self._hosts), self.scene.cast.known()
        try:
            with self.scene.tx.begin_nested():
                yield
        except BaseException:
            self._hosts = hosts
            self.scene.cast.back_to(known)
            raise

    def _actors(self, step: Step) -> Iterator[Actor | None]:
        """Who does a step: nobody where a timer does, a person, or all of a role one after the other."""
        scene, which = self.scene, step.with_.get(WHO, 1)
        if step.as_ is None:
            yield None
            return
        action = self._action(step)
        if which != samples.EVERY:
            yield self._actor(step, int(which), action)
            return
        panel = next((one for one in self.definition.panels.values() if one.role == step.as_), None)
        if panel is not None:
            seats = panels.seats(scene.tx, scene.case_id, panel.id)
            yield from (scene.cast.person(seat["person_id"]) for seat in seats if not seat["reserve"])
            return
        if scene.owing(step.as_, action) is None:
            raise LookupError(samples.EVERY)
        while scene.owing(step.as_, action) is not None:
            yield scene.actor(step.as_, 1, action)

    def _actor(self, step: Step, number: int, action: Action | None = None) -> Actor:
        role = step.as_ or ""
        if AT in step.with_:
            return self.scene.cast.actor(role, self.scene.cast.place(str(step.with_[AT])), number)
        return self.scene.actor(role, number, action)

    def _do(self, step: Step, actor: Actor | None) -> None:
        scene, name = self.scene, step.do or ""
        action = self._action(step)
        given = self._answers(step, action, actor)
        if action is not None and action.moved_by:
            act.move_member(self._host(action.moved_by[0]), scene.case_id, name, given)
            return
        act.perform(scene.tx, scene.ground, actor, scene.case_id, name, given, request_key=scene.key())

    def _answers(self, step: Step, action: Action | None, actor: Actor | None) -> dict[str, Any]:
        """What the form is sent with; of the engine's own acts the task and the person by their names."""
        scene, said = self.scene, {name: value for name, value in step.with_.items() if name not in (WHO, AT)}
        names = scene.names(step.as_, actor.organisation_id if actor is not None else None)
        if action is None:
            if step.do == service.ACT:
                return rehearsed_service.said(scene.tx, names, scene.case_id, said)
            if "task" in said and not isinstance(said["task"], int):
                said["task"] = scene.task(str(said["task"]))
            if "person" in said and not isinstance(said["person"], int):
                said["person"] = names.person(str(said["person"]))
            if "finding" in said and not isinstance(said["finding"], int):
                said["finding"] = expected.finding(scene, str(said["finding"]))
            return said
        for question in action.asks.values():
            if question.type == "score_sheet" and question.id in said:
                said[question.id] = scene.sheet(question, said[question.id])
        return samples.answers(action.asks, said, names)

    def _action(self, step: Step) -> Action | None:
        return self.definition.action(self.scene.row["state"], step.do or "")

    def _refusing(self, step: Step) -> set[str]:
        """The conditions that object to a step, each asked on its own with the answers as far as they can be read."""
        scene, row = self.scene, self.scene.row
        action = self._action(step)
        actor = next(self._actors(step), None)
        if action is None:
            return set()
        held = standing.roles_on(scene.tx, self.definition, actor, row) if actor is not None else frozenset()
        role = standing.acting_role(self.definition, row["state"], action, held, None) or ""
        move = Move(scene.tx, scene.ground, scene.loaded, row, action, actor, role, clock.now(), scene.key())
        move.answers = self._answers(step, action, actor)
        with suppress(Invalid, Refused):  # the conditions are asked all the same: the file names the one that counts
            move.answers = taken.clean(move, move.answers)
        found = {
            CHECK if isinstance(need, Check) else need.name for need in action.needs if guards.objections(move, need)
        }
        for call in action.then if role else ():
            ask = effect_of(call).against
            if ask is not None and ask(move, call.argument):
                found.add(call.name)
        return found

    def _wait(self, period: str) -> None:
        """Let time pass to noon of the last day of a period, and fire what comes due."""
        scene = self.scene
        calendar = scene.ground.calendars[self.definition.calendar]
        until = workdays.count(calendar, clock.today(), workdays.Limit.parse(period)).due
        self.shifts.enter_context(clock.at(clock.at_local(until, _NOON)))
        last = None
        while waiting := timers.due(scene.tx, clock.now(), 1, last):
            last = waiting[0]
            fire.fire(scene.tx, scene.ground, last, clock.now())

    def _host(self, workflow: str) -> Move:
        """A case over many cases through which the rehearsed one is moved."""
        scene = self.scene
        loaded = scene.ground.current(scene.tx, workflow)
        role = opener(loaded.definition)
        actor = scene.cast.actor(role)
        if workflow not in self._hosts:
            self._hosts[workflow] = opening.open_case(
                scene.tx, scene.ground, actor, workflow, round_id=scene.round_id, request_key=scene.key()
            ).case_id
        row = entry.locked(scene.tx, self._hosts[workflow])
        first = next(loaded.definition.actions_in(loaded.definition.first_state))
        return Move(scene.tx, scene.ground, loaded, row, first, actor, role, clock.now(), scene.key())


def _in_words(refused: Exception) -> set[str]:
    """What refuses beside the conditions: the form, the role, the state, a signature, a full ceiling."""
    if isinstance(refused, NotHere):
        return {"role", "unseen"}
    if isinstance(refused, Invalid):
        return {"answers"}
    keys = {reason.key for reason in reasons_of(refused)}
    found = {word for key, word in _WORDS.items() if key in keys}
    return found | ({"signing"} if any(key.startswith("signing.") for key in keys) else set())


def reasons_of(refused: Exception) -> list[Message]:
    """What stands in a refusal, whichever of the door's it is."""
    if isinstance(refused, Refused):
        return list(refused.reasons)
    if isinstance(refused, Invalid):
        return [message for messages in refused.errors.values() for message in messages]
    return [Message("rehearsal.not_here")]
