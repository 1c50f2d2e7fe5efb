"""Cases of a workflow walked at random through the one door, with an accelerated clock, to see what becomes of them.

Everybody acts who has a part in it, in several prefectures and rounds; procedures over many cases run with their members.
The caller opens the transaction, on a database that holds the definitions and the reference data and is thrown away.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import fire, timers
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import timer
from caseflow.office import rehearsed_pool, simulated_goals, simulated_people, simulated_registers
from caseflow.office.cast import Cast
from caseflow.office.simulated_acts import Acts
from caseflow.office.simulated_aims import Aims
from caseflow.office.simulated_answers import Answers
from caseflow.office.simulated_choices import Choices
from caseflow.office.simulated_filing import Filing, opens
from caseflow.office.simulated_fitting import Fitting
from caseflow.office.simulated_people import Troupe
from caseflow.office.simulated_registers import Registers
from caseflow.office.simulated_typing import Typing
from caseflow.office.simulated_values import Values
from caseflow.office.simulated_walk import Walk
from caseflow.office.simulated_watch import Watch
from caseflow.people.roles import Roles
from caseflow.studies import store
from caseflow.words import Message, Refused

PATIENCE = 8
"""So often, at growing intervals, all is tried before a case counts as stuck."""
MOST_MOVES = 60
"""A case that has moved so often and has not ended goes round in a circle; that counts as stuck too."""
_FIRST_MONTH, _WORK_BEGINS, _BETWEEN = 3, time(9), timedelta(seconds=10)
_OPENERS_LOOK = 4
"""Every so many days an office looks whether cases wait to be gathered."""
_OFFICE = "own_authority"
_SPARE_EXPERTS = 20
"""So many experts more than a panel needs: some have an interest in one of the cases, some sit elsewhere."""
_PER_ROUND, _MOST_ROUNDS = 15, 8
_MOST_TAKEN_UP = 1_000
"""Of one case; then it is left where it stands."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated. The same plan on the same definitions gives the same walk."""

    workflow: str
    cases: int = 100
    """So many are filed; those that gather them, or that they open, come on top."""
    seed: int = 1
    start: date | None = None
    """The first day; in the year of the version unless given."""
    until: date | None = None
    """The day on which it breaks off; unless given it goes on until every case has ended or is stuck."""
    coverage: int | None = None
    """Stop as soon as so many percent of the actions of its own workflows were taken; never unless given."""


@dataclass(slots=True)
class Simulated:
    """What became of it."""

    plan: Plan
    family: list[Loaded]
    """The workflow itself, then those with which its cases have to do."""
    own: list[Loaded]
    """Those of the family that are walked for their own sake; of the others come the cases that these open."""
    watch: Watch
    walk: Walk
    first: date
    last: date
    stuck: list[int] = field(default_factory=list)
    """Cases that have not ended, on which nobody can act and for which no timer waits."""
    left: list[int] = field(default_factory=list)
    """Cases that stood somewhere when it broke off."""


def run(tx: Connection, ground: Ground, known_roles: Roles, root: Path, plan: Plan) -> Simulated:
    """Simulate a plan. ``root``: where the files of the cases are laid.

    Raises:
        Refused: there is no such workflow.
    """
    ground = replace(ground, entropy=Random(f"{plan.seed}").randbytes)  # noqa: S311 -- rows that are thrown away
    known = {one.definition.workflow: one for one in ground.all_current(tx)}
    if plan.workflow not in known:
        raise Refused(Message("simulation.no_workflow", {"name": plan.workflow, "names": sorted(known)}))
    family = [known[name] for name in related(known, plan.workflow)]
    walked = [known[name] for name in own(known, plan.workflow)]
    first = plan.start or date(int(family[0].definition.version.partition(".")[0]), _FIRST_MONTH, 1)
    rng = Random(plan.seed)  # noqa: S311 -- a walk that can be repeated, no secret
    with clock.still(clock.at_local(first, _WORK_BEGINS)):
        cast = Cast(tx, ground, known_roles, root, family[0].definition)
        for loaded in family:
            rehearsed_pool.stock(tx, ground.keys, cast, loaded.definition, spare=_SPARE_EXPERTS)
        for role in dict.fromkeys(
            role.id for one in family for role in one.definition.roles.values() if role.sees == _OFFICE
        ):
            cast.actor(role)  # who holds a role says which office a case belongs to that others open for it
        troupe, watch = Troupe(tx, ground, known_roles, cast, rng, root), Watch(tx, ground)
        watch.look()
        aims = Aims(watch, rng, family)
        answers = Answers(tx, ground, troupe, rng, aims, Values(tx, ground, troupe, rng))
        fitting = Fitting(tx, ground, rng, aims)
        typing = Typing(tx, ground, troupe, answers, rng, fitting, store.stored_shelf(tx))
        shelf = simulated_registers.shelf(tx, ground, family, cast.place("unit"))
        entries = Registers(tx, ground, troupe, rng, shelf) if shelf is not None else None
        acts = Acts(tx, ground, troupe, watch, aims, answers, typing, rng, fitting, entries)
        found = Simulated(plan, family, walked, watch, Walk(acts, Choices(tx, watch, rng, aims)), first, first)
        filed = [one for one in walked if opens(one)] or [one for one in family if opens(one)]
        course = _Course(
            tx, ground, found, Filing(tx, acts, filed), _ended={shelf.case_id} if shelf is not None else set()
        )
        return course.run()


