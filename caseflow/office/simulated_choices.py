"""What may be done with a case now, each with its weight.

What a case aims at is preferred, then what has not been taken yet, then what leads there; what was done often, or was just
refused, is not tried again so soon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, desk_acts, findings, members, service, signing, taking_back, tasks
from caseflow.cases.ground import Loaded
from caseflow.cases.models import case, member
from caseflow.cases.task_models import service as served
from caseflow.office import simulated_goals as goals
from caseflow.office import simulated_panels, simulated_waiting
from caseflow.office.simulated_aims import ASTRAY, NEARER, NEW, Aims
from caseflow.office.simulated_watch import Watch
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action

WAIT, BEYOND, LAPSE, UNDO = "wait", "beyond", "lapse", "undo"
"""Not acting for a while; not acting until a clock has run out; not acting until the day for which an act waits is over;
being undone, as where the entry because of which the case was opened is annulled."""
_FRESH, _PARTLY, _SIGN, _OWED, _FINDING, _REST, _LATE, _DESK = (
    10.0, 2.0, 8.0, 4.0, 6.0, 8.0, 0.4, 0.1,
)  # fmt: skip
"""How much an option weighs: an act of the engine not taken yet, an act not taken in all its ways, a signature, a duty, a
finding, waiting where others lead to the aim, waiting beyond a clock, work on a task."""
_PANEL, _NOTHING = 60.0, 0.01
"""What those owe who sit on a panel, or the office owes it; what would be refused, as it is not owed."""
_SELDOM, _LEFT = 0.1, 1.0
"""What is of little use is put off; waiting where others act, but not towards the aim."""
_SOON = 25
"""Clocks that run out within so many days are waited for."""


_HOLDING = (
    sa.select(member.c.host_id)
    .join(case, case.c.id == member.c.host_id)
    .where(member.c.case_id == sa.bindparam("case_id"), member.c.status == "in", ~case.c.final)
)


@dataclass(slots=True)
class Life:
    """What is remembered of one case beside its rows."""

    acts: Counter[str] = field(default_factory=Counter)
    last: Actor | None = None
    """Who moved it last."""
    moves: int = 0
    still: int = 0
    """How often it was taken up since it moved."""
    held: int = 0
    """How often it stood still since then because a procedure over many held it."""
    failed: int = 0
    """How often everything that leads on was tried since then, and refused."""
    refused: Counter[str] = field(default_factory=Counter)
    """How often each act was refused since then."""
    here: Counter[str] = field(default_factory=Counter)
    """How often each act was done since then."""

    def moved(self) -> None:
        """It stands elsewhere now, or came back."""
        self.moves += 1
        self.still = self.held = self.failed = 0
        self.refused.clear()
        self.here.clear()


@dataclass(frozen=True, slots=True)
class Option:
    """Something that may be done now; ``act`` is of the workflow or of the engine."""

    act: str
    weight: float
    role: str | None = None
    action: Action | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    """Answers to an act of the engine."""


@dataclass(slots=True)
class Choices:
    """Lists what may be done."""

    tx: Connection
    watch: Watch
    rng: Random
    aims: Aims

    def of(self, row: Mapping[Any, Any], loaded: Loaded, life: Life) -> list[Option]:
        """Everything that somebody might do; whether it is allowed the door says."""
        definition = loaded.definition
        waiting = signing.waiting(self.tx, row["id"])
        signed = {pending["action"] for pending in waiting}
        owed = {one["kind"] for one in tasks.open_tasks(self.tx, row["id"])}
        found = [one for pending in waiting for one in self._signatures(row, loaded, pending)]
        found += [
            self._option(row, loaded, life, action, owed, busy=bool(waiting))
            for action in definition.actions_in(row["state"])
            if not action.system
            and not action.moved_by
            and definition.by(row["state"], action)
            and action.id not in signed
        ]
        found = [self._lapsing(row, loaded, life, one) for one in found]
        found += self._findings(row, definition)
        found += self._beside(row, loaded, life)
        undo = definition.states[row["state"]].when_undone
        if undo is not None:
            weight = self.aims.weight(row, loaded, definition.states[row["state"]].actions[undo])
            found.append(Option(UNDO, weight if weight >= NEW else weight * _SELDOM))
        found.append(Option(WAIT, self._waiting(row, loaded)))
        soon = clock.today() + timedelta(days=_SOON)
        if any(self.watch.is_open(loaded, "breach", one["clock"]) for one in self.running(row["id"], soon)):
            found.append(Option(BEYOND, _LATE))
        return found

    def inside(self, case_id: int) -> list[int]:
        """The procedures over many, not ended, that hold a case."""
        return list(self.tx.scalars(_HOLDING, {"case_id": case_id}))

    def leading_on(self, row: Mapping[Any, Any], loaded: Loaded, life: Life) -> list[Option]:
        """The acts that lead out of the state, and the signatures with which some do."""
        return [
            one for one in self.of(row, loaded, life)
            if one.act == signing.SIGN or (one.action is not None and one.action.to is not None)
        ]  # fmt: skip

    def running(self, case_id: int, until: date = date.max) -> list[dict[str, Any]]:
        """The clocks that have not run out, and will by a day."""
        known = deadlines.open_deadlines(self.tx, case_id)
        return [row for row in known if row["status"] == "running" and row["due_on"] and row["due_on"] <= until]

    def pick(self, among: list[Option]) -> Option:
        """One of these by its weight, taken out of the list."""
        (number,) = self.rng.choices(range(len(among)), [one.weight for one in among])
        return among.pop(number)

    def is_new_here(self, row: Mapping[Any, Any], loaded: Loaded) -> bool:
        """Whether something of this state has not been taken yet."""
        return row["state"] in goals.places(loaded.definition, self.watch.open_goals(loaded))

    def _option(
        self, row: Mapping[Any, Any], loaded: Loaded, life: Life, action: Action, owed: set[str], *, busy: bool
    ) -> Option:
        definition, spot = loaded.definition, goals.where(loaded.definition, row["state"], action.id)
        done, weight = life.acts[action.id], self.aims.weight(row, loaded, action)
        if self._moves_wanted(row, action):
            weight = max(weight, NEW)
        if self.aims.is_led_past(row, loaded, action) and self.inside(row["id"]):
            weight = ASTRAY
        if weight < NEW and any(goal[1:3] == (spot, action.id) for goal in self.watch.open_goals(loaded)):
            weight *= _PARTLY
        duties = [f"{tasks.DUTY}{call.argument}" for call in action.then if call.name == "close_duty"]
        if duties:
            weight = weight + _OWED if owed.intersection(duties) else weight * _SELDOM
        opens = {str(call.argument) for call in action.then if call.name == "open_duty"}
        if any(f"{tasks.DUTY}{one}" not in owed for one in opens & self._settled_anew(loaded)):
            weight = max(weight, NEW)
        asked = simulated_panels.asked(self.tx, definition, row["id"], action)
        if asked:
            weight = max(weight, _PANEL)
        elif asked is not None and not asked.idle:
            weight = _NOTHING
        elif weight < NEARER:
            weight /= (1 + done) ** (1 if action.to is not None else 2)
        if simulated_panels.leaves(action) and weight < NEW:
            weight *= _SELDOM
        weight /= 1 + life.refused[action.id] / max(len(asked.people) if asked else 0, 1)
        role = self.rng.choice(self._owing(definition, row, action, asked))
        is_held_up = busy and (weight < NEW or action.to is not None)
        return Option(action.id, weight / 4 if is_held_up else weight, role, action)

    def _lapsing(self, row: Mapping[Any, Any], loaded: Loaded, life: Life, option: Option) -> Option:
        """Instead of an act that may be done after a certain day: waiting for it."""
        if option.action is None or option.role is None:
            return option
        is_refused = bool(life.refused[option.act]) and self.aims.weight(row, loaded, option.action) >= NEARER
        day = simulated_waiting.until(
            self.tx, self.watch.ground, loaded, row, option.action, option.role, refused=is_refused
        )
        return option if day is None else Option(LAPSE, option.weight, said={"day": day})

    def _settled_anew(self, loaded: Loaded) -> set[str]:
        return goals.settled(loaded.definition, self.watch.open_goals(loaded))

    def _owing(
        self, definition: Definition, row: Mapping[Any, Any], action: Action, asked: simulated_panels.Asked | None
    ) -> tuple[str, ...]:
        """The roles in which an act is asked for, of those in which it may be done."""
        roles = definition.by(row["state"], action)
        if not asked or asked.office == bool(asked.people):
            return roles
        experts = {panel.role for panel in definition.panels.values()}
        return tuple(one for one in roles if (one in experts) != asked.office) or roles

    def _moves_wanted(self, row: Mapping[Any, Any], action: Action) -> bool:
        """Whether an act of a procedure over many moves one of its cases in a way not taken yet."""
        acts = list(dict.fromkeys(goals.moving(action)))
        if not acts or self.aims.is_over:
            return False
        inside = members.rows(self.tx, row["id"])
        return any(self.aims.is_wanted(one, self.watch.loaded(one["id"]), act) for one in inside for act in acts)

    def _signatures(self, row: Mapping[Any, Any], loaded: Loaded, pending: Mapping[str, Any]) -> Iterator[Option]:
        signer = pending["signers"][pending["step"]]
        spot = goals.where(loaded.definition, row["state"], pending["action"])
        of = {"proposal": pending["id"]}
        action = loaded.definition.action(row["state"], pending["action"])
        is_amiss = action is not None and self.aims.weight(row, loaded, action) <= ASTRAY
        is_new = self.watch.is_open(loaded, "sent_back", spot, pending["action"], signer)
        back = _FINDING / 2 if is_new else _SIGN * _SELDOM
        yield Option(signing.SIGN, back if is_amiss else _SIGN, signer, said={**of, "opinion": "同意"})
        yield Option(signing.SEND_BACK, _SIGN if is_amiss else back, signer, said={**of, "opinion": "请修改"})

    def _findings(self, row: Mapping[Any, Any], definition: Definition) -> Iterator[Option]:
        holder = definition.states[row["state"]].holder
        for one in findings.open_findings(self.tx, row["id"]) if holder is not None else ():
            yield Option(findings.ACT, _FINDING, holder, said={"finding": one["id"], "answer": "已核对"})

    def _beside(self, row: Mapping[Any, Any], loaded: Loaded, life: Life) -> Iterator[Option]:
        """Acts of the engine: taking back, recording service, work on tasks."""
        state, definition = loaded.definition.states[row["state"]], loaded.definition
        if state.may_be_taken_back and life.last is not None:
            weight = _FRESH if self.watch.is_open(loaded, "taken_back", state.id) else _SELDOM
            yield Option(taking_back.ACT, weight)
        if any(letter.service is not None for letter in definition.letters.values()):
            recorded = set(self.tx.scalars(sa.select(served.c.letter_id).where(served.c.case_id == row["id"])))
            for one in letters.of_case(self.tx, row["id"]):
                rule = definition.letters[one.kind].service
                if rule is not None and one.id not in recorded:
                    day = clock.local_date(one.created_at)
                    # letters of one day reach their receiver together
                    ways = [way for way in rule.ways if way in _common_ways(definition)] or list(rule.ways)
                    way = ways[(row["id"] + day.toordinal()) % len(ways)]
                    said = {"letter": one.id, "way": way, "receiver": "收件人", "done_on": day.isoformat()}
                    yield Option(service.ACT, _OWED, self.rng.choice(_offices(definition)), said=said)
        for owed in tasks.open_tasks(self.tx, row["id"]):
            if owed["organisation_id"] is not None and definition.roles[owed["role"]].sees in _WIDE:
                name = desk_acts.CLAIM if owed["person_id"] is None else desk_acts.HAND_BACK
                yield Option(name, _DESK / (1 + life.acts[name]), owed["role"], said={"task": owed["id"]})

    def is_led_by_others(self, loaded: Loaded, state: str) -> bool:
        """Whether a procedure over many cases, or the system, leads on from a state."""
        here = loaded.definition.states[state]
        led = any(one.moved_by or one.system for one in here.actions.values())
        return led or bool(here.moved_by) or here.publicity is not None

    def _waiting(self, row: Mapping[Any, Any], loaded: Loaded) -> float:
        if not self.is_led_by_others(loaded, row["state"]):
            return _SELDOM
        return _REST if self.aims.led_on(row, loaded) else _LEFT


_WIDE = ("own_authority", "own_prefecture")


def _common_ways(definition: Definition) -> set[str]:
    """The ways in which every letter of a workflow may be served."""
    known = [set[str](letter.service.ways) for letter in definition.letters.values() if letter.service is not None]
    return set.intersection(*known)


def _offices(definition: Definition) -> list[str]:
    """The roles of offices."""
    return [role.id for role in definition.roles.values() if role.sees in _WIDE] or list(definition.roles)
