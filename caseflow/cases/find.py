"""Finding cases. Every list, count and search reads through the one scoped condition of ``standing.visible``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import deputies, standing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, task
from caseflow.people import absences
from caseflow.people.models import organisation, person
from caseflow.people.rights import Actor

_IS_OPEN = task.c.status == sa.literal_column("'open'")  # word for word as the partial indexes say it
_IS_RUNNING: sa.ColumnElement[bool] = sa.literal_column('NOT "case".final', sa.Boolean)  # likewise
MOST_COUNTED = 1000
"""Counting stops here: a list says "1000+" rather than walking a million rows."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; all of it stands in the page's address."""

    text: str = ""
    workflow: str = ""
    states: tuple[str, ...] = ()
    round_id: int | None = None
    prefecture_id: int | None = None
    due: str = ""
    """``overdue``, ``soon`` or nothing."""
    soon_until: date | None = None
    """The last date that counts as soon; without it every date still to come does."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[RowMapping]
    count: int
    """At most ``MOST_COUNTED``."""


def desk(
    tx: Connection, ground: Ground, actor: Actor, filters: Filters, today: date, *, limit: int = 50, offset: int = 0
) -> Page:
    """What the actor owes, due first: the open tasks of the own roles, those put to the person, and signatures of somebody
    absent in whose place the actor stands.

    ``taken_by`` names the person who took a task of an organisation on, ``in_place_of`` the absent one.
    """
    stands_in = bool(absences.absent_for(tx, actor.person_id))
    wanted = [*_mine(actor), *([_of_absent(tx, ground, actor)] if stands_in else [])]
    narrowed = _narrowed(filters, today, task.c.due_on)
    # The tasks are chosen from their indexes; only those of the page are joined with their cases.
    either = [sa.select(task.c.id, task.c.due_on).where(one, *narrowed) for one in wanted]
    if narrowed:
        either = [one.join(case, case.c.id == task.c.case_id) for one in either]
    owed = sa.union_all(*either).subquery()
    mine = sa.select(owed.c.id)
    last = mine.order_by(owed.c.due_on.is_(None), owed.c.due_on, owed.c.id).limit(limit).offset(offset)
    statement = (
        sa.select(
            task.c.id.label("task_id"), task.c.kind, task.c.role, task.c.due_on.label("task_due"), task.c.opened_at,
            person.c.name.label("taken_by"), _in_place_of(actor, stands_in=stands_in).label("in_place_of"),
            case, organisation.c.name_zh.label("prefecture_zh"), organisation.c.name_en.label("prefecture_en"),
        )
        .join(case, case.c.id == task.c.case_id)
        .outerjoin(organisation, organisation.c.id == case.c.prefecture_id)
        .outerjoin(person, sa.and_(person.c.id == task.c.person_id, task.c.organisation_id.is_not(None)))
        .where(task.c.id.in_(last))
        .order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id)
    )  # fmt: skip
    return Page(list(tx.execute(statement).mappings()), _count(tx, mine))


def cases(
    tx: Connection, ground: Ground, actor: Actor, filters: Filters, today: date, *, limit: int = 50, offset: int = 0
) -> Page:
    """Every case the actor may know of, the one that moved last first."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    statement = (
        sa.select(
            *standing.columns(actor, definitions),
            organisation.c.name_zh.label("prefecture_zh"), organisation.c.name_en.label("prefecture_en"),
        )
        .outerjoin(organisation, organisation.c.id == case.c.prefecture_id)
        .where(standing.visible(actor, definitions), *_narrowed(filters, today, case.c.due_on))
    )  # fmt: skip
    if filters.due:
        statement = statement.where(_IS_RUNNING)
    return _page(tx, statement, [case.c.moved_at.desc(), case.c.id.desc()], limit, offset)