def own(known: Mapping[str, Loaded], name: str) -> list[str]:
    """A workflow, with those that gather and move its cases or are gathered by it, and theirs."""
    pairs = {(one, other) for one, loaded in known.items() for other in _gathered(loaded)}
    near = {one: {b for a, b in pairs if a == one} | {a for a, b in pairs if b == one} for one in known}
    return _reached([name], near, known)


def related(known: Mapping[str, Loaded], name: str) -> list[str]:
    """The workflows whose cases a walk of one has to do with: its own, and those that they open, with theirs.

    Where nobody opens a case of its own by itself, those in which one is opened come with it.
    """
    first = own(known, name)
    opened = {one: {*simulated_goals.opened(loaded.definition).values()} for one, loaded in known.items()}
    if not any(opens(known[one]) for one in first):
        first += [one for one in sorted(known) if one not in first and opened[one] & set(first)]
    near = {one: {*own(known, one), *opened[one]} for one in known}
    return _reached(first, near, known)


def _reached(first: list[str], near: Mapping[str, set[str]], known: Mapping[str, Loaded]) -> list[str]:
    found, waiting = list(first), list(first)
    while waiting:
        waiting += (fresh := sorted(one for one in near[waiting.pop(0)] if one not in found and one in known))
        found += fresh
    return found


def _gathered(loaded: Loaded) -> Iterator[str]:
    definition = loaded.definition
    yield from definition.members.of if definition.members is not None else ()
    for state in definition.states.values():
        yield from state.moved_by
        for action in definition.actions_in(state.id):
            yield from action.moved_by


