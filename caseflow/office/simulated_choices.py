"""What may be done with a case now, each with its weight.

What has not been taken yet is preferred, then what leads there; what was done often is not done again so soon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import deadlines, desk_acts, findings, service, signing, taking_back, tasks
from caseflow.cases.ground import Loaded
from caseflow.cases.task_models import service as served
from caseflow.office import simulated_goals as goals
from caseflow.office.simulated_watch import Watch
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.workflow import graph
from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.procedure import Action

WAIT, BEYOND = "wait", "beyond"
"""Not acting for a while; not acting until a clock has run out."""
_NEW, _PARTLY, _SIGN, _OWED, _FINDING, _REST, _LATE, _DESK = (
    10.0, 2.0, 8.0, 4.0, 6.0, 3.0, 0.4, 0.1,
)  # fmt: skip
"""How much an option weighs: not taken yet, not in all its ways, a signature, a duty, a finding, waiting
where others act, waiting beyond a clock, work on a task."""
_SELDOM, _OLD, _HOME = 0.1, 60, 6.0
"""What is of little use is put off; a case with so many acts behind it is led home, with this weight."""
_SOON = 25
"""Clocks that run out within so many days are waited for."""
_PULL, _FARTHER, _LITTLE = 2.5, 0.8, 0.05
"""How strongly a case is drawn to where much is new, and how much less that counts with every act that lies between."""


@dataclass(slots=True)
class Life:
    """What is remembered of one case beside its rows."""

    acts: Counter[str] = field(default_factory=Counter)
    last: Actor | None = None
    """Who moved it last."""
    typed: tuple[str, Any] | None = None
    """Where the dossier was typed last: the state, and since when the case stood there."""
    moves: int = 0
    still: int = 0
    """How often it was taken up since it moved."""
    failed: int = 0
    """How often everything that leads on was tried since then, and refused."""


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
    """Lists what may be done, and how far it is to what has not been taken yet."""

    tx: Connection
    watch: Watch
    rng: Random
    family: list[Loaded]
    _value: dict[str, tuple[int, dict[str, float]]] = field(default_factory=dict)

    def of(self, row: RowMapping, loaded: Loaded, life: Life) -> list[Option]:
        """Everything that somebody might do; whether it is allowed the door says."""
        definition = loaded.definition
        waiting = signing.waiting(self.tx, row["id"])
        owed = {one["kind"] for one in tasks.open_tasks(self.tx, row["id"])}
        found = [one for pending in waiting for one in self._signatures(row, loaded, pending)]
        found += [
            self._option(row, loaded, life, action, owed, busy=bool(waiting))
            for action in definition.actions_in(row["state"])
            if not action.system and not action.moved_by and definition.by(row["state"], action)
        ]
        found += self._findings(row, definition)
        found += self._beside(row, loaded, life)
        found.append(Option(WAIT, self._waiting(row, loaded)))
        soon = clock.today() + timedelta(days=_SOON)
        if any(self.watch.is_open(loaded, "breach", one["clock"]) for one in self.running(row["id"], soon)):
            found.append(Option(BEYOND, _LATE))
        return found

    def leading_on(self, row: RowMapping, loaded: Loaded, life: Life) -> list[Option]:
        """The acts that lead out of the state, and the signatures for which some wait."""
        return [
            one for one in self.of(row, loaded, life)
            if one.act in signing.ACTS or (one.action is not None and one.action.to is not None)
        ]  # fmt: skip

    def running(self, case_id: int, until: date = date.max) -> list[dict[str, Any]]:
        """The clocks that have not run out, and will by a day."""
        known = deadlines.open_deadlines(self.tx, case_id)
        return [row for row in known if row["status"] == "running" and row["due_on"] and row["due_on"] <= until]

    def pick(self, among: list[Option]) -> Option:
        """One of these by its weight, taken out of the list."""
        (number,) = self.rng.choices(range(len(among)), [one.weight for one in among])
        return among.pop(number)

    def is_new_here(self, row: RowMapping, loaded: Loaded) -> bool:
        """Whether something of this state has not been taken yet."""
        return row["state"] in goals.places(loaded.definition, self.watch.open_goals(loaded))

    def _option(
        self, row: RowMapping, loaded: Loaded, life: Life, action: Action, owed: set[str], *, busy: bool
    ) -> Option:
        definition, spot = loaded.definition, goals.where(loaded.definition, row["state"], action.id)
        done, weight = life.acts[action.id], 1.0
        is_new = self.watch.is_open(loaded, "action", spot, action.id)
        if is_new:
            weight = _NEW
        elif any(goal[1:3] == (spot, action.id) for goal in self.watch.open_goals(loaded)):
            weight = _PARTLY
        targets = self._targets(row, action)
        weight *= self._pull(loaded, row["state"], targets)
        home = _home(definition)
        if any(one in home and home[one] < home.get(row["state"], 0) for one in targets) and life.acts.total() > _OLD:
            weight *= _HOME
        duties = [f"{tasks.DUTY}{call.argument}" for call in action.then if call.name == "close_duty"]
        if duties:
            weight = weight + _OWED if owed.intersection(duties) else weight * _SELDOM
        if all(question.type != "score_sheet" for question in action.asks.values()):  # of these many are owed
            weight /= (1 + done) ** (1 if targets else 2)
        role = self.rng.choice(definition.by(row["state"], action))
        return Option(action.id, weight / 4 if busy else weight, role, action)

    def _targets(self, row: RowMapping, action: Action) -> list[str]:
        if action.to is None:
            return []
        found = [row["origin"] if one == graph.ORIGIN else one for one in action.leads_to]
        return [one for one in found if one is not None]

    def _pull(self, loaded: Loaded, state: str, targets: Iterable[str]) -> float:
        """More than 1 where a target is nearer than the state to what has not been taken yet, less where it is farther."""
        value = self._values(loaded)
        best = max((value[one] for one in targets), default=value[state])
        return float(((best + _LITTLE) / (value[state] + _LITTLE)) ** _PULL)

    def _values(self, loaded: Loaded) -> dict[str, float]:
        """By state how much has not been taken yet in and behind it, the nearer the more; the most counts 1.

        A good end counts as well, as long as anything of the family is new: others may wait for what comes of it.
        """
        is_new = any(goal[0] == "action" for one in self.family for goal in self.watch.open_goals(one))
        if not is_new:
            return dict.fromkeys(loaded.definition.states, 0.0)
        open_goals = self.watch.open_goals(loaded)
        known = self._value.get(loaded.definition.workflow)
        if known is None or known[0] != len(open_goals):
            masses = Counter(goal[1] for goal in open_goals if goal[0] == "action" and goal[1])
            masses.update(one.id for one in loaded.definition.states.values() if one.outcome == "positive")
            apart = _apart(loaded.definition)
            found = {
                state: sum(n * _FARTHER ** apart[one][state] for one, n in masses.items() if state in apart[one])
                for state in loaded.definition.states
            }
            most = max(found.values(), default=0.0) or 1.0
            known = (len(open_goals), {state: value / most for state, value in found.items()})
            self._value[loaded.definition.workflow] = known
        return known[1]

    def _signatures(self, row: RowMapping, loaded: Loaded, pending: Mapping[str, Any]) -> Iterator[Option]:
        signer = pending["signers"][pending["step"]]
        spot = goals.where(loaded.definition, row["state"], pending["action"])
        of = {"proposal": pending["id"]}
        yield Option(signing.SIGN, _SIGN, signer, said={**of, "opinion": "同意"})
        is_new = self.watch.is_open(loaded, "sent_back", spot, pending["action"], signer)
        yield Option(
            signing.SEND_BACK, _FINDING / 2 if is_new else _SIGN * _SELDOM, signer, said={**of, "opinion": "请修改"}
        )

    def _findings(self, row: RowMapping, definition: Definition) -> Iterator[Option]:
        holder = definition.states[row["state"]].holder
        for one in findings.open_findings(self.tx, row["id"]) if holder is not None else ():
            yield Option(findings.ACT, _FINDING, holder, said={"finding": one["id"], "answer": "已核对"})

    def _beside(self, row: RowMapping, loaded: Loaded, life: Life) -> Iterator[Option]:
        """Acts of the engine: taking back, recording service, work on tasks."""
        state, definition = loaded.definition.states[row["state"]], loaded.definition
        if state.may_be_taken_back and life.last is not None:
            weight = _NEW if self.watch.is_open(loaded, "taken_back", state.id) else _SELDOM
            yield Option(taking_back.ACT, weight)
        if any(letter.service is not None for letter in definition.letters.values()):
            recorded = set(self.tx.scalars(sa.select(served.c.letter_id).where(served.c.case_id == row["id"])))
            for one in letters.of_case(self.tx, row["id"]):
                rule = definition.letters[one.kind].service
                if rule is not None and one.id not in recorded:
                    said = {"letter": one.id, "way": self.rng.choice(rule.ways), "receiver": "收件人"}
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

    def _waiting(self, row: RowMapping, loaded: Loaded) -> float:
        if not self.is_led_by_others(loaded, row["state"]):
            return _SELDOM
        actions = loaded.definition.states[row["state"]].actions.values()
        others = [one for one in actions if one.moved_by or one.system]
        return _REST * self._pull(loaded, row["state"], [to for one in others for to in self._targets(row, one)])


_WIDE = ("own_authority", "own_prefecture")


def _offices(definition: Definition) -> list[str]:
    """The roles of offices."""
    return [role.id for role in definition.roles.values() if role.sees in _WIDE] or list(definition.roles)


@kept
def _home(definition: Definition) -> dict[str, int]:
    """By state the fewest acts to an end."""
    return goals.distances(definition, [state.id for state in definition.states.values() if state.final])


@kept
def _apart(definition: Definition) -> dict[str, dict[str, int]]:
    """By state the fewest acts to it from each state."""
    return {state: goals.distances(definition, [state]) for state in definition.states}