def counts_by_state(tx: Connection, ground: Ground, actor: Actor) -> list[RowMapping]:
    """How many cases stand where, of those the actor may know of."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    return list(
        tx.execute(
            sa.select(case.c.workflow, case.c.state, case.c.prefecture_id, sa.func.count().label("n"))
            .where(standing.visible(actor, definitions))
            .group_by(case.c.workflow, case.c.state, case.c.prefecture_id)
        ).mappings()
    )


def may_know(tx: Connection, ground: Ground, actor: Actor, case_id: int) -> bool:
    """Whether the actor may know that a case exists."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    return (
        tx.execute(sa.select(case.c.id).where(case.c.id == case_id, standing.visible(actor, definitions))).first()
        is not None
    )


def listed(tx: Connection, authority_id: int | None, page: str) -> list[RowMapping]:
    """What the public sees: the cases under publicity, or published."""
    statement = (
        sa.select(case, organisation.c.name_zh.label("prefecture_zh"), organisation.c.name_en.label("prefecture_en"))
        .outerjoin(organisation, organisation.c.id == case.c.prefecture_id)
        .where(case.c.listed == page)
    )
    if authority_id is not None:
        statement = statement.where(case.c.authority_id == authority_id)
    return list(tx.execute(statement.order_by(case.c.moved_at.desc(), case.c.title_key)).mappings())


def by_receipt(tx: Connection, code: str) -> RowMapping | None:
    """The case behind a receipt code, whoever asks: the code itself is the right."""
    return tx.execute(sa.select(case).where(case.c.receipt_code == code.strip().upper())).mappings().first()


def _mine(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """The open tasks put to the person, and those of the own roles: one condition for each index.

    A task that a colleague took on stays with the role: others may stand in.
    """
    of_role = sa.and_(task.c.organisation_id == actor.organisation_id, task.c.role.in_(sorted(actor.roles)))
    own = task.c.person_id == actor.person_id
    return [
        sa.and_(_IS_OPEN, own, sa.or_(task.c.organisation_id.is_(None), of_role)),
        sa.and_(_IS_OPEN, sa.or_(task.c.person_id.is_(None), ~own), of_role),
    ]


def _of_absent(tx: Connection, ground: Ground, actor: Actor) -> sa.ColumnElement[bool]:
    """The signatures that wait for somebody absent whom the actor stands in for, on cases that the actor may know of."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    known = sa.select(case.c.id).where(standing.visible(actor, definitions))
    here = sa.and_(_IS_OPEN, task.c.organisation_id == actor.organisation_id, task.c.role.not_in(sorted(actor.roles)))
    return sa.and_(here, deputies.name_of_absent(actor).is_not(None), task.c.case_id.in_(known))


def _in_place_of(actor: Actor, *, stands_in: bool) -> sa.ColumnElement[Any]:
    """The absent person in whose place a task is done; nothing where it is the actor's own."""
    if not stands_in:
        return sa.null()
    own = sa.or_(task.c.organisation_id.is_(None), task.c.role.in_(sorted(actor.roles)))
    return sa.case((own, sa.null()), else_=deputies.name_of_absent(actor))


def _narrowed(filters: Filters, today: date, due: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    for word in filters.text.split():
        like = f"%{word.replace('%', '').replace('_', '')}%"
        found.append(
            sa.or_(
                case.c.title.like(like),
                case.c.subject.like(like),
                case.c.number.like(like.upper()),
                case.c.title_key.like(like.lower()),
            )
        )
    for column, wanted in (
        (case.c.workflow, filters.workflow),
        (case.c.round_id, filters.round_id),
        (case.c.prefecture_id, filters.prefecture_id),
    ):
        if wanted:
            found.append(column == wanted)
    if filters.states:
        found.append(case.c.state.in_(filters.states))
    if filters.due == "overdue":
        found.append(due < today)
    elif filters.due == "soon":
        found.append(due >= today)
        if filters.soon_until is not None:
            found.append(due <= filters.soon_until)
    return found


def _page(tx: Connection, statement: sa.Select[Any], order: list[Any], limit: int, offset: int) -> Page:
    rows = list(tx.execute(statement.order_by(*order).limit(limit).offset(offset)).mappings())
    return Page(rows, _count(tx, statement))


def _count(tx: Connection, statement: sa.Select[Any]) -> int:
    counted = (
        statement.with_only_columns(sa.literal(1), maintain_column_froms=True)
        .order_by(None)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return tx.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