@dataclass(slots=True)
class _Course:
    """The days as they pass: what is to be done on each, in order."""

    tx: Connection
    ground: Ground
    found: Simulated
    filing: Filing
    _events: list[tuple[date, int, Callable[[], int | None]]] = field(default_factory=list)
    _count: int = 0
    _known: set[int] = field(default_factory=set)
    _ended: set[int] = field(default_factory=set)
    _taken_up: dict[int, int] = field(default_factory=dict)
    _calls: dict[int, int] = field(default_factory=dict)
    """By case how often it was planned to take it up; only the last one counts."""
    _mover: int = 0
    """The case that is being taken up."""

    def run(self) -> Simulated:
        self._prepare()
        today, tick = self.found.first, 0
        while self._events and not self._enough():
            day, _, do = heapq.heappop(self._events)
            if self.found.plan.until is not None and day > self.found.plan.until:
                break
            if day > today:
                self._pass(clock.at_local(day, _WORK_BEGINS))
                today, tick = day, 0
            tick += 1
            with clock.still(clock.at_local(day, _WORK_BEGINS) + tick * _BETWEEN):
                self._mover = 0
                again = do()
            if again is not None:
                self._on(day + timedelta(days=again), do)
            self._notice(day)
        self.found.last = today
        self.found.left = sorted(self._known - self._ended - set(self.found.stuck))
        for case_id in sorted(self._known - self._ended):
            self.found.watch.check(case_id, whole=True)
        return self.found

    def _prepare(self) -> None:
        found, plan, rng = self.found, self.found.plan, self.found.walk.acts.rng
        definitions = [one.definition for one in found.family]
        wanted = min(max(1, round(plan.cases / _PER_ROUND)), _MOST_ROUNDS)
        if any(one.rounds == "required" for one in definitions):
            found.walk.acts.troupe.open_rounds(definitions, found.first, wanted)
        filed = self.filing.filed
        gap = simulated_people.ROUND_DAYS + simulated_people.ROUND_GAP
        for number in range(plan.cases if filed else 0):
            day = number * wanted // plan.cases * gap + rng.randrange(simulated_people.ARRIVAL_DAYS)
            self._on(found.first + timedelta(days=day), partial(self.filing.file, filed[number % len(filed)]))
        self.filing.to_come = plan.cases if filed else 0
        for one in found.family:
            if one.definition.members is not None:
                self._on(found.first + timedelta(days=_OPENERS_LOOK), partial(self._gather, one))

    def _on(self, day: date, do: Callable[[], int | None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (day, self._count, do))

    def _enough(self) -> bool:
        least = self.found.plan.coverage
        return least is not None and all(covered(self.found.watch, one) >= least for one in self.found.own)

    # --- what happens on a day ------------------------------------------------------------------------------------

    def _pass(self, until: datetime) -> None:
        """Let time pass, and fire every timer at its own moment."""
        last = None
        while waiting := timers.due(self.tx, until, 1, last):
            last = waiting[0]
            spot = (self.found.watch.loaded(last["case_id"]).definition.workflow, "", last["kind"])
            with clock.still(last["due_at"] + _BETWEEN):
                do = partial(fire.fire, self.tx, self.ground, last, clock.now())
                self.found.walk.acts.through(do, last["case_id"], spot, "system")

    def _notice(self, day: date) -> None:
        """Take up every case that has come to be since, or was moved by others, without delay."""
        watch, done = self.found.watch, self._ended | set(self.found.stuck) | {self._mover}
        for case_id in sorted((watch.moved | set(watch.cases) - self._known) - done):
            self._known.add(case_id)
            self._call(case_id, day)
        watch.moved.clear()

    def _call(self, case_id: int, day: date) -> None:
        """Take up a case on a day; what was planned for it before no longer counts."""
        self._calls[case_id] = self._calls.get(case_id, 0) + 1
        self._on(day, partial(self._answer, case_id, self._calls[case_id]))

    def _answer(self, case_id: int, call: int) -> None:
        if self._calls[case_id] == call:
            self._mover = case_id
            days = self._go_on(case_id)
            if days is not None:
                self._call(case_id, clock.today() + timedelta(days=days))

    def _gather(self, loaded: Loaded) -> int | None:
        """An office looks whether cases wait to be gathered, as long as some may come."""
        self.filing.gather(loaded)
        return _OPENERS_LOOK if self.filing.to_come or self._known - self._ended - set(self.found.stuck) else None

    def _go_on(self, case_id: int) -> int | None:
        """Take up one case; nothing where it need not be taken up again."""
        walk, life = self.found.walk, self.found.walk.acts.lives[case_id]
        self._taken_up[case_id] = self._taken_up.get(case_id, 0) + 1
        if not walk.acts.row(case_id)["final"] and self._taken_up[case_id] <= _MOST_TAKEN_UP:
            days = walk.take_up(case_id)
            if life.moves < MOST_MOVES and (life.failed < PATIENCE or self._hangs(case_id)):
                return days
            self.found.stuck.append(case_id)
            walk.choices.aims.end(case_id)
            return None
        walk.choices.aims.end(case_id)
        if walk.acts.row(case_id)["final"]:
            self._ended.add(case_id)
        return None

    def _hangs(self, case_id: int) -> bool:
        """Whether something else will move a case: a timer, or a procedure over many that has not ended."""
        timed = sa.select(timer.c.id).where(timer.c.case_id == case_id, timer.c.status == "waiting")
        hosts = set(self.found.walk.choices.inside(case_id)) - set(self.found.stuck)
        return bool(hosts) or self.tx.execute(timed.limit(1)).first() is not None


def covered(watch: Watch, loaded: Loaded, kinds: tuple[str, ...] = ("action",)) -> float:
    """How much of a workflow was taken, in percent."""
    known = watch.taken[loaded.definition.workflow]
    wanted = [goal for goal in simulated_goals.goals(loaded.definition) if goal[0] in kinds]
    return 100.0 * sum(1 for goal in wanted if goal in known) / len(wanted) if wanted else 100.0
