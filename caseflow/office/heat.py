"""Where cases stand and how long they stay: how many are in each state now, and the median of the stays that ended.

Read through the one scoped query, so an office finds its own cases alone. A stay is counted under the name by which the
reader knows the state: where two states bear one name, going from one to the other ends no stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import standing
from caseflow.cases.models import case
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.workflow.definition import Definition

MOST = 20_000
"""Stays are read of so many cases, those that moved last."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Spot:
    """One state, or all of one name."""

    now: int = 0
    ended: int = 0
    """How many stays ended in the period."""
    days: float | None = None
    """Their median, in days of 24 hours."""


def measured(
    tx: Connection,
    actor: Actor,
    definition: Definition,
    boxes: Mapping[str, str],
    *,
    round_id: int | None = None,
    since: datetime | None = None,
) -> dict[str, Spot]:
    """What is in each box of a procedure; ``boxes`` says by state in which box it stands.

    ``since``: only stays that ended at this moment or later. A state that only older versions have is left out.
    """
    own = [case.c.workflow == definition.workflow, standing.visible(actor, [definition])]
    own += [case.c.round_id == round_id] if round_id is not None else []
    now: dict[str, int] = {}
    for state, n in tx.execute(sa.select(case.c.state, sa.func.count()).where(*own).group_by(case.c.state)):
        if state in boxes:
            now[boxes[state]] = now.get(boxes[state], 0) + n
    stays: dict[str, list[float]] = {}
    for box, days in _stays(tx, own, boxes, since):
        stays.setdefault(box, []).append(days)
    return {
        box: Spot(now.get(box, 0), len(stays.get(box, ())), median(stays[box]) if box in stays else None)
        for box in dict.fromkeys(boxes.values())
    }


def _stays(
    tx: Connection, own: list[sa.ColumnElement[bool]], boxes: Mapping[str, str], since: datetime | None
) -> Iterator[tuple[str, float]]:
    """Every stay that ended: its box and its days."""
    moved = [case.c.moved_at >= since] if since is not None else []
    newest = sa.select(case.c.id).where(*own, *moved).order_by(case.c.moved_at.desc(), case.c.id.desc()).limit(MOST)
    rows = tx.execute(
        sa.select(journal.c.case_id, journal.c.at, journal.c.to_state)
        .where(
            journal.c.case_id.in_(sa.select(newest.subquery().c.id)),
            sa.or_(journal.c.from_state.is_(None), journal.c.from_state != journal.c.to_state),
        )
        .order_by(journal.c.case_id, journal.c.seq)
    )
    at: tuple[int, str | None, datetime] | None = None
    for case_id, moment, state in rows:
        box = boxes.get(state)
        if at is not None and at[0] == case_id:
            if box == at[1]:
                continue
            if at[1] is not None and (since is None or moment >= since):
                yield at[1], (moment - at[2]).total_seconds() / _DAY
        at = (case_id, box, moment)


def level(value: float, most: float) -> int:
    """How dark a box is: 0 for nothing, else 1 to 4 by its share of the most."""
    return 0 if value <= 0 or most <= 0 else min(4, max(1, -int(-4 * value // most)))
