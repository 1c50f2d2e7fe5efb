"""One act of a simulation through the one door: with whoever may do it, and answers made up for it; what was said against it."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import act, service, taking_back
from caseflow.cases.entry import Invalid, NotHere
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case
from caseflow.db import Statement
from caseflow.office import rehearsal
from caseflow.office import simulated_goals as goals
from caseflow.office.simulated_aims import Aims
from caseflow.office.simulated_answers import Answers
from caseflow.office.simulated_choices import Life, Option
from caseflow.office.simulated_fitting import Fitting
from caseflow.office.simulated_people import Troupe
from caseflow.office.simulated_registers import MISSED, PROVIDED, Registers
from caseflow.office.simulated_typing import Typing
from caseflow.office.simulated_watch import Watch
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused
from caseflow.workflow.parts import Check
from caseflow.workflow.procedure import Action

_WHOLE, _FOREWARNED, _HELPERS, _HELPED = 0.7, 0.8, 2, 4
"""How often a dossier has all that is asked, and what is known to help is done beforehand; how many acts that stay are
tried where one that leads on was refused, and after so many refusals no more of them."""
_REPEATED = 0.1
"""How much less often an act helps that was done here already."""
_CROWDED = 3
"""So often a ceiling refuses what leads to something new, before the office raises it by one."""
_CASE = Statement(sa.select(case).where(case.c.id == sa.bindparam("case_id")))
_UNFILLED = ("guards.field", "guards.not_declared", "guards.checklist_point")
_NOT_BY_THEM = "four_eyes."
"""What is refused so may be done by a colleague."""

FULL = "quotas.full"

Spot = tuple[str, str, str]
"""Workflow, state (empty for an act that is offered anywhere), act."""


@dataclass(frozen=True, slots=True)
class Crash:
    """An act that ended with neither an outcome nor a refusal."""

    case_id: int
    act: str
    role: str
    error: str


def _rests_on_the_form(action: Action | None) -> bool:
    """Whether an act has a condition on what was typed."""
    return action is not None and any(isinstance(one, Check) and "dossier." in one.check for one in action.needs)


def _opens_cases(action: Action) -> bool:
    """Whether an act begins another case, which somebody has to bring to an end then."""
    return any(call.name == "open_case" for call in action.then)


@dataclass(slots=True)
class Acts:
    """Does what was chosen, and keeps why something could not be done."""

    tx: Connection
    ground: Ground
    troupe: Troupe
    watch: Watch
    aims: Aims
    answers: Answers
    typing: Typing
    rng: Random
    fitting: Fitting
    registers: Registers | None = None
    """Who enters what acts look for in registers; nobody where none of them looks for anything."""
    lives: dict[int, Life] = field(default_factory=lambda: defaultdict(Life))
    refusals: dict[Spot, dict[str, tuple[int, Message]]] = field(default_factory=lambda: defaultdict(dict))
    """Why acts were refused: by the sentence, how often, and one of them."""
    crashes: list[Crash] = field(default_factory=list)
    helped: dict[Spot, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """After which acts that stay one was done that had been refused."""
    _crowded: Counter[str] = field(default_factory=Counter)
    _keys: int = 0

    def row(self, case_id: int) -> dict[str, Any]:
        return _CASE.rows(self.tx, {"case_id": case_id})[0]

    def key(self) -> str:
        self._keys += 1
        return f"simulation/{self._keys}"

    def do(self, row: Mapping[Any, Any], loaded: Loaded, option: Option) -> bool:
        """Try one act with answers made up for it. Where it is refused, acts that stay may help; what helped is learnt."""
        spot = (row["workflow"], goals.where(loaded.definition, row["state"], option.act), option.act)
        actor = self._actor(row, loaded, option)
        if actor is None:
            self._refused(spot, [Message("simulation.nobody", {"role": option.role or "-"})])
            return False
        leads_on = option.action is not None and option.action.to is not None
        helps = self.helped[spot]
        here = self.lives[row["id"]].here
        known = [one for one in sorted(helps) if not here[one]]
        if leads_on and known and self.rng.random() < _FOREWARNED:
            self._help(row, loaded, option, self.rng.choices(known, [helps[one] for one in known])[0])
        reasons = self._attempt_filled(row, loaded, option, actor, spot)
        life = self.lives[row["id"]]
        for _ in range(_HELPERS if leads_on and reasons is not None and life.refused[option.act] < _HELPED else 0):
            helper = self._help(self.row(row["id"]), loaded, option)
            if helper is None:
                continue
            reasons = self._attempt_filled(self.row(row["id"]), loaded, option, actor, spot)
            if reasons is None:
                helps[helper] += 1
                break
        if reasons is not None:
            life.refused[option.act] += 1
            if option.action is not None:
                self.aims.refuse(row, loaded, option.act)
            self._make_room(reasons)
            if any(inner_of(one).key.startswith(_NOT_BY_THEM) for one in reasons):
                self.troupe.relieve(row["id"], option.role or "")
        if leads_on and reasons is not None:
            self._again(row, loaded)
        return reasons is None

    def _attempt_filled(
        self, row: Mapping[Any, Any], loaded: Loaded, option: Option, actor: Actor, spot: Spot
    ) -> list[Message] | None:
        """Try an act; where the form behind it lacks something, or is not as it must be, once more with another whole one."""
        self.typing.type(row, loaded, whole=self.rng.random() < _WHOLE)
        reasons = self._attempt(row, loaded, option, actor, spot)
        amiss = any(one.key in _UNFILLED for one in reasons or ()) or (reasons and _rests_on_the_form(option.action))
        if amiss and loaded.definition.states[row["state"]].typed_in:
            self.typing.again(row, loaded)
            reasons = self._attempt(row, loaded, option, actor, spot)
        return reasons

    def _help(self, row: Mapping[Any, Any], loaded: Loaded, option: Option, name: str | None = None) -> str | None:
        """Do an act that stays where the case is, in the same role, so that what was refused may be done; its name."""
        definition = loaded.definition
        among = [
            one for one in definition.actions_in(row["state"])
            if one.to is None and not one.system and not one.moved_by and name in (None, one.id)
            and option.role in definition.by(row["state"], one)
        ]  # fmt: skip
        if not among:
            return None
        here = self.lives[row["id"]].here
        spare = {
            one.id for one in among
            if _opens_cases(one)
            and not self.watch.is_open(loaded, "action", goals.where(definition, row["state"], one.id), one.id)
        }  # fmt: skip
        weights = [_REPEATED ** (here[one.id] + (one.id in spare)) for one in among]
        (action,) = self.rng.choices(among, weights)
        done = self.do(row, loaded, Option(action.id, 1.0, option.role, action))
        return action.id if done else None

    def _actor(self, row: Mapping[Any, Any], loaded: Loaded, option: Option) -> Actor | None:
        if option.act == taking_back.ACT:
            return self.lives[row["id"]].last
        if option.role is None:
            return None
        try:
            return self.troupe.actor(loaded, row, option.role, option.action)
        except (Refused, LookupError):
            return None

    def _attempt(
        self, row: Mapping[Any, Any], loaded: Loaded, option: Option, actor: Actor, spot: Spot
    ) -> list[Message] | None:
        """What was said against an act; nothing where it was done."""
        posted, role = dict(option.said), option.role or ""
        if option.action is not None:
            posted = self.answers.form(loaded, row, option.action, actor)
            posted = self.fitting.foresee(loaded, row, option.action, actor, role, posted)
        if option.act == service.ACT:
            posted["file"] = self.typing.receipt(loaded, row["id"], int(posted["letter"]), actor)

        if self.registers is not None and option.action is not None:
            self.registers.renew(loaded, row, option.action, actor, role)

        def perform() -> None:
            act.perform(self.tx, self.ground, actor, row["id"], option.act, posted, request_key=self.key())

        reasons = self.through(perform, row["id"], spot, role)
        self.answers.learn(taken=reasons is None)
        if reasons is not None and option.action is not None:
            mended = self.fitting.mend(loaded, row, option.action, actor, role, posted)
            if mended is not None:
                posted = mended
                reasons = self.through(perform, row["id"], spot, role)
        if reasons is not None and self._provided(row, loaded, option, actor, posted, reasons):
            reasons = self.through(perform, row["id"], spot, role)
        if reasons is None:
            life = self.lives[row["id"]]
            life.acts[option.act] += 1
            life.here[option.act] += 1
            life.last = actor if self.row(row["id"])["state"] != row["state"] else life.last
        return reasons

    def _provided(
        self,
        row: Mapping[Any, Any],
        loaded: Loaded,
        option: Option,
        actor: Actor,
        posted: dict[str, Any],
        said: list[Message],
    ) -> bool:
        """Whether an entry that was missed in a register is there now."""
        missed = any(inner_of(one).key in MISSED for one in said)
        if self.registers is None or option.action is None or not missed or self.rng.random() > PROVIDED:
            return False
        return self.registers.provide(loaded, row, option.action, actor, option.role or "", posted)

    def through(self, do: Callable[[], Any], case_id: int, spot: Spot, role: str) -> list[Message] | None:
        """Do something all or not at all; what was said against it, or nothing where it was done."""
        try:
            with self.tx.begin_nested():
                do()
        except (Refused, Invalid, NotHere) as refused:
            return self._refused(spot, rehearsal.reasons_of(refused))
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is what a simulation is to find
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            self.crashes.append(Crash(case_id, spot[2], role, f"{type(error).__name__}: {error} ({where})"))
            return self._refused(spot, [Message("simulation.crashed", {"error": type(error).__name__})])
        self.watch.look()
        return None

    def _refused(self, spot: Spot, reasons: Iterable[Message]) -> list[Message]:
        listed = list(reasons)
        for one in listed:
            said = inner_of(one)
            name = f"{said.key} {said.values['text']}" if "text" in said.values else said.key
            count, example = self.refusals[spot].get(name, (0, one))
            self.refusals[spot][name] = (count + 1, example)
        return listed

    def _make_room(self, reasons: Iterable[Message]) -> None:
        """A ceiling that keeps back what was not taken yet is raised, by whoever may set it."""
        if self.aims.is_over:
            return
        for one in reasons:
            said = inner_of(one)
            if said.key == FULL:
                title = str(said.values["quota"]["zh"])
                self._crowded[title] += 1
                if self._crowded[title] % _CROWDED == 0:
                    self.troupe.raise_ceiling(self.aims.family, title, int(said.values["limit"]) + 1)

    def _again(self, row: Mapping[Any, Any], loaded: Loaded) -> None:
        """What leads on was refused: acts that stay, of which there were enough, may be needed once more."""
        life = self.lives[row["id"]]
        for action in loaded.definition.actions_in(row["state"]):
            if action.to is None:
                life.acts[action.id] //= 2


def inner_of(message: Message) -> Message:
    """What is said, without the ground that stands beside it."""
    inner = message.values.get("reason") if message.key == "guards.with_basis" else None
    return inner if isinstance(inner, Message) else message
