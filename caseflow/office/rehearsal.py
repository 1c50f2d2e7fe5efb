"""The tests that definitions carry, played through the one door. Nothing of a rehearsal stays in the database.

The caller opens the transaction, on a database that holds the definitions and the reference data.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import act, dossier, entry, fire, guards, opening, standing, taken, timers
from caseflow.cases.entry import Invalid, NotHere
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.office import rounds, samples
from caseflow.office.cast import Cast
from caseflow.people.roles import Roles
from caseflow.studies import store
from caseflow.words import Message, Refused
from caseflow.workflow import workdays
from caseflow.workflow.definition import Definition, Step, Test
from caseflow.workflow.parts import Check, Text

CHECK = "check"
"""In ``refused``: any condition written in the file."""
_NOON = time(12)
_OPENS, _CLOSES, _BUREAU_CLOSES = -60, 90, 60
"""Days from today of a rehearsed round."""


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
        stack.enter_context(_undone(tx))
        cast = Cast(tx, ground, known_roles, root, loaded.definition)
        play = _Play(tx, ground, cast, loaded, test, stack)
        try:
            play.prepare()
            found = tuple(itertools.islice(play.wrong(), 1))
        except (Refused, Invalid, NotHere, LookupError) as refused:
            found = (Message("rehearsal.not_given", {"reasons": _reasons(refused)}),)
    return Result(loaded.definition.workflow, test.name, found)


class _Over(Exception):
    """The rehearsal has ended."""


@contextmanager
def _undone(tx: Connection) -> Iterator[None]:
    """A savepoint to which everything goes back in the end."""
    with suppress(_Over), tx.begin_nested():
        yield
        raise _Over


@dataclass(slots=True)
class _Play:
    tx: Connection
    ground: Ground
    cast: Cast
    loaded: Loaded
    test: Test
    shifts: ExitStack
    """Holds the clock where the steps have moved it."""
    case_id: int = 0
    round_id: int | None = None
    _hosts: dict[str, int] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def definition(self) -> Definition:
        return self.loaded.definition

    # --- what is given --------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """The round, the case, and its dossier where one is given."""
        given = self.test.given
        if self.definition.rounds == "required":
            self.round_id = self._round(str(given.get("round", "open")))
        values, has_dossier = {}, "dossier" in given
        if has_dossier:
            written = given["dossier"] if isinstance(given["dossier"], Mapping) else {}
            named = {str(path).removeprefix("dossier."): value for path, value in written.items()}
            values = samples.complete(self.loaded, self.ground, 1, self._names(_opener(self.definition)), named)
        if "state" in given:
            self.case_id = self._imported(str(given["state"]), values)
        else:
            self.case_id = self._opened(values)
        if has_dossier and self.definition.footprint and self.ground.shelf.schemes:
            store.save_study(self.tx, case_id=self.case_id, study_=samples.study(self.ground.shelf), by=None)

    def _round(self, stands: str) -> int:
        today = clock.today()
        closes = -1 if stands == "closed" else _CLOSES
        found = rounds.create(
            self.tx,
            self.cast.authority_id,
            code="rehearsal",
            title={"zh": self.test.name.zh, "en": self.test.name.en},
            workflows=[self.definition.workflow],
            opens_at=clock.at_local(today + timedelta(days=_OPENS)),
            closes_at=clock.end_of(today + timedelta(days=closes)),
            notice=self.definition.basis.notice,
        )
        own = {"open": _BUREAU_CLOSES, "closed": _OPENS + 1}.get(stands, -1)
        row = rounds.find(self.tx, self.cast.authority_id, found)
        setter = next((one.id for one in self.definition.roles.values() if one.sees == "own_prefecture"), None)
        if row is not None and setter is not None:
            # A bureau sets its closing time beforehand, so the clock goes back for it.
            with clock.at(clock.at_local(today + timedelta(days=_OPENS))):
                rounds.set_own(
                    self.tx, self.ground, row, self.cast.place("bureau"),
                    clock.end_of(today + timedelta(days=own)), reason=stands, by=self.cast.actor(setter).person_id,
                )  # fmt: skip
        return found

    def _opened(self, values: Mapping[str, dict[str, Any]]) -> int:
        opener = self.cast.actor(_opener(self.definition))
        made = opening.open_case(
            self.tx, self.ground, opener, self.definition.workflow, round_id=self.round_id, request_key=self._key()
        )
        for section, typed in values.items():
            dossier.save_draft(
                self.tx, self.ground, made.case_id, f"dossier.{section}", f"organisation:{opener.organisation_id}",
                typed, 0, opener.person_id,
            )  # fmt: skip
        return made.case_id

    def _imported(self, stands: str, values: Mapping[str, Any]) -> int:
        role = next((one.id for one in self.definition.roles.values() if one.sees == "own_authority"), None)
        if role is None:
            raise LookupError(self.definition.workflow)
        owner = self.cast.actor(_opener(self.definition))
        return opening.import_case(
            self.tx,
            self.ground,
            self.cast.actor(role),
            self.definition.workflow,
            stands,
            values,
            organisation_id=int(owner.organisation_id or 0),
            prefecture_id=owner.prefecture_id,
            round_id=self.round_id,
            request_key=self._key(),
        ).case_id

    # --- the steps ------------------------------------------------------------------------------------------------

    def wrong(self) -> Iterator[Message]:
        """What goes otherwise than written; the steps behind the first such one mean nothing."""
        for number, step in enumerate(self.test.steps, 1):
            if step.after is not None:
                self._wait(step.after)
            if step.do is not None:
                yield from self._try(number, step)
            stands = self._row()["state"]
            if step.state is not None and stands != step.state:
                yield Message("rehearsal.elsewhere", {"step": number, "expected": step.state, "found": stands})

    def _try(self, number: int, step: Step) -> Iterator[Message]:
        values = {"step": number, "act": step.do, "who": step.as_ or "-"}
        try:
            with self.tx.begin_nested():
                self._do(step)
        except (Refused, Invalid, NotHere) as refused:
            reasons = {**values, "reasons": _reasons(refused)}
            if step.refused is None:
                yield Message("rehearsal.refused", reasons)
                return
            by = self._refusing(step)
            if step.refused not in by:
                yield Message(
                    "rehearsal.other_guard", {**reasons, "expected": step.refused, "found": sorted(by) or "-"}
                )
            return
        if step.refused is not None:
            yield Message("rehearsal.not_refused", {**values, "expected": step.refused})

    def _do(self, step: Step) -> None:
        name = step.do or ""
        action = self.definition.action(self._row()["state"], name)
        given = samples.answers(action.asks if action else {}, step.with_, self._names(step.as_))
        if action is not None and action.moved_by:
            act.move_member(self._host(action.moved_by[0]), self.case_id, name, given)
            return
        actor = self.cast.actor(step.as_) if step.as_ is not None else None
        act.perform(self.tx, self.ground, actor, self.case_id, name, given, request_key=self._key())

    def _refusing(self, step: Step) -> set[str]:
        """The conditions that object to a step, each asked on its own with the answers as far as they can be read."""
        row = self._row()
        action = self.definition.action(row["state"], step.do or "")
        actor = self.cast.actor(step.as_) if step.as_ is not None else None
        if action is None:
            return set()
        held = standing.roles_on(self.tx, self.definition, actor, row) if actor is not None else frozenset()
        role = standing.acting_role(self.definition, row["state"], action, held, None) or ""
        move = Move(self.tx, self.ground, self.loaded, row, action, actor, role, clock.now(), self._key())
        move.answers = samples.answers(action.asks, step.with_, self._names(step.as_))
        with suppress(Invalid, Refused):  # the conditions are asked all the same: the file names the one that counts
            move.answers = taken.clean(move, move.answers)
        return {
            CHECK if isinstance(need, Check) else need.name for need in action.needs if guards.objections(move, need)
        }

    def _wait(self, period: str) -> None:
        """Let time pass to noon of the last day of a period, and fire what comes due."""
        calendar = self.ground.calendars[self.definition.calendar]
        until = workdays.count(calendar, clock.today(), workdays.Limit.parse(period)).due
        self.shifts.enter_context(clock.at(clock.at_local(until, _NOON)))
        last = None
        while waiting := timers.due(self.tx, clock.now(), 1, last):
            last = waiting[0]
            fire.fire(self.tx, self.ground, last, clock.now())

    def _host(self, workflow: str) -> Move:
        """A case over many cases through which the rehearsed one is moved."""
        loaded = self.ground.current(self.tx, workflow)
        role = _opener(loaded.definition)
        actor = self.cast.actor(role)
        if workflow not in self._hosts:
            self._hosts[workflow] = opening.open_case(
                self.tx, self.ground, actor, workflow, round_id=self.round_id, request_key=self._key()
            ).case_id
        row = entry.locked(self.tx, self._hosts[workflow])
        first = next(loaded.definition.actions_in(loaded.definition.first_state))
        return Move(self.tx, self.ground, loaded, row, first, actor, role, clock.now(), self._key())

    def _row(self) -> RowMapping:
        return self.tx.execute(sa.select(case).where(case.c.id == self.case_id)).mappings().one()

    def _key(self) -> str:
        return f"rehearsal/{next(self._keys)}"

    def _names(self, role: str | None) -> samples.Names:
        """Names in an answer of a role; its files are those of its organisation."""
        code = samples.UNKNOWN_FORM
        if self.case_id and self._row()["revision"]:
            code = dossier.revision_code(dossier.revision_hash(self.tx, self.case_id, self._row()["revision"]))
        return samples.Names(
            file=lambda name, question: self.cast.file(name, question, role),
            person=lambda name: self.cast.actor(name).person_id,
            case=lambda _: self.case_id,
            revision_code=code,
        )


def _opener(definition: Definition) -> str:
    """The role that opens cases of a workflow."""
    return next(role.id for role in definition.roles.values() if role.opens)


def _reasons(refused: Exception) -> list[Message]:
    if isinstance(refused, Refused):
        return list(refused.reasons)
    if isinstance(refused, Invalid):
        return [message for messages in refused.errors.values() for message in messages]
    return [Message("rehearsal.not_here")]
