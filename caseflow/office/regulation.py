"""What an office that supervises watches: the clocks that run over several states or end soon, and public registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import organisation_record, register_find
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, deadline
from caseflow.cases.register_find import Book, Entry
from caseflow.cases.register_holders import Reading
from caseflow.cases.register_models import register_standing
from caseflow.people.rights import Actor
from caseflow.workflow.parts import Text
from caseflow.workflow.registers import LIVE, STEPS, RegisterCall
from caseflow.workflow.running import LONG

STOPS = tuple(name for name, (_, status) in STEPS.items() if status != "valid")
"""Effects after which an entry holds no longer, or not for now."""
SOON = timedelta(days=14)
"""So long before its end the clock of a single state is watched too."""


@dataclass(frozen=True, slots=True)
class Published:
    """An entry that the public reads, and until when."""

    reading: Reading
    entry: Entry
    until: date | None
    """Its last day in public: the end of its term, or, where it has ended, of the time for which it is still shown."""

    @property
    def under(self) -> Mapping[str, Any] | None:
        """The rule under which it is public, where its register names the value that says so."""
        name = self.reading.book.register.shown_under
        return self.entry.values.get(name) if name is not None else None


def clocks(
    tx: Connection, ground: Ground, actor: Actor, today: date, *, limit: int, offset: int = 0
) -> tuple[list[RowMapping], int]:
    """The clocks over several states that run, wait or are late in cases that the reader may know, and those of single
    states that end soon or are late, first to end first; and how many. Each row is that of the case with ``clock``,
    ``clock_due`` and ``clock_status``.
    """
    ends = sa.and_(
        deadline.c.clock.not_like("%:%"),
        deadline.c.status != "paused",
        deadline.c.closed_at.is_(None),
        deadline.c.due_on <= today + SOON,
    )
    statement = (
        sa.select(
            case,
            deadline.c.clock,
            deadline.c.due_on.label("clock_due"),
            deadline.c.status.label("clock_status"),
            deadline.c.provisional,
        )
        .join(deadline, deadline.c.case_id == case.c.id)
        .where(
            organisation_record.visible(tx, ground, actor),
            ~case.c.final,
            sa.or_(deadline.c.clock.startswith(LONG), ends),
            deadline.c.status.in_(["running", "paused", "breached"]),
        )
    )
    count = tx.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0
    order = (deadline.c.status == "paused", deadline.c.due_on.is_(None), deadline.c.due_on, deadline.c.id)
    return list(tx.execute(statement.order_by(*order).limit(limit).offset(offset)).mappings()), count


def published(
    tx: Connection, readings: Sequence[Reading], today: date, *, limit: int, offset: int = 0
) -> tuple[list[Published], int]:
    """The entries that the public reads today in registers that the reader reads as an office, first to end first; and
    how many.
    """
    known = {
        (one.book.authority_id, one.book.register.id): one
        for one in readings
        if one.inside and one.book.register.public
    }
    if not known:
        return [], 0
    until = sa.case(
        (register_standing.c.status.in_(LIVE), register_standing.c.valid_until), else_=register_standing.c.shown_until
    )
    scope = (sa.or_(*(one.condition for one in known.values())), register_find.shown_to_all(today))
    count = tx.scalar(sa.select(sa.func.count()).select_from(register_standing).where(*scope)) or 0
    rows = tx.execute(
        register_find.selected(*scope)
        .order_by(until.is_(None), until, register_standing.c.entry_id)
        .limit(limit)
        .offset(offset)
    ).mappings()
    return [_published(known[(row["authority_id"], row["register"])], row, today) for row in rows], count


def known_cases(tx: Connection, ground: Ground, actor: Actor, case_ids: Iterable[int]) -> set[int]:
    """Those of the cases that the reader may know."""
    visible = organisation_record.visible(tx, ground, actor)
    return set(tx.scalars(sa.select(case.c.id).where(case.c.id.in_(list(case_ids)), visible)))


def may_stop(one: Book) -> list[Text]:
    """The titles of the roles that may end or suspend an entry by an act of theirs."""
    found: dict[str, Text] = {}
    for definition in one.definitions:
        for state in definition.states:
            for action in definition.actions_in(state):
                if action.system or action.moved_by:
                    continue
                meant = (RegisterCall.read(call.argument) for call in action.then if call.name in STOPS)
                if any(call is not None and call.register_ == one.register.id for call in meant):
                    known = (role for role in definition.by(state, action) if role in definition.roles)
                    found.update((role, definition.roles[role].title) for role in known)
    return list(found.values())


def _published(one: Reading, row: RowMapping, today: date) -> Published:
    entry = register_find.entry_of(row, one.names, today)
    ends: Any = row["valid_until"] if row["status"] in LIVE else row["shown_until"]
    return Published(one, entry, ends)
