"""Answers made to fit: what is refused for what was said is said otherwise, as the conditions have it.

Where a later act is refused for what an earlier one has said, whoever answers the earlier one next has it in mind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deciding, guards
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS
from caseflow.office import simulated_pools as pools
from caseflow.office.simulated_aims import NEARER, Aims
from caseflow.people.rights import Actor
from caseflow.workflow.deciding import Decided
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Call, Check, Condition
from caseflow.workflow.procedure import Action
from caseflow.workflow.spans import ANSWERS, ASKS

_STEPS, _TOGETHER = 60, 0.7
"""So many changes are tried on a form; how often each question of a condition changes with the others."""
_FORESEEN = 0.8
"""How often a form is filled in with a view to what was refused later."""
_DOSSIER = "dossier"
_OWN = 3
"""How much more a condition of the act itself counts than one of a later act."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition that answers have to fit."""

    move: Move
    """The act that has the condition."""
    questions: frozenset[str]
    """The questions on which it rests."""
    read: pools.Reading
    stands: Callable[[], bool]
    """Whether it stands against the answers."""
    weight: int = _OWN


@dataclass(slots=True)
class Fitting:
    """Changes answers until they fit, and remembers which later acts they have to fit."""

    tx: Connection
    ground: Ground
    rng: Random
    aims: Aims
    _later: dict[tuple[str, str], dict[tuple[str, str], None]] = field(default_factory=lambda: defaultdict(dict))
    """By workflow and store (or the dossier) the acts (state and act) that were refused for what stands there."""

    def foresee(
        self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor, role: str, posted: dict[str, Any]
    ) -> dict[str, Any]:
        """Answers with which the later acts to which a case is on its way will not be refused."""
        store = action.store or action.id
        wanted = [] if action.appends else self._wanted(loaded, row, store)
        if not wanted:
            return posted
        move = self._move(loaded, row, action, actor, role, posted)
        tests = [*self._own(move), *(one for spot in wanted for one in self._theirs(move, *spot))]
        return self._changed(action.asks, move.answers, tests)

    def mend(
        self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor, role: str, posted: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Other answers, where an act was refused for what was answered; nothing where no other answers would help.

        What was refused for earlier answers, or for the dossier, is remembered.
        """
        move = self._move(loaded, row, action, actor, role, posted)
        tests = self._own(move)
        against = [one for one in tests if one.stands()]
        for one in against:
            self._note(one)
        if not against or not all(one.questions for one in against):
            return None
        found = self._changed(action.asks, move.answers, tests)
        return None if any(one.stands() for one in tests) else found

    def dossier(
        self, loaded: Loaded, row: Mapping[Any, Any], made: dict[str, dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """A dossier for which the acts to which a case is on its way will not be refused."""
        definition = loaded.definition
        asked = {
            f"{_DOSSIER}.{section}.{name}": definition.dossier[section].fields[name]
            for section, values in made.items() for name in values
        }  # fmt: skip
        said = {f"{_DOSSIER}.{section}.{name}": value for section, of in made.items() for name, value in of.items()}
        tests = [
            Test(later, frozenset(asked.keys() & read.names), read, partial(_would_stand_on, later, need, said))
            for later in (self._later_move(loaded, row, *spot) for spot in self._wanted(loaded, row, _DOSSIER))
            for need in later.action.needs if asked.keys() & (read := _earlier(later, need)).names
        ]  # fmt: skip
        return _nested(self._changed(asked, said, tests)) if tests else made

    # --- what has to hold -----------------------------------------------------------------------------------------

    def _wanted(self, loaded: Loaded, row: Mapping[Any, Any], store: str) -> list[tuple[str, str]]:
        """The acts refused for what stands in a store by which a case is to come to its aim."""
        known = self._later.get((loaded.definition.workflow, store), {})
        if not known or self.rng.random() > _FORESEEN:
            return []
        return [spot for spot in known if self.aims.favour_from(row, loaded, *spot) >= NEARER]

    def _move(
        self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor, role: str, posted: dict[str, Any]
    ) -> Move:
        return Move(self.tx, self.ground, loaded, row, action, actor, role, clock.now(), "", dict(posted))

    def _later_move(self, loaded: Loaded, row: Mapping[Any, Any], state: str, act: str) -> Move:
        """An act as it will be done from a state to which a case has not come yet."""
        definition = loaded.definition
        action = definition.states[state].actions.get(act) or definition.anywhere[act]
        return Move(self.tx, self.ground, loaded, {**row, "state": state}, action, None, "", clock.now(), "")

    def _own(self, move: Move) -> list[Test]:
        """The conditions of an act."""
        found: list[Test] = []
        for need in move.action.needs:
            if isinstance(need, Check) or need.name == ASKS:
                read = pools.reading(need)
                asked = read.of(ANSWERS) & move.action.asks.keys()
                found.append(Test(move, asked, read, partial(_stands, move, need)))
        days = frozenset(one.id for one in move.action.asks.values() if one.type == "date")
        asking = [call for call in move.action.then if days and EFFECTS[call.name].against is not None]
        return found + [Test(move, days, pools.Reading(), partial(_keeps, move, call)) for call in asking]

    def _theirs(self, move: Move, state: str, act: str) -> Iterator[Test]:
        """The conditions of a later act that rest on what this one says, asked as if it had been said."""
        later, known = self._later_move(move.loaded, move.case, state, act), pools.tables(move.definition)
        decided = [one for one, read in known.items() if move.store in read.stores]
        for need in later.action.needs:
            read = _earlier(later, need)
            if move.store in read.stores:
                asked = read.of(f"{pools.CASE}{move.store}.") & move.action.asks.keys()
                yield Test(later, asked, read, partial(_would_stand, later, need, move, decided), 1)

    def _note(self, test: Test) -> None:
        """An act was refused for what earlier ones, or the dossier, have said."""
        move, read = test.move, pools.in_full(test.move.definition, test.read)
        if not test.questions:
            stores = read.stores | ({_DOSSIER} if read.of(f"{_DOSSIER}.") else set())
            for store in sorted(stores - {move.store}):
                self._later[move.definition.workflow, store][move.case["state"], move.action.id] = None

    # --- the change -----------------------------------------------------------------------------------------------

    def _changed(self, asks: Mapping[str, Field], said: dict[str, Any], tests: list[Test]) -> dict[str, Any]:
        """Answers against which less stands: changed in their place step by step, never for the worse."""
        offered: dict[tuple[str, pools.Reading], list[Any]] = {}
        amiss = [one for one in tests if one.stands()]
        for _ in range(_STEPS):
            if not any(one.questions for one in amiss):
                break
            test = self.rng.choice([one for one in amiss if one.questions])
            before = dict(said)
            for number, name in enumerate(self.rng.sample(sorted(test.questions), len(test.questions))):
                if (name, test.read) not in offered:
                    offered[name, test.read] = pools.pool(test.move, asks[name], test.read)
                if offered[name, test.read] and (not number or self.rng.random() < _TOGETHER):
                    said[name] = self.rng.choice(offered[name, test.read])
                    if said[name] is pools.OPEN:
                        del said[name]
            now = [one for one in tests if one.stands()]
            if sum(one.weight for one in now) > sum(one.weight for one in amiss):
                said.clear()
                said.update(before)
            else:
                amiss = now
        return said


def _stands(move: Move, need: Condition) -> bool:
    return bool(guards.objections(move, need))


def _keeps(move: Move, call: Call) -> bool:
    ask = EFFECTS[call.name].against
    return ask is not None and bool(ask(move, call.argument))


def _would_stand(later: Move, need: Condition, move: Move, decided: Iterable[str]) -> bool:
    """Whether a condition of a later act would stand against it, once this one has said what it says."""
    later.taken[move.store] = move.answers
    for table in decided:
        later.decided.pop(table, None)
        said = deciding.said(later, table)
        if isinstance(said, Decided):
            later.decided[table] = said.outputs
    return bool(guards.objections(later, need))


def _would_stand_on(later: Move, need: Condition, said: Mapping[str, Any]) -> bool:
    """Whether a condition of an act would stand against it on a dossier."""
    later.use_dossier(_nested(said))
    return bool(guards.objections(later, need))


def _nested(said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, value in said.items():
        _, section, name = path.split(".")
        found.setdefault(section, {})[name] = value
    return found


def _earlier(move: Move, need: Condition) -> pools.Reading:
    """What a condition reads of earlier answers; nothing where it rests on the answers of its own act."""
    read = pools.reading(need) if isinstance(need, Check) or need.name == ASKS else pools.Reading()
    return pools.Reading() if read.of(ANSWERS) else pools.in_full(move.definition, read)
