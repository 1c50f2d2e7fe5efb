"""The draw: a panel and its reserves by chance, each panel that keeps the limits as likely as any other.

An order of the pool is shuffled and thrown away until its first ``size`` people keep every limit. What is kept is then
exactly uniform over all ordered panels that keep them (a uniform order, conditioned). Where that takes too long, all
panels are counted and one number is drawn: as uniform. Only where they cannot be counted either, the first panel that
keeps the limits along one shuffled order is taken: everybody has a fair chance there, but panels need not be equally
likely. The draw says which of the three it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from caseflow.evaluation import infeasible
from caseflow.evaluation.chance import Stream
from caseflow.evaluation.counting import Panels, Undecided, first_in_order, listing
from caseflow.evaluation.filters import Pool, pool_of
from caseflow.evaluation.limits import Limits, limits_of
from caseflow.evaluation.pool import Candidate, Snapshot
from caseflow.words import Message, Refused

Method = Literal["rejection", "counting", "first_in_order"]
TRIES = 2_000
"""Orders that are shuffled before panels are counted instead."""


@dataclass(frozen=True, slots=True)
class Order:
    """The whole pool in the order of the draw, its first ``size`` people keeping the limits; and how it came about."""

    ids: tuple[str, ...]
    method: Method
    tries: int
    """Orders that were shuffled and looked at by rejection."""
    panels: int | None
    """How many sets of people keep the limits, where they were counted."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Who was drawn. ``panel`` are the first people of the order; whoever is neither there nor reserve stands by."""

    order: Order
    panel: tuple[str, ...]
    reserves: tuple[str, ...]
    """In the order in which they are called."""

    @property
    def queue(self) -> tuple[str, ...]:
        """In whose order a departure is made good: the reserves, then the rest of the order."""
        named = {*self.panel, *self.reserves}
        return (*self.reserves, *(one for one in self.order.ids if one not in named))

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.order.method,
            "tries": self.order.tries,
            "panels": None if self.order.panels is None else str(self.order.panels),
            "order": list(self.order.ids),
            "panel": list(self.panel),
            "reserves": list(self.reserves),
        }


def draw(seed: bytes, snapshot: Snapshot) -> Draw:
    """Draw the panel of a frozen pool. The same seed and pool give the same draw, for ever.

    Raises:
        Refused: no panel keeps the rule; with every limit that cannot be kept, and by how many people.
    """
    snapshot.check()
    pool, limits = terms(snapshot)
    against = infeasible.shortages(snapshot.rule, pool, limits)
    if against:
        raise Refused(*against)
    return seats(order_of(Stream(seed), limits, pool.eligible), limits, snapshot.rule.reserves)


def terms(snapshot: Snapshot) -> tuple[Pool, Limits]:
    """Those among whom is drawn, and what a panel of theirs must keep."""
    pool = pool_of(snapshot)
    return pool, limits_of(snapshot.rule, pool.eligible, snapshot.cases)


def order_of(stream: Stream, limits: Limits, pool: Sequence[Candidate], most_tries: int = TRIES) -> Order:
    """Shuffle the pool so that its first ``limits.size`` people keep the limits.

    The pool is taken by id. One try shuffles its first ``size`` places; once they keep the limits, the other places
    are shuffled too. Each try begins with the pool by id and goes on in the stream.

    Raises:
        Refused: there is no such panel, with the limits that stand in the way.
    """
    ids = sorted(one.id for one in pool)
    if len(ids) < limits.size:
        raise Refused(infeasible.none_together(limits))
    for number in range(1, most_tries + 1):
        found = list(ids)
        stream.shuffle(found, 0, limits.size)
        if limits.kept(found[: limits.size]):
            stream.shuffle(found, limits.size, len(found))
            return Order(tuple(found), "rejection", number, None)
    try:
        panels = Panels(limits, listing(pool))
    except Undecided:
        return _fallback(stream, limits, ids, most_tries)
    if panels.total == 0:
        raise Refused(*infeasible.together(limits, ids))
    members = sorted(panels.number(stream.below(panels.total)))
    return Order(_whole(stream, members, ids), "counting", most_tries, panels.total)


def _fallback(stream: Stream, limits: Limits, ids: Sequence[str], tries: int) -> Order:
    order = list(ids)
    stream.shuffle(order, 0, len(order))
    try:
        members = first_in_order(limits, order)
    except Undecided:
        raise Refused(Message("draw.undecided")) from None
    if members is None:
        raise Refused(*infeasible.together(limits, ids))
    return Order(_whole(stream, sorted(members), ids), "first_in_order", tries, None)


def _whole(stream: Stream, members: list[str], ids: Sequence[str]) -> tuple[str, ...]:
    """The members in chance order, then everybody else in chance order; both begin by id."""
    rest = [one for one in ids if one not in set(members)]
    stream.shuffle(members, 0, len(members))
    stream.shuffle(rest, 0, len(rest))
    return (*members, *rest)


def seats(order: Order, limits: Limits, reserves: int) -> Draw:
    """Panel and reserves of an order.

    Reserves are the next people of the order who could take at least one seat of the panel and keep the limits; where
    these are too few, the next people of the order fill the list.
    """
    panel, rest = order.ids[: limits.size], order.ids[limits.size :]
    useful: list[str] = []
    for one in rest:
        if len(useful) == reserves:
            break
        if any(limits.kept((*panel[:seat], one, *panel[seat + 1 :])) for seat in range(len(panel))):
            useful.append(one)
    others = [one for one in rest if one not in set(useful)]
    return Draw(order, panel, (*useful, *others[: reserves - len(useful)]))
