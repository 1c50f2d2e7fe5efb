"""What each case of a simulation is on its way to: all that has not been taken yet is aimed at by somebody.

What ends a case is aimed at by one case each, and all else is taken by whoever comes by and can still reach its own aim.
Where an aim was missed, it is tried once more, by other ways as well, and whoever comes where it can be taken takes it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from caseflow.cases.ground import Loaded
from caseflow.office import simulated_goals as goals
from caseflow.office.simulated_goals import Goal
from caseflow.office.simulated_watch import Watch
from caseflow.workflow import graph
from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.procedure import Action

FIRST, AIMED, NEW, NEARER, STAYS, ASTRAY = 40.0, 30.0, 10.0, 8.0, 0.1, 0.03
"""How much an act weighs: not taken yet and the case stays, the aim itself, not taken yet and no loss of the aim, a step to
it, a help perhaps, a loss."""
_PATIENT_MOVES, _OFTEN, _IN_VAIN = 40, 3, 20
"""A case that has moved so often aims at nothing but an end; refused so often in a state, an act is not counted on; refused
so often in all and never taken, it is no way to anything else if there is another."""
_ROUNDABOUT = 50
"""So many acts longer counts a way that leads through such an act."""


@dataclass(slots=True)
class Aims:
    """Gives every case its aim, and weighs by it what may be done."""

    watch: Watch
    rng: Random
    family: list[Loaded]
    _of: dict[int, tuple[str, Goal]] = field(default_factory=dict)
    _missed: Counter[tuple[str, Goal]] = field(default_factory=Counter)
    _barred: dict[int, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """By case the acts on which it does not count any more: state and act."""
    _vain: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By workflow, state and act how often it was refused."""
    _held: dict[tuple[str, Goal], frozenset[tuple[str, str]]] = field(default_factory=dict)
    _tired: set[int] = field(default_factory=set)
    _apart: dict[tuple[str, tuple[str, ...], frozenset[tuple[str, str]]], dict[str, int]] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether every action of the whole family was taken."""
        return not any(self._has_new(one) for one in self.family)

    @property
    def is_busy(self) -> bool:
        """Whether a case under way has an aim."""
        return bool(self._of)

    def of(self, row: Mapping[Any, Any], loaded: Loaded) -> Goal | None:
        """What a case aims at; nothing where all that it could reach was taken."""
        case_id, workflow = row["id"], loaded.definition.workflow
        known = self._of.get(case_id)
        if known is not None and self._holds(row, loaded, known[1]):
            return known[1]
        self._of.pop(case_id, None)
        found = self._chosen(row, loaded)
        if found is not None:
            self._of[case_id] = (workflow, found)
        return found

    def distance(self, row: Mapping[Any, Any], loaded: Loaded, goal: Goal, state: str | None = None) -> int | None:
        """The fewest acts from where a case stands (or from another state) to where a goal can be taken."""
        own, places = self._barred.get(row["id"], set()), _places(loaded.definition, goal)
        vain = self._given_up(loaded) | self._held_there(loaded, goal)
        found = self._near(loaded, places, frozenset(own | vain)).get(state or row["state"])
        if found is not None or vain <= own:
            return found
        found = self._near(loaded, places, frozenset(own)).get(state or row["state"])
        return found + _ROUNDABOUT if found is not None else None

    def weight(self, row: Mapping[Any, Any], loaded: Loaded, action: Action) -> float:
        """How much an act helps a case to its aim; 1 for every act once nothing of the family is new any more."""
        return self._weight(row, loaded, row["state"], action)

    def favour(self, row: Mapping[Any, Any], loaded: Loaded, acts: Iterable[str]) -> float:
        """How much it helps a case to be moved by acts, one after the other, from wherever they stand."""
        named = [(state.id, state.actions[act]) for act in acts for state in loaded.definition.states.values()
                 if act in state.actions]  # fmt: skip
        return max((self._weight(row, loaded, state, action) for state, action in named), default=STAYS)

    def favour_from(self, row: Mapping[Any, Any], loaded: Loaded, state: str, act: str) -> float:
        """How much it will help a case to do an act in a state, once it comes there."""
        definition = loaded.definition
        return self._weight(row, loaded, state, definition.states[state].actions.get(act) or definition.anywhere[act])

    def is_wanted(self, row: Mapping[Any, Any], loaded: Loaded, act: str) -> bool:
        """Whether an act of its state, by which others move it, was not taken yet and does not lose a case its aim."""
        action = loaded.definition.states[row["state"]].actions.get(act)
        is_new = action is not None and self.watch.is_open(loaded, "action", row["state"], act)
        return is_new and action is not None and self.weight(row, loaded, action) >= NEW

    def is_led_past(self, row: Mapping[Any, Any], loaded: Loaded, action: Action) -> bool:
        """Whether an act leads to where a case has its aim, but where a procedure over many that holds it leads it on."""
        aim = None if self.is_over else self.of(row, loaded)
        if aim is None or aim[0] != "action" or aim[1] not in action.leads_to:
            return False
        there = loaded.definition.states[aim[1]]
        return bool(there.moved_by) and not there.actions[aim[2]].moved_by

    def led_on(self, row: Mapping[Any, Any], loaded: Loaded) -> bool:
        """Whether others, or the system, are to take the next step to the aim of a case."""
        actions = loaded.definition.states[row["state"]].actions.values()
        return any(self.weight(row, loaded, one) >= NEARER for one in actions if one.moved_by or one.system)

    def refuse(self, row: Mapping[Any, Any], loaded: Loaded, act: str) -> None:
        """An act was refused, with all that might help."""
        self._vain[loaded.definition.workflow, row["state"], act] += 1

    def miss(self, row: Mapping[Any, Any], loaded: Loaded, refused: Mapping[str, int]) -> bool:
        """A case does not get on: it no longer counts on the acts that were refused. Whether it now aims elsewhere."""
        here = loaded.definition.actions_in(row["state"])
        found = {one.id for one in here if refused.get(one.id, 0) >= _OFTEN and self.weight(row, loaded, one) >= NEARER}
        missed = self._of.pop(row["id"], None)
        if missed is not None:
            self._missed[missed] += 1
        fresh = {(row["state"], act) for act in found} - self._barred[row["id"]]
        self._barred[row["id"]] |= fresh
        return bool(fresh) and missed is not None

    def end(self, case_id: int) -> None:
        """A case has ended, or is not taken up any more."""
        self._of.pop(case_id, None)

    def tire(self, case_id: int, moves: int) -> None:
        """A case that has moved often is led home."""
        if moves > _PATIENT_MOVES and case_id not in self._tired:
            self._tired.add(case_id)
            self._of.pop(case_id, None)

    def uncared_for(self, loaded: Loaded) -> list[Goal]:
        """The actions of a workflow that were not taken yet and at which no case aims."""
        aimed = set(self._of.values())
        name = loaded.definition.workflow
        return [goal for goal in self.watch.open_goals(loaded) if goal[0] == "action" and (name, goal) not in aimed]

    # --- weighing -------------------------------------------------------------------------------------------------

    def _weight(self, row: Mapping[Any, Any], loaded: Loaded, state: str, action: Action) -> float:
        here, targets = goals.where(loaded.definition, state, action.id), _targets(row, action)
        if self.is_over and row["id"] not in self._tired:
            return 1.0
        aim = None if self.is_over else self.of(row, loaded)
        if aim is None:
            return _homeward(loaded.definition, state, targets)
        if aim == ("action", here, action.id):
            return AIMED
        after = [self.distance(row, loaded, aim, one) for one in targets]
        if self.watch.is_open(loaded, "action", here, action.id):
            if not targets:
                return FIRST
            is_rare = bool(self._missed[loaded.definition.workflow, ("action", here, action.id)])
            if all(one is not None for one in after):
                return NEW
            return NEARER if is_rare else ASTRAY
        if not targets:
            return STAYS
        now = self.distance(row, loaded, aim, state)
        nearer = now is not None and any(one is not None and one < now for one in after)
        if now is None or (state, action.id) in self._barred[row["id"]]:
            return ASTRAY
        if any(one is None for one in after):
            return NEARER / len(after) if nearer else ASTRAY
        if not now:  # here it can be taken, perhaps only after a while
            return ASTRAY
        return NEARER if nearer else min(ASTRAY + self._missed[loaded.definition.workflow, aim], NEARER)

    # --- choosing one ---------------------------------------------------------------------------------------------

    def _holds(self, row: Mapping[Any, Any], loaded: Loaded, aim: Goal) -> bool:
        is_open = self.watch.is_open(loaded, *aim) if aim[0] == "action" else aim[1] != row["state"]
        return is_open and self.distance(row, loaded, aim) is not None

    def _chosen(self, row: Mapping[Any, Any], loaded: Loaded) -> Goal | None:
        if row["id"] in self._tired:
            return None
        definition, name = loaded.definition, loaded.definition.workflow
        aimed, barred = Counter(self._of.values()), self._barred[row["id"]]
        found = [
            (aimed[name, goal] + self._missed[name, goal], not _ends(definition, goal), _entrances(definition, goal),
             -apart if _ends(definition, goal) and apart < _ROUNDABOUT else apart, self.rng.random(), goal)
            for goal in self.watch.open_goals(loaded)
            if goal[0] == "action" and (goal[1] or row["state"], goal[2]) not in barred
            and (apart := self.distance(row, loaded, goal)) is not None
        ]  # fmt: skip
        if found:
            return min(found)[-1]
        return self._awaited(row, loaded)

    def _awaited(self, row: Mapping[Any, Any], loaded: Loaded) -> Goal | None:
        """Where something new waits for cases like this one: a procedure over many, its good end for its members, or a
        case that opened one like it.
        """
        definition = loaded.definition
        if definition.members is not None:
            among = [state.id for state in definition.states.values() if state.outcome == "positive"]
        else:
            rules = [one.definition.members for one in self.family if self._has_new(one)]
            among = [rule.in_ for rule in rules if rule is not None and definition.workflow in rule.of]
            waited = [state for one in self.family
                      for state in goals.waited_for(definition, one.definition, self.watch.open_goals(one))]  # fmt: skip
            among += sorted(waited, key=lambda one: self._aimed(definition, one))
        near = {("state", one): self.distance(row, loaded, ("state", one)) for one in among}
        return next((goal for goal, apart in near.items() if apart), None)

    def _aimed(self, definition: Definition, state: str) -> int:
        return sum(1 for aim in self._of.values() if aim == (definition.workflow, ("state", state)))

    def _given_up(self, loaded: Loaded) -> set[tuple[str, str]]:
        """State and act of what was refused again and again, and never taken."""
        definition = loaded.definition
        return {
            (state, act)
            for (workflow, state, act), times in self._vain.items()
            if workflow == definition.workflow and times >= _IN_VAIN
            and self.watch.is_open(loaded, "action", goals.where(definition, state, act), act)
        }  # fmt: skip

    def _held_there(self, loaded: Loaded, goal: Goal) -> frozenset[tuple[str, str]]:
        """State and act by which a procedure over many brings its cases to a goal that it does not take itself: there
        it still holds them, and leads them on.
        """
        key = (loaded.definition.workflow, goal)
        if key not in self._held:
            there = loaded.definition.states.get(goal[1]) if goal[0] == "action" else None
            by_hand = there is not None and not there.actions[goal[2]].moved_by
            hosts = set(there.moved_by) if there is not None and by_hand else set()
            self._held[key] = frozenset(
                (state.id, action.id) for state in loaded.definition.states.values()
                for action in state.actions.values() if goal[1] in action.leads_to and hosts & set(action.moved_by)
            )  # fmt: skip
        return self._held[key]

    def _near(self, loaded: Loaded, places: tuple[str, ...], barred: frozenset[tuple[str, str]]) -> dict[str, int]:
        """By state the fewest acts to one of the places."""
        key = (loaded.definition.workflow, places, barred)
        if key not in self._apart:
            self._apart[key] = goals.distances(loaded.definition, places, barred)
        return self._apart[key]

    def _has_new(self, loaded: Loaded) -> bool:
        return any(goal[0] == "action" for goal in self.watch.open_goals(loaded))


def _homeward(definition: Definition, state: str, targets: list[str]) -> float:
    """What leads to an end counts for a case without an aim."""
    home = goals.home(definition)
    if any(home.get(one, 0) < home.get(state, 0) for one in targets if one in home):
        return NEARER
    return ASTRAY if targets else STAYS


def _targets(row: Mapping[Any, Any], action: Action) -> list[str]:
    found = [row["origin"] if one == graph.ORIGIN else one for one in action.leads_to]
    return [one for one in found if one is not None]


def _places(definition: Definition, goal: Goal) -> tuple[str, ...]:
    """The states in which a goal can be taken."""
    if goal[1]:
        return (goal[1],)
    barred = definition.anywhere[goal[2]].not_in
    return tuple(one.id for one in definition.states.values() if not one.final and one.id not in barred)


def _ends(definition: Definition, goal: Goal) -> bool:
    action = definition.states[goal[1]].actions[goal[2]] if goal[1] else definition.anywhere[goal[2]]
    return any(one in definition.states and definition.states[one].final for one in action.leads_to)


@kept
def _from_entrances(definition: Definition) -> dict[str, int]:
    """By state from how many of the states in which cases begin it can be reached."""
    before = {one.id: goals.distances(definition, [one.id]) for one in definition.states.values()}
    return {one: sum(1 for begin in graph.recorded(definition) if begin in near) for one, near in before.items()}


def _entrances(definition: Definition, goal: Goal) -> int:
    return max((_from_entrances(definition)[place] for place in _places(definition, goal)), default=0)
