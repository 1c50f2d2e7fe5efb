"""Exact answers about all panels of a pool: is there one, how many, the one with a given number, the first in an order.

Counting goes through the pool person by person and remembers only how far each limit is used: at the first person of
an employer its count comes to life, after the last one it is forgotten. So the pool is gone through employer by
employer (:func:`listing`), and the number of things to remember depends on the limits, not on the number of panels.
"""

from __future__ import annotations

from collections.abc import Sequence

from caseflow.evaluation.limits import Limits
from caseflow.evaluation.pool import Candidate

MOST_STATES = 150_000
"""Where counting would have to remember more, it gives up; some seconds."""
MOST_STEPS = 200_000
"""Where a search in order would try more people, it gives up."""

State = tuple[int, tuple[tuple[int, int], ...]]
"""How many are in, and the count of each limit that is alive and not zero."""


class Undecided(Exception):
    """The question is too large to be answered exactly."""


def listing(pool: Sequence[Candidate]) -> tuple[str, ...]:
    """The ids by employers, then by id: the order in which all panels are numbered."""
    return tuple(one.id for one in sorted(pool, key=lambda one: (sorted(set(one.employers)), one.id)))


class Panels:
    """All sets of ``limits.size`` people that keep the limits, in the order of the listing.

    The sets are listed like words in a dictionary: those with the first person of the listing before those without,
    and so on. ``total`` is their number.
    """

    def __init__(self, limits: Limits, ids: Sequence[str], most_states: int | None = None) -> None:
        """Count them. Raises Undecided where that takes too much memory."""
        self._most = MOST_STATES if most_states is None else most_states
        self._ids = ids
        self._steps = _Steps(limits, ids)
        self._start: State = (0, ())
        self._layers = self._reached()
        self._ways = self._counted()
        self.total = self._ways[0].get(self._start, 0)

    def number(self, number: int) -> tuple[str, ...]:
        """The set with this number, counted from 0, in the order of the listing."""
        chosen: list[str] = []
        state = self._start
        for place, one in enumerate(self._ids):
            without, with_it = self._layers[place][state]
            ways = self._ways[place + 1].get(with_it, 0) if with_it is not None else 0
            if with_it is not None and number < ways:
                chosen.append(one)
                state = with_it
            elif without is not None:
                number -= ways
                state = without
        return tuple(chosen)

    def _reached(self) -> list[dict[State, tuple[State | None, State | None]]]:
        layers: list[dict[State, tuple[State | None, State | None]]] = []
        here: set[State] = {self._start} if self._steps.possible else set()
        remembered = 0
        for place in range(len(self._ids)):
            layer = {state: (self._steps.out(place, state), self._steps.into(place, state)) for state in here}
            remembered += len(layer)
            if remembered > self._most:
                raise Undecided
            layers.append(layer)
            here = {state for both in layer.values() for state in both if state is not None}
        self._last = here
        return layers

    def _counted(self) -> list[dict[State, int]]:
        ways: list[dict[State, int]] = [dict.fromkeys(self._last, 1)]
        for layer in reversed(self._layers):
            after = ways[-1]
            here = {}
            for state, both in layer.items():
                here[state] = sum(after[one] for one in both if one is not None)
            ways.append(here)
        return ways[::-1]


class _Steps:
    """From one state to the next when a person stays out or comes in; None where no panel can follow."""

    def __init__(self, limits: Limits, ids: Sequence[str]) -> None:
        self._size = limits.size
        self._every = limits.every
        self._length = len(ids)
        self._of = [limits.of.get(one, ()) for one in ids]
        last = {number: place for place, of in enumerate(self._of) for number in of}
        self._ends: list[tuple[int, ...]] = [()] * len(ids)
        for number, place in last.items():
            self._ends[place] = (*self._ends[place], number)
        needs = [number for number, one in enumerate(limits.every) if one.low > 0]
        left = _suffixes(self._of, needs)
        self._widest = _widest(self._of, needs)
        # at each place the limits that still ask for somebody, to the last place at which one of their people was met
        self._asked = [
            [(number, left[place][index]) for index, number in enumerate(needs) if last.get(number, place) >= place - 1]
            for place in range(len(ids) + 1)
        ]
        self.possible = all(one.low <= one.high for one in limits.every) and self._possible(0, 0, {})

    def out(self, place: int, state: State) -> State | None:
        return self._after(place, state[0], dict(state[1]))

    def into(self, place: int, state: State) -> State | None:
        if state[0] == self._size:
            return None
        counts = dict(state[1])
        for number in self._of[place]:
            limit = self._every[number]
            count = counts.get(number, 0) + 1
            if count > limit.high:
                return None
            # more than what is asked for needs no memory where nothing bounds it from above
            counts[number] = min(count, limit.low) if limit.high >= self._size else count
        return self._after(place, state[0] + 1, counts)

    def _after(self, place: int, chosen: int, counts: dict[int, int]) -> State | None:
        if not self._possible(place + 1, chosen, counts):
            return None
        for number in self._ends[place]:
            counts.pop(number, None)
        return chosen, tuple(sorted(counts.items()))

    def _possible(self, place: int, chosen: int, counts: dict[int, int]) -> bool:
        """Enough people are left for the seats, and for what each limit still asks."""
        seats = self._size - chosen
        if seats > self._length - place:
            return False
        lacking = [(self._every[number].low - counts.get(number, 0), left) for number, left in self._asked[place]]
        return _hopeful(lacking, seats, self._widest)


def _hopeful(lacking: Sequence[tuple[int, int]], seats: int, widest: int) -> bool:
    """Whether each limit's lack can be met by who is left, and all of them by people who meet ``widest`` at most."""
    together = sum(lack for lack, _ in lacking if lack > 0)
    return together <= seats * widest and all(lack <= min(left, seats) for lack, left in lacking)


def _widest(of: Sequence[Sequence[int]], needs: Sequence[int]) -> int:
    """How many of the limits that ask for somebody one person can meet."""
    wanted = set(needs)
    return max((len(wanted & set(one)) for one in of), default=0)


def _suffixes(of: Sequence[Sequence[int]], needs: Sequence[int]) -> list[tuple[int, ...]]:
    """For each place, how many people from there on belong to each of the limits."""
    left = [(0,) * len(needs)]
    for one in reversed(of):
        left.append(tuple(count + (number in one) for count, number in zip(left[-1], needs, strict=True)))
    return left[::-1]


def first_in_order(
    limits: Limits, order: Sequence[str], kept: Sequence[str] = (), most_steps: int | None = None
) -> tuple[str, ...] | None:
    """Who fills the seats that are left beside ``kept``: of all fitting sets the first, read along the order.

    Returns:
        The newcomers in the order, or None where nobody fits.

    Raises:
        Undecided: more people would have to be tried than is allowed.
    """
    if len(kept) > limits.size:
        return None
    search = _Search(limits, order, kept, MOST_STEPS if most_steps is None else most_steps)
    return tuple(search.chosen) if search.run(0, limits.size - len(kept)) else None


class _Search:
    def __init__(self, limits: Limits, order: Sequence[str], kept: Sequence[str], most_steps: int) -> None:
        self._most = most_steps
        self._every = limits.every
        self._order = order
        self._of = [limits.of.get(one, ()) for one in order]
        self._needs = [number for number, one in enumerate(limits.every) if one.low > 0]
        self._left = _suffixes(self._of, self._needs)
        self._widest = _widest(self._of, self._needs)
        self._counts = [0] * len(limits.every)
        for one in kept:
            for number in limits.of.get(one, ()):
                self._counts[number] += 1
        self._tried = 0
        self._hopeless = any(
            count > one.high or one.low > one.high for count, one in zip(self._counts, limits.every, strict=True)
        )
        self.chosen: list[str] = []

    def run(self, begin: int, seats: int) -> bool:
        if self._hopeless:
            return False
        if seats == 0:
            return all(self._counts[number] >= self._every[number].low for number in self._needs)
        for place in range(begin, len(self._order) - seats + 1):
            if self._lacks(place, seats):
                return False  # later places only have fewer people
            self._tried += 1
            if self._tried > self._most:
                raise Undecided
            if any(self._counts[number] >= self._every[number].high for number in self._of[place]):
                continue
            self._turn(place, 1)
            self.chosen.append(self._order[place])
            if self.run(place + 1, seats - 1):
                return True
            self.chosen.pop()
            self._turn(place, -1)
        return False

    def _turn(self, place: int, by: int) -> None:
        for number in self._of[place]:
            self._counts[number] += by

    def _lacks(self, place: int, seats: int) -> bool:
        left = self._left[place]
        lacking = [(self._every[number].low - self._counts[number], left[at]) for at, number in enumerate(self._needs)]
        return not _hopeful(lacking, seats, self._widest)


def exists(limits: Limits, ids: Sequence[str], effort: int = 1) -> bool | None:
    """Whether a panel can be made of these people; None where it cannot be decided.

    Args:
        effort: the part of the usual steps and states, as its denominator; for questions that are asked many times.
    """
    try:
        return first_in_order(limits, ids, (), MOST_STEPS // effort) is not None
    except Undecided:
        pass
    try:
        return Panels(limits, ids, MOST_STATES // effort).total > 0
    except Undecided:
        return None
